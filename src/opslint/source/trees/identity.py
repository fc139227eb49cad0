"""Whether the files of a work tree are, byte for byte, those of the commit it stands on.

`git status` would say so, but compares through filters that the scanned repository can name, which would run its programs.
Here the listing of the commit is held against the names on the disk, and the ids of its objects against the bytes that were read.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from opslint.source.trees.git import GitRefusedError, RunningGit
from opslint.source.trees.layout import is_vendored, printable_name

_SHA1 = 40
"""Hexadecimal digits of an object id; 64 in a repository of SHA-256."""


class Identity:
    """The commit HEAD names and what it holds, asked of git while the scan goes on."""

    def __init__(self, directory: str, work_tree: str) -> None:
        prefix = os.path.relpath(directory, work_tree).replace(os.sep, "/")
        self.seen: dict[str, str] = {}
        self.unsure = False  # a file could not be read to its end
        self.name: str | None = None
        self._commit = RunningGit(directory, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        self._listing = RunningGit(directory, "ls-tree", "-r", "-z", "--full-tree", "HEAD" if prefix == "." else f"HEAD:{prefix}")

    def saw(self, path: str, data: bytes) -> None:
        """Note the id of what was read of a file; what is never read cannot change a report."""
        self.seen[path] = _object_id(data, len(self._head()))

    def commit(self, files: AbstractSet[str], links: Mapping[str, str]) -> str | None:
        """The id of the commit that holds just these files and links, None where there is no such."""
        name = self._head()
        try:
            held = _held(self._listing.output()) if name and not self.unsure else {}
        except GitRefusedError:
            return None
        if not held:
            return None
        if {path for path, (mode, _) in held.items() if mode != "120000"} != files:
            return None
        if {path for path, (mode, _) in held.items() if mode == "120000"} != links.keys():
            return None
        if any(held[path][1] != seen for path, seen in self.seen.items() if path in files):
            return None
        if any(held[path][1] != _object_id(os.fsencode(target), len(name)) for path, target in links.items()):
            return None
        return name

    def _head(self) -> str:
        """The id of the commit HEAD names, "" where there is none yet."""
        if self.name is None:
            try:
                self.name = self._commit.output().decode("ascii", "replace").strip()
            except GitRefusedError:
                self.name = ""
        return self.name

    def close(self) -> None:
        """Let go of git."""
        self.seen.clear()
        self._commit.close()
        self._listing.close()


def _held(listing: bytes) -> dict[str, tuple[str, str]]:
    """Mode and object id of every file a commit holds, vendored ones and submodules left out as a tree leaves them out."""
    found: dict[str, tuple[str, str]] = {}
    for entry in listing.split(b"\0"):
        meta, tab, raw = entry.partition(b"\t")
        mode, _, rest = meta.decode("ascii", "replace").partition(" ")
        kind, _, object_id = rest.partition(" ")
        path = printable_name(raw)
        if tab and kind == "blob" and not is_vendored(path):
            found.setdefault(path, (mode, object_id))
    return found


def _object_id(data: bytes, digits: int) -> str:
    """The id git gives a file's bytes.

    Source: git, "Git Internals - Git Objects"; SHA-256 after the same form.
    """
    import hashlib

    make = hashlib.sha1 if digits == _SHA1 else hashlib.sha256
    digest = make(b"blob %d\0" % len(data), usedforsecurity=False)
    digest.update(data)
    return digest.hexdigest()
