"""Subjects of Flux: Kustomizations and HelmReleases, with what the patches of a Kustomization set for them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from opslint.errors import UnreadableFile
from opslint.match.subjects.charts import value_resources
from opslint.match.subjects.subject import Stage, Subject, dig
from opslint.model.resource import Resource
from opslint.parse.values.places import mappings_of
from opslint.source.node import Mapping, Node, boolean_of, is_null, text_of
from opslint.source.span import Span
from opslint.source.yaml import parse_yaml

KUSTOMIZATION = ("kustomize.toolkit.fluxcd.io", "Kustomization")
RELEASE = ("helm.toolkit.fluxcd.io", "HelmRelease")
MAX_DEPTH = 4
MAX_PATCHES = 200
MAX_TEXT = 1 << 16
PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-.")


class Patch(msgspec.Struct, frozen=True, kw_only=True):
    """What the patches of a Flux Kustomization set for other Flux objects.

    Shape:  `kind` is (group, kind) of the objects, `name` that of the only one it speaks of, "" for all; `under` the folder the
            Kustomization deploys ("" for any); `spec` what it sets; `place` where it is written.
    Source: Flux, Kustomization `.spec.patches` (a patch may itself carry patches for what its target deploys).
    """

    kind: tuple[str, str]
    name: str
    under: str
    spec: Mapping
    place: Span


def flux_kustomizations(stage: Stage) -> Iterator[Subject]:
    """Every Flux Kustomization."""
    return _flux(stage, KUSTOMIZATION)


def flux_releases(stage: Stage) -> Iterator[Subject]:
    """Every Flux HelmRelease."""
    return _flux(stage, RELEASE)


def _flux(stage: Stage, kind: tuple[str, str]) -> Iterator[Subject]:
    patches = [patch for patch in _patches(stage) if patch.kind == kind]
    for resource in stage.manifests("/".join(kind)):
        spec = resource.node.mapping("spec")
        mine = [patch for patch in patches if _concerns(patch, resource)]
        layers: list[Mapping] = [*(patch.spec for patch in reversed(mine)), *([spec] if spec is not None else [])]
        it = {"name": resource.name, "path": resource.path, "platform": "argo", "kind": resource.kind, **_facts(kind, layers)}
        it["value_resources"] = value_resources(_first(layers, "values")) if kind == RELEASE else ""
        yield Subject(name=resource.name, span=resource.span, it=it, node=spec, root=resource.node, patch=resource.patch,
                      elsewhere=mine[-1].place if mine else None, hops=resource.hops)


def _facts(kind: tuple[str, str], layers: list[Mapping]) -> dict[str, object]:
    """What rules ask of a Flux object; the layer that speaks first decides."""
    install, upgrade = (text_of(_first(layers, f"{phase}.remediation.retries")) for phase in ("install", "upgrade"))
    last = boolean_of(_first(layers, "upgrade.remediation.remediateLastFailure")) is True
    on_failure = "RetryOnFailure" in {text_of(_first(layers, f"{phase}.strategy.name")) for phase in ("install", "upgrade")}
    waits = not any(boolean_of(_first(layers, f"{phase}.disableWait")) is True for phase in ("install", "upgrade"))
    return {
        "suspended": boolean_of(_first(layers, "suspend")) is True,
        "prune": boolean_of(_first(layers, "prune")) is True,
        "retries": any(value not in (None, "0") for value in (install, upgrade)) or last or on_failure,
        "rollback": (upgrade not in (None, "0") or last)
        and text_of(_first(layers, "upgrade.remediation.strategy")) != "uninstall",
        "retry_interval": _first(layers, "retryInterval") is not None,
        "wait": waits if kind == RELEASE else boolean_of(_first(layers, "wait")) is True,
        "health_checks": _first(layers, "healthChecks") is not None,
        "drift_detection": text_of(_first(layers, "driftDetection.mode")) or "",
    }


def _first(layers: list[Mapping], path: str) -> Node | None:
    for layer in layers:
        node = dig(layer, path)
        if node is not None and not is_null(node):
            return node
    return None


def _patches(stage: Stage) -> list[Patch]:
    """Every patch for Flux objects that a Kustomization of the tree carries, those inside other patches too."""
    found: list[Patch] = []
    for resource in stage.resources("/".join(KUSTOMIZATION)):
        spec = resource.node.mapping("spec")
        if spec is None or "patches" not in spec:
            continue
        under = (spec.text("path") or "").removeprefix("./").strip("/")
        if under and not any(one.path.startswith(f"{under}/") for one in stage.resources()):
            under = ""  # the path is below an artifact, not below the repository
        _gather(spec, under, resource.path, 0, found)
    return found


def _gather(spec: Mapping, under: str, path: str, depth: int, found: list[Patch], above: int = 0) -> None:
    """Add the patches of a spec whose own lines begin after line `above` of the file."""
    for entry in mappings_of(spec.get("patches")):
        node = entry.get("patch")
        text = text_of(node)
        if text is None or node is None or len(found) >= MAX_PATCHES or len(text) > MAX_TEXT or depth >= MAX_DEPTH:
            continue
        try:
            documents = parse_yaml(text.encode()).documents
        except UnreadableFile:
            continue
        start = above + node.line
        for document in documents:
            inner = document.mapping("spec") if isinstance(document, Mapping) else None
            if inner is None or not isinstance(document, Mapping):
                continue
            kind = ((document.text("apiVersion") or "").rpartition("/")[0], document.text("kind") or "")
            name = _target(entry.mapping("target"), text_of(dig(document, "metadata.name")) or "")
            if kind not in (KUSTOMIZATION, RELEASE) or name is None:
                continue
            found.append(Patch(kind=kind, name=name, under=under, spec=inner, place=Span(path=path, line=start + inner.line)))
            _gather(inner, under, path, depth + 1, found, start)


def _target(target: Mapping | None, named: str) -> str | None:
    """The name a patch is for, "" for all, None where it cannot be said; kustomize takes a target's name as an expression."""
    if target is None:
        return named
    selector = target.text("labelSelector") or target.text("annotationSelector") or ""
    if selector and not ("notin" in selector or "!" in selector):
        return None
    name = target.text("name") or ""
    return "" if name in ("", ".*") else name if set(name) <= PLAIN else None


def _concerns(patch: Patch, resource: Resource) -> bool:
    return (not patch.name or patch.name == resource.name) and (not patch.under or resource.path.startswith(f"{patch.under}/"))


MAKERS = {"flux.kustomization": flux_kustomizations, "flux.helmrelease": flux_releases}
