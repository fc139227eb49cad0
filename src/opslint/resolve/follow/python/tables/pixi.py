"""pixi: the tasks of pixi.toml and pyproject.toml, of all features or of those an environment has."""

from __future__ import annotations

from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.follow.python.tables.task import Line, leads_of, words_of
from opslint.resolve.follow.python.tables.toml import Toml, nearest, texts_of, variables_of
from opslint.resolve.jobs.places import Files
from opslint.resolve.shell.syntax.words import UNKNOWN
from opslint.resolve.wrappers.form import operand, option
from opslint.source.words.late import late

_VALUED = frozenset({"-e", "--environment", "--manifest-path", "-m", "--color", "--pinning-strategy", "--concurrent-downloads",
                     "--auth-file", "--pypi-keyring-provider"})
_FILES = (("pixi.toml", ("workspace",)), ("pixi.toml", ("project",)), ("pixi.toml", ("tasks",)), ("pyproject.toml", ("tool", "pixi")))
_TEMPLATE = late(r"\{\{\s*([\w.-]{1,80})\s*\}\}")
_TEMPLATES = late(r"\{\{[^{}]{0,400}\}\}")

Keys = tuple[str, ...]


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The commands of a task, those it depends on first; None where the word is a program's.

    Source: pixi, "Advanced tasks", "Manifest: tasks, feature, target, environments", `pixi run`.
    """
    del env
    index = operand(argv, 1, _VALUED)
    if argv[index: index + 1] not in (("run",), ("r",)):
        return None
    start = operand(argv, index + 1, _VALUED)
    manifest = option(argv[:start], ("--manifest-path", "-m"))
    toml = _manifest(manifest, folder, files)
    if toml is None or start >= len(argv):
        return None
    words = argv[start:] if " " not in argv[start] else (*argv[start].split(), *argv[start + 1:])
    asked = option(argv[:start], ("-e", "--environment")) or ""
    found = _tasks(words[0], asked, toml)
    leads: list[Lead] = []
    for keys, body, sure in found:
        leads.extend(leads_of(_lines(body, words[1:], asked, sure), toml, (*keys, words[0])))
    return Led(leads=tuple(leads)) if leads else None


def _manifest(named: str | None, folder: str, files: Files) -> Toml | None:
    from opslint.resolve.shell.state import joined

    if named:
        path = joined(folder, named)
        if UNKNOWN in path:
            return None
        folder = path.rpartition("/")[0] if path.endswith(".toml") else path
    return nearest(folder, _FILES, files)


def _tasks(name: str, environment: str, toml: Toml) -> list[tuple[Keys, object, str]]:
    """Where a task of this name stands, with its body and confidence: "low" where there are several and no telling which."""
    base: Keys = () if toml.path.endswith("pixi.toml") else ("tool", "pixi")
    features = toml.table(*base, "feature")
    own = _features(environment, toml, base)
    everywhere: list[tuple[Keys, bool]] = [((*base,), True)]
    everywhere += [((*base, "feature", feature), own is None or feature in own) for feature in features]
    found: list[tuple[Keys, object, bool]] = []
    for keys, reached in everywhere:
        targets = [target for target in toml.table(*keys, "target") if not target.startswith(("win", "osx", "macos"))]
        tables = ((*keys, "tasks"), *((*keys, "target", target, "tasks") for target in targets))
        found.extend((inner, toml.table(*inner)[name], reached) for inner in tables if name in toml.table(*inner))
    if any(reached for _, _, reached in found):
        found = [one for one in found if one[2]]
    return [(keys, body, "" if len(found) == 1 else "low") for keys, body, _ in found]


def _features(environment: str, toml: Toml, base: Keys) -> set[str] | None:
    """The features of an environment, None where it is not there or cannot be known."""
    if UNKNOWN in environment:
        return None
    body = toml.table(*base, "environments").get(environment or "default")
    if body is None:
        return None if environment else set()
    return set(texts_of(body.get("features") if isinstance(body, dict) else body))


def _lines(body: object, words: Keys, environment: str, sure: str) -> list[Line]:
    table: dict[str, object] = body if isinstance(body, dict) else {"depends-on": body} if isinstance(body, list) else {"cmd": body}
    needed = table.get("depends-on", table.get("depends_on"))
    chosen = f"-e {environment} " if environment else ""
    lines = [Line(script=text if not chosen else text.replace("pixi run ", f"pixi run {chosen}", 1), sure=sure, written=written)
             for text, written in map(_needed, needed if isinstance(needed, list) else [needed]) if text]
    command = table.get("cmd")
    if isinstance(command, (str, list)):
        text = words_of(tuple(texts_of(command))) if isinstance(command, list) else command
        script = _filled(text, table.get("args"), words)
        extra = "" if isinstance(table.get("args"), list) else words_of(words)
        lines.append(Line(script=f"{script} {extra}".rstrip(), folder=str(table.get("cwd", "")), sure=sure,
                          env=variables_of(table.get("env")), written=(texts_of(command) or [""])[0]))
    return lines


def _needed(one: object) -> tuple[str, str]:
    """A task another depends on as a command, and as it is written."""
    if isinstance(one, str):
        return f"pixi run {one}", one
    name = one.get("task") if isinstance(one, dict) else None
    if not isinstance(name, str) or not isinstance(one, dict):
        return "", ""
    within = f"-e {one['environment']} " if isinstance(one.get("environment"), str) else ""
    return f"pixi run {within}{name} {words_of(tuple(texts_of(one.get('args'))))}".rstrip(), name


def _filled(text: str, arguments: object, words: Keys) -> str:
    """A command with the task's arguments in it: those given, else their defaults."""
    if "{{" not in text:
        return text
    values: dict[str, str] = {}
    for index, one in enumerate(arguments if isinstance(arguments, list) else []):
        name = one.get("arg") if isinstance(one, dict) else one
        default = one.get("default", UNKNOWN) if isinstance(one, dict) else UNKNOWN
        if isinstance(name, str):
            values[name] = words[index] if index < len(words) else str(default)
    return _TEMPLATES.sub(UNKNOWN, _TEMPLATE.sub(lambda found: values.get(found[1], UNKNOWN), text))
