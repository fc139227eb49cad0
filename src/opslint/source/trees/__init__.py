"""The kinds of tree: directory, revision, archive, and what they do alike."""
