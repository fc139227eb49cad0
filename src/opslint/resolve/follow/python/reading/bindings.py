"""Names and what they come to stand for: assignments, loops, and branches that may or may not have been taken."""

from __future__ import annotations

import ast

from opslint.resolve.follow.python.reading.source import full_name
from opslint.resolve.follow.python.reading.values import MAX_ITEMS, Scope, Value
from opslint.resolve.shell.syntax.words import UNKNOWN

MAX_TURNS = 40


def assign(target: ast.expr, value: Value, scope: Scope) -> None:
    """Give a name, several names, or (at the module's level) an attribute a value."""
    if isinstance(target, ast.Name):
        scope.names[target.id] = value
    elif isinstance(target, (ast.Tuple, ast.List)):
        fits = isinstance(value, list) and len(value) == len(target.elts)
        for index, one in enumerate(target.elts[:MAX_ITEMS]):
            assign(one, value[index] if fits and isinstance(value, list) else UNKNOWN, scope)
    elif isinstance(target, ast.Attribute) and scope.names is scope.outer:
        scope.outer[full_name(target, scope.source.imports)] = value
    elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
        old = scope.get(target.value.id)
        if isinstance(old, dict) and isinstance(target.slice, ast.Constant) and isinstance(target.slice.value, str):
            scope.names[target.value.id] = {**old, target.slice.value: value}
        else:
            scope.names[target.value.id] = UNKNOWN


def extended(name: str, value: Value, scope: Scope) -> None:
    """`name += value`."""
    old = scope.get(name)
    new: Value = UNKNOWN
    if isinstance(old, list):
        new = [*old, *(value if isinstance(value, list) else [UNKNOWN])][:MAX_ITEMS]
    elif isinstance(old, str) and isinstance(value, str) and len(old) < 8000:
        new = old + value
    (scope.names if name in scope.names else scope.outer)[name] = new


def loops(value: Value) -> list[Value]:
    """What a loop's name stands for at each turn, once UNKNOWN where that is not known."""
    if isinstance(value, list):
        return value[:MAX_TURNS]
    if isinstance(value, dict):
        return list[Value](value)[:MAX_TURNS]
    return [UNKNOWN]


def merged(scope: Scope, other: dict[str, Value]) -> None:
    """What names stand for when either of two ways may have been gone."""
    for name in {*scope.names, *other}:
        mine, theirs = scope.names.get(name, UNKNOWN), other.get(name, UNKNOWN)
        if mine is theirs or mine == theirs:
            continue
        if isinstance(mine, list) and isinstance(theirs, list):
            shared = next((index for index, (one, two) in enumerate(zip(mine, theirs, strict=False)) if one != two),
                          min(len(mine), len(theirs)))
            scope.names[name] = [*mine[:shared], UNKNOWN] if shared else UNKNOWN
        else:
            scope.names[name] = UNKNOWN
