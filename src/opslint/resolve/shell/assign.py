"""Assignments, declarations and tests: what a shell remembers, and whose failure a substitution's is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opslint.resolve.shell.state import Level, Way
from opslint.resolve.shell.syntax.names import names_between
from opslint.resolve.shell.syntax.words import UNKNOWN, fields_of, text_of

if TYPE_CHECKING:  # for signatures only: the grammar is imported when a script is met
    from tree_sitter import Node

    from opslint.resolve.shell.walk import Walker

MAX_ITEMS = 512
MAX_VALUE = 8192

LOST = "its exit status is lost inside $( )"


def assignments(walker: Walker, node: Node, way: Way) -> bool:
    """`x=… y=…`, several on one line."""
    for child in node.named_children:
        assignment(walker, child, way)
    return False


def assignment(walker: Walker, node: Node, way: Way) -> bool:
    """`x=…` and `x=(…)`: a substitution's failure is the assignment's."""
    name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    if name is None:
        return False
    text = walker.source.raw(name)
    if value is not None and value.child_count:
        gated = _gated(walker, text, value)
        walker.substitutions(value, way.level, "" if gated else way.flow, way.depth, judged=gated)
    remember(walker, text, value, way.level, appended=any(child.type == "+=" for child in node.children))
    return False


def declaration(walker: Walker, node: Node, way: Way) -> bool:
    """`export x=$(…)`, `local x=…`: the declaring word hides the status of a substitution."""
    word = node.children[0].type if node.child_count else "export"
    for child in node.named_children:
        if child.type != "variable_assignment":
            continue
        name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
        if name is None:
            continue
        text = walker.source.raw(name)
        if value is not None:
            hidden = "" if _gated(walker, text, value) else f"`{word}` hides the status of $( )"
            walker.substitutions(value, way.level, hidden, way.depth, judged=not hidden)
        remember(walker, text, value, way.level)
        if word == "export":
            walker.emitter.exported[text] = way.level.scope.variables.get(text, UNKNOWN)
    return False


def tested(walker: Walker, node: Node, way: Way) -> bool:
    """`[ … ]` and `[[ … ]]` as a statement: what runs inside is judged by it."""
    walker.substitutions(node, way.level, way.flow, way.depth, judged=not way.flow)
    return False


def remember(walker: Walker, name: str, value: Node | None, level: Level, *, appended: bool = False) -> None:
    """Keep what a variable was set to."""
    scope = level.scope
    if value is not None and value.type == "array":
        items = [item for child in value.named_children for item in fields_of(child, walker.source, scope)]
        scope.arrays[name] = (scope.arrays.get(name, []) + items if appended else items)[:MAX_ITEMS]
        scope.variables.pop(name, None)
        return
    text = text_of(value, walker.source, scope) if value is not None else ""
    if appended:
        text = scope.variables.get(name, UNKNOWN) + text
    scope.variables[name] = text[:MAX_VALUE]
    if UNKNOWN in text:
        names = names_between(walker.source, scope, value.start_byte, value.end_byte) if value is not None else ()
        scope.origins[name] = (*scope.origins.get(name, ()), *names) if appended else names


def _gated(walker: Walker, name: str, value: Node) -> bool:
    """Whether what a substitution prints is judged later on: `out=$(gofmt -l .)`, then `[ -n "$out" ] && exit 1`."""
    text = walker.source.raw(value)
    return ("$(" in text or "`" in text) and name in walker.failures.gates
