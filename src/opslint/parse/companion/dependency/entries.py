"""How the entries of a dependency file are gathered, whatever its language."""

from __future__ import annotations

import re

from opslint.model.repository import Parsed
from opslint.model.resource import Dependency
from opslint.parse.values.places import line_span
from opslint.parse.values.reading import Lines, parsed
from opslint.source.span import Span
from opslint.source.words.late import late

MAX_ENTRIES = 50_000
"""Entries taken from one file."""

MAX_MISSES = 1_000
"""Searches of one file that may come to nothing before places are no longer looked for."""

_RUNS = late(r"[-_.]+")
_REQUIREMENT = late(
    r"^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?) ?(?:\[[^\]]*\])? ?"
    r"(?:@ ?(?P<url>\S+)|\(?(?P<spec>(?:(?:[<>=~]|!=)[^;#)]*)?)\)?) ?(?:;.*)?(?:#.*)?$"
)


class Entries:
    """The entries of one file in one ecosystem, each once for a name, scope and line."""

    __slots__ = ("aside", "ecosystem", "found", "path", "seen")

    def __init__(self, path: str, ecosystem: str, aside: bool) -> None:
        self.path = path
        self.ecosystem = ecosystem
        self.aside = aside
        self.found: list[Dependency] = []
        self.seen: set[tuple[str, str, int]] = set()

    def add(self, name: str, version: object, scope: str, span: Span) -> None:
        """Add one entry, its name as the ecosystem normalises it; an empty name adds nothing."""
        name = normalise(self.ecosystem, name)
        key = (name, scope, span.line)
        if name and key not in self.seen and len(self.found) < MAX_ENTRIES:
            self.seen.add(key)
            self.found.append(
                Dependency(
                    ecosystem=self.ecosystem,
                    name=name,
                    version=str(version).strip() if version is not None else "",
                    scope=scope,
                    span=span,
                    aside=self.aside,
                )
            )

    def add_requirement(self, text: str, scope: str, span: Span) -> None:
        """Add a PEP 508 requirement; what is none adds nothing."""
        requirement = requirement_of(text)
        if requirement is not None:
            self.add(requirement[0], requirement[1], scope, span)

    def result(self, kind: str, reason: str | None = None) -> Parsed:
        """What the file gave."""
        return parsed(kind, self.path, dependencies=self.found, reason=reason)


def normalise(ecosystem: str, name: str) -> str:
    """A package's name as its ecosystem compares it.

    Source: PEP 503 for PyPI; other registries compare as written or without case.
    """
    name = name.strip().lower()
    return _RUNS.sub("-", name) if ecosystem == "pypi" else name


def requirement_of(text: str) -> tuple[str, str] | None:
    """Name and version (or address) of a PEP 508 requirement, None for what is none."""
    match = _REQUIREMENT.match(" ".join(text[:2000].split()))
    if match is None:
        return None
    return match.group(1), (match.group("url") or match.group("spec") or "").strip()


def table(value: object) -> dict[str, object]:
    """The value where it is a table, else an empty one."""
    return value if isinstance(value, dict) else {}


def array(value: object) -> list[object]:
    """The value where it is a list, else an empty one."""
    return value if isinstance(value, list) else []


class Finder:
    """Lines of words in a text whose parser gives no places: the next occurrence as a whole word behind a section's head.

    Shape: the words of a section are asked for in the file's order, so each search goes on where the last one ended.
    """

    __slots__ = ("cursors", "lines", "misses")

    def __init__(self, path: str, text: str) -> None:
        self.lines = Lines(path, text)
        self.cursors: dict[int, int] = {}
        self.misses = 0

    def section(self, *heads: str) -> int:
        """The offset of the first of some heads (`[project]`, `dependencies =`) that stands in the text, else 0."""
        for head in heads:
            offset = self.lines.text.find(head)
            if offset >= 0:
                return offset
        return 0

    def word(self, word: str, start: int = 0) -> Span:
        """The place of a word behind `start`, else anywhere, else the first line."""
        for begin in (self.cursors.get(start, start), start, 0):
            offset = self._find(word, begin) if self.misses < MAX_MISSES else -1
            if offset >= 0:
                self.cursors[start] = offset
                return self.lines.at(offset, len(word))
            self.misses += 1
        return line_span(self.lines.path, 1)

    def _find(self, word: str, begin: int) -> int:
        text = self.lines.text
        offset = text.find(word, begin)
        while offset >= 0:
            if not _joins(text[offset - 1 : offset]) and not _joins(text[offset + len(word) : offset + len(word) + 1]):
                return offset
            offset = text.find(word, offset + 1)
        return -1


def _joins(char: str) -> bool:
    return char.isalnum() or char in {"_", "-"} if char else False


def matches_by_line(path: str, text: str, pattern: re.Pattern[str], entries: Entries, scope: str) -> None:
    """Add an entry for every match: group 1 is the name, a group `version` its version, a group `scope` its scope."""
    lines = Lines(path, text)
    groups = pattern.groupindex
    for match in pattern.finditer(text):
        name = match.group(1)
        version = match.group("version") if "version" in groups else ""
        own = match.group("scope") if "scope" in groups else None
        entries.add(name, version or "", own or scope, lines.at(match.start(1), len(name)))
