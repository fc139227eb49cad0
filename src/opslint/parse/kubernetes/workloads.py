"""The images a manifest starts containers from, whatever its kind."""

from __future__ import annotations

from opslint.model.pipeline import Image
from opslint.parse.values.images import image_from
from opslint.parse.values.places import at, mapping_at, span_of, text_at
from opslint.source.node import Mapping, Node, Scalar, Sequence, strings_of, text_of

_ROLES = {
    "containers": "workload",
    "initContainers": "init",
    "ephemeralContainers": "workload",
    "sidecars": "sidecar",
    "container": "workload",
    "script": "workload",
    "steps": "step",  # Tekton; Argo Workflows' own `steps` hold no `image`
    "step": "step",
}
"""Keys below which a mapping (or each mapping of a list) with `image` is a container."""

_PREDICTORS = frozenset({
    "model", "sklearn", "xgboost", "tensorflow", "pytorch", "onnx", "triton", "huggingface", "lightgbm", "paddle", "pmml",
    "predictor", "transformer", "explainer",
})  # fmt: skip
"""KServe's mappings that may name their own image."""

_NO_WALK = frozenset({"CustomResourceDefinition", "ConfigMap", "Secret", "List"})
_DIRECT = frozenset({"spec", "template", "jobTemplate"})
"""Top-level keys that can hold a pod template."""

MAX_NODES = 50_000
"""Nodes looked at in one manifest: far above any real one, so that a crafted file ends."""


def images_of(path: str, kind: str, node: Mapping) -> tuple[Image, ...]:
    """Every image of the pod templates, embedded resources and operator fields of a manifest, in the author's order.

    Shape: found by shape, not by kind, so that a custom resource that carries a pod template needs no entry here: mappings
           with `image` in `containers`, `initContainers`, `sidecars`, `container`, `script`; a plain `spec.image`; KServe's
           `model`/framework mappings; `{repository, tag}` pairs in inline Helm values; Kustomize overrides of an Application.
    """
    if kind in _NO_WALK:
        return ()
    found: list[Image] = []
    if kind in {"Application", "ApplicationSet"}:
        _overrides(path, node, found)
    spec_image = at(node, "spec", "image")
    if isinstance(spec_image, Scalar) and text_of(spec_image):
        _add(path, spec_image, "workload", found)
    _walk(path, [value for key, _, value in node.items() if key in _DIRECT], found)
    return tuple(found)


def _add(path: str, scalar: Scalar, role: str, found: list[Image]) -> None:
    found.append(image_from(scalar.value, span_of(path, scalar), role))


def _walk(path: str, roots: list[Node], found: list[Image]) -> None:
    """Look through the nodes depth first on our own stack; a shared (aliased) node is looked at once."""
    seen: set[int] = set()
    stack: list[tuple[str, Node]] = [("", root) for root in reversed(roots)]
    while stack and len(seen) < MAX_NODES:
        key, node = stack.pop()
        if isinstance(node, Scalar) or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Sequence):
            stack.extend((key, item) for item in reversed(node.items))
            continue
        image = node.get("image")
        if isinstance(image, Scalar) and text_of(image):
            if key in _ROLES or key in _PREDICTORS:
                _add(path, image, _ROLES.get(key, "workload"), found)
        elif "repository" in node:
            _from_values(path, node, found)
        stack.extend((name, value) for name, _, value in reversed(list(node.items())))


def _from_values(path: str, node: Mapping, found: list[Image]) -> None:
    """An image written as Helm values do, where they say which tag or digest; without one the chart decides."""
    repository = node.get("repository")
    if not isinstance(repository, Scalar) or not text_of(repository):
        return
    tag, digest, registry = text_at(node, "tag"), text_at(node, "digest"), text_at(node, "registry")
    if not tag and not digest:
        return
    name = f"{registry}/{repository.value}" if registry else repository.value
    reference = name + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")
    place = node.get("tag") if tag else node.get("digest")
    found.append(image_from(reference, span_of(path, place), "workload"))


def _overrides(path: str, node: Mapping, found: list[Image]) -> None:
    """Images that an Argo CD Application sets for Kustomize: `old=new:tag` or `new:tag`."""
    spec = mapping_at(node, "spec", "template", "spec") or mapping_at(node, "spec")
    if spec is None:
        return
    sources: list[Node] = [value for value in (spec.get("source"),) if value is not None]
    many = spec.sequence("sources")
    sources += many.items if many is not None else []
    for source in sources:
        images = at(source, "kustomize", "images")
        for text in strings_of(images):
            reference = text.partition("=")[2] or text
            found.append(image_from(reference, span_of(path, images), "workload"))
