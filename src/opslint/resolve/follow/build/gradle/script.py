"""A Gradle build script, in Groovy or Kotlin, as statements with the blocks behind them."""

from __future__ import annotations

import msgspec

from opslint.source.words.late import late

MAX_TEXT = 512 * 1024
MAX_DEPTH = 40
MAX_STATEMENT = 4_000

_TOKEN = late(
    r"//[^\n]*|/\*(?s:.*?)(?:\*/|\Z)"
    r"|\"\"\"(?s:.*?)(?:\"\"\"|\Z)|'''(?s:.*?)(?:'''|\Z)"
    r"|\"(?:[^\"\\\n]|\\.)*\"?|'(?:[^'\\\n]|\\.)*'?"
    r"|[{}()\[\];\n]|[^{}()\[\];\n\"'/]+|/"
)
_LITERAL = late(r"""^(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')(?:\.toString\(\))?$""")
_ESCAPED = late(r"\\(.)")
_INSERTED = late(r"\$\{[^}]*\}|\$\w[\w.]*")


class Statement(msgspec.Struct, frozen=True):
    """One statement: its words without comments, the line it begins on, and the statements of the block behind it.

    Shape: `block` is None where no block stands behind it.
    """

    text: str
    line: int
    block: tuple[Statement, ...] | None = None


class _Open:
    """What is being read of one block."""

    __slots__ = ("found", "line", "pieces", "size")

    def __init__(self) -> None:
        self.found: list[Statement] = []
        self.pieces: list[str] = []
        self.line = 0
        self.size = 0

    def take(self, piece: str, line: int) -> None:
        """Add a piece to the statement that is being read."""
        if not self.pieces and not piece.strip():
            return
        self.line = self.line or line
        if self.size < MAX_STATEMENT:
            self.pieces.append(piece)
            self.size += len(piece)

    def end(self, block: tuple[Statement, ...] | None = None) -> None:
        """End the statement; one that begins with a dot goes on with the one before it."""
        text = " ".join("".join(self.pieces).split("\n")).strip()
        before = self.found[-1] if self.found else None
        if text.startswith(".") and before is not None and before.block is None:
            self.found[-1] = Statement(before.text + text, before.line, block)
        elif text or block is not None:
            self.found.append(Statement(text, self.line, block))
        self.pieces, self.line, self.size = [], 0, 0


def statements(text: str) -> tuple[Statement, ...]:
    """The statements of a script; what stands in round or square brackets stays in the words of its statement.

    Shape: blocks deeper than MAX_DEPTH are passed over; a script that ends too early has all that was read till then.
    """
    stack = [_Open()]
    line, brackets = 1, list[str]()
    skipped = 0
    for match in _TOKEN.finditer(text[:MAX_TEXT]):
        piece, top = match[0], stack[-1]
        if piece.startswith(("//", "/*")):
            pass
        elif piece in ("(", "[") or (brackets and piece == "{"):
            brackets.append(piece)
            top.take(piece, line)
        elif brackets:
            if piece in (")", "]", "}"):
                brackets.pop()
            top.take(piece, line)
        elif piece == "{":
            if len(stack) >= MAX_DEPTH:
                skipped += 1
            else:
                stack.append(_Open())
        elif piece == "}":
            if skipped:
                skipped -= 1
            else:
                _close(stack)
        elif piece in ("\n", ";"):
            top.end()
        else:
            top.take(piece, line)
        line += piece.count("\n")
    while len(stack) > 1:
        _close(stack)
    stack[0].end()
    return tuple(stack[0].found)


def _close(stack: list[_Open]) -> None:
    """End a block: it belongs to the statement before it."""
    stack[-1].end()
    if len(stack) > 1:
        inner = stack.pop()
        stack[-1].end(tuple(inner.found))


def arguments(text: str) -> list[str]:
    """What stands between the commas of a call's arguments, brackets and list words around all of it taken off."""
    text = text.strip().removeprefix("=").strip()
    for opening in ("listOf(", "mutableListOf(", "arrayOf(", "setOf(", "(", "["):
        if text.startswith(opening) and text.endswith((")", "]")):
            text = text[len(opening) : -1].strip()
            break
    for opening in ("listOf(", "arrayOf(", "["):
        if text.startswith(opening) and text.endswith((")", "]")) and _whole(text, len(opening) - 1):
            text = text[len(opening) : -1].strip()
    found, depth, words = list[str](), 0, list[str]()
    for match in _TOKEN.finditer(text):
        piece = match[0]
        if piece in ("(", "[", "{"):
            depth += 1
        elif piece in (")", "]", "}"):
            depth -= 1
        if depth or "," not in piece or piece[0] in "\"'":
            words.append(piece)
            continue
        first, *rest = piece.split(",")
        words.append(first)
        for part in rest:
            found.append("".join(words).strip())
            words = [part]
    found.append("".join(words).strip())
    return [one for one in found if one]


def _whole(text: str, at: int) -> bool:
    """Whether the bracket at a place closes with the text's last character."""
    depth = 0
    for index, char in enumerate(text[at:], at):
        depth += (char in "([") - (char in ")]")
        if not depth:
            return index == len(text) - 1
    return False


def literal(word: str) -> str:
    """The text of a string literal, with "…" for what is put in; "" for anything else."""
    found = _LITERAL.match(word.strip())
    if found is None:
        return ""
    double = found[1] is not None
    text = found[1] if double else found[2]
    return _ESCAPED.sub(r"\1", _INSERTED.sub("…", text) if double else text)
