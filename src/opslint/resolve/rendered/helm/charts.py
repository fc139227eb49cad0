"""The charts of a tree: their values, their named templates, and the manifests their templates give."""

from __future__ import annotations

import posixpath
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from copy import deepcopy

import msgspec

from opslint.errors import UnreadableFile
from opslint.model.repository import Repository
from opslint.model.resource import Companion, Resource
from opslint.parse.kubernetes.manifests import parse_manifests
from opslint.resolve.rendered.helm.functions import UNKNOWN, Value
from opslint.resolve.rendered.helm.syntax import NotUnderstood, Part, parts_of
from opslint.resolve.rendered.helm.template import Renderer, TooMuch, assembled, define_of
from opslint.resolve.rendered.helm.values import laid_over, values_of
from opslint.resolve.rendered.sources import Delivery
from opslint.source.node import Mapping, Node, Sequence
from opslint.source.plain import plain
from opslint.source.tree import Tree
from opslint.source.words.text import decode
from opslint.source.yaml import parse_yaml

MAX_READ = 1 << 18
MAX_STEPS = 1_000_000
"""Steps of all templates of one tree."""
MAX_RENDERED = 400
"""Templates rendered in one tree; the others are read as they are written."""


class Release(msgspec.Struct, kw_only=True):
    """One installation of a chart: its values (those of a subchart below its name) and the name it is installed by, None if unknown."""

    folder: str
    values: dict[str, Value]
    name: str | None = None


class Rendered(msgspec.Struct, frozen=True, kw_only=True):
    """What one template gives: its text, which tells equal ones, and its manifests."""

    text: str
    resources: tuple[Resource, ...]


