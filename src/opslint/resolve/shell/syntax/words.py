"""Words of a script as the command gets them: quotes taken off, variables filled in, "…" for what cannot be known."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from opslint.source.words.late import late

if TYPE_CHECKING:  # for signatures only: the grammar is imported when a script is met
    from tree_sitter import Node

UNKNOWN = "…"
MASK = "\x01"
ROOT = "././"
"""Stands before a path that counts from the repository's root wherever a command runs; nobody writes it."""
MAX_WORD = 8192
MAX_FIELDS = 512

_ESCAPE = late(r"\\(\n|.)", re.DOTALL)
_QUOTED_ESCAPE = late(r"\\([$`\"\\\n])")
_MASKED = late("\x01+")
_UNKNOWNS = late("…{2,}")
_DEFAULTED = frozenset({":-", "-", ":=", "="})
_QUOTED = frozenset({"string", "raw_string", "ansi_c_string", "translated_string"})
_PATH_LOOKUPS = late(r"^(?:\$\(|`)\s*(?:which|command\s+-v|type\s+-[pP])\s+([\w./+-]+)\s*(?:\)|`)$")
_ANSI = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"'}


class Source:
    """One script with its expressions masked, ready to be cut into words.

    Shape: `text` has every expression replaced by as many MASK characters; `values` maps the offset an expression starts at
           to (its end, what is known of its value or UNKNOWN); `original` is the text before that, of the same length.
    Units: `data` is UTF-8 and grammar nodes count its bytes; everything given out counts code points.
    """

    __slots__ = ("_points", "data", "original", "text", "values")

    def __init__(self, text: str, values: dict[int, tuple[int, str]], original: str = "") -> None:
        self.text = text
        self.original = original or text
        self.values = values
        self.data = text.encode("utf-8", "replace")
        self._points: list[int] | None = None
        if len(self.data) != len(text):
            points: list[int] = []
            for index, character in enumerate(text):
                points.extend([index] * len(character.encode("utf-8", "replace")))
            points.append(len(text))
            self._points = points

    def offset(self, byte: int) -> int:
        """The code point a byte offset falls on."""
        if self._points is None:
            return byte
        return self._points[min(byte, len(self._points) - 1)]

    def slice(self, start: int, end: int) -> str:
        """The text between two byte offsets, expressions as masked."""
        if self._points is None:
            return self.text[start:end]
        return self.text[self.offset(start) : self.offset(end)]

    def written(self, start: int, end: int) -> str:
        """The text between two byte offsets, expressions as the file has them."""
        return self.original[self.offset(start) : self.offset(end)]

    def backgrounded(self, end: int) -> bool:
        """Whether a single `&` stands behind a statement that ends at a byte offset."""
        after = self.data[end : end + 8].lstrip(b" \t")
        return after.startswith(b"&") and not after.startswith(b"&&")

    def raw(self, node: Node) -> str:
        """The text of a node, expressions as masked."""
        return self.slice(node.start_byte, node.end_byte)

    def shown(self, start: int, end: int) -> str:
        """The text between two byte offsets, what is known of expressions filled in."""
        text = self.slice(start, end)
        if MASK not in text:
            return text
        origin = self.offset(start)

        def value(found: re.Match[str]) -> str:
            at, stop, parts = origin + found.start(), origin + found.end(), []
            while at < stop:
                end_of, known = self.values.get(at, (stop, UNKNOWN))
                parts.append(known)
                at = max(end_of, at + 1)
            return "".join(parts)

        return _UNKNOWNS.sub(UNKNOWN, _MASKED.sub(value, text))


