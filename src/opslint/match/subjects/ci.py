"""Subjects of pipelines: workflows, jobs, checkouts and the third-party things they use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from opslint.match.jobs import JobView, runs_something
from opslint.match.subjects.callers import CHANGE_EVENTS, callers_of, held_or_inherited, waits_for_held
from opslint.match.subjects.subject import Stage, Subject
from opslint.model.pipeline import AUTOMATIC, Event, Image, Pipeline, Platform, StepKind
from opslint.parse.values.images import image_from
from opslint.source.node import Mapping, Node, boolean_of, is_null, strings_of
from opslint.source.span import Span
from opslint.source.words.late import late

_HEX = frozenset("0123456789abcdef")
EXACT = late(r"v?\d+\.\d+\.\d+([-+.].*)?")
MERGED = frozenset({Event.PUSH, Event.PUSH_DEFAULT})


def is_commit(version: str) -> bool:
    """Whether a version is the full id of a commit: 40 (SHA-1) or 64 (SHA-256) hexadecimal digits."""
    return len(version) in (40, 64) and _HEX.issuperset(version)


def _events(events: frozenset[Event]) -> dict[str, Any]:
    return {
        "events": sorted(event.value for event in events),
        "on_change": bool(events & CHANGE_EVENTS),
        "on_merge": bool(events & MERGED),
        "on_tag": bool(events & {Event.TAG, Event.RELEASE}),
        "scheduled": Event.SCHEDULE in events,
        "automatic": bool(events & (AUTOMATIC - {Event.ACTIVITY})),
    }


def _views_of(stage: Stage, pipeline: Pipeline) -> list[JobView]:
    key = (pipeline.path, pipeline.span.line)
    return [view for view in stage.views() if view.key[:2] == key]


def path_filtered(pipeline: Pipeline) -> bool:
    """Whether every trigger on changes runs only for some paths (`**` filters nothing); where there is none, every push.

    A merge queue takes no path filter, and what runs in full after the merge leaves the changes scoped.
    """
    on_change = [trigger for trigger in pipeline.triggers if trigger.events & CHANGE_EVENTS] or [
        trigger for trigger in pipeline.triggers if Event.PUSH_DEFAULT in trigger.events]
    return bool(on_change) and all(
        any(set(trigger.filters.get(key, ())) - {"**", "*"} for key in ("paths", "paths-ignore")) for trigger in on_change
        if trigger.name != "merge_group")


def _permissions(pipeline: Pipeline, views: list[JobView]) -> str:
    root = pipeline.node
    if root is None:
        return "none"
    nodes: list[Node | None] = [view.job.node.get("permissions") if view.job.node is not None else None for view in views]
    top = root.get("permissions")
    if "write-all" in {value for node in (top, *nodes) for value in strings_of(node)}:
        return "write-all"
    if "permissions" in root:
        return "declared"
    declared = ["permissions" in view.job.node for view in views if view.job.node is not None]
    return "all-jobs" if declared and all(declared) else "some-jobs" if any(declared) else "none"


def _cancels(root: Mapping | None) -> bool:
    concurrency = root.get("concurrency") if root is not None else None
    return isinstance(concurrency, Mapping) and not is_null(concurrency.get("cancel-in-progress")) \
        and boolean_of(concurrency.get("cancel-in-progress")) is not False


def _run_cancels(pipeline: Pipeline) -> bool:
    """Whether a newer run cancels an older one: the whole, or each of its jobs."""
    return _cancels(pipeline.node) or (bool(pipeline.jobs) and all(_cancels(job.node) for job in pipeline.jobs))


def _pipelines(stage: Stage, platform: Platform | None) -> Iterator[Subject]:
    callers = callers_of(stage)
    scoped = {view.key[:2] for view in stage.jobs.views.values() if "path-filter" in view.does}

    def filtered(pipeline: Pipeline) -> bool:
        return path_filtered(pipeline) or (pipeline.path, pipeline.span.line) in scoped

    for pipeline in stage.pipelines():
        if (platform is not None and pipeline.platform is not platform) or not (pipeline.entry or platform is None):
            continue
        if not pipeline.entry:
            continue
        views = _views_of(stage, pipeline)
        does = sorted({effect for view in views for effect in view.does})
        it = {
            "name": pipeline.name, "path": pipeline.path, "platform": pipeline.platform.value, "kind": pipeline.kind,
            **_events(frozenset(event for view in views for event in view.events) or pipeline.events), "does": does,
            "triggers": sorted({trigger.name for trigger in pipeline.triggers}),
            "path_filtered": held_or_inherited(pipeline, callers, filtered) or waits_for_held(stage, pipeline, filtered),
            "jobs": len(views),
            "permissions": _permissions(pipeline, views),
            "cancels": held_or_inherited(pipeline, callers, _run_cancels),
        }
        yield Subject(name=pipeline.name, span=pipeline.span, it=it, node=pipeline.node, root=pipeline.node, views=tuple(views))


def pipelines(stage: Stage) -> Iterator[Subject]:
    """Every workflow, pipeline and Workflow object that is an entry."""
    return _pipelines(stage, None)


def github_workflows(stage: Stage) -> Iterator[Subject]:
    """Every GitHub workflow."""
    return _pipelines(stage, Platform.GITHUB)


def gitlab_pipelines(stage: Stage) -> Iterator[Subject]:
    """Every GitLab entry file."""
    return _pipelines(stage, Platform.GITLAB)


def _slugs(view: JobView) -> list[str]:
    return sorted({step.uses.lower() for step in view.job.steps if step.uses})


def job_facts(stage: Stage, view: JobView) -> dict[str, Any]:
    """The facts of one job, the same words on every platform."""
    job, pipeline = view.job, view.pipeline
    node = job.node
    downstream = stage.jobs.downstream_does(view)
    return {
        "name": job.name or job.id, "id": job.id, "path": pipeline.path, "platform": job.platform.value, "kind": pipeline.kind,
        **_events(view.events), "does": sorted(view.does), "tools": sorted(view.tools), "runs": runs_something(view),
        "calls": any(step.kind is StepKind.WORKFLOW for step in job.steps) and not any(
            step.kind in (StepKind.RUN, StepKind.ACTION, StepKind.IMAGE) for step in job.steps),
        "environment": job.environment, "gated": _gated(stage, view),
        "timeout": job.timeout, "needs": list(job.needs), "may_fail": job.may_fail, "stage": job.stage,
        "interruptible": node is not None and boolean_of(node.get("interruptible")) is True,
        "uses": _slugs(view), "images": [image.reference for image in job.images],
        "has_permissions": node is not None and "permissions" in node,
        "inherits_permissions": pipeline.node is not None and "permissions" in pipeline.node,
        "path_filtered": path_filtered(pipeline) or "path-filter" in view.does | stage.jobs.upstream_does(view) or _changes(node),
        "upstream_does": sorted(stage.jobs.upstream_does(view)), "downstream_does": sorted(downstream), "runner": list(job.runner),
        "cancels": _cancels(pipeline.node) or _cancels(node),
        "bites": sorted({effect for hit in view.hits if hit.activity.blocking and not hit.soft_by and not hit.activity.disabled
                         for effect in hit.entry.signal.does if effect in view.does}),
        "shows": sorted({code for hit in view.hits if not hit.activity.disabled for code in hit.entry.signal.shows}),
        "commands": [" ".join(activity.command.argv) for activity in view.activities
                     if activity.command is not None and not activity.command.building],
        "trusted_publishing": _trusted(view) if "publish" in view.does else [],
    }


def _trusted(view: JobView) -> list[str]:
    from opslint.match.subjects.trusted import trusted_registries

    return trusted_registries(view)


def _gated(stage: Stage, view: JobView) -> bool:
    """Whether a job waits for a person: itself, or at a job it waits for.

    A manual GitLab job holds up later stages only where it may not fail; the jobs that need it by name wait for it in any case.
    Source: GitLab CI/CD YAML syntax reference, `when: manual` and `allow_failure`, `needs`.
    """
    if view.job.manual or view.job.manual_gate or "approve" in view.does:
        return True
    for key in view.upstream:
        one = stage.jobs.views.get(key)
        if one is None or not one.alive:
            continue
        if "approve" in one.does or (one.job.manual_gate and not one.job.manual):
            return True
        if one.job.manual and (not one.job.may_fail or one.job.id in view.job.needs):
            return True
    return False


def _changes(node: Mapping | None) -> bool:
    """Whether a GitLab job runs only for some changed files (`rules:changes`, `only:changes`)."""
    if node is None:
        return False
    rules = node.sequence("rules")
    if rules is not None and any(isinstance(rule, Mapping) and "changes" in rule for rule in rules):
        return True
    only, excepted = node.get("only"), node.get("except")
    return any(isinstance(value, Mapping) and "changes" in value for value in (only, excepted))


def _jobs(stage: Stage, platform: Platform | None) -> Iterator[Subject]:
    for view in stage.views():
        if platform is None or view.job.platform is platform:
            yield Subject(name=view.job.name or view.job.id, span=view.job.span, it=job_facts(stage, view), node=view.job.node,
                          root=view.pipeline.node, view=view)


def jobs(stage: Stage) -> Iterator[Subject]:
    """Every job that can run, on every platform."""
    return _jobs(stage, None)


def github_jobs(stage: Stage) -> Iterator[Subject]:
    """Every GitHub job that can run."""
    return _jobs(stage, Platform.GITHUB)


def gitlab_jobs(stage: Stage) -> Iterator[Subject]:
    """Every GitLab job that can run."""
    return _jobs(stage, Platform.GITLAB)


def argo_templates(stage: Stage) -> Iterator[Subject]:
    """Every Argo Workflows template that is reached."""
    return _jobs(stage, Platform.ARGO)


def checkouts(stage: Stage) -> Iterator[Subject]:
    """Every `actions/checkout` step."""
    for view in stage.views():
        for step in view.job.steps:
            if step.uses.lower() not in ("actions/checkout", "step-security/checkout"):
                continue
            it = {
                "name": step.name or "checkout", "path": view.pipeline.path, "platform": view.job.platform.value,
                "persists": step.inputs.get("persist-credentials", "true").strip().lower() != "false",
                "pushes": bool({"commit", "release"} & view.does), "hardened": "harden" in view.does,
            }
            yield Subject(name=step.name or "checkout", span=step.span, it=it, node=step.node, root=view.pipeline.node, view=view)


def steps(stage: Stage) -> Iterator[Subject]:
    """Every step of every job that can run."""
    for view in stage.views():
        for step in view.job.steps:
            name = step.name or step.uses or step.id or view.job.id
            it = {
                "name": name, "path": view.pipeline.path, "platform": view.job.platform.value,
                "kind": step.kind.value, "uses": step.uses.lower(), "version": step.version or "", "inputs": dict(step.inputs),
                "script": step.script, "does": sorted(view.does),
            }
            yield Subject(name=name, span=step.span, it=it, node=step.node, root=view.pipeline.node, view=view)


def _reference(kind: str, name: str, version: str | None, pinned: bool, span: Span, platform: str, view: JobView | None,
               node: Node | None = None) -> Subject:
    first_party = name.startswith((".", "template/", "argo/"))
    it = {"kind": kind, "name": name, "version": version or "", "pinned": pinned, "first_party": first_party,
          "path": span.path, "platform": platform}
    return Subject(name=f"{name}@{version}" if version else name, span=span, it=it, node=node, view=view)


def image_pinned(image: Image) -> bool:
    """Whether an image is named by digest."""
    return image.digest.startswith("sha") and ":" in image.digest


def references(stage: Stage) -> Iterator[Subject]:
    """Every third-party action, reusable workflow, include, component and image that a pipeline uses."""
    seen: set[tuple[str, int, int, str]] = set()
    for view in stage.jobs.views.values():
        if view.stray or (view.job.hidden and view.pipeline.kind != "gitlab.pipeline"):
            continue
        for subject in _references_of(view):
            key = (subject.span.path, subject.span.line, subject.span.column, subject.name)
            if key not in seen:
                seen.add(key)
                yield subject
    for pipeline in stage.pipelines():
        for include in pipeline.includes:
            if include.kind in ("project", "component", "remote"):
                version = include.version or ""
                pinned = is_commit(version) or EXACT.fullmatch(version) is not None
                name = include.name or include.project
                yield _reference("component" if include.kind == "component" else "include", name, include.version, pinned,
                                 include.span, pipeline.platform.value, None)


def _references_of(view: JobView) -> Iterator[Subject]:
    platform = view.job.platform.value
    for step in view.job.steps:
        if step.uses.startswith("docker://"):
            yield _reference("image", step.uses, step.version, bool(step.version and step.version.startswith("sha256:")),
                             step.span, platform, view)
        elif step.kind in (StepKind.ACTION, StepKind.WORKFLOW) and step.uses and view.job.platform is Platform.GITHUB:
            pinned = is_commit(step.version or "")
            yield _reference("workflow" if step.kind is StepKind.WORKFLOW else "action", step.uses, step.version, pinned,
                             step.span, platform, view, step.node)
    for image in view.job.images:
        if image.literal or image_pinned(image):
            yield _reference("image", image.name, image.digest or image.tag or None, image_pinned(image), image.span, platform, view)
    told = {image.reference for image in view.job.images}
    for activity in view.activities:
        command = activity.command
        if command is None or not command.image or "…" in command.image:
            continue
        image = image_from(command.image, activity.span)
        if image.reference not in told and not any(other.name == image.name for other in view.job.images):
            told.add(image.reference)
            yield _reference("image", image.name, image.digest or image.tag or None, image_pinned(image), image.span, platform, view)


MAKERS = {
    "pipeline": pipelines,
    "github.workflow": github_workflows,
    "gitlab.pipeline": gitlab_pipelines,
    "job": jobs,
    "github.job": github_jobs,
    "gitlab.job": gitlab_jobs,
    "argo.template": argo_templates,
    "step": steps,
    "checkout": checkouts,
    "reference": references,
}
