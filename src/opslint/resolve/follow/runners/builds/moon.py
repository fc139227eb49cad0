"""moon: the tasks of projects that `moon run`, `moon check` and `moon ci` run."""

from __future__ import annotations

import shlex

import msgspec

from opslint.errors import UnreadableFile
from opslint.model.activity import Hop
from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.follow.runners.written import UNKNOWN, asked_of, inside, lead_of
from opslint.resolve.jobs.places import Files
from opslint.resolve.wrappers.tables import words_in
from opslint.source.node import Mapping, Node, Scalar, Sequence, boolean_of, strings_of, text_of
from opslint.source.span import Span
from opslint.source.words.late import late

MAX_BYTES = 1 << 20
MAX_PROJECTS = 200
MAX_TASKS = 300
MAX_NESTING = 6

_VALUED = words_in("-c --concurrency --color --log --query --base --head --profile --status --job --jobTotal --stdin --affected")
_TOKEN = late(r"[@$][a-zA-Z]+(?:\([^()]*\))?")
_SERVING = frozenset({"dev", "serve", "start"})


class Project(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One project: its folder, and its tasks by name, each with the file that says it."""

    name: str
    folder: str
    tasks: dict[str, tuple[str, int, Node]]


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The commands of the tasks asked for; None where this is no moon workspace or nothing is run.

    Shape:  `moon ci` runs all tasks of every project that do not opt out, `moon check` those of some projects.
    Source: moonrepo, "run", "check", "ci" commands; "moon.yml" and "tasks.yml" settings.
    """
    del env
    asked = asked_of(argv, _VALUED)
    if not asked.words or asked.words[0] not in ("run", "check", "ci", "exec", "x") or UNKNOWN in folder:
        return None
    if not any(files.tree.has(f".moon/workspace.{ending}") for ending in ("yml", "yaml")):
        return None
    projects = files.once(("moon",), lambda: _projects(files))
    run = _Run(projects)
    verb, targets = asked.words[0], asked.words[1:]
    if verb == "check" or (verb == "ci" and not targets):
        for project in projects.values():
            if verb == "ci" or "--all" in asked.flags or project.name in targets or (not targets and project.folder == folder):
                run.every(project)
    else:
        for target in targets[:50]:
            run.asked(target, folder)
    return Led(leads=tuple(run.leads)) if run.leads else None


class _Run:
    """One run of moon: what was told so far."""

    def __init__(self, projects: dict[str, Project]) -> None:
        self.projects = projects
        self.leads: list[Lead] = []
        self._told: set[tuple[str, str]] = set()

    def every(self, project: Project) -> None:
        """The tasks of a project that tests and builds, not those that serve a person."""
        for name, (_, _, node) in project.tasks.items():
            options = node.mapping("options") if isinstance(node, Mapping) else None
            left_out = options is not None and boolean_of(options.get("runInCI")) is False
            local = isinstance(node, Mapping) and (boolean_of(node.get("local")) or node.text("preset") in ("server", "watcher"))
            if not left_out and not local and name not in _SERVING:
                self.tell(project, name, (), 0)

    def asked(self, target: str, folder: str) -> None:
        """A target: `app:lint`, `:lint` in every project, `~:lint` or `lint` in the one the command stands in."""
        scope, colon, name = target.rpartition(":")
        for project in self.projects.values():
            here = project.folder == folder
            if (colon and not scope) or (scope == "~" and here) or (not colon and here) or (scope and scope == project.name):
                self.tell(project, name, (), 0)

    def tell(self, project: Project, name: str, via: tuple[Hop, ...], depth: int) -> None:
        """A task after those it depends on, each once."""
        known = project.tasks.get(name)
        if known is None or (project.name, name) in self._told or len(self._told) >= MAX_TASKS or depth > MAX_NESTING:
            return
        self._told.add((project.name, name))
        path, line, node = known
        body = node if isinstance(node, Mapping) else None
        needed = body.get("deps") if body is not None else None
        for entry in needed.items[:100] if isinstance(needed, Sequence) else ():
            word = text_of(entry) or (entry.text("target") if isinstance(entry, Mapping) else None) or ""
            scope, _, task = word.rpartition(":")
            hop = Hop(path=path, line=entry.line, text=f"{name}: {word}"[:120])
            other = project if scope in ("", "~") else self.projects.get(scope)
            if other is not None:
                self.tell(other, task, (*via, hop), depth + 1)
        lead = _lead(path, line, node, project.folder)
        if lead is not None:
            self.leads.append(msgspec.structs.replace(lead, via=via))


def _lead(path: str, line: int, node: Node, folder: str) -> Lead | None:
    """What a task runs: `script` as it is, or `command` with `args`."""
    body = node if isinstance(node, Mapping) else None
    script = body.get("script") if body is not None else None
    if isinstance(script, Scalar):
        return lead_of(script, path, _TOKEN.sub(UNKNOWN, script.value), folder)
    command = body.get("command") if body is not None else node
    words = [text_of(command) or ""] if isinstance(command, Scalar) else [shlex.join(strings_of(command))]
    given = body.get("args") if body is not None else None
    words += [text_of(given) or ""] if isinstance(given, Scalar) else [shlex.join(strings_of(given))]
    text = " ".join(word for word in words if word)
    if not text or text in ("noop", "no-op"):
        return None
    place = command.line if command is not None else line
    return Lead(script=_tokens(text), span=Span(path=path, line=place), folder=folder)


def _tokens(text: str) -> str:
    """A command with moon's own tokens (`@group(x)`, `$workspaceRoot`) made unknown; scoped packages stay."""
    return _TOKEN.sub(lambda found: UNKNOWN if "(" in found[0] or found[0].startswith("$") else found[0], text)


def _projects(files: Files) -> dict[str, Project]:
    """The projects of the workspace with their own tasks and those they inherit."""
    workspace = next((path for ending in ("yml", "yaml") if files.tree.has(path := f".moon/workspace.{ending}")), "")
    root = _root(workspace, files)
    places: dict[str, str] = {}
    listed = root.get("projects") if root is not None else None
    patterns: list[str] = []
    if isinstance(listed, Mapping):
        sources = listed.mapping("sources")
        patterns = list(strings_of(listed.get("globs")))
        for name, _, node in (sources or listed).items():
            if name not in ("globs", "sources") and (text := text_of(node)) is not None:
                places[name] = "" if text == "." else text.removeprefix("./").rstrip("/")
    else:
        patterns = list(strings_of(listed))
    for folder in _matched(patterns, files):
        places.setdefault(folder.rpartition("/")[2] or "root", folder)
    shared = _shared(files)
    found: dict[str, Project] = {}
    for key, folder in list(places.items())[:MAX_PROJECTS]:
        path = next((one for ending in ("yml", "yaml") if files.tree.has(one := inside(folder, f"moon.{ending}"))), "")
        own = _root(path, files) if path else None
        name = (own.text("id") if own is not None else None) or key
        tasks = dict(shared)
        tasks.update({task: (path, scalar.line, node) for task, scalar, node in _pairs(own)})
        found[name] = Project(name=name, folder=folder, tasks=tasks)
    return found


def _matched(patterns: list[str], files: Files) -> list[str]:
    """The folders of globs such as `apps/*`, and those of `apps/*/moon.yml`."""
    from fnmatch import fnmatchcase

    wanted = [one.removesuffix("/moon.yml").removeprefix("./").rstrip("/") for one in patterns if not one.startswith("!")]
    if not wanted:
        return []
    folders: set[str] = set()
    for path in files.tree.paths():
        folder, _, name = path.rpartition("/")
        if name in ("moon.yml", "package.json", "Cargo.toml", "go.mod", "pyproject.toml"):
            folders.add(folder)
    return [
        folder for folder in sorted(folders)
        if any(fnmatchcase(folder, one) and ("**" in one or folder.count("/") == one.count("/")) for one in wanted)
    ][:MAX_PROJECTS]  # fmt: skip


def _shared(files: Files) -> dict[str, tuple[str, int, Node]]:
    """The tasks every project inherits."""
    found: dict[str, tuple[str, int, Node]] = {}
    for path in (".moon/tasks.yml", ".moon/tasks.yaml", ".moon/tasks/all.yml"):
        root = _root(path, files) if files.tree.has(path) else None
        found.update({key: (path, scalar.line, node) for key, scalar, node in _pairs(root)})
    return found


def _pairs(root: Mapping | None) -> list[tuple[str, Scalar, Node]]:
    tasks = root.mapping("tasks") if root is not None else None
    return list(tasks.items())[:MAX_TASKS] if tasks is not None else []


def _root(path: str, files: Files) -> Mapping | None:
    from opslint.source.yaml import parse_yaml

    try:
        documents = parse_yaml(files.tree.read(path, MAX_BYTES)).documents
    except UnreadableFile:
        return None
    return documents[0] if documents and isinstance(documents[0], Mapping) else None
