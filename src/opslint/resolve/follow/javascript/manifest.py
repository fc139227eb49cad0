"""package.json: its scripts with their places, its name, its workspaces, and which package manager it is for."""

from __future__ import annotations

from typing import Any

import msgspec

from opslint.resolve.jobs.places import Files
from opslint.source.span import Span
from opslint.source.words.late import late

MAX_SCRIPTS = 1000

_NEEDS = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
_SECTION = late(r'"(scripts|wireit)"\s*:\s*\{')
_PINNED = late(r"(npm|yarn|pnpm|bun)@(\d+)")


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """One script: its text and the place of its key."""

    text: str
    span: Span


class Wired(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the `wireit` section: its command and the scripts it needs first."""

    command: Script | None
    needs: tuple[str, ...]


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What one package.json says.

    Shape: `folder` is where it stands, "" for the root; `workspaces` are its globs; `needs` the names of all its dependencies;
           `manager` and `major` are what `packageManager` pins, "" and 0 where it pins none; `nx` says that it has a section of Nx.
    """

    path: str
    folder: str
    name: str = ""
    scripts: dict[str, Script] = {}
    wireit: dict[str, Wired] = {}
    workspaces: tuple[str, ...] = ()
    needs: frozenset[str] = frozenset()
    manager: str = ""
    major: int = 0
    nx: bool = False


def manifest_at(folder: str, files: Files) -> Manifest | None:
    """The package.json of a folder, None where there is none that can be read; each is read once."""
    path = f"{folder}/package.json" if folder else "package.json"
    if not files.tree.has(path):
        return None
    return files.kept(("javascript.manifest", path), lambda: _read(path, files))


def _read(path: str, files: Files) -> Manifest | None:
    import json

    text = files.text(path)
    try:
        root = json.loads(text.removeprefix("\ufeff")) if text else None
    except (ValueError, RecursionError):
        return None
    if text is None or not isinstance(root, dict):
        return None
    scripts, wireit = _texts(root.get("scripts")), _mapping(root.get("wireit"))
    commands = {name: command for name, entry in wireit.items() if isinstance(command := _mapping(entry).get("command"), str)}
    wired = _placed(path, text, "wireit", {name: commands.get(name, "") for name in wireit}) if wireit else {}
    pinned = _PINNED.match(manager) if isinstance(manager := root.get("packageManager"), str) else None
    return Manifest(
        path=path,
        folder=path.rpartition("/")[0],
        name=name if isinstance(name := root.get("name"), str) else "",
        scripts=_placed(path, text, "scripts", scripts),
        wireit={
            name: Wired(command=script if name in commands else None, needs=_needs(wireit[name])) for name, script in wired.items()
        },
        workspaces=_globs(root.get("workspaces")),
        needs=frozenset(need for section in _NEEDS for need in _mapping(root.get(section))),
        manager=pinned[1] if pinned else "",
        major=int(pinned[2][:6]) if pinned else 0,
        nx=isinstance(root.get("nx"), dict),
    )


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: Any) -> dict[str, str]:
    found = {key: text for key, text in _mapping(value).items() if isinstance(text, str)}
    return dict(list(found.items())[:MAX_SCRIPTS])


def _needs(entry: Any) -> tuple[str, ...]:
    listed = _mapping(entry).get("dependencies")
    items = listed if isinstance(listed, list) else []
    named = (_mapping(item).get("script", item) for item in items[:MAX_SCRIPTS])
    return tuple(name for name in named if isinstance(name, str))


def _globs(value: Any) -> tuple[str, ...]:
    """`workspaces`, a list or a mapping with `packages`."""
    listed = _mapping(value).get("packages") if isinstance(value, dict) else value
    return tuple(glob for glob in listed if isinstance(glob, str)) if isinstance(listed, list) else ()


def _placed(path: str, text: str, section: str, scripts: dict[str, str]) -> dict[str, Script]:
    """Scripts with the places of their keys: looked for in the file's order, so that the text is read once."""
    import json

    start = next((found.end() for found in _SECTION.finditer(text) if found[1] == section), 0)
    line, at = text.count("\n", 0, start) + 1, start
    placed: dict[str, Script] = {}
    for name, script in scripts.items():
        offset = _key(text, (json.dumps(name, ensure_ascii=False), json.dumps(name)), at)
        if offset >= 0:
            line, at = line + text.count("\n", at, offset), offset
        column = at - (text.rfind("\n", 0, at) + 1) + 1
        placed[name] = Script(
            text=script, span=Span(path=path, line=line, column=column, end_line=line, end_column=column + len(name) + 2)
        )
    return placed


def _key(text: str, words: tuple[str, ...], start: int) -> int:
    """Where a quoted word stands as a key, from an offset on; -1 where it is written otherwise."""
    for word in dict.fromkeys(words):
        at = text.find(word, start)
        for _ in range(MAX_SCRIPTS):
            if at < 0:
                break
            behind = text[at + len(word) : at + len(word) + 80].lstrip()
            if behind.startswith(":"):
                return at
            at = text.find(word, at + len(word))
    return -1
