"""PowerShell and batch scripts: `./build.ps1 -Test`, `pwsh -File build.ps1`, `build.cmd`, the tasks of psake and Invoke-Build."""

from __future__ import annotations

import re

from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.follow.scripts.paths import MAX_SCRIPT, located
from opslint.resolve.jobs.places import Files
from opslint.resolve.shell.dialects.blocks import Block, blanked, blocks_of, code_of
from opslint.resolve.wrappers.tables import POWERSHELL_VALUED
from opslint.source.span import Span
from opslint.source.words.late import late

MAX_SWITCHES = 100
MAX_TASKS = 200

_SWITCH = late(r"\[switch\]\s*\$(\w+)(?!\s*=)", re.IGNORECASE)
_ASKS = late(r"if\s*\(\s*\$(\w+)\s*\)\s*$", re.IGNORECASE)
_SET = late(r"\$(?:script:|global:)?(\w+)\s*=(?!=)", re.IGNORECASE)
_NEEDS = late(r"(?:-depends|-jobs)\s+([\w., '\"?-]+)", re.IGNORECASE)
_RUNNERS = {"invoke-psake": ("psakefile.ps1", "default.ps1"), "invoke-build": (".build.ps1",)}
_FILES = frozenset({"-buildfile", "-file"})
_TASKS = frozenset({"-tasklist", "-task", "-tasks"})


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The script a `pwsh` command is given, or the tasks that psake and Invoke-Build are asked for; None where it is not here.

    Source: about_Pwsh, "-File"; psake, "Invoke-psake"; Invoke-Build, "Invoke-Build.ps1".
    """
    del env
    if argv[0].lower() in _RUNNERS:
        return _tasks(argv, folder, files)
    index = 1
    given = False
    while index < len(argv) and argv[index].startswith("-"):
        word = argv[index].lower()
        index += 2 if word in POWERSHELL_VALUED else 1
        if word in ("-file", "-f"):
            given = True
            break
    if index >= len(argv) or not argv[index].lower().endswith(".ps1"):
        return None
    return windows_led(argv[index], argv[index + 1 :], folder, files, by_file=given or argv[0] == "pwsh")


def windows_led(word: str, arguments: tuple[str, ...], folder: str, files: Files, *, by_file: bool = False) -> Led | None:
    """A script of Windows started by its path; None where it is not in the tree.

    Shape: what a switch that is not given guards is left out; `by_file` where the script's end does not hand on an exit code.
    """
    path = _path(word, folder, files)
    text = files.text(path) if path else None
    if text is None or len(text) > MAX_SCRIPT:
        return None
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if not path.lower().endswith(".ps1"):
        return Led(leads=(_lead(text, path, folder, dialect="cmd"),))
    return Led(leads=(_lead(without_switches(text, arguments), path, folder, errexit=not by_file),))


def _lead(text: str, path: str, folder: str, *, errexit: bool = False, dialect: str = "pwsh") -> Lead:
    return Lead(script=text, span=Span(path=path), folder=folder, errexit=errexit, line_step=1, shell=dialect, confidence="low")


def _path(word: str, folder: str, files: Files) -> str:
    """A script's path in the tree; capitals do not matter to Windows."""
    word = word.replace("\\", "/")
    for root in ("$PSScriptRoot/", "…/"):
        word = word.removeprefix(root)
    path = located(word, folder) if not word.startswith(("/", "~", "$", "%")) else ""
    if not path or files.tree.has(path):
        return path
    lower = path.lower()
    return files.kept(("powershell", "lower"), lambda: {other.lower(): other for other in reversed(files.tree.paths())}).get(lower, "")


def without_switches(text: str, arguments: tuple[str, ...]) -> str:
    """A script with what only runs under a switch that the call does not give made blanks.

    Shape: a call with a splatted or unknown argument may give any switch.
    """
    if any("…" in word or word.startswith(("@", "$")) for word in arguments):
        return text
    code = code_of(text)
    switches = [found[1].lower() for found in _SWITCH.finditer(code)][:MAX_SWITCHES]
    given = [word[1:].partition(":")[0].lower() for word in arguments if word.startswith("-") and len(word) > 1]
    assigned = {found[1].lower() for found in _SET.finditer(code)}
    off = {name for name in switches if name not in assigned and not any(name.startswith(word) for word in given)}
    if not off:
        return text
    dead = [
        (block.open + 1, block.close)
        for block in blocks_of(code)
        if block.head in ("if", "elseif")
        and (found := _ASKS.search(code, max(0, block.open - 200), block.open)) is not None
        and found[1].lower() in off
    ]
    return blanked(text, dead)


def _tasks(argv: tuple[str, ...], folder: str, files: Files) -> Led | None:
    """The tasks of a psake or Invoke-Build script, what they depend on included."""
    runner = argv[0].lower()
    name, wanted, index = "", list[str](), 1
    while index < len(argv):
        word, value = argv[index].lower(), argv[index + 1] if index + 1 < len(argv) else ""
        index += 1
        if word in _FILES or word in _TASKS:
            index += 1
            name = value if word in _FILES else name
            wanted += value.split(",") if word in _TASKS else []
        elif not word.startswith("-"):
            is_file = word.endswith(".ps1")
            name = argv[index - 1] if is_file and not name else name
            wanted += [] if is_file else word.split(",")
    path = next((path for one in ((name,) if name else _RUNNERS[runner]) if (path := _path(one, folder, files))), "")
    text = files.text(path) if path and files.tree.has(path) else None
    if text is None or len(text) > MAX_SCRIPT or any("…" in one for one in wanted):
        return None
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    code = code_of(text)
    tasks = [block for block in blocks_of(code) if block.head == "task" and block.name][:MAX_TASKS]
    reached = _reached([one.strip(" '\"").lower() for one in wanted if one.strip()] or ["default", "."], tasks, text)
    dead = [(block.open + 1, block.close) for block in tasks if block.name.strip("'\"") not in reached]
    return Led(leads=(_lead(blanked(text, dead), path, folder, errexit=True),))


def _reached(wanted: list[str], tasks: list[Block], text: str) -> set[str]:
    """The names of the tasks that some tasks need; tasks without a body count by their own line."""
    needs: dict[str, list[str]] = {}
    for line in text.split("\n"):
        words = line.strip().split(None, 2)
        if len(words) > 1 and words[0].lower() == "task":
            rest = words[2].partition("{")[0] if len(words) > 2 else ""
            found = _NEEDS.search(rest)
            listed = found[1] if found else rest if not rest.startswith("-") else ""
            needs[words[1].strip("'\",").lower()] = [
                one.strip(" '\"?").lower() for one in re.split(r"[,\s]+", listed) if one.strip(" '\"?") and not one.startswith("-")
            ]
    reached: set[str] = set()
    waiting = list(wanted)
    while waiting and len(reached) <= len(tasks) + len(needs):
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(needs.get(name, ()))
    return reached
