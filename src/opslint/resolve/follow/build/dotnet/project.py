"""Project files of .NET: what a project refers to and sets, with the files its build takes in by itself."""

from __future__ import annotations

import msgspec

from opslint.errors import UnreadableFile
from opslint.resolve.follow.build.dotnet.conditions import filled, holds
from opslint.resolve.follow.build.markup import Markup, markup_of
from opslint.resolve.jobs.places import Files
from opslint.source.words.late import late

MAX_PROJECTS = 150
PROJECTS = (".csproj", ".fsproj", ".vbproj")
SOLUTIONS = (".sln", ".slnx")

_LISTED = late(r"^Project\(\"[^\"]*\"\)\s*=\s*\"[^\"]*\",\s*\"([^\"]+)\"", 8)
_ABOVE = late(r"GetPathOfFileAbove\(\s*'?([\w.]+)'?\s*,\s*'?\$\(MSBuildThisFileDirectory\)\.\.[/\\]?'?\s*\)", 2)
_HERE = late(r"\$\(MSBuildThisFileDirectory\)", 2)


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """A package that a project refers to, and where."""

    id: str
    path: str
    line: int
    private: bool = False


class Settings(msgspec.Struct, kw_only=True):
    """What a project and its shared files say: `references` by package, `properties` by name in lower case, `places` of properties."""

    references: dict[str, Reference]
    properties: dict[str, str]
    places: dict[str, tuple[str, int]]


def projects_at(word: str, folder: str, files: Files) -> list[str]:
    """The projects that a command builds: those of the solution or project it names, or of the only one in its folder."""
    from opslint.resolve.shell.state import joined

    at = joined(folder, word.replace("\\", "/")) if word else folder
    if "…" in at or at.startswith(".."):
        return []
    if at.endswith((*PROJECTS, *SOLUTIONS)):
        return _with_references([at] if at.endswith(PROJECTS) else _of_solution(at, files), files)
    start = f"{at}/" if at else ""
    here = [path for path in files.below(at) if "/" not in path[len(start) :]]
    found = [path for path in here if path.endswith(SOLUTIONS)][:1] or [path for path in here if path.endswith(PROJECTS)][:1]
    return projects_at(found[0].removeprefix(start), at, files) if found else []


def _of_solution(path: str, files: Files) -> list[str]:
    from opslint.resolve.shell.state import joined

    text = files.text(path) or ""
    if path.endswith(".slnx"):
        root = markup_of(text.encode())
        names = [one.attributes.get("Path", "") for one in root.below() if one.name == "Project"] if root is not None else []
    else:
        names = _LISTED.findall(text)
    paths = [joined(path.rpartition("/")[0], name.replace("\\", "/")) for name in names]
    return [one for one in paths if one.endswith(PROJECTS) and files.tree.has(one)][:MAX_PROJECTS]


def _with_references(paths: list[str], files: Files) -> list[str]:
    """Projects and those they refer to, each once."""
    from opslint.resolve.shell.state import joined

    found = dict.fromkeys(paths)
    waiting = list(paths)
    while waiting and len(found) < MAX_PROJECTS:
        path = waiting.pop()
        root = _root(path, files)
        for one in root.below() if root is not None else ():
            if one.name == "ProjectReference" and "$" not in one.attributes.get("Include", "$"):
                other = joined(path.rpartition("/")[0], one.attributes["Include"].replace("\\", "/"))
                if files.tree.has(other) and other not in found:
                    found[other] = None
                    waiting.append(other)
    return list(found)


def _root(path: str, files: Files) -> Markup | None:
    return files.kept(("dotnet", path), lambda: _read(path, files))


def _read(path: str, files: Files) -> Markup | None:
    try:
        return markup_of(files.tree.read(path))
    except UnreadableFile:
        return None


def settings_of(path: str, given: dict[str, str], files: Files) -> Settings:
    """What holds for a project, with the properties that the command gives it.

    Source: MSBuild, "Customize your build" (Directory.Build.props and .targets, Directory.Packages.props).
    """
    fixed = {name.lower(): value for name, value in given.items()}
    found = Settings(references={}, properties=dict(fixed), places={})
    folder = path.rpartition("/")[0]
    before = [near for name in ("Directory.Build.props", "Directory.Packages.props") if (near := nearest(folder, name, files))]
    behind = [near] if (near := nearest(folder, "Directory.Build.targets", files)) else []
    for one in (*before, path, *behind):
        _take(one, found, fixed, files, set())
    return found


def nearest(folder: str, name: str, files: Files) -> str:
    """The file of a name in a folder or the nearest above it, "" where there is none."""
    while True:
        path = f"{folder}/{name}" if folder else name
        if files.tree.has(path):
            return path
        if not folder:
            return ""
        folder = folder.rpartition("/")[0]


def _take(path: str, found: Settings, fixed: dict[str, str], files: Files, seen: set[str]) -> None:
    """Take in what one file says; what stands under a condition that is not known is left out."""
    from opslint.resolve.shell.state import joined

    root = _root(path, files)
    if root is None or path in seen or len(seen) > 20:
        return
    seen.add(path)
    for group in root.children:
        if holds(group.attributes.get("Condition", ""), found.properties) is not True:
            continue
        if group.name == "Import":
            if (above := _ABOVE.search(group.attributes.get("Project", ""))) is not None:
                folder = path.rpartition("/")[0]
                _take(nearest(folder.rpartition("/")[0], above[1], files) if folder else "", found, fixed, files, seen)
            to = filled(_rooted(group.attributes.get("Project", ""), path), found.properties)
            if to and "$(" not in to:
                _take(joined("" if to.startswith("/") else path.rpartition("/")[0], to.lstrip("/")), found, fixed, files, seen)
        for one in group.children:
            if holds(one.attributes.get("Condition", ""), found.properties) is not True:
                continue
            if group.name == "PropertyGroup":
                value = filled(_rooted(one.text, path), found.properties) or one.text
                found.properties[one.name.lower()] = fixed.get(one.name.lower(), value)
                found.places[one.name] = (path, one.line)
            elif one.name in ("PackageReference", "GlobalPackageReference"):
                _refer(one, path, found)


def _rooted(text: str, path: str) -> str:
    """A value with the folder of its own file filled in, from the root of the tree, which is "/" here."""
    if "$(" not in text:
        return text
    folder = path.rpartition("/")[0]
    return _HERE.sub(lambda _: f"/{folder}/" if folder else "/", text).replace("\\", "/")


def _refer(one: Markup, path: str, found: Settings) -> None:
    name = one.attributes.get("Include", "")
    if one.attributes.get("Remove") in found.references:
        del found.references[one.attributes["Remove"]]
    if name and "$" not in name:
        assets = one.attributes.get("PrivateAssets") or one.word("PrivateAssets")
        private = "all" in assets.lower() or one.name == "GlobalPackageReference"
        found.references[name] = Reference(id=name, path=path, line=one.line, private=private)
