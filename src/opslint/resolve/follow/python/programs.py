"""Python programs of the repository: what `python evaluate.py` and `python -m package.module` plainly do, read and never run."""

from __future__ import annotations

import ast

from opslint.resolve.follow.follower import Led, is_script
from opslint.resolve.follow.scripts.paths import located, missing
from opslint.resolve.jobs.places import Files
from opslint.resolve.wrappers.tables import PYTHON_VALUED

MAX_SCRIPT = 128 * 1024
MAX_MARKS = 400

_ENDING = frozenset({"sys.exit", "exit", "quit", "os._exit", "SystemExit"})
_COUNTS = frozenset({"len", "argv", "argc", "version_info", "version", "returncode", "time", "timeout", "retries", "attempts"})
_ORDERING = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """What the program behind a `python` command does; None where it is none of the repository."""
    del env
    index = 1
    while index < len(argv) and argv[index].startswith("-"):
        word = argv[index]
        if word in ("-c", "-") or word.startswith("--"):
            return None
        if word == "-m":
            return _module(argv[index + 1], folder, files) if index + 1 < len(argv) else None
        index += 2 if word in PYTHON_VALUED else 1
    word = argv[index] if index < len(argv) else ""
    path = located(word, folder) if word.endswith(".py") and is_script(word) else ""
    if not path:
        return None
    text = files.text(path) if files.tree.has(path) else None
    return script_led(path, text) if text is not None else missing(path, files)


def script_led(path: str, text: str) -> Led | None:
    """What one program does, as marks.

    Shape: `import:MODULE` for each module (and name of it) that is imported, `call:NAME` for each thing called, by its full name
           where it was imported, `bar` where a comparison of size decides whether it fails. `path` is for nothing but errors.
    """
    if len(text) > MAX_SCRIPT:
        return None
    try:
        tree = ast.parse(text, path)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    names: dict[str, str] = {}
    marks: dict[str, None] = {}
    nodes = list(ast.walk(tree))
    for node in nodes:
        for module, name, stands_for in _imported(node):
            names[name] = stands_for
            marks[f"import:{module}"] = None
    for node in nodes:
        if isinstance(node, ast.Call) and (called := _dotted(node.func, names)):
            marks[f"call:{called}"] = None
    if any(_sets_bar(node, names) for node in nodes):
        marks = {"bar": None, **marks}
    return Led(marks=tuple(marks)[:MAX_MARKS])


def _module(name: str, folder: str, files: Files) -> Led | None:
    """The program of a module of the repository, at its root or below `src`."""
    inner = name.replace(".", "/")
    for base in (folder, f"{folder}/src" if folder else "src"):
        for ending in (".py", "/__main__.py"):
            path = located(f"{inner}{ending}", base)
            if path and files.tree.has(path):
                text = files.text(path)
                return script_led(path, text) if text is not None else None
    return None


def _imported(node: ast.AST) -> list[tuple[str, str, str]]:
    """(full name, name in the program, what that name stands for) of everything a statement imports."""
    if isinstance(node, ast.Import):
        firsts = [one.name.partition(".")[0] for one in node.names]
        return [(one.name, one.asname or first, one.name if one.asname else first)
                for one, first in zip(node.names, firsts, strict=True)]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        inner = [(f"{node.module}.{one.name}", one.asname or one.name) for one in node.names]
        return [(node.module, "", node.module), *((full, name, full) for full, name in inner)]
    return []


def _dotted(node: ast.expr, names: dict[str, str]) -> str:
    """The full name of what is called: `pd.read_csv` is `pandas.read_csv`; a call's result gives no name but its method's."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        parts.append(names.get(node.id, node.id))
    elif not parts:
        return ""
    else:
        parts.append("")
    return ".".join(reversed(parts))


def _sets_bar(node: ast.AST, names: dict[str, str]) -> bool:
    """Whether a statement fails the program by a comparison of size: `if error > bar: sys.exit(1)`, `assert score >= 0.9`.

    How many arguments there are, how long something is, or which Python runs it is no measure.
    """
    if isinstance(node, ast.Assert):
        return _compares(node.test)
    if isinstance(node, ast.If) and _compares(node.test):
        return any(_fails(statement, names) for statement in (*node.body, *node.orelse))
    if isinstance(node, ast.Call) and _dotted(node.func, names) in _ENDING:
        return any(_compares(argument) for argument in node.args)
    return False


def _compares(node: ast.expr) -> bool:
    return any(
        isinstance(inner, ast.Compare) and any(isinstance(one, _ORDERING) for one in inner.ops) and not _counts(inner)
        for inner in ast.walk(node)
    )


def _counts(node: ast.Compare) -> bool:
    """Whether a comparison is about a length, the arguments, or a version."""
    for inner in ast.walk(node):
        name = inner.id if isinstance(inner, ast.Name) else inner.attr if isinstance(inner, ast.Attribute) else ""
        if name in _COUNTS:
            return True
    return False


def _fails(node: ast.stmt, names: dict[str, str]) -> bool:
    """Whether a statement ends the program with a failure."""
    if isinstance(node, ast.Raise):
        return True
    call = node.value if isinstance(node, ast.Expr) else None
    if not isinstance(call, ast.Call) or _dotted(call.func, names) not in _ENDING or not call.args:
        return False
    argument = call.args[0]
    return not (isinstance(argument, ast.Constant) and argument.value in (0, None, False))
