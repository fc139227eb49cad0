"""What starts what: reusable workflows, composite actions, Argo templates, included GitLab files."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from opslint.model.activity import Hop
from opslint.model.pipeline import Event, Job, Pipeline, Platform, StepKind
from opslint.model.resource import Resource

MAX_ROUNDS = 12
"""How deep callers of callers are looked at; GitHub allows ten levels."""

NOT_INCLUDED = "no pipeline file includes it"
"""Why a GitLab file that stands by itself never runs."""

PipelineKey = tuple[str, int]
Site = tuple[PipelineKey, Pipeline, Job | None, Hop]
"""What is called, by which pipeline, from which job (None: from the pipeline as a whole), and the place."""


class Calls:
    """The pipelines of a tree, and the events that reach each through those that call it."""

    def __init__(self, pipelines: Iterable[Pipeline], resources: Iterable[Resource]) -> None:
        self.pipelines = [pipeline for pipeline in pipelines if not pipeline.aside]
        self.actions = {pipeline.path: pipeline for pipeline in self.pipelines if pipeline.kind == "github.action"}
        self.inherited: dict[PipelineKey, frozenset[Event]] = {}
        self.callers: dict[PipelineKey, Hop] = {}
        self.unreached: dict[PipelineKey, str] = {}
        self.followed: dict[PipelineKey, tuple[Event, ...]] = {}
        self._runs()
        self._workflows()
        self._templates()
        self._applications(resources)
        self._included()

    def action(self, uses: str) -> Pipeline | None:
        """The local composite action a step uses, None where there is none."""
        folder = local_path(uses)
        for name in ("action.yml", "action.yaml"):
            found = self.actions.get(f"{folder}/{name}" if folder else name)
            if found is not None:
                return found if found.jobs and found.jobs[0].steps else None
        return None

    def docker_action(self, uses: str) -> Pipeline | None:
        """The local action a step uses that runs in a container built from a Dockerfile of the tree, None where there is none."""
        folder = local_path(uses)
        for name in ("action.yml", "action.yaml"):
            found = self.actions.get(f"{folder}/{name}" if folder else name)
            runs = found.jobs[0].node if found is not None and found.jobs else None
            if runs is not None and runs.text("using") == "docker" and not (runs.text("image") or "").startswith("docker://"):
                return found
        return None

    def events_of(self, pipeline: Pipeline, job: Job) -> frozenset[Event]:
        """The events that reach a job, those of its callers in the place of CALL."""
        inherited = self.inherited.get(key_of(pipeline))
        declared = self._after(pipeline, job)
        if inherited is None:
            return declared
        own = declared - {Event.CALL}
        if pipeline.platform is Platform.ARGO:
            return inherited | (own - {Event.MANUAL} if inherited - {Event.MANUAL} else own)
        if Event.CALL not in job.events:
            return own
        if job.condition and inherited:
            from opslint.parse.github.conditions import events_reaching

            inherited = events_reaching(job.condition, inherited, pipeline.triggers)[0]
        return own | inherited

    def cannot_block(self, pipeline: Pipeline, job: Job) -> str:
        """Why a job that runs on changes cannot stop them, "" where it can: it only runs after their own workflow."""
        events = self._after(pipeline, job)
        if events is job.events or Event.UPSTREAM not in events or Event.CHANGE not in events - job.events:
            return ""
        return "workflow_run starts it after the workflow of the change, which does not wait for it"

    def _runs(self) -> None:
        """GitHub: the events of the workflows that `workflow_run` waits for, where all of them are here."""
        names: dict[str, Pipeline] = {}
        for pipeline in self.pipelines:
            if pipeline.kind == "github.workflow":
                names.setdefault(pipeline.name, pipeline)
                names.setdefault(pipeline.path, pipeline)
        for pipeline in names.values():
            for trigger in pipeline.triggers:
                if trigger.name == "workflow_run":
                    waited = [names.get(name) for name in trigger.filters.get("workflows", ())]
                    sent = {event for one in waited if one is not None for event in one.events}
                    if waited and None not in waited and not sent & {Event.UPSTREAM, Event.CALL, Event.ACTIVITY}:
                        self.followed[key_of(pipeline)] = _through(sent, trigger.filters)

    def _after(self, pipeline: Pipeline, job: Job) -> frozenset[Event]:
        """A job's events with those of the workflows it runs after: changes only where it runs after nothing else.

        Source: GitHub Actions, "Events that trigger workflows": workflow_run. Its runs are no checks of a change.
        """
        before = self.followed.get(key_of(pipeline))
        if before is None or Event.UPSTREAM not in job.events:
            return job.events
        reaching = [event for event in before if _passes(job, pipeline, event)]
        if not reaching:
            return job.events
        late = {Event.PUSH_DEFAULT if event is Event.PUSH else event for event in reaching} - {Event.CHANGE}
        told = late - {Event.MANUAL} or ({Event.CHANGE} if Event.CHANGE in reaching else late)
        itself = set() if told <= {Event.SCHEDULE, Event.MANUAL} else {Event.UPSTREAM}
        return (job.events - {Event.UPSTREAM}) | told | itself

    def _spread(self, sites: list[Site]) -> None:
        """Hand on events from callers to called until nothing changes; the first caller something starts is the one told."""
        for _ in range(MAX_ROUNDS):
            changed = False
            for target, caller, job, hop in sites:
                events = self.events_of(caller, job) if job is not None else self.inherited.get(key_of(caller), caller.events)
                known = self.inherited[target]
                self.inherited[target] = known | (events - {Event.CALL})
                changed |= self.inherited[target] != known
                if events - {Event.CALL, Event.MANUAL}:
                    self.callers.setdefault(target, hop)
            if not changed:
                break
        for target, _, _, hop in sites:
            if self.inherited[target]:
                self.callers.setdefault(target, hop)

    def _workflows(self) -> None:
        """GitHub: reusable workflows of the tree."""
        called = {
            pipeline.path: pipeline
            for pipeline in self.pipelines
            if pipeline.kind == "github.workflow" and Event.CALL in pipeline.events
        }
        self.inherited.update((key_of(pipeline), frozenset()) for pipeline in called.values())
        sites: list[Site] = []
        for pipeline in self.pipelines if called else ():
            for job in pipeline.jobs if pipeline.kind == "github.workflow" else ():
                for step in job.steps if not job.disabled else ():
                    target = called.get(local_path(step.uses)) if step.uses.startswith("./") else None
                    if target is not None and step.kind is StepKind.WORKFLOW:
                        hop = Hop(path=pipeline.path, line=step.span.line, text=f"uses: {step.uses}")
                        sites.append((key_of(target), pipeline, job, hop))
        self._spread(sites)
        reached = {target for target, *_ in sites}
        for key in map(key_of, (pipeline for pipeline in called.values() if pipeline.events <= {Event.CALL})):
            if not self.inherited[key]:
                self.unreached[key] = "the workflows that call it do not run" if key in reached else "no workflow calls it"

    def _templates(self) -> None:
        """Argo: templates that others are made from or call."""
        templates: dict[str, list[Pipeline]] = defaultdict(list)
        for pipeline in self.pipelines:
            if pipeline.kind in ("argo.workflowtemplate", "argo.clusterworkflowtemplate"):
                templates[pipeline.name].append(pipeline)
        group = [pipeline for several in templates.values() for pipeline in several]
        self.inherited.update((key_of(pipeline), frozenset()) for pipeline in group)
        sites: list[Site] = [
            (key_of(target), caller, None, hop)
            for caller in (self.pipelines if templates else ())
            if caller.platform is Platform.ARGO
            for name, hop in _template_references(caller)
            for target in templates.get(name, ())
            if target is not caller
        ]
        self._spread(sites)
        for pipeline in group:
            self.inherited[key_of(pipeline)] = self.inherited[key_of(pipeline)] or frozenset({Event.MANUAL})

    def _applications(self, resources: Iterable[Resource]) -> None:
        """Argo CD, Flux: a Workflow among the manifests a controller deploys is created by it."""
        if not any(pipeline.kind == "argo.workflow" for pipeline in self.pipelines):
            return
        hops = {(resource.path, resource.span.line): resource.hops for resource in resources
                if resource.delivered and not resource.aside}
        for pipeline in self.pipelines:
            way = hops.get(key_of(pipeline)) if pipeline.kind == "argo.workflow" else None
            if way:
                self.inherited[key_of(pipeline)] = frozenset({Event.RECONCILE})
                self.callers.setdefault(key_of(pipeline), way[-1])

    def _included(self) -> None:
        """GitLab: files that no pipeline file includes never run."""
        files = {pipeline.path: pipeline for pipeline in self.pipelines if pipeline.platform is Platform.GITLAB}
        if all(pipeline.entry for pipeline in files.values()):
            return
        reached: set[str] = set()
        started = {pipeline.path for pipeline in files.values() if any(one.name == "parent_pipeline" for one in pipeline.triggers)}
        waiting = [path for path, pipeline in files.items() if pipeline.entry or path in started]
        while waiting:
            path = waiting.pop()
            if path in reached:
                continue
            reached.add(path)
            for name in _included_names(files[path]):
                pattern = glob_pattern(name)
                waiting.extend(other for other in files if other not in reached and pattern.fullmatch(other))
        for path, pipeline in files.items():
            if path not in reached:
                self.unreached[key_of(pipeline)] = NOT_INCLUDED


_SENT_AS = {
    Event.CHANGE: ("pull_request", "pull_request_target", "merge_group"),
    Event.SCHEDULE: ("schedule",),
    Event.RELEASE: ("release",),
    Event.MANUAL: ("workflow_dispatch",),
}
"""What `github.event.workflow_run.event` says; for everything else it is `push`."""


def _through(events: set[Event], filters: dict[str, tuple[str, ...]]) -> tuple[Event, ...]:
    """The events a `workflow_run` lets through: one confined to named branches leaves out those of changes and tags."""
    branches = filters.get("branches", ())
    if branches and not any(mark in branch for branch in branches for mark in "*?!["):
        events = events - {Event.CHANGE, Event.TAG, Event.RELEASE}
    return tuple(sorted(events))


def _passes(job: Job, pipeline: Pipeline, event: Event) -> bool:
    """Whether a run that follows one of an event gets past a job's condition."""
    if "workflow_run" not in job.condition:
        return True
    from opslint.parse.github.conditions import events_reaching

    sent = frozenset({Event.UPSTREAM})
    return any(
        events_reaching(job.condition, sent, pipeline.triggers, {"github.event.workflow_run.event": name})[0]
        for name in _SENT_AS.get(event, ("push",))
    )


