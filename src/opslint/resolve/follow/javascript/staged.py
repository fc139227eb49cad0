"""lint-staged: the commands it runs on the files of a change."""

from __future__ import annotations

from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.follow.javascript.workspaces import mapping_at
from opslint.resolve.jobs.places import Files
from opslint.source.node import Mapping, scalars_of
from opslint.source.span import Span

MAX_COMMANDS = 60
NOTHING_STAGED = "without --diff lint-staged looks at no file of a fresh checkout"
NAMES = (".lintstagedrc", ".lintstagedrc.json", ".lintstagedrc.yaml", ".lintstagedrc.yml")

_VALUED = frozenset({"-c", "--config", "--cwd", "-p", "--concurrent", "--diff", "--diff-filter", "--max-arg-length"})


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The commands of a lint-staged configuration; None where none is found that can be read without running it.

    Shape:  in a pipeline nothing is staged, so that they cannot fail it unless `--diff` names what to look at.
    Source: lint-staged, "Configuration", "Command line flags".
    """
    del env
    from opslint.resolve.shell.state import joined

    config, diff = "", False
    index = 1
    while index < len(argv):
        key, equals, value = argv[index].partition("=")
        if key in _VALUED and not equals:
            value = argv[index + 1] if index + 1 < len(argv) else ""
            index += 1
        diff |= key == "--diff"
        folder = joined(folder, value) if key == "--cwd" else folder
        config = value if key in ("-c", "--config") else config
        index += 1
    if "…" in folder or folder.startswith(".."):
        return None
    path, found = _configuration(joined(folder, config) if config else "", folder, files)
    if found is None:
        return None
    leads: list[Lead] = []
    for _, _, commands in found.items():
        for scalar in scalars_of(commands)[:MAX_COMMANDS]:
            span = Span(path=path, line=scalar.line, column=scalar.column, end_line=scalar.end_line, end_column=scalar.end_column)
            leads.append(Lead(script=scalar.value, span=span, folder=folder, soft_why="" if diff else NOTHING_STAGED))
    return Led(leads=tuple(leads[:MAX_COMMANDS]))


def _configuration(config: str, folder: str, files: Files) -> tuple[str, Mapping | None]:
    """The path of the configuration and its commands by glob."""
    prefix = f"{folder}/" if folder else ""
    if config:
        return config, mapping_at(config, files) if config.endswith((".json", ".yaml", ".yml")) and files.tree.has(config) else None
    own = f"{prefix}package.json"
    root = mapping_at(own, files) if files.tree.has(own) else None
    section = root.mapping("lint-staged") if root is not None else None
    if section is not None:
        return own, section
    path = next((f"{prefix}{name}" for name in NAMES if files.tree.has(f"{prefix}{name}")), "")
    return path, mapping_at(path, files) if path else None
