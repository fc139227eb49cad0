"""What a pipeline changes about a template it includes: variables that switch it off, jobs of the same name that go over its own."""

from __future__ import annotations

import msgspec

from opslint.knowledge.types import ToolSignal
from opslint.model.activity import Activity, ActivityKind, Hop
from opslint.model.pipeline import Job
from opslint.source.node import Mapping, Node, Sequence, boolean_of, path_of

ON = frozenset({"true", "1"})
DECIDING = ("rules", "only", "except", "when")
"""Keys that say when a job runs; those of the including file take the place of the template's."""


def overridden(activity: Activity, signal: ToolSignal, soft_by: str) -> tuple[Activity, str]:
    """An included template or component as the pipeline leaves it, and what still takes the teeth of its jobs.

    Shape:  a variable of `signal.off` that is on, or that lists all the words behind its `=`, disables it; of `signal.jobs`, the
            template's jobs, and `signal.bases`, the jobs they take `allow_failure` from, the pipeline's own keys count:
            `allow_failure: false` gives the teeth back, `rules` say when the job runs, by hand or never.
    Source: GitLab CI/CD, "Use CI/CD configuration from other files", section "Override included configuration values".
    """
    if activity.kind not in (ActivityKind.TEMPLATE, ActivityKind.COMPONENT):
        return activity, soft_by
    for switch in signal.off:
        name, _, words = switch.partition("=")
        value = activity.env.get(name, "").strip()
        listed = bool(words) and set(words.split(",")) <= set(value.replace(",", " ").split())
        if listed or (not words and value.lower() in ON):
            return _with(activity, disabled=activity.disabled or f"{name}: {value} switches it off"), soft_by
    if activity.pipeline is None or not (signal.jobs or signal.bases):
        return activity, soft_by
    jobs = {job.id: job for job in activity.pipeline.jobs if job.id in signal.jobs or job.id in signal.bases}
    own = [jobs[name] for name in signal.jobs if name in jobs]
    moved = _timed(activity, own, len(own) == len(signal.jobs))
    hard = next((job for job in (*own, *(jobs[name] for name in signal.bases if name in jobs)) if _bites(job)), None)
    if hard is None or moved.disabled or moved.manual:
        return moved, soft_by
    return _told(moved, hard, "allow_failure", "allow_failure: false"), ""


def _with(activity: Activity, **changes: object) -> Activity:
    return msgspec.structs.replace(activity, **changes)


def _timed(activity: Activity, own: list[Job], complete: bool) -> Activity:
    """When the template's jobs run: those that are not overridden as before, the others as the pipeline says."""
    timed = [job for job in own if job.node is not None and any(key in job.node for key in DECIDING)]
    if not timed:
        return activity
    complete = complete and len(timed) == len(own)
    live = [job for job in timed if not job.disabled]
    if not live:
        if not complete:
            return activity
        return _told(_with(activity, disabled=activity.disabled or timed[0].disabled), timed[0], _deciding(timed[0]), "")
    events = frozenset(event for job in live for event in job.events)
    manual = all(job.manual for job in live)
    if not complete:
        if manual:
            return activity
        return _with(activity, events=activity.events | events)
    disabled = activity.disabled if activity.events else ""
    return _told(_with(activity, events=events, manual=manual, disabled=disabled), live[0], _deciding(live[0]), "")


def _deciding(job: Job) -> str:
    return next(key for key in DECIDING if job.node is not None and key in job.node)


def _bites(job: Job) -> bool:
    """Whether a job of the pipeline takes the template's `allow_failure: true` back, and can fail."""
    if job.node is None or (job.disabled and not job.hidden):
        return False
    own = boolean_of(job.node.get("allow_failure"))
    rules = _rules(job.node.get("rules"))
    told = [boolean_of(rule.get("allow_failure")) for rule in rules if rule.text("when") != "never"]
    if told and None not in told:
        return not all(told) and not job.manual
    return own is False and not job.manual


def _rules(node: Node | None) -> list[Mapping]:
    return [item for item in node.items if isinstance(item, Mapping)] if isinstance(node, Sequence) else []


def _told(activity: Activity, job: Job, key: str, words: str) -> Activity:
    """The activity with the override as the last link of its chain."""
    place = job.node.key(key) if job.node is not None else None
    path, line = (path_of(place, job.span.path), place.line) if place is not None else (job.span.path, job.span.line)
    hop = Hop(path=path, line=line, text=f"{job.id}: {words or key}")
    return _with(activity, chain=(*activity.chain, hop)) if hop not in activity.chain else activity
