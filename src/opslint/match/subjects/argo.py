"""Subjects of Argo: Applications, projects, Workflows and Rollouts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from opslint.match.subjects.charts import value_resources, with_values
from opslint.match.subjects.kubernetes import limit_of, secured
from opslint.match.subjects.subject import Stage, Subject, dig
from opslint.model.pipeline import AUTOMATIC, Event, Pipeline, Platform
from opslint.model.resource import Resource
from opslint.resolve.standing import automated_sync
from opslint.source.node import Mapping, Node, Sequence, boolean_of, is_null, scalars_of, strings_of, text_of
from opslint.source.words.late import late

ARGO = "argoproj.io"
SHA = late(r"[0-9a-f]{7,64}")
TAG = late(r"(.*[-/_])?v?\d+\.\d+(\.\d+)+([-+.].*)?|v\d+\.\d+([-+].*)?|.*[-/_][0-9a-f]{40}")
CHART = late(r"v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?")
PLACEHOLDER = late(r"TPL|\{\{|\$")


def _given(node: Node | None) -> bool:
    return node is not None and not is_null(node)


def pinned_revision(revision: str, *, chart: bool) -> bool:
    """Whether a targetRevision names one version: a SHA, a tag that carries a full version, an exact chart version.

    Source: Argo CD, tracking and deployment strategies (HEAD, branches, ranges and `*` move).
    """
    if chart:
        return bool(CHART.fullmatch(revision))
    if not revision or revision == "HEAD" or any(mark in revision for mark in "*^~<> "):
        return False
    if SHA.fullmatch(revision) and any(character.isdigit() for character in revision):
        return True
    return bool(TAG.fullmatch(revision.removeprefix("refs/tags/"))) or revision.startswith("refs/tags/")


def _sources(spec: Mapping) -> list[Mapping]:
    found: list[Mapping] = []
    several = spec.sequence("sources")
    if several is not None:
        found.extend(item for item in several if isinstance(item, Mapping))
    single = spec.mapping("source")
    if single is not None and not found:
        found.append(single)
    return found


def _application_facts(spec: Mapping, patch: str, holder: Mapping, path: str, stage: Stage) -> dict[str, Any]:
    """The facts of one Application's spec; `holder` is the spec it stands in: its own, or that of the ApplicationSet."""

    policy = spec.mapping("syncPolicy")
    automated = automated_sync(policy)
    sources = _sources(spec)
    revisions = [(revision, "chart" in source) for source in sources
                 for revision in _revisions(with_values(source.text("targetRevision") or "", path, stage), holder)]
    retry = dig(policy, "retry.limit")
    limit = text_of(retry)
    return {
        "automated": automated is not None or "automated:" in patch,
        "self_heal": (automated is not None and boolean_of(automated.get("selfHeal")) is True) or "selfHeal: true" in patch,
        "prune": (automated is not None and boolean_of(automated.get("prune")) is True) or "prune: true" in patch,
        "retry": (limit is not None and limit != "0") or "retry:" in patch,
        "revisions": [revision for revision, _ in revisions],
        "pinned": bool(revisions) and all(pinned_revision(revision, chart=chart) for revision, chart in revisions),
        "open_revision": any(PLACEHOLDER.search(revision) for revision, _ in revisions) and all(
            PLACEHOLDER.search(revision) or pinned_revision(revision, chart=chart) for revision, chart in revisions),
        "value_resources": next((word for source in sources if (word := _value_resources(source))), ""),
        "git": bool(sources) and all(_git(source) for source in sources),
        "project": spec.text("project") or "",
        "history_limit": limit_of(spec.get("revisionHistoryLimit")),
        "sync_options": list(strings_of(policy.get("syncOptions"))) if policy is not None else [],
    }


def _value_resources(source: Mapping) -> str:
    """What the values that an Application writes in place say of resources; a chart of the tree says it itself, when rendered."""
    if "chart" not in source:
        return ""
    from opslint.errors import UnreadableFile
    from opslint.source.yaml import parse_yaml

    found = value_resources(dig(source, "helm.valuesObject"))
    text = text_of(dig(source, "helm.values"))
    if found or not text:
        return found
    try:
        return next((word for node in parse_yaml(text.encode()).documents if (word := value_resources(node))), "")
    except UnreadableFile:
        return ""


def _revisions(written: str, holder: Mapping) -> tuple[str, ...]:
    """Every value a targetRevision takes: one, or in an ApplicationSet what its list generators fill in."""
    if "{{" not in written:
        return (written,)
    from opslint.parse.argo.generators import filled

    return filled(written, holder)


