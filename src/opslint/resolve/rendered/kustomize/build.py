"""Kustomizations built as far as the tree goes: resources, bases and components, with patches, images and labels applied."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

import msgspec

from opslint.model.activity import Hop
from opslint.model.pipeline import Image
from opslint.model.resource import Companion, Resource
from opslint.parse.kubernetes.workloads import images_of
from opslint.parse.values.places import mappings_of, texts_of
from opslint.resolve.rendered.kustomize.images import overridden, overrides_of
from opslint.resolve.rendered.kustomize.patches import Patch, Reading, concerns, labels_of, patched, patches_of
from opslint.source.node import Mapping, path_of, scalars_of

MAX_DEPTH = 24
MAX_ITEMS = 20_000
"""Manifests that all builds of a tree hand on, in sum."""
MAX_WORK = 200_000
"""Patches held against manifests, in sum."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One manifest on its way through kustomizations.

    Shape: `origin` is the manifest as written, `resource` as it leaves the last kustomization; `hops` lead from the outermost
           kustomization to the file, or to the word that names it.
    """

    origin: Resource
    resource: Resource
    hops: tuple[Hop, ...] = ()


class Builder:
    """Builds the kustomizations of a tree, each once.

    Shape: `used` collects path and line of the manifests that were laid over others as patches.
    """

    def __init__(self, companions: Iterable[Companion], resources: Iterable[Resource], read: Reading) -> None:
        self.roots = {one.path.rpartition("/")[0]: one for one in companions if one.kind == "kustomization" and one.node is not None}
        self.files: dict[str, list[Resource]] = {}
        for resource in resources:
            self.files.setdefault(resource.path, []).append(resource)
        self.read = read
        self.used: set[tuple[str, int]] = set()
        self._built: dict[str, tuple[Item, ...]] = {}
        self._items = MAX_ITEMS
        self._work = MAX_WORK

    def outermost(self) -> list[str]:
        """The folders of the kustomizations that no other one builds on, components left out."""
        inner: set[str] = set()
        for folder, companion in self.roots.items():
            for name in _named(companion.node):
                inner.add(_joined(folder, name))
        return [folder for folder, one in self.roots.items()
                if folder not in inner and not one.aside and one.node is not None and one.node.text("kind") != "Component"]

    def build(self, folder: str, above: frozenset[str] = frozenset()) -> tuple[Item, ...]:
        """The manifests of the kustomization in a folder; one that leads back to itself adds nothing."""
        known = self._built.get(folder)
        if known is not None:
            return known
        companion = self.roots.get(folder)
        if companion is None or companion.node is None or folder in above or len(above) > MAX_DEPTH:
            return ()
        inside = above | {folder}
        items: list[Item] = []
        for key in ("resources", "bases"):
            for word in scalars_of(companion.node.get(key)):
                items.extend(self._named(folder, word.value, _hop(companion, word.line, word.value), inside))
        for word in scalars_of(companion.node.get("components")):
            component = self.roots.get(_joined(folder, word.value))
            if component is not None and component.node is not None and _joined(folder, word.value) not in inside:
                items.extend(self._component(component, items, _hop(companion, word.line, word.value), inside))
        done = tuple(self.applied(items, companion.node, folder, companion.path))
        done = done[: max(self._items, 0)]
        self._items -= len(done)
        self._built[folder] = done
        return done

    def _named(self, folder: str, word: str, hop: Hop, inside: frozenset[str]) -> list[Item]:
        """The manifests one entry of `resources` brings: those of a file, or of another kustomization."""
        path = _joined(folder, word)
        if path in self.files:
            return [Item(origin=one, resource=one, hops=(hop,)) for one in self.files[path] if not one.patch]
        return [msgspec.structs.replace(item, hops=(hop, *item.hops)) for item in self.build(path, inside)]

    def _component(self, component: Companion, items: list[Item], hop: Hop, inside: frozenset[str]) -> list[Item]:
        """Let a component change the manifests at hand, and give those it adds.

        Source: Kustomize, "components": applied after the resources, before the patches of who names it.
        """
        folder = component.path.rpartition("/")[0]
        added: list[Item] = []
        for word in scalars_of(component.node.get("resources") if component.node is not None else None):
            added.extend(msgspec.structs.replace(one, hops=(hop, *one.hops))
                         for one in self._named(folder, word.value, _hop(component, word.line, word.value), inside | {folder}))
        if component.node is None:
            return added
        done = list(self.applied([*items, *added], component.node, folder, component.path))
        items[:] = done[: len(items)]
        return done[len(items):]

    def applied(self, items: Iterable[Item], settings: Mapping, folder: str, path: str, sparing: str = "\n") -> Iterable[Item]:
        """The manifests after what one kustomization sets; those of groups that end with `sparing` are passed over."""
        patches = patches_of(settings, folder, path, self.read)
        overrides = overrides_of(settings, path)
        labels, annotations = _labels(settings), texts_of(settings.mapping("commonAnnotations"))
        for item in items:
            resource = item.resource
            if resource.group.endswith(sparing):
                yield item
                continue
            for patch in patches if self._work > 0 else ():
                self._work -= 1
                if concerns(patch, resource):
                    resource = self._patched(resource, patch)
            images = overridden(resource.images, overrides) if overrides else resource.images
            if images != resource.images:
                resource = msgspec.structs.replace(resource, images=images)
            if labels or annotations:
                resource = msgspec.structs.replace(resource, labels={**resource.labels, **labels},
                                                   annotations={**resource.annotations, **annotations})
            yield item if resource is item.resource else msgspec.structs.replace(item, resource=resource)

    def _patched(self, resource: Resource, patch: Patch) -> Resource:
        node = patched(resource, resource.node, patch)
        if node is resource.node:
            return resource
        if patch.part is not None:
            self.used.add((path_of(patch.part, ""), patch.part.line))
        return msgspec.structs.replace(
            resource, node=node, images=_images(resource, node), labels={**resource.labels, **labels_of(node, "labels")},
            annotations={**resource.annotations, **labels_of(node, "annotations")})


def _images(resource: Resource, node: Mapping) -> tuple[Image, ...]:
    """The images of a patched manifest; those an inner kustomization has overridden stay so."""
    before = images_of(resource.path, resource.kind, resource.node)
    decided = {was.reference: now for was, now in zip(before, resource.images, strict=False) if was != now}
    return tuple(decided.get(image.reference, image) for image in images_of(resource.path, resource.kind, node))


def _labels(settings: Mapping) -> dict[str, str]:
    """`commonLabels` and the pairs of `labels`; those a Flux Kustomization or an Application sets under the same key too."""
    found = texts_of(settings.mapping("commonLabels"))
    for entry in mappings_of(settings.get("labels")):
        found |= texts_of(entry.mapping("pairs"))
    return found


def _named(node: Mapping | None) -> list[str]:
    return [word.value for key in ("resources", "bases", "components")
            for word in scalars_of(node.get(key) if node is not None else None)]


def _joined(folder: str, name: str) -> str:
    path = posixpath.normpath(posixpath.join(folder, name))
    return "" if path == "." else path


def _hop(companion: Companion, line: int, text: str) -> Hop:
    return Hop(path=companion.path, line=line, text=text)
