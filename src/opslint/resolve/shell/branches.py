"""Conditions and loops: a condition's failure counts where a branch it leads to fails."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from opslint.resolve.shell.assign import LOST
from opslint.resolve.shell.state import Level, Way
from opslint.resolve.shell.syntax.words import UNKNOWN, fields_of, text_of

if TYPE_CHECKING:  # for signatures only: the grammar is imported when a script is met
    from tree_sitter import Node

    from opslint.resolve.shell.walk import Walker

UNROLLED = 8

CONDITION = "its status is only the condition of an `if`"
LOOP_CONDITION = "its status is only the condition of a loop"
LAST_ROUND = "only the last round of the loop counts"

TESTERS = frozenset({"test", "[", "diff", "cmp", "grep", "egrep", "comm", "read"})


def case(walker: Walker, node: Node, way: Way) -> bool:
    """`case … esac`: every branch may run, or the one that a word that is known leads to."""
    known = Branches(way.level)
    value = node.child_by_field_name("value")
    word = text_of(value, walker.source, way.level.scope) if value is not None else UNKNOWN
    if any(child.type in (";&", ";;&") for item in node.named_children for child in item.children):
        word = UNKNOWN
    for item in node.named_children:
        if item.type != "case_item":
            continue
        values = item.children_by_field_name("value")
        fits = _fits(word, [text_of(pattern, walker.source, way.level.scope) for pattern in values])
        if fits is not False:
            walker.block([child for child in item.named_children if child not in values], way.inner())
            known.end()
        if fits:
            break
    known.merge()
    return False


def _fits(word: str, patterns: list[str]) -> bool | None:
    """Whether a word fits one of a case item's patterns, None where that cannot be said."""
    if UNKNOWN in word:
        return None
    answers = [None if UNKNOWN in pattern or "(" in pattern else fnmatchcase(word, pattern) for pattern in patterns]
    return True if True in answers else None if None in answers else False


def conditional(walker: Walker, node: Node, way: Way) -> bool:
    """`if`/`elif`/`else`: conditions block where a branch they lead to fails."""
    sections, otherwise = _sections(node)
    known = Branches(way.level)
    no = _outcome(walker, otherwise, way)
    if not otherwise and len(sections) == 1 and walker.failures.leaves(sections[0][1]):
        behind = walker.failures.behind(node)
        no = way.failing(behind) if behind else no
    ended = True
    for conditions, body in sections:
        yes = _outcome(walker, body, way)
        for condition in conditions[:-1]:
            walker.statement(condition, way.to(CONDITION, "if"))
        if conditions:
            _condition(walker, conditions[-1], way, yes, no)
        ended &= walker.block(body, way.inner())
        known.end()
    ended &= bool(otherwise) and walker.block(otherwise, way.inner())
    known.end()
    known.merge()
    return ended


class Branches:
    """What the branches of one statement leave in variables: each begins with what was known before."""

    __slots__ = ("_after", "_before", "_level")

    def __init__(self, level: Level) -> None:
        self._level = level
        self._before = dict(level.scope.variables)
        self._after: list[dict[str, str]] = []

    def end(self) -> None:
        """One branch is over."""
        variables = self._level.scope.variables
        if variables != self._before:
            self._after.append(dict(variables))
            variables.clear()
            variables.update(self._before)

    def merge(self) -> None:
        """Keep what all branches that set a variable agree on, and what held before agrees with; the rest is unknown."""
        variables = self._level.scope.variables
        for after in self._after:
            for name, value in after.items():
                if variables.get(name, value) != value:
                    value = UNKNOWN  # noqa: PLW2901  what two branches disagree on
                variables[name] = value


def _outcome(walker: Walker, body: list[Node], way: Way) -> str:
    """The flow of a condition that leads into a branch."""
    kind = walker.failures.of(body) if body else ""
    return way.failing(kind) if kind else CONDITION


def _condition(walker: Walker, node: Node, way: Way, yes: str, no: str) -> None:
    """One condition; `yes` and `no` are the flows of what it leads to when it is true and when it is false."""
    if way.depth > 90:
        return
    way = way.to(no, "if")
    kind = node.type
    judged = "" if not (yes and no) else LOST
    if kind == "negated_command" and node.named_child_count:
        _condition(walker, node.named_children[-1], way, no, yes)
    elif kind == "list" and node.named_child_count > 1:
        both = any(child.type == "&&" for child in node.children)
        left_no = no if both else no and CONDITION
        _condition(walker, node.named_children[0], way, yes and CONDITION if both else yes, left_no)
        _condition(walker, node.named_children[-1], way, yes, no)
    elif kind == "pipeline":
        _piped_condition(walker, node, way, yes, no)
    elif kind == "test_command":
        walker.substitutions(node, way.level, judged, way.depth, judged=not judged)
    else:
        if kind == "command" and walker.failures.word(node) in TESTERS:
            walker.emitter.judged = judged
        walker.statement(node, way)
        walker.emitter.judged = None


