"""The projects of an Nx workspace: where they stand, what they are called, which files say what their targets run."""

from __future__ import annotations

from functools import partial

import msgspec

from opslint.resolve.follow.javascript.manifest import Manifest, manifest_at
from opslint.resolve.follow.javascript.nx.executors import PLUGINS, Inferred
from opslint.resolve.follow.javascript.workspaces import glob_matches, mapping_at, workspace_of
from opslint.resolve.jobs.places import Files
from opslint.source.node import Mapping, Node, Scalar, Sequence, boolean_of, strings_of, text_of
from opslint.source.words.late import late

MAX_PROJECTS = 1000
MAX_CONFIG = 64 * 1024

_SKIPPED = late(r"(?:^|/)(?:node_modules|__fixtures__|fixtures|files|testdata|dist|tmp)/")


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A file's mapping that says something of a target."""

    path: str
    node: Mapping


class Guess(msgspec.Struct, frozen=True, kw_only=True):
    """A target that a plugin of nx.json makes; the place is the plugin's."""

    command: str
    path: str
    node: Node


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """One project.

    Shape: `targets` maps a target's name to what project.json and then package.json say of it, strongest first; `guessed` to
           what plugins make; `implicit` are names of projects it depends on whatever it imports.
    """

    name: str
    folder: str
    targets: dict[str, tuple[Source, ...]] = {}
    scripts: frozenset[str] = frozenset()
    guessed: dict[str, Guess] = {}
    manifest: Manifest | None = None
    tags: tuple[str, ...] = ()
    implicit: tuple[str, ...] = ()

    def has(self, target: str) -> bool:
        """Whether it has a target of that name."""
        return target in self.targets or target in self.scripts or target in self.guessed


class Workspace(msgspec.Struct, frozen=True, kw_only=True):
    """The projects of a workspace by name, and the defaults of nx.json."""

    root: str
    projects: dict[str, Project]
    defaults: Source | None
    default_project: str = ""


def nx_workspace(folder: str, files: Files) -> Workspace | None:
    """The Nx workspace a folder belongs to, None where no nx.json stands above it."""
    while not files.tree.has(f"{folder}/nx.json" if folder else "nx.json"):
        if not folder:
            return None
        folder = folder.rpartition("/")[0]
    return files.kept(("javascript.nx", folder), partial(_read, folder, files))


def _read(root: str, files: Files) -> Workspace:
    path = _inside(root, "nx.json")
    settings = mapping_at(path, files)
    names = tuple(path.rpartition("/")[2] for path in files.tree.paths())
    beside: dict[str, list[str]] = {}
    for full, name in zip(files.tree.paths(), names, strict=True):
        beside.setdefault(full[: -len(name) - 1] if len(full) > len(name) else "", []).append(name)
    projects: dict[str, Project] = {}
    for folder in _folders(root, files)[:MAX_PROJECTS]:
        project = _project(root, folder, settings, beside, files)
        if project.name:
            projects.setdefault(project.name, project)
    projects.update(_listed(root, files))
    defaults = settings.mapping("targetDefaults") if settings is not None else None
    return Workspace(
        root=root,
        projects=projects,
        defaults=Source(path=path, node=defaults) if defaults is not None else None,
        default_project=(settings.text("defaultProject") or "") if settings is not None else "",
    )


