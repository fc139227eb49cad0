"""Nodes that know the file they stand in: what is put together from several files is made of them."""

from __future__ import annotations

from collections.abc import Callable

from opslint.source.node import Mapping, Node, Scalar, Sequence, path_of


class SourcedScalar(Scalar, eq=False, gc=False):
    """A scalar of the file `path`."""

    path: str = ""


class SourcedSequence(Sequence, eq=False):
    """A list of the file `path`."""

    path: str = ""


class SourcedMapping(Mapping, eq=False):
    """A mapping of the file `path`."""

    path: str = ""


def sourced(root: Node, path: str, change: Callable[[Scalar], Node | None] | None = None) -> Node:
    """Copy a tree into nodes that know their file; what is shared stays shared.

    Shape: `change` may put another node in the place of a scalar (None: the scalar stays); of a key, only another scalar.
           A node that knows its file already keeps it.
    """
    return _Copier(path, change).copy(root)


class _Copier:
    def __init__(self, path: str, change: Callable[[Scalar], Node | None] | None) -> None:
        self.path = path
        self.change = change
        self.done: dict[int, Node] = {}

    def copy(self, node: Node) -> Node:
        if isinstance(node, Scalar):
            changed = self.change(node) if self.change is not None else None
            return changed if changed is not None else self.scalar(node, node.value)
        known = self.done.get(id(node))
        if known is None:
            known = self.done[id(node)] = self.sequence(node) if isinstance(node, Sequence) else self.mapping(node)
        return known

    def scalar(self, node: Scalar, value: str) -> SourcedScalar:
        if isinstance(node, SourcedScalar):
            return node
        return SourcedScalar(
            value, node.style, node.tag, node.anchor, node.line, node.column, node.end_line, node.end_column, self.path
        )

    def sequence(self, node: Sequence) -> SourcedSequence:
        items = [self.copy(item) for item in node.items]
        path = path_of(node, self.path)
        return SourcedSequence(node.tag, node.anchor, node.line, node.column, node.end_line, node.end_column, items, path)

    def mapping(self, node: Mapping) -> SourcedMapping:
        pairs: dict[str, tuple[Scalar, Node]] = {}
        for key, value in node.pairs.values():
            copied = self.copy(key)
            name = copied if isinstance(copied, Scalar) else self.scalar(key, key.value)
            pairs[name.value] = (name, self.copy(value))
        path = path_of(node, self.path)
        return SourcedMapping(node.tag, node.anchor, node.line, node.column, node.end_line, node.end_column, pairs, path)
