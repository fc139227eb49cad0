"""What is missing or toothless becomes a finding of the right weight, at the right place."""

from __future__ import annotations

import pytest

from opslint.judge.findings import judge_findings
from opslint.judge.score import coverage_of, verdict_of
from opslint.knowledge.types import Applies, Methodology, Principle, Rule
from opslint.model.evidence import Confidence, Evidence, Status
from opslint.model.result import Finding, FindingKind, MethodologyResult, PracticeResult, PrincipleResult, Severity
from opslint.source.span import Span

ANCHOR = Span(path="ci.yml")
METHODOLOGY = Methodology(code="DS", name="DevSecOps", why="w", applies=Applies(), principles=(
    Principle(code="DS1", name="Security Testing", why="Because."), Principle(code="DS2", name="Compliance", why="So.")))


def rule(code: str, level: int, *, late: bool = False) -> Rule:
    """A rule with no more than a finding needs."""
    return Rule(code=code, name=code.lower(), title=f"{code} holds", level=level, mode="any", late=late, why="w", counts="c",
                applies=Applies(), how={"text": f"add {code}"}, missing=f"No {code}.")


def evidence(status: Status, line: int = 7, when: str = "") -> Evidence:
    """One evidence at a line."""
    return Evidence(span=Span(path="b.yml", line=line), status=status, why=f"line {line}", when=when)


def practice(code: str, level: int, status: Status, *found: Evidence) -> PracticeResult:
    """One practice with its evidence."""
    return PracticeResult(code=code, name=code.lower(), level=level, status=status, confidence=Confidence.HIGH, evidence=found, because=())


def judged(*practices: PracticeResult, level: int = 3, applies: bool = True, late: bool = False) -> tuple[Finding, ...]:
    """The findings of some practices."""
    principles = []
    for principle in METHODOLOGY.principles:
        mine = tuple(one for one in practices if one.code.startswith(principle.code))
        principles.append(PrincipleResult(code=principle.code, name=principle.name, verdict=verdict_of(mine), coverage=coverage_of(mine),
                                          practices=mine))
    result = MethodologyResult(code="DS", name="DevSecOps", applies=applies, because=(), coverage=coverage_of(practices),
                               principles=tuple(principles))
    return judge_findings({one.code: rule(one.code, one.level, late=late) for one in practices}, {"DS": METHODOLOGY}, (result,), ANCHOR,
                          level)


@pytest.mark.parametrize(("level", "status", "kind", "severity"), [
    (1, Status.MISSING, FindingKind.MISSING, Severity.ERROR),
    (2, Status.MISSING, FindingKind.MISSING, Severity.WARNING),
    (3, Status.MISSING, FindingKind.MISSING, Severity.NOTE),
    (1, Status.ADVISORY, FindingKind.TOOTHLESS, Severity.WARNING),
    (1, Status.MANUAL, FindingKind.TOOTHLESS, Severity.WARNING),
    (1, Status.DISABLED, FindingKind.TOOTHLESS, Severity.WARNING),
    (2, Status.ADVISORY, FindingKind.TOOTHLESS, Severity.NOTE),
    (3, Status.DISABLED, FindingKind.TOOTHLESS, Severity.NOTE),
    (1, Status.PARTIAL, FindingKind.PARTIAL, Severity.WARNING),
    (3, Status.PARTIAL, FindingKind.PARTIAL, Severity.NOTE),
    (1, Status.UNKNOWN, FindingKind.UNKNOWN, Severity.NOTE),
])
def test_finding_weighs_as_level_and_status_say_when_judged(level: int, status: Status, kind: FindingKind, severity: Severity) -> None:
    # a second, enforced practice keeps the principle itself from being missing
    found = judged(practice("DS101", level, status, evidence(status)), practice("DS102", 3, Status.ENFORCED))
    assert [(one.code, one.kind, one.severity) for one in found] == [("DS101", kind, severity)]


@pytest.mark.parametrize("status", [Status.ENFORCED, Status.NOT_APPLICABLE, Status.ATTESTED])
def test_nothing_is_reported_when_a_practice_is_there_or_means_nothing(status: Status) -> None:
    assert judged(practice("DS101", 1, status)) == ()


