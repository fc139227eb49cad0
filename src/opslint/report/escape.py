"""Words of the scanned repository made harmless before a person's terminal gets them."""

from __future__ import annotations

from opslint.source.words.late import late

HARMFUL = late("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def printable(text: str) -> str:
    """Replace control characters, bidirectional marks and lone surrogates by their visible codes; tabs and line ends by a space.

    Source: CVE-2021-42574 (bidirectional controls), ECMA-48 (escape sequences).
    """
    if text.isprintable():
        return text  # true of nearly all, and of nothing that HARMFUL or the line below looks for
    text = text.replace("\t", " ").replace("\n", " ").replace("\r", " ")
    return HARMFUL.sub(lambda match: f"\\u{ord(match.group()):04x}", text)
