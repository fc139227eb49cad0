"""Comments of a YAML file: libyaml drops them, so they are searched in the text and checked against the scalars."""

from __future__ import annotations

from typing import NamedTuple

from opslint.source.node import Mapping, Node, Scalar, Sequence

MAX_COMMENTS = 10_000


class Comment(NamedTuple):
    """One comment: where its "#" stands (from 1), its text after "#", and whether nothing stands before it on its line."""

    line: int
    column: int
    text: str
    alone: bool


def comments(text: str, documents: tuple[Node, ...], marker: str) -> tuple[Comment, ...]:
    """Find the comments that begin with `marker` (`opslint:`), outside of all scalars.

    Shape: a comment starts with "#" at the start of a line or after a blank, then optional blanks, then `marker`.
    Units: at most `MAX_COMMENTS` are looked at.
    """
    hits: list[Comment] = []
    position = text.find(marker)
    while position >= 0 and len(hits) < MAX_COMMENTS:
        begin = text.rfind("\n", 0, position) + 1
        before = text[begin:position].rstrip(" \t")
        if before.endswith("#") and (len(before) == 1 or before[-2] in " \t"):
            end = text.find("\n", position)
            words = text[begin + len(before) : end if end >= 0 else len(text)].strip()
            hits.append(Comment(text.count("\n", 0, begin) + 1, len(before), words, not before[:-1].strip()))
        position = text.find(marker, position + len(marker))
    return outside_scalars(tuple(hits), documents) if hits else ()


def outside_scalars(hits: tuple[Comment, ...], documents: tuple[Node, ...]) -> tuple[Comment, ...]:
    """Leave out what stands inside a block scalar or a quoted or plain one of several lines."""
    covered = {hit.line for hit in hits}
    inside: set[Comment] = set()
    for scalar in scalars_below(documents):
        if scalar.end_line == scalar.line and not scalar.style:
            continue  # a comment cannot begin inside a plain scalar of one line
        for hit in hits:
            if scalar.line <= hit.line <= scalar.end_line and hit.line in covered and stands_in(hit, scalar):
                inside.add(hit)
    return tuple(hit for hit in hits if hit not in inside)


def stands_in(hit: Comment, scalar: Scalar) -> bool:
    """Whether a comment's "#" stands in a scalar's text; the header line of a block scalar may carry a true comment."""
    if scalar.style in ("|", ">"):
        return scalar.line < hit.line and (hit.line, hit.column) < (scalar.end_line, scalar.end_column)
    return (scalar.line, scalar.column) < (hit.line, hit.column) < (scalar.end_line, scalar.end_column)


def scalars_below(documents: tuple[Node, ...]) -> list[Scalar]:
    """All scalars of some trees, keys too; shared nodes once."""
    found: list[Scalar] = []
    seen: set[int] = set()
    stack: list[Node] = list(documents)
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Scalar):
            found.append(node)
        elif isinstance(node, Sequence):
            stack.extend(node.items)
        elif isinstance(node, Mapping):
            for key, value in node.pairs.values():
                found.append(key)
                stack.append(value)
    return found
