"""XML read safely: no entities, no external documents, bounded depth."""

from __future__ import annotations

import msgspec

from opslint.errors import UnreadableFile

MAX_DEPTH = 40
MAX_ELEMENTS = 100_000


class Element(msgspec.Struct, frozen=True, kw_only=True):
    """One element that has ended.

    Shape: `path` are the local names from the root; `text` is its own text; `children` its direct children's (name, text);
           `below` the (name, text) of everything deeper.
    """

    path: tuple[str, ...]
    line: int
    text: str
    attributes: dict[str, str] = {}
    children: tuple[tuple[str, str], ...] = ()
    below: tuple[tuple[str, str], ...] = ()

    def child(self, name: str) -> str:
        """The text of the first direct child of a name, "" where there is none."""
        return next((text for key, text in self.children if key == name), "")

    def deep(self, name: str) -> tuple[str, ...]:
        """The texts of all descendants of a name."""
        return tuple(text for key, text in (*self.children, *self.below) if key == name)


class _Open:
    __slots__ = ("attributes", "below", "children", "line", "text")

    def __init__(self, line: int, attributes: dict[str, str]) -> None:
        self.line = line
        self.attributes = attributes
        self.text: list[str] = []
        self.children: list[tuple[str, str]] = []
        self.below: list[tuple[str, str]] = []


_KEPT_BELOW = 2_000
"""Descendants an element remembers."""
_LOOK_DOWN = 4
"""Depth from which on an element's children are passed up: above it stand whole documents."""


class _Reader:
    """Expat's handlers: what is open, and what has ended."""

    def __init__(self) -> None:
        from xml.parsers import expat

        self.names: list[str] = []
        self.stack: list[_Open] = []
        self.found: list[Element] = []
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.EntityDeclHandler = self.refuse
        self.parser.ExternalEntityRefHandler = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        line = self.parser.CurrentLineNumber
        if len(self.stack) >= MAX_DEPTH:
            raise UnreadableFile("it nests too deep", line)
        if len(self.found) >= MAX_ELEMENTS:
            raise UnreadableFile(f"it has more than {MAX_ELEMENTS} elements", line)
        self.names.append(name.rpartition(":")[2])
        self.stack.append(_Open(line, attributes))

    def characters(self, text: str) -> None:
        if self.stack:
            self.stack[-1].text.append(text)

    def end(self, _: str) -> None:
        top = self.stack.pop()
        text = "".join(top.text).strip()
        path = tuple(self.names)
        self.found.append(
            Element(
                path=path,
                line=top.line,
                text=text,
                attributes=top.attributes,
                children=tuple(top.children),
                below=tuple(top.below),
            )
        )
        self.names.pop()
        if self.stack:
            outer = self.stack[-1]
            outer.children.append((path[-1], text))
            if len(path) > _LOOK_DOWN and len(outer.below) < _KEPT_BELOW:
                outer.below.extend(top.children[:_KEPT_BELOW])
                outer.below.extend(top.below[:_KEPT_BELOW])

    def refuse(self, *_: object) -> None:
        raise UnreadableFile("it declares entities, which opslint does not expand", self.parser.CurrentLineNumber)


def elements_of(data: bytes) -> list[Element]:
    """All elements of a document in the order in which they end, with line numbers.

    Raises: UnreadableFile for what is not well formed, declares entities, or is deeper or longer than the bounds.
    """
    from xml.parsers import expat

    reader = _Reader()
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise UnreadableFile(f"it is not XML: {expat.ErrorString(error.code)}", error.lineno) from None
    except (LookupError, ValueError) as error:
        raise UnreadableFile(f"it is not XML: {error}") from None
    finally:
        del reader.parser  # it holds the reader's own methods: without the collector, neither would ever go
    return reader.found
