"""mise: the tasks that `mise run` runs, with those they depend on."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import msgspec

from opslint.errors import UnreadableFile
from opslint.model.activity import Hop
from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.follow.runners.written import UNKNOWN, asked_of, inside, line_of, toml_lines, upward
from opslint.resolve.jobs.places import Files
from opslint.resolve.wrappers.tables import words_in
from opslint.source.span import Span
from opslint.source.words.late import late
from opslint.source.words.toml import parse_toml

MAX_TEXT = 512 * 1024
MAX_TASKS = 1000
MAX_CALLS = 200
MAX_NESTING = 8
CONFIGS = (
    "mise.toml", ".mise.toml", "mise/config.toml", ".mise/config.toml", ".config/mise.toml", ".config/mise/config.toml",
)  # fmt: skip
FOLDERS = ("mise-tasks", ".mise-tasks", "mise/tasks", ".mise/tasks", ".config/mise/tasks")

_VALUED = words_in("-C --cd -E --env -j --jobs -t --tool -o --output -s --shell --timeout -P --profile --log-level")
_NOTHING = words_in("-n --dry-run -h --help -V --version")
_RUN = frozenset({"run", "r"})
_TASKS = frozenset({"tasks", "task", "t"})
_OWN = words_in(
    "activate alias asdf a backends b bin-paths cache completion config cfg deactivate doctor dr direnv en env e exec x fmt generate "
    "gen g hook-env implode install i install-into latest link ln local l ls list ls-remote mcp outdated plugins p prune registry "
    "reshim search self-update set settings shell sh shim sync tool tool-stub trust uninstall unset untrust unuse upgrade up use u "
    "version v watch w where which current global prepare lock"
)
_COMMENT = late(r"^(?:#|//|::)\s*\[?MISE\]?\s+(.{1,2000})$", re.IGNORECASE)


class Task(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One task.

    Shape: `body` is its table, `line` and `run_line` where it and its `run` stand; `script` the path of the file that it is, "" for
           one written in a configuration; `folder` is where it runs.
    """

    name: str
    path: str
    line: int
    run_line: int
    folder: str
    body: dict[str, Any]
    text: str = ""
    script: str = ""
    env: dict[str, str] = {}


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The scripts of the tasks named; None where the command runs no task, or none of the tree.

    Source: mise, "Running Tasks", "TOML Tasks", "File Tasks"; a line of `run` is started with `sh -c -o errexit`.
    """
    del env
    from opslint.resolve.shell.state import joined

    asked = asked_of(argv, _VALUED, stops=True)
    words = asked.words
    if asked.flags & _NOTHING or not words:
        return None
    moved = asked.last("-C", "--cd")
    if words[0] in _TASKS and words[1:2] and words[1] in _RUN:
        words = words[1:]
    if words[0] in _RUN:
        inner = asked_of(words, _VALUED, stops=True)
        if inner.flags & _NOTHING:
            return None
        words, moved = (*inner.words, *(inner.after or ())), inner.last("-C", "--cd") or moved
    elif words[0] in _OWN or words[0] in _TASKS:
        return None
    folder = joined(folder, moved) if moved else folder
    if UNKNOWN in folder or folder.startswith(".."):
        return None
    tasks = files.kept(("mise", folder), lambda: _tasks(folder, files))
    if not tasks:
        return None
    run = _Run(tasks, files)
    for call in _calls(words or ("default",)):
        for task in run.named(call[0], ""):
            run.tell(task, call[1:], (), 0)
    return Led(leads=tuple(run.leads)) if run.leads else None


def _calls(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The tasks a command names, each with its arguments: `a x ::: b`."""
    found: list[tuple[str, ...]] = []
    current: list[str] = []
    for word in (*words, ":::"):
        if word != ":::":
            current.append(word)
        elif current:
            found.append(tuple(current))
            current = []
    return found[:50]


