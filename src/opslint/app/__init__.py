"""The one floor that knows all stages."""
