"""Lines that fit, whatever is written on them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opslint.report.paint import Line, ascii_copy, ascii_only, clip, clip_start, columns, flow, length, painted, wrap
from opslint.source.span import Span

TEXT = st.text(alphabet=st.one_of(st.characters(), st.sampled_from(" \n\tabc中🎉é\u0301·→…")), max_size=120)


@pytest.mark.parametrize(("text", "width"), [("", 0), ("abc", 3), ("中文", 4), ("e\u0301", 1), ("🎉", 2), ("●◐○", 3), ("…→·", 3), ("ｱ", 1)])
def test_columns_are_those_of_a_terminal_when_counted(text: str, width: int) -> None:
    assert columns(text) == width


def test_words_are_broken_where_they_end_when_wrapped() -> None:
    assert wrap("one two three four", 9) == ["one two", "three", "four"]
    assert wrap("", 9) == [""]
    assert wrap("a-long-hyphenated word", 18) == ["a-long-hyphenated", "word"]
    assert wrap("abcdefghij klm", 4) == ["abcd", "efgh", "ij", "klm"]
    assert wrap("a\tb\nc", 20) == ["a b c"]


def test_rest_is_told_by_an_ellipsis_when_lines_are_too_many() -> None:
    assert wrap("one two three four", 9, 2) == ["one two", "three…"]
    assert wrap("one two", 9, 1) == ["one two"]
    assert wrap("x" * 30, 10, 2) == ["x" * 10, "x" * 9 + "…"]


@given(TEXT, st.integers(4, 60), st.integers(0, 3))
def test_every_line_fits_when_any_text_is_wrapped(text: str, width: int, most: int) -> None:
    lines = wrap(text, width, most)
    assert lines
    assert all(columns(line) <= width for line in lines)
    assert not most or len(lines) <= most
    assert not any("\n" in line or "\x1b" in line for line in lines)


@given(st.lists(st.text(alphabet="abcxyz中é", min_size=1, max_size=12), max_size=20), st.integers(4, 40))
def test_no_character_is_lost_when_wrapped(words: list[str], width: int) -> None:
    assert "".join(wrap(" ".join(words), width)).replace(" ", "") == "".join(words)


@given(TEXT, st.integers(2, 40))
def test_text_fits_when_clipped_at_either_end(text: str, width: int) -> None:
    assert columns(clip(text, width)) <= width
    assert columns(clip_start(text, width)) <= width
    if columns(text) <= width:
        assert clip(text, width) == clip_start(text, width) == text


@given(st.lists(st.text(alphabet="abc 中·", max_size=20), max_size=8), st.integers(12, 60), st.integers(0, 6))
def test_every_line_fits_when_pieces_flow(texts: list[str], width: int, indent: int) -> None:
    lines = flow([(text, "") for text in texts], width, indent)
    for line in lines:
        assert columns("".join(text for text, _ in line).rstrip()) <= width
    told = "".join(text for line in lines for text, _ in line)
    assert told.replace(" ", "") == "".join(texts).replace(" ", "")


def test_piece_goes_to_the_next_line_with_its_style_when_it_does_not_fit() -> None:
    assert flow([("abcdef ", "bold"), ("ghijkl", "dim")], 8, 2) == [[("abcdef ", "bold")], [("  ", ""), ("ghijkl", "dim"), ("", "dim")]]


def test_plain_lines_have_no_trailing_space_when_painted() -> None:
    lines: list[Line] = [[("a  ", "bold"), ("  ", "")], []]
    assert painted(lines, color=False, unicode=True) == "a\n\n"


def test_styles_become_escapes_when_colour_is_wanted() -> None:
    assert painted([[("a", "bold red"), ("b", "")]], color=True, unicode=True) == "\x1b[1;31ma\x1b[0mb\n"


def test_markup_of_the_repository_stays_text_when_painted() -> None:
    assert "[bold]x[/bold] :smile:" in painted([[("[bold]x[/bold] :smile:", "green")]], color=True, unicode=True)


@pytest.mark.parametrize("color", [True, False])
def test_marks_take_the_same_columns_when_the_stream_is_ascii(color: bool) -> None:
    lines: list[Line] = [[("● ◐ ○ · … → ↳ ›", "")]]
    ascii_text = painted(lines, color=color, unicode=False)
    assert ascii_text.isascii()
    assert len(ascii_text) == len(painted(lines, color=color, unicode=True))


def test_prose_reads_well_when_the_stream_is_ascii() -> None:
    assert ascii_only("a – b → c… ‘d’ “e” 中") == "a - b -> c... 'd' \"e\" \\u4e2d"


def test_struct_is_copied_with_ascii_words_when_asked() -> None:
    span = Span(path="ünï/中.yml", line=3)
    assert ascii_copy(span) == Span(path="\\xfcn\\xef/\\u4e2d.yml", line=3)
    assert length([("中", ""), ("a", "")]) == 3