def test_only_practices_up_to_the_level_are_reported_when_it_is_low() -> None:
    practices = [practice(f"DS10{level}", level, Status.MISSING) for level in (1, 2, 3)] + [practice("DS104", 1, Status.ENFORCED)]
    for level in (1, 2, 3):
        assert [one.code for one in judged(*practices, level=level)] == [f"DS10{number}" for number in range(1, level + 1)]


def test_principle_is_a_finding_itself_when_all_of_it_is_missing() -> None:
    found = judged(practice("DS101", 2, Status.MISSING), practice("DS102", 3, Status.MISSING), level=2)
    assert [(one.code, one.severity) for one in found] == [("DS1", Severity.WARNING), ("DS101", Severity.WARNING)]
    assert "nothing shows DS101, DS102" in found[0].message
    assert found[0].location == ANCHOR
    assert found[0].how == "Because."


def test_principle_is_not_reported_when_its_practices_are_above_the_level() -> None:
    assert judged(practice("DS101", 3, Status.MISSING), level=2) == ()


def test_principle_is_not_missing_when_some_of_it_is_unknown() -> None:
    found = judged(practice("DS101", 1, Status.MISSING), practice("DS102", 1, Status.UNKNOWN))
    assert [one.code for one in found] == ["DS101", "DS102"]


def test_nothing_is_reported_when_the_methodology_does_not_apply() -> None:
    assert judged(practice("DS101", 1, Status.MISSING), applies=False) == ()


def test_missing_is_placed_at_the_anchor_when_no_place_speaks_against() -> None:
    there = judged(practice("DS101", 1, Status.MISSING, evidence(Status.MISSING, 9)), practice("DS102", 1, Status.ENFORCED))[0]
    nowhere = judged(practice("DS101", 1, Status.MISSING), practice("DS102", 1, Status.ENFORCED))[0]
    assert (there.location.path, there.location.line) == ("b.yml", 9)
    assert nowhere.location == ANCHOR
    assert nowhere.message == "No DS101."
    assert nowhere.how == "add DS101"
    assert nowhere.docs.endswith("/DS101")


def test_partial_is_placed_where_it_is_missing_when_both_are_told() -> None:
    found = judged(practice("DS101", 1, Status.PARTIAL, evidence(Status.ENFORCED, 3), evidence(Status.MISSING, 9),
                            evidence(Status.MISSING, 12)))
    assert found[0].location.line == 9
    assert "2 places without it" in found[0].message


def test_toothless_tells_why_when_evidence_is_there() -> None:
    found = judged(practice("DS101", 1, Status.ADVISORY, evidence(Status.ADVISORY, 4)))
    assert "line 4" in found[0].message
    assert found[0].location.line == 4
    assert judged(practice("DS101", 1, Status.MANUAL))[0].location == ANCHOR


@pytest.mark.parametrize(("moments", "late"), [
    (("after-merge",), True), (("scheduled",), True), (("scheduled", "after-merge"), True), (("before-merge", "scheduled"), False),
    (("before-release",), False), (("",), False), ((), False),
])
def test_late_practice_is_a_note_when_it_only_runs_after_the_merge(moments: tuple[str, ...], late: bool) -> None:
    one = practice("DS101", 1, Status.ENFORCED, *(evidence(Status.ENFORCED, 3, when) for when in moments))
    found = judged(one, late=True)
    assert [(finding.kind, finding.severity) for finding in found] == ([(FindingKind.LATE, Severity.NOTE)] if late else [])
    assert judged(one) == (), "only rules that say so"


def test_findings_are_sorted_when_they_are_many() -> None:
    found = judged(*(practice(code, 1, Status.MISSING) for code in ("DS201", "DS103", "DS101", "DS202")))
    assert [one.code for one in found] == ["DS1", "DS101", "DS103", "DS2", "DS201", "DS202"]


def test_fingerprint_stays_when_place_and_words_change() -> None:
    def found(code: str, line: int) -> Finding:
        return judged(practice(code, 1, Status.ADVISORY, evidence(Status.ADVISORY, line)))[0]

    assert found("DS101", 4) != found("DS101", 40)
    assert found("DS101", 4).fingerprint == found("DS101", 40).fingerprint != found("DS102", 4).fingerprint
