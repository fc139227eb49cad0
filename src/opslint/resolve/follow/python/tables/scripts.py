"""Runners of plain tables of scripts: taskipy, pipenv and rye."""

from __future__ import annotations

from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.follow.python.tables.task import Line, filled, leads_of, words_of
from opslint.resolve.follow.python.tables.toml import nearest, table_of, texts_of, variables_of
from opslint.resolve.jobs.places import Files
from opslint.resolve.shell.syntax.words import UNKNOWN
from opslint.resolve.wrappers.form import operand


def taskipy(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The command of a taskipy task, those of `pre_` and `post_` around it.

    Source: taskipy, README ("Pre and Post Task Hooks", "Using Variables").
    """
    del env
    keys = ("tool", "taskipy", "tasks")
    toml = nearest(folder, (("pyproject.toml", keys),), files)
    index = operand(argv, 1, frozenset())
    if toml is None or index >= len(argv) or argv[index] not in toml.table(*keys):
        return None
    name, tasks = argv[index], toml.table(*keys)
    settings, variables = toml.table("tool", "taskipy", "settings"), toml.table("tool", "taskipy", "variables")

    def known(field: str, default: str | None) -> str | None:
        del default
        value = variables.get(field, UNKNOWN if field in variables else None)
        value = value.get("var") if isinstance(value, dict) else value
        return value if isinstance(value, str) else None

    leads: list[Lead] = []
    for one in (f"pre_{name}", name, f"post_{name}"):
        body = tasks.get(one)
        table: dict[str, object] = body if isinstance(body, dict) else {"cmd": body}
        text = table.get("cmd")
        if not isinstance(text, str):
            continue
        uses = table.get("use_vars", settings.get("use_vars"))
        script = filled(text, known) if uses else text
        handed = words_of(argv[index + 1:]) if one == name else ""
        line = Line(script=f"{script} {handed}".rstrip(), folder=str(table.get("cwd", settings.get("cwd", "")) or ""), written=text)
        leads.extend(leads_of([line], toml, (*keys, one)))
    return Led(leads=tuple(leads)) if leads else None


def pipenv(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The command of a script of a Pipfile; None where the word is a program's.

    Source: pipenv, "Custom Script Shortcuts".
    """
    del env
    toml = nearest(folder, (("Pipfile", ("scripts",)),), files)
    name, words = _run(argv)
    body = toml.table("scripts").get(name) if toml is not None else None
    text = body.get("cmd") if isinstance(body, dict) else body
    if toml is None or not isinstance(text, str):
        return None
    line = Line(script=f"{text} {words_of(words)}".rstrip(), written=text)
    return Led(leads=leads_of([line], toml, ("scripts", name)))


def rye(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The command of a script of `tool.rye.scripts`, or those of its chain; None where the word is a program's.

    Source: rye, "pyproject.toml", `tool.rye.scripts`.
    """
    del env
    keys = ("tool", "rye", "scripts")
    toml = nearest(folder, (("pyproject.toml", keys),), files)
    name, words = _run(argv)
    scripts = toml.table(*keys) if toml is not None else {}
    if toml is None or name not in scripts:
        return None
    body = scripts[name]
    table: dict[str, object] = body if isinstance(body, dict) else {"cmd": body}
    variables = variables_of(table_of(table, "env"))
    chained = texts_of(table.get("chain"))
    lines = [Line(script=f"rye run {text}" if text.split(maxsplit=1)[:1][0:1] and text.split()[0] in scripts else text, env=variables,
                  written=text) for text in chained if text.strip()]
    command = table.get("cmd")
    if not chained and isinstance(command, (str, list)):
        text = words_of(tuple(texts_of(command))) if isinstance(command, list) else command
        lines = [Line(script=f"{text} {words_of(words)}".rstrip(), env=variables, written=(texts_of(command) or [""])[0])]
    return Led(leads=leads_of(lines, toml, (*keys, name))) if lines else None


def _run(argv: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Name and arguments of `X run name …`."""
    index = operand(argv, 1, frozenset({"--pyproject", "--python", "--pypi-mirror"}))
    if argv[index: index + 1] in (("run",), ("r",)):
        index = operand(argv, index + 1, frozenset({"--pyproject", "--python"}))
        return (argv[index], argv[index + 1:]) if index < len(argv) else ("", ())
    return "", ()
