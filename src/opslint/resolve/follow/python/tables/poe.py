"""Poe the Poet: the tasks of pyproject.toml and poe_tasks.toml."""

from __future__ import annotations

import msgspec

from opslint.resolve.follow.follower import Led
from opslint.resolve.follow.python.tables.task import Line, called, leads_of, words_of
from opslint.resolve.follow.python.tables.toml import Toml, nearest, texts_of, toml_of, variables_of
from opslint.resolve.jobs.places import Files
from opslint.resolve.shell.state import joined
from opslint.resolve.shell.syntax.words import UNKNOWN
from opslint.resolve.wrappers.form import operand, option

MAX_INCLUDED = 20
MAX_NESTED = 6
IGNORED = "poe ignores its failure (`ignore_fail`)"

_VALUED = frozenset({"-C", "--directory", "--root", "-e", "--executor", "-X", "--executor-opt", "-H", "--help-task"})
_OWN = (("tool", "poe"), ("poe",), ())
_FILES = (("pyproject.toml", ("tool", "poe")), ("poe_tasks.toml", ("tool", "poe", "tasks")), ("poe_tasks.toml", ("tasks",)))


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The commands of a task, those it depends on first; None where no such task is found.

    Source: Poe the Poet, "Task types", "Task composition", "Global options", "Include".
    """
    del env
    index = operand(argv, 1, _VALUED)
    start = option(argv[:index], ("-C", "--directory", "--root"))
    toml = nearest(joined(folder, start) if start else folder, _FILES, files)
    if toml is None or index >= len(argv):
        return None
    found = _task(argv[index], toml, files)
    if found is None:
        return None
    where, keys, body, options = found
    lines = _lines(body, argv[index + 1:], options, "", "", MAX_NESTED)
    entry = body.get("script") if isinstance(body, dict) else None
    return Led(leads=(*leads_of(lines, where, (*keys, argv[index])), *called(entry, where.folder, files)))


def under_poetry(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """`poetry poe task`, where poe is poetry's plugin."""
    index = operand(argv, 1, frozenset({"-C", "-P", "--directory", "--project"}))
    return follow(argv[index:], folder, env, files) if argv[index: index + 1] == ("poe",) else None


def _task(name: str, toml: Toml, files: Files) -> tuple[Toml, tuple[str, ...], object, dict[str, object]] | None:
    """The file, table and body of a task, and the settings it stands under; included files are looked into."""
    waiting, seen = [toml], {toml.path}
    while waiting:
        one = waiting.pop(0)
        base = next((keys for keys in _OWN if one.table(*keys, "tasks") or (keys and one.table(*keys))), ())
        for keys in ((*base, "tasks"), *((*base, "groups", group, "tasks") for group in one.table(*base, "groups"))):
            if name in one.table(*keys):
                return one, keys, one.table(*keys)[name], toml.table(*base)
        included = one.table(*base).get("include")
        for entry in included if isinstance(included, list) else [included]:
            path = entry.get("path") if isinstance(entry, dict) else entry
            path = joined(one.folder, path) if isinstance(path, str) else UNKNOWN
            if UNKNOWN in path or path in seen or len(seen) > MAX_INCLUDED:
                continue
            seen.add(path)
            found = files.made(toml_of, path)
            if found is not None:
                waiting.append(found)
    return None


def _lines(body: object, words: tuple[str, ...], options: dict[str, object], soft: str, sure: str, left: int) -> list[Line]:
    """The commands of one task."""
    if left <= 0:
        return []
    if isinstance(body, list):
        return _sequence(body, options, soft, sure, left, {})
    kind = str(options.get("default_task_type", "cmd"))
    table: dict[str, object] = body if isinstance(body, dict) else {kind: body}
    soft = IGNORED if table.get("ignore_fail") in (True, "return_zero") else soft
    env = {**variables_of(options.get("env")), **variables_of(table.get("env"))}
    folder = str(table.get("cwd", ""))
    before = [Line(script=f"poe {text}", soft=soft, sure=sure, written=text) for text in texts_of(table.get("deps"))]
    uses = [Line(script=f"poe {text}", soft=soft, sure=sure, written=text) for text in variables_of(table.get("uses")).values()]
    own: list[Line] = []
    for key in ("sequence", "parallel"):
        if isinstance(table.get(key), list):
            own = _sequence(table[key], options, soft, sure, left, env)
    if "switch" in table:
        cases = [one for one in _listed(table["switch"]) if isinstance(one, dict)]
        own = [*_lines(table.get("control"), (), options, soft, sure, left - 1),
               *(line for one in cases for line in _lines(one, (), options, soft, "low", left - 1))]
    elif isinstance(ref := table.get("ref"), str):
        own = [Line(script=f"poe {ref} {words_of(words)}".rstrip(), soft=soft, sure=sure, written=ref)]
    elif isinstance(text := table.get("cmd"), str):
        extra = "" if table.get("args") else words_of(words)
        own = [Line(script=f"{_one_line(text)} {extra}".rstrip(), folder=folder, soft=soft, sure=sure, env=env, written=text.strip())]
    elif isinstance(text := table.get("shell"), str) and not _other_shell(table.get("interpreter")):
        own = [Line(script=text, folder=folder, soft=soft, sure=sure, env=env, written=text.strip())]
    return [*before, *uses, *own]


def _sequence(steps: object, options: dict[str, object], soft: str, sure: str, left: int, env: dict[str, str]) -> list[Line]:
    """The steps of a sequence: a text names a task, unless the settings say what else it is."""
    kind = str(options.get("default_array_item_task_type", "ref"))
    found: list[Line] = []
    for one in _listed(steps)[:100]:
        body = {kind: one} if isinstance(one, str) else one
        found.extend(_lines(body, (), options, soft, sure, left - 1))
    return [msgspec.structs.replace(line, env={**env, **line.env}) for line in found]


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _one_line(text: str) -> str:
    """A `cmd` has no newlines that count: it is one command, its comments taken off."""
    if "\n" not in text:
        return text
    return " ".join(line.strip() for line in text.replace("\\\n", " ").split("\n") if line.strip() and not line.lstrip().startswith("#"))


def _other_shell(interpreter: object) -> bool:
    """Whether a shell task is not for a POSIX shell."""
    names = texts_of(interpreter)
    return bool(names) and not any(name in ("posix", "sh", "bash", "zsh") for name in names)
