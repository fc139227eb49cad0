"""mvn: the plugins that its goals and phases run, in every module it builds."""

from __future__ import annotations

from collections import Counter

from opslint.resolve.follow.build.maven.asked import Asked, asked
from opslint.resolve.follow.build.maven.lifecycle import GOALS, ONCE, prefix_of, upto
from opslint.resolve.follow.build.maven.modules import Bound, Module, asked_goal, bound_goals, modules_of
from opslint.resolve.follow.build.maven.pom import Pom, filled, pom_at
from opslint.resolve.follow.follower import Lead, Led, Plugin
from opslint.resolve.jobs.places import Files
from opslint.source.span import Span

MAX_PLUGINS = 120
MAX_PLACES = 3
"""Places at which modules bind one goal that are told."""
NEVER = "`--fail-never` lets the build pass whatever fails"

_FRONTEND = "com.github.eirslett:frontend-maven-plugin:"
_EXEC = "org.codehaus.mojo:exec-maven-plugin:exec"


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The plugins that a Maven command runs; None where none can be said.

    Source: Maven, "Introduction to the Build Lifecycle", "POM Reference".
    """
    words = (*_configured(folder, files), *env.get("MAVEN_ARGS", "").split(), *argv[1:])
    return files.kept(("maven", folder, *words), lambda: _led(words, folder, files))


def _configured(folder: str, files: Files) -> tuple[str, ...]:
    """The words of `.mvn/maven.config`, of the folder or the nearest above it."""
    while True:
        text = files.text(f"{folder}/.mvn/maven.config" if folder else ".mvn/maven.config")
        if text is not None:
            return tuple(word for line in text.splitlines()[:100] if not line.startswith("#") for word in line.split())
        if not folder:
            return ()
        folder = folder.rpartition("/")[0]


def _led(words: tuple[str, ...], folder: str, files: Files) -> Led | None:
    want = asked(words)
    path = pom_at(folder, want.file or "pom.xml", files)
    modules = modules_of(path, want, files) if path else [_nowhere(want)]
    if not modules:
        return None
    if not want.goals:
        goal, at, line = modules[0].goal
        if not goal:
            return None
        script = " ".join(("mvn", filled(goal, modules[0].properties), *want.options))
        return Led(leads=(Lead(script=script, span=Span(path=at, line=line), folder=folder),))
    phases = frozenset[str]().union(*(upto(goal) for goal in want.goals))
    explicit = [goal for goal in want.goals if ":" in goal]
    leads: dict[tuple[str, str, int], Lead] = {}
    plugins: dict[tuple[str, ...], Plugin] = {}
    places: Counter[tuple[str, str]] = Counter()
    hard = False
    for module in modules:
        named = [one for goal in explicit if (one := asked_goal(goal, module)) is not None]
        bound = [one for one in bound_goals(module, files) if one.phase in phases] if phases and path else []
        for one in (*named, *bound):
            if len(plugins) >= MAX_PLUGINS:
                break
            if _skipped(one, module):
                continue
            plugin = _plugin(one, module, want)
            hard |= not plugin.soft_why
            key = (one.id, one.path, str(one.line), plugin.soft_why, str(one.configuration))
            if key not in plugins and places[one.id, plugin.soft_why] < (1 if one.id in ONCE else MAX_PLACES):
                places[one.id, plugin.soft_why] += 1
                plugins[key] = plugin
            if (lead := _lead(one, module)) is not None:
                leads.setdefault((lead.script, one.path, one.line), lead)
    if not plugins:
        return None
    only = all(":" in goal for goal in want.goals) and len(explicit) == len(want.goals)
    soft = next(iter(plugins.values())).soft_why if only and not hard and not want.never else ""
    return Led(leads=tuple(leads.values()), plugins=tuple(plugins.values()), soft_why=soft)


def _nowhere(want: Asked) -> Module:
    """The module of a command that has no model: only goals it names itself run there."""
    from opslint.resolve.follow.build.maven.pom import Section

    pom = Pom(path="", packaging="pom", parent="", section=Section())
    return Module(pom=pom, properties=want.properties, plugins={}, managed={}, modules=(), goal=("", "", 0))


def _skipped(one: Bound, module: Module) -> bool:
    """Whether a goal's configuration or the properties that its plugin asks switch it off."""
    configured = {key: filled(value, module.properties).strip().lower() for key, value in one.configuration.items()
                  if key.startswith("skip")}
    if one.phase == "none" or any(configured.get(key) == "true" for key in ("skip", "skipTests", "skipITs", "skipExec")):
        return True
    if configured.get("skip") == "false":
        return False
    goal = GOALS.get(one.id)
    names = (*(goal.skips if goal is not None else ()), f"{prefix_of(one.id.rpartition(':')[0])}.skip")
    return any(filled(module.properties.get(name, "false"), module.properties).strip().lower() in ("true", "") for name in names)


def _plugin(one: Bound, module: Module, want: Asked) -> Plugin:
    inputs = {key: filled(value, module.properties) for key, value in {**module.properties, **one.configuration}.items()}
    short = one.id.split(":", 1)[1]
    span = Span(path=one.path, line=one.line) if one.path else None
    text = f"{short} ({one.phase})" if one.phase else short
    soft = NEVER if want.never else _soft(one, inputs)
    return Plugin(system="maven", id=one.id, span=span, text=text, soft_why=soft, inputs=inputs)


def _soft(one: Bound, inputs: dict[str, str]) -> str:
    """Why a goal's findings do not fail the build, as it is configured."""
    goal = GOALS.get(one.id)
    if goal is None:
        return ""
    for key, value in goal.fails.items():
        said = inputs[key] if key in one.configuration else ""
        if said == value:
            return f'its configuration says "{key}" {value}'
        for name, sets in goal.properties.items():
            if sets == key and not said and inputs.get(name, "") == value:
                return f'"{name}" is {value}'
    return ""


def _lead(one: Bound, module: Module) -> Lead | None:
    """The command that a plugin only starts: a program, or a script of a JavaScript front end."""
    said = {key: filled(value, module.properties) for key, value in one.configuration.items()}
    goal = one.id.rpartition(":")[2]
    if one.id == _EXEC and said.get("executable"):
        arguments = said.get("commandlineArgs") or said.get("argument", "")
        script = f"{said['executable']} {arguments}"
    elif one.id.startswith(_FRONTEND) and goal in ("npm", "yarn", "pnpm", "bun", "npx", "gulp", "grunt", "webpack", "karma"):
        script = f"{goal} {said.get('arguments', 'install' if goal in ('npm', 'pnpm', 'bun') else '')}"
    else:
        return None
    from opslint.resolve.shell.state import joined

    to = said.get("workingDirectory", "").removeprefix("…/")
    folder = joined(module.pom.folder, to) if to and to != "…" else module.pom.folder
    return Lead(script=script.strip(), span=Span(path=one.path, line=one.line), folder=folder)


