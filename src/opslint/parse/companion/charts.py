"""Helm charts and Kustomizations: what is deployed from where, in which version."""

from __future__ import annotations

from opslint.model.repository import Parsed
from opslint.model.resource import Companion
from opslint.parse.values.places import at, mapping_at, mappings_of, span_of
from opslint.parse.values.reading import parsed, told, yaml_from
from opslint.source.node import Mapping, Node, Scalar, Sequence, strings_of, text_of

MAX_NODES = 50_000


def _root(data: bytes) -> Mapping | None:
    documents = yaml_from(data).documents
    return documents[0] if documents and isinstance(documents[0], Mapping) else None


def parse_chart(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read a Chart.yaml.

    Shape: the Companion's node is the file, so that each dependency has its place.
    Facts: `name`, `version`, `app_version`, `type`, `dependencies` (list of {name, version, repository, line}).
    Source: Helm, the Chart.yaml file.
    """
    root = _root(data)
    if root is None:
        return parsed(kind, path)
    facts: dict[str, object] = {
        "name": root.text("name") or "",
        "version": root.text("version") or "",
        "app_version": root.text("appVersion") or "",
        "type": root.text("type") or "application",
        "dependencies": _dependencies(root),
    }
    return told(kind, path, aside, facts, root)


def parse_requirements(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read a requirements.yaml of a Helm 2 chart; another tool's file of that name gives nothing.

    Facts: `dependencies` as `parse_chart` gives them.
    """
    root = _root(data)
    dependencies = _dependencies(root) if root is not None else []
    if root is None or not dependencies:
        return parsed(kind, path)
    companion = Companion(
        kind="helm-chart", path=path, span=span_of(path, root), facts={"dependencies": dependencies}, node=root, aside=aside
    )
    return parsed(kind, path, companion=companion)


def _dependencies(root: Mapping) -> list[dict[str, object]]:
    return [
        {
            "name": node.text("name") or "",
            "version": node.text("version") or "",
            "repository": node.text("repository") or "",
            "line": node.line,
        }
        for node in mappings_of(root.get("dependencies"))
    ]


def parse_values(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read a Helm values file for the images it sets, best effort.

    Facts: `images` (list of {repository, tag, digest, line, place: line of the tag or digest}, in order): mappings with
           `repository` and `tag` or `digest`, and plain `image: name:tag` values.
    """
    documents = yaml_from(data).documents
    root = documents[0] if documents and isinstance(documents[0], Mapping) else None
    if root is None:
        return parsed(kind, path)
    images = _images(root)
    return told(kind, path, aside, {"images": images}, root)


def _images(root: Mapping) -> list[dict[str, object]]:
    """Every image setting of a values file, walked on our own stack; a shared node is looked at once."""
    found: list[dict[str, object]] = []
    stack: list[Node] = [root]
    seen: set[int] = set()
    while stack and len(seen) < MAX_NODES:
        node = stack.pop()
        if isinstance(node, Scalar) or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Sequence):
            stack.extend(reversed(node.items))
            continue
        repository = node.get("repository")
        if isinstance(repository, Scalar) and text_of(repository) and ("tag" in node or "digest" in node):
            registry = node.text("registry")
            found.append(
                {
                    "repository": f"{registry}/{repository.value}" if registry else repository.value,
                    "tag": node.text("tag") or "",
                    "digest": node.text("digest") or "",
                    "line": repository.line,
                    "place": (node.get("tag") or node.get("digest") or repository).line,
                }
            )
        image = node.get("image")
        if isinstance(image, Scalar) and text_of(image):
            name, _, digest = image.value.partition("@")
            bare, _, tag = name.rpartition(":") if ":" in name.rsplit("/", 1)[-1] else (name, "", "")
            found.append({"repository": bare, "tag": tag, "digest": digest, "line": image.line})
        stack.extend(value for _, _, value in reversed(list(node.items())))
    return found


def parse_kustomization(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read a kustomization file.

    Facts: `resources` (files, folders, addresses), `remote` (those that are addresses), `components`, `charts` (list of {name,
           version, repository, line}), `images` (list of {name, new_name, new_tag, digest, line}), `labels` (common labels).
    Source: Kustomize, the Kustomization file.
    """
    root = _root(data)
    if root is None:
        return parsed(kind, path)
    resources = [*strings_of(root.get("resources")), *strings_of(root.get("bases"))]
    images = [
        {
            "name": node.text("name") or "",
            "new_name": node.text("newName") or "",
            "new_tag": node.text("newTag") or "",
            "digest": node.text("digest") or "",
            "line": node.line,
        }
        for node in mappings_of(root.get("images"))
    ]
    charts = [
        {
            "name": node.text("name") or "",
            "version": node.text("version") or "",
            "repository": node.text("repo") or "",
            "line": node.line,
        }
        for node in [*mappings_of(root.get("helmCharts")), *mappings_of(root.get("helmChartInflationGenerator"))]
    ]
    facts: dict[str, object] = {
        "resources": resources,
        "remote": [word for word in resources if "://" in word or word.startswith(("git@", "github.com/"))],
        "components": list(strings_of(root.get("components"))),
        "charts": charts,
        "images": images,
        "labels": _labels(root),
    }
    return told(kind, path, aside, facts, root)


def _labels(root: Mapping) -> dict[str, str]:
    """`commonLabels` and the pairs of `labels`."""
    found: dict[str, str] = {}
    for holder in [mapping_at(root, "commonLabels"), *[at(node, "pairs") for node in mappings_of(root.get("labels"))]]:
        if isinstance(holder, Mapping):
            for key, _, value in holder.items():
                text = text_of(value)
                if text is not None:
                    found[key] = text
    return found
