"""make: the recipes of makefiles."""
