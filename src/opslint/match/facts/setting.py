"""What facts are drawn from, and the look-ups they share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from opslint.match.jobs import Jobs, JobView
from opslint.match.tools.signals import Matcher
from opslint.model.evidence import Signal
from opslint.model.pipeline import Pipeline, Platform
from opslint.model.repository import Repository
from opslint.model.resource import Resource
from opslint.model.result import Because
from opslint.source.span import Span
from opslint.source.tree import Tree

NOT_MANIFESTS = frozenset({"kustomize.config.k8s.io"})


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """What facts are drawn from; `signs` are those of machine learning, LLM and HTTP, already read."""

    repository: Repository
    tree: Tree
    jobs: Jobs
    matcher: Matcher
    signals: tuple[Signal, ...]
    signs: dict[str, tuple[Because, ...]]

Fact = Callable[[Setting], Iterator[Because]]


def because(span: Span, why: str) -> Because:
    """A place and the words for it."""
    return Because(path=span.path, line=span.line, why=why)


def alive(setting: Setting) -> tuple[JobView, ...]:
    """The jobs that can run."""
    return setting.jobs.alive()


def pipelines_of(setting: Setting, platform: Platform | None = None) -> Iterator[Pipeline]:
    """The pipelines that are no fixtures, of one platform where it is named."""
    for pipeline in setting.repository.pipelines:
        if not pipeline.aside and pipeline.kind != "github.action" and (platform is None or pipeline.platform is platform):
            yield pipeline


def resources_of(setting: Setting) -> Iterator[Resource]:
    """The manifests that are neither fixtures nor installs of others."""
    for resource in setting.repository.resources:
        if resource.name and not resource.aside and not resource.copied and resource.group not in NOT_MANIFESTS:
            yield resource


def of_kinds(*kinds: str) -> Fact:
    """The fact that a manifest of some `group/Kind` is there."""
    def fact(setting: Setting) -> Iterator[Because]:
        for resource in resources_of(setting):
            if f"{resource.group}/{resource.kind}" in kinds:
                yield because(resource.span, f"{resource.kind} {resource.name}")
    return fact


def either(*facts: Fact) -> Fact:
    """The fact that one of several holds."""
    def fact(setting: Setting) -> Iterator[Because]:
        for one in facts:
            yield from one(setting)
    return fact


def companions(setting: Setting, kinds: Iterable[str]) -> Iterator[Because]:
    """Companion files of some kinds."""
    for companion in setting.repository.companions:
        if companion.kind in kinds and not companion.aside:
            yield because(companion.span, f"{companion.kind} file")


def kind_of_file(kind: str) -> Fact:
    """The fact that a companion file of a kind is there."""
    def fact(setting: Setting) -> Iterator[Because]:
        yield from companions(setting, (kind,))
    return fact
