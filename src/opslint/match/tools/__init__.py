"""Which tools run, whether they bite, and what that shows."""
