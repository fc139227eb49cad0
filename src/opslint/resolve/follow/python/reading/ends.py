"""How Python statements end, and whether somebody looks at how a program they started ended."""

from __future__ import annotations

import ast
from enum import StrEnum

from opslint.resolve.follow.python.reading.source import full_name
from opslint.resolve.follow.python.reading.values import Handle, Scope, value_of

_EXITS = frozenset({"sys.exit", "exit", "quit", "os._exit"})
_CAUGHT = frozenset({"Exception", "BaseException", "subprocess.CalledProcessError", "subprocess.SubprocessError",
                     "nox.command.CommandFailed", "invoke.UnexpectedExit", "invoke.exceptions.UnexpectedExit"})
_QUIET = frozenset({"print", "logging", "logger", "log", "LOG", "LOGGER", "warnings", "click", "console", "traceback", "typer", "rich"})
_OUTPUT = frozenset({"stdout", "stderr", "args", "output"})


class End(StrEnum):
    """Where control is behind a statement."""

    ON = "on"
    LEFT = "left"  # the function or loop is left
    FAILED = "failed"  # the program is, by an error
    PERHAPS = "perhaps"  # it may be left


_SESSION_ENDS = {"skip": End.LEFT, "error": End.FAILED}


def end_of(node: ast.expr, scope: Scope) -> End:
    """How a statement ends that is only an expression: `sys.exit(1)` fails the program, `sys.exit()` and `session.skip()` leave it."""
    if not isinstance(node, ast.Call):
        return End.ON
    if full_name(node.func, scope.source.imports) in _EXITS:
        return End.LEFT if not node.args or value_of(node.args[0], scope) in (0, None) else End.FAILED
    if isinstance(node.func, ast.Attribute) and node.func.attr in _SESSION_ENDS and isinstance(value_of(node.func.value, scope), Handle):
        return _SESSION_ENDS[node.func.attr]
    return End.ON


def status_names(body: list[ast.stmt]) -> frozenset[str]:
    """Names whose value is looked at for more than what a program printed: `done` in `done.returncode`, not in `done.stdout`."""
    found: set[str] = set()
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in _OUTPUT:
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            found.add(node.id)
        waiting.extend(ast.iter_child_nodes(node))
    return frozenset(found)


def swallows(handler: ast.ExceptHandler, imports: dict[str, str]) -> bool:
    """Whether a handler catches a failed command and does nothing that would fail the program."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type] if handler.type is not None else []
    if kinds and not any(full_name(kind, imports) in _CAUGHT for kind in kinds):
        return False
    return all(_harmless(statement, imports) for statement in handler.body)


def _harmless(node: ast.stmt, imports: dict[str, str]) -> bool:
    if isinstance(node, (ast.Pass, ast.Continue)):
        return True
    if isinstance(node, ast.Return):
        return node.value is None
    if not isinstance(node, ast.Expr):
        return False
    if isinstance(node.value, ast.Constant):
        return True
    return isinstance(node.value, ast.Call) and full_name(node.value.func, imports).partition(".")[0] in _QUIET
