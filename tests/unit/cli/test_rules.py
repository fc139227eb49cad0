"""What `opslint rules` lists."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from opslint.cli.rules import render_text
from opslint.knowledge.index import Index

Run = Callable[..., Any]


def test_rules_lists_every_practice_when_nothing_is_asked(opslint_run: Run, index: Index) -> None:
    outcome = opslint_run("rules")
    lines = outcome.out.splitlines()
    assert outcome.code == 0
    assert [line.split()[0] for line in lines if line[:2].isupper() and line[2:5].isdigit()] == [rule.code for rule in index.rules]
    assert lines[-1] == "87 practices"
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(("words", "codes"), [
    (["--select", "ds3"], ["DS301", "DS302", "DS303", "DS304", "DS305", "DS306"]),
    (["--select", "DS3", "--level", "1"], ["DS301", "DS302"]),
    (["--select", "DO101,FO207"], ["DO101", "FO207"]),
])
def test_rules_lists_some_when_they_are_selected(opslint_run: Run, words: list[str], codes: list[str]) -> None:
    rows = json.loads(opslint_run("rules", "-f", "json", *words).out)
    assert [row["code"] for row in rows] == codes
    assert set(rows[0]) == {"code", "name", "title", "level", "counts", "not_counts", "why"}


def test_rules_are_a_table_when_asked_for_markdown(opslint_run: Run) -> None:
    lines = opslint_run("rules", "--format", "markdown").out.splitlines()
    assert lines[:2] == ["| code | name | level | what |", "|---|---|---|---|"]
    assert len(lines) == 89
    assert {line.replace("\\|", "").count("|") for line in lines} == {5}


@pytest.mark.parametrize("width", [48, 60, 80, 100])
def test_rules_fit_the_width_when_titles_are_long(index: Index, width: int) -> None:
    text = render_text(list(index.rules), width)
    assert max(map(len, text.splitlines())) <= width
    for rule in index.rules:
        assert rule.title.replace(" ", "") in text.replace(" ", "").replace("\n", "")


def test_rules_do_not_heed_the_settings_of_scan_when_variables_are_set(opslint_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("OPSLINT_LEVEL", "1"), ("OPSLINT_SELECT", "DO"), ("OPSLINT_FORMAT", "json")):
        monkeypatch.setenv(name, value)
    assert opslint_run("rules").out.endswith("87 practices\n")
    monkeypatch.setenv("OPSLINT_RULES_SELECT", "DO1")
    assert opslint_run("rules").out.endswith("4 practices\n")
