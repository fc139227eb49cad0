"""A template rendered with values: what is unknown is written as it stands, so that it is read as a template's placeholder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from opslint.resolve.rendered.helm.functions import FUNCTIONS, MAX_TEXT, UNKNOWN, Value, text_of, too_much, truth, weighed
from opslint.resolve.rendered.helm.syntax import (
    Assign,
    Block,
    Branch,
    Define,
    Field,
    Literal,
    Operand,
    Output,
    Part,
    Pipe,
    Text,
    Word,
)

MAX_STEPS = 40_000
MAX_DEPTH = 24
MAX_ROUNDS = 200
SHALLOW = frozenset({"get", "index", "dig", "hasKey", "first", "last", "toYaml", "omit", "pick", "not", "empty", "len", "keys", "deepCopy"})
"""Functions that do not look into what they are given, or look for themselves."""

Piece = tuple[str, int, bool]
"""Text, the line it comes from, and whether its own lines count on from there."""


class TooMuch(Exception):  # noqa: N818  says what it means; no error of ours
    """A template that takes too many steps, writes too much, or calls itself too deep."""


class Renderer:
    """Renders the templates of one chart with one set of values.

    Shape: `named` are the named templates the chart can include.
    """

    def __init__(self, root: dict[str, Value], named: Mapping[str, tuple[Part, ...]]) -> None:
        self.root = root
        self.named = named
        self.steps = 0
        self.size = 0

    def render(self, parts: tuple[Part, ...]) -> list[Piece]:
        """The pieces a template writes.

        Raises: TooMuch.
        """
        out = _Out()
        _Frame(self, self.root, {"$": self.root}, 0).write(parts, out)
        return out.pieces

    def step(self, depth: int, size: int = 0) -> None:
        """Count one step."""
        self.steps += 1
        self.size += size
        if self.steps > MAX_STEPS or self.size > MAX_TEXT * 4 or depth > MAX_DEPTH:
            raise TooMuch


class _Out:
    """What was written, and whether some of it is unknown.

    Shape: `soft` is white space that a trim marker took away before what comes next, `written` says that an action was just
           written as it stands: beside such a one the white space counts after all.
    """

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.open = False
        self.soft: Piece = ("", 0, True)
        self.written = False

    def text(self, part: Text) -> None:
        if part.before and self.written:
            self.pieces.append((part.before, part.line - part.before.count("\n"), True))
        self.pieces.append((part.text, part.line, True))
        self.soft, self.written = (part.after, part.line + part.text.count("\n"), True), False

    def value(self, text: str, line: int) -> None:
        self.pieces.append((text, line, False))
        self.soft, self.written = ("", 0, True), False

    def as_written(self, source: str, line: int) -> None:
        if self.soft[0]:
            self.pieces.append(self.soft)
        self.pieces.append((source, line, True))
        self.open = self.written = True
        self.soft = ("", 0, True)


class _Frame:
    """Variables and dot of a place in a template; `doubts` counts the branches around it that may not be taken."""

    def __init__(self, renderer: Renderer, dot: Value, variables: dict[str, Value], depth: int, doubts: int = 0) -> None:
        self.renderer = renderer
        self.dot = dot
        self.variables = variables
        self.depth = depth
        self.doubts = doubts
        self.outer: _Frame | None = None

    def inner(self, dot: Value, doubt: int = 0) -> _Frame:
        """A block's frame: it sees the variables around it, and keeps its own."""
        frame = _Frame(self.renderer, dot, {}, self.depth + 1, self.doubts + doubt)
        frame.outer = self
        return frame

    def variable(self, name: str) -> Value:
        frame: _Frame | None = self
        while frame is not None:
            if name in frame.variables:
                return frame.variables[name]
            frame = frame.outer
        return UNKNOWN

    def assign(self, part: Assign) -> None:
        """Set a variable; what a block that may not run sets is not known afterwards."""
        value = self.value(part.pipe)
        if part.declares:
            self.variables[part.name] = value
            return
        frame: _Frame | None = self
        while frame is not None:
            if part.name in frame.variables:
                frame.variables[part.name] = value if frame.doubts == self.doubts else UNKNOWN
                return
            frame = frame.outer

    def write(self, parts: Iterable[Part], out: _Out) -> None:
        for part in parts:
            self.renderer.step(self.depth)
            if isinstance(part, Text):
                self.renderer.step(self.depth, len(part.text))
                out.text(part)
            elif isinstance(part, Output):
                self.output(part, out)
            elif isinstance(part, Assign):
                self.assign(part)
            elif isinstance(part, Block):
                self.block(part, out)

    def output(self, part: Output, out: _Out) -> None:
        text = text_of(self.value(part.pipe))
        if text is UNKNOWN:
            out.as_written(part.source, part.line)
        elif text:
            self.renderer.step(self.depth, len(text))
            out.value(text, part.line)

    def block(self, block: Block, out: _Out) -> None:
        """A chain of branches; from the first one that cannot be decided on, all are written with their actions around them."""
        for number, branch in enumerate(block.branches):
            if branch.kind == "else":
                self.inner(self.dot).write(branch.body, out)
                return
            value = self.value(branch.pipe) if branch.understood else UNKNOWN
            if value is UNKNOWN:
                self.undecided(block.branches[number:], out)
                return
            if truth(value):
                self.taken(branch, value, out)
                return

    def taken(self, branch: Branch, value: Value, out: _Out) -> None:
        if branch.kind != "range":
            frame = self.inner(value if branch.kind == "with" else self.dot)
            for name in branch.names:
                frame.variables[name] = value
            frame.write(branch.body, out)
            return
        pairs = list(sorted(value.items()) if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ()))
        for key, item in pairs[:MAX_ROUNDS]:
            frame = self.inner(item)
            frame.variables.update(zip(branch.names[::-1], (item, key), strict=False))
            frame.write(branch.body, out)

    def undecided(self, branches: tuple[Branch, ...], out: _Out) -> None:
        """Branches of which nobody can say which is taken."""
        for number, branch in enumerate(branches):
            first = number == 0 and branch.source.lstrip("{- ").startswith("else")
            out.as_written("{{ if . }}" if first else branch.source, branch.line)
            frame = self.inner(UNKNOWN if branch.kind in ("with", "range") else self.dot, doubt=1)
            frame.variables.update(dict.fromkeys(branch.names, UNKNOWN))
            frame.write(branch.body, out)
        out.as_written("{{ end }}", branches[-1].line)

    def value(self, pipe: Pipe | None) -> Value:
        """The value of an expression; unknown where it is not understood, or does not fit."""
        if pipe is None:
            return UNKNOWN
        self.renderer.step(self.depth)
        last: list[Value] = []
        for command in pipe.commands:
            try:
                last = [self.command(command, last)]
            except (TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError, ArithmeticError, RecursionError):
                return UNKNOWN
        return last[0] if last else None

    def command(self, operands: tuple[Operand, ...], last: list[Value]) -> Value:
        first = operands[0]
        if not isinstance(first, Word):
            return UNKNOWN if last or len(operands) > 1 else self.operand(first)
        name, given = first.name, operands[1:]
        if name in ("and", "or"):
            return self.logic(name, given, last)
        arguments = [*(self.operand(one) for one in given), *last]
        if name == "default":
            return UNKNOWN if arguments[1] is UNKNOWN else arguments[1] if truth(arguments[1]) else arguments[0]
        if name in ("include", "tpl"):
            return self.included(arguments) if name == "include" else self.again(arguments)
        if name in ("dict", "list", "tuple"):
            return FUNCTIONS[name](*arguments)
        if name == "set" and isinstance(arguments[0], dict):
            arguments[0][str(arguments[1])] = UNKNOWN if self.doubts else arguments[2]
            return arguments[0]
        if name not in FUNCTIONS or any(one is UNKNOWN for one in arguments) or self.opaque(name, arguments):
            return UNKNOWN
        value = FUNCTIONS[name](*arguments)
        self.renderer.step(self.depth, len(value) if isinstance(value, str) else 0)
        if too_much(value):
            raise TooMuch
        return value

    def opaque(self, name: str, arguments: list[Value]) -> bool:
        """Whether something inside the arguments is unknown, and the function would look at it."""
        if name in SHALLOW:
            return False
        for one in arguments:
            if isinstance(one, (dict, list)):
                unknown, weight = weighed(one)
                self.renderer.steps += weight >> 4
                if unknown:
                    return True
        return False

    def logic(self, name: str, given: tuple[Operand, ...], last: list[Value]) -> Value:
        """`and` and `or`, which stop at the first argument that decides; an `and` with a false part is false whatever else is unknown."""
        values = [*(self.operand(one) for one in given), *last]
        for value in values[:-1]:
            if value is UNKNOWN:
                later = any(one is not UNKNOWN and truth(one) == (name == "or") for one in values)
                return False if later and name == "and" else UNKNOWN
            if truth(value) == (name == "or"):
                return value
        return values[-1]

    def operand(self, operand: Operand) -> Value:
        if isinstance(operand, Literal):
            return operand.value
        if isinstance(operand, Pipe):
            return self.value(operand)
        if isinstance(operand, Word):
            return self.command((operand,), [])
        return self.field(operand)

    def field(self, field: Field) -> Value:
        base = field.base
        value = self.value(base) if isinstance(base, Pipe) else self.variable(base) if base else self.dot
        for name in field.names:
            if value is UNKNOWN:
                return UNKNOWN
            value = value.get(name) if isinstance(value, dict) else None
        return value

    def included(self, arguments: list[Value]) -> Value:
        """A named template's text; unknown as a whole where a part of it is."""
        body = self.renderer.named.get(str(arguments[0]))
        if body is None:
            return UNKNOWN
        dot = arguments[1] if len(arguments) > 1 else None
        out = _Out()
        frame = _Frame(self.renderer, dot, {"$": dot}, self.depth + 1, self.doubts)
        self.renderer.step(frame.depth)
        frame.write(body, out)
        return UNKNOWN if out.open else "".join(piece for piece, _, _ in out.pieces)

    def again(self, arguments: list[Value]) -> Value:
        """`tpl`: a value that is itself a template."""
        from opslint.resolve.rendered.helm.syntax import NotUnderstood, parts_of

        if not isinstance(arguments[0], str) or "{{" not in arguments[0]:
            return arguments[0]
        try:
            parts = parts_of(arguments[0][:MAX_TEXT])
        except NotUnderstood:
            return UNKNOWN
        out = _Out()
        dot = arguments[1] if len(arguments) > 1 else None
        frame = _Frame(self.renderer, dot, {"$": dot}, self.depth + 1, self.doubts)
        self.renderer.step(frame.depth)
        frame.write(parts, out)
        return UNKNOWN if out.open else "".join(piece for piece, _, _ in out.pieces)


def define_of(parts: Iterable[Part]) -> dict[str, tuple[Part, ...]]:
    """The named templates of a file."""
    return {part.name: part.body for part in parts if isinstance(part, Define)}


def assembled(pieces: list[Piece]) -> tuple[str, list[int]]:
    """The text of the pieces, and for each of its lines the line of the template it comes from."""
    lines: list[int] = []
    blank = True  # nothing but blanks stands on the current line yet
    for text, line, moves in pieces:
        for number, part in enumerate(text.split("\n")):
            source = line + number if moves else line
            if number or not lines:
                lines.append(source)
                blank = True
            if blank and part.strip():
                lines[-1] = source
                blank = False
    return "".join(text for text, _, _ in pieces), lines
