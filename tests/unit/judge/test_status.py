"""The status of a practice follows from its signals."""

from __future__ import annotations

import pytest

from opslint.judge.status import judge_practice
from opslint.knowledge.types import Applies, Rule
from opslint.model.evidence import Evidence, Signal, Status
from opslint.source.span import Span


def rule(mode: str) -> Rule:
    return Rule(code="XX101", name="x", title="X", level=1, mode=mode, why="", counts="", applies=Applies(), how={"text": ""}, missing="")


def signal(status: Status, *, against: bool = False, line: int = 1, tool: str = "") -> Signal:
    return Signal(practice="XX101", against=against, evidence=Evidence(
        span=Span(path="a", line=line), status=status, why=str(line), tool=tool))


def status_of(mode: str, *signals: Signal, applies: bool = True, unknown: tuple[Evidence, ...] = ()) -> Status:
    return judge_practice(rule(mode), applies, (), list(signals), list(unknown)).status


@pytest.mark.parametrize(
    ("statuses", "best"),
    [
        ([Status.ADVISORY, Status.ENFORCED], Status.ENFORCED),
        ([Status.MANUAL, Status.ADVISORY], Status.ADVISORY),
        ([Status.DISABLED], Status.DISABLED),
        ([], Status.MISSING),
    ],
)
def test_best_signal_counts_when_one_is_enough(statuses: list[Status], best: Status) -> None:
    assert status_of("any", *[signal(status, line=number) for number, status in enumerate(statuses, 1)]) is best


def test_unknown_beats_missing_but_not_a_signal() -> None:
    unread = Evidence(span=Span(path="b"), status=Status.UNKNOWN, why="unread")
    assert status_of("any", unknown=(unread,)) is Status.UNKNOWN
    assert status_of("any", signal(Status.ADVISORY), unknown=(unread,)) is Status.ADVISORY


def test_tool_that_speaks_against_a_practice_makes_it_missing() -> None:
    assert status_of("any", signal(Status.ENFORCED), signal(Status.MISSING, against=True, line=2, tool="kubectl")) is Status.MISSING


def test_field_is_partial_when_some_places_lack_it() -> None:
    assert status_of("every", signal(Status.ENFORCED), signal(Status.MISSING, against=True, line=2)) is Status.PARTIAL
    assert status_of("every", signal(Status.ENFORCED)) is Status.ENFORCED
    assert status_of("every", signal(Status.MISSING, against=True)) is Status.MISSING


def test_field_is_not_applicable_when_it_concerns_no_place() -> None:
    assert status_of("every") is Status.NOT_APPLICABLE


def test_nothing_is_judged_when_it_does_not_apply() -> None:
    assert status_of("any", signal(Status.ENFORCED), applies=False) is Status.NOT_APPLICABLE


def test_first_evidence_is_that_before_the_merge_when_several_are_as_good() -> None:
    found = [Signal(practice="XX101", evidence=Evidence(span=Span(path=path), status=Status.ENFORCED, why="runs", tool="t", when=when))
             for path, when in (("a", "scheduled"), ("b", "after-merge"), ("c", "before-merge"))]
    told = judge_practice(rule("any"), True, (), found, []).evidence
    assert [one.when for one in told] == ["before-merge", "after-merge", "scheduled"]
