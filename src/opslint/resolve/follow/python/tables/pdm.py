"""pdm: the scripts of `tool.pdm.scripts`."""

from __future__ import annotations

from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.follow.python.tables.task import Line, called, filled, leads_of, words_of
from opslint.resolve.follow.python.tables.toml import nearest, table_of, texts_of, variables_of
from opslint.resolve.jobs.places import Files
from opslint.resolve.shell.syntax.words import UNKNOWN
from opslint.resolve.wrappers.form import operand, option

_KEYS = ("tool", "pdm", "scripts")
_VALUED = frozenset({"-p", "--project", "-c", "--config"})
_HOOKED = {"install": "install", "sync": "install", "update": "install", "add": "install", "lock": "lock", "build": "build",
           "publish": "publish"}
_BUILTIN = frozenset({"run", "list", "show", "init", "use", "venv", "config", "cache", "export", "info", "import", "outdated", "plugin",
                      "py", "python", "remove", "search", "self", "fix", "completion", "new", "lock", "install", "sync", "update", "add",
                      "build", "publish"})


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The commands of a script and of its hooks; None where the word is a program's.

    Source: pdm, "PDM Scripts" (cmd, shell, call, composite, hooks, shared options).
    """
    del env
    project = option(argv, ("-p", "--project"))
    from opslint.resolve.shell.state import joined

    toml = nearest(joined(folder, project) if project else folder, (("pyproject.toml", _KEYS),), files)
    index = operand(argv, 1, _VALUED)
    if toml is None or index >= len(argv):
        return None
    hooked = _HOOKED.get(argv[index], "")
    if argv[index] == "run":
        index = operand(argv, index + 1, _VALUED)
    elif argv[index] in _BUILTIN and not hooked:
        return None
    name, words = (argv[index], argv[index + 1:]) if index < len(argv) else ("", ())
    scripts = toml.table(*_KEYS)
    hooked = hooked if argv[index - 1] != "run" else ""
    if name not in scripts and not (hooked and any(f"{when}_{hooked}" in scripts for when in ("pre", "post"))):
        return None
    leads: list[Lead] = []
    for one in (f"pre_{hooked or name}", *(() if hooked else (name,)), f"post_{hooked or name}"):
        if one in scripts:
            leads.extend(leads_of(_lines(scripts, one, words if one == name else ()), toml, (*_KEYS, one)))
            leads.extend(called(table_of(scripts, one).get("call"), toml.folder, files))
    return Led(leads=tuple(leads)) if leads else None


def _lines(scripts: dict[str, object], name: str, words: tuple[str, ...]) -> list[Line]:
    body = scripts[name]
    table: dict[str, object] = body if isinstance(body, dict) else {"cmd": body}
    env = {**variables_of(table_of(scripts, "_", "env")), **variables_of(table.get("env"))}
    folder = str(table.get("working_dir", ""))
    if "composite" in table:
        return [Line(script=_step(text, scripts), env=env, folder=folder, written=text) for text in texts_of(table["composite"])]
    if "call" in table:
        return []
    command = table.get("cmd", table.get("shell"))
    text = words_of(tuple(texts_of(command))) if isinstance(command, list) else command if isinstance(command, str) else ""
    written = texts_of(command)[0] if texts_of(command) else ""
    handed = words_of(words)
    given = "{args" in text

    def known(field: str, default: str | None) -> str | None:
        if field == "args":
            return handed or default or ""
        return "pdm" if field == "pdm" else None

    script = filled(text, known)
    return [Line(script=script if given or not handed else f"{script} {handed}", env=env, folder=folder, written=written)]


def _step(text: str, scripts: dict[str, object]) -> str:
    """One step of a composite script: another script, or a command."""
    first = text.split(maxsplit=1)[:1]
    text = filled(text, lambda field, default: (default or "") if field == "args" else UNKNOWN if field == "pdm" else None)
    return f"pdm run {text}" if first and first[0] in scripts else text
