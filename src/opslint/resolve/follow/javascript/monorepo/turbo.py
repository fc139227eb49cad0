"""Turborepo: the scripts its tasks run in every package, those they depend on first."""

from __future__ import annotations

from functools import partial

import msgspec

from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.follow.javascript.manifest import Manifest, manifest_at
from opslint.resolve.follow.javascript.packages import few, manager_of, runs_hooks, script_leads
from opslint.resolve.follow.javascript.workspaces import Workspace, mapping_at, selected, workspace_of
from opslint.resolve.jobs.places import Files
from opslint.resolve.wrappers.tables import words_in
from opslint.source.node import Mapping, strings_of

MAX_TASKS = 3000
"""Pairs of package and task of one run."""
ROOT = "//"
NAMES = ("turbo.json", "turbo.jsonc")

_VALUED = words_in(
    "--filter -F --cwd --concurrency --cache-dir --output-logs --log-order --log-prefix --env-mode --token --team --api --cache "
    "--profile --anon-profile --cache-workers --global-deps --remote-cache-timeout --ui --heap --trace --login --scope --ignore "
    "--since --root-turbo-json --verbosity --framework-inference --graph"
)
_OTHERS = words_in(
    "prune login link unlink logout ls query gen generate daemon bin telemetry scan config info watch boundaries completion docs "
    "devtools clone create"
)
_PLANNING = frozenset({"--dry", "--dry-run", "--graph", "--help", "-h", "--version"})


class Asked(msgspec.Struct, kw_only=True):
    """What a `turbo` command asks for; `only` where what tasks depend on is left out."""

    tasks: list[str] = []
    handed: list[str] = []
    selectors: list[str] = []
    inside: str = ""
    only: bool = False


class Monorepo(msgspec.Struct, frozen=True, kw_only=True):
    """A workspace with what its turbo.json files say of tasks.

    Shape: `tasks` are the root's by name, `lint`, `pkg#lint` or `//#lint`, each with what it depends on; `own` those of
           packages that have a turbo.json, by the package's path. `root` is None where the root has no package.json.
    """

    root: Manifest | None
    workspace: Workspace
    tasks: dict[str, tuple[str, ...]]
    own: dict[str, dict[str, tuple[str, ...] | None]]


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The scripts of the packages a `turbo` command reaches; None where no turbo.json is found.

    Shape:  every failing task fails it, with `--continue` too; `--affected` and `[since]` are taken as if everything had changed.
    Source: Turborepo, "run", "Configuring tasks", "Package configurations".
    """
    del env
    return files.kept(("javascript.led", folder, *argv), partial(_follow, argv, folder, files))


def _follow(argv: tuple[str, ...], folder: str, files: Files) -> Led | None:
    """What `follow` says, worked out once for each command and folder."""
    from opslint.resolve.shell.state import joined

    asked = asked_of(argv)
    if asked is None:
        return None
    inside = joined(folder, asked.inside) if asked.inside else folder
    if "…" in inside or inside.startswith("..") or any("…" in task for task in asked.tasks):
        return None
    monorepo = _monorepo(inside, files)
    if monorepo is None:
        return None
    chosen = _chosen(asked, inside, monorepo)
    leads: list[Lead] = []
    for manifest, task in _ordered(chosen, asked, monorepo):
        hooks = runs_hooks(manager_of(manifest, files), manifest, files)
        handed = asked.handed if task in asked.tasks else None
        leads.extend(script_leads(manifest, task, files, handed=handed, hooks=hooks))
    if any("…" in selector for selector in asked.selectors):
        leads = [msgspec.structs.replace(lead, confidence="low") for lead in leads]
    return Led(leads=few(leads)) if leads else None


def asked_of(argv: tuple[str, ...]) -> Asked | None:
    """Tasks, filters and folder of a command line; None where it runs no task."""
    asked = Asked()
    index, run = 1, False
    while index < len(argv):
        word = argv[index]
        key, equals, value = word.partition("=")
        index += 1
        if word == "--":
            asked.handed = list(argv[index:])
            break
        if key in _PLANNING:
            return None
        if not word.startswith("-"):
            if word == "run" and not run:
                run = True
            elif not asked.tasks and not run and word in _OTHERS:
                return None
            else:
                asked.tasks.append(word)
            continue
        if key in _VALUED and not equals:
            value = argv[index] if index < len(argv) else ""
            index += 1
        if key in ("--filter", "-F", "--scope"):
            asked.selectors.append(value)
        elif key == "--cwd":
            asked.inside = value
        asked.only |= key == "--only"
    return asked if asked.tasks else None


def _monorepo(folder: str, files: Files) -> Monorepo | None:
    """The monorepo of the nearest folder upwards whose turbo.json is a root's: one that extends no other."""
    while True:
        path, root = configuration(folder, files)
        if root is not None and "extends" not in root:
            return files.kept(("javascript.turbo", path), partial(_read, folder, root, files))
        if not folder:
            return None
        folder = folder.rpartition("/")[0]


