"""GitLab's variable expressions (`rules:if`, `only:variables`): text to a tree."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

import msgspec

from opslint.source.words.late import late


class Variable(msgspec.Struct, frozen=True):
    """`$NAME` or `${NAME}`."""

    name: str


class Text(msgspec.Struct, frozen=True):
    """A quoted string; `null` is the one with `value` None."""

    value: str | None


class Pattern(msgspec.Struct, frozen=True):
    """`/regular expression/flags`."""

    source: str
    flags: str = ""


class Opaque(msgspec.Struct, frozen=True):
    """An input (`$[[ inputs.x ]]`) that somebody else decides."""


class Operation(msgspec.Struct, frozen=True):
    """`==`, `!=`, `=~`, `!~`, `!`, `&&` or `||` with its operands; chains of one logical operator are flat."""

    sign: str
    operands: tuple[Expression, ...]


Expression: TypeAlias = Variable | Text | Pattern | Opaque | Operation

MAX_CHARACTERS = 20_000
MAX_DEPTH = 50

_TOKEN = late(
    r"\s*(?:(?P<opaque>\$\[\[[^\]]*\]\])|(?P<variable>\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\}))"
    r"|(?P<string>\"[^\"]*\"|'[^']*')|(?P<null>null\b)"
    r"|(?P<pattern>/(?:[^/\\\n]|\\.)*/[a-zA-Z]*)|(?P<sign>==|!=|=~|!~|&&|\|\||[!()]))"
)
_COMPARISONS = frozenset({"==", "!=", "=~", "!~"})

Token: TypeAlias = tuple[str, str]


class ExpressionError(ValueError):
    """The text is no expression GitLab would accept."""


@lru_cache(maxsize=4096)
def parse_expression(text: str) -> Expression | None:
    """Parse one expression; None for what GitLab would refuse, which decides nothing.

    Source: GitLab CI/CD, "CI/CD job rules", section "CI/CD variable expressions".
    """
    if len(text) > MAX_CHARACTERS:
        return None
    try:
        reader = _Reader(_tokens(text))
        tree = reader.alternatives(0)
    except ExpressionError:
        return None
    return tree if reader.peek() == _END else None


_END: Token = ("end", "")


def _tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        found = _TOKEN.match(text, position)
        if found is None or found.lastgroup is None:
            raise ExpressionError(f'unexpected "{text[position]}"')
        tokens.append((found.lastgroup, found.group(found.lastgroup)))
        position = found.end()
    return tokens


class _Reader:
    """A recursive-descent reader with a depth cap: `||` binds loosest, then `&&`, then comparisons, then `!`."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0

    def peek(self) -> Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else _END

    def take(self) -> Token:
        token = self.peek()
        self.at += 1
        return token

    def chain(self, sign: str, depth: int) -> Expression:
        following = self.conjunction if sign == "||" else self.comparison
        operands = [following(depth)]
        while self.peek() == ("sign", sign):
            self.take()
            operands.append(following(depth))
        return operands[0] if len(operands) == 1 else Operation(sign, tuple(operands))

    def alternatives(self, depth: int) -> Expression:
        return self.chain("||", depth)

    def conjunction(self, depth: int) -> Expression:
        return self.chain("&&", depth)

    def comparison(self, depth: int) -> Expression:
        left = self.operand(depth + 1)
        kind, sign = self.peek()
        if kind == "sign" and sign in _COMPARISONS:
            self.take()
            return Operation(sign, (left, self.operand(depth + 1)))
        return left

    def operand(self, depth: int) -> Expression:
        if depth > MAX_DEPTH:
            raise ExpressionError("the expression is nested too deeply")
        kind, text = self.take()
        match kind:
            case "variable":
                return Variable(text.strip("${}"))
            case "string":
                return Opaque() if "$[[" in text else Text(text[1:-1])
            case "null":
                return Text(None)
            case "pattern":
                source, _, flags = text[1:].rpartition("/")
                return Opaque() if "$[[" in source else Pattern(source, flags)
            case "opaque":
                return Opaque()
            case _:
                return self.signed(text, depth)

    def signed(self, sign: str, depth: int) -> Expression:
        """A group in parentheses or a negation."""
        if sign == "!":
            return Operation("!", (self.operand(depth + 1),))
        if sign != "(":
            raise ExpressionError(f'unexpected "{sign}"')
        inner = self.alternatives(depth + 1)
        if self.take() != ("sign", ")"):
            raise ExpressionError('")" is missing')
        return inner
