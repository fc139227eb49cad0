"""The sessions of a noxfile: their names, Pythons, tags, parameters and whether they run when none is asked for."""

from __future__ import annotations

import ast

import msgspec

from opslint.resolve.follow.python.reading.calls import keywords_of
from opslint.resolve.follow.python.reading.source import Function, Source, full_name
from opslint.resolve.follow.python.reading.values import Scope, Value, items_of, known, text_of
from opslint.resolve.follow.python.sessions.asked import Asked
from opslint.resolve.shell.syntax.words import UNKNOWN

MAX_SESSIONS = 200
MAX_RUNS = 8


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One function that is a session.

    Shape: `pythons` are the versions its name may end with; `runs` are the values of its parameters, one mapping a run;
           `default` is None where that is not known.
    """

    name: str
    function: Function
    pythons: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    default: bool | None = True
    runs: tuple[dict[str, Value], ...] = ({},)


def sessions_of(source: Source, scope: Scope) -> dict[str, Session]:
    """The sessions of a noxfile by name."""
    found: dict[str, Session] = {}
    for function in list(source.functions.values())[:MAX_SESSIONS]:
        for decorator in function.decorator_list:
            call = decorator if isinstance(decorator, ast.Call) else None
            name = full_name(call.func if call is not None else decorator, source.imports)
            if name.rpartition(".")[2] in ("session", "session_with_poetry"):
                one = _session(function, call, source, scope)
                found[one.name] = one
    return found


def _session(function: Function, call: ast.Call | None, source: Source, scope: Scope) -> Session:
    given = keywords_of(call, scope) if call is not None else {}
    first = items_of(call.args, scope) if call is not None else []
    python = first[0] if first else given.get("python", given.get("py"))
    pythons = tuple(map(text_of, python)) if isinstance(python, list) else (UNKNOWN,) if python == UNKNOWN else ()
    default = given.get("default", True)
    name = given.get("name") or function.name
    return Session(
        name=text_of(name), function=function, pythons=pythons,
        tags=_texts(given.get("tags")), requires=_texts(given.get("requires")),
        default=default if isinstance(default, bool) else None, runs=_runs(function, source, scope),
    )


def _runs(function: Function, source: Source, scope: Scope) -> tuple[dict[str, Value], ...]:
    """What `@nox.parametrize` gives a session, one mapping a run, nothing where it is not plain."""
    runs: list[dict[str, Value]] = [{}]
    for decorator in function.decorator_list:
        if not isinstance(decorator, ast.Call) or full_name(decorator.func, source.imports).rpartition(".")[2] != "parametrize":
            continue
        given = items_of(decorator.args[:2], scope)
        names = given[0] if given else UNKNOWN
        words = names.split(",") if isinstance(names, str) else list(map(text_of, names)) if isinstance(names, list) else []
        values = given[1] if len(given) > 1 and isinstance(given[1], list) else [UNKNOWN]
        turns: list[dict[str, Value]] = []
        for value in values[:MAX_RUNS]:
            fits = isinstance(value, list) and len(value) == len(words) > 1
            parts = value if fits and isinstance(value, list) else [value if len(words) == 1 else UNKNOWN] * len(words)
            turns.append(dict(zip([word.strip() for word in words], parts, strict=False)))
        runs = [{**one, **turn} for one in runs for turn in turns][:MAX_RUNS]
    return tuple(runs)


def _texts(value: Value) -> tuple[str, ...]:
    return tuple(map(text_of, value)) if isinstance(value, list) else ()


def chosen(asked: Asked, sessions: dict[str, Session], scope: Scope) -> tuple[dict[str, str], str]:
    """The sessions that run, each with its confidence ("" or "low"), and a name that is asked for and is not there ("" for none)."""
    found: dict[str, str] = {}
    missing = ""
    if asked.sessions is not None:
        for wanted in asked.sessions:
            hits = _called(wanted, sessions)
            found.update({name: sure if name not in found else found[name] and sure for name, sure in hits.items()})
            missing = missing or (wanted if not hits else "")
    elif asked.tags or asked.keywords:
        found = dict.fromkeys(sessions, "")
    else:
        found = _defaults(sessions, scope)
    if asked.tags:
        unknown = any(UNKNOWN in tag for tag in asked.tags)
        found = {name: "low" if unknown else sure for name, sure in found.items() if unknown or set(asked.tags) & set(sessions[name].tags)}
    if asked.keywords:
        words = asked.keywords.replace("(", " ").replace(")", " ").split()
        plain = [word for index, word in enumerate(words) if word not in ("and", "or", "not") and words[index - 1: index] != ["not"]]
        found = {name: "low" for name in found if not plain or any(word in name for word in plain)}
    return found, missing


def _called(wanted: str, sessions: dict[str, Session]) -> dict[str, str]:
    """The sessions a name on the command line means: with a Python or parameters behind it, or with parts that are not known."""
    wanted = wanted.partition("(")[0]
    if wanted in sessions:
        return {wanted: ""}
    for name, session in sessions.items():
        rest = wanted.removeprefix(f"{name}-") if wanted.startswith(f"{name}-") else ""
        if rest and (rest in session.pythons or (UNKNOWN in rest and (session.pythons or not _begins(wanted, sessions, name)))):
            return {name: ""}
    if UNKNOWN not in wanted:
        loose = [name for name, one in sessions.items() if wanted.startswith(f"{name}-") and not known(list[Value](one.pythons))]
        return dict.fromkeys(loose, "low")
    start, _, end = wanted.partition(UNKNOWN)
    end = end.rpartition(UNKNOWN)[2]
    return {name: "low" for name in sessions if name.startswith(start) and (name.endswith(end) or sessions[name].pythons)}


def _begins(wanted: str, sessions: dict[str, Session], name: str) -> bool:
    """Whether another session's name may be meant too."""
    start = wanted.partition(UNKNOWN)[0]
    return any(other != name and other.startswith(start) for other in sessions)


def _defaults(sessions: dict[str, Session], scope: Scope) -> dict[str, str]:
    """The sessions that run when none is asked for."""
    listed, tags = (scope.outer.get(f"nox.options.{what}") for what in ("sessions", "tags"))
    if isinstance(listed, list) or listed is not None:
        if not isinstance(listed, list) or not known(listed):
            return dict.fromkeys(sessions, "low")
        return {name: "" for one in listed for name in _called(text_of(one), sessions)}
    if isinstance(tags, list):
        return {name: "" for name, one in sessions.items() if set(_texts(tags)) & set(one.tags)}
    return {name: "" if one.default else "low" for name, one in sessions.items() if one.default is not False}
