"""Scripts of the repository that are started by their path."""
