"""From YAML events to positioned nodes, on a stack of our own: bounded in depth, number and expansion."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any, NamedTuple, TypeAlias

from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from opslint.errors import UnreadableFile
from opslint.source.node import Mapping, Node, Scalar, Sequence

MAX_DEPTH = 200  # the deepest custom resource definitions known stay under 60
MAX_EVENTS = 500_000  # nodes and ends of containers
MAX_EXPANDED = 1_000_000  # nodes once every alias is written out

Pairs: TypeAlias = dict[str, tuple[Scalar, Node]]


class Built(NamedTuple):
    """What one stream holds.

    Shape: `problems` are (line, message); `suspicious` says that a mapping is the key of a mapping, as an unquoted
           `{{ x }}` makes it.
    """

    documents: list[Node]
    problems: list[tuple[int, str]]
    suspicious: bool


class Builder:
    """The state of one pass: open containers, anchors, merge keys, what was odd."""

    def __init__(self) -> None:
        self.documents: list[Node] = []
        self.problems: list[tuple[int, str]] = []
        self.anchors: dict[str, Node] = {}
        # the open containers, each with what stood around it
        self.stack: list[tuple[Mapping | Sequence, Pairs | None, list[Node], Scalar | None]] = []
        self.open: set[int] = set()  # ids of anchored containers that have not ended
        self.merges: dict[int, list[Node]] = {}  # id of the pairs of an open mapping -> its merge values
        self.suspicious = False
        self.aliased = False
        self.merged = 0  # pairs that merge keys added so far

    def other(self, event: Any, pairs: Pairs | None, items: list[Node],
              key: Scalar | None) -> tuple[Node | None, Pairs | None, list[Node], Scalar | None]:
        """Handle an event that is no scalar.

        Shape: the node that is now complete, or None; then the innermost open container as `build` keeps it.
        """
        kind = event.__class__
        if kind is MappingStartEvent:
            mapping = Mapping(None, None, event.start_mark.line + 1, event.start_mark.column + 1)
            self.begin(mapping, event, pairs, items, key)
            return None, mapping.pairs, [], None
        if kind is SequenceStartEvent:
            sequence = Sequence(None, None, event.start_mark.line + 1, event.start_mark.column + 1)
            self.begin(sequence, event, pairs, items, key)
            return None, None, sequence.items, None
        if kind is MappingEndEvent or kind is SequenceEndEvent:
            node, outer_pairs, outer_items, outer_key = self.stack.pop()
            node.end_line, node.end_column = event.end_mark.line + 1, event.end_mark.column + 1
            if node.anchor is not None:
                self.open.discard(id(node))
            if isinstance(node, Mapping) and id(pairs) in self.merges:
                self.merge(node)
            return node, outer_pairs, outer_items, outer_key
        if kind is AliasEvent:
            return self.alias(event), pairs, items, key
        if kind is DocumentStartEvent:
            self.anchors.clear()
        return None, pairs, items, key

    def begin(self, node: Mapping | Sequence, event: Any, pairs: Pairs | None, items: list[Node], key: Scalar | None) -> None:
        """Open a container; `pairs`, `items` and `key` belong to the one around it."""
        self.stack.append((node, pairs, items, key))
        if len(self.stack) > MAX_DEPTH:
            raise UnreadableFile(f"it nests deeper than {MAX_DEPTH} levels", node.line)
        if event.ctag is not None or event.anchor is not None:
            self.name(node, event)
            if event.anchor is not None:
                self.open.add(id(node))

    def name(self, node: Node, event: Any) -> None:
        """Give a node its tag and its anchor."""
        node.tag = None if event.ctag is None else str(event.ctag)
        node.anchor = event.anchor
        if event.anchor is not None:
            self.anchors[event.anchor] = node

    def alias(self, event: Any) -> Node:
        """The node an alias names, or null where there is none yet or it stands inside itself."""
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        self.aliased = True
        node = self.anchors.get(event.anchor)
        if node is not None and id(node) not in self.open:
            return node
        why = "names no anchor before it" if node is None else "stands inside the node it names"
        self.problems.append((line, f'the alias "*{event.anchor}" {why}'))
        return Scalar("", "", None, None, line, column, line, event.end_mark.column + 1)

    def repeated(self, pairs: Pairs, key: Scalar, value: Node) -> None:
        """Keep the value of a merge key; tell a key that stands twice, of which the last wins."""
        if key.value == "<<" and not key.style:
            self.merges.setdefault(id(pairs), []).append(value)
            return
        if key.value in pairs:
            first = pairs.pop(key.value)[0]
            if key.value != "?":
                self.problems.append(
                    (first.line, f'the key "{shorten(key.value)}" stands again on line {key.line}; the last one wins'))

    def merge(self, mapping: Mapping) -> None:
        """Put the pairs of merge values where `<<` stands; keys written out win, then the first value that has the key."""
        written = mapping.pairs
        merged: Pairs = {}
        values = self.merges.pop(id(written))
        for text, pair in written.items():
            if text != "<<":
                merged[text] = pair
                continue
            for value in values:
                for source in value.items if isinstance(value, Sequence) else (value,):
                    self.merge_one(source, written, merged)
        mapping.pairs = merged

    def merge_one(self, source: Node, written: Pairs, merged: Pairs) -> None:
        """Add the pairs of one mapping that are not there yet."""
        if not isinstance(source, Mapping):
            if not (isinstance(source, Scalar) and source.value == ""):
                self.problems.append((source.line, 'the value of "<<" is no mapping and was left out'))
            return
        self.merged += len(source.pairs)
        if self.merged > MAX_EVENTS:
            raise UnreadableFile(f"its merge keys add more than {MAX_EVENTS} pairs", source.line)
        for text, pair in source.pairs.items():
            if text not in written and text not in merged:
                merged[text] = pair

    def complex_key(self, node: Node) -> Scalar:
        """A stand-in for a key that is a list or a mapping."""
        if isinstance(node, Mapping):
            self.suspicious = True
        return Scalar("?", "", None, None, node.line, node.column, node.end_line, node.end_column)


def build(get_event: Callable[[], Any]) -> Built:
    """Turn a stream of events into the nodes of its documents.

    This is the hot loop of a scan: scalars and their place in the open container are handled here, all else in `Builder`.

    Raises: UnreadableFile beyond `MAX_DEPTH`, `MAX_EVENTS` or `MAX_EXPANDED`; YAMLError from the parser.
    """
    state = Builder()
    pairs: Pairs | None = None  # of the innermost container, where it is a mapping
    items: list[Node] = state.documents  # of the innermost container, where it is a list
    key: Scalar | None = None  # the key in `pairs` that waits for its value
    node: Node | None
    is_scalar, scalar = ScalarEvent, Scalar
    for event in islice(iter(get_event, None), MAX_EVENTS):
        if event.__class__ is is_scalar:
            start, end = event.start_mark, event.end_mark
            node = scalar(event.value, event.style, None, None, start.line + 1, start.column + 1, end.line + 1, end.column + 1)
            if event.ctag is not None or event.anchor is not None:
                state.name(node, event)
        else:
            node, pairs, items, key = state.other(event, pairs, items, key)
            if node is None:
                continue
        if pairs is None:
            items.append(node)
        elif key is None:
            key = node if node.__class__ is scalar else state.complex_key(node)
        else:
            text = key.value
            if text in pairs or text == "<<":
                state.repeated(pairs, key, node)
            pairs[text] = (key, node)
            key = None
    if get_event() is not None:
        raise UnreadableFile(f"it has more than {MAX_EVENTS} nodes")
    if state.aliased:
        bound_expansion(state.documents)
    return Built([root for root in state.documents if not is_nothing(root)], state.problems, state.suspicious)


def is_nothing(root: Node) -> bool:
    """Whether a document is empty: only comments, or nothing, between its markers."""
    return isinstance(root, Scalar) and not root.value and not root.style and root.tag is None


def bound_expansion(documents: list[Node]) -> None:
    """Refuse aliases that would blow up whoever walks the tree.

    Raises: UnreadableFile beyond `MAX_EXPANDED` nodes, or `MAX_DEPTH` levels, once every alias is written out.
    """
    total = 0
    sizes: dict[int, tuple[int, int]] = {}  # id of a container -> (nodes, levels) once written out
    for root in documents:
        size, levels = expanded_size(root, sizes)
        total += size
        if total > MAX_EXPANDED:
            raise UnreadableFile(f"its aliases stand for more than {MAX_EXPANDED} nodes", root.line)
        if levels > MAX_DEPTH:
            raise UnreadableFile(f"it nests deeper than {MAX_DEPTH} levels once its aliases are written out", root.line)


def expanded_size(root: Node, sizes: dict[int, tuple[int, int]]) -> tuple[int, int]:
    """(nodes, levels) of a tree once every alias is written out; shared nodes are counted once and remembered in `sizes`."""
    if isinstance(root, Scalar):
        return 1, 0
    stack: list[tuple[Mapping | Sequence, bool]] = [(root, False)]
    while stack:
        node, children_done = stack.pop()
        if id(node) in sizes:
            continue
        children = node.items if isinstance(node, Sequence) else [value for _, value in node.pairs.values()]
        if not children_done:
            stack.append((node, True))
            stack.extend((child, False) for child in children if not isinstance(child, Scalar) and id(child) not in sizes)
            continue
        nodes, levels = 1, 0
        for child in children:
            inner, below = (1, 0) if isinstance(child, Scalar) else sizes[id(child)]
            nodes += inner
            levels = max(levels, below)
        sizes[id(node)] = (nodes, levels + 1)
    return sizes[id(root)]


def shorten(text: str) -> str:
    """A key as a message can show it."""
    line = text.split("\n", 1)[0]
    return line if len(line) <= 40 and line == text else line[:40] + "…"


def rewrite(documents: list[Node], change: Callable[[str], str]) -> None:
    """Change the text of every scalar, keys too; shared nodes are changed once."""
    seen: set[int] = set()
    stack = list(documents)
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Scalar):
            node.value = change(node.value)
        elif isinstance(node, Sequence):
            stack.extend(node.items)
        else:
            pairs: Pairs = {}
            for key, value in node.pairs.values():
                if id(key) not in seen:
                    seen.add(id(key))
                    key.value = change(key.value)
                pairs[key.value] = (key, value)
                stack.append(value)
            node.pairs = pairs
