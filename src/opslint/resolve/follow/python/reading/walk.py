"""A Python file walked in the order it runs, from call to call: into functions of its own, through loops over what is known."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

import msgspec

from opslint.resolve.follow.python.reading.bindings import assign, extended, loops, merged
from opslint.resolve.follow.python.reading.calls import bound
from opslint.resolve.follow.python.reading.ends import End, end_of, status_names, swallows
from opslint.resolve.follow.python.reading.modules import Modules
from opslint.resolve.follow.python.reading.source import Function, Source, full_name
from opslint.resolve.follow.python.reading.values import Scope, Value, items_of, text_of, truth_of, value_of
from opslint.resolve.shell.state import joined
from opslint.resolve.shell.syntax.words import UNKNOWN

MAX_INSIDE = 10
MAX_ENTRIES = 60


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """Where a statement stands.

    Shape: `sure` is False behind a condition that cannot be decided; `soft` says why a failure is not handed on; `used` whether
           somebody looks at what the function returns.
    """

    sure: bool = True
    soft: str = ""
    used: bool = True

    def unsure(self) -> Way:
        """The same way, where it is only likely that it is gone."""
        return msgspec.structs.replace(self, sure=False) if self.sure else self


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call as it is come to: the node, what names stand for, whether its result is looked at, and the way there."""

    node: ast.Call
    scope: Scope
    used: bool
    way: Way


