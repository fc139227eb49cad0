"""Task runners of no one language: make, DVC."""
