"""Comments are found in the text and told apart from scalars."""

from __future__ import annotations

from opslint.source.words.comments import Comment, comments
from opslint.source.yaml import parse_yaml


def found_in(text: str) -> tuple[Comment, ...]:
    return comments(text, parse_yaml(text.encode()).documents, "opslint:")


def test_comment_is_found_when_it_stands_alone_or_behind_a_value() -> None:
    text = "# opslint: ignore[A]\na: 1  # opslint: ignore[B] reason\n"
    assert found_in(text) == (Comment(1, 1, "opslint: ignore[A]", True), Comment(2, 7, "opslint: ignore[B] reason", False))


def test_text_is_no_comment_when_it_stands_in_a_scalar() -> None:
    text = "run: |\n  # opslint: no\n  x\nb: \"# opslint: no\"\nc: 'x\n  # opslint: no'\nd: a#opslint:no\n"
    assert found_in(text) == ()


def test_comment_is_found_when_it_follows_a_block_scalar_or_stands_on_its_header() -> None:
    text = "run: | # opslint: one\n  x\n# opslint: two\nb: 1\n"
    assert [comment.text for comment in found_in(text)] == ["opslint: one", "opslint: two"]


def test_marker_is_no_comment_when_no_sign_stands_before_it() -> None:
    assert found_in("a: opslint:x\n") == ()
