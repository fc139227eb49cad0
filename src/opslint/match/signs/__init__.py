"""What a repository is about, told by the signs of rules/signs.yaml: the facts of HTTP, machine learning and language models."""

from opslint.match.signs.read import read_signs

__all__ = ["read_signs"]
