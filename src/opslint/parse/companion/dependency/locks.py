"""Lock files: that they are there, and the names in those of Python."""

from __future__ import annotations

import json
import re

from opslint.errors import UnreadableFile
from opslint.model.repository import FileEntry, FileStatus, Parsed
from opslint.model.resource import Companion
from opslint.parse.companion.dependency.entries import Entries, Finder, table
from opslint.parse.values.reading import Lines, parsed, text_from
from opslint.source.span import Span
from opslint.source.words.late import late

ECOSYSTEMS = {
    "bun.lock": "npm", "bun.lockb": "npm", "cargo.lock": "cargo", "chart.lock": "helm", "composer.lock": "composer",
    "conan.lock": "conan", "conda-lock.yml": "conda", "deno.lock": "deno", "gemfile.lock": "rubygems", "go.sum": "go",
    "gradle.lockfile": "gradle", "mix.lock": "hex", "npm-shrinkwrap.json": "npm", "package-lock.json": "npm",
    "package.resolved": "swift", "packages.lock.json": "nuget", "pdm.lock": "pypi", "pipfile.lock": "pypi", "pixi.lock": "conda",
    "pnpm-lock.yaml": "npm", "podfile.lock": "cocoapods", "poetry.lock": "pypi", "pubspec.lock": "pub", "pylock.toml": "pypi",
    "rebar.lock": "hex", "renv.lock": "cran", "uv.lock": "pypi", "yarn.lock": "npm",
}  # fmt: skip
"""Lock file names in lower case → ecosystem."""


def parse_presence(kind: str, path: str, aside: bool) -> Parsed:
    """A lock file by its name alone; none is read, as they are large and say what the manifest says.

    Facts: `ecosystem`.
    """
    return parsed(kind, path, companion=_lock(path, aside))


def _lock(path: str, aside: bool) -> Companion:
    facts: dict[str, object] = {"ecosystem": ECOSYSTEMS.get(path.rsplit("/", 1)[-1].lower(), "")}
    return Companion(kind="lock", path=path, span=Span(path=path), facts=facts, aside=aside)


_PACKAGE = late(
    r'^\[\[packages?\]\]\s*\nname = "([^"\n]{1,200})"\n(?:version = "(?P<version>[^"\n]{1,100})")?', re.MULTILINE
)


def parse_toml_lock(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read the package names of poetry.lock, uv.lock, pdm.lock or pylock.toml, without a TOML parser: these files are long.

    Shape: all entries have the scope `transitive` (the manifest says which are asked for); the lock itself is a Companion.
    """
    text = text_from(data)
    lines, entries = Lines(path, text), Entries(path, "pypi", aside)
    for match in _PACKAGE.finditer(text):
        entries.add(match.group(1), match.group("version") or "", "transitive", lines.at(match.start(1), len(match.group(1))))
    return _with_lock(kind, path, entries, aside)


def parse_pipfile_lock(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read the package names of a Pipfile.lock."""
    text = text_from(data)
    try:
        root = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"it is not JSON: {error}") from None
    entries, finder = Entries(path, "pypi", aside), Finder(path, text)
    for section in ("default", "develop"):
        start = finder.section(f'"{section}"')
        for name, value in table(table(root).get(section)).items():
            entries.add(name, table(value).get("version", ""), "transitive", finder.word(name, start))
    return _with_lock(kind, path, entries, aside)


def _with_lock(kind: str, path: str, entries: Entries, aside: bool) -> Parsed:
    return Parsed(
        file=FileEntry(path=path, kind=kind, status=FileStatus.READ),
        dependencies=tuple(entries.found),
        companions=(_lock(path, aside),),
    )
