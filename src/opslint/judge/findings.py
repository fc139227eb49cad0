"""What is missing or toothless, as findings with a place and a way to add it."""

from __future__ import annotations

import msgspec

from opslint.knowledge.types import Methodology, Principle, Rule
from opslint.model.evidence import Evidence, Status
from opslint.model.result import (
    SEVERITY_RANK,
    Finding,
    FindingKind,
    MethodologyResult,
    PracticeResult,
    PrincipleResult,
    Severity,
    Verdict,
)
from opslint.source.span import Span

DOCS = "https://opslint.dev/rules/"
TOOTHLESS = frozenset({Status.ADVISORY, Status.MANUAL, Status.DISABLED})
MOMENTS = {"after-merge": "after the merge", "scheduled": "on a schedule"}
BY_LEVEL = {1: Severity.ERROR, 2: Severity.WARNING, 3: Severity.NOTE}
LOWER = {Severity.ERROR: Severity.WARNING, Severity.WARNING: Severity.NOTE, Severity.NOTE: Severity.NOTE}


def _finding(code: str, kind: FindingKind, severity: Severity, message: str, how: str, location: Span) -> Finding:
    return Finding(code=code, kind=kind, severity=severity, message=message, how=how, location=location, docs=f"{DOCS}{code}")


def _weak_place(practice: PracticeResult) -> Evidence | None:
    wanted = (Status.MISSING, Status.PARTIAL) if practice.status is Status.PARTIAL else (practice.status,)
    found = [one for status in wanted for one in practice.evidence if one.status is status] or practice.evidence
    return next(iter(found), None)


def _practice_finding(rule: Rule, practice: PracticeResult, anchor: Span) -> Finding | None:
    severity = BY_LEVEL[rule.level]
    how = rule.how["text"]
    if practice.status is Status.MISSING:
        told = next((one for one in practice.evidence if one.status is Status.MISSING), None)
        return _finding(rule.code, FindingKind.MISSING, severity, rule.missing, how, told.span if told else anchor)
    place = _weak_place(practice)
    where = place.span if place else anchor
    because = f": {place.why}" if place else ""
    if practice.status in TOOTHLESS:
        return _finding(rule.code, FindingKind.TOOTHLESS, LOWER[severity], f"There, but toothless{because}.", how, where)
    if practice.status is Status.PARTIAL:
        missing = sum(1 for one in practice.evidence if one.status is Status.MISSING)
        count = f", {missing} place{'s' if missing != 1 else ''} without it" if missing else ""
        return _finding(rule.code, FindingKind.PARTIAL, LOWER[severity], f"There only in part{count}{because}.", how, where)
    if practice.status is Status.UNKNOWN:
        return _finding(rule.code, FindingKind.UNKNOWN, Severity.NOTE, f"It cannot be told{because}.", how, where)
    if rule.late and practice.status is Status.ENFORCED:
        moments = {one.when for one in practice.evidence if one.status is Status.ENFORCED}
        if moments and moments <= {"after-merge", "scheduled"}:
            return _finding(rule.code, FindingKind.LATE, Severity.NOTE,
                            f"It comes late: it runs only {' and '.join(MOMENTS[one] for one in sorted(moments))}.",
                            "Run it on pull or merge requests too, so that it judges a change before the merge.", where)
    return None


def _beside(rule: Rule, practice: PracticeResult) -> Finding | None:
    """A gate that runs with a deploy which waits for none of its kind."""
    gates = [one for one in practice.evidence if one.status is Status.ENFORCED and one.reach]
    if practice.status is not Status.ENFORCED or not gates or any(one.reach == "before-deploy" for one in gates):
        return None
    found = _finding(rule.code, FindingKind.BESIDE, Severity.NOTE, f"It does not hold up the deploy: {gates[0].why}.",
                     "Let the job that deploys wait for it: `needs` on GitHub and GitLab, a later stage, `depends` in Argo.", gates[0].span)
    return msgspec.structs.replace(found, scope="beside-deploy")  # beside a finding about the practice itself


def judge_findings(rules: dict[str, Rule], methodologies: dict[str, Methodology], results: tuple[MethodologyResult, ...],
                   anchor: Span, level: int) -> tuple[Finding, ...]:
    """Every finding up to a level, sorted by code, path, line, column.

    Shape: `anchor` is the pipeline entry file, where a thing that is missing would go.
    """
    found: list[Finding] = []
    for methodology in results:
        for principle in methodology.principles if methodology.applies else ():
            if principle.verdict is Verdict.MISSING:
                known = next(one for one in methodologies[methodology.code].principles if one.code == principle.code)
                severity = _principle_severity(rules, principle)
                if SEVERITY_RANK[severity] <= SEVERITY_RANK[BY_LEVEL[level]]:
                    found.append(_principle_finding(known, principle, severity, anchor))
            for practice in principle.practices:
                rule = rules.get(practice.code)
                if rule is not None and rule.level <= level:
                    several = (_practice_finding(rule, practice, anchor), _beside(rule, practice))
                    found.extend(finding for finding in several if finding is not None)
    return tuple(sorted(found, key=lambda one: (one.code, one.location.path, one.location.line, one.location.column)))


def _principle_severity(rules: dict[str, Rule], principle: PrincipleResult) -> Severity:
    levels = [rules[practice.code].level for practice in principle.practices if practice.status is Status.MISSING]
    return BY_LEVEL[min(levels, default=3)]


def _principle_finding(known: Principle, principle: PrincipleResult, severity: Severity, anchor: Span) -> Finding:
    names = ", ".join(practice.code for practice in principle.practices if practice.status is Status.MISSING)
    return _finding(principle.code, FindingKind.MISSING, severity, f"{known.name} is not practised at all: nothing shows {names}.",
                    known.why, anchor)
