"""Signs that the model already holds: dependencies, packages, files, manifests, infrastructure, charts, notebooks."""

from __future__ import annotations

import re
from typing import Any

from opslint.match.signs.gathered import Add
from opslint.match.signs.globs import NameTable, Outside, PathIndex, Row, fits
from opslint.match.tools.signals import Matcher
from opslint.model.activity import ActivityKind
from opslint.model.repository import FileStatus, Repository
from opslint.model.resource import Resource
from opslint.source.node import Mapping, Scalar, Sequence
from opslint.source.span import Span
from opslint.source.tree import Tree

LIST_OF = {"gradle": "maven", "sbt": "maven", "conda": "pypi"}
"""Ecosystems that share another's list of names."""
PRODUCT = frozenset({"runtime", "optional", "build"})
DEPENDENCY_KEYS = ("dependencies", "code-dependencies", "dev-dependencies")
PACKAGE_KEYS = ("packages", "code-packages")
MAX_SCALARS = 50_000
"""Scalars of one manifest that a regular expression is held against."""
MAX_VALUE = 20_000
"""Characters of a scalar that are looked at."""

Facts = dict[str, dict[str, Any]]


def table_of(facts: Facts, key: str) -> NameTable:
    """The lists of one key of all facts as one table, names in lower case."""
    return NameTable({(fact, key): [str(name).lower() for name in sign.get(key) or ()] for fact, sign in facts.items()})


def read_dependencies(facts: Facts, repository: Repository, outside: Outside, add: Add) -> frozenset[str]:
    """Hold the dependencies against the facts' lists.

    Shape: the facts of which any dependency was found, in whatever scope; those that count went to `add`.
    """
    tables: dict[str, NameTable] = {}
    met: set[str] = set()
    for one in repository.dependencies:
        table = tables.get(one.ecosystem)
        if table is None:
            table = tables[one.ecosystem] = _dependency_table(facts, one.ecosystem)
        for fact, key in table.rows(one.name):
            if one.aside or one.span.path in outside:
                continue
            met.add(fact)
            if one.scope in PRODUCT or (key == "dev-dependencies" and one.scope != "transitive"):
                add(fact, key, one.span, f"depends on {one.name}")
    return frozenset(met)


def _dependency_table(facts: Facts, ecosystem: str) -> NameTable:
    from opslint.parse.companion.dependency.entries import normalise

    ecosystem = LIST_OF.get(ecosystem, ecosystem)
    lists: dict[Row, list[str]] = {}
    for fact, sign in facts.items():
        for key in DEPENDENCY_KEYS:
            names = (sign.get(key) or {}).get(ecosystem)
            if names:
                lists[fact, key] = [normalise(ecosystem, str(name)) for name in names]
    return NameTable(lists)


def no_python_dependency(repository: Repository, outside: Outside) -> bool:
    """Whether a repository has Python source and no file says what it depends on; what only builds or locks it says nothing."""
    return "Python" in repository.languages and not any(
        one.ecosystem in ("pypi", "conda") and one.scope not in ("build", "transitive") and not one.aside
        and one.span.path not in outside for one in repository.dependencies)


def read_packages(facts: Facts, repository: Repository, tree: Tree, add: Add) -> frozenset[str]:
    """Look for the Python packages of the facts; the facts of which one is there."""
    met: set[str] = set()
    if "Python" not in repository.languages:
        return frozenset()
    for fact, sign in facts.items():
        for key in PACKAGE_KEYS:
            for name in sign.get(key) or ():
                for path in (f"{name}/__init__.py", f"src/{name}/__init__.py"):
                    if tree.has(path):
                        met.add(fact)
                        add(fact, key, Span(path=path), f"this is the package {name}")
    return frozenset(met)


