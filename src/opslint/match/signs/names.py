"""Names held against many lists at once: a dictionary for plain names, a walk over the few that carry a wildcard."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

_WILD = re.compile(r"\*|\?|\[[^\]]*\]")

Row = tuple[str, str]
"""A fact and the key of it that lists the name."""


def fits(name: str, pattern: str) -> bool:
    """Whether a whole name fits a glob; `*` crosses any character, no regular expression is made for it."""
    if "?" in pattern or "[" in pattern:
        return fnmatchcase(name, pattern)
    head, star, rest = pattern.partition("*")
    if not star:
        return name == pattern
    *middle, tail = rest.split("*")
    if len(name) < len(head) + len(tail) or not name.startswith(head) or not name.endswith(tail):
        return False
    at, end = len(head), len(name) - len(tail)
    for piece in middle:
        found = name.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True


class NameTable:
    """Lists of names and globs of several facts, asked with one look-up for a name; every answer is kept."""

    __slots__ = ("_exact", "_globs", "_heads", "_known", "_tails")

    def __init__(self, lists: Mapping[Row, Iterable[str]]) -> None:
        self._exact: dict[str, list[Row]] = {}
        self._globs: list[tuple[str, Row]] = []
        self._known: dict[str, tuple[Row, ...]] = {}
        for row, names in lists.items():
            for name in names:
                if "*" in name or "?" in name or "[" in name:
                    self._globs.append((name, row))
                else:
                    self._exact.setdefault(name, []).append(row)
        heads = {pattern: _WILD.split(pattern, 1)[0] for pattern, _ in self._globs}
        self._heads = tuple({head for head in heads.values() if head})
        self._tails = tuple({_WILD.split(pattern)[-1] for pattern, head in heads.items() if not head})

    def __bool__(self) -> bool:
        return bool(self._exact or self._globs)

    def rows(self, name: str) -> tuple[Row, ...]:
        """The facts and keys that list a name, each once."""
        known = self._known.get(name)
        if known is None:
            found = dict.fromkeys(self._exact.get(name, ()))
            if name.startswith(self._heads) or name.endswith(self._tails):
                found.update((row, None) for pattern, row in self._globs if fits(name, pattern))
            known = self._known[name] = tuple(found)
        return known
