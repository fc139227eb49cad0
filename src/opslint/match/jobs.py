"""Jobs as the rules see them: what they do in sum, and what stands before and after them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Mapping as Table
from typing import TypeVar

from opslint.match.tools.catalogue import Hit
from opslint.model.activity import Activity, ActivityKind
from opslint.model.pipeline import Event, Job, Pipeline, Platform, StepKind
from opslint.resolve.calls import NOT_INCLUDED, local_path
from opslint.source.node import Mapping, Sequence

JobKey = tuple[str, int, str]
Key = TypeVar("Key", JobKey, tuple[str, int])


def declared_effects(job: Job) -> frozenset[str]:
    """What a GitLab job does by a keyword of its own: `pages`, `release`, `cache`, `artifacts`.

    Source: GitLab CI/CD YAML reference. A `cache` without `paths` or `untracked` keeps nothing.
    """
    if job.platform is not Platform.GITLAB or job.node is None:
        return frozenset()
    effects: set[str] = set()
    if job.id == "pages" or job.node.get("pages") is not None:
        effects |= {"deploy", "deploy-site"}
    if job.node.mapping("release") is not None:
        effects |= {"publish", "release"}
    if "artifacts" in job.node:
        effects.add("upload")
    caches = job.node.get("cache")
    listed = caches.items if isinstance(caches, Sequence) else [caches]
    if any(isinstance(cache, Mapping) and ("paths" in cache or "untracked" in cache) for cache in listed):
        effects.add("cache")
    return frozenset(effects)


def key_of(pipeline: Pipeline, job: Job) -> JobKey:
    """What identifies a job in the whole tree (several Workflow objects may stand in one file)."""
    return (pipeline.path, pipeline.span.line, job.id)


class JobView:
    """One job with what runs in it.

    Shape: `does` are the effects of its tools; `upstream` the keys of the jobs it waits for, transitively.
    """

    __slots__ = ("activities", "declared", "does", "events", "hits", "job", "key", "order", "pipeline", "tools", "upstream")

    def __init__(self, pipeline: Pipeline, job: Job) -> None:
        self.pipeline = pipeline
        self.job = job
        self.key = key_of(pipeline, job)
        self.events = job.events
        self.activities: list[Activity] = []
        self.hits: list[Hit] = []
        self.declared = declared_effects(job)
        self.does: set[str] = set(self.declared)
        self.tools: set[str] = set()
        self.order: dict[int, set[str]] = {}
        self.upstream: frozenset[JobKey] = frozenset()

    @property
    def stray(self) -> bool:
        """Whether the job stands in a GitLab file that no pipeline includes: a template for others."""
        return any(one.disabled == NOT_INCLUDED for one in self.activities)

    @property
    def alive(self) -> bool:
        """Whether anything can start the job: neither hidden nor disabled, nor of a workflow that nothing calls."""
        if self.job.hidden or self.job.disabled or self.pipeline.kind == "github.action" or self.stray:
            return False
        return not self.activities or any(not one.disabled or one.events - {Event.CALL} for one in self.activities)


class Jobs:
    """All jobs of the tree that are no fixtures, by key."""

    def __init__(self, pipelines: Iterable[Pipeline]) -> None:
        self.views: dict[JobKey, JobView] = {}
        self._alive: tuple[JobView, ...] | None = None
        self._runs: dict[tuple[str, int], frozenset[tuple[str, int]]] = {}
        for pipeline in pipelines:
            if not pipeline.aside:
                for job in pipeline.jobs:
                    view = JobView(pipeline, job)
                    self.views.setdefault(view.key, view)
        self._link()

    def alive(self) -> tuple[JobView, ...]:
        """The jobs that can run; asked for only once their activities are known."""
        if self._alive is None:
            self._alive = tuple(view for view in self.views.values() if view.alive)
        return self._alive

    def of(self, activity: Activity) -> JobView | None:
        """The job an activity runs in, or None for manifests and local hooks."""
        if activity.pipeline is None or activity.job is None:
            return None
        return self.views.get(key_of(activity.pipeline, activity.job))

    def upstream_does(self, view: JobView) -> set[str]:
        """The effects of every job a job waits for."""
        return {effect for key in view.upstream if key in self.views for effect in self.views[key].does}

    def downstream_does(self, view: JobView) -> set[str]:
        """The effects of every job that waits for a job."""
        return {effect for other in self.views.values() if view.key in other.upstream for effect in other.does}

    def together(self, one: JobView, other: JobView) -> bool:
        """Whether two jobs stand in one run: of the same pipeline, or of workflows that a common one calls."""
        if one.key[:2] == other.key[:2]:
            return True
        return bool(self._runs.get(one.key[:2], frozenset()) & self._runs.get(other.key[:2], frozenset()))

    def _link(self) -> None:
        by_pipeline: dict[tuple[str, int], list[JobView]] = defaultdict(list)
        for view in self.views.values():
            by_pipeline[view.key[:2]].append(view)
        calls = _local_calls(self.views)
        direct: dict[JobKey, set[JobKey]] = {}
        for key, views in by_pipeline.items():
            keys = {view.job.id: view.key for view in views}  # one object for each: a large pipeline has millions of needs
            direct |= {
                keys[name]: {keys.get(needed, (*key, needed)) for needed in needs}
                for name, needs in _direct_needs(views).items()
            }
        within: dict[tuple[str, int], set[tuple[str, int]]] = defaultdict(set)
        for caller, called in calls:
            within[called].add(caller[:2])
            for view in by_pipeline[called]:
                direct[view.key] |= direct[caller] - {caller}
        for caller, called in calls:
            direct[caller] = direct[caller] | {view.key for view in by_pipeline[called]}
        for view in self.views.values():
            view.upstream = frozenset(_closure(view.key, direct))
        self._runs = {key: frozenset(_closure(key, within)) | {key} for key in by_pipeline} if calls else {}


def _local_calls(views: dict[JobKey, JobView]) -> list[tuple[JobKey, tuple[str, int]]]:
    """The jobs that call a reusable workflow of the tree, each with the workflow."""
    found: list[tuple[JobKey, tuple[str, int]]] = []
    paths: dict[str, tuple[str, int]] | None = None
    for key, view in views.items():
        for step in view.job.steps:
            if step.kind is not StepKind.WORKFLOW or not step.uses.startswith("./") or view.job.platform is not Platform.GITHUB:
                continue
            if paths is None:
                paths = {one.pipeline.path: other[:2] for other, one in views.items() if one.pipeline.kind == "github.workflow"}
            called = paths.get(local_path(step.uses))
            if called is not None and called != key[:2]:
                found.append((key, called))
    return found


def _direct_needs(views: list[JobView]) -> dict[str, set[str]]:
    stages = views[0].pipeline.stages
    rank = {stage: number for number, stage in enumerate(stages)}
    direct: dict[str, set[str]] = {}
    for view in views:
        job = view.job
        needs = set(job.needs)
        if not needs and not job.needs_nothing and job.stage in rank:
            needs = {other.job.id for other in views
                     if other.job.stage in rank and rank[other.job.stage] < rank[job.stage] and not other.job.hidden}
        direct[job.id] = needs
    return direct


def _closure(start: Key, direct: Table[Key, set[Key]]) -> set[Key]:
    seen: set[Key] = set()
    stack = list(direct.get(start, ()))
    while stack:
        name = stack.pop()
        if name not in seen and name != start:
            seen.add(name)
            stack.extend(direct.get(name, ()))
    return seen


def runs_something(view: JobView) -> bool:
    """Whether a job runs a command or a container (so that it can hang)."""
    kinds = {ActivityKind.COMMAND, ActivityKind.ACTION, ActivityKind.IMAGE}
    return any(activity.kind in kinds for activity in view.activities) or any(step.script or step.uses for step in view.job.steps
                                                                               if step.kind not in ("workflow", "nothing"))
