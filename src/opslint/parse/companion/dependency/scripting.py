"""Dependency files of Ruby, PHP, Dart, Elixir, Erlang, CocoaPods and R."""

from __future__ import annotations

import re

from opslint.model.repository import Parsed
from opslint.parse.companion.dependency.entries import Entries, Finder, matches_by_line
from opslint.parse.values.places import line_span, span_of, text_at
from opslint.parse.values.reading import Lines, mapping_from, passed_over, text_from
from opslint.source.node import Mapping, text_of
from opslint.source.words.late import late

_GEM = late(r"""gem[ (]+["']([\w.-]+)["'](?:[ \t]*,[ \t]*["'](?P<version>[^"'\n]*)["'])?""")
_OPENS = late(r"^(?:if|unless|case|begin|def|class|module)\b|\bdo(?:[ \t]*\|[^|]*\|)?$")
_DEV_GROUPS = late(r":(?:test|development|lint|ci|doc|docs)\b|[\"'](?:test|development)[\"']")


def parse_gemfile(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Look for `gem` lines in a Gemfile, with the groups around them."""
    entries = Entries(path, "rubygems", aside)
    groups: list[bool] = []
    for number, line in enumerate(text_from(data).split("\n"), 1):
        text = line.strip()
        match = _GEM.match(text)
        if match is not None:
            scope = "dev" if any(groups) or _DEV_GROUPS.search(text, match.end()) else "runtime"
            entries.add(match.group(1), match.group("version") or "", scope, line_span(path, number, line))
        elif text == "end":
            groups = groups[:-1]
        elif not text.startswith("#") and _OPENS.search(text[:1000]):
            groups.append(text.startswith("group") and _DEV_GROUPS.search(text) is not None)
    return entries.result(kind)


_GEMSPEC = late(
    r"""^[ \t]*\w+\.add_(?P<scope>runtime_|development_)?dependency[ (]+["']([\w.-]+)["']"""
    r"""(?:[ \t]*,[ \t]*["'](?P<version>[^"'\n]*)["'])?""",
    re.MULTILINE,
)


def parse_gemspec(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Look for `add_dependency` lines in a gemspec."""
    text = text_from(data)
    lines, entries = Lines(path, text), Entries(path, "rubygems", aside)
    for match in _GEMSPEC.finditer(text):
        scope = "dev" if match.group("scope") == "development_" else "runtime"
        entries.add(match.group(2), match.group("version") or "", scope, lines.at(match.start(2), len(match.group(2))))
    return entries.result(kind)


def _mapped(path: str, root: Mapping | None, sections: dict[str, str], entries: Entries) -> None:
    """Entries of sections that map names to versions (or to tables with `version`)."""
    for section, scope in sections.items():
        group = root.mapping(section) if root is not None else None
        for name, key, value in group.items() if group is not None else ():
            entries.add(name, text_of(value) or text_at(value, "version") or "", scope, span_of(path, key))


def parse_composer(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read a composer.json; the platform's own `php` and `ext-*` are no entries."""
    entries = Entries(path, "composer", aside)
    _mapped(path, mapping_from(data), {"require": "runtime", "require-dev": "dev"}, entries)
    entries.found = [entry for entry in entries.found if "/" in entry.name]
    return entries.result(kind)


def parse_pubspec(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read a pubspec.yaml; packages of the Flutter and Dart SDKs are entries too."""
    entries = Entries(path, "pub", aside)
    _mapped(path, mapping_from(data), {"dependencies": "runtime", "dev_dependencies": "dev"}, entries)
    return entries.result(kind)


_MIX = late(
    r"""\{\s{0,20}:(\w+)\s{0,20},\s{0,20}(?:"(?P<version>[^"\n]*)"|(?:git|github|path|in_umbrella|only|override|hex):)[^}\n]*\}"""
)
_MIX_DEV = late(r"only:[ ]{0,20}\[?[ ]{0,20}:(?:dev|test|docs)\b")


def parse_mix(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Look for dependency tuples in a mix.exs; `only: :dev` or `:test` makes one of development."""
    text = re.sub(r"(?m)^[ \t]*#[^\n]*", "", text_from(data))
    lines, entries = Lines(path, text), Entries(path, "hex", aside)
    for match in _MIX.finditer(text):
        scope = (
            "dev"
            if re.search(r"only:\s*(?:\[?\s*:(?:dev|test|docs)\b)", match.group()) and ":prod" not in match.group()
            else "runtime"
        )
        entries.add(match.group(1), match.group("version") or "", scope, lines.at(match.start(1), len(match.group(1))))
    return entries.result(kind)


_REBAR_ENTRY = late(r"""[\[{,] ?\{? ?([a-z]\w*) ?(?:, ?(?:"(?P<version>[^"\n]*)"|\{))""")


def parse_rebar(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Look for the `deps` of a rebar.config, best effort."""
    text = re.sub(r"%[^\n]*", "", text_from(data))
    finder, entries = Finder(path, text), Entries(path, "hex", aside)
    for block in re.finditer(r"\{\s{0,20}deps\s{0,20},\s{0,20}\[(?P<list>[^\[\]]*)\]", text):
        for match in _REBAR_ENTRY.finditer("," + " ".join(block.group("list").split())):
            if match.group(1) not in {"git", "tag", "branch", "ref", "pkg", "hg"}:
                entries.add(match.group(1), match.group("version") or "", "runtime", finder.word(match.group(1), block.start()))
    return entries.result(kind)


_POD = late(
    r"""^[ \t]*(?:pod|\w+\.dependency)[ (]+["']([\w.+/-]+)["'](?:[ \t]*,[ \t]*["'](?P<version>[^"'\n]*)["'])?""", re.MULTILINE
)


def parse_podfile(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Look for `pod` lines in a Podfile or `dependency` lines in a podspec."""
    entries = Entries(path, "cocoapods", aside)
    matches_by_line(path, text_from(data), _POD, entries, "runtime")
    return entries.result(kind)


_FIELD = late(r"^(Depends|Imports|LinkingTo|Suggests):(?P<list>[^\n]*(?:\n[ \t]+[^\n]*)*)", re.MULTILINE)
_R_ENTRY = late(r"(?:^|,)\s*([A-Za-z][\w.]*)\s*(?:\((?P<version>[^)\n]*)\))?")
_R_SCOPES = {"Depends": "runtime", "Imports": "runtime", "LinkingTo": "build", "Suggests": "dev"}


def parse_description(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read an R package's DESCRIPTION; any other file of that name gives nothing."""
    text = text_from(data)
    if not re.search(r"^Package:", text, re.MULTILINE):
        return passed_over(kind, path, "it is no R package's DESCRIPTION")
    lines, entries = Lines(path, text), Entries(path, "cran", aside)
    for field in _FIELD.finditer(text):
        for match in _R_ENTRY.finditer(field.group("list")):
            if match.group(1) != "R":
                offset = field.start("list") + match.start(1)
                entries.add(
                    match.group(1), match.group("version") or "", _R_SCOPES[field.group(1)], lines.at(offset, len(match.group(1)))
                )
    return entries.result(kind)
