"""Expressions of the platforms inside text: `${{ … }}` (GitHub), `$[[ … ]]` (GitLab inputs), `{{ … }}` (Argo, Go templates).

They are found and masked at equal length, so that a shell parser sees a plain word and every offset stays true.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from opslint.source.words.late import late

MAX_EXPRESSION_CHARS = 8_192
MAX_MISSES = 1_000  # openings without an end that are looked at before the rest of a text is taken as it is
MASK = "_"  # a character of a shell word

OPENING = late(r"\$\{\{|\$\[\[|\{\{")
# What may stand before the end: for each opening the quotes whose content is skipped. GitHub knows only single ones.
INNER = {
    "${{": late(r"(?:[^'}]+|'[^']*'|\}(?!\}))*+\}\}"),
    "$[[": late(r"(?:[^'\"\]]+|'[^']*'|\"[^\"]*\"|\](?!\]))*+\]\]"),
    "{{": late(r"(?:[^'\"`}]+|'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|`[^`]*`|\}(?!\}))*+\}\}"),
}


class Expression(NamedTuple):
    """One expression in a text: offset of its first character, of the one after its last, and what stands between the braces."""

    start: int
    end: int
    inner: str


def expressions_in(text: str) -> list[Expression]:
    """Find the expressions of a text, in order and not overlapping.

    Shape: quotes inside an expression are respected where they pair, else its first closing braces end it; one that
           does not end within `MAX_EXPRESSION_CHARS` is none.
    Units: offsets count code points from 0.
    """
    if "{{" not in text and "$[[" not in text:
        return []
    found: list[Expression] = []
    position = misses = 0
    while misses < MAX_MISSES:
        opening = OPENING.search(text, position)
        if opening is None:
            break
        end = expression_end(text, opening.end(), opening.group())
        if end is None:
            misses += 1
            position = opening.end()
            continue
        found.append(Expression(opening.start(), end, text[opening.end() : end - 2].strip()))
        position = end
    return found


def expression_end(text: str, inside: int, opening: str) -> int | None:
    """The offset after an expression whose inner text begins at `inside`, or None."""
    limit = min(len(text), inside + MAX_EXPRESSION_CHARS)
    close = "]]" if opening == "$[[" else "}}"
    first = text.find(close, inside, limit)
    if first < 0:
        return None
    if not any(quote in text[inside:first] for quote in "'\"`"):
        return first + 2
    quoted = INNER[opening].match(text, inside, limit)
    return quoted.end() if quoted is not None else first + 2


def mask_expressions(text: str) -> str:
    """Replace every expression by underscores, keeping length and newlines."""
    expressions = expressions_in(text)
    if not expressions:
        return text
    pieces: list[str] = []
    position = 0
    for expression in expressions:
        pieces.append(text[position : expression.start])
        raw = text[expression.start : expression.end]
        pieces.append(MASK * len(raw) if "\n" not in raw else re.sub(r"[^\r\n]", MASK, raw))
        position = expression.end
    pieces.append(text[position:])
    return "".join(pieces)


def has_expression(text: str) -> bool:
    """Whether at least one expression stands in a text."""
    return bool(expressions_in(text))
