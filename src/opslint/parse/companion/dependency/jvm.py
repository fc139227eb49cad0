"""Dependency files of the Java world: Maven, Gradle and its version catalogues, sbt, Clojure."""

from __future__ import annotations

import re

from opslint.model.repository import FileEntry, FileStatus, Parsed
from opslint.model.resource import Companion
from opslint.parse.companion.dependency.entries import Entries, Finder, matches_by_line, table
from opslint.parse.companion.dependency.xml import Element, elements_of
from opslint.parse.values.places import line_span
from opslint.parse.values.reading import Lines, text_from
from opslint.source.span import Span
from opslint.source.words.late import late
from opslint.source.words.toml import parse_toml

_MAVEN_SCOPES = {"test": "dev", "provided": "build", "system": "build", "import": "build"}
_PROPERTY = late(r"\$\{([\w.-]+)\}")


def parse_pom(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read a Maven pom.xml: dependencies, and plugins as a Companion.

    Shape:  names are `group:artifact`; versions have the file's own properties filled in; plugins are entries of scope `build`.
            Documents with entity declarations are refused.
    Facts:  `plugins` (list of {id, line, executions: goals}), `modules` (names), `packaging`.
    Source: Maven, POM reference.
    """
    entries = Entries(path, "maven", aside)
    properties: dict[str, str] = {}
    plugins: list[dict[str, object]] = []
    modules: list[str] = []
    packaging = "jar"
    elements = elements_of(data)
    for element in elements:
        if len(element.path) >= 2 and element.path[-2] == "properties":
            properties[element.path[-1]] = element.text
    for element in elements:
        tail = element.path[-1]
        if tail == "dependency" and element.path[-2:-1] == ("dependencies",):
            scope = _MAVEN_SCOPES.get(element.child("scope"), "runtime")
            if element.child("optional") == "true":
                scope = "optional"
            if "dependencyManagement" not in element.path or element.child("scope") == "import":
                entries.add(_coordinates(element), _filled(element.child("version"), properties), scope, _place(path, element))
        elif tail == "plugin":
            name = _coordinates(element, "org.apache.maven.plugins")
            plugins.append({"id": name, "line": element.line, "executions": list(element.deep("goal"))})
            entries.add(name, _filled(element.child("version"), properties), "build", _place(path, element))
        elif element.path == ("project", "modules", "module"):
            modules.append(element.text)
        elif element.path == ("project", "packaging"):
            packaging = element.text
    facts: dict[str, object] = {"plugins": plugins, "modules": modules, "packaging": packaging}
    companion = Companion(kind=kind, path=path, span=Span(path=path), facts=facts, aside=aside)
    file = FileEntry(path=path, kind=kind, status=FileStatus.READ)
    return Parsed(file=file, dependencies=tuple(entries.found), companions=(companion,))


def _coordinates(element: Element, group: str = "") -> str:
    artifact = element.child("artifactId")
    return f"{element.child('groupId') or group}:{artifact}" if artifact else ""


def _filled(version: str, properties: dict[str, str]) -> str:
    """A version with the file's own properties put in, once."""
    return _PROPERTY.sub(lambda match: properties.get(match.group(1), match.group()), version)


def _place(path: str, element: Element) -> Span:
    return line_span(path, element.line)


_CONFIGURATION = (
    r"(?P<configuration>api|implementation|compile|compileOnly|runtime|runtimeOnly|provided|kapt|ksp|annotationProcessor|classpath"
    r"|(?:test|androidTest|testFixtures|integrationTest|debug|release)(?:Implementation|Compile|CompileOnly|Runtime|RuntimeOnly|Api))"
)
_GRADLE = late(
    rf"^[ \t]*{_CONFIGURATION}\b[ \t(]*(?:(?:platform|enforcedPlatform|kotlin)\()?[ \t]*"
    r"""(?:["'](?P<group>[\w.-]+):(?P<artifact>[\w.-]+)(?::(?P<version>[^"':@\n]+))?[^"'\n]*["']"""
    r"""|group[ \t]*[:=][ \t]*["'](?P<group2>[\w.-]+)["'][ \t]*,[ \t]*name[ \t]*[:=][ \t]*["'](?P<artifact2>[\w.-]+)["']"""
    r"""|libs\.(?P<alias>[\w.]+))""",
    re.MULTILINE,
)
_PLUGIN = late(
    r"""^[ \t]*(?:id[ (]*["']([\w.-]+)["']\)?(?:[ \t]*version[ (]*["'](?P<version>[^"'\n]+)["'])?"""
    r"""|apply[ (]+plugin[ \t]*[:=][ \t]*["'](?P<applied>[\w.-]+)["'])""",
    re.MULTILINE,
)


def parse_gradle(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Look for dependency declarations and plugins in a Gradle build script (Groovy or Kotlin), best effort.

    Shape: names are `group:artifact`; an entry of a version catalogue has the name `libs.ALIAS`.
    Facts: `plugins` (list of {id, version, line}).
    """
    text = _without_comments(text_from(data))
    lines, entries = Lines(path, text), Entries(path, "gradle", aside)
    for match in _GRADLE.finditer(text):
        configuration = match.group("configuration")
        scope = "dev" if configuration.lower().startswith(("test", "androidtest", "integrationtest")) else "runtime"
        if configuration in {"classpath", "kapt", "ksp", "annotationProcessor", "compileOnly", "provided"}:
            scope = "build"
        group, artifact = match.group("group") or match.group("group2"), match.group("artifact") or match.group("artifact2")
        name = f"{group}:{artifact}" if group else f"libs.{match.group('alias')}"
        entries.add(name, match.group("version") or "", scope, lines.at(match.start("configuration"), len(configuration)))
    plugins: list[dict[str, object]] = []
    for match in _PLUGIN.finditer(text):
        name = match.group(1) or match.group("applied")
        span = lines.at(match.start(1) if match.group(1) else match.start("applied"), len(name))
        plugins.append({"id": name, "version": match.group("version") or "", "line": span.line})
        entries.add(name, match.group("version") or "", "build", span)
    companion = Companion(kind=kind, path=path, span=Span(path=path), facts={"plugins": plugins}, aside=aside)
    file = FileEntry(path=path, kind=kind, status=FileStatus.READ)
    return Parsed(file=file, dependencies=tuple(entries.found), companions=(companion,))


_STRING_OR_COMMENT = late(r"""("(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?)|//[^\n]*|/\*.*?(?:\*/|\Z)""", re.DOTALL)


def _without_comments(text: str) -> str:
    """Blank `//` and `/* */` comments at equal length."""
    return _STRING_OR_COMMENT.sub(lambda match: match.group(1) or re.sub(r"[^\n]", " ", match.group()), text)


def parse_catalog(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read a Gradle version catalogue.

    Source: Gradle, version catalogs (TOML format).
    """
    text = text_from(data)
    root, finder, entries = parse_toml(text), Finder(path, text), Entries(path, "gradle", aside)
    versions = table(root.get("versions"))
    for section, scope in (("libraries", "runtime"), ("plugins", "build")):
        start = finder.section(f"[{section}]")
        for alias, value in table(root.get(section)).items():
            name, version = _catalog_entry(value, versions)
            entries.add(name, version, scope, finder.word(alias, start))
    return entries.result(kind)


def _catalog_entry(value: object, versions: dict[str, object]) -> tuple[str, str]:
    """Name and version of one library or plugin, in its string and table forms."""
    if isinstance(value, str):
        name, _, version = value.rpartition(":")
        return (name, version) if value.count(":") >= 2 or (name and "." in name and ":" not in name) else (value, "")
    entry = table(value)
    chosen: object = entry.get("version", "")
    if isinstance(chosen, dict):
        reference = chosen.get("ref")
        chosen = versions.get(str(reference), "") if reference else chosen.get("require") or chosen.get("strictly") or ""
    module = entry.get("module") or entry.get("id")
    if not module and entry.get("group") and entry.get("name"):
        module = f"{entry['group']}:{entry['name']}"
    return str(module or ""), str(chosen)


_SBT = late(
    r'"(?P<group>[\w.-]+)"\s*%%?%?\s*"(?P<artifact>[\w.-]+)"\s*%\s*"?(?P<version>[\w.$-]+)"?(?P<test>\s*%\s*"?(?i:test)"?)?'
)


def parse_sbt(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Look for `"group" % "artifact" % "version"` in an sbt build, best effort."""
    text = _without_comments(text_from(data))
    lines, entries = Lines(path, text), Entries(path, "maven", aside)
    for match in _SBT.finditer(text):
        scope = "dev" if match.group("test") else "runtime"
        entries.add(f"{match.group('group')}:{match.group('artifact')}", match.group("version"), scope, lines.at(match.start()))
    return entries.result(kind)


_CLOJURE = late(
    r"""(?:^|[\[\s{])\[?([A-Za-z][\w.-]*(?:/[\w.-]+)?)\s+(?:"(?P<version>[^"\n]+)"|\{:(?:mvn/version|git/\w+)\s+"[^"\n]+")""",
    re.MULTILINE,
)


def parse_clojure(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Look for coordinates in deps.edn or project.clj, best effort."""
    text = re.sub(r";[^\n]*", lambda match: " " * len(match.group()), text_from(data))
    entries = Entries(path, "maven", aside)
    if path.endswith("project.clj"):
        start = max(text.find(":dependencies"), 0)
        text = re.sub(r"[^\n]", " ", text[:start]) + text[start:]
    matches_by_line(path, text, _CLOJURE, entries, "runtime")
    return entries.result(kind)