def _piped_condition(walker: Walker, node: Node, way: Way, yes: str, no: str) -> None:
    """A pipe as a condition; where a filter ends it, what the others print is judged, so all of them count."""
    from opslint.resolve.shell.walk import FILTERS, NO_PIPEFAIL, members_of

    members = members_of(node.named_children)
    if not members:
        return
    if members[0].type == "negated_command":
        yes, no = no, yes
    word = walker.failures.word(members[-1]) if members[-1].type == "command" else ""
    seen = "" if not (yes and no) and word in FILTERS else no
    for index, member in enumerate(members):
        last = index == len(members) - 1
        inner = member.named_children[-1] if member.type == "negated_command" and member.named_child_count else member
        into = seen if last or way.level.pipefail or not seen else NO_PIPEFAIL
        walker.emitter.pipe = None if last else members[index + 1]
        walker.emitter.names = ()
        walker.statement(inner, way.to(into, "if", way.level.sub(into)))
        walker.emitter.pipe, walker.emitter.piped = None, () if last else walker.emitter.names


def _sections(node: Node) -> tuple[list[tuple[list[Node], list[Node]]], list[Node]]:
    """The (conditions, body) pairs of an `if` and its `elif`s, and the body of `else`."""
    sections: list[tuple[list[Node], list[Node]]] = []
    otherwise: list[Node] = []
    conditions: list[Node] = []
    body: list[Node] = []
    seen_then = False
    for child in node.children:
        if child.type == "elif_clause":
            sections.extend(_sections(child)[0])
        elif child.type == "else_clause":
            otherwise = child.named_children
        elif child.type == "then":
            seen_then = True
        elif seen_then:
            body.append(child)
        elif child.is_named and child.type != "comment":
            conditions.append(child)
    return [(conditions, body), *sections], otherwise


def loop(walker: Walker, node: Node, way: Way) -> bool:
    """`while` and `until`."""
    body = node.child_by_field_name("body")
    failing = walker.failures.of(body.named_children) if body is not None else ""
    flow = LOOP_CONDITION
    if failing and node.children[0].type == "until":
        flow = way.failing(failing)
    if walker.emitter.deadline:
        flow = way.level.kill
    for condition in node.children_by_field_name("condition"):
        if not condition.is_named:
            continue
        inner = condition
        while inner.type == "negated_command" and inner.named_child_count:
            inner = inner.named_children[-1]
            flow = way.failing(failing) if failing else flow
        walker.statement(inner, way.to(flow, "while"))
    _body(walker, body, way)
    return False


def every(walker: Walker, node: Node, way: Way) -> bool:
    """`for x in …`: unrolled where the items are few and known, so that `$x` can be filled in."""
    body, variable = node.child_by_field_name("body"), node.child_by_field_name("variable")
    name = walker.source.raw(variable) if variable is not None else ""
    scope = way.level.scope
    items: list[str] = []
    for value in node.children_by_field_name("value"):
        if value.is_named:
            walker.substitutions(value, way.level, LOST, way.depth)
            items.extend(fields_of(value, walker.source, scope))
    if not items or len(items) > UNROLLED or any(UNKNOWN in item or "*" in item for item in items):
        items = [UNKNOWN]
    text = walker.source.raw(body) if body is not None else ""
    if "$" + name not in text and "${" + name not in text:
        items = items[:1]
    for item in items:
        scope.variables[name] = item
        _body(walker, body, way)
    scope.variables[name] = UNKNOWN if len(items) > 1 else items[0]
    return False


def counted(walker: Walker, node: Node, way: Way) -> bool:
    """`for ((…))`."""
    _body(walker, node.child_by_field_name("body"), way)
    return False


def _body(walker: Walker, body: Node | None, way: Way) -> None:
    if body is None:
        return
    known = Branches(way.level)
    counts = bool(way.tail) or "break" in walker.source.raw(body)
    walker.block(body.named_children, way.inner() if counts else way.to(LAST_ROUND))
    known.end()
    known.merge()
