"""just: recipes of a justfile."""
