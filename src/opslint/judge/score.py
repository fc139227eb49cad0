"""Coverage and verdicts: the weighted sums of cli.md."""

from __future__ import annotations

from collections.abc import Iterable

from opslint.model.evidence import Status
from opslint.model.result import PracticeResult, Verdict

WEIGHT = {1: 3, 2: 2, 3: 1}
WORTH = {Status.ENFORCED: 1.0, Status.ATTESTED: 1.0, Status.PARTIAL: 0.5, Status.ADVISORY: 0.5, Status.MANUAL: 0.25,
         Status.DISABLED: 0.0, Status.MISSING: 0.0}
COVERED = 0.8


def coverage_of(practices: Iterable[PracticeResult]) -> float | None:
    """The weighted mean of what practices are worth, 0 to 1, or None where nothing was evaluated.

    Source: design/cli.md: weights 3, 2, 1 by level; unknown and not-applicable are left out.
    """
    total = got = 0.0
    for practice in practices:
        worth = WORTH.get(practice.status)
        if worth is not None:
            total += WEIGHT[practice.level]
            got += WEIGHT[practice.level] * worth
    return round(got / total, 4) if total else None


def verdict_of(practices: Iterable[PracticeResult]) -> Verdict:
    """The verdict of a principle from its practices."""
    practices = tuple(practices)
    coverage = coverage_of(practices)
    if coverage is None:
        unknown = any(practice.status is Status.UNKNOWN for practice in practices)
        return Verdict.UNKNOWN if unknown else Verdict.NOT_APPLICABLE
    if coverage >= COVERED:
        return Verdict.COVERED
    if coverage > 0:
        return Verdict.WEAK
    return Verdict.UNKNOWN if any(practice.status is Status.UNKNOWN for practice in practices) else Verdict.MISSING
