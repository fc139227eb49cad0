"""moon: the tasks of projects, their own and those every project inherits."""

from __future__ import annotations

import shlex
from functools import partial

import msgspec

from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.follow.javascript.packages import few
from opslint.resolve.follow.javascript.workspaces import mapping_at, matching
from opslint.resolve.jobs.places import Files
from opslint.source.node import Mapping, Scalar, boolean_of, strings_of
from opslint.source.span import Span
from opslint.source.words.late import late

MAX_PROJECTS = 1000
MAX_TASKS = 2000
ALLOWED = "`allowFailure` lets it fail"

_VALUED = frozenset(
    {"--query", "--base", "--head", "--profile", "--downstream", "--upstream", "--job", "--jobTotal", "--log", "-c", "--concurrency"}
)
_SERVING = frozenset({"dev", "serve", "start"})
"""Names of tasks that moon takes for servers, which never run in CI."""
_TOKEN = late(r"(?<![\w$@])[@$][a-zA-Z]+(?:\([^()]*\))?")
"""`@globs(sources)`, `$projectRoot`: what moon puts in their place is not known here."""


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One task: the file that says it, and what it says."""

    path: str
    node: Mapping


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """One project by its name, with its tasks, inherited ones behind its own."""

    name: str
    folder: str
    tasks: dict[str, Task]
    needs: tuple[str, ...] = ()


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The commands of the tasks a `moon` command runs, those they depend on first; None where no workspace is found.

    Shape:  `ci` and `--affected` are taken as if everything had changed; a task that must not run in CI is left out of `ci`.
    Source: moon, "moon run", "moon ci", "moon check", "moon.yml".
    """
    del env
    return files.kept(("javascript.led", folder, *argv), partial(_follow, argv, folder, files))


def _follow(argv: tuple[str, ...], folder: str, files: Files) -> Led | None:
    """What `follow` says, worked out once for each command and folder."""
    root = folder
    while not files.tree.has(f"{root}/.moon/workspace.yml" if root else ".moon/workspace.yml"):
        if not root:
            return None
        root = root.rpartition("/")[0]
    verb, targets, handed = _asked(argv)
    if verb not in ("run", "r", "ci", "check", "c") or any("…" in target for target in targets):
        return None
    projects = files.kept(("javascript.moon", root), partial(_projects, root, files))
    leads: list[Lead] = []
    for project, name, asked in _ordered(_chosen(verb, targets, folder, projects), projects):
        lead = _lead(project, name, handed if asked else [], root)
        leads.extend([lead] if lead is not None else [])
    return Led(leads=few(leads)) if leads else None


def _asked(argv: tuple[str, ...]) -> tuple[str, list[str], list[str]]:
    words: list[str] = []
    index = 1
    while index < len(argv):
        word = argv[index]
        if word == "--":
            return (words[0] if words else "", words[1:], list(argv[index + 1 :][:200]))
        if not word.startswith("-"):
            words.append(word)
        index += 2 if word in _VALUED else 1
    return (words[0] if words else "", words[1:], [])


def _projects(root: str, files: Files) -> dict[str, Project]:
    """The projects of a workspace by name."""
    prefix = f"{root}/" if root else ""
    said = mapping_at(f"{prefix}.moon/workspace.yml", files)
    listed = said.get("projects") if said is not None else None
    sources: dict[str, str] = {}
    globs = strings_of(listed) if not isinstance(listed, Mapping) else strings_of(listed.get("globs"))
    if isinstance(listed, Mapping):
        named = listed.mapping("sources") or (listed if "globs" not in listed else None)
        sources = {name: node.value for name, _, node in named.items() if isinstance(node, Scalar)} if named is not None else {}
    folders = {path.rpartition("/")[0][len(prefix) :] for path in files.tree.paths() if path.startswith(prefix)} if globs else set[str]()
    plain = [glob.removesuffix("/moon.yml") for glob in globs]
    for folder in matching(plain, sorted(folders))[:MAX_PROJECTS]:
        sources.setdefault(folder.rpartition("/")[2], folder)
    inherited = _tasks(f"{prefix}.moon/tasks.yml", files)
    found: dict[str, Project] = {}
    for name, path in list(sources.items())[:MAX_PROJECTS]:
        if ".." in path:
            continue
        folder = f"{prefix}{path.strip('./')}".rstrip("/")
        own = f"{folder}/moon.yml" if folder else "moon.yml"
        more = mapping_at(own, files) if files.tree.has(own) else None
        needs = strings_of(more.get("dependsOn")) if more is not None else ()
        found[name] = Project(name=name, folder=folder, tasks={**inherited, **_tasks(own, files)}, needs=needs)
    return found


