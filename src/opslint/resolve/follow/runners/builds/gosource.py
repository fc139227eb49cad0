"""Functions of a Go file and the literal calls in them, as far as they can be read without a compiler."""

from __future__ import annotations

import re

import msgspec

from opslint.source.words.late import late

MAX_FUNCTIONS = 1000
MAX_CALLS = 100
MAX_ARGUMENT_TEXT = 1000
MAX_ARGUMENTS = 64

_FUNCTION = late(r"^func\s+(?:\(\s*(?:\w+\s+)?\*?(\w+)\s*\)\s*)?(\w+)\s*\(", re.MULTILINE)
_SKIPPED = late(r'"(?:[^"\\\n]|\\.)*"?|`[^`]*`?|\'(?:[^\'\\\n]|\\.)*\'?|//[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/)?')
_CALL = late(r"(?<![\w.])((?:\w+\.){0,3}\w+|\.\w+)\s*\(")
_TOKEN = late(r'\s*(?:("(?:[^"\\\n]|\\.)*")|(`[^`]*`)|([\w.]+)|(.))', re.DOTALL)


class Function(msgspec.Struct, frozen=True, kw_only=True):
    """One function. `receiver` is the type it belongs to, "" for none; `body` its text; `line` where that begins."""

    receiver: str
    name: str
    body: str
    line: int


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call in a body: its full name, its arguments (None for one that is no literal string), and the line within the body."""

    name: str
    arguments: tuple[str | None, ...]
    words: tuple[str, ...]
    line: int


def blanked(text: str) -> str:
    """A text of the same length in which what strings and comments hold is blank."""
    return _SKIPPED.sub(lambda found: "".join(one if one == "\n" else " " for one in found[0]), text)


def functions_of(text: str) -> list[Function]:
    """The functions of a file, in its order."""
    plain = blanked(text)
    starts = list(_FUNCTION.finditer(plain))[:MAX_FUNCTIONS]
    found: list[Function] = []
    for index, match in enumerate(starts):
        end = starts[index + 1].start() if index + 1 < len(starts) else len(text)
        opening = plain.find("{", match.end(), end)
        if opening >= 0:
            body = text[opening:end]
            found.append(Function(receiver=match[1] or "", name=match[2], body=body, line=text.count("\n", 0, opening) + 1))
    return found


def calls_of(function: Function) -> list[Call]:
    """The calls in a function, in its order; those of `x.y.z(` by their whole name, of a chain `).Name(` by ".Name"."""
    body = function.body
    plain = blanked(body)
    found: list[Call] = []
    line, at = function.line, 0
    for match in _CALL.finditer(plain):
        line += body.count("\n", at, match.start())
        at = match.start()
        if len(found) >= MAX_CALLS:
            break
        arguments, words = _arguments(body, match.end())
        found.append(Call(name=match[1], arguments=arguments, words=words, line=line))
    return found


def _arguments(body: str, start: int) -> tuple[tuple[str | None, ...], tuple[str, ...]]:
    """(literal strings in the order of the arguments, None for others; bare names among them).

    Shape: the elements of a slice `[]string{"a", "b"}` count as arguments.
    """
    found: list[str | None] = []
    words: list[str] = []
    pieces: list[str | None] = []
    depth, at = 0, start
    while depth >= 0 and len(found) < MAX_ARGUMENTS and at < min(len(body), start + MAX_ARGUMENT_TEXT):
        token = _TOKEN.match(body, at)
        if token is None:
            break
        at = token.end()
        mark = token[4] or ""
        if not mark:
            pieces.append(_literal(token))
            words.extend([token[3]] if token[3] else [])
            continue
        depth += (mark in "({") - (mark in ")}")
        if mark == "{":
            pieces = []  # the type of a slice
        elif mark in ("(", "+"):
            pieces.append(None)
        elif pieces and (mark in (",", "}") or depth < 0):
            found.append(pieces[0] if len(pieces) == 1 else None)
            pieces = []
    return tuple(found), tuple(words)


def _literal(token: re.Match[str]) -> str | None:
    """The value of a string token, None for a name."""
    return _unquoted(token[1]) if token[1] is not None else token[2][1:-1] if token[2] is not None else None


def _unquoted(token: str) -> str:
    return token[1:-1].replace('\\"', '"').replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\")
