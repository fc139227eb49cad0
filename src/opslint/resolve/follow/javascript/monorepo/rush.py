"""Rush: the scripts its commands run in every project."""

from __future__ import annotations

from functools import partial

import msgspec

from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.follow.javascript.manifest import Manifest, manifest_at
from opslint.resolve.follow.javascript.packages import few, script_leads
from opslint.resolve.follow.javascript.workspaces import MAX_PACKAGES, Workspace, mapping_at, selected
from opslint.resolve.jobs.places import Files
from opslint.source.node import Mapping, Sequence, strings_of
from opslint.source.span import Span

COMMANDS = "common/config/rush/command-line.json"

_TO = frozenset({"-t", "--to", "-T", "--to-except", "-o", "--only", "-i", "--impacted-by", "-f", "--from"})
_ENDS = {"-t": "...", "--to": "...", "-T": "^...", "--to-except": "^...", "-f": "...", "--from": "..."}


class Repository(msgspec.Struct, frozen=True, kw_only=True):
    """The projects of a rush.json, and the commands of its command-line.json by name."""

    workspace: Workspace
    commands: dict[str, Mapping]


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The scripts of the projects a `rush` command reaches; None where no rush.json is found or it runs none.

    Source: Rush, "Custom commands", "Phased builds", "Selecting subsets of projects".
    """
    del env
    return files.kept(("javascript.led", folder, *argv), partial(_follow, argv, folder, files))


def _follow(argv: tuple[str, ...], folder: str, files: Files) -> Led | None:
    """What `follow` says, worked out once for each command and folder."""
    while not files.tree.has(f"{folder}/rush.json" if folder else "rush.json"):
        if not folder:
            return None
        folder = folder.rpartition("/")[0]
    name, selectors = _asked(argv)
    repository = files.kept(("javascript.rush", folder), partial(_read, folder, files))
    command = repository.commands.get(name)
    kind = (command.text("commandKind") or "bulk") if command is not None else "bulk" if name in ("build", "rebuild") else ""
    if command is not None and kind == "global":
        return _global(command, folder)
    scripts = strings_of(command.get("phases")) if command is not None and kind == "phased" else ("build" if name == "rebuild" else name,)
    if not kind:
        return None
    packages: list[Manifest] = list(repository.workspace.packages)
    if selectors:
        packages = selected(selectors, folder, repository.workspace)
    leads: list[Lead] = []
    for script in scripts[:50]:
        for manifest in packages:
            leads.extend(script_leads(manifest, script, files, hooks=False))
    if any("…" in selector for selector in selectors):
        leads = [msgspec.structs.replace(lead, confidence="low") for lead in leads]
    return Led(leads=few(leads)) if leads else None


def _asked(argv: tuple[str, ...]) -> tuple[str, list[str]]:
    """The name of the command, and the projects it is narrowed to."""
    name, selectors = "", []
    index = 1
    while index < len(argv):
        key, equals, value = argv[index].partition("=")
        index += 1
        if key in _TO:
            if not equals:
                value = argv[index] if index < len(argv) else ""
                index += 1
            before = "..." if key in ("-f", "--from", "-i", "--impacted-by") else ""
            if value and ":" not in value:  # `git:`, `tag:`: what changed, as if everything had
                selectors.append(f"{before}{value}{_ENDS.get(key, '')}")
        elif not key.startswith("-") and not name:
            name = key
    return name, selectors


def _read(folder: str, files: Files) -> Repository:
    prefix = f"{folder}/" if folder else ""
    root = mapping_at(f"{prefix}rush.json", files)
    listed = root.get("projects") if root is not None else None
    found: list[Manifest] = []
    for item in listed.items[:MAX_PACKAGES] if isinstance(listed, Sequence) else ():
        path = item.text("projectFolder") if isinstance(item, Mapping) else None
        manifest = manifest_at(f"{prefix}{path.strip('./')}", files) if path and ".." not in path else None
        if manifest is not None:
            found.append(manifest)
    said = mapping_at(f"{prefix}{COMMANDS}", files) if files.tree.has(f"{prefix}{COMMANDS}") else None
    commands = said.get("commands") if said is not None else None
    items = [one for one in commands.items[:200] if isinstance(one, Mapping)] if isinstance(commands, Sequence) else []
    return Repository(
        workspace=Workspace(root=folder, packages=tuple(found)), commands={one.text("name") or "": one for one in items}
    )


def _global(command: Mapping, folder: str) -> Led | None:
    """A command that runs once, in the root."""
    script = command.get("shellCommand")
    text = command.text("shellCommand")
    if script is None or not text:
        return None
    path = f"{folder}/{COMMANDS}" if folder else COMMANDS
    span = Span(path=path, line=script.line, column=script.column, end_line=script.end_line, end_column=script.end_column)
    return Led(leads=(Lead(script=text, span=span, folder=folder),))
