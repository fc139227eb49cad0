"""Statuses, evidence and signals: how strongly something in a file shows a practice."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from opslint.model.activity import Hop
from opslint.source.span import Span


class Status(StrEnum):
    """How a practice stands in a repository; the values are the words of the report."""

    ENFORCED = "enforced"
    PARTIAL = "partial"
    ADVISORY = "advisory"
    MANUAL = "manual"
    DISABLED = "disabled"
    MISSING = "missing"
    NOT_APPLICABLE = "not-applicable"
    UNKNOWN = "unknown"
    ATTESTED = "attested"


RANK: dict[Status, int] = {
    Status.ENFORCED: 0,
    Status.PARTIAL: 1,
    Status.ADVISORY: 2,
    Status.MANUAL: 3,
    Status.DISABLED: 4,
    Status.UNKNOWN: 5,
    Status.MISSING: 6,
    Status.ATTESTED: 7,
    Status.NOT_APPLICABLE: 8,
}
"""Lower is better: the best status over all signals counts (design/practices.md)."""

PRESENT = frozenset({Status.ENFORCED, Status.PARTIAL, Status.ADVISORY, Status.MANUAL, Status.ATTESTED})


class Confidence(StrEnum):
    """How sure opslint is of an evidence."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Where a signal was found and what it is worth.

    Shape: `tool` is the catalogue's id or "" for a field; `when` is `before-merge`, `before-release`,
           `after-merge`, `scheduled`, `on-demand` or "". `reach` is `before-deploy` or `beside-deploy` for a gate that runs with
           a deploy, "" for everything else.
    """

    span: Span
    status: Status
    why: str
    tool: str = ""
    when: str = ""
    confidence: Confidence = Confidence.HIGH
    chain: tuple[Hop, ...] = ()
    reach: str = ""


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that shows a practice, or, with `against`, speaks against it.

    Shape: `subject` names what it speaks of (a job, an application), so that field practices can count places.
    """

    practice: str
    evidence: Evidence
    against: bool = False
    subject: str = ""
