"""The model held against the catalogue and the rules: what shows which practice."""
