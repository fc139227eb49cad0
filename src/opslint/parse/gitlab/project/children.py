"""Child pipelines: what the `trigger:include` of a job starts, each a pipeline of its own."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from opslint.model.pipeline import Event, Job, Pipeline, StepKind
from opslint.parse.gitlab.context import Context
from opslint.parse.gitlab.pipeline import pipeline_of
from opslint.parse.gitlab.project.gather import Gathered, Sources, gather_child
from opslint.parse.gitlab.when.scenarios import CHILDREN, Scenario
from opslint.parse.values.bounds import Bounds
from opslint.parse.values.places import span_of
from opslint.source.node import Mapping, Node, boolean_of, path_of
from opslint.source.plain import plain

MAX_LEVELS = 2
"""Levels of child pipelines that GitLab allows."""

MAX_CHILDREN = 100


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """One child pipeline and the jobs that start it.

    Shape: `include` and `inputs` are the nodes of the first of `jobs`, which stand in the file `origin`.
    """

    include: Node
    inputs: Mapping | None
    origin: str
    jobs: tuple[Job, ...]


class Child(msgspec.Struct, frozen=True, kw_only=True):
    """A child pipeline and what it was put together from."""

    pipeline: Pipeline
    gathered: Gathered


def children_of(entry: Pipeline, sources: Sources) -> Iterator[Child]:
    """Every child pipeline that a pipeline starts, and those that they start in turn, as far as their files are here.

    Source: GitLab CI/CD, "Downstream pipelines".
    """
    level, taken, count = [entry], {_key(entry)}, 0
    for _ in range(MAX_LEVELS):
        following: list[Pipeline] = []
        for parent in level:
            for start in _starts(parent):
                count += 1
                child = _child(start, sources, taken) if count <= MAX_CHILDREN else None
                if child is not None:
                    following.append(child.pipeline)
                    yield child
        level = following


def _key(pipeline: Pipeline) -> tuple[str, int]:
    return pipeline.path, pipeline.span.line


def _starts(parent: Pipeline) -> list[Start]:
    """The child pipelines of one pipeline; jobs that start the same one are put together."""
    found: dict[str, Start] = {}
    for job in parent.jobs:
        trigger = job.node.mapping("trigger") if job.node is not None and not job.hidden else None
        include = trigger.get("include") if trigger is not None else None
        if trigger is None or include is None:
            continue
        inputs = trigger.mapping("inputs")
        signature = repr((plain(include), plain(inputs) if inputs is not None else None))
        known = found.get(signature)
        if known is None:
            origin = path_of(include, job.span.path)
            found[signature] = Start(include=include, inputs=inputs, origin=origin, jobs=(job,))
        else:
            found[signature] = msgspec.structs.replace(known, jobs=(*known.jobs, job))
    return list(found.values())


def _child(start: Start, sources: Sources, taken: set[tuple[str, int]]) -> Child | None:
    """The pipeline that is started, None where none of its files is here."""
    scenarios = _scenarios(start.jobs)
    gathered = gather_child(start.include, start.inputs, start.origin, sources, scenarios)
    if not gathered.files:
        return None
    path = gathered.files[0]
    first = sources.file(path)
    content = first.content if first is not None else None
    context = Context(
        head=next((key for _, key, _ in content.items()), None) if content is not None else None,
        includes=gathered.includes,
        confined=gathered.confined,
        words=gathered.words,
        scenarios=scenarios,
        variables=_handed_on(start.jobs),
        exists=sources.exists,
    )
    pipeline = pipeline_of(gathered.top, path, lambda node: span_of(path, node), False, Bounds(), context)
    if _key(pipeline) in taken:
        pipeline = msgspec.structs.replace(pipeline, span=start.jobs[0].span)
        if _key(pipeline) in taken:
            return None
    taken.add(_key(pipeline))
    jobs = tuple(_subdued(job, start.jobs) for job in pipeline.jobs)
    triggers = pipeline.triggers if _live(start.jobs) else ()
    return Child(pipeline=msgspec.structs.replace(pipeline, jobs=jobs, triggers=triggers), gathered=gathered)


def _scenarios(starters: tuple[Job, ...]) -> tuple[Scenario, ...]:
    """The kinds of child pipelines there are, by the events that reach the jobs that start them; all where those are dead."""
    events = {event for job in starters for event in job.events}
    if not events:
        return CHILDREN
    if Event.PUSH in events:
        events.add(Event.PUSH_DEFAULT)
    return tuple(child for child in CHILDREN if child.event in events)


def _handed_on(starters: tuple[Job, ...]) -> dict[str, str]:
    """The variables that every job that starts the pipeline hands on; `trigger:forward` may keep them back."""
    found: dict[str, str] | None = None
    for job in starters:
        trigger = job.node.mapping("trigger") if job.node is not None else None
        forward = trigger.mapping("forward") if trigger is not None else None
        kept = forward is not None and boolean_of(forward.get("yaml_variables")) is False
        given = {} if kept else job.variables
        found = given if found is None else {name: value for name, value in found.items() if given.get(name) == value}
    return found or {}


def _subdued(job: Job, starters: tuple[Job, ...]) -> Job:
    """A job of a child pipeline with what the jobs that start the pipeline take from it: its start, its weight, its life."""
    live = _live(starters)
    if not live:
        why = f'the job "{starters[0].id}" that starts its pipeline never runs: {starters[0].disabled}'
        return msgspec.structs.replace(job, disabled=why, events=frozenset())
    soft = [_soft(one) for one in live]
    may_fail_why = job.may_fail_why or (soft[0] if all(soft) else "")
    return msgspec.structs.replace(
        job,
        manual=job.manual or all(one.manual for one in live),
        may_fail=job.may_fail or bool(may_fail_why),
        may_fail_why=may_fail_why,
    )


def _live(starters: tuple[Job, ...]) -> list[Job]:
    return [job for job in starters if not job.disabled]


def _soft(starter: Job) -> str:
    """Why a failure of the pipeline that a job starts does not fail the pipeline the job stands in."""
    if starter.may_fail:
        return f'the job "{starter.id}" that starts its pipeline may fail ({starter.may_fail_why})'
    if any(step.kind is StepKind.WORKFLOW and step.may_fail for step in starter.steps):
        return f'"{starter.id}" starts its pipeline without `strategy: depend`'
    return ""
