"""Foreign words cannot act on a terminal."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from opslint.report.escape import printable


def test_printable_shows_escape_sequences_and_bidirectional_marks_as_codes() -> None:
    assert printable("a\x1b[31mb\u202ec") == "a\\u001b[31mb\\u202ec"


def test_printable_keeps_ordinary_text() -> None:
    assert printable("déjà vu — ok") == "déjà vu — ok"


@given(st.text())
def test_printable_leaves_nothing_that_controls(text: str) -> None:
    for character in printable(text):
        assert unicodedata.category(character) not in {"Cc", "Cs"}
        assert unicodedata.bidirectional(character) not in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
