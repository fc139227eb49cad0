"""What a workflow has from those that start it.

A reusable one runs in the run of those that call it: their concurrency group and path filters are its own. One that `workflow_run`
starts runs only where the workflow it waits for did, so that one's path filters are its own too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from opslint.match.subjects.subject import Stage
from opslint.model.pipeline import Event, Pipeline, StepKind
from opslint.resolve.calls import local_path

CHANGE_EVENTS = frozenset({Event.CHANGE, Event.PUSH})
MAX_DEPTH = 10
"""Workflows that call one another in a row; GitHub allows ten levels."""

Callers = dict[str, list[Pipeline]]


def callers_of(stage: Stage) -> Callers:
    """The workflows that call each reusable workflow of the tree, by its path."""
    found: Callers = defaultdict(list)
    for pipeline in stage.pipelines():
        for job in pipeline.jobs if pipeline.kind == "github.workflow" else ():
            for step in job.steps if not job.disabled else ():
                if step.kind is StepKind.WORKFLOW and step.uses.startswith("./"):
                    found[local_path(step.uses)].append(pipeline)
    return found


def held_or_inherited(pipeline: Pipeline, callers: Callers, holds: Callable[[Pipeline], bool], depth: int = MAX_DEPTH) -> bool:
    """Whether something holds for a workflow, or for every workflow through which changes start it.

    Only a workflow that no change starts by itself has it from its callers.
    """
    if holds(pipeline):
        return True
    if depth == 0 or Event.CALL not in pipeline.events or pipeline.events & CHANGE_EVENTS:
        return False
    above = [caller for caller in callers.get(pipeline.path, ()) if caller.events & (CHANGE_EVENTS | {Event.CALL})]
    return bool(above) and all(held_or_inherited(caller, callers, holds, depth - 1) for caller in above)


def waits_for_held(stage: Stage, pipeline: Pipeline, holds: Callable[[Pipeline], bool]) -> bool:
    """Whether something holds for every workflow that a workflow waits for, where only `workflow_run` brings it the changes.

    Source: GitHub Actions, "Events that trigger workflows": workflow_run names workflows and takes no path filter.
    """
    if pipeline.events & CHANGE_EVENTS:
        return False
    waited = {name for trigger in pipeline.triggers if trigger.name == "workflow_run" for name in trigger.filters.get("workflows", ())}
    before = [one for one in stage.pipelines() if one.kind == "github.workflow" and one.name in waited and one.events & CHANGE_EVENTS]
    return bool(before) and all(holds(one) for one in before)
