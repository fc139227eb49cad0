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

    def events_of(self, pipeline: Pipeline, job: Job) -> frozenset[Event]:
        """The events that reach a job, those of its callers in the place of CALL."""
        inherited = self.inherited.get(key_of(pipeline))
        if inherited is None:
            return job.events
        own = job.events - {Event.CALL}
        if pipeline.platform is Platform.ARGO:
            return inherited | (own - {Event.MANUAL} if inherited - {Event.MANUAL} else own)
        if Event.CALL not in job.events:
            return own
        if job.condition and inherited:
            from opslint.parse.github.conditions import events_reaching

            inherited = events_reaching(job.condition, inherited, pipeline.triggers)[0]
        return own | inherited

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
                self.unreached[key_of(pipeline)] = "no pipeline file includes it"


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

