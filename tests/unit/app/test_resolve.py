"""What runs is told job by job, each command with the chain that led to it and the practices it shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from opslint.app.resolve import resolve_tree
from opslint.errors import NoInputError, UsageError
from opslint.knowledge.index import Index
from opslint.report.look import RenderOptions
from opslint.report.paint import columns
from opslint.report.running.json import render_running as render_json
from opslint.report.running.text import render_running as render_text
from opslint.source.tree import open_tree
from opslint.source.trees.memory import MemoryTree

ROOT = Path(__file__).resolve().parents[3]
CI = ".github/workflows/ci.yml"
FILES: dict[str, str | bytes] = {
    CI: """
on: [pull_request]
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: make lint
      - run: bandit -r src || true
  later:
    if: false
    needs: lint
    runs-on: ubuntu-latest
    steps:
      - run: pytest
""",
    "Makefile": "lint:\n\tgitleaks git .\n",
    ".gitlab-ci.yml": """
.base:
  image: python:3.13
  before_script: [pip install -e .]
  variables: {A: "1"}
test:
  extends: .base
  stage: test
  script: [pytest -q]
  allow_failure: {exit_codes: [3]}
  needs: []
broken: {script: [echo]
""".replace("broken: {script: [echo]\n", ""),
}


def told(index: Index, files: dict[str, str | bytes] = FILES, job: str = "") -> dict[str, Any]:
    """The JSON form."""
    data: dict[str, Any] = json.loads(render_json(resolve_tree(MemoryTree(files), index, job), RenderOptions()))
    return data


@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "examples").iterdir() if path.is_dir()))
def test_json_keeps_its_schema_when_an_example_is_resolved(index: Index, name: str) -> None:
    schema = json.loads((ROOT / "schemas/resolve.v1.schema.json").read_text(encoding="utf-8"))
    tree = open_tree(str(ROOT / "examples" / name))
    try:
        data = json.loads(render_json(resolve_tree(tree, index), RenderOptions()))
    except NoInputError:
        return  # manifests only
    finally:
        tree.close()
    assert [error.message for error in Draft202012Validator(schema).iter_errors(data)] == []
    assert data["pipelines"]


def jobs_of(data: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {job["id"]: job for pipeline in data["pipelines"] for job in pipeline["jobs"]}


def test_chain_leads_from_the_pipeline_to_the_tool_when_a_makefile_stands_between(index: Index) -> None:
    lint = jobs_of(told(index))["lint"]
    found = next(one for one in lint["commands"] if one["argv"][0] == "gitleaks")
    assert found["chain"] == [{"path": CI, "line": 8, "text": "make lint"},
                              {"path": "Makefile", "line": 2, "text": "gitleaks git ."}]
    assert (found["blocking"], found["shows"]) == (True, ["DS104"])
    assert [one["name"] for one in lint["uses"]] == ["actions/checkout"]
    assert lint["moment"] == "before-merge"


def test_command_is_not_blocking_when_its_failure_is_ignored(index: Index) -> None:
    found = next(one for one in jobs_of(told(index))["lint"]["commands"] if one["argv"][0] == "bandit")
    assert (found["blocking"], found["shows"]) == (False, ["DS101"])
    assert "|| true" in found["soft_why"]


def test_reason_is_told_when_a_job_never_runs(index: Index) -> None:
    later = jobs_of(told(index))["later"]
    assert "never holds" in later["disabled"]
    assert later["moment"] is None
    assert later["needs"] == ["lint"]
    assert [one["blocking"] for one in later["commands"]] == [False]


def test_gitlab_job_is_expanded_when_it_extends_another(index: Index) -> None:
    test = jobs_of(told(index))["test"]
    assert (test["image"], test["before_script"], test["script"], test["needs"]) == (
        "python:3.13", ["pip install -e ."], ["pytest -q"], [])
    assert test["allow_failure"] == {"exit_codes": [3]}
    assert test["variables"] == {"A": "1"}
    assert ".base" not in jobs_of(told(index))


def test_only_one_job_is_told_when_it_is_named(index: Index) -> None:
    data = told(index, job="later")
    assert list(jobs_of(data)) == ["later"]
    assert len(data["pipelines"]) == 1


def test_closest_name_is_told_when_no_job_has_the_one_asked_for(index: Index) -> None:
    with pytest.raises(UsageError) as caught:
        resolve_tree(MemoryTree(FILES), index, "lnt")
    assert "lint" in caught.value.hint


def test_nothing_to_resolve_is_told_when_there_is_no_pipeline(index: Index) -> None:
    with pytest.raises(NoInputError):
        resolve_tree(MemoryTree({"a.py": "x"}), index)


def test_unreadable_file_is_told_when_there_is_one(index: Index) -> None:
    data = told(index, {**FILES, ".github/workflows/bad.yml": "on: [push\njobs: {"})
    assert [(one["path"], bool(one["reason"])) for one in data["unreadable"]] == [(".github/workflows/bad.yml", True)]


@pytest.mark.parametrize("width", [20, 40, 80, 120])
@pytest.mark.parametrize("unicode", [True, False])
def test_every_line_fits_when_the_tree_is_printed(index: Index, width: int, unicode: bool) -> None:
    hostile = {**FILES, ".github/workflows/x.yml": "on: push\njobs:\n  \"a\\e[31m\\u202e::\":\n    runs-on: x\n    steps: [{run: '"
               + "echo 中文" * 60 + "'}]\n"}
    text = render_text(resolve_tree(MemoryTree(hostile), index), RenderOptions(width=width, unicode=unicode))
    assert max(columns(line) for line in text.splitlines()) <= max(width, 40)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert text.isascii() or unicode


def test_tree_shows_place_softness_and_practice_when_printed(index: Index) -> None:
    text = render_text(resolve_tree(MemoryTree(FILES), index), RenderOptions())
    lines = [line.rstrip() for line in text.splitlines()]
    at = next(number for number, line in enumerate(lines) if "make lint" in line)
    assert lines[at].split() == ["●", "make", "lint", ":8"]
    assert lines[at + 1].split() == ["│", "●", "gitleaks", "git", ".", "DS104", "Makefile:2"]
    assert any("◐ bandit -r src" in line for line in lines)
    assert any("later · never runs: its `if: false` never holds" in line for line in lines)
    assert lines[-1] == "2 pipelines, 3 jobs, 7 things that run, 1 of them behind another"
