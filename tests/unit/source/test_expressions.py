"""Expressions are found and masked, with every offset kept."""

from __future__ import annotations

import time

import pytest

from opslint.source.words.expressions import expressions_in, has_expression, mask_expressions

LIMIT = 30
"""Seconds of processor time that only a blow-up takes, on the slowest machine."""


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("a ${{ x }} b", "a ________ b"),
        ("echo $[[ inputs.x ]]", "echo _______________"),
        ("{{workflow.name}}-1", "_________________-1"),
        ("${{ format('}}', 'it''s') }}!", "____________________________!"),
        ('{{ print "}}" }}!', "________________!"),
        ("{{`{{x}}`}}", "___________"),
        ("${{ a\n b }}", "_____\n_____"),
        ("${{ 'open }} b", "____________ b"),
        ("${{ never", "${{ never"),
        ("$[[ a }} b", "$[[ a }} b"),
        ("no expression", "no expression"),
    ],
)
def test_mask_keeps_length_and_lines_when_expressions_stand_in_text(text: str, masked: str) -> None:
    assert mask_expressions(text) == masked


def test_expressions_are_told_with_offsets_when_there_are_several() -> None:
    text = "x ${{ a.b }} {{ c }}"
    found = expressions_in(text)
    assert [text[one.start : one.end] for one in found] == ["${{ a.b }}", "{{ c }}"]
    assert [one.inner for one in found] == ["a.b", "c"]


def test_expression_is_found_when_only_some_text_has_one() -> None:
    assert has_expression("a{{b}}")
    assert not has_expression("a{b}")


@pytest.mark.parametrize("text", ["{{'" * 200_000 + "}}", "{{" * 200_000, "${{'}}" * 50_000, "$[[" * 200_000 + "]]"])
def test_hostile_text_is_done_quickly_when_it_opens_without_end(text: str) -> None:
    started = time.process_time()
    mask_expressions(text)
    assert time.process_time() - started < LIMIT
