"""Workspaces: which packages a repository of several has, and which of them a command selects."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

import msgspec

from opslint.errors import UnreadableFile
from opslint.resolve.follow.javascript.manifest import Manifest, manifest_at
from opslint.resolve.jobs.places import Files
from opslint.source.node import Mapping, strings_of
from opslint.source.words.late import late

MAX_PACKAGES = 3000
"""Packages of one workspace."""
MAX_GLOBS = 100
MAX_BRACES = 32
MAX_PARTS = 32

_SKIPPED = late(r"(?:^|/)(?:node_modules|test|tests|testdata|fixtures|__fixtures__|examples?|vendor)/")
_BRACES = late(r"\{([^{}]*,[^{}]*)\}")
_SELECTOR = late(r"(?P<before>\.\.\.\^?)?(?P<body>[^\[\]{}]*?)(?:\{(?P<folder>[^{}]*)\})?(?:\[(?P<since>[^\]]*)\])?(?P<after>\^?\.\.\.)?")


class Workspace(msgspec.Struct, frozen=True, kw_only=True):
    """The packages of a workspace.

    Shape: `root` is the folder of the file that declares it; `packages` are the others, in the order of their paths;
           `declared` is False where nothing declares it and every package of the folder is taken.
    """

    root: str
    packages: tuple[Manifest, ...]
    declared: bool = True


def workspace_of(folder: str, files: Files) -> Workspace:
    """The workspace a folder belongs to: that of the nearest folder upwards that declares one."""
    root = folder
    while root and not _globs_at(root, files):
        root = root.rpartition("/")[0]
    globs = _globs_at(root, files)
    if globs:
        return files.kept(("javascript.workspace", root), lambda: _declared(root, globs, files))
    return files.kept(("javascript.packages", folder), lambda: _undeclared(folder, files))


def _globs_at(folder: str, files: Files) -> tuple[str, ...]:
    """The globs by which a folder declares its packages: pnpm-workspace.yaml, package.json, lerna.json."""
    return files.kept(("javascript.globs", folder), lambda: _read_globs(folder, files))


def _read_globs(folder: str, files: Files) -> tuple[str, ...]:
    prefix = f"{folder}/" if folder else ""
    for name in ("pnpm-workspace.yaml", "pnpm-workspace.yml"):
        listed = _listed(f"{prefix}{name}", files)
        if listed:
            return listed
    manifest = manifest_at(folder, files)
    if manifest is not None and manifest.workspaces:
        return manifest.workspaces
    return _listed(f"{prefix}lerna.json", files)


def _listed(path: str, files: Files) -> tuple[str, ...]:
    if not files.tree.has(path):
        return ()
    root = mapping_at(path, files)
    return strings_of(root.get("packages")) if root is not None else ()


def mapping_at(path: str, files: Files) -> Mapping | None:
    """A YAML, JSON or JSON-with-comments file as a mapping with places, None where it is none; each is read once."""
    return files.kept(("javascript.mapping", path), lambda: _mapping(path, files))


def _mapping(path: str, files: Files) -> Mapping | None:
    from opslint.parse.values.reading import json5_from, mapping_from, text_from

    try:
        data = files.tree.read(path)
        root = mapping_from(data) if path.endswith((".yaml", ".yml", "rc")) else json5_from(text_from(data))
    except UnreadableFile:
        return None
    return root if isinstance(root, Mapping) else None


def package_folders(files: Files) -> tuple[str, ...]:
    """The folders of all package.json files below the root."""
    return files.kept(("javascript.folders",), lambda: _folders(files))


def _folders(files: Files) -> tuple[str, ...]:
    found = (path[: -len("/package.json")] for path in files.tree.paths() if path.endswith("/package.json"))
    return tuple(folder for folder in found if "node_modules/" not in folder)


def _declared(root: str, globs: tuple[str, ...], files: Files) -> Workspace:
    prefix = f"{root}/" if root else ""
    inside = [folder[len(prefix) :] for folder in package_folders(files) if folder.startswith(prefix)]
    chosen = matching(globs, inside)
    manifests = (manifest_at(f"{prefix}{folder}", files) for folder in chosen[:MAX_PACKAGES])
    return Workspace(root=root, packages=tuple(one for one in manifests if one is not None))


def _undeclared(folder: str, files: Files) -> Workspace:
    prefix = f"{folder}/" if folder else ""
    inside = [one for one in package_folders(files) if one.startswith(prefix) and not _SKIPPED.search(f"{one}/")]
    manifests = (manifest_at(one, files) for one in inside[:MAX_PACKAGES])
    return Workspace(root=folder, packages=tuple(one for one in manifests if one is not None), declared=False)


def matching(globs: Iterable[str], folders: list[str]) -> list[str]:
    """The folders that globs name; a glob that begins with "!" takes out what those before it named.

    Source: npm, "workspaces"; pnpm, "pnpm-workspace.yaml".
    """
    chosen: dict[str, bool] = {}
    for written in list(globs)[:MAX_GLOBS]:
        wanted = not written.startswith("!")
        for glob in braces(written.lstrip("!").removeprefix("./").rstrip("/")):
            parts = glob.split("/")[:MAX_PARTS]
            for folder in folders:
                if chosen.get(folder, False) != wanted and glob_matches(parts, folder.split("/")[:MAX_PARTS]):
                    chosen[folder] = wanted
    return [folder for folder in folders if chosen.get(folder)]


def braces(glob: str) -> list[str]:
    """A glob with `{a,b}` written out, as far as MAX_BRACES goes."""
    waiting: list[str] = [glob]
    done: list[str] = []
    while waiting and len(waiting) + len(done) <= MAX_BRACES:
        current = waiting.pop(0)
        found = _BRACES.search(current)
        if found is None:
            done.append(current)
        else:
            waiting.extend(f"{current[: found.start()]}{one}{current[found.end() :]}" for one in found[1].split(","))
    return done


def glob_matches(parts: list[str], names: list[str]) -> bool:
    """Whether a glob's parts name a path's, `**` any number of them: a table over both, so never more than their product."""
    reached = [True, *(False for _ in names)]
    for part in parts:
        if part == "**":
            first = reached.index(True) if True in reached else len(reached)
            reached = [at >= first for at in range(len(reached))]
        else:
            reached = [False, *(reached[at] and fnmatchcase(name, part) for at, name in enumerate(names))]
    return reached[-1]


def selected(selectors: list[str], folder: str, workspace: Workspace, *, root: Manifest | None = None) -> list[Manifest]:
    """The packages that filters select: names, globs, folders, with dependencies and dependents; "!" leaves out.

    Shape:  a "[since]" is taken as if everything had changed; a "…" in a selector stands for anything; `folder` is what
            folders in selectors are relative to; `root` is the root's own package where it can be selected too.
    Source: pnpm, "Filtering"; Turborepo, "--filter".
    """
    packages = [*([root] if root is not None else []), *workspace.packages]
    selectors = [one for written in selectors[:MAX_GLOBS] for one in braces(written)]
    plain = [one for one in selectors if not one.startswith("!")]
    chosen: dict[str, Manifest] = {}
    for selector in plain:
        chosen.update((one.path, one) for one in _select(selector, folder, packages))
    if not plain:
        chosen = {one.path: one for one in workspace.packages}
    for selector in selectors:
        if selector.startswith("!"):
            for one in _select(selector[1:], folder, packages):
                chosen.pop(one.path, None)
    return [one for one in packages if one.path in chosen]


def _select(selector: str, folder: str, packages: list[Manifest]) -> list[Manifest]:
    found = _SELECTOR.fullmatch(selector.replace("…", "*"))
    if found is None:
        return []
    before, after = found["before"] or "", found["after"] or ""
    base = _base(found["body"] or "", found["folder"], found["since"] is not None, folder, packages)
    chosen = {} if "^" in before + after else {one.path: one for one in base}
    if before:
        chosen.update(_reached(base, packages, dependents=True))
    if after:
        chosen.update(_reached(base, packages, dependents=False))
    return list(chosen.values())


def _base(body: str, inside: str | None, since: bool, folder: str, packages: list[Manifest]) -> list[Manifest]:
    """The packages a selector names itself."""
    from opslint.resolve.shell.state import joined

    if inside is None and body.startswith("."):
        inside, body = body, ""
    chosen = packages
    if inside is not None:
        globs = [joined(folder, glob) for glob in braces(inside)]
        exact = [one for one in packages for glob in globs if glob_matches(glob.split("/"), one.folder.split("/"))]
        below = [one for one in packages if any(glob and one.folder.startswith(f"{glob}/") for glob in globs)]
        chosen = exact or below
    elif not body and not since:
        return []
    if not body:
        return chosen
    named = [one for one in chosen if fnmatchcase(one.name, body)]
    if named or "/" in body:
        return named
    unscoped = [one for one in chosen if fnmatchcase(one.name.rpartition("/")[2], body)]
    return unscoped if len(unscoped) == 1 or "*" in body else []


def _reached(base: list[Manifest], packages: list[Manifest], *, dependents: bool) -> dict[str, Manifest]:
    """The packages that some need, or that need them, over any number of steps; without those begun with."""
    by_name = {one.name: one for one in packages if one.name}
    users: dict[str, list[Manifest]] = {}
    for one in packages if dependents else ():
        for need in one.needs & by_name.keys():
            users.setdefault(need, []).append(one)
    found: dict[str, Manifest] = {}
    waiting = list(base)
    while waiting:
        current = waiting.pop()
        near = users.get(current.name, []) if dependents else [by_name[name] for name in sorted(current.needs & by_name.keys())]
        for one in near:
            if one.path not in found:
                found[one.path] = one
                waiting.append(one)
    return found


def named(names: list[str], folder: str, workspace: Workspace) -> list[Manifest]:
    """The packages that names or folders mean, as `npm -w` and `yarn workspace` have them; a folder means those below it too.

    Source: npm, "workspace"; Yarn, "workspace".
    """
    from opslint.resolve.shell.state import joined

    found: dict[str, Manifest] = {}
    for name in names:
        pattern = name.replace("…", "*")
        path = joined(folder, name)
        for one in workspace.packages:
            if fnmatchcase(one.name, pattern) or one.folder == path or one.folder.startswith(f"{path}/"):
                found[one.path] = one
    return list(found.values())
