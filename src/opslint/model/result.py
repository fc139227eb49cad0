"""The report: one shape that every format, diff and history read (schemas/report.v1.schema.json)."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from opslint.model.evidence import Confidence, Evidence, Status
from opslint.model.repository import FileEntry
from opslint.source.span import Span


class Severity(StrEnum):
    """How much a finding weighs; the words of `--fail-on`."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


SEVERITY_RANK: dict[Severity, int] = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


class Verdict(StrEnum):
    """How a principle stands."""

    COVERED = "covered"
    WEAK = "weak"
    MISSING = "missing"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not-applicable"


class FindingKind(StrEnum):
    """What is the matter."""

    MISSING = "missing"
    TOOTHLESS = "toothless"
    PARTIAL = "partial"
    UNKNOWN = "unknown"
    LATE = "late"
    BESIDE = "beside"


class Because(msgspec.Struct, frozen=True, kw_only=True):
    """Why something applies: a place and the words for it."""

    path: str
    line: int
    why: str


class PracticeResult(msgspec.Struct, frozen=True, kw_only=True):
    """One practice in this repository."""

    code: str
    name: str
    level: int
    status: Status
    confidence: Confidence
    evidence: tuple[Evidence, ...]
    because: tuple[Because, ...]


class PrincipleResult(msgspec.Struct, frozen=True, kw_only=True):
    """One of a methodology's three principles; `coverage` is 0–1 or None where nothing was evaluated."""

    code: str
    name: str
    verdict: Verdict
    coverage: float | None
    practices: tuple[PracticeResult, ...]


class MethodologyResult(msgspec.Struct, frozen=True, kw_only=True):
    """One methodology; `because` says why it applies or, where it does not, what was looked for."""

    code: str
    name: str
    applies: bool
    because: tuple[Because, ...]
    coverage: float | None
    principles: tuple[PrincipleResult, ...]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What opslint reports: a principle or practice that applies and is missing, or has no teeth."""

    code: str
    kind: FindingKind
    severity: Severity
    message: str
    how: str
    location: Span
    docs: str
    scope: str = ""
    suppressed: str | None = None

    @property
    def fingerprint(self) -> str:
        """What identifies the finding over time: code and scope, never a line or a message."""
        import hashlib

        return hashlib.sha256(f"{self.code}\0{self.scope}".encode()).hexdigest()[:16]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One scan."""

    version: str
    knowledge: str
    name: str
    revision: str | None
    platforms: tuple[str, ...]
    files: tuple[FileEntry, ...]
    coverage: float | None
    methodologies: tuple[MethodologyResult, ...]
    findings: tuple[Finding, ...]
    level: int
