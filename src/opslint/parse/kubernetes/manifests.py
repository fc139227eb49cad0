"""Kubernetes-shaped manifests: every object of a file, its images, and the Argo pipelines among them."""

from __future__ import annotations

from collections.abc import Iterator

from opslint.model.pipeline import Pipeline
from opslint.model.repository import FileEntry, FileStatus, Parsed
from opslint.model.resource import Resource
from opslint.parse.argo import events, workflows
from opslint.parse.kubernetes.copied import is_copied
from opslint.parse.kubernetes.workloads import images_of
from opslint.parse.values.places import span_of, text_at, texts_of
from opslint.source.node import Mapping, Node, Sequence
from opslint.source.yaml import YamlFile

MAX_OBJECTS = 20_000
"""Objects taken from one file, lists unfolded."""

ARGO_GROUP = "argoproj.io"

NO_OBJECTS = ("backstage.io/",)
"""Beginnings of an `apiVersion` no cluster knows: entries of a catalogue about software, written in the shape of manifests."""


def parse_manifests(path: str, document: YamlFile, aside: bool) -> Parsed:
    """Read every object with `apiVersion` and `kind` of a YAML file; Argo Workflows kinds give pipelines too.

    Shape: `kind: List` (and `…List` with `items`) is unfolded. A document without `apiVersion` and `kind` is no manifest and
           gives nothing, as does an entry of a software catalogue (Backstage).
    Source: Backstage documentation, "Descriptor Format of Catalog Entities".
    """
    objects = list(_unfold(document.documents))
    sources = events.sources_of(objects)
    copied = is_copied(path, objects, document.text[:2000])
    resources: list[Resource] = []
    pipelines: list[Pipeline] = []
    for node in objects:
        resource = _resource(path, node, document.templated, aside, copied)
        resources.append(resource)
        if resource.group == ARGO_GROUP:
            pipelines.extend(_pipelines(path, resource, sources, aside or copied))
    argo = any(resource.group == ARGO_GROUP for resource in resources)
    entry = FileEntry(
        path=path,
        kind="argo.manifest" if argo else "kubernetes.manifest",
        status=FileStatus.READ,
        reason="Go template actions were masked; values may be placeholders" if document.templated else None,
    )
    return Parsed(file=entry, resources=tuple(resources), pipelines=tuple(pipelines))


def _unfold(documents: tuple[Node, ...]) -> Iterator[Mapping]:
    """The objects of a file, lists of objects opened (a list in a list too, up to a bound)."""
    stack: list[Node] = list(reversed(documents))
    count = 0
    opened: set[int] = set()
    while stack and count < MAX_OBJECTS:
        node = stack.pop()
        count += 1
        if isinstance(node, Sequence):
            continue
        if not isinstance(node, Mapping) or not node.text("apiVersion") or not node.text("kind"):
            continue
        if (node.text("apiVersion") or "").startswith(NO_OBJECTS):
            continue
        items = node.sequence("items")
        if items is not None and (node.text("kind") or "").endswith("List"):
            if id(items) not in opened:
                opened.add(id(items))
                stack.extend(reversed(items.items))
            continue
        yield node


def _resource(path: str, node: Mapping, templated: bool, aside: bool, copied: bool) -> Resource:
    api_version, kind = node.text("apiVersion") or "", node.text("kind") or ""
    metadata = node.mapping("metadata")
    return Resource(
        api_version=api_version,
        group=api_version.rpartition("/")[0],
        kind=kind,
        name=text_at(metadata, "name") or text_at(metadata, "generateName") or "",
        namespace=text_at(metadata, "namespace") or "",
        span=span_of(path, node),
        node=node,
        images=images_of(path, kind, node),
        annotations=texts_of(metadata.mapping("annotations")) if metadata is not None else {},
        labels=texts_of(metadata.mapping("labels")) if metadata is not None else {},
        templated=templated,
        aside=aside,
        copied=copied,
    )


def _pipelines(path: str, resource: Resource, sources: events.Sources, aside: bool) -> list[Pipeline]:
    """The pipelines an object of the Argo group declares, by its kind."""
    if resource.kind in workflows.KINDS:
        return [workflows.parse_workflow(path, resource.node, aside)]
    if resource.kind == "Sensor":
        return events.parse_sensor(path, resource.node, sources, aside)
    if resource.kind == "WorkflowEventBinding":
        return [workflows.parse_binding(path, resource.node, aside)]
    return []
