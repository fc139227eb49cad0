"""JSON: the versioned contract of schemas/report.v1.schema.json."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec

from opslint.knowledge.index import Index
from opslint.model.evidence import Evidence
from opslint.model.result import Finding, MethodologyResult, PracticeResult, PrincipleResult, Report
from opslint.report.look import RenderOptions

SCHEMA = "opslint.report/1"


def render_report(report: Report, index: Index, options: RenderOptions) -> str:  # noqa: ARG001  one signature for every format
    """Render the whole report; the same tree and configuration give the same bytes on every machine."""
    data = report_data(report)
    try:
        encoded = msgspec.json.encode(data)
    except UnicodeEncodeError:
        encoded = msgspec.json.encode(_text_only(data))
    return msgspec.json.format(encoded, indent=2).decode("utf-8") + "\n"


def _text_only(value: Any) -> Any:
    """Values whose texts hold no half characters: names of files that are no UTF-8 come with their bytes escaped."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {key: _text_only(item) for key, item in value.items()}
    return [_text_only(item) for item in value] if isinstance(value, list) else value


def report_data(report: Report) -> dict[str, Any]:
    """The report as plain values, in the order of cli.md."""
    return {
        "schema": SCHEMA,
        "tool": {"name": "opslint", "version": report.version, "knowledge": report.knowledge},
        "target": {"name": report.name, "revision": report.revision},
        "platforms": list(report.platforms),
        "files": [{"path": one.path, "kind": one.kind, "status": one.status.value, "reason": one.reason, "line": one.line}
                  for one in report.files],
        "coverage": report.coverage,
        "methodologies": [_methodology(one) for one in report.methodologies],
        "findings": [_finding(one) for one in report.findings],
        "summary": summary(report),
    }


def summary(report: Report) -> dict[str, Any]:
    """Counts: files by status, practices by status, findings by severity and kind."""
    practices = Counter(practice.status.value for methodology in report.methodologies
                        for principle in methodology.principles for practice in principle.practices)
    return {
        "level": report.level,
        "files": dict(sorted(Counter(one.status.value for one in report.files).items())),
        "practices": dict(sorted(practices.items())),
        "findings": dict(sorted(Counter(one.severity.value for one in report.findings).items())),
        "kinds": dict(sorted(Counter(one.kind.value for one in report.findings).items())),
    }


def _methodology(one: MethodologyResult) -> dict[str, Any]:
    return {"code": one.code, "name": one.name, "applies": one.applies,
            "because": [{"path": place.path, "line": place.line, "why": place.why} for place in one.because],
            "coverage": one.coverage, "principles": [_principle(principle) for principle in one.principles]}


def _principle(one: PrincipleResult) -> dict[str, Any]:
    return {"code": one.code, "name": one.name, "verdict": one.verdict.value, "coverage": one.coverage,
            "practices": [_practice(practice) for practice in one.practices]}


def _practice(one: PracticeResult) -> dict[str, Any]:
    return {"code": one.code, "name": one.name, "level": one.level, "status": one.status.value,
            "confidence": one.confidence.value,
            "because": [{"path": place.path, "line": place.line, "why": place.why} for place in one.because],
            "evidence": [evidence_data(evidence) for evidence in one.evidence]}


def evidence_data(one: Evidence) -> dict[str, Any]:
    """One evidence as plain values."""
    return {"path": one.span.path, "line": one.span.line, "column": one.span.column, "end_line": one.span.end_line,
            "end_column": one.span.end_column, "tool": one.tool or None, "status": one.status.value, "when": one.when or None,
            "confidence": one.confidence.value, "why": one.why,
            "chain": [{"path": hop.path, "line": hop.line, "text": hop.text} for hop in one.chain]}


def _finding(one: Finding) -> dict[str, Any]:
    return {"code": one.code, "kind": one.kind.value, "severity": one.severity.value, "message": one.message, "how": one.how,
            "location": {"path": one.location.path, "line": one.location.line, "column": one.location.column},
            "docs": one.docs, "fingerprint": one.fingerprint, "suppressed": one.suppressed}
