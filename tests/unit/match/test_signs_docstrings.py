"""Examples in docstrings are no signs of what the code does."""

from __future__ import annotations

import pytest

from opslint.match.signs.code import without_docstrings


@pytest.mark.parametrize("quotes", ['"""', "'''"])
def test_docstring_is_emptied_and_lines_stay_when_it_stands_alone(quotes: str) -> None:
    text = f"\ndef f():\n    r{quotes}Say.\n\n    model.fit(x)\n    {quotes}\n    return 1\n".encode()
    assert without_docstrings(text) == b"\ndef f():\n    r\n\n\n\n    return 1\n"
    assert without_docstrings(text).count(b"\n") == text.count(b"\n")


@pytest.mark.parametrize(
    "text", [b'\nPROMPT = """\nmodel.fit(x)\n"""\nmodel.fit(y)\n', b'\nx = f("""a""")\n', b'\n"""never closed\nfit()\n'])
def test_text_stays_when_it_is_a_value_or_unclosed(text: bytes) -> None:
    assert without_docstrings(text) == text
