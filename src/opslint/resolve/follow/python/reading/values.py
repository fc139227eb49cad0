"""What a Python expression is, as far as that is plain: literals, names given one, paths, and the lists commands are made of."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TypeAlias

import msgspec

from opslint.resolve.follow.python.reading.source import Source, full_name
from opslint.resolve.shell.syntax.words import UNKNOWN

MAX_DEPTH = 40
MAX_TEXT = 8000
MAX_ITEMS = 200
MAX_EVALUATIONS = 60_000


class Handle(msgspec.Struct, frozen=True, kw_only=True):
    """An object that is known by what it is good for: a nox session, an invoke context.

    Shape: `fields` are the attributes whose value is known.
    """

    kind: str
    fields: dict[str, Value] = {}


Value: TypeAlias = "str | int | float | list[Value] | dict[str, Value] | Handle | None"
"""A value; UNKNOWN ("…") stands for one that cannot be known, also as part of a text or item of a list."""


class Scope:
    """What names stand for at one place of a file.

    Shape: `names` are those of the function, `outer` those of the module; `folder` is where the program runs, relative to the
           root; `left` (one for all scopes of a run) is how many expressions may still be looked at.
    """

    __slots__ = ("folder", "left", "names", "outer", "source")

    def __init__(self, source: Source, folder: str, outer: dict[str, Value] | None = None, left: list[int] | None = None) -> None:
        self.source = source
        self.folder = folder
        self.names: dict[str, Value] = {}
        self.outer: dict[str, Value] = self.names if outer is None else outer
        self.left = [MAX_EVALUATIONS] if left is None else left

    def inner(self) -> Scope:
        """A function's scope."""
        return Scope(self.source, self.folder, self.outer, self.left)

    def get(self, name: str) -> Value:
        """What a name stands for."""
        return self.names[name] if name in self.names else self.outer.get(name, UNKNOWN)


def value_of(node: ast.expr | None, scope: Scope, depth: int = 0) -> Value:
    """What an expression is; UNKNOWN where that is not plain."""
    scope.left[0] -= 1
    if node is None or depth > MAX_DEPTH or scope.left[0] < 0:
        return UNKNOWN
    if isinstance(node, ast.Constant):
        value = node.value
        return value[:MAX_TEXT] if isinstance(value, str) else value if isinstance(value, (int, float)) or value is None else UNKNOWN
    reader = _READERS.get(type(node))
    return reader(node, scope, depth + 1) if reader is not None else UNKNOWN


