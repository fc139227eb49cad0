"""Walking a script the way a shell does: what runs, in which order, and where each exit status goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from opslint.resolve.shell import assign, branches
from opslint.resolve.shell.state import Level, Way
from opslint.resolve.shell.syntax.failure import Failures
from opslint.resolve.shell.syntax.words import Source

if TYPE_CHECKING:  # for signatures only: the grammar is imported when a script is met
    from tree_sitter import Node

    from opslint.resolve.shell.emit import Emitter

MAX_DEPTH = 90

REPLACED = "a later command replaces its exit status"
NO_PIPEFAIL = "no pipefail: the last command of the pipe decides"
AND_LEFT = "`set -e` ignores a failure left of `&&`"
BACKGROUND = "it runs in the background"
INVERTED = "`!` inverts its exit status"

FILTERS = frozenset(
    {"grep", "egrep", "fgrep", "rg", "read", "wc", "test", "jq", "awk", "diff", "cmp", "[", "sort", "tee", "sed", "head", "tail"}
)
SKIPPED = frozenset({"comment", "heredoc_body", "heredoc_end", "heredoc_start", "file_descriptor"})
_GOES_ON = frozenset({"pipeline", "list", "command", "redirected_statement", "subshell", "compound_statement", "if_statement"})

Statement = Callable[["Walker", "Node", Way], bool]
"""Walks one node; True when control surely does not come out behind it."""


class Walker:
    """One pass over one script."""

    def __init__(self, source: Source, root: Node, emitter: Emitter, *, keeps_errexit: bool) -> None:
        self.source = source
        self.emitter = emitter
        self.functions: dict[str, Node] = {}
        self.sometimes: set[str] = set()
        self.failures = Failures(source, root, self.functions)
        self.calls: list[str] = []
        self.keeps_errexit = keeps_errexit

    def block(self, nodes: list[Node], way: Way) -> bool:
        """Walk a list of statements; True when control surely does not come out at its end."""
        if way.depth > MAX_DEPTH:
            return False
        statements = members_of(nodes)
        for index, node in enumerate(statements):
            if not self.emitter.spend():
                return True
            if self.source.backgrounded(node.end_byte):
                self._background(node, statements[index + 1 : index + 51], way)
            elif self.statement(node, self._next(statements, index, way)):
                return True
        return False

    def _next(self, statements: list[Node], index: int, way: Way) -> Way:
        """The way of one statement of a list: only the last one's status is the list's, unless the next one looks at it."""
        if index + 1 == len(statements):
            return way.inner()
        goes = REPLACED
        if not way.stops:
            judged = self.failures.reads_status(statements[index + 1])
            goes = way.failing(judged) if judged else goes
        return way.to(goes)

    def _background(self, node: Node, later: list[Node], way: Way) -> None:
        """`command &`: its status only counts where a `wait` for it follows."""
        waited = any(self._waits(other) for other in later)
        tail = way.tail if waited else BACKGROUND
        self.statement(node, way.to(tail, level=way.level.sub("" if waited else BACKGROUND)))

    def _waits(self, node: Node) -> bool:
        """Whether a statement waits for a job and hands its status on: not `wait $! || true`."""
        text = self.source.raw(node)
        if "wait" not in text or "$" not in text:
            return False
        caught = node.type == "list" and any(child.type == "||" for child in node.children)
        return not caught or bool(self.failures.of(node.named_children[-1:]))

    def statement(self, node: Node, way: Way) -> bool:
        """Walk one statement; True when control surely does not come out behind it."""
        method = STATEMENTS.get(node.type)
        return method is not None and way.depth <= MAX_DEPTH and method(self, node, way)

    def substitutions(self, node: Node, level: Level, flow: str, depth: int, *, judged: bool = False) -> None:
        """Walk the commands inside `$( )`, backquotes and `<( )` below a node; their failure goes where `flow` says.

        Shape: `judged` where what they print decides whether the block fails.
        """
        if depth > MAX_DEPTH or not node.child_count:
            return
        stack = [node]
        found: list[Node] = []
        for _ in range(2000):
            if not stack:
                break
            current = stack.pop()
            if current.type in ("command_substitution", "process_substitution"):
                found.append(current)
            else:
                stack.extend(reversed(current.named_children))
        before, self.emitter.output_judged = self.emitter.output_judged, judged
        for inner in found:
            keeps = level.errexit and self.keeps_errexit
            self.block(inner.named_children, Way(level.sub(flow, errexit=keeps), flow, "", depth + 1))
        self.emitter.output_judged = before


def members_of(nodes: list[Node]) -> list[Node]:
    """The statements among the children of a node."""
    return [node for node in nodes if node.type not in SKIPPED and node.is_named]


def _command(walker: Walker, node: Node, way: Way) -> bool:
    """One simple command."""
    return walker.emitter.command(walker, node, node, way)


def _redirected(walker: Walker, node: Node, way: Way) -> bool:
    """A statement with redirections and here-documents."""
    body = node.child_by_field_name("body")
    onward = [
        child
        for redirect in node.children
        if redirect.type == "heredoc_redirect"
        for child in redirect.named_children
        if child.type in _GOES_ON
    ]
    if onward:
        return _goes_on(walker, node, body, onward, way)
    ended = False
    if body is not None and body.type == "command":
        ended = walker.emitter.command(walker, body, node, way)
    elif body is not None:
        outer, walker.emitter.redirect = walker.emitter.redirect, node
        ended = walker.statement(body, way.inner())
        walker.emitter.redirect = outer
    for redirect in node.children_by_field_name("redirect"):
        walker.substitutions(redirect, way.level, way.flow if body is None else assign.LOST, way.depth)
    return ended


def _goes_on(walker: Walker, node: Node, body: Node | None, onward: list[Node], way: Way) -> bool:
    """What stands behind `<<EOF` on its line belongs to the same pipe or list: `cat <<EOF | kubectl apply -f -`."""
    first = onward[0]
    piped = first.type == "pipeline" and first.child_count > 0 and first.children[0].type == "|"
    if body is not None and body.type == "command":
        into = way.tail
        if piped and not way.level.pipefail:
            into = NO_PIPEFAIL
        elif not piped and way.stops and way.tail:
            into = AND_LEFT
        outer = walker.emitter.pipe
        walker.emitter.pipe = _first_command(first) if piped else outer
        walker.emitter.command(walker, body, node, way.to(into, way.ignored or ("" if piped and way.level.pipefail else "<<")))
        walker.emitter.pipe = outer
    elif body is not None:
        walker.statement(body, way.inner())
    before, walker.emitter.piped = walker.emitter.piped, walker.emitter.names if piped else ()
    ended = walker.block(onward, way.inner())
    walker.emitter.piped = before
    return ended


def _first_command(node: Node) -> Node | None:
    """The first simple command below a node, a few steps deep."""
    for _ in range(6):
        if node.type == "command":
            return node
        inner = next(iter(members_of(node.named_children)), None)
        if inner is None:
            return None
        node = inner
    return None


def _pipeline(walker: Walker, node: Node, way: Way) -> bool:
    """`a | b | c`: without pipefail only the last one's status counts."""
    members = members_of(node.named_children)
    if not members:
        return False
    negated = members[0].type == "negated_command"
    flow = _inverted(walker, members[-1], way) if negated else way.flow
    lost = _pipe_status(walker, node, way)
    ignored = "" if way.stops and not negated else way.ignored or "|"
    before = walker.emitter.piped
    for index, member in enumerate(members):
        last = index == len(members) - 1
        inner = member.named_children[-1] if negated and index == 0 and member.named_child_count else member
        into = flow if last or way.level.pipefail or (negated and not flow) else lost
        outer = walker.emitter.pipe
        walker.emitter.pipe = outer if last else members[index + 1]
        walker.emitter.names = ()
        walker.statement(inner, way.to(into, ignored, way.level.sub(into)))
        walker.emitter.pipe, walker.emitter.piped = outer, walker.emitter.names
    walker.emitter.piped = before
    return False


