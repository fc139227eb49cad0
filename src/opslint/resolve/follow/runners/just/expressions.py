"""Expressions of a justfile, as far as they are literal."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from opslint.resolve.follow.runners.written import UNKNOWN
from opslint.source.words.late import late

MAX_TOKENS = 400
MAX_DEPTH = 24
MAX_VALUE = 4000

_TOKEN = late(
    r"\s*(?:(?P<text>[xf]?(?:'''(?:[^']|'(?!''))*'''|\"\"\"(?:[^\"\\]|\\.|\"(?!\"\"))*\"\"\"|'[^']*'|\"(?:[^\"\\]|\\.)*\"))"
    r"|(?P<tick>```(?:[^`]|`(?!``))*```|`[^`]*`)|(?P<name>[A-Za-z_][\w-]*)|(?P<mark>&&|\|\||==|!=|=~|!~|[+/(){},:\[\]?=*$]))",
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "\n": ""}
_FIXED = {
    "justfile_directory": ".",
    "source_directory": ".",
    "source_dir": ".",
    "justfile_dir": ".",
    "just_executable": "just",
    "os": "linux",
    "os_family": "unix",
}
"""Functions without arguments; a pipeline's runner is taken for a Linux machine, recipes for running beside their justfile."""

Token = tuple[str, str]


def tokens_of(text: str) -> list[Token]:
    """The tokens of an expression or a parameter list, up to the first character that begins none."""
    found: list[Token] = []
    at = 0
    while len(found) < MAX_TOKENS and (match := _TOKEN.match(text, at)) is not None:
        found.append((match.lastgroup or "", match[match.lastgroup or 0]))
        at = match.end()
    return found


def string_of(token: str) -> str:
    """The value of a string token; of one that the shell or a format expands UNKNOWN where it has anything to expand."""
    prefix = token[0] if token[0] in "xf" else ""
    body = token[len(prefix) :]
    triple = body[:3] in ("'''", '"""')
    inner = body[3:-3] if triple else body[1:-1]
    if triple:
        from textwrap import dedent

        inner = dedent(inner.removeprefix("\n"))
    if body[0] == '"':
        pieces = inner.split("\\\\")
        for letter, value in _ESCAPES.items():
            if letter != "\\":
                pieces = [piece.replace("\\" + letter, value) for piece in pieces]
        inner = "\\".join(pieces)
    return UNKNOWN if (prefix == "x" and "$" in inner) or (prefix == "f" and "{{" in inner) else inner


class Evaluator:
    """Works out expressions: unknown parts become "…".

    Shape: `look_up` gives the value of a variable or parameter; `env` what the platform sets.
    """

    def __init__(self, look_up: Callable[[str], str], env: Mapping[str, str]) -> None:
        self.look_up = look_up
        self.env = env
        self._tokens: list[Token] = []
        self._at = 0

    def value(self, text: str) -> str:
        """The value of one expression."""
        return self.of_tokens(tokens_of(text))

    def of_tokens(self, tokens: list[Token]) -> str:
        """The value of an expression that is read already."""
        before = self._tokens, self._at
        self._tokens, self._at = tokens, 0
        value = self._sum(0) if tokens else UNKNOWN
        if self._at < len(tokens):
            value = UNKNOWN  # something follows that is not understood
        self._tokens, self._at = before
        return value[:MAX_VALUE]

    def _peek(self) -> Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("", "")

    def _next(self) -> Token:
        token = self._peek()
        self._at += 1
        return token

    def _sum(self, depth: int) -> str:
        value = self._atom(depth)
        while self._peek()[1] in ("+", "/", "&&", "||") and self._peek()[0] == "mark":
            mark = self._next()[1]
            right = self._atom(depth)
            if mark == "+":
                value += right
            elif mark == "/":
                value = f"{value.rstrip('/')}/{right}"
            elif mark == "||":
                value = value or right
            else:
                value = right if value else ""
            value = value[:MAX_VALUE]
        return value

    def _atom(self, depth: int) -> str:
        kind, word = self._next()
        if depth > MAX_DEPTH:
            return UNKNOWN
        if kind == "text":
            return string_of(word)
        if kind == "tick":
            return UNKNOWN
        if kind == "mark" and word == "(":
            value = self._sum(depth + 1)
            self._next()
            return value
        if kind == "mark" and word == "/":
            self._atom(depth + 1)
            return UNKNOWN
        if kind != "name":
            return UNKNOWN
        if word == "if":
            return self._if(depth)
        return self._call(word, depth) if self._peek() == ("mark", "(") else self.look_up(word)

    def _if(self, depth: int) -> str:
        """`if a == b { x } else { y }`: the branch that holds, UNKNOWN where that cannot be said and they differ."""
        left = self._sum(depth + 1)
        mark = self._next()[1]
        right = self._sum(depth + 1)
        then = self._braced(depth)
        other = UNKNOWN
        if self._peek() == ("name", "else"):
            self._next()
            if self._peek() == ("name", "if"):
                self._next()
                other = self._if(depth + 1) if depth < MAX_DEPTH else UNKNOWN
            else:
                other = self._braced(depth)
        if then == other:
            return then
        if mark not in ("==", "!=") or UNKNOWN in left + right:
            return UNKNOWN
        return then if (left == right) is (mark == "==") else other

    def _braced(self, depth: int) -> str:
        self._next()
        value = self._sum(depth + 1)
        self._next()
        return value

    def _call(self, name: str, depth: int) -> str:
        self._next()
        given: list[str] = []
        while self._peek()[1] not in (")", "") and len(given) < 8:
            given.append(self._sum(depth + 1))
            if self._peek() == ("mark", ","):
                self._next()
        self._next()
        return _called(name, given, self.env)


def _called(name: str, given: list[str], env: Mapping[str, str]) -> str:
    """The value of a function of just's own."""
    if not given:
        return _FIXED.get(name, UNKNOWN)
    if name in ("env", "env_var", "env_var_or_default"):
        known = env.get(given[0])
        if known is not None:
            return UNKNOWN if "$" in known or "{{" in known else known
        return given[1] if len(given) > 1 else UNKNOWN
    if UNKNOWN in "".join(given):
        return UNKNOWN
    simple: dict[str, Callable[[], str]] = {
        "quote": lambda: "'" + given[0].replace("'", "'\\''") + "'",
        "trim": given[0].strip,
        "lowercase": given[0].lower,
        "uppercase": given[0].upper,
        "clean": lambda: given[0],
        "file_name": lambda: given[0].rpartition("/")[2],
        "parent_directory": lambda: given[0].rpartition("/")[0],
        "require": lambda: given[0],
        "join": lambda: "/".join(given),
        "replace": lambda: given[0].replace(given[1], given[2]) if len(given) == 3 and given[1] else UNKNOWN,
    }
    return simple[name]()[:MAX_VALUE] if name in simple else UNKNOWN


def filled(text: str, evaluator: Evaluator) -> str:
    """A recipe's text with its `{{ }}` filled in; `{{{{` is a literal `{{`."""
    if "{{" not in text:
        return text
    parts: list[str] = []
    at = 0
    while (start := text.find("{{", at)) >= 0 and len(parts) < MAX_TOKENS:
        parts.append(text[at:start])
        if text.startswith("{{{{", start):
            parts.append("{{")
            at = start + 4
            continue
        end = text.find("}}", start)
        if end < 0:
            at = len(text)
            parts.append(UNKNOWN)
            break
        inner = text[start + 2 : end]
        parts.append(evaluator.value(inner).replace("\n", " "))
        at = end + 2
    return "".join(parts) + text[at:]
