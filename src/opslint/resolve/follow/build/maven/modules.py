"""The modules of a build, each as Maven sees it: parents, active profiles and managed plugins merged in."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

import msgspec

from opslint.resolve.follow.build.maven.asked import Asked
from opslint.resolve.follow.build.maven.lifecycle import BUILT_IN, GOALS, prefix_of
from opslint.resolve.follow.build.maven.pom import Declared, Execution, Pom, Section, filled, pom_at, read_pom
from opslint.resolve.jobs.places import Files

MAX_MODULES = 300
MAX_PARENTS = 12


class Module(msgspec.Struct, frozen=True, kw_only=True):
    """One module.

    Shape: `plugins` are those its build has, `managed` those it only configures, both by `group:artifact`;
           `modules` the files of the modules below it; `goal` is (defaultGoal, path, line).
    """

    pom: Pom
    properties: dict[str, str]
    plugins: dict[str, Declared]
    managed: dict[str, Declared]
    modules: tuple[str, ...]
    goal: tuple[str, str, int]


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """One goal as it stands in a module: `id` is `group:artifact:goal`."""

    id: str
    phase: str
    path: str
    line: int
    configuration: dict[str, str]


def modules_of(path: str, asked: Asked, files: Files) -> list[Module]:
    """The modules that a command builds, the one of the path first; none where the wanted ones cannot be known."""
    if any("…" in name for name in asked.projects):
        return []
    found: list[Module] = []
    seen: set[str] = set()
    waiting = [path]
    while waiting and len(seen) < MAX_MODULES:
        at = waiting.pop()
        pom = read_pom(at, files) if at not in seen else None
        seen.add(at)
        if pom is None:
            continue
        module = module_of(pom, asked, files)
        found.append(module)
        if not asked.alone:
            waiting.extend(reversed(module.modules))
    if not asked.projects:
        return found
    base = path.rpartition("/")[0]
    refused = [name[1:] for name in asked.projects if name[:1] in "!-"]
    wanted = [name for name in asked.projects if name[:1] not in "!-"]
    return [one for one in found if (not wanted or _named(one, wanted, base)) and not _named(one, refused, base)]


def _named(module: Module, names: list[str], base: str) -> bool:
    """Whether a module is among those that `-pl` names, by folder or by `[group]:artifact`."""
    from opslint.resolve.shell.state import joined

    artifact, folder = module.properties.get("project.artifactId", ""), module.pom.folder
    return any(name.rpartition(":")[2] == artifact if ":" in name else joined(base, name) in (folder, module.pom.path)
               for name in names)


def module_of(pom: Pom, asked: Asked, files: Files) -> Module:
    """A module with its parents in the tree, the active profiles, and the command's properties."""
    line = [pom]
    while line[-1].parent and len(line) < MAX_PARENTS:
        parent = read_pom(line[-1].parent, files)
        if parent is None or any(parent.path == one.path for one in line):
            break
        line.append(parent)
    properties: dict[str, str] = {}
    plugins: dict[str, Declared] = {}
    managed: dict[str, Declared] = {}
    goal, below = ("", "", 0), list[str]()
    sections = [(one, section) for one in reversed(line) for section in (one.section, *_active(one, asked, files))]
    for _, section in sections:
        properties.update(section.properties)
    properties.update(asked.properties)
    for one, section in sections:
        own = one.path == pom.path
        for target, declared in ((managed, section.managed), (plugins, section.plugins)):
            for plugin in declared:
                if own or plugin.inherited:
                    name = filled(plugin.id, properties)
                    target[name] = merged(target[name], plugin) if name in target else plugin
        if section.goal[0]:
            goal = (section.goal[0], one.path, section.goal[1])
        below.extend(section.modules if own else ())
    return Module(
        pom=pom,
        properties=properties,
        plugins={name: merged(managed[name], one) if name in managed else one for name, one in plugins.items()},
        managed=managed,
        modules=tuple(path for name in below if (path := pom_at(pom.folder, filled(name, properties), files))),
        goal=goal,
    )


def _active(pom: Pom, asked: Asked, files: Files) -> list[Section]:
    """The sections of the profiles that a command switches on; what only the machine decides (JDK, system) is left out."""
    off = {name[1:] for name in asked.profiles if name.startswith("!")}
    profiles = [one for one in pom.profiles if one.id not in off]
    on = [one.section for one in profiles if one.id in asked.profiles or _met(one.activation, pom, asked, files)]
    return on or [one.section for one in profiles if one.activation.get("default") == "true"]


