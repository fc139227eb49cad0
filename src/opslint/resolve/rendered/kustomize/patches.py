"""The patches of a kustomization: what they change, and in which manifests."""

from __future__ import annotations

import posixpath
from collections.abc import Callable

import msgspec

from opslint.model.resource import Resource
from opslint.parse.kubernetes.patches import LISTS
from opslint.parse.values.places import mapping_at, texts_of
from opslint.parse.values.sourced import sourced
from opslint.resolve.rendered.kustomize.merge import merged, name_of, operated
from opslint.source.node import Mapping, Node, Scalar, Sequence, path_of, scalars_of, text_of
from opslint.source.words.late import late

MAX_PATCHES = 500
MAX_TEXT = 1 << 17
MAX_OPERATIONS = 500
MAX_PATTERN = 200
BUILTIN = frozenset({"", "apps", "batch", "autoscaling", "policy", "extensions"})
"""API groups whose lists Kustomize merges by their keys; those of others it replaces."""
NAME = late(r"[A-Za-z0-9.-]*")
PATTERN = late(r"[A-Za-z0-9.|()*^$-]*")
"""Names that are a pattern and cannot take long: no star but `.*`, no repetition of groups."""

Reading = Callable[[str], tuple[Node, ...]]
"""The documents of a file of the tree; none where it cannot be read."""


class Patch(msgspec.Struct, frozen=True, kw_only=True):
    """One patch: a part of a manifest that is laid over, or operations; `target` says of which (None: the one it names itself)."""

    target: Mapping | None
    part: Mapping | None = None
    operations: tuple[Mapping, ...] = ()


def patches_of(settings: Mapping, folder: str, path: str, read: Reading) -> list[Patch]:
    """The patches a kustomization (or a Flux Kustomization, or the `kustomize` of an Application) carries, in Kustomize's order.

    Shape: `folder` is where their paths begin, `path` the file `settings` stands in. A patch that cannot be read is left out.
    """
    found: list[Patch] = []
    for key in LISTS[1:] + LISTS[:1]:
        listed = settings.get(key)
        if key == "patchesStrategicMerge":
            for word in scalars_of(listed)[:MAX_PATCHES]:
                found.extend(_read(None, _inline(word, path) if "\n" in word.value else _from_file(word.value, folder, read)))
            continue
        for entry in listed.items[:MAX_PATCHES] if isinstance(listed, Sequence) else ():
            if not isinstance(entry, Mapping):
                continue
            written, file = entry.get("patch"), entry.text("path")
            if isinstance(written, Scalar) and text_of(written):
                found.extend(_read(entry.mapping("target"), _inline(written, path)))
            elif isinstance(written, (Mapping, Sequence)):
                found.extend(_read(entry.mapping("target"), (sourced(written, path),)))
            elif file:
                found.extend(_read(entry.mapping("target"), _from_file(file, folder, read)))
    return found[:MAX_PATCHES]


def _from_file(name: str, folder: str, read: Reading) -> tuple[Node, ...]:
    path = posixpath.normpath(posixpath.join(folder, name))
    return tuple(sourced(document, path) for document in read(path))


def _inline(written: Scalar, path: str) -> tuple[Node, ...]:
    """The documents of a patch that is written as a block of text, each node with its line in the file."""
    from opslint.errors import UnreadableFile
    from opslint.source.yaml import parse_yaml

    if len(written.value) > MAX_TEXT:
        return ()
    try:
        documents = parse_yaml(written.value.encode()).documents
    except UnreadableFile:
        return ()
    file = path_of(written, path)
    for document in documents:
        _shift(document, written.line if written.style in ("|", ">") else written.line - 1)
    return tuple(sourced(document, file) for document in documents)


def _shift(root: Node, by: int) -> None:
    """Move the lines of nodes that nothing else holds."""
    seen: set[int] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        node.line += by
        node.end_line += by
        if isinstance(node, Sequence):
            stack.extend(node.items)
        elif isinstance(node, Mapping):
            stack.extend(part for pair in node.pairs.values() for part in pair)


def _read(target: Mapping | None, documents: tuple[Node, ...]) -> list[Patch]:
    found: list[Patch] = []
    for document in documents:
        if isinstance(document, Mapping):
            found.append(Patch(target=target, part=document))
        elif isinstance(document, Sequence) and target is not None:
            operations = [one for one in document.items[:MAX_OPERATIONS] if isinstance(one, Mapping)]
            found.append(Patch(target=target, operations=tuple(operations)))
    return found


def concerns(patch: Patch, resource: Resource) -> bool:
    """Whether a patch is for a manifest; a target that cannot be decided is for none.

    Source: Kustomize, "patches" (a target's name is an expression that must match the whole name).
    """
    if patch.target is None:
        part = patch.part
        if part is None or part.text("kind") != resource.kind or name_of(part) != resource.name:
            return False
        return (part.text("apiVersion") or "").rpartition("/")[0] == resource.group
    target = patch.target
    for key, value in (("group", resource.group), ("kind", resource.kind), ("namespace", resource.namespace)):
        wanted = target.text(key)
        if wanted and wanted != value and not (key == "namespace" and not value):
            return False
    version = target.text("version")
    if version and version != resource.api_version.rpartition("/")[2]:
        return False
    if not _selects(target.text("labelSelector"), resource.labels):
        return False
    return _selects(target.text("annotationSelector"), resource.annotations) and _named(target.text("name") or "", resource.name)


def _selects(selector: str | None, labels: dict[str, str]) -> bool:
    """Whether a selector of equalities holds; one of another form is taken as one that does not."""
    for part in (selector or "").split(",") if selector else ():
        key, equals, value = part.replace("==", "=").partition("=")
        if not equals or key.endswith("!") or labels.get(key.strip()) != value.strip():
            return False
    return True


def _named(wanted: str, name: str) -> bool:
    if NAME.fullmatch(wanted) and "*" not in wanted:
        return wanted in ("", name) or (len(wanted) == len(name) and all(a in (b, ".") for a, b in zip(wanted, name, strict=True)))
    stars = wanted.count("*")
    if not PATTERN.fullmatch(wanted[:MAX_PATTERN]) or stars != wanted.count(".*") or stars > 2 or wanted.count("(") > 3:
        return False
    import re

    try:
        return re.fullmatch(wanted[:MAX_PATTERN], name[:253]) is not None
    except re.error:
        return False


def patched(resource: Resource, node: Mapping, patch: Patch) -> Mapping:
    """A manifest with one patch; operations that do not fit are left out."""
    if patch.part is not None:
        part = patch.part
        if patch.target is not None:  # a target decides; the names in the patch are placeholders
            part = _without_names(part)
        return merged(node, part, builtin=resource.group in BUILTIN or resource.group.endswith(".k8s.io"))
    for operation in patch.operations:
        node = operated(node, operation) or node
    return node


def _without_names(part: Mapping) -> Mapping:
    from opslint.resolve.rendered.kustomize.merge import with_pairs

    pairs = {name: pair for name, pair in part.pairs.items() if name not in ("apiVersion", "kind")}
    metadata = part.mapping("metadata")
    if metadata is not None:
        inner = {name: pair for name, pair in metadata.pairs.items() if name != "name"}
        pairs["metadata"] = (pairs["metadata"][0], with_pairs(metadata, inner))
    return with_pairs(part, pairs)


def labels_of(node: Mapping, key: str) -> dict[str, str]:
    """`labels` or `annotations` of a manifest."""
    return texts_of(mapping_at(node, "metadata", key))