def read_files(facts: Facts, index: PathIndex, repository: Repository, outside: Outside, add: Add) -> None:
    """Look for files by their paths; one that only bears the name, as its parser found, does not count."""
    namesakes = {entry.path for entry in repository.files if entry.status is FileStatus.SKIPPED}
    for fact, sign in facts.items():
        for glob in sign.get("files") or ():
            for path in index.find(str(glob)):
                if path not in outside and path not in namesakes:
                    add(fact, "files", Span(path=path), f"the file {path.rpartition('/')[2]}")


def read_manifests(facts: Facts, repository: Repository, outside: Outside, add: Add) -> None:
    """Hold the manifests against `kinds` and `resources`."""
    kinds = table_of(facts, "kinds")
    asked = [(fact, str(entry["kind"]).lower(), str(entry["values"]))
             for fact, sign in facts.items() for entry in sign.get("resources") or ()]
    compiled: dict[str, re.Pattern[str]] = {}
    known: dict[tuple[str, str], tuple[tuple[Row, ...], list[tuple[str, str]]]] = {}
    for resource in repository.resources:
        met = known.get((resource.group, resource.kind))
        if met is None:
            name = f"{resource.group}/{resource.kind}".lower()
            met = (kinds.rows(name), [(fact, values) for fact, kind, values in asked if fits(name, kind)])
            known[resource.group, resource.kind] = met
        rows, values = met
        if (not rows and not values) or resource.aside or resource.copied or resource.path in outside:
            continue
        for fact, key in rows:
            add(fact, key, resource.span, f"{resource.kind} {resource.name}")
        for fact, pattern in values:
            regex = compiled.get(pattern) or compiled.setdefault(pattern, re.compile(pattern, re.MULTILINE))
            found = _value_in(resource, regex)
            if found is not None:
                add(fact, "resources", Span(path=resource.path, line=found.line), f"{resource.kind} {resource.name}")


def _value_in(resource: Resource, regex: re.Pattern[str]) -> Scalar | None:
    return next((one for one in scalars_below(resource.node) if regex.search(one.value[:MAX_VALUE])), None)


def scalars_below(root: Mapping) -> list[Scalar]:
    """The values of a manifest in the author's order, each node once, however often it is shared."""
    found: list[Scalar] = []
    seen: set[int] = set()
    stack: list[Any] = [root]
    while stack and len(found) < MAX_SCALARS:
        node = stack.pop()
        if isinstance(node, Scalar):
            found.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            below = node.items if isinstance(node, Sequence) else [value for _, value in node.pairs.values()]
            stack.extend(reversed(below))
    return found


def read_infrastructure(facts: Facts, repository: Repository, matcher: Matcher, outside: Outside, add: Add) -> None:
    """Hold Terraform resources against `blocks`, and installed charts against `charts`."""
    blocks, charts = table_of(facts, "blocks"), table_of(facts, "charts")
    for block in repository.blocks:
        for fact, key in blocks.rows(block.type) if block.kind == "resource" and not block.aside else ():
            if block.span.path not in outside:
                add(fact, key, block.span, f"Terraform resource {block.type}")
    for activity in matcher.activities:
        if activity.kind is ActivityKind.CHART:
            for fact, key in charts.rows(activity.name.rpartition("/")[2].lower()):
                if activity.span.path not in outside:
                    add(fact, key, activity.span, f"chart {activity.name}")


def read_notebooks(facts: Facts, repository: Repository, outside: Outside, add: Add) -> None:
    """Find notebooks that import a top-level module of a fact's own `imports`."""
    asked = {fact: frozenset(name for name in _python(sign) if name.isidentifier())
             for fact, sign in facts.items() if sign.get("notebooks")}
    for companion in repository.companions:
        if companion.kind != "notebook" or companion.aside:
            continue
        listed = companion.facts.get("imports")
        modules = listed if isinstance(listed, list) else []
        for fact, names in asked.items():
            found = next((module for module in modules if module in names), None)
            if found is not None and companion.path not in outside:
                add(fact, "notebooks", companion.span, f"a notebook that imports {found}")


def _python(sign: dict[str, Any]) -> list[str]:
    return [str(name) for name in (sign.get("imports") or {}).get("python") or ()]
