"""Dependency files of compiled languages: Go, Rust, .NET, Swift, C and C++, Haskell, Bazel."""

from __future__ import annotations

import re

from opslint.model.repository import Parsed
from opslint.parse.companion.dependency.entries import Entries, Finder, matches_by_line, table
from opslint.parse.companion.dependency.xml import elements_of
from opslint.parse.values.places import at, line_span, span_of
from opslint.parse.values.reading import mapping_from, text_from
from opslint.source.node import Mapping, Scalar, Sequence
from opslint.source.words.late import late
from opslint.source.words.toml import parse_toml

_GO = late(
    r"^(?:(require|tool|replace|exclude|retract|toolchain|go|module)\b)? ?(\()? ?(?:(\S{1,500}) (v\S{1,200}))?(?: ?(//.*))?$"
)


def parse_go_mod(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read the `require` directives of a go.mod; `// indirect` ones are transitive.

    Source: Go modules reference, go.mod files.
    """
    entries = Entries(path, "go", aside)
    block = ""
    for number, line in enumerate(text_from(data).split("\n"), 1):
        text = line.strip()
        if text == ")":
            block = ""
            continue
        match = _GO.match(" ".join(text.split()))
        if match is None:
            continue
        word, bracket, name, version, comment = match.groups()
        if bracket:
            block = word or ""
        directive = word or block
        if directive == "require" and name and version:
            scope = "transitive" if comment and "indirect" in comment else "runtime"
            entries.add(name, version, scope, line_span(path, number, line))
    return entries.result(kind)


def parse_cargo(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read a Cargo.toml: its tables, those of targets, and the workspace's.

    Source: The Cargo Book, specifying dependencies.
    """
    text = text_from(data)
    root, finder, entries = parse_toml(text), Finder(path, text), Entries(path, "cargo", aside)
    holders = [root, table(root.get("workspace")), *[table(target) for target in table(root.get("target")).values()]]
    scopes = {"dependencies": "runtime", "dev-dependencies": "dev", "build-dependencies": "build"}
    for holder in holders:
        for section, scope in scopes.items():
            start = finder.section(f"[{section}]", f"[workspace.{section}]", f".{section}]", f"[{section}.")
            for name, value in table(holder.get(section)).items():
                settings = table(value)
                version = value if isinstance(value, str) else settings.get("version") or settings.get("git") or ""
                own = "optional" if settings.get("optional") is True else scope
                entries.add(str(settings.get("package") or name), version, own, finder.word(name, start))
    return entries.result(kind)


def parse_nuget(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read the packages of a .NET project, Directory.Packages.props, packages.config or nuspec.

    Shape: `PrivateAssets="all"` makes an entry one of the build.
    """
    entries = Entries(path, "nuget", aside)
    for element in elements_of(data):
        attributes, tail = element.attributes, element.path[-1]
        if tail in {"PackageReference", "PackageVersion", "GlobalPackageReference"}:
            name = attributes.get("Include") or attributes.get("Update") or ""
            version = attributes.get("Version") or element.child("Version")
            private = (attributes.get("PrivateAssets") or element.child("PrivateAssets")).lower() == "all"
            entries.add(name, version, "build" if private else "runtime", line_span(path, element.line))
        elif (tail == "package" and element.path[0] == "packages") or tail == "dependency":
            development = attributes.get("developmentDependency") == "true"
            scope = "dev" if development else "runtime"
            entries.add(attributes.get("id", ""), attributes.get("version", ""), scope, line_span(path, element.line))
    return entries.result(kind)


_SWIFT = late(
    r"""\.package\(\s*(?:name:\s*"[^"\n]*"\s*,\s*)?(?:url|id):\s*"((?:[^"\n])+?)(?:\.git)?"\s*,?\s*(?P<version>(?:from|exact|branch|revision|\.upToNextM\w+\(from)?[^)\n]{0,80})"""
)


def parse_swift(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Look for `.package(url:…)` in a Package.swift, best effort; names are addresses without scheme."""
    text = text_from(data)
    entries = Entries(path, "swift", aside)
    matches_by_line(path, text, _SWIFT, entries, "runtime")
    found = Entries(path, "swift", aside)
    for entry in entries.found:
        found.add(re.sub(r"^\w+://|^git@", "", entry.name), entry.version, entry.scope, entry.span)
    return found.result(kind)


_CONAN = late(
    r"""^[ \t]*(?:(?:self\.)?(?:build_|tool_|test_)?requires[ \t(=]*)?["']?([a-z0-9_][\w.+-]+)/(?P<version>[\w.\[\]<>=~ *-]+)""",
    re.MULTILINE,
)


def parse_conan(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read a conanfile (text or Python, best effort) or a vcpkg.json."""
    if path.endswith(".json"):
        entries = Entries(path, "vcpkg", aside)
        dependencies = at(mapping_from(data), "dependencies")
        for item in dependencies.items if isinstance(dependencies, Sequence) else ():
            name = item.value if isinstance(item, Scalar) else item.text("name") if isinstance(item, Mapping) else None
            entries.add(name or "", "", "runtime", span_of(path, item))
        return entries.result(kind)
    entries = Entries(path, "conan", aside)
    text = text_from(data)
    if path.endswith(".txt"):
        start, end = text.find("[requires]"), text.find("[generators]")
        text = "\n" * text.count("\n", 0, max(start, 0)) + text[max(start, 0) : end if end > start else len(text)]
    matches_by_line(path, text, _CONAN, entries, "runtime")
    return entries.result(kind)


_CABAL = late(r"(?im)^[ \t]*build-depends:(?P<list>[^\n]*(?:\n[ \t]+[^\n:]*$)*)")
_CABAL_ENTRY = late(r"(?:^|,)\s*([A-Za-z][\w-]*)(?P<version>[^,]*)")


def parse_cabal(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Look for `build-depends` fields in a Cabal file, best effort."""
    text = re.sub(r"(?m)^[ \t]*--[^\n]*$", "", text_from(data))
    finder, entries = Finder(path, text), Entries(path, "hackage", aside)
    for field in _CABAL.finditer(text):
        for match in _CABAL_ENTRY.finditer(field.group("list")):
            offset = field.start("list") + match.start(1)
            entries.add(match.group(1), match.group("version").strip(), "runtime", finder.lines.at(offset, len(match.group(1))))
    return entries.result(kind)


def parse_stack(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read the `extra-deps` and the snapshot of a stack.yaml; the snapshot is an entry of scope `build`."""
    entries = Entries(path, "hackage", aside)
    root = mapping_from(data)
    for key in ("resolver", "snapshot"):
        value = root.get(key) if root is not None else None
        if isinstance(value, Scalar):
            entries.add("stackage", value.value, "build", span_of(path, value))
    extra = at(root, "extra-deps")
    for item in extra.items if isinstance(extra, Sequence) else ():
        if isinstance(item, Scalar):
            match = re.match(r"^([A-Za-z][\w-]*?)(?:-(\d[\d.]*))?(?:@.*)?$", item.value)
            if match is not None:
                entries.add(match.group(1), match.group(2) or "", "runtime", span_of(path, item))
    return entries.result(kind)


_BAZEL = late(r"bazel_dep\(([^)]{0,1000})\)")
_BAZEL_FIELD = late(r"""(\w+)\s{0,50}=\s{0,50}["']?([\w.+-]+)""")


def parse_bazel(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Look for `bazel_dep` in a MODULE.bazel, best effort."""
    text = text_from(data)
    finder, entries = Finder(path, text), Entries(path, "bazel", aside)
    for match in _BAZEL.finditer(text):
        fields = dict(_BAZEL_FIELD.findall(match.group(1)))
        scope = "dev" if fields.get("dev_dependency") == "True" else "runtime"
        entries.add(fields.get("name", ""), fields.get("version", ""), scope, finder.lines.at(match.start(), len("bazel_dep")))
    return entries.result(kind)
