"""Dagger: the literal commands of the functions of this repository's own module that `dagger call` calls."""

from __future__ import annotations

import ast
import shlex

from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.follow.runners.builds.gosource import calls_of, functions_of
from opslint.resolve.follow.runners.written import UNKNOWN, asked_of, inside, upward
from opslint.resolve.jobs.places import Files
from opslint.resolve.wrappers.tables import words_in
from opslint.source.span import Span

MAX_TEXT = 512 * 1024
MAX_FILES = 60
MAX_FUNCTIONS = 100
MAX_CALLS = 3000

_VALUED = words_in("-m --mod --progress -o --output -c --command --cloud --env-file")

Found = tuple[str, int, tuple[str | None, ...]]
"""Path or name of what is called, line, words."""
Functions = dict[str, tuple[str, list[Found]]]
"""Name -> (path, the calls in it)."""


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The `withExec` commands of the functions named; None where the module is not here or its language is not read.

    Shape:  they run in a container made by code, so where they run and what files lie there is unknown, and confidence is low.
    Source: Dagger, "dagger call"; `Container.withExec`; "dagger.json".
    """
    del env
    asked = asked_of(argv, _VALUED, stops=True)
    if asked.words[:1] != ("call",) or UNKNOWN in folder:
        return None
    inner = asked_of(asked.words, _VALUED)
    home = _module(inner.last("-m", "--mod") or asked.last("-m", "--mod"), folder, files)
    if home is None:
        return None
    functions = files.kept(("dagger", home), lambda: _functions(home, files))
    found: list[Lead] = []
    for name in inner.words[:8]:
        for path, line, words in _commands(name.replace("-", "").replace("_", "").lower(), functions):
            if words and words[0]:
                script = " ".join(UNKNOWN if word is None else shlex.quote(word) for word in words)
                found.append(Lead(script=script, span=Span(path=path, line=line), folder=UNKNOWN, confidence="low", copied=True))
    return Led(leads=tuple(found)) if found else None


def _module(given: str, folder: str, files: Files) -> str | None:
    """The folder of a module's sources, None where it is not in the tree."""
    import json

    from opslint.resolve.shell.state import joined

    starts = [joined(folder, given)] if given else upward(folder)
    for start in starts:
        path = inside(start, "dagger.json")
        if UNKNOWN in start or not files.tree.has(path):
            continue
        try:
            root = json.loads(files.text(path) or "")
        except (ValueError, RecursionError):
            return None
        source = root.get("source") if isinstance(root, dict) else None
        return joined(start, source) if isinstance(source, str) and source else inside(start, ".dagger")
    return None


def _functions(home: str, files: Files) -> Functions:
    """The functions of a module by name, with the calls in them."""
    found: Functions = {}
    calls = read = 0
    for path in files.tree.paths():
        if (home and not path.startswith(home + "/")) or not path.endswith((".go", ".py")):
            continue
        if "/internal/" in path or "/sdk/" in path or path.endswith((".gen.go", "_test.go")):
            continue
        text = (files.text(path) or "")[:MAX_TEXT]
        for name, called in (_python(text) if path.endswith(".py") else _go(text)).items():
            found.setdefault(name, (path, called))
            calls += len(called)
        read += 1
        if read >= MAX_FILES or calls >= MAX_CALLS:
            break
    return found


def _commands(name: str, functions: Functions) -> list[Found]:
    """The commands of a function and of the module's own functions that it calls."""
    found: list[Found] = []
    waiting, seen = [name], set[str]()
    while waiting and len(seen) < MAX_FUNCTIONS:
        current = waiting.pop(0)
        if current in seen or current not in functions:
            continue
        seen.add(current)
        path, calls = functions[current]
        for called, line, words in calls:
            if called == "withexec":
                found.append((path, line, words))
            else:
                waiting.append(called)
    return found


def _go(text: str) -> dict[str, list[Found]]:
    """Function, by its name without case -> the calls in it."""
    found: dict[str, list[Found]] = {}
    left = MAX_CALLS
    for function in functions_of(text):
        calls = calls_of(function) if left > 0 else []
        left -= len(calls)
        found[function.name.lower()] = [(call.name.rpartition(".")[2].lower(), call.line, call.arguments) for call in calls]
    return found


def _python(text: str) -> dict[str, list[Found]]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    found: dict[str, list[Found]] = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            calls = [one for inner in ast.walk(node) if isinstance(inner, ast.Call) and (one := _call(inner)) is not None]
            found[node.name.replace("_", "").lower()] = sorted(calls, key=lambda one: one[1])
    return found


def _call(node: ast.Call) -> Found | None:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
    first = node.args[0] if node.args else None
    words = first.elts if isinstance(first, ast.List) else []
    literal = tuple(one.value if isinstance(one, ast.Constant) and isinstance(one.value, str) else None for one in words)
    line = first.lineno if isinstance(first, ast.List) else node.lineno
    return (name.replace("_", "").lower(), line, literal) if name else None
