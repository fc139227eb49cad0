"""`docker buildx bake`: the targets of bake and Compose files, as far as their values are literal."""

from __future__ import annotations

from functools import partial

import msgspec

from opslint.resolve.follow.containers.dockerfile import DOCKERFILES, Build, built, found_file
from opslint.resolve.follow.containers.values import UNKNOWN, filled, options
from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.jobs.places import Files
from opslint.resolve.shell.state import joined
from opslint.resolve.wrappers.tables import words_in
from opslint.source.span import Span

MAX_TEXT = 256 * 1024
MAX_TARGETS = 60
MAX_DEPTH = 12

VALUED = words_in("-f --file --set --progress --builder --metadata-file --call --allow --list --sbom --provenance --project --token")
COMPOSE = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
NAMES = (*COMPOSE, "docker-bake.json", "docker-bake.hcl", "docker-bake.override.json", "docker-bake.override.hcl")
"""Read in this order where no file is named; later ones go over earlier ones."""

Table = dict[str, dict[str, object]]


class Bakefile(msgspec.Struct, frozen=True, kw_only=True):
    """What bake files say together.

    Shape: `targets` and `groups` by name with their plain values; `variables` with what is known of them.
    """

    targets: Table
    groups: Table
    variables: dict[str, str]


def baked(words: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """What the targets that a bake command names run; None where no bake file is here or nothing is known of them.

    Source: Docker, "Bake file reference", "docker buildx bake".
    """
    given, wanted = options(words, VALUED)
    if UNKNOWN in folder or "--print" in given or given.get("--call", [""])[-1] not in ("", "build"):
        return None
    named = [*given.get("-f", ()), *given.get("--file", ())]
    paths = [joined(folder, name) for name in named or NAMES]
    paths = [path for path in paths if UNKNOWN not in path and not path.startswith("..") and files.tree.has(path)]
    if not paths:
        return None
    bakefile = _read(paths, env, files)
    leads: dict[Span, Lead] = {}
    for name in _targets(bakefile, [word for word in wanted if UNKNOWN not in word] if wanted else ["default"]):
        settings = {**_inherited(bakefile, name, ()), **_set(given.get("--set", []), name)}
        build = _build(settings, folder, bakefile.variables, files)
        image = built(build, files) if build is not None else None
        leads.update({lead.span: lead for lead in image.leads} if image is not None else {})
    return Led(leads=tuple(leads.values()))


def _build(settings: dict[str, object], folder: str, variables: dict[str, str], files: Files) -> Build | None:
    """One target as a build; the Dockerfile is looked for in the context."""
    context = _value(settings.get("context", "."), variables)
    if "dockerfile-inline" in settings or "://" in context or context.startswith(("git@", "target:")):
        return None
    root = joined(folder, context)
    name = _value(settings.get("dockerfile", ""), variables)
    if UNKNOWN in root + name or root.startswith(".."):
        return None
    arguments = settings.get("args")
    return Build(
        path=found_file((name,) if name else DOCKERFILES, (root, folder), files),
        context=root,
        target=_value(settings.get("target", ""), variables),
        arguments={str(key): _value(value, variables) for key, value in arguments.items()} if isinstance(arguments, dict) else {},
    )


def _value(value: object, variables: dict[str, str]) -> str:
    """A literal text with variables filled in, "…" for anything else."""
    if not isinstance(value, str):
        return UNKNOWN if isinstance(value, (dict, list)) else str(value)
    if value.startswith("${") and value.endswith("}") and value[2:-1] in variables:
        return variables[value[2:-1]]
    return filled(value, variables)


def _targets(bakefile: Bakefile, names: list[str]) -> list[str]:
    """The targets that names of groups and targets mean, each once."""
    found: dict[str, None] = {}
    seen: set[str] = set()
    waiting = list(reversed(names))
    while waiting and len(found) < MAX_TARGETS:
        name = waiting.pop()
        if name in bakefile.groups and name not in seen:
            seen.add(name)
            inner = bakefile.groups[name].get("targets")
            waiting.extend(str(one) for one in reversed(inner) if isinstance(one, str)) if isinstance(inner, list) else None
        elif name in bakefile.targets:
            found[name] = None
    return list(found)


def _inherited(bakefile: Bakefile, name: str, seen: tuple[str, ...]) -> dict[str, object]:
    """A target's values over those it inherits; `args` are put together."""
    own = bakefile.targets.get(name, {})
    if name in seen or len(seen) > MAX_DEPTH:
        return {}
    settings: dict[str, object] = {}
    above = own.get("inherits")
    parents = [above] if isinstance(above, str) else above if isinstance(above, list) else []
    for layer in (*(_inherited(bakefile, str(one), (*seen, name)) for one in parents[:MAX_DEPTH]), own):
        before, after = settings.get("args"), layer.get("args")
        settings.update(layer)
        if isinstance(before, dict) and isinstance(after, dict):
            settings["args"] = {**before, **after}
    return settings


def _set(words: list[str], name: str) -> dict[str, object]:
    """`--set target.key=value` for one target."""
    from fnmatch import fnmatchcase

    found: dict[str, object] = {}
    for word in words[:MAX_TARGETS]:
        pattern, _, rest = word.partition(".")
        key, equals, value = rest.partition("=")
        if equals and key in ("context", "dockerfile", "target") and fnmatchcase(name, pattern):
            found[key] = value
    return found


def _read(paths: list[str], env: dict[str, str], files: Files) -> Bakefile:
    targets: Table = {}
    groups: Table = {}
    variables: dict[str, str] = {}
    for path in paths:
        composed = path.endswith((".yml", ".yaml"))
        more = _compose_targets(path, env, files) if composed else files.kept(("bake", path), partial(_plain, path, files))
        for kind, into in (("target", targets), ("group", groups)):
            for name, settings in more.get(kind, {}).items():
                into[name] = {**into.get(name, {}), **settings}
        for name, settings in more.get("variable", {}).items():
            default = settings.get("default")
            known = UNKNOWN if isinstance(default, (dict, list)) else "" if default is None else str(default)
            value = env.get(name, known)
            variables[name] = UNKNOWN if "{{" in value or "$" in value else value
    return Bakefile(targets=targets, groups=groups, variables=variables)


def _compose_targets(path: str, env: dict[str, str], files: Files) -> dict[str, Table]:
    """The services of a Compose file that are built, as targets; together they are the default group."""
    from opslint.resolve.follow.containers.services import project_of

    project = project_of((path,), env, files)
    table: Table = {}
    for name in project.services:
        build = project.build_settings(name)
        if build is not None:
            table[name] = build
    return {"target": table, "group": {"default": {"targets": list(table)}}} if table else {}


def _plain(path: str, files: Files) -> dict[str, Table]:
    """The blocks of a bake file in HCL or JSON: kind -> name -> plain values."""
    text = files.text(path)
    if text is None or len(text) > MAX_TEXT:
        return {}
    if path.endswith(".json"):
        return _plain_json(text)
    from opslint.parse.companion.infrastructure.headers import headers_of
    from opslint.parse.companion.infrastructure.terraform import body_of

    found: dict[str, Table] = {}
    for header in headers_of(text)[: MAX_TARGETS * 4]:
        if header.kind in ("target", "group", "variable") and header.labels:
            body = body_of(text[header.start : header.end], header)
            found.setdefault(header.kind, {})[header.labels[0]] = body or {"context": [], "targets": []}
    return found


def _plain_json(text: str) -> dict[str, Table]:
    import json

    try:
        root = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    found: dict[str, Table] = {}
    for kind in ("target", "group", "variable"):
        blocks = root.get(kind) if isinstance(root, dict) else None
        for name, settings in blocks.items() if isinstance(blocks, dict) else ():
            if isinstance(settings, dict):
                found.setdefault(kind, {})[name] = settings
    return found
