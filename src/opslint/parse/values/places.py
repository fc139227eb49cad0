"""Spans of nodes, and look-ups that do not mind what shape a foreign file has."""

from __future__ import annotations

from opslint.source.node import Mapping, Node, Scalar, Sequence, path_of, text_of
from opslint.source.span import Span


def span_of(path: str, node: Node | None) -> Span:
    """The place of a whole node of the file `path`, unless it knows another; the file's first line where there is no node."""
    if node is None:
        return Span(path=path)
    return Span(path=path_of(node, path), line=node.line, column=node.column, end_line=node.end_line, end_column=node.end_column)


def key_span(path: str, mapping: Mapping, key: str) -> Span | None:
    """The place of a key of a mapping, None where it has no such key."""
    scalar = mapping.key(key)
    return span_of(path, scalar) if scalar is not None else None


def line_span(path: str, line: int, text: str = "", column: int = 1) -> Span:
    """A place on one line: `text` is what stands there from `column` on."""
    return Span(path=path, line=line, column=column, end_line=line, end_column=column + len(text))


def at(node: Node | None, *keys: str) -> Node | None:
    """The node below a path of keys, None where something on the way is absent or no mapping."""
    for key in keys:
        if not isinstance(node, Mapping):
            return None
        node = node.get(key)
    return node


def mapping_at(node: Node | None, *keys: str) -> Mapping | None:
    """The mapping below a path of keys, None where there is none."""
    found = at(node, *keys)
    return found if isinstance(found, Mapping) else None


def text_at(node: Node | None, *keys: str) -> str | None:
    """The text below a path of keys, None where there is no scalar or it is null."""
    return text_of(at(node, *keys))


def texts_of(node: Node | None) -> dict[str, str]:
    """The scalar entries of a mapping as texts; everything else is left out, null is the empty text."""
    if not isinstance(node, Mapping):
        return {}
    return {key: text_of(value) or "" for key, _, value in node.items() if isinstance(value, Scalar)}


def mappings_of(node: Node | None) -> list[Mapping]:
    """The mappings of a list, or the one mapping itself; anything else is left out."""
    if isinstance(node, Mapping):
        return [node]
    return [item for item in node.items if isinstance(item, Mapping)] if isinstance(node, Sequence) else []
