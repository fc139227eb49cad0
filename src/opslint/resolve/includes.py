"""GitLab `include:` entries: templates, components, files of other projects."""

from __future__ import annotations

from collections.abc import Iterator

from opslint.model.activity import Activity, ActivityKind, Hop
from opslint.model.pipeline import Event, Include, Pipeline, Platform

_SWITCHES = {
    "SAST-IaC": "SAST_DISABLED",
    "SAST": "SAST_DISABLED",
    "Dependency-Scanning": "DEPENDENCY_SCANNING_DISABLED",
    "Secret-Detection": "SECRET_DETECTION_DISABLED",
    "Container-Scanning": "CONTAINER_SCANNING_DISABLED",
    "DAST": "DAST_DISABLED",
    "Code-Quality": "CODE_QUALITY_DISABLED",
    "License-Scanning": "LICENSE_MANAGEMENT_DISABLED",
    "Coverage-Fuzzing": "COVFUZZ_DISABLED",
    "API-Fuzzing": "FUZZAPI_DISABLED",
    "Load-Performance-Testing": "LOAD_PERFORMANCE_DISABLED",
    "Browser-Performance-Testing": "BROWSER_PERFORMANCE_DISABLED",
}
"""Variables that switch a template's jobs off.

Source: gitlab-org/gitlab, lib/gitlab/ci/templates/Jobs."""

_RAW_TEMPLATES = "/lib/gitlab/ci/templates/"


def include_activities(pipeline: Pipeline, unreached: str) -> Iterator[Activity]:
    """What a GitLab file includes that is no file of the tree; `unreached` says why the file itself never runs."""
    if pipeline.platform is not Platform.GITLAB:
        return
    for include in pipeline.includes:
        kind, name = _named(include)
        if kind is None:
            continue
        events = _events(pipeline, kind, name)
        disabled = unreached or _switched_off(pipeline, name) if kind is ActivityKind.TEMPLATE else unreached
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


def _events(pipeline: Pipeline, kind: ActivityKind, name: str) -> frozenset[Event]:
    """Stable security templates add their jobs to branch pipelines only; `.latest` ones also to those of merge requests."""
    events = pipeline.events - {Event.CALL}
    stable = kind is ActivityKind.TEMPLATE and name.startswith(("Security/", "Jobs/")) and ".latest." not in name
    return events - {Event.CHANGE, Event.TAG, Event.RELEASE} if stable else events


def _switched_off(pipeline: Pipeline, name: str) -> str:
    base = name.rpartition("/")[2].partition(".")[0]
    switch = _SWITCHES.get(base, "")
    value = pipeline.variables.get(switch, "") if switch else ""
    return f"{switch}: {value} switches it off" if value.strip().lower() in ("true", "1") else ""
