"""Structural rules: CEL asked of every subject, and the signals for, against and in between."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from opslint.app.scan import ScanOptions, scan_tree
from opslint.knowledge.compile import compile_index
from opslint.knowledge.where import knowledge_folder
from opslint.match.fields import weaker
from opslint.model.evidence import Confidence, Status
from opslint.model.result import PracticeResult
from opslint.source.trees.memory import MemoryTree

CI = ".github/workflows/ci.yml"
JOBS = """\
on: {on}
jobs:
  fast:
    runs-on: x
    timeout-minutes: 5
    steps: [{{run: make}}]
  slow:
    runs-on: x
{extra}    steps: [{{run: make}}]
"""
RULE = """\
code: DO390
name: made-up
title: Made up
level: 1
mode: {mode}
why: w
counts: c
applies: {{any: [pipeline]}}
fields:
{fields}
missing: m
how: {{text: t}}
sources: [https://example.com]
"""
HOLDS = "  - {for-each: job, holds: \"it.timeout != ''\", at: timeout-minutes, why: '{it.name} has a limit', why-not: '{it.name} has none'}"

Judge = Callable[..., PracticeResult]


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """Judge some files by one made-up rule."""
    def judged(fields: str, files: dict[str, str | bytes] | str, mode: str = "every") -> PracticeResult:
        (tmp_path / "DO390-made-up.yaml").write_text(RULE.format(mode=mode, fields=fields))
        for name in ("methodologies.yaml", "signs.yaml"):
            shutil.copy(Path(knowledge_folder("rules"), name), tmp_path / name)
        index = compile_index([str(tmp_path)], validate=False)
        report = scan_tree(MemoryTree({CI: files} if isinstance(files, str) else files), index, ScanOptions()).report
        return report.methodologies[0].principles[2].practices[0]
    return judged


def jobs(on: str = "pull_request", extra: str = "") -> str:
    """A workflow of two jobs, one with a limit."""
    return JOBS.format(on=on, extra=extra)


def test_field_is_partial_when_some_places_have_it(judge: Judge) -> None:
    result = judge(HOLDS, jobs())
    assert result.status is Status.PARTIAL
    assert [(one.span.line, one.status.value, one.why) for one in result.evidence] == [(5, "enforced", "fast has a limit"),
                                                                                       (7, "missing", "slow has none")]


def test_field_is_enforced_when_every_place_has_it(judge: Judge) -> None:
    assert judge(HOLDS, jobs(extra="    timeout-minutes: 9\n")).status is Status.ENFORCED


def test_field_is_missing_when_no_place_has_it(judge: Judge) -> None:
    assert judge(HOLDS, jobs().replace("    timeout-minutes: 5\n", "")).status is Status.MISSING


def test_field_does_not_apply_when_it_concerns_no_place(judge: Judge) -> None:
    assert judge(HOLDS.replace("holds:", "when: it.id == 'none', holds:"), jobs()).status is Status.NOT_APPLICABLE


def test_field_is_asked_only_where_it_matters_when_a_condition_is_given(judge: Judge) -> None:
    assert judge(HOLDS.replace("holds:", "when: it.id == 'fast', holds:"), jobs()).status is Status.ENFORCED


def test_field_is_half_there_when_partly_holds(judge: Judge) -> None:
    half = HOLDS.replace("why:", "partly: it.id == 'slow', why:")
    result = judge(half, jobs())
    assert result.status is Status.PARTIAL
    assert [one.status.value for one in result.evidence] == ["enforced", "partial"]


def test_expression_counts_as_false_when_it_errs(judge: Judge) -> None:
    wrong = HOLDS.replace("it.timeout != ''", "it.no_such_fact == 3")
    assert judge(wrong, jobs()).status is Status.MISSING
    assert judge(HOLDS.replace("it.timeout != ''", "raw['no-such-key'] == 'x'"), jobs()).status is Status.MISSING
    assert judge(HOLDS.replace("it.timeout != ''", "it.name"), jobs()).status is Status.MISSING, "not true is false"


def test_expression_sees_all_four_variables_when_asked(judge: Judge) -> None:
    words = "'timeout-minutes' in raw && root.jobs.fast != null && repo.pipeline && !repo.gitlab && it.id == 'fast'"
    result = judge(HOLDS.replace("it.timeout != ''", words), jobs())
    assert [one.why for one in result.evidence if one.status is Status.ENFORCED] == ["fast has a limit"]


def test_one_place_suffices_when_the_mode_is_any(judge: Judge) -> None:
    result = judge(HOLDS, jobs(), mode="any")
    assert result.status is Status.ENFORCED
    assert len(result.evidence) == 1


@pytest.mark.parametrize(("text", "status"), [
    (jobs("workflow_dispatch"), Status.MANUAL),
    (jobs().replace("    timeout-minutes: 5", "    timeout-minutes: 5\n    continue-on-error: true"), Status.ADVISORY),
])
def test_field_shares_the_job_s_weakness_when_the_mode_is_any(judge: Judge, text: str, status: Status) -> None:
    assert judge(HOLDS, text, mode="any").status is status
    assert judge(HOLDS, text, mode="every").status is Status.PARTIAL, "a field is just set"


@pytest.mark.parametrize(("expression", "status"), [("'advisory'", Status.ADVISORY),
                                                    ("it.id == 'fast' ? 'manual' : 'enforced'", Status.MANUAL),
                                                    ("'no-status'", Status.ENFORCED), ("it.nothing", Status.ENFORCED)])
def test_status_is_what_the_rule_says_when_it_says_so(judge: Judge, expression: str, status: Status) -> None:
    assert judge(HOLDS.replace("why:", f"status: \"{expression}\", why:"), jobs(), mode="any").status is status


def test_spoiler_takes_the_practice_away_when_it_holds(judge: Judge) -> None:
    spoiler = "  - {for-each: job, holds: it.id == 'slow', counts: false, why: '{it.name} spoils it'}"
    result = judge(spoiler, jobs(), mode="any")
    assert result.status is Status.MISSING
    assert [one.why for one in result.evidence] == ["slow spoils it"]


def test_confidence_is_that_of_the_check_when_given(judge: Judge) -> None:
    result = judge(HOLDS.replace("why:", "confidence: low, why:"), jobs())
    assert {one.confidence for one in result.evidence} == {Confidence.LOW}


def test_evidence_tells_the_moment_when_the_subject_is_a_job(judge: Judge) -> None:
    assert {one.when for one in judge(HOLDS, jobs("{schedule: [{cron: '0 3 * * *'}]}")).evidence} == {"scheduled"}


def test_fields_are_counted_together_when_a_rule_has_several(judge: Judge) -> None:
    second = "  - {for-each: file, when: \"it.path == 'README.md'\", holds: \"true\", why: it is there}"
    result = judge(HOLDS + "\n" + second, {CI: jobs().replace("    timeout-minutes: 5\n", ""), "README.md": "x"})
    assert result.status is Status.PARTIAL


def test_many_subjects_are_asked_in_bounded_time_when_a_workflow_is_large(judge: Judge) -> None:
    many = "on: push\njobs:\n" + "".join(f"  j{number}:\n    runs-on: x\n    steps: [{{run: make}}]\n" for number in range(400))
    result = judge(HOLDS, many)
    assert result.status is Status.MISSING
    assert len(result.evidence) <= 20


@pytest.mark.parametrize(("status", "word", "expected"), [
    (Status.ENFORCED, "advisory", Status.ADVISORY), (Status.MANUAL, "advisory", Status.MANUAL),
    (Status.ADVISORY, "nonsense", Status.ADVISORY),
    (Status.ENFORCED, "missing", Status.MISSING),
])
def test_weaker_of_two_counts_when_both_speak(status: Status, word: str, expected: Status) -> None:
    assert weaker(status, word) is expected