class _Run:
    """One run of mise: what was told so far."""

    def __init__(self, tasks: dict[str, Task], files: Files) -> None:
        self.tasks = tasks
        self.files = files
        self.leads: list[Lead] = []
        self._told: set[tuple[str, tuple[str, ...]]] = set()

    def named(self, name: str, space: str) -> list[Task]:
        """The tasks of a name, an alias or a pattern (`lint:*`)."""
        name = name.removeprefix("//:").removeprefix(":") if name.startswith(("//:", ":")) else name
        found = self.tasks.get(name) or self.tasks.get(f"{name}:_default")
        if found is not None:
            return [found]
        if "*" in name:
            from fnmatch import fnmatchcase

            level = None if "**" in name else name.count(":")
            fits = [task for key, task in self.tasks.items() if fnmatchcase(key, name) and level in (None, key.count(":"))]
            return [task for task in fits if task.name != space][:50]
        for task in self.tasks.values():
            if name in _strings(task.body.get("alias")) + _strings(task.body.get("aliases")):
                return [task]
        return []

    def tell(self, task: Task, arguments: tuple[str, ...], via: tuple[Hop, ...], depth: int) -> None:
        """A task after those it depends on; each with the same arguments once."""
        key = (task.name, arguments)
        if key in self._told or len(self._told) >= MAX_CALLS or depth > MAX_NESTING:
            return
        self._told.add(key)
        self._needed(task, "depends", via, depth)
        entries = task.body.get("run")
        entries = entries if isinstance(entries, list) else [entries]
        position = len(self.leads)
        line = task.run_line
        for entry in entries[:200]:
            if isinstance(entry, str) and entry.strip():
                line = self._script(task, entry, line, via)
            elif isinstance(entry, dict):
                for word in _strings(entry.get("task")) + _strings(entry.get("tasks")):
                    self._called(task, word, via, depth)
        if arguments and self.leads[position:] and "usage" not in task.body:
            self._with_words(arguments)
        own = task.script or (task.body.get("file") if isinstance(task.body.get("file"), str) else "")
        if own:
            self._file(task, str(own), arguments, via)
        self._needed(task, "depends_post", via, depth)

    def _needed(self, task: Task, key: str, via: tuple[Hop, ...], depth: int) -> None:
        listed = task.body.get(key)
        for entry in listed[:200] if isinstance(listed, list) else [listed]:
            word = entry if isinstance(entry, str) else entry.get("task") if isinstance(entry, dict) else None
            if isinstance(entry, list) and entry and isinstance(entry[0], str):
                word = " ".join(str(part) for part in entry)
            if isinstance(word, str) and word.strip():
                self._called(task, word, via, depth)

    def _called(self, task: Task, word: str, via: tuple[Hop, ...], depth: int) -> None:
        name, *arguments = word.split()
        hop = Hop(path=task.path, line=line_of(task.text, name, task.line), text=f"{task.name}: {word}"[:120])
        for found in self.named(name, task.name):
            self.tell(found, tuple(arguments), (*via, hop), depth + 1)

    def _script(self, task: Task, entry: str, line: int, via: tuple[Hop, ...]) -> int:
        """One script of `run`; the line it stands on."""
        from opslint.resolve.shell import shell_semantics

        first = next((part for part in entry.split("\n") if part.strip()), "")
        line = line_of(task.text, first, line)
        shell = task.body.get("shell")
        dialect, errexit, pipefail = shell_semantics("mise", shell if isinstance(shell, str) else "sh -c -o errexit")
        if first.startswith("#!"):
            dialect, errexit, pipefail = shell_semantics("mise", first[2:].replace("/usr/bin/env -S", "").replace("/usr/bin/env", ""))
        several = "\n" in entry.strip("\n")
        skipped = entry[: len(entry) - len(entry.lstrip("\n"))].count("\n") if several else 0
        self.leads.append(
            Lead(
                script=entry, span=Span(path=task.path, line=max(1, line - skipped)), folder=task.folder, errexit=errexit,
                pipefail=pipefail, shell=dialect, line_step=1 if several else 0, env=task.env, via=via,
            )
        )
        return line

    def _with_words(self, arguments: tuple[str, ...]) -> None:
        """What stands behind a task's name is handed to the last script of its `run`."""
        import shlex

        last = self.leads[-1]
        self.leads[-1] = msgspec.structs.replace(last, script=f"{last.script.rstrip()} {shlex.join(arguments)}")

    def _file(self, task: Task, path: str, arguments: tuple[str, ...], via: tuple[Hop, ...]) -> None:
        """A task that is a file: a script of the repository."""
        from opslint.resolve.follow.scripts.paths import follow as follow_script

        word = path if "/" in path else f"./{path}"
        led = follow_script((word, *arguments), "", {}, self.files)
        for lead in led.leads if led is not None else ():
            self.leads.append(msgspec.structs.replace(lead, folder=task.folder, env=task.env, via=via))


