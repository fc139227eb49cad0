"""What an ApplicationSet's generators write into its template, as far as the file itself says it."""

from __future__ import annotations

from collections.abc import Iterator

from opslint.source.node import Mapping, Sequence, text_of
from opslint.source.words.late import late

MAX_ELEMENTS = 500
MAX_DEPTH = 4
PLACE = late(r"\{\{-?\s*\.?([A-Za-z_][\w.-]*)\s*-?\}\}")


def filled(text: str, spec: Mapping) -> tuple[str, ...]:
    """Every value a templated text takes: its `{{.name}}` and `{{name}}` filled in from list generators, the rest left as it is.

    Shape:  `spec` is that of the ApplicationSet; the text alone where no element has what it asks for.
    Source: Argo CD, ApplicationSet, "List Generator", "Matrix Generator", "Go Template".
    """
    names = set(PLACE.findall(text))
    if not names:
        return (text,)
    found: dict[str, None] = {}
    for element in _elements(spec.get("generators"), 0):
        if names <= element.keys():
            found[PLACE.sub(lambda match: element[match[1]], text)] = None  # noqa: B023  used before the loop goes on
    return tuple(found) or (text,)


def _elements(node: object, depth: int) -> Iterator[dict[str, str]]:
    """The elements of list generators, those inside `matrix` and `merge` included."""
    if depth > MAX_DEPTH or not isinstance(node, Sequence):
        return
    for generator in node.items[:MAX_ELEMENTS]:
        if not isinstance(generator, Mapping):
            continue
        listed = generator.mapping("list")
        elements = listed.sequence("elements") if listed is not None else None
        for element in elements.items[:MAX_ELEMENTS] if elements is not None else ():
            if isinstance(element, Mapping):
                yield dict(_scalars(element, "", 0))
        for key in ("matrix", "merge"):
            inner = generator.mapping(key)
            if inner is not None:
                yield from _elements(inner.get("generators"), depth + 1)


def _scalars(node: Mapping, prefix: str, depth: int) -> Iterator[tuple[str, str]]:
    """The scalars of an element by dotted name."""
    for key, _, value in node.items():
        if isinstance(value, Mapping) and depth < MAX_DEPTH:
            yield from _scalars(value, f"{prefix}{key}.", depth + 1)
        elif (text := text_of(value)) is not None:
            yield f"{prefix}{key}", text