def configuration(folder: str, files: Files) -> tuple[str, Mapping | None]:
    """The path of a folder's turbo.json and what it says."""
    paths = (f"{folder}/{name}" if folder else name for name in NAMES)
    path = next((one for one in paths if files.tree.has(one)), "")
    return path, mapping_at(path, files) if path else None


def _read(folder: str, root: Mapping, files: Files) -> Monorepo:
    workspace = workspace_of(folder, files)
    if workspace.root != folder or not workspace.declared:
        workspace = Workspace(root=folder, packages=())
    own: dict[str, dict[str, tuple[str, ...] | None]] = {}
    for manifest in workspace.packages:
        _, said = configuration(manifest.folder, files)
        if said is not None:
            own[manifest.path] = _tasks(said)
    tasks = {name: needs or () for name, needs in _tasks(root).items()}
    return Monorepo(root=manifest_at(folder, files), workspace=workspace, tasks=tasks, own=own)


def _tasks(root: Mapping) -> dict[str, tuple[str, ...] | None]:
    """Task -> what it depends on, None where it does not say."""
    listed = root.mapping("tasks") or root.mapping("pipeline")
    found: dict[str, tuple[str, ...] | None] = {}
    for name, _, node in listed.items() if listed is not None else ():
        says = isinstance(node, Mapping) and "dependsOn" in node
        found[name] = strings_of(node.get("dependsOn")) if isinstance(node, Mapping) and says else None
    return found


def _chosen(asked: Asked, inside: str, monorepo: Monorepo) -> list[Manifest]:
    """The packages a command reaches: by its filters, else the one it stands in, else all and the root."""
    root, workspace = monorepo.root, monorepo.workspace
    if asked.selectors:
        return selected(asked.selectors, inside, workspace, root=root)
    here = [one for one in workspace.packages if inside == one.folder or inside.startswith(f"{one.folder}/")]
    if here and inside != workspace.root:
        return here
    return [*([root] if root is not None else []), *workspace.packages]


def _ordered(chosen: list[Manifest], asked: Asked, monorepo: Monorepo) -> list[tuple[Manifest, str]]:
    """Every pair of package and script that runs, each once, what one depends on before it."""
    packages = {one.name: one for one in monorepo.workspace.packages if one.name}
    found: list[tuple[Manifest, str]] = []
    seen: set[tuple[str, str]] = set()
    waiting = [pair for task in asked.tasks for manifest in chosen if (pair := _pair(manifest, task, packages, monorepo)) is not None]
    stack = [(manifest, task, False) for manifest, task in reversed(waiting)]
    while stack and len(seen) < MAX_TASKS:
        manifest, task, ready = stack.pop()
        key = (manifest.path, task)
        if ready:
            if task in manifest.scripts:
                found.append((manifest, task))
            continue
        needs = _needs(manifest, task, monorepo)
        if key in seen or needs is None:
            continue
        seen.add(key)
        stack.append((manifest, task, True))
        for need in reversed(needs) if not asked.only else ():
            stack.extend((one, name, False) for one, name in _needed(need, manifest, packages, monorepo))
    return found


def _pair(manifest: Manifest, task: str, packages: dict[str, Manifest], monorepo: Monorepo) -> tuple[Manifest, str] | None:
    """A package and the task of it a command names: `pkg#lint` is one package's, whichever it stands in."""
    name, mark, plain = task.rpartition("#")
    if not mark:
        return manifest, task
    other = monorepo.root if name == ROOT else packages.get(name)
    return (other, plain) if other is not None else None


def _needs(manifest: Manifest, task: str, monorepo: Monorepo) -> tuple[str, ...] | None:
    """What a package's task depends on, None where turbo does not know the task for that package."""
    if monorepo.root is not None and manifest.path == monorepo.root.path:
        needs = monorepo.tasks.get(f"{ROOT}#{task}")
        alone = not monorepo.workspace.packages
        return monorepo.tasks.get(task) if needs is None and alone else needs
    own = monorepo.own.get(manifest.path, {})
    if own.get(task) is not None:
        return own[task]
    for name in (f"{manifest.name}#{task}", task):
        if name in monorepo.tasks:
            return monorepo.tasks[name]
    return () if task in own else None


def _needed(need: str, manifest: Manifest, packages: dict[str, Manifest], monorepo: Monorepo) -> list[tuple[Manifest, str]]:
    """The pairs one `dependsOn` word means: `build`, `^build`, `pkg#build`, `//#build`."""
    if need.startswith("$"):
        return []  # an environment variable, as old versions had them
    if need.startswith("^"):
        return [(packages[name], need[1:]) for name in sorted(manifest.needs & packages.keys())]
    pair = _pair(manifest, need, packages, monorepo)
    return [pair] if pair is not None else []
