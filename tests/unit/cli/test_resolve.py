"""`opslint resolve` at the command line: what it prints, where to, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

CI = ".github/workflows/ci.yml"
WORKFLOW = "on: push\njobs:\n  lint:\n    runs-on: x\n    steps: [{run: make lint}]\n"
FILES = {CI: WORKFLOW, "Makefile": "lint:\n\tbandit -r src\n"}


def test_tree_is_printed_when_a_directory_is_resolved(opslint_run: Run, make_tree: Run) -> None:
    outcome = opslint_run("resolve", str(make_tree(FILES)))
    assert outcome.code == 0
    assert "bandit -r src  DS101" in outcome.out
    assert "Makefile:2" in outcome.out


def test_json_goes_to_a_file_when_one_is_named(opslint_run: Run, make_tree: Run, tmp_path: Path) -> None:
    outcome = opslint_run("resolve", str(make_tree(FILES)), "-f", "json", "-o", str(tmp_path / "x.json"))
    assert (outcome.code, outcome.out) == (0, "")
    jobs = json.loads((tmp_path / "x.json").read_text())["pipelines"][0]["jobs"]
    assert jobs[0]["commands"][-1]["argv"] == ["bandit", "-r", "src"]


@pytest.mark.parametrize(("words", "code", "said"), [
    (["--job", "lnt"], 2, "did you mean lint?"),
    (["--format", "xml"], 2, "'xml' is not one of"),
    (["--rev", "HEAD"], 2, "is no git repository"),
])
def test_wrong_use_is_told_with_the_next_step_when_it_cannot_be_done(opslint_run: Run, make_tree: Run, words: list[str], code: int,
                                                                     said: str) -> None:
    outcome = opslint_run("resolve", str(make_tree(FILES)), *words)
    assert outcome.code == code
    assert said in outcome.err


def test_nothing_to_resolve_ends_with_3_when_there_is_no_pipeline(opslint_run: Run, make_tree: Run) -> None:
    outcome = opslint_run("resolve", str(make_tree({"a.py": "print(1)"})))
    assert outcome.code == 3
    assert "no GitHub workflow" in outcome.err
