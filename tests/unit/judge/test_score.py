"""Coverage and verdicts are those of cli.md."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from opslint.judge.score import coverage_of, verdict_of
from opslint.model.evidence import Confidence, Status
from opslint.model.result import PracticeResult, Verdict


def practice(status: Status, level: int = 1) -> PracticeResult:
    return PracticeResult(code="DS101", name="sast", level=level, status=status, confidence=Confidence.HIGH, evidence=(), because=())


def test_coverage_is_null_when_nothing_was_evaluated() -> None:
    assert coverage_of([practice(Status.UNKNOWN), practice(Status.NOT_APPLICABLE)]) is None


def test_coverage_weighs_levels_three_two_one() -> None:
    assert coverage_of([practice(Status.ENFORCED, 1), practice(Status.MISSING, 2), practice(Status.MISSING, 3)]) == 0.5


def test_coverage_values_statuses_as_written_down() -> None:
    worth = {Status.ENFORCED: 1, Status.ATTESTED: 1, Status.PARTIAL: 0.5, Status.ADVISORY: 0.5, Status.MANUAL: 0.25,
             Status.DISABLED: 0, Status.MISSING: 0}
    assert {status: coverage_of([practice(status)]) for status in worth} == worth


def test_verdict_is_missing_when_all_is_missing_and_covered_from_four_fifths() -> None:
    assert verdict_of([practice(Status.MISSING)]) is Verdict.MISSING
    assert verdict_of([practice(Status.ENFORCED)] * 4 + [practice(Status.MISSING)]) is Verdict.COVERED
    assert verdict_of([practice(Status.ENFORCED)] * 3 + [practice(Status.MISSING)]) is Verdict.WEAK


def test_verdict_is_unknown_when_what_is_left_could_not_be_read() -> None:
    assert verdict_of([practice(Status.UNKNOWN)]) is Verdict.UNKNOWN
    assert verdict_of([practice(Status.UNKNOWN), practice(Status.MISSING)]) is Verdict.UNKNOWN
    assert verdict_of([practice(Status.NOT_APPLICABLE)]) is Verdict.NOT_APPLICABLE


@given(st.lists(st.tuples(st.sampled_from(list(Status)), st.integers(1, 3))))
def test_coverage_stays_between_nothing_and_all(rows: list[tuple[Status, int]]) -> None:
    coverage = coverage_of([practice(status, level) for status, level in rows])
    assert coverage is None or 0 <= coverage <= 1