class Charts:
    """The charts of one tree; each file is read once."""

    def __init__(self, repository: Repository, tree: Tree) -> None:
        self.tree = tree
        self.paths = repository.paths
        self.charts: dict[str, Companion] = {
            one.path.rpartition("/")[0]: one for one in repository.companions
            if one.kind == "helm-chart" and one.path.endswith(("Chart.yaml", "Chart.yml"))}
        self.left = MAX_RENDERED
        self.steps = MAX_STEPS
        self._parts: dict[str, tuple[Part, ...] | None] = {}
        self._values: dict[str, dict[str, Value] | None] = {}
        self._named: dict[str, dict[str, tuple[Part, ...]]] = {}

    def release(self, folder: str, delivery: Delivery | None) -> Release | None:
        """A chart with the values a delivery gives it, by itself without one; None where they cannot be known."""
        chart = self.charts.get(folder)
        if chart is None:
            return None
        own = self.read_values(f"{folder}/values.yaml".lstrip("/")) or self.read_values(f"{folder}/values.yml".lstrip("/")) or {}
        if delivery is None:
            return Release(folder=folder, values=deepcopy(own))
        over = values_of(delivery, self.read_values)
        if over is None:
            return None
        name = delivery.helm.text("releaseName") if delivery.helm is not None else None
        name = name or (delivery.owner.name if delivery.owner.kind != "ApplicationSet" else None)
        return Release(folder=folder, values=deepcopy(laid_over(own, over)), name=name if name and "{{" not in name else None)

    def inner(self, release: Release) -> Iterator[Release]:
        """The charts that stand in a chart's own `charts`, with the values it hands them; those it switches off are left out.

        Source: Helm, "Subcharts and Global Values", "Tags and Condition fields in dependencies".
        """
        head = f"{release.folder}/charts/".lstrip("/")
        for folder in self.charts:
            name = folder[len(head) :]
            if not folder.startswith(head) or "/" in name:
                continue
            if not self._enabled(release, name):
                continue
            own = self.read_values(f"{folder}/values.yaml") or {}
            handed = release.values.get(name)
            values = laid_over(own, handed) if isinstance(handed, dict) else own
            common = release.values.get("global")
            if isinstance(common, dict):
                values = laid_over(values, {"global": common})
            yield Release(folder=folder, values=deepcopy(values), name=release.name)

    def _enabled(self, release: Release, name: str) -> bool:
        chart = self.charts[release.folder]
        listed = chart.node.get("dependencies") if chart.node is not None else None
        for entry in listed.items if isinstance(listed, Sequence) else ():
            if isinstance(entry, Mapping) and (entry.text("alias") or entry.text("name")) == name:
                for path in (entry.text("condition") or "").split(","):
                    value: Value = release.values
                    for word in path.strip().split("."):
                        value = value.get(word) if isinstance(value, dict) else None
                    if isinstance(value, bool):
                        return value
        return True

    def templates(self, folder: str) -> Iterator[str]:
        """The files below a chart's `templates` that may give manifests."""
        return (path for path in self._below(f"{folder}/templates/".lstrip("/"))
                if path.endswith((".yaml", ".yml")) and not path.rpartition("/")[2].startswith("_"))

    def render(self, release: Release, path: str, aside: bool) -> Rendered | None:
        """The manifests of one template; None where it cannot be rendered, or has nothing to render.

        Shape: their lines are those of the template; what is not known stands in them as the template writes it.
        """
        parts = self.parts(path)
        if parts is None or len(parts) < 2 or self.left <= 0 or self.steps <= 0:
            return None
        self.left -= 1
        renderer = Renderer(self._root(release), self.named(release.folder))
        try:
            text, lines = assembled(renderer.render(parts))
            document = parse_yaml(text.encode())
        except (TooMuch, UnreadableFile, RecursionError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError):
            return None  # one odd template must not end a scan
        finally:
            self.steps -= renderer.steps
        for root in document.documents:
            _placed(root, lines)
        read = parse_manifests(path, document, aside)
        return Rendered(text=text, resources=read.resources)

    def _root(self, release: Release) -> dict[str, Value]:
        chart = plain(self.charts[release.folder].node)
        told = {key[:1].upper() + key[1:]: value for key, value in chart.items()} if isinstance(chart, dict) else {}
        name: Value = release.name if release.name is not None else UNKNOWN
        return {
            "Values": release.values, "Chart": told, "Capabilities": UNKNOWN, "Files": UNKNOWN, "Template": UNKNOWN,
            "Subcharts": UNKNOWN, "Release": {"Name": name, "Namespace": UNKNOWN, "Service": "Helm", "IsInstall": UNKNOWN,
                                              "IsUpgrade": UNKNOWN, "Revision": UNKNOWN},
        }

    def named(self, folder: str) -> dict[str, tuple[Part, ...]]:
        """The named templates a chart can include: its own, those of the charts around and below it, and of libraries beside it."""
        known = self._named.get(folder)
        if known is None:
            known = self._named[folder] = {}
            for chart in self._family(folder):
                for path in self._below(f"{chart}/templates/".lstrip("/")):
                    if path.rpartition("/")[2].startswith("_") or path.endswith(".tpl"):
                        known.update(define_of(self.parts(path) or ()))
        return known

    def _family(self, folder: str) -> Iterable[str]:
        found = {folder: None}
        found.update(dict.fromkeys(other for other in self.charts if other.startswith(f"{folder}/charts/") or
                                   folder.startswith(f"{other}/charts/")))
        for chart in list(found):
            listed = self.charts[chart].facts.get("dependencies") if chart in self.charts else None
            for entry in listed if isinstance(listed, list) else ():
                repository = str(entry.get("repository") or "") if isinstance(entry, dict) else ""
                if repository.startswith("file://"):
                    found[posixpath.normpath(posixpath.join(chart, repository.removeprefix("file://")))] = None
        return found

    def parts(self, path: str) -> tuple[Part, ...] | None:
        """A template as a tree; None where it cannot be read."""
        if path not in self._parts:
            try:
                self._parts[path] = parts_of(decode(self.tree.read(path, MAX_READ)).replace("\r\n", "\n"))
            except (UnreadableFile, NotUnderstood, RecursionError):
                self._parts[path] = None
        return self._parts[path]

    def read_values(self, path: str) -> dict[str, Value] | None:
        """The values in a file of the tree; None where there is no such file, or it is no mapping."""
        if path not in self._values:
            try:
                documents = parse_yaml(self.tree.read(path, MAX_READ)).documents
                found = plain(documents[0]) if documents else {}
            except UnreadableFile:
                found = None
            self._values[path] = found if isinstance(found, dict) else None
        return self._values[path]

    def _below(self, head: str) -> Iterator[str]:
        for number in range(bisect_left(self.paths, head), len(self.paths)):
            if not self.paths[number].startswith(head):
                break
            yield self.paths[number]


def _placed(root: Node, lines: list[int]) -> None:
    """Give the nodes of a rendered text the lines of the template."""
    seen: set[int] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        node.line = lines[min(node.line, len(lines)) - 1]
        node.end_line = max(node.line, lines[min(node.end_line, len(lines)) - 1])
        if isinstance(node, Sequence):
            stack.extend(node.items)
        elif isinstance(node, Mapping):
            stack.extend(part for pair in node.pairs.values() for part in pair)
