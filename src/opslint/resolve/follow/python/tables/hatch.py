"""hatch: the scripts of its environments."""

from __future__ import annotations

from opslint.resolve.follow.follower import Led
from opslint.resolve.follow.python.tables.task import Line, filled, leads_of, words_of
from opslint.resolve.follow.python.tables.toml import Toml, nearest, table_of, texts_of, variables_of
from opslint.resolve.jobs.places import Files
from opslint.resolve.shell.syntax.words import UNKNOWN
from opslint.resolve.wrappers.form import operand, option

IGNORED = "hatch ignores its failure (`-`)"
MAX_TEMPLATES = 8

_VALUED = frozenset({"-e", "--env", "-p", "--project", "-i", "-x", "--include", "--exclude", "--data-dir", "--cache-dir", "--config",
                     "-f", "--filter"})
_FILES = (("hatch.toml", ("envs",)), ("pyproject.toml", ("tool", "hatch", "envs")))


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The commands of a script of an environment; None where the word is a program's.

    Source: hatch, "Environments: Overview, Advanced, Configuration", `hatch run`, `hatch env run`.
    """
    del env
    environment, words = _asked(argv)
    if not words:
        return None
    toml = nearest(folder, _FILES, files)
    if toml is None:
        return None
    base = ("envs",) if toml.path.endswith("hatch.toml") else ("tool", "hatch", "envs")
    environments = [one for one in toml.table(*base) if UNKNOWN in environment] or [environment]
    lines: list[Line] = []
    keys: tuple[str, ...] = base
    for one in environments:
        found, keys_here = _script(one, words[0], toml, base)
        if found:
            keys = keys_here
            sure = "low" if UNKNOWN in environment else ""
            lines.extend(line for text, low in found for line in [_line(text, one, words[1:], toml, base, sure or low)])
    return Led(leads=leads_of(lines, toml, keys)) if lines else None


def _asked(argv: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Environment and words of `hatch run env:script …` and its other forms; no words where nothing of that is asked."""
    environment = option(argv, ("-e", "--env")) or "default"
    index = operand(argv, 1, _VALUED)
    if argv[index: index + 2] == ("env", "run"):
        index += 1
    if argv[index: index + 1] != ("run",):
        return "", ()
    index = operand(argv, index + 1, _VALUED)
    while index < len(argv) and argv[index][0:1] in ("+", "-") and len(argv[index]) > 1:  # parts of a matrix: `+py=3.12`
        index += 1
    words = argv[index:]
    if not words or words[0] == UNKNOWN:
        return "", ()
    name, colon, script = words[0].partition(":")
    if colon and script and " " not in name:
        return name or "default", (script, *words[1:])
    return environment, words


def _named(environment: str, table: dict[str, object]) -> str:
    """The environment a name means: `test.py3.12-x` is one of the matrix of `test`."""
    while environment and environment not in table and "." in environment:
        environment = environment.rpartition(".")[0]
    return environment


def _script(environment: str, name: str, toml: Toml, base: tuple[str, ...]) -> tuple[list[tuple[str, str]], tuple[str, ...]]:
    """The commands of a script with their confidence, and where it stands; it may come from an environment's template."""
    table = toml.table(*base)
    environment = _named(environment, table)
    seen: set[str] = set()
    while environment not in seen and len(seen) < MAX_TEMPLATES:
        seen.add(environment)
        own = table_of(table, environment)
        found: list[tuple[str, str]] = [(text, "") for kind in ("scripts", "extra-scripts") for text in _texts(own, kind, name)]
        more = [(text, "low") for text in _overriding(own, name)]
        if found or more:
            return [*((text, "low" if more else "") for text, _ in found), *more], (*base, environment, "scripts", name)
        template = own.get("template", "default")
        environment = template if isinstance(template, str) and not own.get("detached") else environment
    return [], base


def _texts(own: dict[str, object], kind: str, name: str) -> list[str]:
    return texts_of(table_of(own, kind).get(name))


def _overriding(own: dict[str, object], name: str) -> list[str]:
    """What the overrides of a matrix, platform or variable make of a script."""
    found: list[str] = []
    for source in table_of(own, "overrides").values():
        for one in source.values() if isinstance(source, dict) else ():
            scripts = one.get("scripts", []) if isinstance(one, dict) else []
            for script in scripts if isinstance(scripts, list) else []:
                if isinstance(script, dict) and script.get("key") == name:
                    found.extend(texts_of(script.get("value")))
    return found


def _line(text: str, environment: str, words: tuple[str, ...], toml: Toml, base: tuple[str, ...], sure: str) -> Line:
    soft = IGNORED if text.startswith("- ") else ""
    variables = variables_of(table_of(toml.table(*base), _named(environment, toml.table(*base))).get("env-vars"))

    def known(name: str, default: str | None) -> str | None:
        if name == "args":
            return words_of(words) or default or ""
        if name == "env" and default is not None:
            variable, _, fallback = default.partition(":")
            return variables.get(variable) or fallback or UNKNOWN
        if name in ("root", "home"):
            return "." if name == "root" else UNKNOWN
        return UNKNOWN if name == "matrix" else None

    script = filled(text.removeprefix("- "), known)
    first = script.split(maxsplit=1)[:1]
    if first and _script(environment, first[0], toml, base)[0]:
        script = f"hatch run {environment}:{script}"
    return Line(script=script, soft=soft, sure=sure, env=variables, written=text)
