"""What the repository is about: the facts by which practices apply."""
