"""The projects of a Gradle build: settings, scripts, convention plugins and version catalogues, as far as they are literal."""

from __future__ import annotations

import msgspec

from opslint.errors import UnreadableFile
from opslint.resolve.follow.build.gradle.says import Reader, Script, Task
from opslint.resolve.follow.build.gradle.script import MAX_TEXT, statements
from opslint.resolve.jobs.places import Files
from opslint.source.words.late import late
from opslint.source.words.toml import parse_toml

MAX_PROJECTS = 400
MAX_SCRIPTS = 40
"""Scripts that one project takes in."""

SETTINGS = ("settings.gradle", "settings.gradle.kts", "settings.gradle.dcl")
BUILDS = ("build.gradle", "build.gradle.kts")

_INCLUDE = late(r"""^include\s*\(?(.*)$""")
_QUOTED = late(r"""["']([^"'\n$]+)["']""")
_DIRECTORY = late(r"""^project\s*\(\s*["']([\w:.-]+)["']\s*\)\.projectDir\s*=\s*(.*)$""")
_BUILD_FILE = late(r"""^project\s*\(\s*["']([\w:.-]+)["']\s*\)\.name\s*=\s*["']([\w.-]+)["']""")
_PRECOMPILED = late(r"(?:^|/)src/main/(?:kotlin|groovy)/(.+)\.gradle(?:\.kts)?$")
_MADE = late(
    r"""\bid\s*(?:=|\.set\()?\s*\(?(?:["']([\w.-]+)["']|libs\.plugins\.([\w.]+?)\.get\(\)\.pluginId)\)?\s*;?\s*"""
    r"""implementationClass\s*(?:=|\.set\()?\s*\(?["']([\w.]+)["']"""
)
_LOGIC = late(r"(?:^|/)(?:buildSrc|build-[\w-]*|[\w-]*-?plugins?|gradle)/")
_SOURCE = late(r"/src/main/(?:kotlin|java|groovy)/.*\.(?:kt|java|groovy)$")
_BETWEEN = late(r"[-_.]")
_ROOTED = late(r"^(?:\$\{?root(?:Dir|Project\.projectDir|Project\.rootDir)\}?|…)/")


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """A plugin that a project has, and where that is said."""

    id: str
    path: str
    line: int


class Project(msgspec.Struct, kw_only=True):
    """One project: `plugins` by id, `tasks` as the scripts say them, each with its file, `blocks` the settings of extensions."""

    path: str
    folder: str
    plugins: dict[str, Applied]
    tasks: list[tuple[str, Task]]
    blocks: dict[str, dict[str, str]]


class Build(msgspec.Struct, frozen=True, kw_only=True):
    """One Gradle build; `projects` by their path (":" for the root)."""

    folder: str
    projects: dict[str, Project]


def root_of(folder: str, files: Files) -> str | None:
    """The folder whose settings a command below it uses, its own where there are none; None without any build script."""
    at = folder
    while True:
        if any(files.tree.has(_under(at, name)) for name in SETTINGS):
            return at
        if not at:
            break
        at = at.rpartition("/")[0]
    return folder if any(files.tree.has(_under(folder, name)) for name in BUILDS) else None


