"""The signs of rules/signs.yaml read in one repository: what is declared first, source text only where it can still decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opslint.match.signs.declared import (
    Facts,
    no_python_dependency,
    read_dependencies,
    read_files,
    read_infrastructure,
    read_manifests,
    read_notebooks,
    read_packages,
)
from opslint.match.signs.gathered import CODE, STRONG, Gathered
from opslint.match.signs.globs import Outside, PathIndex
from opslint.match.signs.running import read_commands, read_effects
from opslint.match.signs.texts import Texts
from opslint.match.tools.signals import Matcher
from opslint.model.pipeline import StepKind
from opslint.model.repository import Repository
from opslint.model.result import Because
from opslint.source.span import Span
from opslint.source.tree import Tree

if TYPE_CHECKING:  # for signatures only: source text is rarely read
    from opslint.match.signs.code import Entry

SETTINGS = frozenset({"limits", "first", "aside", "import-forms"})
"""Keys of the file that are no facts."""


def read_signs(signs: dict[str, Any], repository: Repository, tree: Tree, matcher: Matcher) -> dict[str, tuple[Because, ...]]:
    """Find which facts the signs show, each with the places that do.

    Shape: `signs` is rules/signs.yaml as its comments describe it, empty where there is none. Facts that do not hold are left
           out; a fact has at most three places, the most telling first. The same tree gives the same answer.
    """
    facts: Facts = {name: sign for name, sign in signs.items() if name not in SETTINGS and isinstance(sign, dict)}
    if not facts:
        return {}
    reading = _Reading(signs, facts, repository, tree)
    reading.declared(matcher)
    reading.text()
    return {fact: places for fact in facts if reading.holds(fact) and (places := reading.told(fact))}


def _has_images(repository: Repository) -> bool:
    """Whether anything may name an image: manifests, Dockerfiles, Compose files, jobs in containers."""
    return bool(repository.resources or repository.dockerfiles or repository.companions) or any(
        job.images or any(step.kind is StepKind.IMAGE for step in job.steps) for pipeline in repository.pipelines
        for job in pipeline.jobs)


class _Reading:
    """One reading: the signs so far, and what follows from them."""

    def __init__(self, signs: dict[str, Any], facts: Facts, repository: Repository, tree: Tree) -> None:
        self.signs = signs
        self.facts = facts
        self.repository = repository
        self.tree = tree
        self.gathered = Gathered()
        self.index = PathIndex(repository.paths)
        self.outside = Outside(map(str, signs.get("aside") or ()))
        self.worth: frozenset[str] = frozenset()
        self.by_modules = False

    def declared(self, matcher: Matcher) -> None:
        """Take in every sign that needs no reading of text."""
        facts, repository, outside, add = self.facts, self.repository, self.outside, self.gathered.add
        self.worth = read_dependencies(facts, repository, outside, add) | read_packages(facts, repository, self.tree, add)
        self.by_modules = no_python_dependency(repository, outside)
        read_files(facts, self.index, self.repository, outside, add)
        read_manifests(facts, repository, outside, add)
        read_infrastructure(facts, repository, matcher, outside, add)
        read_notebooks(facts, repository, outside, add)
        if _has_images(repository):
            from opslint.match.signs.images import read_images

            read_images(facts, repository, matcher, outside, add)
        read_commands(facts, repository, matcher, outside, add)
        read_effects(facts, matcher, outside, add)

    def text(self) -> None:
        """Read source text for the facts that are still open and that it could show."""
        limits = self.signs.get("limits") or {}
        entries = self._entries()
        if entries:
            from opslint.match.signs.code import CodeReader

            texts = Texts(self.tree, limits)
            CodeReader(self.signs, self._modules(), self.index, self.outside, texts, self.gathered).read(entries)
        hosted = {fact: sign for fact, sign in self.facts.items() if sign.get("hosts") and not self.holds(fact)}
        if hosted:
            from opslint.match.signs.hosts import read_hosts

            read_hosts(hosted, self.repository, self.index, self.outside, Texts(self.tree, limits), self.gathered.add)

    def holds(self, fact: str, seen: tuple[str, ...] = ()) -> bool:
        """Whether a fact is true by what was found: by itself, by a sub-fact of it, or by one that implies it."""
        sign = self.facts.get(fact)
        if sign is None or fact in seen:
            return False
        family = sign.get("of")
        if self.gathered.has(fact, *STRONG):
            return True
        found = self.gathered.has(fact) or any(self.holds(str(name), (*seen, fact)) for name in sign.get("implied-by") or ())
        if family:
            return found and self.holds(str(family), (*seen, fact))
        return found or any(self.gathered.has(name, *STRONG) for name, other in self.facts.items() if other.get("of") == fact)

    def told(self, fact: str, seen: tuple[str, ...] = ()) -> tuple[Because, ...]:
        """The places of a fact that holds: its own, else those of the facts by which it does."""
        if not self.gathered.has(fact):
            implied = [str(name) for name in self.facts[fact].get("implied-by") or ()]
            below = [name for name, other in self.facts.items() if other.get("of") == fact and self.gathered.has(name, *STRONG)]
            for key, names in (("implied-by", implied), ("sub-facts", below)):
                for name in names:
                    for place in self.told(name, (*seen, fact)) if name not in seen and self.holds(name) else ():
                        self.gathered.add(fact, key, Span(path=place.path, line=place.line), place.why)
        return self.gathered.places(fact)

    def _modules(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """For every family the modules of each language; a fact's `modules` under the name of the fact with a star."""
        found = {fact: {str(language): tuple(map(str, names)) for language, names in sign["imports"].items()}
                 for fact, sign in self.facts.items() if sign.get("imports")}
        stand_ins = {f"{fact}*": {"python": tuple(map(str, sign["modules"]))}
                     for fact, sign in self.facts.items() if sign.get("modules")}
        return found | stand_ins

    def _entries(self) -> list[Entry]:
        """The entries of `texts` and `modules` that something makes worth it, families before their sub-facts."""
        found: list[Entry] = []
        open_families: set[str] = set()
        for fact, sign in sorted(self.facts.items(), key=lambda item: bool(item[1].get("of"))):
            family = sign.get("of")
            if self.holds(fact) or (family and not self.holds(str(family)) and family not in open_families):
                continue
            mine = self._entries_of(fact, sign)
            if mine:
                open_families.add(fact)
                found.extend(mine)
        return found

    def _entries_of(self, fact: str, sign: dict[str, Any]) -> list[Entry]:
        python_only = any(sign.get(key) for key in CODE) and not self.gathered.has(fact, *CODE)
        if python_only and not self.by_modules:
            return []
        from opslint.match.signs.code import PYTHON, Entry

        found: list[Entry] = []
        if sign.get("modules") and self.by_modules:
            found.append(Entry(fact, "modules", f"{fact}*", PYTHON, {}))
        for data in sign.get("texts") or ():
            family = str(data.get("imports") or "")
            if not family:
                found.append(Entry(fact, "texts", "", None, data))
            elif family in self.worth and not python_only:
                found.append(Entry(fact, "texts", family, self._languages(family), data))
            elif self.by_modules:
                found.append(Entry(fact, "texts", family, PYTHON & self._languages(family), data))
        return found

    def _languages(self, family: str) -> frozenset[str]:
        languages = frozenset(map(str, (self.facts.get(family, {}).get("imports") or {})))
        return languages | {"notebook"} if "python" in languages else languages