def _met(activation: dict[str, str], pom: Pom, asked: Asked, files: Files) -> bool:
    """Whether a profile's own conditions hold."""
    from opslint.resolve.shell.state import joined

    if "other" in activation:
        return False
    name = activation.get("property", "")
    if name.startswith("!"):
        return name[1:] not in asked.properties and not activation.get("value")
    if name:
        value, said = activation.get("value", ""), asked.properties.get(name)
        if value.startswith("!"):
            return said != value[1:]
        return said is not None and (not value or said == value)
    exists = activation.get("exists", "").removeprefix("${basedir}/").removeprefix("${project.basedir}/")
    if exists and "$" not in exists:
        return files.tree.has(joined(pom.folder, exists))
    return False


def merged(base: Declared, over: Declared) -> Declared:
    """One plugin said twice: what is nearer goes over what is farther, executions by their id."""
    executions = {one.id: one for one in base.executions}
    for one in over.executions:
        before = executions.get(one.id, one)
        goals = {goal[0]: goal for goal in (*before.goals, *one.goals)}
        executions[one.id] = Execution(
            id=one.id,
            phase=one.phase or before.phase,
            goals=tuple(goals.values()),
            configuration={**before.configuration, **one.configuration},
        )
    return msgspec.structs.replace(
        over, configuration={**base.configuration, **over.configuration}, executions=tuple(executions.values())
    )


def bound_goals(module: Module, files: Files) -> Iterator[Bound]:
    """Every goal that a module's plugins bind to a phase, those it has without saying so included."""
    for name, plugin in module.plugins.items():
        for execution in plugin.executions:
            for goal, path, line in execution.goals:
                identity = f"{name}:{goal}"
                phase = filled(execution.phase, module.properties) or (GOALS[identity].phase if identity in GOALS else "")
                if phase:
                    yield Bound(id=identity, phase=phase, path=path, line=line, configuration=_configured(plugin, execution))
    if module.pom.packaging == "pom":
        return
    for phase, name, goal in BUILT_IN:
        declared = module.plugins.get(name) or module.managed.get(name)
        own = next((one for one in declared.executions if one.id == f"default-{goal}"), None) if declared is not None else None
        if own is not None and (own.phase == "none" or any(one[0] == goal for one in own.goals)):
            continue
        if declared is None and (goal != "test" or not _has_tests(module.pom.folder, files)):
            continue
        yield Bound(
            id=f"{name}:{goal}",
            phase=phase,
            path=declared.path if declared is not None else module.pom.path,
            line=declared.line if declared is not None else 1,
            configuration=_configured(declared, own) if declared is not None else {},
        )


def _configured(plugin: Declared, execution: Execution | None) -> dict[str, str]:
    return {**plugin.configuration, **(execution.configuration if execution is not None else {})}


def _has_tests(folder: str, files: Files) -> bool:
    """Whether a module has tests where Maven looks for them."""
    start = f"{folder}/src/test/" if folder else "src/test/"
    paths = files.tree.paths()
    at = bisect_left(paths, start)
    return at < len(paths) and paths[at].startswith(start)


def asked_goal(word: str, module: Module) -> Bound | None:
    """A goal named on the command line, as `prefix:goal[@execution]` or `group:artifact[:version]:goal`; None where it is not known."""
    word, _, execution = word.partition("@")
    parts = word.split(":")
    if len(parts) < 2 or "…" in word or not all(parts):
        return None
    name = ":".join(parts[:2]) if len(parts) > 2 else _of_prefix(parts[0], module)
    if not name:
        return None
    plugin = module.plugins.get(name) or module.managed.get(name)
    if plugin is None:
        return Bound(id=f"{name}:{parts[-1]}", phase="", path="", line=0, configuration={})
    own = next((one for one in plugin.executions if one.id == (execution or "default-cli")), None)
    return Bound(
        id=f"{name}:{parts[-1]}", phase="", path=plugin.path, line=plugin.line, configuration=_configured(plugin, own)
    )


def _of_prefix(prefix: str, module: Module) -> str:
    from opslint.resolve.follow.build.maven.lifecycle import PREFIXES

    named = (name for name in (*module.plugins, *module.managed) if prefix_of(name) == prefix)
    return next(named, PREFIXES.get(prefix, ""))
