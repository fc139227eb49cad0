"""GitLab's own words at the top of a pipeline file, and what a job takes over from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from opslint.source.node import Mapping, Node, Scalar, Sequence
from opslint.source.span import Span

Where: TypeAlias = Callable[[Node], Span]
"""Tells the place of a node: a function, because a merged mapping holds nodes of several files."""

RESERVED = frozenset({
    "default", "include", "stages", "types", "variables", "workflow", "spec", "image", "services", "cache", "before_script",
    "after_script", "true", "false", "nil", "inputs",
})  # fmt: skip
"""Top-level words that are no jobs. `pages` is one."""

INHERITED = frozenset({
    "after_script", "artifacts", "before_script", "cache", "hooks", "id_tokens", "identity", "image", "interruptible", "retry",
    "services", "tags",
})  # fmt: skip
"""Keys of `default:` that jobs take over. `timeout` may stand there but has no effect."""

GLOBAL_DEFAULTS = frozenset({"image", "services", "cache", "before_script", "after_script"})
"""The older way to say a default: the key at the top of the file."""

DEFAULT_STAGES = ("build", "test", "deploy")
REFERENCE_TAG = "!reference"

MAX_ITEMS = 10_000
MAX_NESTING = 20


def jobs_in(top: Mapping) -> Iterator[tuple[str, Scalar, Mapping]]:
    """(name, key, mapping) of every job of a file, hidden ones too."""
    for name, key, node in top.items():
        if name not in RESERVED and isinstance(node, Mapping):
            yield name, key, node


def is_reference(node: Node) -> bool:
    """Whether a node is a `!reference [...]` that stands for something else."""
    return isinstance(node, Sequence) and node.tag == REFERENCE_TAG


def flat_items(node: Node | None) -> list[Node]:
    """The entries of a (nested) list or the one entry itself, `!reference` left out, bounded in depth and number."""
    found: list[Node] = []
    stack: list[tuple[Node, int]] = [(node, 0)] if node is not None else []
    while stack and len(found) < MAX_ITEMS:
        current, depth = stack.pop()
        if not isinstance(current, Sequence):
            found.append(current)
        elif not is_reference(current) and depth < MAX_NESTING:
            stack.extend((item, depth + 1) for item in reversed(current.items))
    return found


def has_reference(node: Node | None) -> bool:
    """Whether a (nested) list holds a `!reference` that was not resolved."""
    stack: list[tuple[Node, int]] = [(node, 0)] if node is not None else []
    looked = 0
    while stack and looked < MAX_ITEMS:
        current, depth = stack.pop()
        looked += 1
        if is_reference(current):
            return True
        if isinstance(current, Sequence) and depth < MAX_NESTING:
            stack.extend((item, depth + 1) for item in current.items)
    return False
