"""What `opslint tools` lists."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from opslint.cli.tools import render_text, tool_rows
from opslint.knowledge.index import Index
from opslint.knowledge.where import knowledge_folder

Run = Callable[..., Any]


def test_tools_lists_every_tool_file_when_nothing_is_asked(opslint_run: Run) -> None:
    outcome = opslint_run("tools")
    names = sorted(path.stem for path in Path(knowledge_folder("rules"), "tools").glob("*.yaml"))
    assert outcome.code == 0
    assert sorted({line.split()[0] for line in outcome.out.splitlines()[:-1] if not line.startswith(" ")}) == names
    assert outcome.out.splitlines()[-1] == f"{len(names)} tools"
    assert max(map(len, outcome.out.splitlines())) <= 80


def test_tools_lists_those_with_a_word_when_named(opslint_run: Run) -> None:
    assert "bandit" in opslint_run("tools", "BANDIT").out
    assert opslint_run("tools", "no-such-tool").out == "0 tools\n"


def test_tools_lists_those_that_show_a_practice_when_selected(opslint_run: Run) -> None:
    rows = json.loads(opslint_run("tools", "-f", "json", "--select", "ds101").out)
    assert {"bandit", "semgrep"} <= {row["tool"] for row in rows}
    assert all(any(code.startswith("DS101") for code in row["practices"]) for row in rows)
    assert set(rows[0]) == {"tool", "name", "practices", "effects"}


def test_tools_are_a_table_when_asked_for_markdown(opslint_run: Run) -> None:
    lines = opslint_run("tools", "bandit", "--format", "markdown").out.splitlines()
    assert lines[:2] == ["| tool | name | practices |", "|---|---|---|"]
    assert "| bandit | Bandit | DS101 |" in lines


@pytest.mark.parametrize("width", [60, 80, 100])
def test_tools_fit_the_width_when_practices_are_many(index: Index, width: int) -> None:
    assert max(map(len, render_text(tool_rows(index), width).splitlines())) <= width
