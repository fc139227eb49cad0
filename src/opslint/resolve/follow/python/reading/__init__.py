"""Python source read and never run: what its expressions are as far as that is plain, and which calls it comes to."""
