"""The shape every subject has, and what makers share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from opslint.match.jobs import Jobs, JobView
from opslint.model.pipeline import Pipeline
from opslint.model.repository import Repository
from opslint.model.resource import Resource
from opslint.source.node import Mapping, Node
from opslint.source.span import Span


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a field check is asked about.

    Shape: `it` are plain facts for CEL; `node` its mapping as written (None where there is none), `root` the whole document;
           `view` the job it belongs to, whose softness, manual start or deadness it shares.
    """

    name: str
    span: Span
    it: dict[str, Any]
    node: Node | None = None
    root: Node | None = None
    view: JobView | None = None


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """All that subjects are made from; `signs` is rules/signs.yaml."""

    repository: Repository
    jobs: Jobs
    signs: dict[str, Any] = {}

    def pipelines(self) -> Iterator[Pipeline]:
        """The pipelines that are no fixtures and that something can start."""
        for pipeline in self.repository.pipelines:
            if not pipeline.aside and pipeline.kind != "github.action":
                yield pipeline

    def resources(self, *kinds: str) -> Iterator[Resource]:
        """The manifests that are neither fixtures nor installs of others; `group/Kind` where named."""
        for resource in self.repository.resources:
            if not resource.aside and not resource.copied and (not kinds or f"{resource.group}/{resource.kind}" in kinds):
                yield resource

    def views(self) -> Iterator[JobView]:
        """The jobs that can run: neither hidden nor disabled, nor parts of a composite action."""
        for view in self.jobs.views.values():
            if not view.job.hidden and not view.job.disabled and view.pipeline.kind != "github.action":
                yield view


def place_at(subject: Subject, at: str) -> Span:
    """The place of a dotted path below a subject's node: that of the deepest key that is there."""
    node, found = subject.node, None
    for word in at.split(".") if at else ():
        if not isinstance(node, Mapping):
            break
        key = node.key(word)
        if key is None:
            break
        found, node = key, node.get(word)
    if found is None:
        return subject.span
    return Span(path=subject.span.path, line=found.line, column=found.column, end_line=found.end_line, end_column=found.end_column)


def dig(node: Node | None, path: str) -> Node | None:
    """The node at a dotted path, or None."""
    for word in path.split("."):
        if not isinstance(node, Mapping):
            return None
        node = node.get(word)
    return node
