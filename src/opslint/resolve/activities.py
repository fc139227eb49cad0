"""Everything that runs or stands deployed in a repository, and how it came to."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import msgspec

from opslint.model.activity import Activity
from opslint.model.pipeline import Event, Job, Pipeline, Platform, Step, StepKind
from opslint.model.repository import Repository
from opslint.resolve.calls import Calls, key_of
from opslint.resolve.follow.follower import Follower
from opslint.resolve.jobs.places import Files
from opslint.resolve.jobs.reader import JobReader
from opslint.resolve.jobs.site import Site
from opslint.source.tree import Tree

if TYPE_CHECKING:  # for signatures only: imported where there is a GitHub workflow
    from opslint.resolve.jobs.github.ways import Way, Ways


class Resolution(msgspec.Struct, frozen=True, kw_only=True):
    """What resolution found.

    Shape: `activities` stand in the order of the pipelines, their jobs and steps, then hooks, then what stands deployed;
           `throwaway` are the jobs that make a cluster of their own, as (path and line of the pipeline, job id).
    """

    activities: tuple[Activity, ...]
    throwaway: frozenset[tuple[str, int, str]] = frozenset()


def resolve(repository: Repository, tree: Tree) -> Resolution:
    """Find what every pipeline of a repository runs, which hooks, and what its manifests and infrastructure code put up.

    Never raises for what the repository holds; pipelines that stand aside (tests, examples) are left out.
    """
    shell = sys.modules.get("opslint.resolve.shell")
    if shell is not None:
        shell.forget()
    calls = Calls(repository.pipelines, repository.resources)
    files = Files(tree)
    reader = JobReader(files, calls, Follower(files))
    bases = _Bases(calls.pipelines)
    started = _ways(calls)
    found: list[Activity] = []
    for pipeline in calls.pipelines:
        if pipeline.kind == "github.action":
            continue
        unreached = calls.unreached.get(key_of(pipeline), "")
        if pipeline.includes:
            from opslint.resolve.includes import include_activities

            found.extend(include_activities(pipeline, unreached))
        for job in pipeline.jobs:
            if job.hidden and pipeline.platform is Platform.GITLAB and job.id in bases.extended:
                continue
            site = _site(pipeline, job, calls, unreached)
            ways = started.of(pipeline, job) if started is not None and pipeline.kind == "github.workflow" and not site.disabled else []
            if ways:
                found.extend(_each_way(reader, site, ways, job.steps))
            else:
                found.extend(reader.read(site, bases.steps_of(job)))
    found = _without_shadows(found)
    if repository.hooks:
        from opslint.resolve.precommit.hooks import hook_activities

        found.extend(one for hook in hook_activities(repository, found, files) for one in reader.follower.follow(hook))
    if repository.resources or repository.blocks or repository.companions:
        from opslint.resolve.standing import standing_activities

        found.extend(standing_activities(repository))
    return Resolution(activities=tuple(found), throwaway=frozenset(reader.clusters))


def _ways(calls: Calls) -> Ways | None:
    """How GitHub jobs are started with inputs; None where no workflow may have any."""
    if not any(trigger.name in ("workflow_call", "workflow_dispatch") for pipeline in calls.pipelines
               if pipeline.kind == "github.workflow" for trigger in pipeline.triggers):
        return None
    from opslint.resolve.jobs.github.ways import Ways

    return Ways(calls)


def _each_way(reader: JobReader, site: Site, ways: list[Way], steps: tuple[Step, ...]) -> list[Activity]:
    """What a job runs with each of the sets of inputs it is started with; a way no event takes says nothing beside others."""
    from opslint.resolve.jobs.github.variants import distinct

    told: list[list[Activity]] = []
    hops: list[int] = []
    for way in [way for way in ways if way.events] or ways[:1]:
        disabled = site.disabled if way.events else "the inputs it is started with never let it run"
        inner = msgspec.structs.replace(
            site, events=way.events, hops=way.hops, facts=way.facts, decided=way.decided, disabled=disabled
        )
        told.append(reader.read(inner, steps))
        hops.append(len(way.hops))
    return list(distinct(told, hops))


def _site(pipeline: Pipeline, job: Job, calls: Calls, unreached: str) -> Site:
    """What holds for everything in a job."""
    key = key_of(pipeline)
    caller = calls.callers.get(key)
    events = calls.events_of(pipeline, job)
    disabled = job.disabled or unreached or _hidden(job)
    if not disabled and key in calls.inherited and pipeline.platform is Platform.GITHUB and not events - {Event.CALL}:
        disabled = "no event of the workflows that call it reaches it"
    return Site(
        pipeline=pipeline,
        job=job,
        events=events - {Event.CALL},
        hops=(caller,) if caller is not None and Event.CALL in job.events else (),
        disabled=disabled,
        soft_why=(job.may_fail_why or "its job may fail") if job.may_fail else calls.cannot_block(pipeline, job),
        when=job.runs_always,
    )


def _hidden(job: Job) -> str:
    if not job.hidden:
        return ""
    return "nothing extends the hidden job" if job.platform is Platform.GITLAB else "nothing reaches the template"


def _without_shadows(found: list[Activity]) -> list[Activity]:
    """Without what stands in a hidden GitLab job but runs in another one through a YAML anchor."""
    hidden = [
        activity
        for activity in found
        if activity.job is not None and activity.job.hidden and activity.job.platform is Platform.GITLAB
    ]
    if not hidden:
        return found
    running = {activity.span for activity in found if activity.job is not None and not activity.job.hidden}
    dropped = {id(activity) for activity in hidden if activity.span in running}
    return [activity for activity in found if id(activity) not in dropped]


class _Bases:
    """GitLab's hidden jobs over all files: which are extended, and what a job gets from one in another file."""

    def __init__(self, pipelines: list[Pipeline]) -> None:
        self.jobs: dict[str, Job] = {}
        self.extended: set[str] = set()
        for pipeline in pipelines:
            if pipeline.platform is Platform.GITLAB:
                for job in pipeline.jobs:
                    self.jobs.setdefault(job.id, job)
                    self.extended.update(job.inherits)
                    self.extended.update(job.references)

    def steps_of(self, job: Job) -> tuple[Step, ...]:
        """A job's steps, or those of the job it extends in another file where it has no script of its own."""
        if job.platform is not Platform.GITLAB or any(
            step.kind is StepKind.RUN and step.section == "script" for step in job.steps
        ):
            return job.steps
        seen: set[str] = set()
        waiting = list(reversed(job.inherits))
        while waiting and len(seen) < 20:
            name = waiting.pop(0)
            base = self.jobs.get(name)
            if base is None or name in seen:
                continue
            seen.add(name)
            if any(step.kind is StepKind.RUN and step.section == "script" for step in base.steps):
                return (*job.steps, *base.steps)
            waiting.extend(reversed(base.inherits))
        return job.steps
