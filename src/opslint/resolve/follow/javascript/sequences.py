"""npm-run-all and its kin: several scripts of one package.json by names and patterns."""

from __future__ import annotations

import re

from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.follow.javascript.manifest import Manifest, manifest_at
from opslint.resolve.follow.javascript.packages import few, manager_of, runs_hooks, script_leads
from opslint.resolve.follow.javascript.workspaces import braces, glob_matches
from opslint.resolve.jobs.places import Files
from opslint.source.words.late import late

MAX_TASKS = 60

_VALUED = frozenset({"--max-parallel", "--npm-path", "--node-path"})
_BUT = late(r"!\(([^()]*)\)")
_ARGUMENT = late(r"\{(@|\*|[1-9]\d?)(?::?[-=][^{}]*)?\}")


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The scripts `run-s`, `run-p`, `npm-run-all` and a wildcard of `concurrently` run; None where none of them is there.

    Shape:  every one counts: with `--continue-on-error` too they fail in the end where one task failed.
    Source: npm-run-all, "run-s", "run-p"; concurrently, "Command Shortcuts".
    """
    del env
    manifest = manifest_at(folder, files)
    if manifest is None:
        return None
    if argv[0] in ("concurrently", "conc"):
        chosen = _shortcut(argv[1].partition(":")[2], manifest) if len(argv) == 2 else []
    else:
        tasks, given = _asked(argv)
        chosen = [(name, words) for task in tasks for name, words in _tasks(task, given, manifest)]
    hooks = runs_hooks(manager_of(manifest, files), manifest, files)
    leads: list[Lead] = []
    for name, words in chosen:
        leads.extend(script_leads(manifest, name, files, handed=words, hooks=hooks))
    return Led(leads=few(leads)) if leads else None


def _asked(argv: tuple[str, ...]) -> tuple[list[str], tuple[str, ...]]:
    """The tasks of a command line, and the words behind `--` that placeholders stand for."""
    tasks: list[str] = []
    index = 1
    while index < len(argv) and len(tasks) < MAX_TASKS:
        word = argv[index]
        if word == "--":
            return tasks, argv[index + 1 :]
        if word.startswith("-"):
            index += 2 if word in _VALUED else 1
            continue
        tasks.append(word)
        index += 1
    return tasks, ()


def _tasks(task: str, given: tuple[str, ...], manifest: Manifest) -> list[tuple[str, list[str]]]:
    """The scripts a task names, `lint:*` one level and `lint:**` all of them, each with the words handed to it."""
    pattern, *words = task.split()[:100] or [""]
    handed: list[str] = []
    for word in words[1:] if words[:1] == ["--"] else words:
        found = _ARGUMENT.fullmatch(word)
        if found is None:
            handed.append(word)
        elif found[1] in ("@", "*"):
            handed.extend(given)
        else:
            handed.extend(given[int(found[1]) - 1 : int(found[1])])
    return [(name, handed) for name in matched(pattern, list(manifest.scripts))]


def matched(pattern: str, names: list[str]) -> list[str]:
    """The names a pattern means; `:` parts them as `/` parts paths, `!(a|b)` stands for anything but those."""
    if pattern in names:
        return [pattern]
    refused: set[str] = set()
    but = _BUT.search(pattern)
    if but is not None:
        for one in but[1].split("|")[:20]:
            refused.update(matched(f"{pattern[: but.start()]}{one}{pattern[but.end() :]}", names))
        pattern = f"{pattern[: but.start()]}*{pattern[but.end() :]}"
    if not set("*?{[") & set(pattern) or _BUT.search(pattern):
        return []
    globs = [glob.split(":") for glob in braces(pattern)]
    return [name for name in names if name not in refused and any(glob_matches(glob, name.split(":")) for glob in globs)]


def _shortcut(task: str, manifest: Manifest) -> list[tuple[str, list[str]]]:
    """`lint:*` of concurrently: its star stands for anything, `(!fix)` leaves out what holds it."""
    pattern, *handed = task.split()[:100] or [""]
    left_out = re.search(r"\(!([\w:-]+)\)", pattern)
    plain = pattern.replace(left_out.group(), "") if left_out else pattern
    start, _, end = plain.partition("*")
    return [
        (name, handed[1:] if handed[:1] == ["--"] else handed)
        for name in manifest.scripts
        if name.startswith(start)
        and name.endswith(end)
        and len(name) >= len(start) + len(end)
        and not (left_out and left_out[1] in name)
    ]
