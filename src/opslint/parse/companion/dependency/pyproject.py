"""pyproject.toml: PEP 621, PEP 735, build requirements, and Poetry's, PDM's, Hatch's, uv's and pixi's own tables."""

from __future__ import annotations

from opslint.model.repository import Parsed
from opslint.parse.companion.dependency.entries import Entries, Finder, array, table
from opslint.parse.companion.dependency.python import group_scope
from opslint.parse.values.reading import text_from
from opslint.source.words.toml import parse_toml


def parse_pyproject(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read every dependency a pyproject.toml declares.

    Shape:  scopes are `runtime` (`project.dependencies`, Poetry's main group), `optional` (extras), `dev` (dependency groups, and
            extras and groups named after tests, lint or docs), `build` (`build-system.requires`).
    Source: PEP 518, PEP 621, PEP 735; the manuals of Poetry, PDM, Hatch and uv.
    """
    text = text_from(data)
    root = parse_toml(text)
    finder, entries = Finder(path, text), Entries(path, "pypi", aside)
    project, tool = table(root.get("project")), table(root.get("tool"))
    start = finder.section("[project]")
    _requirements(
        project.get("dependencies"), "runtime", finder, max(start, finder.lines.text.find("dependencies", start)), entries
    )
    for name, extra in table(project.get("optional-dependencies")).items():
        scope = "dev" if group_scope(name) == "dev" else "optional"
        _requirements(extra, scope, finder, finder.section("[project.optional-dependencies]", "optional-dependencies"), entries)
    for group in table(root.get("dependency-groups")).values():
        _requirements(group, "dev", finder, finder.section("[dependency-groups]"), entries)
    _requirements(table(root.get("build-system")).get("requires"), "build", finder, finder.section("[build-system]"), entries)
    for group in table(table(tool.get("pdm")).get("dev-dependencies")).values():
        _requirements(group, "dev", finder, finder.section("[tool.pdm.dev-dependencies]"), entries)
    _requirements(table(tool.get("uv")).get("dev-dependencies"), "dev", finder, finder.section("[tool.uv]"), entries)
    for name, environment in table(table(tool.get("hatch")).get("envs")).items():
        for key in ("dependencies", "extra-dependencies"):
            _requirements(table(environment).get(key), "dev", finder, finder.section(f"[tool.hatch.envs.{name}]"), entries)
    _poetry(table(tool.get("poetry")), finder, entries)
    return entries.result(kind)


def _requirements(value: object, scope: str, finder: Finder, start: int, entries: Entries) -> None:
    """PEP 508 strings of a list; `{include-group = …}` tables are no entries."""
    for item in array(value):
        if isinstance(item, str):
            entries.add_requirement(item, scope, finder.word(item, start))


def _poetry(poetry: dict[str, object], finder: Finder, entries: Entries) -> None:
    """Poetry's own tables: name → version, or a table with `version`, `git`, `path` or `optional`; a list of such by platform."""
    _named(poetry.get("dependencies"), "runtime", finder, finder.section("[tool.poetry.dependencies"), entries)
    _named(poetry.get("dev-dependencies"), "dev", finder, finder.section("[tool.poetry.dev-dependencies"), entries)
    for name, group in table(poetry.get("group")).items():
        scope = "runtime" if name == "main" else "dev"
        _named(
            table(group).get("dependencies"), scope, finder, finder.section(f"[tool.poetry.group.{name}.dependencies"), entries
        )


def _named(value: object, scope: str, finder: Finder, start: int, entries: Entries) -> None:
    for name, version in table(value).items():
        if name.lower() == "python":
            continue
        chosen: object = version[0] if isinstance(version, list) and version else version
        optional = isinstance(chosen, dict) and chosen.get("optional") is True
        if isinstance(chosen, dict):
            chosen = chosen.get("version") or chosen.get("git") or chosen.get("url") or chosen.get("path") or ""
        entries.add(name, chosen, "optional" if optional and scope == "runtime" else scope, finder.word(name, start))
