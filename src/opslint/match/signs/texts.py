"""The beginnings of files of the tree, read within the bounds the signs set."""

from __future__ import annotations

from opslint.errors import UnreadableFile
from opslint.source.tree import Tree

READ_PER_BYTE = 8
"""Bytes that may be fetched for one that is looked at: a tree gives whole files."""


class Texts:
    """Files of the tree, read within bounds."""

    def __init__(self, tree: Tree, limits: dict[str, int]) -> None:
        self._tree = tree
        self._files = limits.get("files", 400)
        self._bytes = limits.get("bytes", 1 << 17)
        self._total = limits.get("total", 1 << 23)
        self._fetched = self._total * READ_PER_BYTE

    @property
    def left(self) -> bool:
        """Whether another file may be read."""
        return self._files > 0 and self._total > 0 and self._fetched > 0

    def read(self, path: str) -> bytes:
        """The beginning of a file, its lines tamed; nothing where it cannot be read or the bounds are reached."""
        if not self.left:
            return b""
        self._files -= 1
        try:
            data = self._tree.read(path)
        except UnreadableFile:
            return b""
        from opslint.match.signs.patterns import tamed

        self._fetched -= len(data)
        data = data[:min(self._bytes, self._total)]
        self._total -= len(data)
        return b"" if b"\0" in data[:1024] else tamed(data)
