"""Python programs of the repository: what `python x.py` and `python -m package.module` plainly do and start, read and never run."""

from __future__ import annotations

import ast

from opslint.resolve.follow.follower import Lead, Led, is_script
from opslint.resolve.follow.python.reading.modules import Modules, may_start
from opslint.resolve.follow.python.reading.source import Source, full_name, imported, source_of
from opslint.resolve.follow.scripts.paths import located, missing
from opslint.resolve.jobs.places import Files
from opslint.resolve.wrappers.tables import PYTHON_VALUED

MAX_MARKS = 400

_ENDING = frozenset({"sys.exit", "exit", "quit", "os._exit", "SystemExit"})
_COUNTS = frozenset({"len", "argv", "argc", "version_info", "version", "returncode", "time", "timeout", "retries", "attempts"})
_ORDERING = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """What the program behind a `python` command does and starts; None where it is none of the repository."""
    del env
    index = 1
    while index < len(argv) and argv[index].startswith("-"):
        word = argv[index]
        if word in ("-c", "-") or word.startswith("--"):
            return None
        if word == "-m":
            return _module(argv[index + 1], argv[index + 2:], folder, files) if index + 1 < len(argv) else None
        index += 2 if word in PYTHON_VALUED else 1
    word = argv[index] if index < len(argv) else ""
    path = located(word, folder) if word.endswith(".py") and is_script(word) else ""
    if not path:
        return None
    text = files.text(path) if files.tree.has(path) else None
    return script_led(path, text, argv[index + 1:], folder, files) if text is not None else missing(path, files)


def script_led(path: str, text: str, arguments: tuple[str, ...] = (), folder: str = "", files: Files | None = None) -> Led | None:
    """What one program does, as marks, and what it starts, as leads.

    Shape: `import:MODULE` for each module (and name of it) that is imported, `call:NAME` for each thing called, by its full name
           where it was imported, `bar` where a comparison of size decides whether it fails. `arguments` are what it is given,
           `folder` where it runs, `files` where modules that it imports are found.
    """
    arguments = arguments if "argv" in text else ()
    if files is None:
        return _read(path, text, arguments, folder, files)
    return files.kept((script_led, path, arguments, folder), lambda: _read(path, text, arguments, folder, files))


def _read(path: str, text: str, arguments: tuple[str, ...], folder: str, files: Files | None) -> Led | None:
    source = source_of(path, text) if files is None else files.made(source_of, path)
    if source is None:
        return None
    names = source.imports
    marks: dict[str, None] = {}
    nodes = list(ast.walk(source.tree))
    for node in nodes:
        for module, _, _ in imported(node):
            marks[f"import:{module}"] = None
    for node in nodes:
        if isinstance(node, ast.Call) and (called := full_name(node.func, names)):
            marks[f"call:{called}"] = None
    if any(_sets_bar(node, names) for node in nodes):
        marks = {"bar": None, **marks}
    modules = Modules(files, path.rpartition("/")[0], folder, "", "src") if files is not None else None
    leads = _started(source, arguments, folder, modules) if may_start(text) or (modules is not None and modules.any(source)) else ()
    return Led(marks=tuple(marks)[:MAX_MARKS], leads=leads)


def _started(source: Source, arguments: tuple[str, ...], folder: str, modules: Modules | None) -> tuple[Lead, ...]:
    """What a program starts: by the statements that are come to, then by functions that others may call, of low confidence."""
    from opslint.resolve.follow.python.reading.started import Leads, started
    from opslint.resolve.follow.python.reading.values import Value
    from opslint.resolve.follow.python.reading.walk import Call, Walker, Way

    leads = Leads()

    def told(call: Call, walker: Walker) -> bool:
        name = full_name(call.node.func, call.scope.source.imports)
        if name == "os.chdir" and call.node.args:
            walker.stand(call)
            return True
        return started(call, walker.folder, leads)

    walker = Walker(source, told, folder, modules)
    walker.scope.outer["__name__"] = "__main__"
    walker.scope.outer["sys.argv"] = [source.path, *list[Value](arguments)]
    walker.module()
    mentioned = {node.id for node in ast.walk(source.tree) if isinstance(node, ast.Name)}
    mentioned |= {node.attr for node in ast.walk(source.tree) if isinstance(node, ast.Attribute)}
    for function in (*source.functions.values(), *source.methods.values()):
        if id(function) not in walker.entered and (function.name in mentioned or function.decorator_list):
            walker.folder = folder
            walker.enter(function, walker.unknown(function), Way(sure=False))
    return leads.all()


def function_leads(module: str, function: str, folder: str, files: Files) -> tuple[Lead, ...]:
    """What a function of a module of the repository starts, called without arguments: the entry of `poe` scripts and `pdm` calls."""
    modules = Modules(files, folder, f"{folder}/src" if folder else "src")
    found = modules.named(module, function)
    if found is None:
        return ()
    from opslint.resolve.follow.python.reading.started import Leads, started
    from opslint.resolve.follow.python.reading.walk import Walker, Way

    leads = Leads()
    walker = Walker(found[0], lambda call, walker: started(call, walker.folder, leads), folder, modules)
    walker.module()
    walker.enter(found[1], walker.unknown(found[1]), Way())
    return leads.all()


def _module(name: str, arguments: tuple[str, ...], folder: str, files: Files) -> Led | None:
    """The program of a module of the repository, at its root or below `src`."""
    inner = name.replace(".", "/")
    for base in (folder, f"{folder}/src" if folder else "src"):
        for ending in (".py", "/__main__.py"):
            path = located(f"{inner}{ending}", base)
            if path and files.tree.has(path):
                text = files.text(path)
                return script_led(path, text, arguments, folder, files) if text is not None else None
    return None


def _sets_bar(node: ast.AST, names: dict[str, str]) -> bool:
    """Whether a statement fails the program by a comparison of size: `if error > bar: sys.exit(1)`, `assert score >= 0.9`.

    How many arguments there are, how long something is, or which Python runs it is no measure.
    """
    if isinstance(node, ast.Assert):
        return _compares(node.test)
    if isinstance(node, ast.If) and _compares(node.test):
        return any(_fails(statement, names) for statement in (*node.body, *node.orelse))
    if isinstance(node, ast.Call) and full_name(node.func, names) in _ENDING:
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
    if not isinstance(call, ast.Call) or full_name(call.func, names) not in _ENDING or not call.args:
        return False
    argument = call.args[0]
    return not (isinstance(argument, ast.Constant) and argument.value in (0, None, False))
