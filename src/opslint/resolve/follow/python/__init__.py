"""Python: tox environments, and programs of one's own."""
