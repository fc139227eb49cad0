"""nx: which targets of which projects a command runs, what they depend on first."""

from __future__ import annotations

import shlex
from fnmatch import fnmatchcase
from functools import partial

import msgspec

from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.follow.javascript.nx.executors import BUILT_IN
from opslint.resolve.follow.javascript.nx.projects import Project, Workspace, nx_workspace
from opslint.resolve.follow.javascript.nx.targets import needs_of, target_leads
from opslint.resolve.follow.javascript.packages import few
from opslint.resolve.jobs.places import Files
from opslint.resolve.wrappers.tables import words_in

MAX_TASKS = 3000

_LISTS = {
    **dict.fromkeys(("-t", "--target", "--targets", "--t"), "targets"),
    **dict.fromkeys(("-p", "--projects", "--project"), "projects"),
    "--exclude": "exclude",
}
_VALUED = words_in("--base --head --files --runner --output-style --outputStyle --parallel --maxParallel --nxBail --batch --type")
_OWN = words_in(
    "--all --verbose --skip-nx-cache --skipNxCache --nx-bail --nxBail --parallel --no-cloud --cloud --no-dte --dte --uncommitted "
    "--untracked --nx-ignore-cycles --exclude-task-dependencies --excludeTaskDependencies --skip-sync --tui --no-tui --with-deps "
    "--skipRemoteCache --disableNxCache --disable-nx-cache --disableRemoteCache --no-agents --agents --only-failed --graph --plain"
)


class Asked(msgspec.Struct, kw_only=True):
    """What an `nx` command asks for; `handed` are words for the targets, `alone` where what they depend on is left out."""

    targets: list[str] = []
    projects: list[str] = []
    exclude: list[str] = []
    config: str = ""
    handed: list[str] = []
    many: bool = False
    alone: bool = False


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The commands behind the targets an `nx` command runs; None where no nx.json is found or it runs no target.

    Shape:  `affected` is taken as if everything had changed; a failing target fails it, without `--nx-bail` too.
    Source: Nx, "run", "run-many", "affected", "Task pipeline configuration".
    """
    del env
    return files.kept(("javascript.led", folder, *argv), partial(_follow, argv, folder, files))


def _follow(argv: tuple[str, ...], folder: str, files: Files) -> Led | None:
    """What `follow` says, worked out once for each command and folder."""
    asked = asked_of(argv)
    if asked is None or "--graph" in argv or any("…" in target for target in asked.targets):
        return None
    workspace = nx_workspace(folder, files)
    if workspace is None:
        return None
    _settle(asked, workspace)
    projects = _projects(asked, folder, workspace)
    leads: list[Lead] = []
    for project, target in _ordered(projects, asked, workspace):
        handed = [shlex.quote(word) for word in asked.handed[:100]] if target in asked.targets else []
        leads.extend(target_leads(project, target, asked.config if target in asked.targets else "", handed, workspace, files))
    if any("…" in name for name in asked.projects):
        leads = [msgspec.structs.replace(lead, confidence="low") for lead in leads]
    return Led(leads=few(leads)) if leads else None


def asked_of(argv: tuple[str, ...]) -> Asked | None:
    """Targets, projects and words handed on of a command line; None where it names no target."""
    asked = Asked()
    words: list[str] = []
    index = 1
    while index < len(argv):
        word = argv[index]
        key, equals, value = word.partition("=")
        index += 1
        if word == "--":
            asked.handed.extend(argv[index:])
            break
        if not word.startswith("-"):
            words.append(word)
        elif key in _LISTS:
            several = [value] if equals else []
            while not equals and index < len(argv) and not argv[index].startswith("-"):
                several.append(argv[index])
                index += 1
            getattr(asked, _LISTS[key]).extend(one.strip() for part in several for one in part.split(",") if one.strip())
        elif key in ("-c", "--configuration", "--prod"):
            asked.config = "production" if key == "--prod" else value if equals else (argv[index] if index < len(argv) else "")
            index += 1 if key != "--prod" and not equals else 0
        else:
            index += 1 if key in _VALUED and not equals and index < len(argv) and _is_value(key, argv[index]) else 0
            asked.alone |= key in ("--exclude-task-dependencies", "--excludeTaskDependencies") and value != "false"
            asked.handed.extend([word] if key not in _OWN and key not in _VALUED else [])
    return _verb(asked, words)


def _is_value(key: str, word: str) -> bool:
    """Whether a word is an option's value: `--parallel` may stand without one."""
    return word.isdigit() if key in ("--parallel", "--maxParallel") else not word.startswith("-")


