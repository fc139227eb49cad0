"""What a call gives back, where that is plain: paths, texts cut and joined, and functions of the file that only return."""

from __future__ import annotations

import ast

from opslint.resolve.follow.python.reading.source import Function, full_name
from opslint.resolve.follow.python.reading.values import (
    MAX_ITEMS,
    MAX_TEXT,
    Scope,
    Value,
    above,
    items_of,
    joined_path,
    known,
    text_of,
    truth_of,
    value_of,
)
from opslint.resolve.shell.syntax.words import UNKNOWN

_SAME = frozenset({"str", "list", "tuple", "sorted", "os.fspath", "os.path.abspath", "os.path.realpath", "os.path.normpath",
                   "os.path.expanduser", "shlex.quote", "typing.cast"})
_SAME_METHODS = frozenset({"resolve", "absolute", "as_posix", "strip", "copy", "expanduser", "rstrip", "lstrip", "relative_to"})
_PATHS = frozenset({"pathlib.Path", "pathlib.PurePath", "os.path.join", "pathlib.Path.joinpath", "py.path.local"})
_HERE = frozenset({"os.getcwd", "pathlib.Path.cwd"})


def result_of(node: ast.Call, scope: Scope, depth: int) -> Value:
    """What a call gives back; UNKNOWN where that is not plain."""
    name = full_name(node.func, scope.source.imports)
    given = items_of(node.args, scope, depth)
    if name in _HERE:
        return "."
    if name in _PATHS:
        return joined_path(*map(text_of, given)) if given else "."
    if name == "os.path.dirname" and given:
        return above(text_of(given[0])) if known(given[0]) else UNKNOWN
    if name == "shlex.split" and given:
        return _split(given[0])
    if name == "shlex.join" and given:
        return _quoted(given[0])
    if name == "bool" and given:
        truth = truth_of(given[0])
        return UNKNOWN if truth is None else truth
    if name == "len" and given and isinstance(given[0], (list, str)) and known(given[0]):
        return len(given[0])
    if name in _SAME and given:
        return given[-1] if name == "typing.cast" else given[0]
    if isinstance(node.func, ast.Attribute):
        return _method(node.func, given, scope, depth)
    if isinstance(node.func, ast.Name) and node.func.id in scope.source.functions:
        return _returned(scope.source.functions[node.func.id], node, scope, depth)
    return UNKNOWN


def _method(function: ast.Attribute, given: list[Value], scope: Scope, depth: int) -> Value:
    """A method of a text, list or dictionary that is known."""
    owner = value_of(function.value, scope, depth)
    attribute = function.attr
    if attribute == "join" and isinstance(owner, str) and given:
        return owner.join(map(text_of, given[0]))[:MAX_TEXT] if isinstance(given[0], list) else UNKNOWN
    if attribute == "joinpath" and isinstance(owner, str):
        return joined_path(owner, *map(text_of, given))
    if attribute == "format" and isinstance(owner, str):
        for one in given:
            owner = owner.replace("{}", text_of(one), 1)
        return owner if "{" not in owner else _unfilled(owner)
    if attribute == "split" and isinstance(owner, str):
        separator = given[0] if given and isinstance(given[0], str) and given[0] else None
        return list[Value](owner.split(separator)[:MAX_ITEMS]) if owner != UNKNOWN else [UNKNOWN]
    if attribute == "replace" and isinstance(owner, str) and len(given) == 2 and isinstance(given[0], str) and known(given[0]):
        return owner.replace(given[0], text_of(given[1]))[:MAX_TEXT] if given[0] else UNKNOWN
    if attribute == "get" and isinstance(owner, dict) and given:
        return owner.get(text_of(given[0]), given[1] if len(given) > 1 else None)
    if attribute in ("startswith", "endswith") and isinstance(owner, str) and given and known(owner) and isinstance(given[0], str):
        return owner.startswith(given[0]) if attribute == "startswith" else owner.endswith(given[0])
    return owner if attribute in _SAME_METHODS and isinstance(owner, (str, list)) else UNKNOWN


def _returned(function: Function, node: ast.Call, scope: Scope, depth: int) -> Value:
    """What a function gives back that does nothing else."""
    body = [one for one in function.body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]
    if len(body) != 1 or not isinstance(body[0], ast.Return):
        return UNKNOWN
    return value_of(body[0].value, bound(function, node, scope, depth), depth + 1)


def bound(function: Function, node: ast.Call, scope: Scope, depth: int = 0, first: list[Value] | None = None) -> Scope:
    """The scope of a function's body for one call: its parameters by position and by name, defaults where none is given."""
    inner = scope.inner()
    arguments = function.args
    names = [one.arg for one in (*arguments.posonlyargs, *arguments.args)]
    defaults = arguments.defaults
    for one, default in zip(names[len(names) - len(defaults):], defaults, strict=True):
        inner.names[one] = value_of(default, scope, depth)
    for keyword, fallback in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        inner.names[keyword.arg] = value_of(fallback, scope, depth) if fallback is not None else UNKNOWN
    given = [*(first or ()), *items_of(node.args, scope, depth)]
    inner.names.update(zip(names, given, strict=False))
    if arguments.vararg is not None:
        inner.names[arguments.vararg.arg] = given[len(names):]
    rest: dict[str, Value] = {}
    own = {*names, *(one.arg for one in arguments.kwonlyargs)}
    for word, value in keywords_of(node, scope, depth).items():
        (inner.names if word in own else rest)[word] = value
    if arguments.kwarg is not None:
        inner.names[arguments.kwarg.arg] = rest
    for name in own:
        inner.names.setdefault(name, UNKNOWN)
    return inner


def keywords_of(node: ast.Call, scope: Scope, depth: int = 0) -> dict[str, Value]:
    """The keyword arguments of a call, `**x` spread out where it is known; else "**" stands there."""
    found: dict[str, Value] = {}
    for one in node.keywords[:MAX_ITEMS]:
        value = value_of(one.value, scope, depth)
        if one.arg is not None:
            found[one.arg] = value
        elif isinstance(value, dict):
            found.update(value)
        else:
            found["**"] = UNKNOWN
    return found


def _split(value: Value) -> Value:
    import shlex

    if not isinstance(value, str) or value == UNKNOWN:
        return [UNKNOWN]
    try:
        return list[Value](shlex.split(value)[:MAX_ITEMS])
    except ValueError:
        return list[Value](value.split()[:MAX_ITEMS])


def _quoted(value: Value) -> Value:
    return script_of(list(map(text_of, value))) if isinstance(value, list) else UNKNOWN


def script_of(words: list[str]) -> str:
    """Words as the shell text that gives them; what is unknown stays bare."""
    import shlex

    return " ".join(word if word == UNKNOWN else shlex.quote(word) for word in words)


def _unfilled(text: str) -> str:
    """A format with its fields unknown."""
    import re

    return re.sub(r"\{[^{}]*\}", UNKNOWN, text)