def key_of(pipeline: Pipeline) -> PipelineKey:
    """What identifies a pipeline in the tree: several may stand in one file."""
    return (pipeline.path, pipeline.span.line)


def local_path(uses: str) -> str:
    """`./a/b` as a path of the tree."""
    parts: list[str] = []
    for part in uses.replace("\\", "/").split("/"):
        if part == "..":
            if not parts:
                return "../"
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def glob_pattern(name: str) -> re.Pattern[str]:
    """A local include's path with `*` and `**` as a pattern.

    Source: GitLab, "Use include:local with wildcard file paths".
    """
    text = local_path(name)
    escaped = re.escape(text).replace(r"\*\*/", "(?:.*/)?").replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
    return re.compile(escaped)


def _included_names(pipeline: Pipeline) -> list[str]:
    names = [include.name for include in pipeline.includes if include.kind == "local"]
    for job in pipeline.jobs:
        names.extend(step.uses for step in job.steps if step.kind is StepKind.WORKFLOW and step.uses.endswith((".yml", ".yaml")))
    return names


def _template_references(pipeline: Pipeline) -> list[tuple[str, Hop]]:
    found = [
        (include.name, Hop(path=include.span.path, line=include.span.line, text=f"workflowTemplateRef: {include.name}"))
        for include in pipeline.includes
        if include.kind in ("workflow-template", "cluster-workflow-template")
    ]
    for job in pipeline.jobs:
        for step in job.steps:
            name, slash, _ = step.uses.partition("/")
            if step.kind is StepKind.WORKFLOW and slash and name != "template" and not job.hidden:
                hop = Hop(path=step.span.path, line=step.span.line, text=f"templateRef: {step.uses}")
                found.append((name, hop))
    return found

