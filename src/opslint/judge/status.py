"""The status of a practice from its signals."""

from __future__ import annotations

from opslint.knowledge.types import Rule
from opslint.model.evidence import RANK, Confidence, Evidence, Signal, Status
from opslint.model.result import Because, PracticeResult

MOST_EVIDENCE = 20
CONFIDENCE_RANK = {Confidence.HIGH: 0, Confidence.MEDIUM: 1, Confidence.LOW: 2}
MOMENT_RANK = {"before-merge": 0, "before-release": 1, "after-merge": 2, "scheduled": 3, "on-demand": 4}
"""The earlier a tool judges a change, the better; fields are told place by place."""


def _order(evidence: Evidence) -> tuple[int, int, int, str, int, int, str]:
    """Best first: what bites, what is sure, which tool judges a change before the merge; then by place."""
    moment = MOMENT_RANK.get(evidence.when, 0) if evidence.tool else 0
    return (RANK[evidence.status], CONFIDENCE_RANK[evidence.confidence], moment, evidence.span.path, evidence.span.line,
            evidence.span.column, evidence.why)


def _unique(evidence: list[Evidence]) -> list[Evidence]:
    seen: set[tuple[str, int, str, Status, str]] = set()
    kept = []
    for one in sorted(evidence, key=_order):
        key = (one.span.path, one.span.line, one.tool or one.why, one.status, one.chain[-1].path if one.chain else "")
        if key not in seen:
            seen.add(key)
            kept.append(one)
    return kept


def _any_status(signals: list[Signal], unknown: list[Evidence]) -> Status:
    if any(signal.against and signal.evidence.tool and signal.evidence.status is Status.MISSING for signal in signals):
        return Status.MISSING  # a tool that speaks against the practice runs, whatever else is there
    good = [signal.evidence.status for signal in signals if not signal.against]
    good += [one.status for one in unknown]
    return min(good, key=lambda status: RANK[status], default=Status.MISSING)


def _every_status(signals: list[Signal]) -> Status:
    good = [signal for signal in signals if not signal.against]
    bad = [signal for signal in signals if signal.against]
    if not good:
        return Status.MISSING
    best = min((signal.evidence.status for signal in good), key=lambda status: RANK[status])
    if best is not Status.ENFORCED:
        return best
    weaker = any(signal.evidence.status is Status.PARTIAL for signal in good)
    return Status.PARTIAL if bad or weaker else Status.ENFORCED


def judge_practice(rule: Rule, applies: bool, because: tuple[Because, ...], signals: list[Signal],
                   unknown: list[Evidence]) -> PracticeResult:
    """Judge one practice.

    Shape: `signals` are all that name it; `unknown` evidence of things that could not be read and might show it.
           In mode `every` a practice that concerns no place is not applicable.
    """
    if not applies:
        status, kept = Status.NOT_APPLICABLE, list[Evidence]()
    elif rule.mode == "every":
        status = _every_status(signals) if signals else Status.UNKNOWN if unknown else Status.NOT_APPLICABLE
        kept = [signal.evidence for signal in signals]
    else:
        status = _any_status(signals, unknown)
        kept = [signal.evidence for signal in signals if not signal.against or status is Status.MISSING]
    if status is Status.UNKNOWN:
        kept = kept + unknown
    shown = _unique(kept)
    if rule.mode == "every":
        shown = _both_sides(shown)
    sure = min((one.confidence for one in shown if one.status is status), key=lambda word: CONFIDENCE_RANK[word],
               default=Confidence.HIGH)
    return PracticeResult(code=rule.code, name=rule.name, level=rule.level, status=status, confidence=sure,
                          evidence=tuple(shown[:MOST_EVIDENCE]), because=because)


def _both_sides(evidence: list[Evidence]) -> list[Evidence]:
    """Of a field: the places where it is set and those where it is not, neither crowding out the other."""
    good = [one for one in evidence if one.status is not Status.MISSING]
    bad = [one for one in evidence if one.status is Status.MISSING]
    half = MOST_EVIDENCE // 2
    room = max(half, MOST_EVIDENCE - len(bad))
    return good[:room] + bad[: MOST_EVIDENCE - min(len(good), room)]
