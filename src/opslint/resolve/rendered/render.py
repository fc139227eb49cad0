"""From manifests as written to manifests as deployed: each as its kustomizations build it, with the way a controller comes to it."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator

import msgspec

from opslint.errors import UnreadableFile
from opslint.model.activity import Hop
from opslint.model.repository import Repository
from opslint.model.resource import Resource
from opslint.resolve.rendered.installs import Installs
from opslint.resolve.rendered.kustomize import Builder
from opslint.resolve.rendered.sources import MAX_DELIVERIES, Delivery, Sources
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
        self.builder = Builder(repository.companions, repository.resources, self._documents)
        self.installs = Installs(repository, tree, self.by_path)
        self.followed: set[object] = set()
        self.delivered: set[str] = set()

    def repository(self) -> Repository:
        """The repository as deployed."""
        for folder in self.builder.outermost():
            for item in self.builder.build(folder):
                self._add(item.origin, item.resource, folder, item.hops, None)
        sources = Sources(self.source, self.tree)
        templates = {path for folder in self.installs.charts.charts for path in self.installs.charts.templates(folder)}
        self._follow([one for one in self._current() if one.path not in templates], sources)
        self._follow(self.installs.by_default(), sources)
        self._follow([one for one in self._current() if one.path in templates and one.path not in self.installs.forms], sources)
        return msgspec.structs.replace(self.source, resources=tuple(self._told()))

    def _follow(self, resources: Iterable[Resource], sources: Sources) -> None:
        """Follow the deliveries of some manifests, and of those that these bring."""
        waiting = deque(sources.of(resources))
        while waiting and len(self.followed) < MAX_DELIVERIES:
            delivery = waiting.popleft()
            mark = (*_key(delivery.owner), delivery.folder, frozenset(delivery.parameters.items()))
            if mark not in self.followed:
                self.followed.add(mark)
                waiting.extend(sources.of(self._deliver(delivery)))

    def _deliver(self, delivery: Delivery) -> list[Resource]:
        """Follow a delivery into its folder: a kustomization, a chart, or plain manifests; what a chart gives is new."""
        built = self._built(delivery)
        self.delivered.update(built)
        for folder in built:
            items = self.builder.build(folder)
            if delivery.settings is not None:
                sparing = FLUX if delivery.owner.group != "argoproj.io" else "\n"
                items = tuple(self.builder.applied(items, delivery.settings, folder, delivery.owner.path, sparing))
            for item in items:
                self._add(item.origin, item.resource, folder, item.hops, delivery)
        if delivery.folder in built:
            return []
        given: list[Resource] = []
        if delivery.folder in self.installs.charts.charts:
            given, written = self.installs.install(delivery)
            for resource in given:
                self.ways.setdefault(_key(resource), (delivery, ()))
        else:
            written = [one for one in self._plain(delivery) if not any(one.path.startswith(f"{folder}/") for folder in built)]
        for resource in written:
            self._add(resource, resource, "", (), delivery)
        return given

    def _built(self, delivery: Delivery) -> tuple[str, ...]:
        """The folders of a delivery that are built as kustomizations: its own, else for Flux the outermost ones below it.

        Source: Flux, "Generating a kustomization.yaml".
        """
        if delivery.folder in self.builder.roots:
            return (delivery.folder,)
        if delivery.owner.group != "kustomize.toolkit.fluxcd.io":
            return ()
        found: list[str] = []
        for folder in sorted(self.builder.roots):
            inside = folder.startswith(f"{delivery.folder}/") and len(found) < MAX_NESTED
            if inside and not (found and folder.startswith(f"{found[-1]}/")):
                found.append(folder)
        return tuple(found)

    def _plain(self, delivery: Delivery) -> Iterator[Resource]:
        """The manifests of a folder without a kustomization: those in it, those below it where it recurses."""
        head = f"{delivery.folder}/" if delivery.folder else ""
        for number in range(bisect_left(self.paths, head), len(self.paths)):
            path = self.paths[number]
            if not path.startswith(head):
                break
            if (delivery.recurse or "/" not in path[len(head):]) and path.endswith(MANIFESTS):
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
        done: set[str] = set()
        for resource in self.source.resources:
            rendered = self.installs.forms.get(resource.path)
            if rendered is not None:
                if resource.path not in done:
                    done.add(resource.path)
                    for one in rendered.values():
                        hops = self._above(one.delivery)
                        told = one.delivery is not None
                        yield from (msgspec.structs.replace(inner, hops=hops, delivered=told) for inner in one.resources)
                continue
            forms = self.forms.get(_key(resource))
            if forms is None:
                if not (resource.patch and _key(resource) in self.builder.used):
                    yield resource
                continue
            kept = [form for form in forms.values() if form.delivery is not None or form.resource.built not in self.delivered]
            for form in kept or forms.values():
                hops = (*self._above(form.delivery), *form.inner)
                yield msgspec.structs.replace(form.resource, hops=hops, delivered=form.delivery is not None)

    def _above(self, delivery: Delivery | None) -> tuple[Hop, ...]:
        """The hops down to a delivery's folder: the Application's own, behind those of the one that deploys it."""
        hops: list[Hop] = []
        seen: set[Key] = set()
        while delivery is not None and len(seen) < MAX_CHAIN:
            seen.add(_key(delivery.owner))
            hops.insert(0, delivery.hop)
            delivery, inner = self.ways.get(_key(delivery.owner), (None, ()))
            if delivery is not None and _key(delivery.owner) in seen:
                break  # it deploys itself
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

