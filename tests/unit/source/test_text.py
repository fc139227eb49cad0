"""Encodings and binaries."""

from __future__ import annotations

import pytest

from opslint.errors import UnreadableFile
from opslint.source.words.text import decode, decode_leniently, printable


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32-le"])
def test_text_is_the_same_when_encoded_in_any_unicode_form(encoding: str) -> None:
    assert decode("abc: ü".encode(encoding)) == "abc: ü"


def test_line_is_told_when_a_byte_is_no_utf8() -> None:
    with pytest.raises(UnreadableFile, match="0xff on line 3") as caught:
        decode(b"a\nb\n\xff")
    assert caught.value.line == 3


def test_odd_bytes_are_replaced_when_read_leniently_but_binaries_are_none() -> None:
    assert decode_leniently(b"caf\xe9") == "caf\ufffd"
    assert decode_leniently(b"\x00\x01\x02\x03\x04") is None


def test_forbidden_characters_are_replaced_and_their_line_told_when_there_are_some() -> None:
    assert printable("a\nb\x07c\n") == ("a\nb\ufffdc\n", 2)
    assert printable("a\n\ufeffb\n") == ("a\nb\n", 2)
    assert printable("tab\t ok\r\n") == ("tab\t ok\r\n", None)
