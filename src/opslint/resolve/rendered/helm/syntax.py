"""Go templates as trees: text, output, conditions, loops, variables and named templates."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from opslint.source.reading.actions import Action, actions_in
from opslint.source.words.late import late

MAX_ACTIONS = 5_000
MAX_NESTING = 60
MAX_TOKENS = 400

TOKEN = late(
    r"\s*(?:(?P<string>\"(?:[^\"\\\n]|\\.)*\"|`[^`]*`)|(?P<number>[-+]?\d[\w.]*)|(?P<variable>\$\w*)|(?P<field>\.\w*)"
    r"|(?P<word>[A-Za-z_]\w*)|(?P<mark>:=|[|(),=]))")
KEYWORD = late(r"(if|with|range|define|block|else|end|template|break|continue)\b\s*")


class Field(msgspec.Struct, frozen=True):
    """`.a.b`, `$x.a`, `(…).a`: names below a variable (`$` the root), the dot ("") or another expression."""

    base: str | Pipe
    names: tuple[str, ...]


class Word(msgspec.Struct, frozen=True):
    """A function by its name."""

    name: str


class Literal(msgspec.Struct, frozen=True):
    """A string, number, boolean or nil."""

    value: str | int | float | bool | None


class Pipe(msgspec.Struct, frozen=True):
    """Commands whose result is the last argument of the next one."""

    commands: tuple[tuple[Operand, ...], ...]


Operand: TypeAlias = "Field | Word | Literal | Pipe"


class Text(msgspec.Struct, frozen=True):
    """Text as it stands; `line` is that of its first character, `before` and `after` the white space that trim markers took away."""

    text: str
    line: int
    before: str = ""
    after: str = ""


class Output(msgspec.Struct, frozen=True):
    """An action that writes a value; `pipe` is None where it is not understood."""

    pipe: Pipe | None
    source: str
    line: int


class Assign(msgspec.Struct, frozen=True):
    """`$x := …` or `$x = …`."""

    name: str
    pipe: Pipe | None
    declares: bool


class Branch(msgspec.Struct, frozen=True):
    """`if`, `else if`, `with`, `range` or a plain `else` (no condition), with what stands in it."""

    kind: str
    pipe: Pipe | None
    names: tuple[str, ...]
    body: tuple[Part, ...]
    source: str
    line: int
    understood: bool = True


class Block(msgspec.Struct, frozen=True):
    """A chain of branches up to its `end`."""

    branches: tuple[Branch, ...]
    line: int


class Define(msgspec.Struct, frozen=True):
    """A named template."""

    name: str
    body: tuple[Part, ...]


Part: TypeAlias = "Text | Output | Assign | Block | Define"


class NotUnderstood(Exception):  # noqa: N818  says what it means; no error of ours
    """A template whose blocks do not fit together, or that is too large."""


def parts_of(text: str) -> tuple[Part, ...]:
    """A template as a tree.

    Raises: NotUnderstood.
    Source: Go, text/template (actions, trim markers).
    """
    actions = [action for action in actions_in(text) if text.startswith("{{", action.start)]
    if len(actions) > MAX_ACTIONS:
        raise NotUnderstood
    return _Reader(text, actions).read()


class _Reader:
    def __init__(self, text: str, actions: list[Action]) -> None:
        self.text = text
        self.actions = actions
        self.number = 0
        self.position = 0
        self.line = 1

    def read(self) -> tuple[Part, ...]:
        parts, closing = self._parts(0)
        if closing is not None:
            raise NotUnderstood
        return parts

    def _text(self, end: int, *, left: bool, right: bool) -> Text:
        """The text up to an offset, trimmed on the sides of trim markers; moves there."""
        piece = self.text[self.position : end]
        line = self.line
        self.line += piece.count("\n")
        self.position = end
        before = piece[: len(piece) - len(piece.lstrip())] if right else ""
        piece = piece[len(before) :]
        kept = piece.rstrip() if left else piece
        return Text(kept, line + before.count("\n"), before, piece[len(kept) :])

    def _parts(self, depth: int) -> tuple[tuple[Part, ...], str | None]:
        """The parts up to the next `else` or `end` of this depth, and the action that closes them (None at the end of the text)."""
        if depth > MAX_NESTING:
            raise NotUnderstood
        parts: list[Part] = []
        trim = self.position >= 3 and self.text.startswith("-}}", self.position - 3)
        while self.number < len(self.actions):
            action = self.actions[self.number]
            source = self.text[action.start : action.end]
            parts.append(self._text(action.start, left=source.startswith("{{-"), right=trim))
            line = self.line
            self.line += source.count("\n")
            self.position = action.end
            self.number += 1
            word = KEYWORD.match(action.inner)
            if word is not None and word[1] in ("else", "end"):
                return tuple(parts), action.inner
            part = self._part(action.inner, word[1] if word else "", source, line, depth)
            trim = self.position >= 3 and self.text.startswith("-}}", self.position - 3)
            if part is not None:
                parts.append(part)
        parts.append(self._text(len(self.text), left=False, right=trim))
        return tuple(parts), None

    def _part(self, inner: str, word: str, source: str, line: int, depth: int) -> Part | None:
        rest = inner[len(word):].strip()
        if inner.startswith("/*"):
            return None
        if word in ("if", "with", "range"):
            return self._block(word, rest, source, line, depth)
        if word in ("define", "block"):
            name = pipe_of(rest.split(" ")[0] if word == "block" else rest)
            body, closing = self._parts(depth + 1)
            first = name.commands[0][0] if name is not None else None
            if closing is None or not closing.startswith("end") or not isinstance(first, Literal):
                raise NotUnderstood
            return Define(str(first.value), body)
        if word == "template":
            return Output(pipe_of(f"include {rest}"), source, line)
        if word in ("break", "continue"):
            raise NotUnderstood
        return _statement(inner, source, line)

    def _block(self, kind: str, rest: str, source: str, line: int, depth: int) -> Block:
        branches: list[Branch] = []
        began = line
        while True:
            names, pipe = _head(rest, kind)
            at = self.actions[self.number - 1]
            branch_line, branch_source = line, self.text[at.start : at.end] if branches else source
            body, closing = self._parts(depth + 1)
            branches.append(Branch(kind, pipe, names, body, branch_source, branch_line, pipe is not None or kind == "else"))
            if closing is None:
                raise NotUnderstood
            if closing.startswith("end"):
                return Block(tuple(branches), began)
            inner = closing[len("else"):].strip()
            word = KEYWORD.match(inner)
            kind, rest = (word[1], inner[len(word[1]):].strip()) if word else ("else", inner)
            line = self.line


def _head(rest: str, kind: str) -> tuple[tuple[str, ...], Pipe | None]:
    """The variables and the expression at the head of a block."""
    if kind == "else":
        return (), None
    names, assigns, after = rest.partition(":=")
    if assigns and names.strip().startswith("$") and '"' not in names:
        return tuple(name.strip() for name in names.split(",")), pipe_of(after)
    return (), pipe_of(rest)


def _statement(inner: str, source: str, line: int) -> Part:
    name, mark, after = inner.partition("=")
    declares = name.endswith(":")
    name = name.rstrip(":").strip()
    if mark and name.startswith("$") and name[1:].isidentifier():
        return Assign(name, pipe_of(after), declares)
    return Output(pipe_of(inner), source, line)


def pipe_of(text: str) -> Pipe | None:
    """An expression; None where it is not understood."""
    tokens: list[tuple[str, str, bool]] = []
    position, text = 0, text.strip()
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None or match.lastgroup is None or len(tokens) > MAX_TOKENS:
            return None
        spaced = match.start(match.lastgroup) > position or position == 0
        tokens.append((match.lastgroup, match[match.lastgroup], spaced))
        position = match.end()
    try:
        pipe, end = _pipe(tokens, 0, 0)
    except NotUnderstood:
        return None
    return pipe if end == len(tokens) and pipe.commands and all(pipe.commands) else None


def _pipe(tokens: list[tuple[str, str, bool]], at: int, depth: int) -> tuple[Pipe, int]:
    if depth > MAX_NESTING:
        raise NotUnderstood
    commands: list[tuple[Operand, ...]] = []
    operands: list[Operand] = []
    while at < len(tokens) and tokens[at][1] != ")":
        group, word, _ = tokens[at]
        at += 1
        if group == "mark":
            if word == "|":
                commands.append(tuple(operands))
                operands = []
                continue
            if word != "(":
                raise NotUnderstood
            inner, at = _pipe(tokens, at, depth + 1)
            if at >= len(tokens):
                raise NotUnderstood
            names, at = _names(tokens, at + 1)
            operands.append(Field(inner, names) if names else inner)
        elif group in ("variable", "field"):
            first = (word[1:],) if group == "field" and len(word) > 1 else ()
            names, at = _names(tokens, at)
            operands.append(Field(word if group == "variable" else "", (*first, *names)))
        else:
            operands.append(_literal(group, word))
    return Pipe((*commands, tuple(operands))), at


def _names(tokens: list[tuple[str, str, bool]], at: int) -> tuple[tuple[str, ...], int]:
    """The `.a.b` that follow without a blank."""
    names: list[str] = []
    while at < len(tokens) and tokens[at][0] == "field" and not tokens[at][2] and len(tokens[at][1]) > 1:
        names.append(tokens[at][1][1:])
        at += 1
    return tuple(names), at


def _literal(group: str, word: str) -> Operand:
    if group == "string":
        return Literal(word[1:-1] if word[0] == "`" else _unescaped(word[1:-1]))
    if group == "number":
        try:
            return Literal(int(word, 0) if not word.strip("+-").startswith("0") or len(word.strip("+-")) == 1 else int(word))
        except ValueError:
            try:
                return Literal(float(word))
            except ValueError:
                raise NotUnderstood from None
    constants: dict[str, bool | None] = {"true": True, "false": False, "nil": None}
    return Literal(constants[word]) if word in constants else Word(word)


ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
ESCAPE = late(r"\\(.)")


def _unescaped(text: str) -> str:
    return ESCAPE.sub(lambda match: ESCAPES.get(match[1], match[1]), text)
