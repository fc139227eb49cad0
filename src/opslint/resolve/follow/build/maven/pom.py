"""One pom.xml: what it says of plugins, profiles, modules and properties, before parents are looked at."""

from __future__ import annotations

import msgspec

from opslint.errors import UnreadableFile
from opslint.resolve.follow.build.markup import Markup, markup_of
from opslint.resolve.follow.build.maven.lifecycle import APACHE
from opslint.resolve.jobs.places import Files
from opslint.source.words.late import late

MAX_VALUE = 2_000
MAX_ROUNDS = 6

_PROPERTY = late(r"\$\{([^${}]{1,200})\}")


class Execution(msgspec.Struct, frozen=True, kw_only=True):
    """One execution of a plugin: `goals` are (name, path of the file, line)."""

    id: str
    phase: str = ""
    goals: tuple[tuple[str, str, int], ...] = ()
    configuration: dict[str, str] = {}


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """One `plugin` element; `inherited` is False where it says that modules do not have it."""

    id: str
    path: str
    line: int
    configuration: dict[str, str] = {}
    executions: tuple[Execution, ...] = ()
    inherited: bool = True


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in a project or in one of its profiles; `goal` is (defaultGoal, its line)."""

    properties: dict[str, str] = {}
    plugins: tuple[Declared, ...] = ()
    managed: tuple[Declared, ...] = ()
    modules: tuple[str, ...] = ()
    goal: tuple[str, int] = ("", 0)


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """One profile; `activation` holds what switches it on: `default`, `property`, `value`, `exists`, `missing`, `other`."""

    id: str
    activation: dict[str, str]
    section: Section


class Pom(msgspec.Struct, frozen=True, kw_only=True):
    """One pom.xml; `parent` is the path of its parent in the tree, "" where it has none there."""

    path: str
    packaging: str
    parent: str
    section: Section
    profiles: tuple[Profile, ...] = ()

    @property
    def folder(self) -> str:
        """The folder of the module."""
        return self.path.rpartition("/")[0]


def read_pom(path: str, files: Files) -> Pom | None:
    """The pom.xml at a path, None where it cannot be read.

    Source: Maven, "POM Reference".
    """
    return files.kept(("maven.pom", path), lambda: _read(path, files))


def _read(path: str, files: Files) -> Pom | None:
    if not files.tree.has(path):
        return None
    try:
        root = markup_of(files.tree.read(path))
    except UnreadableFile:
        return None
    if root is None or root.name != "project":
        return None
    parent = root.at("parent")
    section = _section(root, path)
    known = {
        "project.artifactId": root.word("artifactId"),
        "project.version": root.word("version") or root.word("parent", "version"),
        "project.groupId": root.word("groupId") or root.word("parent", "groupId"),
    }
    section = msgspec.structs.replace(section, properties={**known, **section.properties})
    profiles = root.at("profiles")
    return Pom(
        path=path,
        packaging=root.word("packaging") or "jar",
        parent=_parent(path, parent, files) if parent is not None else "",
        section=section,
        profiles=tuple(_profile(one, path) for one in profiles.all("profile")) if profiles is not None else (),
    )


def _parent(path: str, parent: Markup, files: Files) -> str:
    """Where the parent stands in the tree: a file or a folder, `../pom.xml` where nothing is said; an empty one says nowhere."""
    relative = parent.at("relativePath")
    if relative is not None and not relative.text:
        return ""
    found = pom_at(path.rpartition("/")[0], relative.text if relative is not None else "../pom.xml", files)
    if not found or found == path:
        return ""
    other = markup_of(_bytes(found, files))
    return found if other is not None and other.word("artifactId") == parent.word("artifactId") else ""


def _bytes(path: str, files: Files) -> bytes:
    try:
        return files.tree.read(path)
    except UnreadableFile:
        return b""


def pom_at(folder: str, to: str, files: Files) -> str:
    """The path of the model that a file or folder name leads to from a folder, "" where there is none in the tree."""
    from opslint.resolve.shell.state import joined

    at = joined(folder, to.strip().replace("\\", "/"))
    if "…" in at or at.startswith(".."):
        return ""
    if files.tree.has(at):
        return at
    inner = f"{at}/pom.xml" if at else "pom.xml"
    return inner if files.tree.has(inner) else ""


def _section(node: Markup, path: str) -> Section:
    properties, modules = node.at("properties"), node.at("modules") or node.at("subprojects")
    goal = node.at("build", "defaultGoal")
    plugins, managed = node.at("build", "plugins"), node.at("build", "pluginManagement", "plugins")
    return Section(
        properties={one.name: one.text[:MAX_VALUE] for one in properties.children} if properties is not None else {},
        plugins=tuple(_declared(one, path) for one in plugins.all("plugin")) if plugins is not None else (),
        managed=tuple(_declared(one, path) for one in managed.all("plugin")) if managed is not None else (),
        modules=tuple(one.text for one in modules.children if one.text) if modules is not None else (),
        goal=(goal.text, goal.line) if goal is not None else ("", 0),
    )


def _profile(node: Markup, path: str) -> Profile:
    activation: dict[str, str] = {}
    for one in (node.at("activation") or node).children if node.at("activation") is not None else ():
        if one.name == "activeByDefault":
            activation["default"] = one.text
        elif one.name == "property":
            activation |= {"property": one.word("name"), "value": one.word("value")}
        elif one.name == "file":
            activation |= {inner.name: inner.text for inner in one.children}
        else:
            activation["other"] = one.name
    return Profile(id=node.word("id"), activation=activation, section=_section(node, path))


def _declared(node: Markup, path: str) -> Declared:
    executions = node.at("executions")
    dependencies = node.at("dependencies")
    configuration = flattened(node.at("configuration"))
    if dependencies is not None:
        names = (f"{one.word('groupId')}:{one.word('artifactId')}" for one in dependencies.all("dependency"))
        configuration["dependency"] = " ".join(names)[:MAX_VALUE]
    return Declared(
        id=f"{node.word('groupId') or APACHE}:{node.word('artifactId')}",
        path=path,
        line=node.line,
        configuration=configuration,
        executions=tuple(_execution(one, path) for one in executions.all("execution")) if executions is not None else (),
        inherited=node.word("inherited") != "false",
    )


def _execution(node: Markup, path: str) -> Execution:
    goals = node.at("goals")
    return Execution(
        id=node.word("id") or "default",
        phase=node.word("phase"),
        goals=tuple((one.text, path, one.line) for one in goals.all("goal")) if goals is not None else (),
        configuration=flattened(node.at("configuration")),
    )


def flattened(node: Markup | None) -> dict[str, str]:
    """A configuration as one level: the texts of all elements of a name, and for one that holds others, their names."""
    found: dict[str, list[str]] = {}
    for one in node.below() if node is not None else ():
        if one is node:
            continue
        found.setdefault(one.name, []).append(one.text or " ".join(dict.fromkeys(inner.name for inner in one.children)))
    return {name: " ".join(texts)[:MAX_VALUE] for name, texts in found.items()}


def filled(text: str, properties: dict[str, str]) -> str:
    """A text with its `${…}` filled in; what is not known is "…"."""
    for _ in range(MAX_ROUNDS):
        if "${" not in text:
            return text
        text = _PROPERTY.sub(lambda match: properties.get(match[1], "…"), text)[:MAX_VALUE]
    return "…" if "${" in text else text