def _tasks(folder: str, files: Files) -> dict[str, Task]:
    """The tasks known in a folder: those of its own configuration win over those of the folders above."""
    found: dict[str, Task] = {}
    for one in upward(folder):
        for name in CONFIGS:
            path = inside(one, name)
            if files.tree.has(path):
                for key, task in files.kept(("mise", "file", path), partial(_configured, path, one, files)).items():
                    found.setdefault(key, task)
        for below in FOLDERS:
            for task in _file_tasks(inside(one, below), one, files):
                found.setdefault(task.name, task)
        if len(found) >= MAX_TASKS:
            break
    return found


def _configured(path: str, folder: str, files: Files) -> dict[str, Task]:
    """The tasks of one configuration file, and of the files and folders it includes."""
    root, text = _toml(path, files)
    found: dict[str, Task] = {}
    said = root.get("task_config")
    settings: dict[str, Any] = said if isinstance(said, dict) else {}
    env = _environment(root.get("env"))
    for included in _strings(settings.get("includes"))[:50]:
        place = _joined(folder, included)
        if place.endswith(".toml") and files.tree.has(place):
            tables, words = _toml(place, files)
            found.update(_from_tables(tables, words, place, folder, env, ()))
        elif UNKNOWN not in place:
            found.update({task.name: task for task in _file_tasks(place, folder, files)})
    own = root.get("tasks")
    home = _joined(folder, settings["dir"]) if isinstance(settings.get("dir"), str) else folder
    if isinstance(own, dict):
        found.update(_from_tables(own, text, path, home, env, ("tasks",)))
    return found


def _from_tables(
    tables: dict[str, Any], text: str, path: str, folder: str, env: dict[str, str], above: tuple[str, ...]
) -> dict[str, Task]:
    lines = toml_lines(text)
    found: dict[str, Task] = {}
    for name, body in list(tables.items())[:MAX_TASKS]:
        table: dict[str, Any] = body if isinstance(body, dict) else {"run": body}
        line = lines.get((*above, name), 1)
        own = table.get("dir")
        found[name] = Task(
            name=name, path=path, line=line, run_line=lines.get((*above, name, "run"), line), body=table, text=text,
            folder=_dir(folder, own) if isinstance(own, str) else folder, env={**env, **_environment(table.get("env"))},
        )
    return found


def _dir(folder: str, own: str) -> str:
    for root in ("{{config_root}}", "{{ config_root }}"):
        if own.startswith(root):
            return _joined(folder, own.removeprefix(root).lstrip("/") or ".")
    return UNKNOWN if "{{" in own else _joined(folder, own)


def _joined(folder: str, to: str) -> str:
    from opslint.resolve.shell.state import joined

    return joined(folder, to)


def _toml(path: str, files: Files) -> tuple[dict[str, Any], str]:
    text = (files.text(path) or "")[:MAX_TEXT].replace("\r\n", "\n")
    try:
        return parse_toml(text), text
    except UnreadableFile:
        return {}, text


def _file_tasks(below: str, folder: str, files: Files) -> list[Task]:
    """The scripts of a tasks folder: `lint`, `lint.sh`, `docker/build` as `docker:build`."""
    found: list[Task] = []
    for path in files.tree.paths():
        if not path.startswith(below + "/"):
            continue
        name = path[len(below) + 1 :].replace("/", ":")
        last = name.rpartition(":")[2]
        name = name[: len(name) - len(last)] + (last.partition(".")[0] or last)
        body = _told(files.text(path) or "")
        own = body.get("dir")
        found.append(
            Task(
                name=name, path=path, line=1, run_line=1, body=body, script=path,
                folder=_dir(folder, own) if isinstance(own, str) else folder,
            )
        )
        if len(found) >= MAX_TASKS:
            break
    return found


def _told(text: str) -> dict[str, Any]:
    """What a file task says of itself in comments: `#MISE depends=["build"]`."""
    body: dict[str, Any] = {}
    for line in text.split("\n", 60)[:60]:
        found = _COMMENT.match(line.strip())
        if found is not None:
            try:
                body.update(parse_toml(found[1]))
            except UnreadableFile:
                continue
    body.pop("run", None)
    return body


def _environment(node: object) -> dict[str, str]:
    pairs = node.items() if isinstance(node, dict) else ()
    return {str(key): str(value) for key, value in pairs if isinstance(value, (str, int)) and not isinstance(value, bool)}


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
