"""Lines of styled pieces: laid out without colour, painted by rich where colour is wanted."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from opslint.report.escape import printable

Piece = tuple[str, str]
Line = list[Piece]


def wrap(text: str, width: int, most: int = 0) -> list[str]:
    """Break a sentence into lines of at most `width`; with `most`, the rest is told by an ellipsis."""
    lines = textwrap.wrap(printable(text), max(width, 20), break_on_hyphens=False) or [""]
    if most and len(lines) > most:
        kept = lines[:most]
        kept[-1] = kept[-1][: max(width - 1, 1)].rstrip() + "…"
        return kept
    return lines


def length(line: Iterable[Piece]) -> int:
    """The columns a line takes (every character of ours is one column wide)."""
    return sum(len(text) for text, _ in line)


def painted(lines: Iterable[Line], *, color: bool, unicode: bool) -> str:
    """Lines as text: plain, or with ANSI styles by rich."""
    lines = list(lines)
    if not color:
        plain = "".join("".join(text for text, _ in line).rstrip() + "\n" for line in lines)
        return plain if unicode else ascii_only(plain)
    import io

    from rich.console import Console
    from rich.text import Text

    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, color_system="standard", width=10_000, highlight=False, markup=False,
                      emoji=False, legacy_windows=False)
    for line in lines:
        console.print(Text.assemble(*[(text if unicode else ascii_only(text), style) for text, style in line]), soft_wrap=True)
    return stream.getvalue()


ASCII = {"●": "+", "◐": "~", "○": "x", "·": "-", "…": "...", "→": "->", "↳": ">", "›": ">", "×": "x", "–": "-", "—": "-", "’": "'"}


def ascii_only(text: str) -> str:
    """The same text for a stream that has only ASCII."""
    for mark, plain in ASCII.items():
        text = text.replace(mark, plain)
    return text.encode("ascii", "backslashreplace").decode("ascii")
