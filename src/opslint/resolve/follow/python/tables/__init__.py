"""Task runners whose tasks stand in a table of pyproject.toml or a file of their own."""
