"""Lines of styled pieces: laid out without colour, painted by rich where colour is wanted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from opslint.report.escape import printable

Piece = tuple[str, str]
Line = list[Piece]
Value = TypeVar("Value")

NARROWEST = 4
OWN = frozenset("●◐○·…→↳›–—’‘“”×≥≤│")
"""What our own words use beyond ASCII; each takes one column."""
PROSE = {"…": "...", "→": "->", "↳": ">", "›": ">", "×": "x", "–": "-", "—": "-", "’": "'", "‘": "'", "“": '"', "”": '"',
         "·": "-", "≥": ">=", "≤": "<=", "│": "|"}
MARKS = {"●": "+", "◐": "~", "○": "x", "·": "-", "…": "~", "→": ">", "↳": ">", "›": ">"}
"""Our own marks for a stream that has only ASCII: one column for one column, so that no line grows."""


def columns(text: str) -> int:
    """The columns a terminal gives to some text: two for a wide character, none for a mark that joins the one before.

    Source: Unicode Standard Annex 11 (East Asian Width); ambiguous characters are narrow.
    """
    if text.isascii() or all(one in OWN or one.isascii() for one in text):
        return len(text)
    import unicodedata

    return sum(0 if unicodedata.category(one) in ("Mn", "Me") else 2 if unicodedata.east_asian_width(one) in "WF" else 1
               for one in text)


def clip(text: str, width: int) -> str:
    """The beginning of some text, with an ellipsis where it had to be cut."""
    if columns(text) <= width:
        return text
    return _head(text, max(width - 1, 0))[0].rstrip() + "…"


def clip_start(text: str, width: int) -> str:
    """The end of some text (of a path the end tells more), with an ellipsis where it had to be cut."""
    if columns(text) <= width:
        return text
    return "…" + _head(text[::-1], max(width - 1, 0))[0][::-1]


def _head(text: str, width: int) -> tuple[str, str]:
    """As many characters as fit, and the rest."""
    used = 0
    for position, character in enumerate(text):
        used += columns(character)
        if used > width:
            return text[:position], text[position:]
    return text, ""


def wrap(text: str, width: int, most: int = 0) -> list[str]:
    """Break a sentence into lines of at most `width` columns; with `most`, the rest is told by an ellipsis."""
    width = max(width, NARROWEST)
    lines, used = [""], 0
    for word in printable(text).split():
        size = columns(word)
        if lines[-1] and used + 1 + size <= width:
            lines[-1] += f" {word}"
            used += 1 + size
            continue
        if most and len(lines) > most:
            break
        rest = word
        if not lines[-1]:
            lines.pop()
        while rest:
            piece, rest = (rest, "") if size <= width else _head(rest, width)
            lines.append(piece)
        used = columns(lines[-1])
    if most and len(lines) > most:
        lines = lines[:most]
        lines[-1] = _head(lines[-1], width - 1)[0].rstrip() + "…"
    return lines


def flow(line: Line, width: int, indent: int = 2) -> list[Line]:
    """Lay pieces out in lines of at most `width` columns: a piece that no longer fits begins the next one, indented."""
    lines: list[Line] = [[]]
    used = 0
    for text, style in line:
        if used + columns(text.rstrip()) <= width:
            lines[-1].append((text, style))
            used += columns(text)
            continue
        for part in wrap(text, width - indent):
            if lines[-1]:
                lines.append([(" " * indent, "")])
            lines[-1].append((part, style))
        lines[-1].append((text[len(text.rstrip()):], style))
        used = length(lines[-1])
    return lines


def length(line: Iterable[Piece]) -> int:
    """The columns a line takes."""
    return sum(columns(text) for text, _ in line)


def painted(lines: Iterable[Line], *, color: bool, unicode: bool) -> str:
    """Lines as text: plain, or with ANSI styles by rich."""
    lines = list(lines)
    if not color:
        plain = "".join("".join(text for text, _ in line).rstrip() + "\n" for line in lines)
        return plain if unicode else _marks(plain)
    import io

    from rich.console import Console
    from rich.text import Text

    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, color_system="standard", width=10_000, highlight=False, markup=False,
                      emoji=False, legacy_windows=False)
    for line in lines:
        console.print(Text.assemble(*[(text if unicode else _marks(text), style) for text, style in line]), soft_wrap=True)
    return stream.getvalue()


def _marks(text: str) -> str:
    for mark, plain in MARKS.items():
        text = text.replace(mark, plain)
    return text.encode("ascii", "backslashreplace").decode("ascii")


def ascii_only(text: str) -> str:
    """The same words for a stream that has only ASCII."""
    if text.isascii():
        return text
    for mark, plain in PROSE.items():
        text = text.replace(mark, plain)
    return text.encode("ascii", "backslashreplace").decode("ascii")


def ascii_copy(value: Value) -> Value:
    """A report (or another struct) all of whose texts are ASCII; made before lines are laid out, so that they still fit."""
    import msgspec

    return msgspec.convert(_ascii(msgspec.to_builtins(value)), type(value))


def _ascii(value: Any) -> Any:
    if isinstance(value, str):
        return ascii_only(value)
    if isinstance(value, dict):
        return {key: _ascii(item) for key, item in value.items()}
    return [_ascii(item) for item in value] if isinstance(value, (list, tuple)) else value
