"""Dependency files of the main languages: manifests and lock files as entries with their places."""
