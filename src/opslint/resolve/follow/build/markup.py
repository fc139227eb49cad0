"""XML as a tree of elements, for the project files of build tools."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from opslint.errors import UnreadableFile
from opslint.parse.companion.dependency.xml import elements_of

MAX_BYTES = 2 * 1024 * 1024


class Markup(msgspec.Struct, frozen=True, kw_only=True):
    """One element.

    Shape: `name` is without its prefix, `text` its own text, stripped; `line` that of its start tag, from 1.
    """

    name: str
    line: int
    text: str
    attributes: dict[str, str]
    children: list[Markup]

    def all(self, name: str) -> list[Markup]:
        """Its direct children of a name."""
        return [child for child in self.children if child.name == name]

    def at(self, *names: str) -> Markup | None:
        """The element that a way of names leads to, each the first of its name; None where there is none."""
        here: Markup | None = self
        for name in names:
            here = next((child for child in here.children if child.name == name), None) if here is not None else None
        return here

    def word(self, *names: str) -> str:
        """The text at the end of a way of names, "" where there is none."""
        found = self.at(*names)
        return found.text if found is not None else ""

    def below(self) -> Iterator[Markup]:
        """It and everything below it, parents first."""
        waiting = [self]
        while waiting:
            one = waiting.pop()
            yield one
            waiting.extend(reversed(one.children))


def markup_of(data: bytes) -> Markup | None:
    """The root element of a document; None where it is not well formed, declares entities, or is too long or too deep."""
    if len(data) > MAX_BYTES:
        return None
    try:
        elements = elements_of(data)
    except UnreadableFile:
        return None
    waiting: dict[int, list[Markup]] = {}
    for element in elements:  # an element ends after all that it holds
        depth = len(element.path)
        one = Markup(
            name=element.path[-1],
            line=element.line,
            text=element.text,
            attributes=element.attributes,
            children=waiting.pop(depth + 1, []),
        )
        waiting.setdefault(depth, []).append(one)
    roots = waiting.get(1, [])
    return roots[0] if roots else None
