"""Globs: names held against many lists at once, and paths screened before a regular expression is made.

Most globs name an ending or a folder that no path of a tree has, and most names stand in no list; both are told by look-ups.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import product
from operator import itemgetter

from opslint.parse.discovery.aside import aside
from opslint.source.words.late import late

Row = tuple[str, str]
"""A fact and the key of it that lists the name."""
TAIL = 6
"""Characters at the end of a path that are indexed."""
MAX_BRACES = 256
"""Patterns that one glob with braces may stand for; beyond it the rest is left out."""

_WILD = late(r"\*\*/|\*\*|\*|\?|\[[^\]/]+\]")
_BRACES = late(r"\{([^{}]*)\}")
_ENDS = itemgetter(slice(-TAIL, None))


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


class NameSet:
    """Names and globs of one part of a path; every answer is kept."""

    __slots__ = ("_globs", "_known")

    def __init__(self, names: Iterable[str]) -> None:
        self._known: dict[str, bool] = {}
        self._globs: list[str] = []
        for name in names:
            if "*" in name or "?" in name or "[" in name:
                self._globs.append(name)
            else:
                self._known[name] = True

    def __bool__(self) -> bool:
        return bool(self._known or self._globs)

    def __contains__(self, name: str) -> bool:
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = any(fits(name, glob) for glob in self._globs)
        return known


def _head(pattern: str) -> str:
    """What stands before the first wildcard."""
    return next((pattern[:at] for at, char in enumerate(pattern) if char in "*?[]"), pattern)


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
        heads = {_head(pattern) for pattern, _ in self._globs}
        self._heads = tuple(head for head in heads if head)
        self._tails = tuple({_head(pattern[::-1])[::-1] for pattern, _ in self._globs if not _head(pattern)})

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


def plain_globs(glob: str) -> tuple[str, ...]:
    """A glob without braces: one pattern for each choice."""
    pieces = _BRACES.split(glob)
    if len(pieces) == 1:
        return (glob,)
    choices = [piece.split(",") if index % 2 else [piece] for index, piece in enumerate(pieces)]
    found = []
    for chosen in product(*choices):
        found.append("".join(chosen))
        if len(found) == MAX_BRACES:
            break
    return tuple(found)


def glob_regex(glob: str) -> str:
    """A glob without braces as a regular expression for a whole path.

    Shape: `**/` is any folders or none, `**` anything, `*` and `?` stay within a folder, `[ab]` is one of some characters.
    """
    words = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts, at = [], 0
    for wild in _WILD.finditer(glob):
        parts.append(re.escape(glob[at:wild.start()]))
        parts.append(words.get(wild.group()) or wild.group())
        at = wild.end()
    return "".join(parts) + re.escape(glob[at:])


class PathSet:
    """One list of globs as a question on a single path.

    Shape: most globs ask for the first folder (`ci/**`), any folder (`**/demo/**`) or the name (`**/test_*.py`), and are held
           against just that; a regular expression is made, when first needed, of the others only.
    """

    __slots__ = ("_any", "_first", "_globs", "_name", "_others", "_regex")

    def __init__(self, globs: Iterable[str]) -> None:
        self._globs = tuple(globs)
        self._regex: re.Pattern[str] | None = None
        kinds: dict[str, list[str]] = {"first": [], "any": [], "name": [], "other": []}
        for one in (plain for glob in self._globs for plain in plain_globs(glob)):
            below, deep = one.removeprefix("**/"), one.endswith("/**")
            word = below.removesuffix("/**")
            if not word or "/" in word or "**" in word or (below == one and not deep):
                kinds["other"].append(one)
            else:
                kinds[("first" if below == one else "any") if deep else "name"].append(word)
        self._first, self._any, self._name = NameSet(kinds["first"]), NameSet(kinds["any"]), NameSet(kinds["name"])
        self._others = kinds["other"]

    def __bool__(self) -> bool:
        return bool(self._globs)

    def __contains__(self, path: str) -> bool:
        *folders, name = path.split("/")
        if folders and (folders[0] in self._first or (self._any and any(folder in self._any for folder in folders))):
            return True
        if name in self._name:
            return True
        if not self._others:
            return False
        if self._regex is None:
            self._regex = re.compile("|".join(map(glob_regex, self._others)), re.DOTALL)
        return self._regex.fullmatch(path) is not None


class Outside:
    """What signs are not looked for in: the folders that stand aside everywhere, and those the signs name themselves."""

    __slots__ = ("_globs", "_known")

    def __init__(self, globs: Iterable[str]) -> None:
        self._globs = PathSet(globs)
        self._known: dict[str, bool] = {}

    def __contains__(self, path: str) -> bool:
        known = self._known.get(path)
        if known is None:
            known = self._known[path] = aside(path) or path in self._globs
        return known


class PathIndex:
    """The paths of a tree, asked by globs; what can be ruled out by an ending or a word is never walked."""

    def __init__(self, paths: Sequence[str]) -> None:
        self.paths = paths
        self._text = ""
        self._tails: dict[int, frozenset[str]] = {}
        self._known: dict[str, tuple[str, ...]] = {}
        self._held: dict[str, bool] = {}
        self._all: frozenset[str] | None = None

    def find(self, glob: str) -> tuple[str, ...]:
        """The paths that fit a glob, in order."""
        known = self._known.get(glob)
        if known is None:
            plain = plain_globs(glob)
            if len(plain) == 1:
                found: Iterable[str] = self._find(plain[0])
            else:
                found = sorted({path for one in plain for path in self.find(one)})
            known = self._known[glob] = tuple(found)
        return known

    def _find(self, glob: str) -> list[str]:
        pieces = _WILD.split(glob)
        if len(pieces) == 1:
            return [glob] if self._has(glob) else []
        tail = pieces[-1]
        core = _core(glob) or f"{tail}\n"
        if not self._ends(tail) or not self._holds(core):
            return []
        fits = re.compile(glob_regex(glob), re.DOTALL).fullmatch
        return [path for path in self._holding(core) if path.endswith(tail) and fits(path)]

    def _has(self, path: str) -> bool:
        if self._all is None:
            self._all = frozenset(self.paths)
        return path in self._all

    def _ends(self, tail: str) -> bool:
        length = min(len(tail), TAIL)
        if not length:
            return True
        known = self._tails.get(length)
        if known is None:
            if TAIL not in self._tails:
                self._tails[TAIL] = frozenset(map(_ENDS, self.paths))
            known = self._tails[length] = frozenset(end[-length:] for end in self._tails[TAIL])
        return tail[-length:] in known

    def _holding(self, core: str) -> list[str]:
        """The paths that hold a text, in order."""
        found, text = [], self._text
        at = text.find(core)
        while at >= 0:
            start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
            found.append(text[start + 1:end])
            at = text.find(core, end + 1)
        return found

    def _holds(self, core: str) -> bool:
        """Whether a path holds a text; every path stands between "/" and a line end."""
        known = self._held.get(core)
        if known is None:
            if not self._text:
                self._text = "/" + "\n/".join(self.paths) + "\n"
            absent = any(not there and text in core for text, there in self._held.items())
            known = self._held[core] = not absent and core in self._text
        return known


def _core(glob: str) -> str:
    """The longest text between two wildcards, with the "/" that stands before it where a folder ends there."""
    best, before, at = "", "/", 0
    for wild in _WILD.finditer(glob):
        piece = glob[at:wild.start()]
        if piece and len(piece) + len(before) > len(best):
            best = before + piece
        before = "/" if wild.group() == "**/" else ""
        at = wild.end()
    return best
