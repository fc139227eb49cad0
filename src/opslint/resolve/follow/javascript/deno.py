"""Deno: the tasks of deno.json, and the scripts of a package.json that stand in for them."""

from __future__ import annotations

from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.follow.javascript.manifest import manifest_at
from opslint.resolve.follow.javascript.packages import few, script_leads
from opslint.resolve.follow.javascript.sequences import matched
from opslint.resolve.follow.javascript.workspaces import mapping_at, matching
from opslint.resolve.jobs.places import Files
from opslint.resolve.wrappers.form import operand
from opslint.source.node import Mapping, Scalar, strings_of
from opslint.source.span import Span

MAX_TASKS = 100
MAX_MEMBERS = 200
NAMES = ("deno.json", "deno.jsonc")

_VALUED = frozenset({"--cwd", "-c", "--config", "-f", "--filter", "--env-file", "--node-modules-dir"})


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The commands of a `deno task`, those it depends on first; None where no configuration is found.

    Shape:  dead where the configuration is there and neither it nor a package.json beside it has such a task.
    Source: Deno, "deno task": "Task dependencies", "Wildcard tasks", "Workspace support".
    """
    del env
    asked = _asked(argv, folder)
    if asked is None:
        return None
    name, handed, folder, config, every, stays = asked
    if "…" in folder or "…" in name or folder.startswith(".."):
        return None
    path = config or _config(folder, files)
    folders = _members(path, files) if every and path else [path.rpartition("/")[0] if path else folder]
    leads: list[Lead] = []
    for one in folders:
        here = path if not every else _beside(one, files)
        leads.extend(_task(name, handed, here, one, folder if stays else one, files))
    if leads:
        return Led(leads=few(leads))
    plain = not set("*…") & set(name)
    return Led(dead=f'{path} has no task "{name}"') if path and plain and not every and mapping_at(path, files) is not None else None


def _asked(argv: tuple[str, ...], folder: str) -> tuple[str, list[str], str, str, bool, bool] | None:
    """Task, words handed to it, folder, configuration, whether every member is meant, and whether it stays in the folder."""
    from opslint.resolve.shell.state import joined

    index = operand(argv, 1, frozenset()) + 1
    if argv[index - 1 : index] != ("task",):
        return None
    config, every, stays = "", False, False
    while index < len(argv):
        word = argv[index]
        key, equals, value = word.partition("=")
        if not word.startswith("-"):
            return word, list(argv[index + 1 :]), folder, config, every, stays
        if key in _VALUED and not equals:
            value = argv[index + 1] if index + 1 < len(argv) else ""
            index += 1
        every |= key in ("-r", "--recursive", "-f", "--filter")
        if key == "--cwd":
            folder, stays = joined(folder, value), True
        elif key in ("-c", "--config"):
            config = joined(folder, value)
        elif key == "--eval":
            return None
        index += 1
    return None


def _beside(folder: str, files: Files) -> str:
    paths = (f"{folder}/{name}" if folder else name for name in NAMES)
    return next((path for path in paths if files.tree.has(path)), "")


def _config(folder: str, files: Files) -> str:
    """The configuration of the nearest folder upwards."""
    while True:
        path = _beside(folder, files)
        if path or not folder:
            return path
        folder = folder.rpartition("/")[0]


def _members(path: str, files: Files) -> list[str]:
    """The folders of a Deno workspace, its root first."""
    root, folder = mapping_at(path, files), path.rpartition("/")[0]
    if root is None:
        return []
    prefix = f"{folder}/" if folder else ""
    listed = root.get("workspace") or root.get("workspaces")
    globs = strings_of(listed.get("members") if isinstance(listed, Mapping) else listed)
    inside = [one.rpartition("/")[0] for one in files.below(folder) if one.rpartition("/")[2] in NAMES]
    return [folder, *(f"{prefix}{one}" for one in matching(globs, [one[len(prefix) :] for one in inside])[:MAX_MEMBERS])]


def _task(name: str, handed: list[str], path: str, folder: str, inside: str, files: Files) -> list[Lead]:
    """One task of one configuration, each task once, what it depends on first."""
    import shlex

    root = mapping_at(path, files) if path else None
    tasks = root.mapping("tasks") if root is not None else None
    manifest = manifest_at(folder, files)
    own = list(tasks) if tasks is not None else []
    scripts = list(manifest.scripts) if manifest is not None else []
    wanted = matched(name, own)
    if not wanted and manifest is not None:
        return [lead for one in matched(name, scripts) for lead in script_leads(manifest, one, files, handed=handed)]
    leads: list[Lead] = []
    seen: set[str] = set()
    stack = [(one, False) for one in reversed(wanted)]
    while stack and len(seen) < MAX_TASKS and tasks is not None:
        current, ready = stack.pop()
        key, node = tasks.key(current), tasks.get(current)
        if key is None or (current in seen and not ready):
            continue
        command = node.get("command") if isinstance(node, Mapping) else node
        if ready:
            if isinstance(command, Scalar) and command.value.strip():
                more = f" {shlex.join(handed[:200])}" if handed and current in wanted else ""
                span = Span(path=path, line=key.line, column=key.column, end_line=key.end_line, end_column=key.end_column)
                leads.append(Lead(script=f"{command.value}{more}", span=span, folder=inside))
            continue
        seen.add(current)
        stack.append((current, True))
        if isinstance(node, Mapping):
            stack.extend((need, False) for need in reversed(strings_of(node.get("dependencies"))) if need not in seen)
    return leads
