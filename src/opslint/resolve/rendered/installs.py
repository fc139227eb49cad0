"""Charts as they are installed: what their templates give for each delivery, or by their own values where nobody installs them here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from opslint.model.repository import Repository
from opslint.model.resource import Resource
from opslint.resolve.rendered.helm import Charts, Release
from opslint.resolve.rendered.sources import Delivery
from opslint.source.tree import Tree

MAX_FORMS = 8
"""So many different forms of one template are told apart."""
MAX_INNER = 3
MAX_BY_DEFAULT = 150
"""Templates worth rendering in the charts that nothing installs; where there are more, charts are the product and stay as written."""
WORTH = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Rollout", "Pod", "Service"})
"""Kinds whose containers, or whose strategy, rules ask for; of a chart that nothing installs only these are rendered."""


class Installed(msgspec.Struct, frozen=True, kw_only=True):
    """What one template gives in one installation."""

    resources: tuple[Resource, ...]
    delivery: Delivery | None = None


class Installs:
    """The templates that were rendered.

    Shape: `forms` maps a template to its different texts and what each amounts to; one without any gives nothing in every
           installation. A template that is not among them could not be rendered, or need not be.
    """

    def __init__(self, repository: Repository, tree: Tree, by_path: Mapping[str, list[Resource]]) -> None:
        self.by_path = by_path
        self.charts = Charts(repository, tree)
        self.forms: dict[str, dict[str, Installed]] = {}
        self.installed: set[str] = set()

    def install(self, delivery: Delivery) -> tuple[list[Resource], list[Resource]]:
        """Render a chart as a delivery installs it: what that gives, and the manifests of templates that could not be rendered."""
        release = self.charts.release(delivery.folder, delivery)
        self.installed.add(delivery.folder)
        if release is None:
            return [], self._written(delivery.folder)
        given: list[Resource] = []
        left: list[Resource] = []
        seen: set[str] = set()
        for part in self._releases(release, 0):
            self.installed.add(part.folder)
            for path in self.charts.templates(part.folder):
                seen.add(path)
                self._forget_default(path)
                done = self._render(part, path, delivery) if path in self.by_path else ()
                if done is None:
                    left.extend(self.by_path[path])
                else:
                    given.extend(done)
        for folder in self.charts.charts:
            if folder.startswith(f"{delivery.folder}/charts/".lstrip("/")):
                for path in self.charts.templates(folder):
                    if path in self.by_path and path not in seen:
                        self.forms.setdefault(path, {})
        return given, left

    def by_default(self) -> list[Resource]:
        """Render the charts that nothing in the tree installs with their own values; a template that gives nothing stays as written."""
        charts = [folder for folder, chart in self.charts.charts.items() if folder not in self.installed and not chart.aside]
        if sum(self._worth(path) for folder in charts for path in self.charts.templates(folder)) > MAX_BY_DEFAULT:
            return []
        found: list[Resource] = []
        for folder in charts:
            inner = any(folder.startswith(f"{other}/charts/".lstrip("/")) for other in self.charts.charts)
            release = self.charts.release(folder, None) if not inner else None
            for part in self._releases(release, 0) if release is not None else ():
                for path in filter(self._worth, self.charts.templates(part.folder)):
                    found.extend(self._render(part, path, None) or ())
        return found

    def _worth(self, path: str) -> bool:
        return any(one.kind in WORTH or one.group == "argoproj.io" for one in self.by_path.get(path, ()))

    def _releases(self, release: Release, depth: int) -> Iterator[Release]:
        """A release and those of the charts inside it."""
        yield release
        for inner in self.charts.inner(release) if depth < MAX_INNER else ():
            yield from self._releases(inner, depth + 1)

    def _render(self, release: Release, path: str, delivery: Delivery | None) -> tuple[Resource, ...] | None:
        written = self.by_path[path]
        rendered = self.charts.render(release, path, written[0].aside)
        if rendered is None or (delivery is None and not rendered.resources):
            return None
        forms = self.forms.setdefault(path, {})
        known = forms.get(rendered.text)
        if known is None and len(forms) < MAX_FORMS:
            copied = written[0].copied
            resources = tuple(msgspec.structs.replace(one, built=release.folder or ".", copied=copied) for one in rendered.resources)
            known = forms[rendered.text] = Installed(resources=resources, delivery=delivery)
        return known.resources if known is not None else ()

    def _forget_default(self, path: str) -> None:
        """Once a delivery is known, what a template gives by the chart's own values alone is of no interest."""
        forms = self.forms.get(path)
        if forms is not None and any(one.delivery is None for one in forms.values()):
            del self.forms[path]

    def _written(self, folder: str) -> list[Resource]:
        return [one for path in self.charts.templates(folder) for one in self.by_path.get(path, ())]