def _under(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def build_of(folder: str, files: Files) -> Build:
    """The build whose root is a folder.

    Source: Gradle, "Structuring Builds", "Sharing Build Logic", "Version Catalogs".
    """
    return files.kept(("gradle.build", folder), lambda: _Builder(folder, files).build())


def precompiled(files: Files) -> dict[str, str]:
    """Script plugins of the repository: name -> path, by the full name below `src/main/kotlin` and by the file's own."""
    found: dict[str, str] = {}
    for path in files.tree.paths():
        if (match := _PRECOMPILED.search(path)) is not None and "/resources/" not in path:
            found.setdefault(match[1].replace("/", "."), path)
            found.setdefault(match[1].rpartition("/")[2], path)
    return found


def aliases(path: str, files: Files) -> dict[str, str]:
    """The plugins of a version catalogue: alias with dots -> plugin id."""
    text = files.text(path)
    try:
        plugins = parse_toml(text).get("plugins", {}) if text is not None else {}
    except UnreadableFile:
        return {}
    found: dict[str, str] = {}
    for alias, value in plugins.items() if isinstance(plugins, dict) else ():
        identity = value.get("id") if isinstance(value, dict) else value.partition(":")[0] if isinstance(value, str) else None
        if isinstance(identity, str):
            found[_BETWEEN.sub(".", alias)] = identity
    return found


class _Builder:
    """Puts a build together."""

    def __init__(self, folder: str, files: Files) -> None:
        self.folder = folder
        self.files = files
        self.catalogs: dict[str, dict[str, str]] = {}
        self.conventions = files.kept(("gradle.conventions", folder), self._conventions)

    def _conventions(self) -> dict[str, str]:
        """The plugins that the repository makes itself, as scripts or as classes: id -> the file that is one."""
        found = self.files.kept(("gradle.precompiled",), lambda: precompiled(self.files))
        sources: dict[str, str] | None = None
        for path in self.files.tree.paths():
            if path.rpartition("/")[2] not in BUILDS or not _LOGIC.search(path):
                continue
            for match in _MADE.finditer((self.files.text(path) or "")[:MAX_TEXT]):
                if sources is None:
                    sources = {one.rpartition("/")[2].partition(".")[0]: one for one in self.files.tree.paths() if _SOURCE.search(one)}
                alias = match[2] and f"libs:{match[2].removesuffix('.asProvider')}"
                source = sources.get(match[3].rpartition(".")[2])
                if source is not None:
                    found = {**found, match[1] or self._plugin(alias): source}
        return found

    def build(self) -> Build:
        """The build with everything its scripts say."""
        projects = {path: Project(path=path, folder=folder, plugins={}, tasks=[], blocks={}) for path, folder in self._found()}
        for project in list(projects.values()):
            script = next((at for name in BUILDS if self.files.tree.has(at := _under(project.folder, name))), "")
            if script:
                self._take(script, project, projects)
        return Build(folder=self.folder, projects=projects)

    def _found(self) -> list[tuple[str, str]]:
        """(path, folder) of every project, the root's first; by their scripts where the settings name none."""
        settings = next((at for name in SETTINGS if self.files.tree.has(at := _under(self.folder, name))), "")
        found = {":": self.folder}
        waiting = list(statements(self.files.text(settings) or "")) if settings else []
        moved: dict[str, str] = {}
        for one in waiting:
            if (include := _INCLUDE.match(one.text)) is not None:
                for name in _QUOTED.findall(include[1])[:MAX_PROJECTS]:
                    path = ":" + name.strip(":").replace("/", ":")
                    found[path] = _under(self.folder, path.strip(":").replace(":", "/"))
            elif (directory := _DIRECTORY.match(one.text)) is not None and (quoted := _QUOTED.findall(directory[2])):
                moved[directory[1]] = str(quoted[-1])
            elif (renamed := _BUILD_FILE.match(one.text)) is not None and renamed[1] in found:
                moved[renamed[1].rpartition(":")[0] + f":{renamed[2]}"] = found.pop(renamed[1]).removeprefix(self.folder).strip("/")
        for path, to in moved.items():
            found[path if path.startswith(":") else f":{path}"] = _under(self.folder, to.strip("./"))
        if len(found) == 1:
            found |= self._by_scripts()
        for path in list(found):
            parts = path.strip(":").split(":")
            for depth in range(1, len(parts)):  # `include 'a:b'` makes `:a` too
                found.setdefault(":" + ":".join(parts[:depth]), _under(self.folder, "/".join(parts[:depth])))
        return sorted(found.items())[:MAX_PROJECTS]

    def _by_scripts(self) -> dict[str, str]:
        found: dict[str, str] = {}
        start = self.folder + "/" if self.folder else ""
        for path in self.files.tree.paths():
            folder, _, name = path.rpartition("/")
            inner = folder.removeprefix(start)
            if name in BUILDS and path.startswith(start) and folder != self.folder and "src" not in inner.split("/"):
                if inner.split("/")[0] in ("buildSrc", "build-logic") or any(self.files.tree.has(_under(folder, one)) for one in SETTINGS):
                    continue
                found[":" + inner.replace("/", ":")] = folder
        return found

    def _take(self, path: str, project: Project, projects: dict[str, Project]) -> None:
        """A script into a project, with all scripts it takes in in turn."""
        waiting, seen = [(path, [project])], set[tuple[str, str]]()
        while waiting and len(seen) < MAX_SCRIPTS:
            at, into = waiting.pop(0)
            if (at, into[0].path) in seen:
                continue
            seen.add((at, into[0].path))
            script = self._script(at)
            if script is None:
                continue
            for said in script.plugins:
                target = self._scoped(said.scope, project, into, projects)
                name = self._plugin(said.what)
                own = self.conventions.get(name) if name not in ("", at) else None
                if own is not None and target:
                    waiting.append((own, target))
                for one in target:
                    one.plugins.setdefault(name, Applied(id=name, path=at, line=said.line))
            for said in script.sources:
                to = self._source(said.what, at, project)
                if to:
                    waiting.append((to, self._scoped(said.scope, project, into, projects) or into))
            for scope, task in script.tasks:
                for one in self._scoped(scope, project, into, projects):
                    one.tasks.append((at, task))
            for one in into:
                for name, settings in script.blocks.items():
                    one.blocks.setdefault(name, {}).update(settings)

    def _script(self, path: str) -> Script | None:
        text = self.files.text(path)
        return self.files.kept(("gradle.script", path), lambda: Reader(path).read(text)) if text is not None else None

    def _scoped(self, scope: str, project: Project, into: list[Project], projects: dict[str, Project]) -> list[Project]:
        if not scope:
            return into
        if scope.startswith(":") or scope not in ("all", "sub"):
            one = projects.get(scope if scope.startswith(":") else f":{scope}")
            return [one] if one is not None else []
        below = project.path.rstrip(":") + ":"
        return [one for path, one in projects.items() if path.startswith(below) and (scope == "all" or one is not project)]

    def _plugin(self, name: str) -> str:
        """A plugin's id, looked up where it is an alias of a catalogue."""
        catalog, colon, alias = name.partition(":")
        if not colon:
            return {"kotlin-android": "org.jetbrains.kotlin.android", "kotlin": "org.jetbrains.kotlin.jvm"}.get(name, name)
        if catalog not in self.catalogs:
            at = f"gradle/{catalog}.versions.toml"
            self.catalogs[catalog] = aliases(_under(self.folder, at), self.files) or aliases(at, self.files)
        return self.catalogs[catalog].get(alias, "")

    def _source(self, text: str, script: str, project: Project) -> str:
        """The path of a script that `apply from:` names, "" where it is not of the tree."""
        from opslint.resolve.shell.state import joined

        rooted = _ROOTED.sub("", text)
        base = self.folder if rooted != text else project.folder
        for folder in (base, script.rpartition("/")[0], self.folder):
            path = joined(folder, rooted)
            if "$" not in path and "…" not in path and self.files.tree.has(path):
                return path
        return ""