def _pipe_status(walker: Walker, node: Node, way: Way) -> str:
    """Where the failure of a pipe's earlier members goes without pipefail: nowhere, unless PIPESTATUS is looked at next."""
    follower = node.next_named_sibling
    if follower is not None and not way.level.pipefail:
        kind = walker.failures.reads_status(follower, "PIPESTATUS")
        if kind:
            return way.failing(kind)
    return NO_PIPEFAIL


def _inverted(walker: Walker, last: Node, way: Way) -> str:
    """Under `!` a filter that finds something fails the job where that status is the last; any other is turned round."""
    word = walker.failures.word(last) if last.type == "command" else ""
    return "" if word in FILTERS and not way.tail and not way.flow else INVERTED


def _negated(walker: Walker, node: Node, way: Way) -> bool:
    """`! command`: `set -e` does not look at it."""
    for child in node.named_children:
        walker.statement(child, way.to(INVERTED, way.ignored or "!"))
    return False


def _chain(walker: Walker, node: Node, way: Way) -> bool:
    """`a && b` and `a || b`; long chains are flattened, since the grammar nests them to the left."""
    parts: list[Node] = []
    operators: list[str] = []
    current = node
    while current.type == "list":
        named = members_of(current.named_children)
        if len(named) < 2:
            break
        parts.append(named[-1])
        operators.append(next((child.type for child in current.children if child.type in ("&&", "||")), "&&"))
        current = named[0]
    if not parts:
        return False
    parts.append(current)
    parts.reverse()
    operators.reverse()
    for index, part in enumerate(parts[:-1]):
        if not walker.emitter.spend():
            return True
        goes = _chained(walker, parts, operators, index, way)
        if goes and operators[-1] == "&&" and "||" not in operators[index:] and walker.failures.leaves(parts[-1:]):
            behind = walker.failures.behind(node)
            goes = way.failing(behind) if behind else goes
        walker.statement(part, way.to(goes, way.ignored or operators[index]))
    walker.statement(parts[-1], way.inner())
    return False


