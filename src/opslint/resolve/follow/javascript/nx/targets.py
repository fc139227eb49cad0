"""What one target of an Nx project runs: its commands, its executor, its script, with the defaults of nx.json."""

from __future__ import annotations

from fnmatch import fnmatchcase

from opslint.resolve.follow.follower import Lead
from opslint.resolve.follow.javascript.nx.executors import EXECUTORS, RUN_COMMANDS, RUN_SCRIPT
from opslint.resolve.follow.javascript.nx.projects import Project, Source, Workspace, scalar_at
from opslint.resolve.follow.javascript.packages import manager_of, runs_hooks, script_leads
from opslint.resolve.jobs.places import Files
from opslint.source.node import Mapping, Node, Scalar, Sequence, boolean_of, strings_of, text_of
from opslint.source.span import Span
from opslint.source.words.late import late

MAX_COMMANDS = 60
FORCED = "`force` makes it exit with 0"

_OPEN = late(r"\{(?:args\.[^{}]*|options\.[^{}]*|configuration)\}")


def target_leads(project: Project, name: str, config: str, handed: list[str], workspace: Workspace, files: Files) -> list[Lead]:
    """The scripts a target runs; none where its executor is not known."""
    sources = _sources(project, name, workspace)
    own = project.targets.get(name, ())
    declared = next((source for source in own if {"executor", "builder", "command"} & set(source.node)), None)
    if declared is None and name in project.scripts and project.manifest is not None:
        hooks = runs_hooks(manager_of(project.manifest, files), project.manifest, files)
        return script_leads(project.manifest, name, files, handed=handed, hooks=hooks)
    if declared is None and name in project.guessed:
        guess = project.guessed[name]
        inside = _cwd(sources, config, project, workspace) or project.folder
        script = " ".join([guess.command, *_given(sources, config, project, workspace), *handed])
        return [Lead(script=script, span=_span(guess.path, guess.node), folder=inside)]
    source = declared or next((one for one in sources if {"executor", "command"} & set(one.node)), None)
    if source is None:
        return []
    executor = source.node.text("executor") or source.node.text("builder") or "nx:run-commands"
    if executor in RUN_SCRIPT and project.manifest is not None:
        script = next((text for one in _options(sources, config) if (text := one.node.text("script"))), "")
        return script_leads(project.manifest, script, files, handed=handed)
    if executor in RUN_COMMANDS:
        return _commands(source, sources, config, handed, project, workspace)
    return _executed(executor, source, sources, config, handed, project, workspace)


def needs_of(project: Project, name: str, workspace: Workspace) -> list[tuple[str, str]]:
    """What a target depends on, as (whose, target): "" its own project, "^" its dependencies, else a project's name."""
    for source in _sources(project, name, workspace):
        if "dependsOn" not in source.node:
            continue
        listed = source.node.get("dependsOn")
        found: list[tuple[str, str]] = []
        for item in listed.items[:100] if isinstance(listed, Sequence) else ():
            found.extend(_need(item, workspace))
        return found
    return []


def _need(item: Node, workspace: Workspace) -> list[tuple[str, str]]:
    if isinstance(item, Mapping):
        target, projects = item.text("target") or "", item.get("projects")
        if boolean_of(item.get("dependencies")) or text_of(projects) == "dependencies":
            return [("^", target)]
        named = [one for one in strings_of(projects) if one != "self"]
        return [(one, target) for one in named] or [("", target)]
    text = text_of(item) or ""
    if text.startswith("^"):
        return [("^", text[1:])]
    whose, colon, target = text.partition(":")
    return [(whose, target)] if colon and whose in workspace.projects else [("", text)]


def _sources(project: Project, name: str, workspace: Workspace) -> tuple[Source, ...]:
    """Everything that says something of a target, strongest first: the project's files, then the defaults by name or executor."""
    own = project.targets.get(name, ())
    defaults = workspace.defaults
    if defaults is None:
        return own
    executor = next((text for source in own if (text := source.node.text("executor"))), "")
    keys = [key for key in (executor, name) if key and key in defaults.node][:1]
    keys = keys or [key for key in list(defaults.node)[:200] if "*" in key and fnmatchcase(name, key)][-1:]
    return (*own, *(Source(path=defaults.path, node=node) for key in keys if (node := defaults.node.mapping(key)) is not None))


