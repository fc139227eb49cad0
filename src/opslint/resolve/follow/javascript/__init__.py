"""JavaScript: the scripts of package.json and what runs them."""
