"""Signs in addresses: the host names of model providers in manifests, and in source files that are called after one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from opslint.match.signs.declared import MAX_VALUE, Facts, scalars_below
from opslint.match.signs.gathered import MOST, Add
from opslint.match.signs.globs import Outside, PathIndex
from opslint.match.signs.texts import Texts
from opslint.model.repository import Repository
from opslint.parse.discovery.languages import language_of
from opslint.source.node import Scalar
from opslint.source.span import Span

SCHEMAS = frozenset({"CustomResourceDefinition"})
"""Kinds that describe others and address nothing."""


class Hosts:
    """The host names of one fact."""

    def __init__(self, names: list[str]) -> None:
        self._names = names
        self._regex: re.Pattern[str] | None = None

    def search(self, text: str) -> re.Match[str] | None:
        """The first of the names that stands in a text as a host name or the end of one."""
        if not any(name in text for name in self._names):
            return None
        if self._regex is None:
            self._regex = re.compile(r"(?<![\w-])(?:" + "|".join(map(re.escape, self._names)) + r")(?![\w-])")
        return self._regex.search(text)


def read_hosts(facts: Facts, repository: Repository, index: PathIndex, outside: Outside, texts: Texts, add: Add) -> None:
    """Hold manifests and the source files at `hosts-in` against `hosts`, for the facts that are given."""
    for fact, sign in facts.items():
        hosts = Hosts([str(name) for name in sign.get("hosts") or ()])
        found = 0
        for span, name in _in_manifests(repository, hosts, outside):
            add(fact, "hosts", span, f"the host {name}")
            found += 1
            if found == MOST:
                break
        if not found:
            for span, name in _in_sources(sign.get("hosts-in") or (), index, hosts, outside, texts):
                add(fact, "hosts", span, f"the host {name}")


def _in_manifests(repository: Repository, hosts: Hosts, outside: Outside) -> Iterator[tuple[Span, str]]:
    pipelines = frozenset(pipeline.path for pipeline in repository.pipelines)
    for resource in repository.resources:
        if resource.aside or resource.copied or resource.kind in SCHEMAS or resource.path in pipelines:
            continue
        scalars = [one for one in scalars_below(resource.node) if len(one.value) > 8]
        if hosts.search("\n".join([one.value[:MAX_VALUE] for one in scalars])) is None or resource.path in outside:
            continue
        for scalar in scalars:
            found = hosts.search(scalar.value[:MAX_VALUE])
            if found is not None:
                yield Span(path=resource.path, line=_line(scalar, found.start())), found.group()
                break


def _line(scalar: Scalar, offset: int) -> int:
    return scalar.line + (1 + scalar.value.count("\n", 0, offset) if scalar.style == "|" else 0)


def _in_sources(globs: Iterable[str], index: PathIndex, hosts: Hosts, outside: Outside,
                texts: Texts) -> Iterator[tuple[Span, str]]:
    told = 0
    for path in sorted({path for glob in globs for path in index.find(str(glob)) if language_of(path) is not None}):
        if path in outside:
            continue
        if not texts.left or told == MOST:
            return
        text = texts.read(path).decode("utf-8", "replace")
        found = hosts.search(text)
        if found is not None:
            told += 1
            yield Span(path=path, line=text.count("\n", 0, found.start()) + 1), found.group()