def _inside(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _folders(root: str, files: Files) -> list[str]:
    """The folders of projects: those with a project.json, the packages of the workspace, and the root."""
    prefix = f"{root}/" if root else ""
    found = dict.fromkeys(
        path.rpartition("/")[0]
        for path in files.tree.paths()
        if path.startswith(prefix) and path.rpartition("/")[2] == "project.json" and not _SKIPPED.search(path[len(prefix) :])
    )
    workspace = workspace_of(root, files)
    if workspace.declared and workspace.root == root:
        found.update(dict.fromkeys(one.folder for one in workspace.packages))
    found.setdefault(root)
    return list(found)


def _project(root: str, folder: str, settings: Mapping | None, beside: dict[str, list[str]], files: Files) -> Project:
    """One project from its project.json, its package.json and the plugins that see its configuration files."""
    path = _inside(folder, "project.json")
    said = mapping_at(path, files) if files.tree.has(path) else None
    manifest = manifest_at(folder, files)
    more = mapping_at(manifest.path, files) if manifest is not None and manifest.nx else None
    nx = more.mapping("nx") if more is not None else None
    if said is None and nx is None and folder == root:
        return Project(name="", folder=folder)
    sources: dict[str, tuple[Source, ...]] = {}
    for where, holder in ((path, said), (manifest.path if manifest is not None else "", nx)):
        targets = holder.mapping("targets") if holder is not None else None
        for name, _, node in targets.items() if targets is not None else ():
            if isinstance(node, Mapping):
                sources[name] = (*sources.get(name, ()), Source(path=where, node=node))
    listed = nx.get("includedScripts") if nx is not None else None
    scripts = frozenset(manifest.scripts) if manifest is not None else frozenset[str]()
    named = (said.text("name") if said is not None else None) or (nx.text("name") if nx is not None else None)
    holders = [one for one in (said, nx) if one is not None]
    return Project(
        name=named or (manifest.name if manifest is not None else "") or folder.rpartition("/")[2],
        folder=folder,
        targets=sources,
        scripts=scripts & frozenset(strings_of(listed)) if listed is not None else scripts,
        guessed=_guessed(root, folder, settings, beside, files) if settings is not None else {},
        manifest=manifest,
        tags=tuple(tag for one in holders for tag in strings_of(one.get("tags"))),
        implicit=tuple(name for one in holders for name in strings_of(one.get("implicitDependencies"))),
    )


def _listed(root: str, files: Files) -> dict[str, Project]:
    """The projects of a workspace.json or angular.json, as old workspaces list them in one file."""
    found: dict[str, Project] = {}
    for name in ("workspace.json", "angular.json"):
        path = _inside(root, name)
        said = mapping_at(path, files) if files.tree.has(path) else None
        listed = said.mapping("projects") if said is not None else None
        for project, _, node in listed.items() if listed is not None else ():
            targets = (node.mapping("targets") or node.mapping("architect")) if isinstance(node, Mapping) else None
            if not isinstance(node, Mapping) or targets is None or len(found) >= MAX_PROJECTS:
                continue
            sources: dict[str, tuple[Source, ...]] = {
                key: (Source(path=path, node=one),) for key, _, one in targets.items() if isinstance(one, Mapping)
            }
            folder = _inside(root, (node.text("root") or "").strip("./"))
            found[project] = Project(name=project, folder=folder.rstrip("/"), targets=sources, tags=strings_of(node.get("tags")))
    return found


def _guessed(root: str, folder: str, settings: Mapping, beside: dict[str, list[str]], files: Files) -> dict[str, Guess]:
    """The targets that plugins of nx.json make for a folder; of two plugins that make the same the later wins."""
    found: dict[str, Guess] = {}
    plugins = settings.get("plugins")
    for entry in plugins.items[:100] if isinstance(plugins, Sequence) else ():
        name = (entry.text("plugin") or "") if isinstance(entry, Mapping) else (text_of(entry) or "")
        for row in PLUGINS.get(name, ()):
            target = _target_name(entry, row)
            config = _config(root, folder, row, beside, files) if target else ""
            if config and _seen(entry, config[len(root) :].lstrip("/"), folder[len(root) :].lstrip("/")):
                place = entry.get("plugin") if isinstance(entry, Mapping) else entry
                found[target] = Guess(command=row.command, path=_inside(root, "nx.json"), node=place or entry)
    return found


def _target_name(entry: Node, row: Inferred) -> str:
    """The name of a target that a plugin makes, "" where its options make none."""
    options = entry.mapping("options") if isinstance(entry, Mapping) else None
    outer, dot, inner = row.key.partition(".")
    if dot and options is not None and outer in options:
        if boolean_of(options.get(outer)) is False:
            return ""
        options, row_key, default = options.mapping(outer), inner, row.default or outer
        return (options.text(row_key) if options is not None else None) or default
    return (options.text(row.key) if options is not None else None) or row.default


def _config(root: str, folder: str, row: Inferred, beside: dict[str, list[str]], files: Files) -> str:
    """The configuration file by which a plugin sees a project, "" where there is none."""
    current = folder
    while True:
        for name in beside.get(current, ()):
            path = _inside(current, name)
            if name.startswith(row.configs) and (not row.holds or _holds(path, row.holds, files)):
                return path
        if not row.upwards or current in (root, ""):
            return ""
        current = current.rpartition("/")[0]


def _holds(path: str, word: str, files: Files) -> bool:
    """Whether a configuration written as a program sets something: `test: {` or `test:` behind a brace."""
    import re

    text = files.text(path) or ""
    return re.search(rf"\b{re.escape(word)}\s*:\s*[{{\w]", text[:MAX_CONFIG]) is not None


def _seen(entry: Node, config: str, folder: str) -> bool:
    """Whether a plugin's `include` and `exclude` leave a project to it."""
    if not isinstance(entry, Mapping):
        return True
    path = f"{folder}/{config.rpartition('/')[2]}" if folder else config.rpartition("/")[2]

    def among(key: str) -> bool:
        return any(glob_matches(glob.split("/")[:32], path.split("/")[:64]) for glob in strings_of(entry.get(key))[:100])

    return ("include" not in entry or among("include")) and not ("exclude" in entry and among("exclude"))


def scalar_at(node: Mapping, key: str) -> Scalar | None:
    """The value of a key where it is text."""
    value = node.get(key)
    return value if isinstance(value, Scalar) and text_of(value) else None