def _tasks(path: str, files: Files) -> dict[str, Task]:
    said = mapping_at(path, files) if files.tree.has(path) else None
    listed = said.mapping("tasks") if said is not None else None
    return {name: Task(path=path, node=node) for name, _, node in listed.items() if isinstance(node, Mapping)} if listed else {}


def _chosen(verb: str, targets: list[str], folder: str, projects: dict[str, Project]) -> list[tuple[Project, str]]:
    """The pairs of project and task a command names: `app:lint`, `:lint` everywhere, `lint` where it stands."""
    everything = list(projects.values())
    if verb in ("check", "c") or (verb == "ci" and not targets):
        chosen = [one for one in everything if verb == "ci" or not targets or one.name in targets]
        return [(one, name) for one in chosen for name, task in one.tasks.items()
                if name not in _SERVING and _in_ci(task)]
    found: list[tuple[Project, str]] = []
    for target in targets:
        scope, colon, task = target.rpartition(":")
        if not colon or scope == "~":
            here = [one for one in everything if folder == one.folder or folder.startswith(f"{one.folder}/")]
            found.extend((one, task) for one in here)
        elif not scope:
            found.extend((one, task) for one in everything)
        elif scope in projects:
            found.append((projects[scope], task))
    return [pair for pair in found if verb != "ci" or (pair[1] in pair[0].tasks and _in_ci(pair[0].tasks[pair[1]]))]


def _in_ci(task: Task) -> bool:
    options = task.node.mapping("options")
    return not (boolean_of(task.node.get("local")) or (options is not None and boolean_of(options.get("runInCI")) is False))


def _ordered(chosen: list[tuple[Project, str]], projects: dict[str, Project]) -> list[tuple[Project, str, bool]]:
    """Every pair of project and task, each once, what one depends on before it, with whether it was asked for."""
    found: list[tuple[Project, str, bool]] = []
    wanted = {(project.name, name) for project, name in chosen}
    seen: set[tuple[str, str]] = set()
    stack = [(project, name, False) for project, name in reversed(chosen)]
    while stack and len(seen) < MAX_TASKS:
        project, name, ready = stack.pop()
        task, key = project.tasks.get(name), (project.name, name)
        if task is None or (key in seen and not ready):
            continue
        if ready:
            found.append((project, name, key in wanted))
            continue
        seen.add(key)
        stack.append((project, name, True))
        for need in reversed(strings_of(task.node.get("deps"))):
            scope, _, other = need.rpartition(":")
            near = project.needs if scope == "^" else (scope if scope not in ("", "~") else project.name,)
            stack.extend((projects[one], other, False) for one in near if one in projects)
    return found


def _lead(project: Project, name: str, handed: list[str], root: str) -> Lead | None:
    """The command of a task with its arguments, where it runs."""
    task = project.tasks[name]
    key = next((one for one in ("script", "command") if one in task.node), "")
    place = task.node.get(key)
    words = strings_of(place)
    if place is None or not words:
        return None
    text = " ".join([*words, *strings_of(task.node.get("args")), *map(shlex.quote, handed)])
    for token, value in (("$workspaceRoot", root or "."), ("$projectRoot", "."), ("$project", project.name)):
        text = text.replace(token, value)
    options = task.node.mapping("options")
    above = options is not None and boolean_of(options.get("runFromWorkspaceRoot")) is True
    soft = options is not None and boolean_of(options.get("allowFailure")) is True
    span = Span(path=task.path, line=place.line, column=place.column, end_line=place.end_line, end_column=place.end_column)
    text = _TOKEN.sub("…", text)
    return Lead(script=text, span=span, folder=root if above else project.folder, soft_why=ALLOWED if soft else "")