def _chained(walker: Walker, parts: list[Node], operators: list[str], index: int, way: Way) -> str:
    """Where the failure of one part of a `&&`/`||` chain goes: to the next `||`, or out of the chain."""
    for at in range(index, len(operators)):
        if operators[at] == "||":
            catcher = parts[at + 1]
            kind = walker.failures.of([catcher])
            if kind:
                return way.failing("status" if catcher.type == "subshell" and kind != "mark" else kind)
            shown = walker.source.shown(catcher.start_byte, min(catcher.end_byte, catcher.start_byte + 40))
            return f"`|| {shown.strip()}`".replace("\n", " ")
    return AND_LEFT if way.tail and way.stops else way.tail


def _group(walker: Walker, node: Node, way: Way) -> bool:
    """`{ …; }`, `do … done` and `(( … ))`."""
    if node.child_count and node.children[0].type == "((":
        walker.substitutions(node, way.level, assign.LOST, way.depth)
        return False
    return walker.block(node.named_children, way.inner())


def _subshell(walker: Walker, node: Node, way: Way) -> bool:
    """`( … )`: its failure is that of one command."""
    flow = way.flow
    walker.block(node.named_children, way.to(flow, level=way.level.sub(flow)))
    return False


def _function(walker: Walker, node: Node, _: Way) -> bool:
    """A definition: nothing runs until it is called."""
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if name is not None and body is not None:
        known = walker.source.raw(name)
        if known not in walker.functions and _sometimes(node):
            walker.sometimes.add(known)
        elif not _sometimes(node):
            walker.sometimes.discard(known)
        walker.functions[known] = body
    return False


def _sometimes(node: Node) -> bool:
    """Whether a definition stands in an `if` without `else`: where its condition fails, the name is the program's."""
    above = node.parent
    while above is not None and above.type != "function_definition":
        if above.type == "if_statement":
            return not any(child.type in ("else_clause", "elif_clause") for child in above.named_children)
        above = above.parent
    return False


def _recovered(walker: Walker, node: Node, way: Way) -> bool:
    """Where the grammar lost its way: what it made out to be statements is walked, its words are not."""
    return walker.block([child for child in node.named_children if child.type in STATEMENTS], way.inner())


STATEMENTS: dict[str, Statement] = {
    "command": _command,
    "redirected_statement": _redirected,
    "pipeline": _pipeline,
    "negated_command": _negated,
    "list": _chain,
    "compound_statement": _group,
    "do_group": _group,
    "subshell": _subshell,
    "function_definition": _function,
    "case_statement": branches.case,
    "if_statement": branches.conditional,
    "while_statement": branches.loop,
    "for_statement": branches.every,
    "c_style_for_statement": branches.counted,
    "variable_assignment": assign.assignment,
    "variable_assignments": assign.assignments,
    "declaration_command": assign.declaration,
    "test_command": assign.tested,
    "ERROR": _recovered,
}
