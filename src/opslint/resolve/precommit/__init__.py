"""Pre-commit hooks: what runs them, and what they run in turn."""