def _verb(asked: Asked, words: list[str]) -> Asked | None:
    """What the words that are no options say."""
    if not words or words[0] in BUILT_IN:
        return None
    verb, *rest = words
    if verb in ("run-many", "affected"):
        asked.many = True
        return asked if asked.targets else None
    if verb.startswith("affected:"):
        asked.many, asked.targets = True, [verb.partition(":")[2]]
        return asked
    if verb == "run":
        if not rest:
            return None
        project, _, target = rest[0].partition(":")
        if not target:
            project, target = "", project
    else:
        target, project = verb, rest[0] if rest else (asked.projects[0] if asked.projects else "")
    asked.projects = [project] if project else []
    asked.targets = [target]
    return asked


def _projects(asked: Asked, folder: str, workspace: Workspace) -> list[Project]:
    """The projects a command means: those named, by glob or tag too, the one it stands in, or all."""
    everything = list(workspace.projects.values())
    chosen = everything if asked.many else []
    if asked.projects:
        positive = [name for name in asked.projects if not name.startswith("!")]
        chosen = [one for one in everything if not positive or any(_is(one, name) for name in positive)]
        chosen = [one for one in chosen if not any(_is(one, name[1:]) for name in asked.projects if name.startswith("!"))]
    elif not asked.many:
        here = [one for one in everything if one.folder and (folder == one.folder or folder.startswith(f"{one.folder}/"))]
        chosen = sorted(here, key=lambda one: len(one.folder))[-1:]
        default = workspace.projects.get(workspace.default_project) or next((one for one in everything if not one.folder), None)
        chosen = chosen or ([default] if default is not None else [])
    return [one for one in chosen if not any(_is(one, name) for name in asked.exclude)]


def _is(project: Project, name: str) -> bool:
    """Whether a name, glob, tag or folder means a project; a scope may be left out."""
    kind, colon, value = name.partition(":")
    if colon and kind == "tag":
        return any(fnmatchcase(tag, value) for tag in project.tags)
    pattern = name.replace("…", "*")
    names = (project.name, project.name.rpartition("/")[2], project.folder)
    return any(fnmatchcase(one, pattern) for one in names if one)


def _ordered(chosen: list[Project], asked: Asked, workspace: Workspace) -> list[tuple[Project, str]]:
    """Every pair of project and target that runs, each once, what one depends on before it."""
    by_package = {one.manifest.name: one for one in workspace.projects.values() if one.manifest is not None and one.manifest.name}
    found: list[tuple[Project, str]] = []
    seen: set[tuple[str, str]] = set()
    stack = [(project, target, False) for target in reversed(asked.targets) for project in reversed(chosen)]
    while stack and len(seen) < MAX_TASKS:
        project, target, ready = stack.pop()
        if ready:
            found.append((project, target))
            continue
        if (project.name, target) in seen or not project.has(target):
            continue
        seen.add((project.name, target))
        stack.append((project, target, True))
        for whose, need in reversed(needs_of(project, target, workspace) if not asked.alone else []):
            stack.extend((one, need, False) for one in _whose(whose, project, by_package, workspace))
    return found


def _settle(asked: Asked, workspace: Workspace) -> None:
    """Say what the colons of a single target mean: `app:build`, `build:production`, or a name that has one."""
    if asked.many or any(one.has(asked.targets[0]) for one in workspace.projects.values()):
        return
    first, colon, rest = asked.targets[0].partition(":")
    if colon and not asked.projects and first in workspace.projects:
        asked.projects, asked.targets = [first], [rest]
        _settle(asked, workspace)
    elif colon:
        target, _, asked.config = asked.targets[0].rpartition(":")
        asked.targets = [target]


def _whose(whose: str, project: Project, by_package: dict[str, Project], workspace: Workspace) -> list[Project]:
    if not whose:
        return [project]
    if whose != "^":
        other = workspace.projects.get(whose)
        return [other] if other is not None else []
    needs = project.manifest.needs & by_package.keys() if project.manifest is not None else frozenset[str]()
    near = [by_package[name] for name in sorted(needs)]
    return [*near, *(workspace.projects[name] for name in project.implicit if name in workspace.projects)]
