"""GitLab `include:` entries: templates, components, files of other projects."""

from __future__ import annotations

from collections.abc import Iterator

from opslint.model.activity import Activity, ActivityKind, Hop
from opslint.model.pipeline import Event, Include, Pipeline, Platform

_RAW_TEMPLATES = "/lib/gitlab/ci/templates/"


def include_activities(pipeline: Pipeline, unreached: str) -> Iterator[Activity]:
    """What a GitLab file includes that is no file of the tree; `unreached` says why the file itself never runs."""
    if pipeline.platform is not Platform.GITLAB:
        return
    for include in pipeline.includes:
        kind, name = _named(include)
        if kind is None:
            continue
        events = _events(pipeline, include, kind, name)
        disabled = unreached or include.disabled
        if not disabled and pipeline.events and not events:
            disabled = "its jobs run in branch pipelines only, which `workflow:rules` does not let start"
        yield Activity(
            kind=kind,
            name=name,
            span=include.span,
            chain=(Hop(path=include.span.path, line=include.span.line, text=f"{include.kind}: {include.name}"),),
            version=include.version,
            inputs=include.inputs,
            events=events,
            disabled=disabled,
            pipeline=pipeline,
            env=dict(pipeline.variables),
        )


def _named(include: Include) -> tuple[ActivityKind | None, str]:
    if include.kind == "template":
        return ActivityKind.TEMPLATE, include.name
    if include.kind == "component":
        return ActivityKind.COMPONENT, include.name
    if include.kind == "remote" and _RAW_TEMPLATES in include.name:
        return ActivityKind.TEMPLATE, include.name.partition(_RAW_TEMPLATES)[2]
    if include.kind == "project":
        return ActivityKind.WORKFLOW, f"{include.project}/{include.name.lstrip('/')}"
    if include.kind == "remote":
        return ActivityKind.WORKFLOW, include.name
    return None, ""


def _events(pipeline: Pipeline, include: Include, kind: ActivityKind, name: str) -> frozenset[Event]:
    """The kinds of pipelines an include's jobs are part of.

    Stable security templates add them to branch pipelines only; later ones, and a variable, also to those of merge requests.
    """
    events = pipeline.events - {Event.CALL}
    if include.events is not None:
        events = include.events & (events | {Event.PUSH_DEFAULT} if Event.PUSH in events else events)
    stable = kind is ActivityKind.TEMPLATE and name.startswith(("Security/", "Jobs/")) and ".latest." not in name and ".v2." not in name
    if not stable:
        return events
    asked = pipeline.variables.get("AST_ENABLE_MR_PIPELINES", "").strip().lower() in ("true", "1")
    return events - ({Event.TAG, Event.RELEASE} if asked else {Event.CHANGE, Event.TAG, Event.RELEASE})
