"""cargo-make: the tasks of Makefile.toml."""

from __future__ import annotations

import shlex
from typing import Any

from opslint.errors import UnreadableFile
from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.jobs.places import Files
from opslint.resolve.wrappers.form import operand
from opslint.resolve.wrappers.tables import words_in
from opslint.source.span import Span
from opslint.source.words.toml import parse_toml

MAX_TASKS = 200
IGNORED = "cargo-make ignores its failure"

_VALUED = words_in("--makefile -t --task --cwd -p --profile -l --loglevel -e --env --env-file --output-format --output-file")
_OWN = {"test": "test", "build": "build", "check": "check", "clippy": "clippy", "bench": "bench", "audit": "audit", "docs": "doc"}
"""Tasks that cargo-make brings itself -> the command of cargo they run."""


def made(words: tuple[str, ...], folder: str, files: Files) -> Led | None:
    """What `cargo make` runs: the task's dependencies first; None where no makefile or task is found.

    Source: cargo-make, "Usage" (tasks, dependencies, run_task, ignore errors).
    """
    from opslint.resolve.shell.state import joined

    makefile, name, index = "Makefile.toml", "", 0
    while index < len(words):
        word = words[index]
        key, equals, value = word.partition("=")
        if key in _VALUED:
            value = value if equals else (words[index + 1] if index + 1 < len(words) else "")
            index += 1 if equals else 2
            makefile = value if key == "--makefile" else makefile
            folder = joined(folder, value) if key == "--cwd" else folder
            name = value if key in ("-t", "--task") else name
            continue
        index = operand(words, index, _VALUED)
        name = name or (words[index] if index < len(words) else "")
        break
    path = joined(folder, makefile)
    if "…" in path or "…" in name or not files.tree.has(path):
        return None
    tasks, lines = files.kept(("cargo.make", path), lambda: _tasks(path, files))
    leads = _leads(name or "default", tasks, lines, path, folder)
    return Led(leads=tuple(leads)) if leads else None


def _tasks(path: str, files: Files) -> tuple[dict[str, dict[str, Any]], dict[str, int]]:
    """The tasks of a makefile with those of the files it extends, and the lines of its own."""
    text = files.text(path) or ""
    try:
        root = parse_toml(text)
    except UnreadableFile:
        return {}, {}
    tasks = root.get("tasks")
    found = {name: task for name, task in tasks.items() if isinstance(task, dict)} if isinstance(tasks, dict) else {}
    lines: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if stripped.startswith("[tasks."):
            lines.setdefault(stripped[len("[tasks.") :].partition("]")[0].strip("\"'"), number)
    return found, lines


def _leads(name: str, tasks: dict[str, dict[str, Any]], lines: dict[str, int], path: str, folder: str) -> list[Lead]:
    found: list[Lead] = []
    done: set[str] = set()

    def run(name: str, depth: int) -> None:
        task = tasks.get(name)
        if name in done or len(done) >= MAX_TASKS or depth > 20:
            return
        done.add(name)
        if task is None:
            if name in _OWN:
                found.append(Lead(script=f"cargo {_OWN[name]}", span=Span(path=path, line=1), folder=folder))
            return
        base = tasks.get(task.get("extend", "")) if isinstance(task.get("extend"), str) else None
        task = {**base, **task} if base is not None else task
        if task.get("disabled") is True:
            return
        for other in _named(task.get("alias")) or [*_named(task.get("dependencies"))]:
            run(other, depth + 1)
        script = _script(task)
        if script:
            ignored = task.get("ignore_errors") is True or task.get("force") is True
            place = Span(path=path, line=lines.get(name, 1))
            found.append(Lead(script=script, span=place, folder=_folder(task, folder), errexit=True, soft_why=IGNORED if ignored else ""))
        for other in _named(task.get("run_task")):
            run(other, depth + 1)

    run(name, 0)
    return found


def _named(value: object) -> list[str]:
    """The names of tasks in a string, a list, or tables with a name."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return _named(value.get("name"))
    return [name for one in value for name in (_named(one) if not isinstance(one, list) else [])] if isinstance(value, list) else []


def _script(task: dict[str, Any]) -> str:
    """The text that a task gives to the shell; "" where it is of another language or in a file."""
    script, runner = task.get("script"), str(task.get("script_runner", ""))
    if isinstance(script, list) and all(isinstance(line, str) for line in script):
        script = "\n".join(script)
    if isinstance(script, str):
        return script if runner in ("", "@shell", "bash", "sh", "zsh") and not script.lstrip().startswith("#!@") else ""
    command = task.get("command")
    if not isinstance(command, str):
        return ""
    words = [command, *(one for one in task.get("args", ()) if isinstance(one, str))]
    return " ".join("…" if "${" in word or "@@" in word else shlex.quote(word) for word in words)


def _folder(task: dict[str, Any], folder: str) -> str:
    from opslint.resolve.shell.state import joined

    to = task.get("cwd")
    return joined(folder, "…" if "$" in to else to) if isinstance(to, str) and to else folder
