"""Read a repository's pipelines and say which operating principles they really carry out."""

__version__ = "0.1.0"
