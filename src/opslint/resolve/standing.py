"""What stands deployed rather than runs: manifests, infrastructure blocks, charts."""

from __future__ import annotations

from collections.abc import Iterator

from opslint.model.activity import Activity, ActivityKind, Hop
from opslint.model.pipeline import Event
from opslint.model.repository import Repository
from opslint.model.resource import Block, Resource
from opslint.source.node import Mapping, Node, boolean_of
from opslint.source.span import Span

RECONCILED = frozenset({Event.RECONCILE})
MAX_CHARTS = 200
LISTED = {"helm-chart": "dependencies", "kustomization": "charts"}
"""Where companions list the charts they install."""


def standing_activities(repository: Repository) -> Iterator[Activity]:
    """Manifests by group and kind, Terraform blocks by type, charts by name; in the order they were read."""
    told: set[int] = set()
    for resource in repository.resources:
        if id(resource.node) in told:
            continue  # another form of the same manifest
        told.add(id(resource.node))
        aside = resource.aside or resource.copied
        yield _standing(
            ActivityKind.RESOURCE,
            f"{resource.group}/{resource.kind}" if resource.group else resource.kind,
            resource.span,
            f"kind: {resource.kind}",
            aside,
            hops=resource.hops,
            node=resource.node,
            version=resource.api_version.rpartition("/")[2] or None,
        )
        for chart, version, place, source in _charts(resource):
            yield _standing(
                ActivityKind.CHART,
                chart,
                place,
                f"chart: {chart}",
                aside,
                hops=resource.hops,
                node=resource.node,
                version=version,
                inputs={"repository": source} if source else {},
                manual=not _syncs_itself(resource),
            )
    for block in repository.blocks:
        if block.kind == "resource":
            yield _standing(
                ActivityKind.BLOCK,
                block.type,
                block.span,
                f'resource "{block.type}" "{block.name}"',
                block.aside,
                inputs=_plain(block),
            )
    for companion in repository.companions:
        dependencies = companion.facts.get(LISTED[companion.kind]) if companion.kind in LISTED else None
        for entry in dependencies[:MAX_CHARTS] if isinstance(dependencies, list) else ():
            if isinstance(entry, dict) and entry.get("name"):
                line = entry.get("line")
                place = Span(path=companion.path, line=line if isinstance(line, int) else companion.span.line)
                yield _standing(
                    ActivityKind.CHART,
                    str(entry["name"]),
                    place,
                    f"name: {entry['name']}",
                    companion.aside,
                    version=str(entry.get("version") or "") or None,
                    inputs={"repository": str(entry.get("repository") or "")},
                )


def _standing(
    kind: ActivityKind,
    name: str,
    span: Span,
    text: str,
    aside: bool,
    *,
    hops: tuple[Hop, ...] = (),
    node: Node | None = None,
    version: str | None = None,
    inputs: dict[str, str] | None = None,
    manual: bool = False,
) -> Activity:
    return Activity(
        kind=kind,
        name=name,
        span=span,
        chain=(*hops, Hop(path=span.path, line=span.line, text=text),),
        version=version,
        inputs=inputs or {},
        events=RECONCILED,
        manual=manual,
        node=node,
        aside=aside,
    )


def automated_sync(policy: Mapping | None) -> Mapping | None:
    """The `automated` mapping of a sync policy where it is on: `{}` and `enabled: null` mean on, `enabled: false` off.

    Source: Argo CD, automated sync policy.
    """
    automated = policy.mapping("automated") if policy is not None else None
    if automated is None or boolean_of(automated.get("enabled")) is False:
        return None
    return automated


def _application_spec(resource: Resource) -> Mapping | None:
    """The spec of an Application, or of the Applications an ApplicationSet makes."""
    spec = resource.node.mapping("spec")
    if spec is not None and resource.kind == "ApplicationSet":
        template = spec.mapping("template")
        return template.mapping("spec") if template is not None else None
    return spec


def _syncs_itself(resource: Resource) -> bool:
    """Whether a controller installs a chart by itself: always, but for an Application without automated sync."""
    if resource.group != "argoproj.io":
        return True
    spec = _application_spec(resource)
    patch = resource.node.mapping("spec")
    patched = (patch.text("templatePatch") or "") if patch is not None else ""
    return "automated:" in patched or (spec is not None and automated_sync(spec.mapping("syncPolicy")) is not None)


def _plain(block: Block) -> dict[str, str]:
    """A block's scalar arguments as texts."""
    return {key: str(value) for key, value in block.body.items() if isinstance(value, (str, int, float, bool))}


def _charts(resource: Resource) -> Iterator[tuple[str, str | None, Span, str]]:
    """(chart, version, place, repository) of the charts an Application, HelmRelease, HelmChart or Kustomization installs."""
    spec = resource.node.mapping("spec")
    if resource.group == "argoproj.io" and resource.kind in ("Application", "ApplicationSet"):
        spec = _application_spec(resource)
        if spec is None:
            return
        several = spec.sequence("sources")
        for source in [spec.get("source"), *(several.items[:MAX_CHARTS] if several is not None else ())]:
            if isinstance(source, Mapping) and source.text("chart"):
                yield (
                    source.text("chart") or "",
                    source.text("targetRevision"),
                    _place(resource, source.get("chart")),
                    source.text("repoURL") or "",
                )
    elif resource.kind == "HelmRelease" and spec is not None:
        chart = spec.mapping("chart")
        inner = chart.mapping("spec") if chart is not None else None
        if inner is not None and inner.text("chart"):
            yield _base(inner.text("chart") or ""), inner.text("version"), _place(resource, inner.get("chart")), ""
    elif resource.group == "helm.cattle.io" and resource.kind == "HelmChart" and spec is not None and spec.text("chart"):
        yield _base(spec.text("chart") or ""), spec.text("version"), _place(resource, spec.get("chart")), spec.text("repo") or ""
    elif resource.group == "kustomize.config.k8s.io":
        listed = resource.node.sequence("helmCharts")
        for entry in listed.items[:MAX_CHARTS] if listed is not None else ():
            if isinstance(entry, Mapping) and entry.text("name"):
                yield (
                    entry.text("name") or "",
                    entry.text("version"),
                    _place(resource, entry.get("name")),
                    entry.text("repo") or "",
                )


def _base(chart: str) -> str:
    return chart.rstrip("/").rpartition("/")[2]


def _place(resource: Resource, node: Node | None) -> Span:
    if node is None:
        return resource.span
    return Span(path=resource.path, line=node.line, column=node.column, end_line=node.end_line, end_column=node.end_column)
