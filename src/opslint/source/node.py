"""Positioned YAML nodes: what was written, and where, with YAML 1.2's idea of values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import msgspec


class Scalar(msgspec.Struct, eq=False, gc=False):
    """One scalar.

    Shape: `value` is the text after YAML's own folding and unquoting; `style` is "" (plain), "'", '"', "|" or ">".
    Units: lines and columns start at 1, columns count code points; the end is exclusive. With a tag or an anchor it begins there.
    """

    value: str
    style: str
    tag: str | None
    anchor: str | None
    line: int
    column: int
    end_line: int
    end_column: int


class Sequence(msgspec.Struct, eq=False):
    """One list; an alias shares the node it names."""

    tag: str | None
    anchor: str | None
    line: int
    column: int
    end_line: int = 0
    end_column: int = 0
    items: list[Node] = []

    def __iter__(self) -> Iterator[Node]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


class Mapping(msgspec.Struct, eq=False):
    """One mapping, merge keys applied, in the author's order; of duplicate keys the last wins, and a problem tells them.

    Shape: `pairs` maps the key's text to (key node, value node); a key that is no scalar has the text "?".
    """

    tag: str | None
    anchor: str | None
    line: int
    column: int
    end_line: int = 0
    end_column: int = 0
    pairs: dict[str, tuple[Scalar, Node]] = {}

    def get(self, key: str) -> Node | None:
        """The value of `key`, or None."""
        pair = self.pairs.get(key)
        return pair[1] if pair is not None else None

    def key(self, key: str) -> Scalar | None:
        """The key node itself, for its place."""
        pair = self.pairs.get(key)
        return pair[0] if pair is not None else None

    def __contains__(self, key: object) -> bool:
        return key in self.pairs

    def __iter__(self) -> Iterator[str]:
        return iter(self.pairs)

    def items(self) -> Iterator[tuple[str, Scalar, Node]]:
        """(text of the key, key node, value node) in the author's order."""
        for text, (key, value) in self.pairs.items():
            yield text, key, value

    def mapping(self, key: str) -> Mapping | None:
        """The value of `key` where it is a mapping."""
        value = self.get(key)
        return value if isinstance(value, Mapping) else None

    def sequence(self, key: str) -> Sequence | None:
        """The value of `key` where it is a list."""
        value = self.get(key)
        return value if isinstance(value, Sequence) else None

    def text(self, key: str) -> str | None:
        """The value of `key` where it is a scalar that is not null."""
        return text_of(self.get(key))


Node: TypeAlias = Scalar | Sequence | Mapping

NULLS = frozenset({"", "~", "null", "Null", "NULL"})
TRUE = frozenset({"true", "True", "TRUE"})
FALSE = frozenset({"false", "False", "FALSE"})


def path_of(node: Node | None, default: str) -> str:
    """The file a node stands in, `default` where it does not know: only nodes of what was put together from several files do."""
    path: str = getattr(node, "path", default)
    return path


def is_null(node: Node | None) -> bool:
    """Whether a node is absent or YAML 1.2's null."""
    return node is None or (isinstance(node, Scalar) and not node.style and node.tag is None and node.value in NULLS)


def text_of(node: Node | None) -> str | None:
    """The text of a scalar that is not null, else None."""
    return node.value if isinstance(node, Scalar) and not is_null(node) else None


def boolean_of(node: Node | None) -> bool | None:
    """True or False for YAML 1.2's plain booleans (and quoted ones, which platforms accept), else None."""
    if isinstance(node, Scalar):
        if node.value in TRUE:
            return True
        if node.value in FALSE:
            return False
    return None


def scalars_of(node: Node | None) -> list[Scalar]:
    """The scalars of a scalar or of a (nested) list: what `needs: a` and `needs: [a, b]` both mean."""
    found: list[Scalar] = []
    stack: list[Node] = [node] if node is not None else []
    while stack:
        current = stack.pop()
        if isinstance(current, Scalar):
            if not is_null(current):
                found.append(current)
        elif isinstance(current, Sequence):
            stack.extend(reversed(current.items))
    return found


def strings_of(node: Node | None) -> tuple[str, ...]:
    """The texts of `scalars_of`."""
    return tuple(scalar.value for scalar in scalars_of(node))