def _git(source: Mapping) -> bool:
    if "chart" in source:
        return pinned_revision(source.text("targetRevision") or "", chart=True)
    url = source.text("repoURL") or ""
    if url.startswith("oci://"):
        return pinned_revision(source.text("targetRevision") or "", chart=True)
    return bool(url) or "path" in source


def applications(stage: Stage) -> Iterator[Subject]:
    """Every Application, and the template of every ApplicationSet."""
    windows = {one.name for one in stage.resources(f"{ARGO}/AppProject") if _given(dig(one.node, "spec.syncWindows"))}
    for resource in stage.manifests(f"{ARGO}/Application", f"{ARGO}/ApplicationSet"):
        spec = resource.node.mapping("spec")
        if spec is None:
            continue
        patch, rolling, holder = "", False, spec
        if resource.kind == "ApplicationSet":
            patch = spec.text("templatePatch") or ""
            rolling = text_of(dig(spec, "strategy.type")) == "RollingSync"
            inner = dig(spec, "template.spec")
            if not isinstance(inner, Mapping):
                continue
            holder, spec = spec, inner
        facts = _application_facts(spec, patch, holder, resource.path, stage)
        facts["automated"] = facts["automated"] and not rolling
        facts |= {
            "name": resource.name, "path": resource.path, "platform": "argo", "kind": resource.kind, "rolling": rolling,
            "skipped": resource.annotations.get("argocd.argoproj.io/skip-reconcile") == "true", "templated": resource.templated,
            "annotations": _annotations(resource), "windows": facts["project"] in windows,
        }
        yield Subject(name=resource.name, span=resource.span, it=facts, node=spec, root=resource.node, patch=resource.patch,
                          hops=resource.hops)


def _annotations(resource: Resource) -> dict[str, str]:
    """An Application's own annotations; for an ApplicationSet those of its template."""
    if resource.kind == "Application":
        return dict(resource.annotations)
    node = dig(resource.node, "spec.template.metadata.annotations")
    return {key: text_of(value) or "" for key, _, value in node.items()} if isinstance(node, Mapping) else {}


def projects(stage: Stage) -> Iterator[Subject]:
    """Every AppProject."""
    used = {subject.it["project"] for subject in applications(stage)}
    for resource in stage.manifests(f"{ARGO}/AppProject"):
        spec = resource.node.mapping("spec")
        values: list[str] = []
        for key in ("sourceRepos", "destinations", "clusterResourceWhitelist"):
            values.extend(_leaves(spec.get(key) if spec is not None else None))
        it = {
            "name": resource.name, "path": resource.path, "platform": "argo", "used": resource.name in used,
            "open": "*" in values, "empty": spec is None or not spec.pairs or not values,
            "windows": spec is not None and _given(spec.get("syncWindows")),
            "signature_keys": spec is not None and _given(spec.get("signatureKeys")),
        }
        yield Subject(name=resource.name, span=resource.span, it=it, node=spec, root=resource.node, patch=resource.patch,
                          hops=resource.hops)


def _leaves(node: Node | None) -> list[str]:
    if isinstance(node, Sequence):
        return [text for item in node for text in _leaves(item)]
    if isinstance(node, Mapping):
        return [text for _, _, value in node.items() for text in _leaves(value)]
    return [scalar.value for scalar in scalars_of(node)]


def _workflow_spec(pipeline: Pipeline) -> Mapping | None:
    spec = pipeline.node.mapping("spec") if pipeline.node is not None else None
    if spec is not None and spec.mapping("workflowSpec") is not None:
        return spec.mapping("workflowSpec")
    return spec


def _referred(spec: Mapping | None) -> tuple[str, str] | None:
    """Kind (as of a pipeline) and name of the template a Workflow is made from, None where it has templates of its own."""
    reference = spec.mapping("workflowTemplateRef") if spec is not None else None
    if reference is None:
        return None
    cluster = boolean_of(reference.get("clusterScope")) is True
    return "argo.clusterworkflowtemplate" if cluster else "argo.workflowtemplate", reference.text("name") or ""


def _completed(spec: Mapping | None, template: Mapping | None) -> Mapping | None:
    """A Workflow's spec with what it leaves to the template it is made from.

    Source: Argo Workflows, "Workflow Templates", section "Create Workflow from WorkflowTemplate Spec".
    """
    if spec is None or template is None:
        return spec
    return Mapping(tag=None, anchor=None, line=spec.line, column=spec.column, end_line=spec.end_line, end_column=spec.end_column,
                   pairs={**template.pairs, **spec.pairs})