def text_of(value: Value) -> str:
    """A value as a word of a command, UNKNOWN where it is none."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, (int, float)) else UNKNOWN


def truth_of(value: Value) -> bool | None:
    """Whether a value counts as true, None where that cannot be said."""
    if value == UNKNOWN or isinstance(value, Handle):
        return None
    if isinstance(value, list) and value and all(item == UNKNOWN for item in value):
        return None
    return bool(value)


def known(value: Value) -> bool:
    """Whether nothing of a value is unknown."""
    if isinstance(value, str):
        return UNKNOWN not in value
    if isinstance(value, list):
        return all(known(item) for item in value)
    return not isinstance(value, (dict, Handle))


def items_of(nodes: list[ast.expr], scope: Scope, depth: int = 0) -> list[Value]:
    """Items of a list or arguments of a call, starred ones spread out."""
    found: list[Value] = []
    for node in nodes[:MAX_ITEMS]:
        if isinstance(node, ast.Starred):
            inner = value_of(node.value, scope, depth)
            found.extend(inner if isinstance(inner, list) else [UNKNOWN])
        else:
            found.append(value_of(node, scope, depth))
    return found[:MAX_ITEMS]


def _formatted(node: ast.JoinedStr, scope: Scope, depth: int) -> Value:
    parts = [part.value if isinstance(part, ast.FormattedValue) else part for part in node.values[:MAX_ITEMS]]
    return "".join(text_of(value_of(part, scope, depth)) for part in parts)[:MAX_TEXT]


def _named(node: ast.Name, scope: Scope, depth: int) -> Value:
    del depth
    if node.id == "__file__":
        return _from(scope.folder, scope.source.path)
    if node.id == "__name__":
        return scope.outer.get("__name__", UNKNOWN)
    return scope.get(node.id)


def _attribute(node: ast.Attribute, scope: Scope, depth: int) -> Value:
    name = full_name(node, scope.source.imports)
    if name in _FIXED:
        return _FIXED[name]
    if name == "sys.argv":
        return scope.outer.get(name, UNKNOWN)
    owner = value_of(node.value, scope, depth)
    if isinstance(owner, Handle):
        return owner.fields.get(node.attr, UNKNOWN)
    if isinstance(owner, str) and UNKNOWN not in owner:
        if node.attr == "parent":
            return above(owner)
        if node.attr == "name":
            return owner.rpartition("/")[2]
    return UNKNOWN


def _list(node: ast.List | ast.Tuple | ast.Set, scope: Scope, depth: int) -> Value:
    return items_of(node.elts, scope, depth)


def _dict(node: ast.Dict, scope: Scope, depth: int) -> Value:
    found: dict[str, Value] = {}
    for key, value in list(zip(node.keys, node.values, strict=True))[:MAX_ITEMS]:
        inner = value_of(value, scope, depth)
        if key is None:
            found.update(inner if isinstance(inner, dict) else {})
        else:
            found[text_of(value_of(key, scope, depth))] = inner
    return found


def _operation(node: ast.BinOp, scope: Scope, depth: int) -> Value:
    left, right = value_of(node.left, scope, depth), value_of(node.right, scope, depth)
    if isinstance(node.op, ast.Add):
        if isinstance(left, list) or isinstance(right, list):
            both = [*(left if isinstance(left, list) else [UNKNOWN]), *(right if isinstance(right, list) else [UNKNOWN])]
            return both[:MAX_ITEMS]
        return (left + right)[:MAX_TEXT] if isinstance(left, str) and isinstance(right, str) else UNKNOWN
    if isinstance(node.op, ast.Div):
        return joined_path(text_of(left), text_of(right))
    if isinstance(node.op, ast.Mod) and isinstance(left, str):
        for one in right if isinstance(right, list) else [right]:
            left = left.replace("%s", text_of(one), 1)
        return left[:MAX_TEXT] if "%" not in left else UNKNOWN
    return UNKNOWN


def _either(node: ast.BoolOp, scope: Scope, depth: int) -> Value:
    """`a or b` and `a and b`: the part that decides, the last one where it cannot be told."""
    stop = isinstance(node.op, ast.Or)
    inner: Value = UNKNOWN
    unsure = False
    for part in node.values:
        inner = value_of(part, scope, depth)
        truth = truth_of(inner)
        if truth is stop:
            return UNKNOWN if unsure else inner
        unsure |= truth is None
    return UNKNOWN if unsure else inner


def _choice(node: ast.IfExp, scope: Scope, depth: int) -> Value:
    truth = truth_of(value_of(node.test, scope, depth))
    if truth is None:
        first, second = value_of(node.body, scope, depth), value_of(node.orelse, scope, depth)
        return first if known(first) and first == second else UNKNOWN
    return value_of(node.body if truth else node.orelse, scope, depth)


def _negated(node: ast.UnaryOp, scope: Scope, depth: int) -> Value:
    inner = value_of(node.operand, scope, depth)
    if isinstance(node.op, ast.Not):
        truth = truth_of(inner)
        return UNKNOWN if truth is None else not truth
    return -inner if isinstance(node.op, ast.USub) and isinstance(inner, (int, float)) else UNKNOWN


def _compared(node: ast.Compare, scope: Scope, depth: int) -> Value:
    left, right = value_of(node.left, scope, depth), value_of(node.comparators[0], scope, depth)
    if len(node.ops) > 1 or not known(left):
        return UNKNOWN
    operator = node.ops[0]
    if isinstance(operator, (ast.In, ast.NotIn)) and isinstance(left, str):
        if isinstance(right, (str, list)) and left in right:
            return isinstance(operator, ast.In)
        return isinstance(operator, ast.NotIn) if isinstance(right, (str, list)) and known(right) else UNKNOWN
    if not known(right):
        return UNKNOWN
    if isinstance(operator, (ast.Eq, ast.Is)):
        return left == right
    return left != right if isinstance(operator, (ast.NotEq, ast.IsNot)) else UNKNOWN


def _item(node: ast.Subscript, scope: Scope, depth: int) -> Value:
    if isinstance(node.value, ast.Attribute) and node.value.attr == "parents":  # of a path
        path, index = value_of(node.value.value, scope, depth), value_of(node.slice, scope, depth)
        if isinstance(path, str) and isinstance(index, int) and 0 <= index < 8 and UNKNOWN not in path:
            for _ in range(index + 1):
                path = above(path)
            return path
        return UNKNOWN
    owner = value_of(node.value, scope, depth)
    if isinstance(node.slice, ast.Slice) and isinstance(owner, list):
        lower = value_of(node.slice.lower, scope, depth) if node.slice.lower is not None else 0
        upper = value_of(node.slice.upper, scope, depth) if node.slice.upper is not None else None
        if isinstance(lower, int) and (upper is None or isinstance(upper, int)) and node.slice.step is None:
            return owner[lower:upper]
        return [UNKNOWN]
    key = value_of(node.slice, scope, depth)
    if isinstance(owner, list) and isinstance(key, int) and -len(owner) <= key < len(owner):
        return owner[key]
    return owner.get(key, UNKNOWN) if isinstance(owner, dict) and isinstance(key, str) else UNKNOWN


def _comprehension(node: ast.ListComp | ast.GeneratorExp, scope: Scope, depth: int) -> Value:
    """One `for` over a list that is known, without a condition."""
    one = node.generators[0]
    over = value_of(one.iter, scope, depth)
    if len(node.generators) > 1 or one.ifs or not isinstance(over, list) or not isinstance(one.target, ast.Name):
        return [UNKNOWN]
    inner = scope.inner()
    inner.names = dict(scope.names)
    found: list[Value] = []
    for item in over:
        inner.names[one.target.id] = item
        found.append(value_of(node.elt, inner, depth))
    return found


def _call(node: ast.Call, scope: Scope, depth: int) -> Value:
    from opslint.resolve.follow.python.reading.calls import result_of

    return result_of(node, scope, depth)


def above(path: str) -> str:
    """The folder above a path."""
    from posixpath import normpath

    return normpath(f"{path or '.'}/..")


def joined_path(*parts: str) -> str:
    """Parts of a path put together, `.` taken off."""
    from posixpath import join, normpath

    return normpath(join(*parts))[:MAX_TEXT] if parts and all(parts) else UNKNOWN


def _from(folder: str, path: str) -> str:
    from posixpath import relpath

    return relpath(path, folder or ".")


_FIXED: dict[str, Value] = {"sys.executable": "python", "os.sep": "/", "os.curdir": ".", "os.pardir": "..", "os.linesep": "\n",
                            "subprocess.PIPE": -1, "subprocess.STDOUT": -2, "subprocess.DEVNULL": -3}
_READERS: dict[type[ast.expr], Callable[..., Value]] = {
    ast.JoinedStr: _formatted, ast.Name: _named, ast.Attribute: _attribute, ast.List: _list, ast.Tuple: _list, ast.Set: _list,
    ast.Dict: _dict, ast.BinOp: _operation, ast.BoolOp: _either, ast.IfExp: _choice, ast.UnaryOp: _negated, ast.Compare: _compared,
    ast.Subscript: _item, ast.ListComp: _comprehension, ast.GeneratorExp: _comprehension, ast.Call: _call,
}
