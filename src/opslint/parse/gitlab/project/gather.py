"""A GitLab pipeline file and all it includes from the same repository, as one mapping."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy

import msgspec

from opslint.model.pipeline import Event, Include
from opslint.parse.gitlab.context import Exists
from opslint.parse.gitlab.extends import DeepMerge
from opslint.parse.gitlab.includes import MAX_INCLUDES, includes_of
from opslint.parse.gitlab.keywords import MAX_NESTING, jobs_in
from opslint.parse.gitlab.project.ci_file import CiFile
from opslint.parse.gitlab.project.inputs import Interpolation
from opslint.parse.gitlab.project.paths import component_files, included_files, is_own_project
from opslint.parse.gitlab.when.rules import NEVER, rule_holds, rule_words, rules_of
from opslint.parse.gitlab.when.scenarios import BY_KEY, Scenario
from opslint.parse.values.bounds import Bounds
from opslint.parse.values.places import span_of
from opslint.parse.values.sourced import sourced
from opslint.source.node import Mapping, Node, Scalar, Sequence, path_of
from opslint.source.tree import Tree

MAX_DEPTH = 50
"""Files that include one another in a row; GitLab stops where 150 are included in all."""

MAX_FILES = 1_000
"""Files that one pipeline is put together from, counted as often as they are included."""

MAX_SEARCHES = 200
"""Includes with wildcards that are looked for; GitLab refuses more than 150 included files."""

_MAKING = ("script", "run", "trigger", "extends")
"""Keys that make a job, where others only change one."""


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """One pipeline's mapping, put together.

    Shape: `includes` are those whose files are not in the repository; `confined` and `words` as in `Context`; `files` the paths
           it is made of, in the order they were met; `notes` is what was left out, as (path, line, sentence).
    """

    top: Mapping
    includes: tuple[Include, ...]
    confined: dict[str, frozenset[str]]
    words: frozenset[str]
    files: tuple[str, ...]
    notes: tuple[tuple[str, int, str], ...]


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """Where a pipeline is put together from: a tree, its CI files by path, and what bounds their inputs and conditions."""

    tree: Tree
    file: Callable[[str], CiFile | None]
    exists: Exists
    interpolation: Interpolation
    bounds: Bounds


def gather(file: CiFile, sources: Sources, scenarios: tuple[Scenario, ...]) -> Gathered | None:
    """Put a pipeline together from the file it begins in; None where that cannot be read.

    Source: GitLab CI/CD, "Use CI/CD configuration from other files": included files are merged in order, what they include
            first, the including file last; mappings are merged, everything else is replaced.
    """
    if file.content is None:
        return None
    gathering = _Gathering(sources, scenarios)
    content = file.content
    if file.header is not None or "include" in content:
        content = sources.interpolation.content(file, content, {})
    gathering.files[file.path] = None
    return gathering.result(gathering.expanded(content, file.path, (file.path,), gathering.everything))


def gather_child(include: Node, given: Mapping | None, origin: str, sources: Sources,
                 scenarios: tuple[Scenario, ...]) -> Gathered:
    """Put together the child pipeline that a `trigger:include` in the file `origin` names, with the inputs of the trigger."""
    gathering = _Gathering(sources, scenarios)
    head = Mapping(None, None, include.line, include.column, include.end_line, include.end_column)
    key = Scalar("include", "", None, None, include.line, include.column, include.line, include.column)
    head.pairs = {"include": (key, include)}
    inputs = {name: sourced(value, origin) for name, _, value in given.items()} if given is not None else {}
    return gathering.result(gathering.expanded(head, origin, (), gathering.everything, inputs))


class _Gathering:
    """The state of putting one pipeline together."""

    def __init__(self, sources: Sources, scenarios: tuple[Scenario, ...]) -> None:
        self.sources = sources
        self.everything = frozenset(scenario.key for scenario in scenarios)
        self.deep = DeepMerge()
        self.files: dict[str, None] = {}
        self.count = 0
        self.searches = 0
        self.includes: list[Include] = []
        self.notes: list[tuple[str, int, str]] = []
        self.words: set[str] = set()
        self.making: dict[str, frozenset[str]] = {}

    def result(self, top: Mapping) -> Gathered:
        return Gathered(
            top=top,
            includes=tuple(self.includes),
            confined={name: keys for name, keys in self.making.items() if keys != self.everything},
            words=frozenset(self.words),
            files=tuple(self.files),
            notes=tuple(self.notes),
        )

    def expanded(
        self, content: Mapping, path: str, above: tuple[str, ...], within: frozenset[str], inputs: dict[str, Node] | None = None
    ) -> Mapping:
        """A file's content on top of what it includes.

        Shape: `above` are the files that include it, itself last; `within` the scenarios it is included in; `inputs` stand in
               for those an include does not give.
        """
        base: Mapping | None = None
        for entry in _entries(content.get("include")):
            keys = self.admitted(entry, within)
            for include in includes_of(entry, lambda node: span_of(path, node)):
                for below in self.included(include, entry, path, above, keys, inputs or {}):
                    base = below if base is None else self.deep.merge(base, below)
        for name, _, job in jobs_in(content):
            if any(key in job for key in _MAKING):
                self.making[name] = self.making.get(name, frozenset()) | within
        own = _without_include(content) if "include" in content else content
        return own if base is None else self.deep.merge(base, own)

    def admitted(self, entry: Node, within: frozenset[str]) -> frozenset[str]:
        """The scenarios in which an include's `rules` do not keep it out; no variable of the files themselves has a say."""
        rules = rules_of(entry.get("rules")) if isinstance(entry, Mapping) else None
        if rules is None or rules.partial:
            return within
        self.words |= rule_words(rules)
        return frozenset(key for key in within if self._lets_in(rules.items, BY_KEY[key]))

    def _lets_in(self, rules: tuple[Mapping, ...], scenario: Scenario) -> bool:
        for rule in rules:
            answer = rule_holds(rule, scenario, {}, self.sources.bounds, self.sources.exists)
            if answer is not False and rule.text("when") != NEVER:
                return True
            if answer:
                return False
        return False

    def included(
        self, include: Include, entry: Node, path: str, above: tuple[str, ...], keys: frozenset[str], inputs: dict[str, Node]
    ) -> Iterator[Mapping]:
        """The contents an include brings, expanded; one whose file is not here is kept for what its name says."""
        origin = path_of(entry, path)
        targets = self.targets(include, origin)
        if not targets and (keys or include.kind != "local"):
            if include.kind == "local" and "$" not in include.name:
                self.note(include, f'the local include "{include.name}" is not here')
            self.includes.append(self.told(include, keys))
        if not keys:
            return
        given = dict(inputs)
        written = entry.mapping("inputs") if isinstance(entry, Mapping) else None
        for name, _, value in written.items() if written is not None else ():
            given[name] = sourced(value, origin)
        for target in targets:
            file = self.opened(include, target, above)
            if file is not None and file.content is not None:
                component = {"name": include.name.rpartition("/")[2]} if include.kind == "component" else None
                content = self.sources.interpolation.content(file, file.content, given, component)
                yield self.expanded(content, target, (*above, target), keys)

    def targets(self, include: Include, origin: str) -> list[str]:
        """The files of this repository that an include names."""
        tree = self.sources.tree
        if "*" in include.name:
            self.searches += 1
            if self.searches > MAX_SEARCHES:
                return []
        if include.kind == "local":
            return included_files(include.name, origin, tree)
        if include.kind == "component":
            return component_files(include.name, tree)
        if include.kind == "project" and is_own_project(include.project):
            return included_files(include.name, origin, tree)
        return []

    def opened(self, include: Include, target: str, above: tuple[str, ...]) -> CiFile | None:
        """A file that may still be included; where not, the reason is told of the including file."""
        if target in above:
            self.note(include, f'"{target}" includes itself; the inner include was left out')
            return None
        if len(above) >= MAX_DEPTH:
            self.note(include, f"more than {MAX_DEPTH} files include one another in a row; the rest was left out")
            return None
        if self.count >= MAX_FILES or self.deep.exceeded:
            self.note(include, f"the pipeline includes more than {MAX_FILES} files or keys beyond measure; the rest was left out")
            return None
        self.count += 1
        self.files[target] = None
        return self.sources.file(target)

    def told(self, include: Include, keys: frozenset[str]) -> Include:
        """An include with what its `rules` leave of it."""
        if keys == self.everything:
            return include
        if not keys:
            return msgspec.structs.replace(include, disabled="its `rules` never include it")
        return msgspec.structs.replace(include, events=_events(keys))

    def note(self, include: Include, sentence: str) -> None:
        if len(self.notes) < MAX_INCLUDES:
            self.notes.append((include.span.path, include.span.line, sentence))


def _events(keys: frozenset[str]) -> frozenset[Event]:
    return frozenset(BY_KEY[key].event for key in keys)


def _without_include(content: Mapping) -> Mapping:
    own = copy(content)
    own.pairs = {name: pair for name, pair in content.pairs.items() if name != "include"}
    return own


def _entries(node: Node | None) -> list[Node]:
    """The entries of `include:`, one by one, in order."""
    found: list[Node] = []
    stack: list[tuple[Node, int]] = [(node, 0)] if node is not None else []
    while stack and len(found) < MAX_INCLUDES:
        current, depth = stack.pop()
        if not isinstance(current, Sequence):
            found.append(current)
        elif depth < MAX_NESTING:
            stack.extend((item, depth + 1) for item in reversed(current.items))
    return found
