"""TOML: plain values, and a reason where there are none."""

from __future__ import annotations

import pytest

from opslint.errors import UnreadableFile
from opslint.source.words.toml import parse_toml


def test_tables_are_plain_values_when_a_document_is_read() -> None:
    assert parse_toml("\ufeff[a.b]\r\nc = [1, 'x']\r\n") == {"a": {"b": {"c": [1, "x"]}}}


@pytest.mark.parametrize(("text", "words"), [
    ("a = \nb = 1", "not TOML"), (".".join(["a"] * 100_000) + " = 1", "more than 80 parts"),
    (".".join(['"a"'] * 100_000) + " = 1", "more than 80 parts"), ("[" + " . ".join(["a"] * 5000) + "]", "more than 80 parts"),
    ("a = " + "[" * 100_000, "nests too deep"),
])
def test_reason_is_told_when_a_document_cannot_or_should_not_be_read(text: str, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words):
        parse_toml(text)


def test_line_is_told_when_the_parser_says_it() -> None:
    with pytest.raises(UnreadableFile) as caught:
        parse_toml("a = 1\nb = \n")
    assert caught.value.line == 2