def workflows(stage: Stage) -> Iterator[Subject]:
    """Every Workflow, WorkflowTemplate, ClusterWorkflowTemplate and CronWorkflow, as the template it is made from completes it."""
    templates = {(pipeline.kind, pipeline.name): _workflow_spec(pipeline) for pipeline in stage.pipelines()
                 if pipeline.kind in ("argo.workflowtemplate", "argo.clusterworkflowtemplate")}
    for pipeline in stage.pipelines():
        if pipeline.platform is not Platform.ARGO:
            continue
        outer = pipeline.node.mapping("spec") if pipeline.node is not None else None
        written = _workflow_spec(pipeline)
        reference = _referred(written)
        spec = _completed(written, templates.get(reference) if reference is not None else None)
        events: set[Event] = set(pipeline.events)
        for view in stage.jobs.views.values():
            if view.key[:2] == (pipeline.path, pipeline.span.line):
                events |= {event for activity in view.activities for event in activity.events}
        it = {
            "name": pipeline.name, "path": pipeline.path, "platform": "argo", "kind": pipeline.kind,
            "reached": bool(events & AUTOMATIC), "scheduled": Event.SCHEDULE in events,
            "service_account": (spec.text("serviceAccountName") or "") if spec is not None else "",
            "deadline": spec is not None and _given(spec.get("activeDeadlineSeconds")),
            "ttl": spec is not None and _given(spec.get("ttlStrategy")), "pod_gc": spec is not None and _given(spec.get("podGC")),
            "artifact_gc": spec is not None and _given(spec.get("artifactGC")),
            "history": outer is not None and any(_given(outer.get(key)) for key in
                                                 ("successfulJobsHistoryLimit", "failedJobsHistoryLimit")),
            "suspended": pipeline.suspended,
            "concurrency_policy": (outer.text("concurrencyPolicy") or "") if outer is not None else "",
            "secured": secured(spec, spec) or (bool(_templates(spec)) and all(secured(spec, one) for one in _templates(spec))),
            "metrics": spec is not None and (_given(dig(spec, "metrics.prometheus"))
                                             or any(_given(dig(one, "metrics.prometheus")) for one in _templates(spec))),
            "exit_handler": spec is not None and (_given(spec.get("onExit")) or _given(spec.get("hooks"))),
            "memoized": any(_given(one.get("memoize")) for one in _templates(spec)),
            "elsewhere": reference is not None and templates.get(reference) is None,
        }
        yield Subject(name=pipeline.name, span=pipeline.span, it=it, node=written, root=pipeline.node)


def _templates(spec: Mapping | None) -> list[Mapping]:
    """The templates that start a container."""
    listed = spec.sequence("templates") if spec is not None else None
    return [one for one in listed or () if isinstance(one, Mapping) and ("container" in one or "script" in one)]


def rollouts(stage: Stage) -> Iterator[Subject]:
    """Every Rollout."""
    for resource in stage.manifests(f"{ARGO}/Rollout"):
        yield Subject(name=resource.name, span=resource.span, it=_rollout_facts(resource),
                      node=resource.node.mapping("spec"), root=resource.node, patch=resource.patch, hops=resource.hops)


def _rollout_facts(resource: Resource) -> dict[str, Any]:
    canary, blue_green = dig(resource.node, "spec.strategy.canary"), dig(resource.node, "spec.strategy.blueGreen")
    listed = canary.sequence("steps") if isinstance(canary, Mapping) else None
    steps = [step for step in listed or () if isinstance(step, Mapping)]
    analysis = any("analysis" in step or "experiment" in step for step in steps)
    analysis = analysis or (isinstance(canary, Mapping) and "analysis" in canary)
    manual = any("pause" in step and not _given(dig(step, "pause.duration")) for step in steps)
    if isinstance(blue_green, Mapping):
        analysis = analysis or "prePromotionAnalysis" in blue_green or "postPromotionAnalysis" in blue_green
        manual = manual or boolean_of(blue_green.get("autoPromotionEnabled")) is False
    return {
        "name": resource.name, "path": resource.path, "platform": "argo",
        "strategy": "canary" if canary is not None else "blueGreen" if blue_green is not None else "",
        "steps": len(steps), "analysis": analysis, "manual_gate": manual,
        "history_limit": limit_of(dig(resource.node, "spec.revisionHistoryLimit")),
        "secured": secured(dig(resource.node, "spec.template.spec"), dig(resource.node, "spec.template.spec")),
    }


MAKERS = {
    "argocd.application": applications,
    "argocd.project": projects,
    "argo.workflow": workflows,
    "rollout": rollouts,
}
