"""One simple command: built-ins obeyed, functions entered, everything else told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from opslint.resolve.shell import assign
from opslint.resolve.shell.branches import TESTERS
from opslint.resolve.shell.state import Level, Way, moved
from opslint.resolve.shell.syntax.names import names_between
from opslint.resolve.shell.syntax.words import UNKNOWN, Scope, fields_of, text_of
from opslint.resolve.wrappers.form import operand
from opslint.source.words.late import late

if TYPE_CHECKING:  # for signatures only: the grammar is imported when a script is met
    from tree_sitter import Node

    from opslint.resolve.shell.emit import Emitter
    from opslint.resolve.shell.walk import Walker

MAX_WORDS = 1024
MAX_CALLS = 12

IN_TRAP = "it runs in a trap"

_DECLARING = frozenset({"export", "local", "readonly", "declare", "typeset"})
_ENDING = frozenset({"exit", "return", "break", "continue"})
_QUIET = frozenset({"shopt", ":", "true", "false", "wait", "let"})
_STRAIGHT = frozenset({"program", "list", "compound_statement", "subshell", "function_definition"})
"""What may stand around a statement that is come to just once each time its function or script runs."""
_ALL_ARGUMENTS = frozenset({'"$@"', "$@", '"${@}"', "$*", '"$*"'})
_ASSIGNMENT = late(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)


def run(emitter: Emitter, walker: Walker, node: Node, whole: Node, way: Way) -> bool:
    """Obey, enter or tell one `command` node; True when control does not come back from it.

    Shape: `whole` is the statement with its redirections.
    """
    judged, emitter.judged = emitter.judged, None
    name = node.child_by_field_name("name")
    env, start = _prefix(emitter, walker, node, name, way)
    if name is None:
        return False
    words = words_of(node, walker, way.level)
    head = words[0]
    raw = walker.source.slice(start, whole.end_byte)
    if "$(" in raw or "`" in raw or "<(" in raw:
        into = assign.LOST
        if head in TESTERS:
            into = way.flow if judged is None else judged
        elif head in _DECLARING:
            into = f"`{head}` hides the status of $( )"
        for argument in (name, *node.children_by_field_name("argument")):
            if argument.child_count:
                walker.substitutions(argument, way.level, into, way.depth, judged=head in TESTERS and not into)
    if head in _ENDING:
        return True
    if head == "shift":
        _shift(node, words, way.level.scope)
        return False
    if head in _QUIET or _obeyed(emitter, words, way):
        return False
    if head in walker.functions:
        names = names_between(walker.source, way.level.scope, start, node.end_byte)
        flow = _retried(walker, name, way)
        _call(walker, words, names, way if flow == way.flow else way.to(flow), tried=flow != way.flow)
        if head not in walker.sometimes:
            return False
    if head == "exec" and len(words) == 1:
        return False
    flow = way.level.kill if head == "exec" else _retried(walker, name, way)
    used = names_between(walker.source, way.level.scope, start, whole.end_byte)
    emitter.names = tuple(sorted({*used, *emitter.piped})) if emitter.piped else used
    emitter.unwrap(tuple(words), env, flow, (start, node.end_byte), whole, way)
    if head in ("cd", "pushd", "popd"):
        _go(words, way.level)
    return head == "exec"


def _shift(node: Node, words: list[str], scope: Scope) -> None:
    """`shift` and `shift 2` take the first arguments away: `retry() { n=$1; shift; "$@"; }` runs what stands behind the number.

    One in a branch or a loop, as those that read options have it, leaves them as they are: how often it is come to is not known.
    """
    count = words[1] if len(words) > 1 else "1"
    around = node.parent
    while around is not None and around.type in _STRAIGHT:
        if around.type == "function_definition":
            break
        around = around.parent
    if scope.arguments and count.isdigit() and (around is None or around.type == "function_definition"):
        scope.arguments = scope.arguments[int(count[:6]):]


def _go(words: list[str], level: Level) -> None:
    """`cd`, `pushd`, `popd`: options are stepped over, `cd -` and a bare `cd` lead where nothing is known."""
    if words[0] == "popd":
        level.folder = level.folders.pop() if level.folders else UNKNOWN
        return
    index = operand(tuple(words), 1, frozenset())
    to = words[index] if index < len(words) else "~"
    if words[0] == "pushd":
        level.folders.append(level.folder)
    level.folder = moved(level.folder, to)


def words_of(node: Node, walker: Walker, level: Level) -> list[str]:
    """The words of a `command` node: at least one."""
    name = node.child_by_field_name("name")
    parts = (name.named_children or [name]) if name is not None else []
    parts = [*parts, *(child for child in node.children_by_field_name("argument") if child.is_named)]
    return [word for part in parts[:MAX_WORDS] for word in fields_of(part, walker.source, level.scope)] or [UNKNOWN]


def _prefix(emitter: Emitter, walker: Walker, node: Node, name: Node | None, way: Way) -> tuple[dict[str, str], int]:
    """Assignments before the command word: its environment, or statements of their own where a line ends behind them.

    Source: tree-sitter-bash 0.25 joins `A=1 B=2` and the next line into one command.
    """
    env = dict(emitter.exported) if emitter.exported else {}
    before = [
        child
        for child in node.children
        if child.type == "variable_assignment" and (name is None or child.start_byte < name.start_byte)
    ]
    if not before:
        return env, node.start_byte
    own = name is None
    if name is not None:
        own = "\n" in walker.source.slice(before[-1].end_byte, name.start_byte).replace("\\\n", "")
    for child in before:
        if own:
            assign.assignment(walker, child, way if name is None else way.to(way.level.kill))
            continue
        variable, value = child.child_by_field_name("name"), child.child_by_field_name("value")
        if variable is not None:
            env[walker.source.raw(variable)] = text_of(value, walker.source, way.level.scope) if value is not None else ""
        if value is not None and value.child_count:
            walker.substitutions(value, way.level, assign.LOST, way.depth)
    return env, name.start_byte if own and name is not None else node.start_byte


def _obeyed(emitter: Emitter, words: list[str], way: Way) -> bool:
    """Whether the command is a built-in that changes the shell; it is obeyed and told to nobody."""
    level = way.level
    if words[0] == "set":
        _set(words[1:], level)
    elif words[0] in _DECLARING:
        for text in words[1:]:
            found = _ASSIGNMENT.match(text)
            if found:
                level.scope.variables[found[1]] = found[2]
                if words[0] == "export":
                    emitter.exported[found[1]] = found[2]
    elif words[0] == "unset":
        for text in words[1:]:
            level.scope.variables.pop(text, None)
    elif words[0] == "trap":
        _trap(emitter, words, way)
    else:
        return False
    return True


def _set(options: list[str], level: Level) -> None:
    """`set -e`, `set +e`, `set -o pipefail`, `set -euo pipefail`."""
    for index, option in enumerate(options):
        if option in ("-", "--"):
            break
        if option[:1] not in ("-", "+") or len(option) < 2 or option.startswith("--"):
            continue
        on = option[0] == "-"
        level.errexit = on if "e" in option[1:] else level.errexit
        if option.endswith("o") and index + 1 < len(options):
            level.errexit = on if options[index + 1] == "errexit" else level.errexit
            level.pipefail = on if options[index + 1] == "pipefail" else level.pipefail


def _trap(emitter: Emitter, words: list[str], way: Way) -> None:
    """`trap 'script' SIGNAL…`: its commands run, and an `exit` in it may decide for the block."""
    if len(words) < 3 or words[1] in ("-", ""):
        return
    script, signals = words[1], frozenset(words[2:])
    if re.search(r"\bexit\s+0\b", script) and signals & {"EXIT", "ERR", "0"}:
        way.level.kill = "a trap exits with 0"
    elif re.search(r"\bexit\b", script) and "ERR" in signals:
        way.level.errexit = True
    emitter.trap(script, way, IN_TRAP)


def _call(walker: Walker, words: list[str], names: tuple[str, ...], way: Way, *, tried: bool = False) -> None:
    """Run the body of a function of this script, its arguments filled in; `names` stand behind those that are not known.

    `tried`: another function tries it again while it fails, so `set -e` does not hold in it: what it ends with counts.
    """
    if words[0] in walker.calls or len(walker.calls) >= MAX_CALLS:
        return
    body, level = walker.functions[words[0]], way.level
    inner = Level(
        errexit=level.errexit and not tried,
        pipefail=level.pipefail,
        kill=way.flow if body.type == "subshell" else level.kill,
        back=way.flow,
        folder=level.folder,
        scope=Scope(level.scope.variables, level.scope.arrays, words[1:], level.scope.origins),
    )
    outer, level.scope.origins["@"] = level.scope.origins.get("@", ()), names
    walker.calls.append(words[0])
    walker.block(body.named_children, way.to(way.flow, level=inner))
    walker.calls.pop()
    level.scope.origins["@"] = outer
    level.errexit = level.errexit if tried else inner.errexit
    level.pipefail, level.folder = inner.pipefail, inner.folder


def _retried(walker: Walker, name: Node, way: Way) -> str:
    """The flow of `"$@"` in a function that tries again and fails in the end is that of the function."""
    if way.flow and walker.calls and walker.source.raw(name) in _ALL_ARGUMENTS:
        body = walker.functions[walker.calls[-1]]
        if walker.failures.of(body.named_children) in ("return", "exit"):
            return way.level.back
    return way.flow
