"""Argo Events: what an EventSource hears, and the Workflows a Sensor submits when it does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

import msgspec

from opslint.model.pipeline import Event, Include, Pipeline, Platform, Trigger
from opslint.parse.argo import workflows
from opslint.parse.values.places import at, mapping_at, mappings_of, span_of, text_at
from opslint.source.node import Mapping, strings_of
from opslint.source.words.late import late

Sources: TypeAlias = dict[tuple[str, str], frozenset[Event]]
"""(name of the EventSource, name of the event) → what that event amounts to."""

_UPSTREAM = frozenset({Event.UPSTREAM})
_WORDS = (
    (r"pull_?request(?!.*(?:review|comment))|merge_?requests?events|pullrequest:|^pr:", Event.CHANGE),
    (r"tag_?push|^create$", Event.TAG),
    (r"^push$|^pushevents$|repo:push|repo:refs_changed", Event.PUSH),
    (r"release", Event.RELEASE),
    (r"review|issue|comment|note|label|star|fork|watch|wiki", Event.ACTIVITY),
)
_FORGES = frozenset({"github", "gitlab", "bitbucket", "bitbucketserver", "gerrit", "azureDevOps"})
_ENDING = frozenset({"delete", "stop", "suspend", "terminate"})
_NAME = late(r"[\w.-]+")
_PARAMETER = late(r"spec\.arguments\.parameters\.(\d{1,4})\.value")


def sources_of(objects: Iterable[Mapping]) -> Sources:
    """What the EventSources among a file's objects hear.

    Source: Argo Events, EventSource specification; the event words of GitHub, GitLab and Bitbucket webhooks.
    """
    found: Sources = {}
    for node in objects:
        if node.text("kind") != "EventSource" or not (node.text("apiVersion") or "").startswith("argoproj.io/"):
            continue
        name = text_at(node, "metadata", "name") or ""
        spec = node.mapping("spec")
        for source_type, _, events in spec.items() if spec is not None else ():
            if isinstance(events, Mapping):
                for event, _, settings in events.items():
                    found[name, event] = heard(source_type, settings if isinstance(settings, Mapping) else None)
    return found


def heard(source_type: str, settings: Mapping | None) -> frozenset[Event]:
    """What one event of an EventSource amounts to: `calendar` is a schedule, a forge's webhook what it is subscribed to."""
    if source_type == "calendar":
        return frozenset({Event.SCHEDULE})
    if source_type not in _FORGES or settings is None:
        return _UPSTREAM
    words = strings_of(settings.get("events"))
    if "*" in words:
        return frozenset({Event.CHANGE, Event.PUSH, Event.TAG})
    found = {event for word in words for pattern, event in _WORDS if re.search(pattern, word, re.IGNORECASE)}
    return frozenset(found) or _UPSTREAM


def parse_sensor(path: str, node: Mapping, sources: Sources, aside: bool) -> list[Pipeline]:
    """The Workflows that a Sensor's triggers submit, as pipelines that start upstream (or as the sources of the file say).

    Shape: each trigger's filter `dependencies` lists `EVENTSOURCE/EVENT`; a trigger whose Workflow comes from elsewhere (a
           ConfigMap, a URL, a file) gives a pipeline without jobs and an Include of kind `remote`.
    """
    spec = node.mapping("spec")
    dependencies: dict[str, tuple[str, str]] = {}
    for dependency in mappings_of(spec.get("dependencies") if spec is not None else None):
        pair = (dependency.text("eventSourceName") or "", dependency.text("eventName") or "")
        dependencies[dependency.text("name") or ""] = pair
    found: list[Pipeline] = []
    for trigger in mappings_of(spec.get("triggers") if spec is not None else None):
        template = trigger.mapping("template")
        if template is None:
            continue
        starts = _trigger(path, template, dependencies, sources)
        found.extend(_submitted(path, template, starts, aside))
    return found


def _trigger(path: str, template: Mapping, dependencies: dict[str, tuple[str, str]], sources: Sources) -> Trigger:
    """The dependencies a trigger waits for, and what they amount to."""
    conditions = template.text("conditions")
    names = [name for name in _NAME.findall(conditions) if name in dependencies] if conditions else list(dependencies)
    pairs = [dependencies[name] for name in dict.fromkeys(names)]
    events = frozenset(event for pair in pairs for event in sources.get(pair, _UPSTREAM)) or _UPSTREAM
    return Trigger(
        name="sensor",
        events=events,
        span=span_of(path, template.get("name") or template),
        filters={"dependencies": tuple(f"{source}/{event}" for source, event in pairs)},
    )


def _submitted(path: str, template: Mapping, starts: Trigger, aside: bool) -> Iterator[Pipeline]:
    """The Workflow objects one trigger creates."""
    for key in ("argoWorkflow", "k8s"):
        action = template.mapping(key)
        source = mapping_at(action, "source")
        if action is None or source is None or action.text("operation") in _ENDING:
            continue
        resource = source.mapping("resource")
        if resource is not None:
            if resource.text("kind") in workflows.KINDS:
                kept = resource.text("kind") in {"CronWorkflow", *workflows.TEMPLATE_KINDS}
                parsed = workflows.parse_workflow(path, resource, aside, () if kept else (starts,))
                yield _without(parsed, resource, action)
        elif key == "argoWorkflow":
            yield _elsewhere(path, template, source, starts, aside)


def _without(pipeline: Pipeline, resource: Mapping, action: Mapping) -> Pipeline:
    """A Workflow without the values that the event will write over: the Sensor's `parameters` say where they go.

    Source: Argo Events, "Trigger Parameterization".
    """
    listed = mappings_of(at(resource, "spec", "arguments", "parameters"))
    targets = [_PARAMETER.fullmatch(one.text("dest") or "") for one in mappings_of(action.get("parameters"))]
    taken = {int(match[1]) for match in targets if match is not None}
    names = {one.text("name") for number, one in enumerate(listed) if number in taken}
    if not names:
        return pipeline
    return msgspec.structs.replace(
        pipeline, variables={name: value for name, value in pipeline.variables.items() if name not in names})


def _elsewhere(path: str, template: Mapping, source: Mapping, starts: Trigger, aside: bool) -> Pipeline:
    """A Workflow that the Sensor takes from a place this file does not show."""
    kind = next(iter(source), "")
    name = text_at(source, kind, "url") or text_at(source, kind, "name") or text_at(source, kind, "key") or kind
    place = at(source, kind)
    return Pipeline(
        platform=Platform.ARGO,
        kind="argo.workflow",
        path=path,
        name=template.text("name") or "",
        span=span_of(path, template.get("name") or template),
        triggers=(starts,),
        jobs=(),
        includes=(Include(kind="remote", name=name, span=span_of(path, place)),),
        aside=aside,
        node=source,
    )