class Walker:
    """Walks a file's statements.

    Shape: `told` is asked of every call; it says True where nothing more is to be done with it. `folder` is where the program
           stands at the moment, as it was led by `told`. `modules` are those whose functions are walked too.
    """

    def __init__(self, source: Source, told: Callable[[Call, Walker], bool], folder: str, modules: Modules | None = None) -> None:
        self.source = source
        self.told = told
        self.folder = folder
        self.scope = Scope(source, folder)
        self.modules = modules
        self._outer: dict[str, Scope] = {source.path: self.scope}
        self.entered: dict[int, int] = {}
        self.inside: list[Function] = []
        self._local: dict[tuple[str, str], Function] = {}
        self._bodies: list[list[ast.stmt]] = []

    def module(self) -> None:
        """Walk the statements of the file's own level."""
        self._body(self.source.tree.body, self.scope, Way())

    def enter(self, function: Function, scope: Scope, way: Way) -> None:
        """Walk a function's body, not again where it is being walked already."""
        times = self.entered.get(id(function), 0)
        if function in self.inside or len(self.inside) >= MAX_INSIDE or times >= MAX_ENTRIES:
            return
        self.entered[id(function)] = times + 1
        self.inside.append(function)
        self._body(function.body, scope, way)
        self.inside.pop()

    def _body(self, body: list[ast.stmt], scope: Scope, way: Way) -> None:
        """Walk all of a module's or function's statements."""
        self._bodies.append(body)
        self.block(body, scope, way)
        self._bodies.pop()

    def unknown(self, function: Function) -> Scope:
        """The scope of a function of which nobody knows how it is called."""
        scope = self.scope.inner()
        arguments = function.args
        scope.names = {one.arg: UNKNOWN for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
        for one in (arguments.vararg, arguments.kwarg):
            if one is not None:
                scope.names[one.arg] = UNKNOWN
        return scope

    def stand(self, call: Call) -> None:
        """Go to the folder a call names: `os.chdir(x)`, `session.chdir(x)`."""
        given = items_of(call.node.args, call.scope)
        self.folder = joined(self.folder, text_of(given[0])) if given else UNKNOWN

    def _looks_at(self, name: str, scope: Scope) -> bool:
        """Whether the body that is walked looks at the status of what a name stands for."""
        body = self._bodies[-1]
        kept = scope.source.looked_at
        if id(body[0]) not in kept:
            kept[id(body[0])] = status_names(body)
        return name in kept[id(body[0])]

    def block(self, body: list[ast.stmt], scope: Scope, way: Way) -> End:
        """Walk statements in order; how they end."""
        worst = End.ON
        for statement in body:
            scope.left[0] -= 1
            if scope.left[0] < 0:
                return worst
            end = self._statement(statement, scope, way)
            if end in (End.LEFT, End.FAILED):
                return end
            if end is End.PERHAPS:
                worst, way = end, way.unsure()
        return worst

    def _statement(self, node: ast.stmt, scope: Scope, way: Way) -> End:
        if isinstance(node, ast.Expr):
            self.expression(node.value, scope, way, used=False)
            return end_of(node.value, scope)
        if isinstance(node, ast.Return):
            if node.value is not None:
                self.expression(node.value, scope, way, used=way.used)
            return End.LEFT
        if isinstance(node, (ast.Break, ast.Continue)):
            return End.LEFT
        if isinstance(node, ast.Raise):
            return End.FAILED
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            self._assignment(node, scope, way)
            return End.ON
        return self._compound(node, scope, way)

    def _compound(self, node: ast.stmt, scope: Scope, way: Way) -> End:
        if isinstance(node, ast.If):
            return self._if(node, scope, way)
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            return self._loop(node, scope, way)
        if isinstance(node, (ast.With, ast.AsyncWith)):
            return self._with(node, scope, way)
        if isinstance(node, (ast.Try, ast.TryStar)):
            return self._try(node, scope, way)
        if isinstance(node, ast.Match):
            self.expression(node.subject, scope, way, used=True)
            for case in node.cases:
                self.block(case.body, scope, way.unsure())
        elif isinstance(node, Function):
            self._local[scope.source.path, node.name] = node
        elif isinstance(node, ast.Assert):
            self.expression(node.test, scope, way, used=True)
        return End.ON

    def _assignment(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign, scope: Scope, way: Way) -> None:
        if node.value is None:
            return
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        calls = isinstance(node.value, (ast.Call, ast.Await))
        looked_at = not isinstance(target, ast.Name) or not calls or self._looks_at(target.id, scope)
        self.expression(node.value, scope, way, used=looked_at)
        if isinstance(node, ast.AugAssign):
            if isinstance(node.op, ast.Add) and isinstance(node.target, ast.Name):
                extended(node.target.id, value_of(node.value, scope), scope)
            return
        value = value_of(node.value, scope)
        for one in node.targets if isinstance(node, ast.Assign) else [node.target]:
            assign(one, value, scope)

    def _if(self, node: ast.If, scope: Scope, way: Way) -> End:
        self.expression(node.test, scope, way, used=True)
        truth = truth_of(value_of(node.test, scope))
        if truth is not None:
            return self.block(node.body if truth else node.orelse, scope, way)
        before = dict(scope.names)
        first = self.block(node.body, scope, way.unsure())
        after = dict(scope.names)
        scope.names.clear()
        scope.names.update(before)
        second = self.block(node.orelse, scope, way.unsure())
        if first not in (End.LEFT, End.FAILED):
            merged(scope, after)
        if first is second:
            return first
        return End.PERHAPS if End.LEFT in (first, second) or End.PERHAPS in (first, second) else End.ON

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, scope: Scope, way: Way) -> End:
        ends: set[End] = set()
        if isinstance(node, ast.While):
            self.expression(node.test, scope, way, used=True)
            if truth_of(value_of(node.test, scope)) is not False:
                ends.add(self.block(node.body, scope, way))
        else:
            self.expression(node.iter, scope, way, used=True)
            for item in loops(value_of(node.iter, scope)):
                assign(node.target, item, scope)
                ends.add(self.block(node.body, scope, way))
                if End.FAILED in ends:
                    break
        self.block(node.orelse, scope, way)
        return End.ON

    def _with(self, node: ast.With | ast.AsyncWith, scope: Scope, way: Way) -> End:
        folder = self.folder
        suppressed = ""
        for item in node.items:
            self.expression(item.context_expr, scope, way, used=True)
            called = full_name(item.context_expr.func, scope.source.imports) if isinstance(item.context_expr, ast.Call) else ""
            if called == "contextlib.suppress":
                suppressed = "its failure is suppressed"
            if item.optional_vars is not None:
                assign(item.optional_vars, value_of(item.context_expr, scope), scope)
        if suppressed and not way.soft:
            way = msgspec.structs.replace(way, soft=suppressed)
        end = self.block(node.body, scope, way)
        self.folder = folder
        return End.PERHAPS if suppressed and end is not End.ON else end

    def _try(self, node: ast.Try | ast.TryStar, scope: Scope, way: Way) -> End:
        inner = way
        if not way.soft and any(swallows(one, scope.source.imports) for one in node.handlers):
            inner = msgspec.structs.replace(way, soft="the program catches its failure and goes on")
        end = self.block(node.body, scope, inner)
        if end is End.ON:
            self.block(node.orelse, scope, way)
        for handler in node.handlers:
            self.block(handler.body, scope, way.unsure())
        self.block(node.finalbody, scope, way)
        return End.PERHAPS if node.handlers and end is not End.ON else end

    def expression(self, node: ast.expr, scope: Scope, way: Way, *, used: bool) -> None:
        """Come to the calls of an expression, inner ones first."""
        if isinstance(node, (ast.Await, ast.NamedExpr)):
            node = node.value
        for call, wayward in _calls(node, scope, way):
            self._call(call, scope, wayward, used=used if call is node else True)

    def _call(self, node: ast.Call, scope: Scope, way: Way, *, used: bool) -> None:
        if self.told(Call(node=node, scope=scope, used=used, way=way), self) or _grows(node, scope):
            return
        function = self._function(node, scope)
        if function is None and self.modules is not None:
            other = self.modules.function(scope.source, node.func)
            if other is not None:
                self.enter(other[1], self._over(other, node, scope), msgspec.structs.replace(way, used=used))
        if function is not None:
            first: list[Value] = [UNKNOWN] if isinstance(node.func, ast.Attribute) else []
            self.enter(function, bound(function, node, scope, first=first), msgspec.structs.replace(way, used=used))

    def _function(self, node: ast.Call, scope: Scope) -> Function | None:
        """The function of this file that is called, None where it is another's."""
        if isinstance(node.func, ast.Name):
            return self._local.get((scope.source.path, node.func.id)) or scope.source.functions.get(node.func.id)
        if isinstance(node.func, ast.Attribute) and full_name(node.func, scope.source.imports).startswith(("self.", "cls.")):
            return scope.source.methods.get(node.func.attr)
        return None

    def _over(self, other: tuple[Source, Function], node: ast.Call, scope: Scope) -> Scope:
        """The scope of a function of another module for one call."""
        inner = self.outer(other[0]).inner()
        inner.names = bound(other[1], node, scope).names
        return inner

    def outer(self, source: Source) -> Scope:
        """The scope of a module's own level, walked when it is first met as importing it does."""
        if source.path not in self._outer:
            scope = self._outer[source.path] = Scope(source, self.scope.folder, None, self.scope.left)
            self._body(source.tree.body, scope, Way())
        return self._outer[source.path]