class Scope:
    """What a shell knows at one point: variables, arrays and positional arguments.

    Shape: a variable that was set to something that cannot be known has the value UNKNOWN, or text with UNKNOWN in it; `origins`
           has the names of the variables and secrets such a value comes from, under "@" those of the positional arguments.
    """

    __slots__ = ("arguments", "arrays", "origins", "variables")

    def __init__(
        self,
        variables: dict[str, str],
        arrays: dict[str, list[str]],
        arguments: list[str] | None = None,
        origins: dict[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.origins = {} if origins is None else origins
        self.variables = variables
        self.arrays = arrays
        self.arguments = arguments

    def copy(self) -> Scope:
        """What a subshell starts with."""
        return Scope(dict(self.variables), dict(self.arrays), self.arguments, self.origins)

    def value(self, name: str) -> str | None:
        """The value of a variable or positional argument, None where nothing set it here."""
        if name in self.variables:
            return self.variables[name]
        if name == "0":
            return UNKNOWN
        if name.isdigit() and self.arguments is not None:
            index = int(name[:6]) - 1
            return self.arguments[index] if 0 <= index < len(self.arguments) else ""
        if name in self.arrays:
            return self.arrays[name][0] if self.arrays[name] else ""
        return None


def fields_of(node: Node, source: Source, scope: Scope) -> list[str]:
    """The words one argument becomes: none, one, or several where a list or an unquoted variable is filled in."""
    kind = node.type
    if kind in ("word", "number"):
        return [_plain(node, source)]
    if kind == "raw_string":
        return [text_of(node, source, scope)]
    listed = _listed(node, source, scope)
    if listed is not None:
        return listed[:MAX_FIELDS]
    text = text_of(node, source, scope)
    if kind in ("simple_expansion", "expansion") and (" " in text or "\n" in text or not text):
        return text.split()[:MAX_FIELDS]
    if kind == "concatenation" and " " in text and not any(child.type in _QUOTED for child in node.children):
        return text.split()[:MAX_FIELDS] if "\\" not in source.raw(node) else [text]
    return [text]


def text_of(node: Node, source: Source, scope: Scope, depth: int = 0) -> str:
    """The text of one word, at most MAX_WORD code points; UNKNOWN stands for each part that cannot be known."""
    kind = node.type
    if kind in ("word", "number", "variable_name", "special_variable_name"):
        return _plain(node, source)
    if depth > 24:
        return UNKNOWN
    if kind == "raw_string":
        return source.shown(node.start_byte + 1, node.end_byte - 1)[:MAX_WORD]
    if kind in ("string", "translated_string"):
        return _joined(node, source, scope, depth, node.start_byte + 1, node.end_byte - 1, quoted=True)
    if kind == "concatenation":
        return _joined(node, source, scope, depth, node.start_byte, node.end_byte, quoted=False)
    if kind == "string_content":
        text = source.shown(node.start_byte, node.end_byte)
        return _QUOTED_ESCAPE.sub(_unquoted, text) if "\\" in text else text
    if kind == "ansi_c_string":
        return _ESCAPE.sub(lambda m: _ANSI.get(m[1], m[1]), source.shown(node.start_byte + 2, node.end_byte - 1))[:MAX_WORD]
    if kind == "simple_expansion":
        value = scope.value(source.raw(node)[1:])
        if value is None and source.raw(node) in ("$@", "$*") and scope.arguments is not None:
            value = " ".join(scope.arguments)
        return UNKNOWN if value is None else value[:MAX_WORD]
    if kind == "expansion":
        return _expansion(node, source, scope, depth)
    if kind == "command_substitution":
        found = _PATH_LOOKUPS.match(source.raw(node))
        if found:
            return found[1]
        from opslint.resolve.shell.syntax.paths import path_printed

        return path_printed(node, source, scope, depth + 1)
    if kind in ("process_substitution", "arithmetic_expansion"):
        return UNKNOWN
    return _plain(node, source)


def _plain(node: Node, source: Source) -> str:
    text = source.shown(node.start_byte, node.end_byte)
    if "\\" in text:
        text = _ESCAPE.sub(lambda m: "" if m[1] == "\n" else m[1], text)
    return text if len(text) <= MAX_WORD else text[:MAX_WORD]


def _unquoted(found: re.Match[str]) -> str:
    return "" if found[1] == "\n" else found[1]


def _joined(node: Node, source: Source, scope: Scope, depth: int, start: int, end: int, *, quoted: bool) -> str:
    """The parts of a string or concatenation, and what stands between them."""
    parts: list[str] = []
    at = start
    for child in node.children:
        kind = child.type
        if kind == '"' or (kind == "$" and not child.is_named):
            at = max(at, child.end_byte) if child.start_byte <= start else at
            continue
        if child.start_byte > at:
            parts.append(source.shown(at, child.start_byte))
        parts.append(text_of(child, source, scope, depth + 1))
        at = max(at, child.end_byte)
    if at < end:
        rest = source.shown(at, end)
        parts.append(_QUOTED_ESCAPE.sub(_unquoted, rest) if quoted and "\\" in rest else rest)
    return _UNKNOWNS.sub(UNKNOWN, "".join(parts))[:MAX_WORD]


def _expansion(node: Node, source: Source, scope: Scope, depth: int) -> str:
    """`${x}`, `${x:-default}`, `${x:+other}`; any other operator gives UNKNOWN."""
    named = [child for child in node.children if child.type not in ("${", "}")]
    name = source.raw(named[0]) if named else ""
    if name == "BASH_SOURCE[0]":
        name = "BASH_SOURCE"
    elif not named or (named[0].type != "variable_name" and name != "0"):
        return UNKNOWN
    value = scope.value(name)
    if len(named) == 1:
        return UNKNOWN if value is None else value[:MAX_WORD]
    operator = source.raw(named[1])
    if operator in _DEFAULTED:
        if value:
            return value[:MAX_WORD]
        return text_of(named[2], source, scope, depth + 1) if len(named) > 2 else ""
    if operator == "%" and value and len(named) > 2 and source.raw(named[2]) == "/*":
        return value.rpartition("/")[0] or value
    if operator in (":?", "?") and value is not None:
        return value[:MAX_WORD]
    return UNKNOWN


def _listed(node: Node, source: Source, scope: Scope) -> list[str] | None:
    """The items of `$@`, `"$@"`, `${list[@]}` and `"${list[@]}"`; None where the node is none of these."""
    inner = node
    if node.type == "string":
        if node.named_child_count != 1:
            return None
        only = node.named_child(0)
        if only is None or only.end_byte - only.start_byte + 2 != node.end_byte - node.start_byte:
            return None
        inner = only
    if inner.type not in ("simple_expansion", "expansion"):
        return None
    raw = source.raw(inner)
    if raw in ("$@", "$*", "${@}", "${*}"):
        return list(scope.arguments) if scope.arguments is not None else [UNKNOWN]
    found = re.fullmatch(r"\$\{(\w+)\[[@*]\]\}", raw)
    if found:
        return list(scope.arrays.get(found[1], [UNKNOWN]))
    return None
