"""GitHub expressions: text to a tree that can be evaluated."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from opslint.source.words.late import late


class Literal(msgspec.Struct, frozen=True):
    """`null`, a boolean, a number or a string."""

    value: str | float | bool | None


class Context(msgspec.Struct, frozen=True):
    """A dotted look-up such as `github.event.pull_request.draft`.

    Shape: `path` is lower-case; `*` stands for a filter or for an index that is no literal.
    """

    path: tuple[str, ...]


class Call(msgspec.Struct, frozen=True):
    """A function with its arguments; `name` is lower-case. `!` and the comparisons are calls by their sign."""

    name: str
    arguments: tuple[Expression, ...]


Expression: TypeAlias = Literal | Context | Call

MAX_CHARACTERS = 21_000  # GitHub's own bound for an expression
MAX_DEPTH = 50  # GitHub's own bound for nesting

_TOKEN = late(
    r"\s*(?:(?P<string>'(?:[^']|'')*')|(?P<number>[-+]?(?:0[xX][0-9a-fA-F]+|0o[0-7]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?))"
    r"|(?P<name>[A-Za-z_][\w-]*)|(?P<sign>&&|\|\||==|!=|<=|>=|[!<>()\[\].,*]))"
)
_LEVELS: tuple[frozenset[str], ...] = (
    frozenset({"||"}),
    frozenset({"&&"}),
    frozenset({"==", "!="}),
    frozenset({"<", "<=", ">", ">="}),
)
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


class ExpressionError(ValueError):
    """The text is no expression GitHub would accept."""


def parse_expression(text: str) -> Expression:
    """Parse the inside of `${{ }}`.

    Raises: ExpressionError when it cannot be read, is too long or too deep.
    Source: GitHub Actions, "Evaluate expressions in workflows and actions".
    """
    if len(text) > MAX_CHARACTERS:
        raise ExpressionError("the expression is too long")
    reader = _Reader(_tokens(text))
    tree = reader.binary(0, 0)
    if reader.peek() is not None:
        raise ExpressionError(f'unexpected "{reader.peek()}"')
    return tree


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        found = _TOKEN.match(text, position)
        if found is None:
            raise ExpressionError(f'unexpected "{text[position]}"')
        tokens.append(found.group(found.lastgroup or 0))
        position = found.end()
    return tokens


class _Reader:
    """A recursive-descent reader with a depth cap."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.at = 0

    def peek(self) -> str | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self) -> str:
        token = self.peek()
        if token is None:
            raise ExpressionError("the expression ends too early")
        self.at += 1
        return token

    def expect(self, sign: str) -> None:
        if self.take() != sign:
            raise ExpressionError(f'"{sign}" is missing')

    def binary(self, level: int, depth: int) -> Expression:
        """Operators of `level` and tighter; chains of one operator become one flat call where the operator is logical."""
        if level == len(_LEVELS):
            return self.unary(depth)
        left = self.binary(level + 1, depth)
        while (sign := self.peek()) in _LEVELS[level]:
            operands = [left]
            while self.peek() == sign:
                self.take()
                operands.append(self.binary(level + 1, depth))
                if level > 1:
                    break
            left = Call(str(sign), tuple(operands))
            depth += level > 1
            if depth > MAX_DEPTH:
                raise ExpressionError("the expression is nested too deeply")
        return left

    def unary(self, depth: int) -> Expression:
        negations = 0
        while self.peek() == "!":
            self.take()
            negations += 1
        operand = self.primary(depth + 1)
        if negations == 0:
            return operand
        negated = Call("!", (operand,))
        return negated if negations % 2 else Call("!", (negated,))

    def primary(self, depth: int) -> Expression:
        if depth > MAX_DEPTH:
            raise ExpressionError("the expression is nested too deeply")
        token = self.take()
        if token == "(":  # noqa: S105  a parenthesis, no password
            inner = self.binary(0, depth)
            self.expect(")")
            return inner
        if token[0] == "'":
            return Literal(token[1:-1].replace("''", "'"))
        if token[0].isdigit() or token[0] in "+-.":
            return Literal(_number(token))
        if not (token[0].isalpha() or token[0] == "_"):
            raise ExpressionError(f'unexpected "{token}"')
        if self.peek() == "(":
            self.take()
            return self.lookups(Call(token.lower(), self.arguments(depth)), depth)
        if token in _CONSTANTS:
            return Literal(_CONSTANTS[token])
        return self.lookups(Context((token.lower(),)), depth)

    def arguments(self, depth: int) -> tuple[Expression, ...]:
        found: list[Expression] = []
        while self.peek() != ")":
            found.append(self.binary(0, depth))
            if self.peek() != ")":
                self.expect(",")
        self.take()
        return tuple(found)

    def lookups(self, start: Context | Call, depth: int) -> Expression:
        """`.name`, `.*` and `[index]` behind a context; behind a call's result they make it unknown."""
        path: list[str] = list(start.path) if isinstance(start, Context) else []
        looked = False
        while self.peek() in {".", "["}:
            looked = True
            if self.take() == ".":
                path.append(self.take().lower())
            elif self.peek() == "*":
                self.take()
                self.expect("]")
                path.append("*")
            else:
                index = self.binary(0, depth)
                self.expect("]")
                path.append(index.value.lower() if isinstance(index, Literal) and isinstance(index.value, str) else "*")
        if isinstance(start, Context):
            return Context(tuple(path))
        return Call("lookup", (start,)) if looked else start


def _number(token: str) -> float:
    try:
        return float(int(token, 0)) if token[:2].lower() in {"0x", "0o"} else float(token)
    except ValueError as error:
        raise ExpressionError(f'"{token}" is no number') from error