def _calls(node: ast.expr, scope: Scope, way: Way) -> Iterable[tuple[ast.Call, Way]]:
    """The calls of an expression from the inside out, those of a branch that is not taken left out."""
    found: list[tuple[ast.Call, Way]] = []
    waiting: list[tuple[ast.AST, Way]] = [(node, way)]
    while waiting:
        one, here = waiting.pop()
        scope.left[0] -= 1
        if scope.left[0] < 0 or isinstance(one, ast.Lambda):
            continue
        if isinstance(one, ast.Call):
            found.append((one, here))
        if isinstance(one, ast.IfExp):
            truth = truth_of(value_of(one.test, scope))
            branches = (one.body, one.orelse) if truth is None else (one.body if truth else one.orelse,)
            waiting.extend((branch, here.unsure() if truth is None else here) for branch in branches)
            waiting.append((one.test, here))
        else:
            waiting.extend((child, here) for child in ast.iter_child_nodes(one))
    return reversed(found)


def _grows(node: ast.Call, scope: Scope) -> bool:
    """Whether a call adds to a list that has a name; it is added."""
    function = node.func
    if not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Name) or not node.args:
        return False
    if function.attr not in ("append", "extend", "insert") or not isinstance(scope.get(function.value.id), list):
        return False
    value = value_of(node.args[-1], scope)
    if function.attr == "insert":
        old = scope.get(function.value.id)
        assign(function.value, [value, *old] if isinstance(old, list) else UNKNOWN, scope)
    else:
        extended(function.value.id, value if function.attr == "extend" else [value], scope)
    return True
