"""From manifests as written to manifests as deployed: each as its kustomizations build it, with the way a controller comes to it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

import msgspec

from opslint.errors import UnreadableFile
from opslint.model.activity import Hop
from opslint.model.repository import Repository
from opslint.model.resource import Resource
from opslint.resolve.rendered.kustomize import Builder
from opslint.resolve.rendered.sources import Delivery, deliveries_of
from opslint.source.node import Node
from opslint.source.tree import Tree
from opslint.source.yaml import parse_yaml

MAX_VARIANTS = 20
"""So many different forms of one manifest are told apart."""
MAX_CHAIN = 8
MAX_NESTED = 500
FLUX = "toolkit.fluxcd.io"
MAX_READ = 1 << 18
MANIFESTS = (".yaml", ".yml", ".json")

Key = tuple[str, int]


class Form(msgspec.Struct, kw_only=True):
    """One form of a manifest: as which build leaves it, by which delivery it is deployed, and the hops from there to its file."""

    resource: Resource
    inner: tuple[Hop, ...] = ()
    delivery: Delivery | None = None


class Rendering:
    """Everything that is worked out about the manifests of one tree."""

    def __init__(self, repository: Repository, tree: Tree) -> None:
        self.source = repository
        self.tree = tree
        self.forms: dict[Key, dict[object, Form]] = {}
        self.ways: dict[Key, tuple[Delivery, tuple[Hop, ...]]] = {}
        self.by_path: dict[str, list[Resource]] = {}
        for resource in repository.resources:
            self.by_path.setdefault(resource.path, []).append(resource)
        self.paths = sorted(self.by_path)
        self.charts = {one.path.rpartition("/")[0] for one in repository.companions if one.kind == "helm-chart"}
        self.used: set[Key] = set()

    def repository(self) -> Repository:
        """The repository as deployed."""
        builder = Builder(self.source.companions, self.source.resources, self._documents)
        for folder in builder.outermost():
            for item in builder.build(folder):
                self._add(item.origin, item.resource, folder, item.hops, None)
        known = msgspec.structs.replace(self.source, resources=tuple(self._current()))
        for delivery in deliveries_of(known, self.tree):
            self._deliver(delivery, builder)
        self.used = builder.used
        return msgspec.structs.replace(self.source, resources=tuple(self._told()))

    def _deliver(self, delivery: Delivery, builder: Builder) -> None:
        """Follow a delivery into its folder: a kustomization, a chart, or plain manifests."""
        built = self._built(delivery, builder)
        for folder in built:
            items = builder.build(folder)
            if delivery.settings is not None:
                sparing = FLUX if delivery.owner.group != "argoproj.io" else "\n"
                items = tuple(builder.applied(items, delivery.settings, folder, delivery.owner.path, sparing))
            for item in items:
                self._add(item.origin, item.resource, folder, item.hops, delivery)
        if delivery.folder in built:
            return
        for resource in self._plain(delivery):
            if not any(resource.path.startswith(f"{folder}/") for folder in built):
                self._add(resource, resource, "", (), delivery)

    def _built(self, delivery: Delivery, builder: Builder) -> tuple[str, ...]:
        """The folders of a delivery that are built as kustomizations: its own, else for Flux the outermost ones below it.

        Source: Flux, "Generating a kustomization.yaml".
        """
        if delivery.folder in builder.roots:
            return (delivery.folder,)
        if delivery.owner.group != "kustomize.toolkit.fluxcd.io":
            return ()
        found: list[str] = []
        for folder in sorted(builder.roots):
            inside = folder.startswith(f"{delivery.folder}/") and len(found) < MAX_NESTED
            if inside and not (found and folder.startswith(f"{found[-1]}/")):
                found.append(folder)
        return tuple(found)

    def _plain(self, delivery: Delivery) -> Iterator[Resource]:
        """The manifests of a folder without a kustomization: those in it, those below it where it recurses, a chart's templates."""
        chart = delivery.folder in self.charts
        head = f"{delivery.folder}/" if delivery.folder else ""
        head += "templates/" if chart else ""
        for number in range(bisect_left(self.paths, head), len(self.paths)):
            path = self.paths[number]
            if not path.startswith(head):
                break
            if (chart or delivery.recurse or "/" not in path[len(head):]) and path.endswith(MANIFESTS):
                yield from self.by_path[path]

    def _add(self, origin: Resource, resource: Resource, built: str, inner: tuple[Hop, ...], delivery: Delivery | None) -> None:
        """Take in one form of a manifest; of equal ones the first that a controller deploys is told."""
        key = _key(origin)
        if delivery is not None:
            self.ways.setdefault(key, (delivery, inner))
        forms = self.forms.setdefault(key, {})
        mark = (id(resource.node), tuple((one.reference, one.span) for one in resource.images), tuple(resource.labels.items()),
                tuple(resource.annotations.items()))
        form = forms.get(mark)
        if form is None:
            if len(forms) < MAX_VARIANTS:
                forms[mark] = Form(resource=msgspec.structs.replace(resource, built=built), inner=inner, delivery=delivery)
        elif form.delivery is None and delivery is not None:
            form.delivery, form.inner = delivery, inner

    def _current(self) -> Iterator[Resource]:
        """Every manifest in every form it has so far, in the order they were read."""
        for resource in self.source.resources:
            forms = self.forms.get(_key(resource))
            if forms is None:
                yield resource
            else:
                yield from (form.resource for form in forms.values())

    def _told(self) -> Iterator[Resource]:
        """Every manifest in every form, with the way that leads to it; patches that others took in are left out."""
        for resource in self.source.resources:
            forms = self.forms.get(_key(resource))
            if forms is None:
                if not (resource.patch and _key(resource) in self.used):
                    yield resource
                continue
            for form in forms.values():
                yield msgspec.structs.replace(form.resource, hops=(*self._above(form.delivery), *form.inner))

    def _above(self, delivery: Delivery | None) -> tuple[Hop, ...]:
        """The hops down to a delivery's folder: the Application's own, behind those of the one that deploys it."""
        hops: list[Hop] = []
        seen: set[Key] = set()
        while delivery is not None and _key(delivery.owner) not in seen and len(seen) < MAX_CHAIN:
            seen.add(_key(delivery.owner))
            hops.insert(0, delivery.hop)
            way = self.ways.get(_key(delivery.owner))
            if way is None:
                break
            delivery, inner = way
            hops[:0] = inner
        return tuple(hops)

    def _documents(self, path: str) -> tuple[Node, ...]:
        """The documents of a patch file: those of a manifest as they were read, else the file's."""
        known = self.by_path.get(path)
        if known:
            return tuple(one.node for one in known)
        try:
            return parse_yaml(self.tree.read(path, MAX_READ)).documents
        except UnreadableFile:
            return ()


def _key(resource: Resource) -> Key:
    return (resource.path, resource.span.line)

