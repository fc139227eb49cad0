"""Task runners whose tasks are Python functions: nox and invoke."""
