"""Sensors whose EventSources stand in other files: what their Workflows are started by."""

from __future__ import annotations

import msgspec

from opslint.model.pipeline import Event, Job, Pipeline, Platform, Trigger
from opslint.model.repository import Repository
from opslint.parse.argo.events import Sources, sources_of

UPSTREAM = frozenset({Event.UPSTREAM})


def with_sources(repository: Repository) -> tuple[Pipeline, ...]:
    """The pipelines, those that a Sensor submits with the events of the EventSources of the whole tree.

    Shape: only what a Sensor's own file does not say is looked up; an EventSource that is nowhere leaves "upstream".
    Source: Argo Events, Sensor `.spec.dependencies` (`eventSourceName`, `eventName`).
    """
    if not any(_open(trigger) for one in repository.pipelines if one.platform is Platform.ARGO for trigger in one.triggers):
        return repository.pipelines
    sources = sources_of(one.node for one in repository.resources if one.kind == "EventSource" and not one.aside)
    return tuple(_heard(one, sources) for one in repository.pipelines) if sources else repository.pipelines


def _open(trigger: Trigger) -> bool:
    return trigger.name == "sensor" and trigger.events == UPSTREAM


def _heard(pipeline: Pipeline, sources: Sources) -> Pipeline:
    """A pipeline with what its Sensor hears."""
    triggers = tuple(_known(trigger, sources) if _open(trigger) else trigger for trigger in pipeline.triggers)
    if triggers == pipeline.triggers:
        return pipeline
    events = frozenset(event for trigger in triggers for event in trigger.events)
    jobs = tuple(_with(job, events) for job in pipeline.jobs)
    return msgspec.structs.replace(pipeline, triggers=triggers, jobs=jobs)


def _known(trigger: Trigger, sources: Sources) -> Trigger:
    pairs = [word.partition("/")[::2] for word in trigger.filters.get("dependencies", ())]
    events = frozenset(event for source, name in pairs for event in sources.get((source, name), UPSTREAM))
    return msgspec.structs.replace(trigger, events=events or UPSTREAM)


def _with(job: Job, events: frozenset[Event]) -> Job:
    return msgspec.structs.replace(job, events=events) if job.events == UPSTREAM else job
