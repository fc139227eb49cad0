"""What every companion parser starts and ends with: bytes to text or nodes, and the result."""

from __future__ import annotations

import bisect
import re

from opslint.errors import UnreadableFile
from opslint.model.repository import FileEntry, FileStatus, Parsed
from opslint.model.resource import Companion, Dependency
from opslint.parse.values.places import line_span, span_of
from opslint.source.node import Mapping, Node
from opslint.source.span import Span
from opslint.source.words.late import late
from opslint.source.words.text import decode_leniently
from opslint.source.yaml import YamlFile, parse_yaml


def text_from(data: bytes) -> str:
    """The text of a file with "\\n" newlines.

    Raises: UnreadableFile for a binary.
    """
    text = decode_leniently(data)
    if text is None:
        raise UnreadableFile("it is a binary file, not text")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def yaml_from(data: bytes) -> YamlFile:
    """A YAML (or JSON) file with positions.

    Raises: UnreadableFile.
    """
    return parse_yaml(data)


def mapping_from(data: bytes) -> Mapping | None:
    """The first document of a YAML or JSON file where it is a mapping.

    Raises: UnreadableFile.
    """
    documents = parse_yaml(data).documents
    return documents[0] if documents and isinstance(documents[0], Mapping) else None


def json5_from(text: str) -> Node | None:
    """A JSON5 or JSON-with-comments text as nodes: comments are blanked at equal length, the rest is YAML's flow style.

    Raises: UnreadableFile.
    """
    documents = parse_yaml(_COMMENT.sub(_blank, text).encode()).documents
    return documents[0] if documents else None


_COMMENT = late(r"""("(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?)|//[^\n]*|/\*.*?(?:\*/|\Z)""", re.DOTALL)


def _blank(match: re.Match[str]) -> str:
    if match.group(1) is not None:
        return match.group(1)
    return re.sub(r"[^\n]", " ", match.group())


def parsed(
    kind: str,
    path: str,
    *,
    companion: Companion | None = None,
    dependencies: tuple[Dependency, ...] | list[Dependency] = (),
    reason: str | None = None,
    line: int | None = None,
) -> Parsed:
    """A file that was read, with what it gave; `reason` says what of it was not."""
    return Parsed(
        file=FileEntry(path=path, kind=kind, status=FileStatus.READ, reason=reason, line=line),
        companions=(companion,) if companion is not None else (),
        dependencies=tuple(dependencies),
    )


def told(kind: str, path: str, aside: bool, facts: dict[str, object], node: Node | None = None) -> Parsed:
    """A file that is told as one companion with its facts; its place is the node's, or the file's beginning."""
    mapping = node if isinstance(node, Mapping) else None
    span = span_of(path, node) if node is not None else Span(path=path)
    companion = Companion(kind=kind, path=path, span=span, facts=facts, node=mapping, aside=aside)
    return parsed(kind, path, companion=companion)


def passed_over(kind: str, path: str, reason: str) -> Parsed:
    """A file that only bears the name: skipped, with what it is not."""
    return Parsed(file=FileEntry(path=path, kind=kind, status=FileStatus.SKIPPED, reason=reason))


def failed(path: str, kind: str, error: Exception) -> Parsed:
    """The entry of a file that could not be read; an unexpected error is named as a defect of ours."""
    line = None
    if isinstance(error, UnreadableFile):
        reason, line = error.reason, error.line
    elif isinstance(error, RecursionError):
        reason = "it nests too deep"
    else:
        reason = f"opslint could not read it, which is a defect worth a report ({type(error).__name__}: {str(error)[:120]})"
    return Parsed(file=FileEntry(path=path, kind=kind, status=FileStatus.UNREADABLE, reason=reason, line=line))


class Lines:
    """Line numbers of a text: of offsets, and of words looked for from a place on."""

    __slots__ = ("path", "starts", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def at(self, offset: int, length: int = 0) -> Span:
        """The region that starts at an offset (code points from 0)."""
        line = bisect.bisect_right(self.starts, offset)
        column = offset - self.starts[line - 1] + 1
        return Span(path=self.path, line=line, column=column, end_line=line, end_column=column + length)

    def of(self, needle: str, start: int = 0) -> Span:
        """The region of the first `needle` from an offset on, of the file's first line where it is not written so."""
        offset = self.text.find(needle, start)
        return self.at(offset, len(needle)) if offset >= 0 else line_span(self.path, 1)
