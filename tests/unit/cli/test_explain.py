"""What `opslint explain` tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from opslint.cli.explain import explain
from opslint.knowledge.index import Index
from opslint.report.paint import columns

Run = Callable[..., Any]


@pytest.mark.parametrize("word", ["DS101", "ds101", "sast", "SAST"])
def test_explain_tells_all_of_a_practice_when_named_by_code_or_name(opslint_run: Run, index: Index, word: str) -> None:
    outcome = opslint_run("explain", word)
    rule = index.rule("DS101")
    assert rule is not None
    assert outcome.code == 0
    assert outcome.out.startswith("DS101  sast · level 1 (essential)\n")
    told = " ".join(outcome.out.split())
    for text in (rule.title, rule.why, rule.counts, rule.not_counts, rule.how["text"], *rule.sources):
        assert " ".join(text.split()) in told
    for heading in ("Why", "What counts", "What does not", "When it applies", "How to add it", "GitHub Actions", "GitLab CI", "Sources"):
        assert heading in told


def test_explain_gives_snippets_as_written_when_they_are_there(index: Index) -> None:
    for rule in index.rules:
        text = "\n".join("".join(piece for piece, _ in line) for line in explain(rule.code, index, 80))
        for snippet in rule.snippets.values():
            assert "\n".join(f"    {line}" for line in snippet.rstrip("\n").split("\n")) in text


def test_explain_lists_the_practices_when_asked_for_a_principle(opslint_run: Run) -> None:
    out = opslint_run("explain", "do3").out
    assert out.startswith("DO3  Monitoring and Feedback (DevOps)\n")
    assert [line.split()[0] for line in out.splitlines() if line.startswith("  DO3")] == ["DO301", "DO302", "DO303", "DO304", "DO305"]


def test_explain_lists_the_principles_when_asked_for_a_methodology(opslint_run: Run) -> None:
    out = opslint_run("explain", "FO").out
    assert out.startswith("FO  FinOps\n")
    assert all(f"\nFO{number}  " in out for number in (1, 2, 3))
    assert out.count("\n  FO") == 14


@pytest.mark.parametrize("width", [40, 80, 100])
def test_explain_fits_the_width_when_it_is_prose(index: Index, width: int) -> None:
    for methodology in index.methodologies:
        for word in (methodology.code, *(one.code for one in methodology.principles)):
            for line in explain(word, index, width):
                text = "".join(piece for piece, _ in line)
                assert columns(text) <= max(width, 54), text


def test_explain_is_coloured_when_asked(opslint_run: Run) -> None:
    assert "\x1b[1m" in opslint_run("explain", "DS101", "--color", "always").out
    assert "\x1b[" not in opslint_run("explain", "DS101").out
