"""Files that repeat a few lines many thousand times are read as far as the bounds go, and say so."""

from __future__ import annotations

import pytest

from opslint.parse.github.workflow import parse_workflow
from opslint.parse.gitlab.pipeline import parse_pipeline
from opslint.parse.values import bounds
from opslint.parse.values.bounds import Bounds
from opslint.source.yaml import parse_yaml


def test_variables_are_the_same_object_when_nothing_is_added() -> None:
    base = {"A": "a"}
    assert Bounds().merged(base, {}) is base
    assert Bounds().merged(base, {"B": "b"}) == {"A": "a", "B": "b"}


def test_own_variables_alone_are_kept_when_too_many_were_merged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MAX_VARIABLES", 3)
    left = Bounds()
    base = {"A": "a", "B": "b"}
    assert left.merged(base, {"C": "c"}) == {"A": "a", "B": "b", "C": "c"}
    assert left.reason is None
    assert left.merged(base, {"C": "c"}) == {"C": "c"}
    assert left.reason is not None


def test_workflow_says_so_when_aliases_make_more_steps_than_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MAX_STEPS", 5)
    text = b"on: push\njobs:\n  a: {steps: &s [{run: x}, {run: y}, {run: z}]}\n  b: {steps: *s}\n"
    parsed = parse_workflow("ci.yml", parse_yaml(text))
    assert [len(job.steps) for job in parsed.pipelines[0].jobs] == [3, 2]
    assert "the rest was left out" in (parsed.file.reason or "")


def test_pipeline_keeps_jobs_that_are_undecided_when_conditions_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MAX_EVALUATIONS", 4)
    text = "".join(f"j{index}: {{script: x, rules: [{{if: '$CI_COMMIT_BRANCH && $CI_COMMIT_TAG'}}]}}\n" for index in range(9))
    parsed = parse_pipeline(".gitlab-ci.yml", parse_yaml(text.encode()))
    assert parsed.pipelines[0].jobs[-1].events
    assert "the rest was left out" in (parsed.file.reason or "")
