"""The folders and files of a tree, as the globs of git generators name them."""

from __future__ import annotations

import re
from collections.abc import Iterable

MAX_GLOB = 300
MAX_STARS = 8
"""Stars of one glob: more would let a crafted one look for long."""


class Folders:
    """The files of a tree and the folders they stand in, made once and looked at by glob."""

    __slots__ = ("_folders", "paths")

    def __init__(self, paths: Iterable[str]) -> None:
        self.paths = tuple(paths)
        self._folders: dict[str, None] | None = None

    def folders(self) -> dict[str, None]:
        """Every folder of the tree, in the order of the paths; the root is ""."""
        if self._folders is None:
            found: dict[str, None] = {"": None}
            for path in self.paths:
                folder = path.rpartition("/")[0]
                missing = []
                while folder not in found:
                    missing.append(folder)
                    folder = folder.rpartition("/")[0]
                found.update(dict.fromkeys(reversed(missing)))
            self._folders = found
        return self._folders

    def matching(self, glob: str, *, files: bool) -> list[str]:
        """The folders (or files) a glob names; none where it is too long, has too many stars or a class of characters.

        Source: Go's path.Match (`*` stays in a folder), doublestar's `**` for files.
        """
        glob = glob.strip("/").removeprefix("./")
        if len(glob) > MAX_GLOB or glob.count("*") > MAX_STARS or "[" in glob:
            return []
        known = self.paths if files else self.folders()
        if not set(glob) & set("*?"):
            return [glob] if glob in known else []
        pattern = re.compile(_pattern(glob))
        fixed = glob[: min(glob.find(mark) for mark in "*?" if mark in glob)]
        return [path for path in known if path.startswith(fixed) and pattern.fullmatch(path)
                and not any(part.startswith(".") for part in path[len(fixed):].split("/"))]


def _pattern(glob: str) -> str:
    escaped = re.escape(glob).replace(r"\*\*/", "(?:.*/)?").replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
    return escaped.replace(r"\?", "[^/]")


def normalised(word: str) -> str:
    """A folder's name as the name of an object: lower case, what is not allowed a hyphen.

    Source: Argo CD, Git Generator, `path.basenameNormalized`.
    """
    return re.sub(r"[^a-z0-9.-]", "-", word.lower()).strip("-.")
