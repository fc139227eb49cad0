"""A tree held in memory: the samples of rules, and tests."""

from __future__ import annotations

from collections.abc import Mapping

from opslint.errors import UnreadableFile


class MemoryTree:
    """Files by path, as `Tree` gives them."""

    def __init__(self, files: Mapping[str, str | bytes], name: str = "sample") -> None:
        self.name = name
        self.revision: str | None = None
        self._files = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}

    def paths(self) -> tuple[str, ...]:
        """All paths, sorted."""
        return tuple(sorted(self._files))

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        return path in self._files

    def size(self, path: str) -> int | None:
        """Bytes of a file, or None."""
        data = self._files.get(path)
        return None if data is None else len(data)

    def read(self, path: str, limit: int = 5 << 20) -> bytes:
        """The bytes of a file.

        Raises: UnreadableFile where there is none or it is larger than `limit`.
        """
        data = self._files.get(path)
        if data is None:
            raise UnreadableFile("there is no such file")
        if len(data) > limit:
            raise UnreadableFile(f"larger than {limit} bytes")
        return data

    def skipped(self) -> tuple[tuple[str, str], ...]:
        """Nothing is ever skipped."""
        return ()

    def close(self) -> None:
        """Nothing to let go of."""
