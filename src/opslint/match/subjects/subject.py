"""The shape every subject has, and what makers share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from opslint.match.jobs import Jobs, JobView
from opslint.model.activity import Hop
from opslint.model.pipeline import Pipeline
from opslint.model.repository import Repository
from opslint.model.resource import Resource
from opslint.model.result import Because
from opslint.source.node import Mapping, Node, Sequence, path_of
from opslint.source.span import Span


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a field check is asked about.

    Shape: `it` are plain facts for CEL; `node` its mapping as written (None where there is none), `root` the whole document;
           `view` the job it belongs to, whose softness, manual start or deadness it shares; `views` a pipeline's jobs;
           `patch` says that it is a Kustomize patch, which speaks only of what it sets; `elsewhere` is the place that sets
           what its own mapping leaves out; `hops` lead to its file from the controller that deploys it.
    """

    name: str
    span: Span
    it: dict[str, Any]
    node: Node | None = None
    root: Node | None = None
    view: JobView | None = None
    views: tuple[JobView, ...] = ()
    patch: bool = False
    elsewhere: Span | None = None
    hops: tuple[Hop, ...] = ()


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """All that subjects are made from; `signs` is rules/signs.yaml, `shown` the places that show each of its facts."""

    repository: Repository
    jobs: Jobs
    signs: dict[str, Any] = {}
    shown: dict[str, tuple[Because, ...]] = {}

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

    def manifests(self, *kinds: str) -> Iterator[Resource]:
        """Those of `resources` that differ by more than their images: of forms that share what is written only the first."""
        seen: set[int] = set()
        for resource in self.resources(*kinds):
            if id(resource.node) not in seen:
                seen.add(id(resource.node))
                yield resource

    def views(self) -> tuple[JobView, ...]:
        """The jobs that can run."""
        return self.jobs.alive()


def place_at(subject: Subject, at: str) -> Span:
    """The place that a rule's `at` names, the subject's own where there is none.

    Shape: alternatives stand apart by `|`, the first that is there wins: `@test` is the first thing in the job (or the pipeline's
           jobs) with that effect; else a dotted path below the subject's node, or below its document, numbers for list items;
           of paths that all end early, the deepest key of the first one that is there.
    """
    words = at.split("|") if at else []
    if len(words) > 1:
        words = [*(word for word in words if word.startswith("@") or speaks_of(subject, word)), *words]
    for word in words:
        found = _effect_place(subject, word[1:]) if word.startswith("@") else (
            _deepest(subject.node, word, subject) or _deepest(subject.root, word, subject))
        if found is not None:
            return found
    return subject.elsewhere if at and subject.elsewhere is not None else subject.span


def speaks_of(subject: Subject, at: str) -> bool:
    """Whether a subject's mapping, or its document, has what a rule's `at` names, the whole way down."""
    return any(_whole(node, word) for word in at.split("|") if word and not word.startswith("@")
               for node in (subject.node, subject.root))


def _whole(node: Node | None, path: str) -> bool:
    for word in path.split("."):
        if isinstance(node, Sequence):
            node = node.items[int(word)] if word.isdigit() and int(word) < len(node.items) else None
        else:
            node = node.get(word) if isinstance(node, Mapping) else None
    return node is not None


def _effect_place(subject: Subject, effect: str) -> Span | None:
    """The first activity with an effect, or the first job that has the key of that name."""
    for view in subject.views:
        key = view.job.node.key(effect) if view.job.node is not None else None
        if key is not None:
            return Span(path=path_of(key, subject.span.path), line=key.line, column=key.column, end_line=key.end_line,
                        end_column=key.end_column)
    for view in (subject.view,) if subject.view is not None else subject.views:
        for hit in view.hits:
            if effect in hit.entry.signal.does and not hit.activity.disabled:
                return hit.activity.span if len(hit.activity.chain) < 2 else Span(
                    path=hit.activity.chain[0].path, line=hit.activity.chain[0].line)
    return None


def _deepest(node: Node | None, path: str, subject: Subject) -> Span | None:
    found: Node | None = None
    for word in path.split("."):
        if isinstance(node, Mapping) and node.key(word) is not None:
            found, node = node.key(word), node.get(word)
        elif isinstance(node, Sequence) and word.isdigit() and int(word) < len(node.items):
            found = node = node.items[int(word)]
        else:
            break
    if found is None:
        return None
    end_column = found.end_column if found.end_line == found.line else found.column + 1
    return Span(path=path_of(found, subject.span.path), line=found.line, column=found.column, end_line=found.line,
                end_column=max(end_column, found.column + 1))


def dig(node: Node | None, path: str) -> Node | None:
    """The node at a dotted path, or None."""
    for word in path.split("."):
        if not isinstance(node, Mapping):
            return None
        node = node.get(word)
    return node
