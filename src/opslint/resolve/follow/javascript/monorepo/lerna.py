"""Lerna: the scripts `lerna run` runs in every package."""

from __future__ import annotations

from functools import partial

from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.follow.javascript.manifest import Manifest
from opslint.resolve.follow.javascript.packages import few, manager_of, runs_hooks, script_leads
from opslint.resolve.follow.javascript.workspaces import braces, workspace_of
from opslint.resolve.jobs.places import Files

_VALUED = frozenset({"--scope", "--ignore", "--concurrency", "--loglevel", "--npm-client", "--profile-location", "--max-buffer"})


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The scripts of the packages a `lerna run` reaches; None where it runs none.

    Shape:  `--since` is taken as if everything had changed; with `--no-bail` it fails in the end all the same.
    Source: Lerna, "run", "Filter options".
    """
    del env
    return files.kept(("javascript.led", folder, *argv), partial(_follow, argv, folder, files))


def _follow(argv: tuple[str, ...], folder: str, files: Files) -> Led | None:
    """What `follow` says, worked out once for each command and folder."""
    scripts: list[str] = []
    scopes: list[str] = []
    ignored: list[str] = []
    handed: list[str] = []
    index = 1
    while index < len(argv):
        word = argv[index]
        key, equals, value = word.partition("=")
        index += 1
        if word == "--":
            handed = list(argv[index:])
            break
        if word.startswith("-"):
            if key in _VALUED and not equals:
                value = argv[index] if index < len(argv) else ""
                index += 1
            if key in ("--scope", "--ignore"):
                (scopes if key == "--scope" else ignored).append(value)
        else:
            scripts.append(word)
    if scripts[:1] != ["run"] or any("…" in name for name in scripts):
        return None
    leads: list[Lead] = []
    for name in (part for word in scripts[1:] for part in word.split(",")):
        for manifest in workspace_of(folder, files).packages:
            if (not scopes or _in(manifest, scopes)) and not _in(manifest, ignored) and name in manifest.scripts:
                hooks = runs_hooks(manager_of(manifest, files), manifest, files)
                leads.extend(script_leads(manifest, name, files, handed=handed, hooks=hooks))
    return Led(leads=few(leads)) if leads else None


def _in(manifest: Manifest, globs: list[str]) -> bool:
    """Whether a package's name is among globs."""
    from fnmatch import fnmatchcase

    return any(fnmatchcase(manifest.name, one.replace("…", "*")) for glob in globs for one in braces(glob))