def _options(sources: tuple[Source, ...], config: str) -> list[Source]:
    """The options of a target, strongest first: those of the configuration, then the plain ones."""
    found: list[Source] = []
    for source in sources:
        configurations = source.node.mapping("configurations") if config else None
        special = configurations.mapping(config) if configurations is not None else None
        found.extend(Source(path=source.path, node=one) for one in (special, source.node.mapping("options")) if one is not None)
    return found


def _filled(text: str, project: Project, workspace: Workspace) -> str:
    """A text with Nx's own names filled in; arguments that are not known become "…".

    Shape: paths come out relative to the workspace's root.
    """
    folder = project.folder[len(workspace.root) :].lstrip("/") or "."
    text = text.replace("{projectRoot}", folder).replace("{workspaceRoot}/", "").replace("{workspaceRoot}", ".")
    return _OPEN.sub("…", text.replace("{projectName}", project.name))


def _cwd(sources: tuple[Source, ...], config: str, project: Project, workspace: Workspace) -> str:
    """The folder the options name, "" where they name none."""
    from opslint.resolve.shell.state import joined

    written = next((text for one in _options(sources, config) if (text := one.node.text("cwd"))), "")
    return joined(workspace.root, _filled(written, project, workspace)) if written else ""


def _given(sources: tuple[Source, ...], config: str, project: Project, workspace: Workspace) -> list[str]:
    """The words of the option `args`, a text or a list."""
    for one in _options(sources, config):
        if "args" in one.node:
            return [_filled(word, project, workspace) for word in strings_of(one.node.get("args"))][:60]
    return []


def _commands(
    source: Source, sources: tuple[Source, ...], config: str, handed: list[str], project: Project, workspace: Workspace
) -> list[Lead]:
    """`command` or `commands` of a target; every one that fails fails it, in parallel too."""
    found: list[tuple[str, Scalar]] = []
    short = scalar_at(source.node, "command")
    if short is not None:
        found.append((source.path, short))
    for one in _options(sources, config) if not found else ():
        single, several = scalar_at(one.node, "command"), one.node.get("commands")
        if single is not None:
            found.append((one.path, single))
        for item in several.items[:MAX_COMMANDS] if isinstance(several, Sequence) else ():
            scalar = scalar_at(item, "command") if isinstance(item, Mapping) else item
            if isinstance(scalar, Scalar):
                found.append((one.path, scalar))
        if found:
            break
    folder = _cwd(sources, config, project, workspace) or workspace.root
    more = " ".join([*_given(sources, config, project, workspace), *handed])
    return [
        Lead(script=f"{_filled(scalar.value, project, workspace)} {more}".strip(), span=_span(path, scalar), folder=folder)
        for path, scalar in found
    ]


def _executed(
    executor: str,
    source: Source,
    sources: tuple[Source, ...],
    config: str,
    handed: list[str],
    project: Project,
    workspace: Workspace,
) -> list[Lead]:
    """The command an executor comes to, at the place where the executor is named."""
    command = EXECUTORS.get(executor, "")
    if not command:
        return []
    options = _options(sources, config)
    words = [command]
    if command == "eslint":
        patterns = next((strings_of(one.node.get("lintFilePatterns")) for one in options if "lintFilePatterns" in one.node), ())
        words += [_filled(pattern, project, workspace) for pattern in patterns[:20]] or [_filled("{projectRoot}", project, workspace)]
        limit = next((text for one in options if (text := one.node.text("maxWarnings"))), "")
        words += [f"--max-warnings={limit}"] if limit else []
    elif command in ("jest", "vitest run") and any(
        boolean_of(one.node.get(key)) for one in options for key in ("codeCoverage", "coverage")
    ):
        words.append("--coverage")
    forced = command == "eslint" and any(boolean_of(one.node.get("force")) for one in options)
    folder = workspace.root if command == "eslint" else project.folder
    place = source.node.get("executor") or source.node.get("builder") or source.node
    span = _span(source.path, place)
    return [Lead(script=" ".join([*words, *handed]), span=span, folder=folder, soft_why=FORCED if forced else "")]


def _span(path: str, node: Node) -> Span:
    return Span(path=path, line=node.line, column=node.column, end_line=node.end_line, end_column=node.end_column)
