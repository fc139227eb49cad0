"""Which files are what: by path, by content, by place."""
