"""What a shell is at one point, and where the failure of what runs next goes."""

from __future__ import annotations

import msgspec

from opslint.model.activity import Command
from opslint.resolve.shell.syntax.words import ROOT, UNKNOWN, Scope


class Level:
    """One shell: its options, what it knows, where it stands.

    Shape: `kill` is the flow of its exit with a failure, `back` that of a failure its function returns; `folder` is relative to
           where the block began; `folders` are those that `pushd` left.
    """

    __slots__ = ("back", "errexit", "folder", "folders", "kill", "pipefail", "scope")

    def __init__(self, *, errexit: bool, pipefail: bool, scope: Scope, kill: str = "", back: str = "", folder: str = "") -> None:
        self.errexit = errexit
        self.pipefail = pipefail
        self.scope = scope
        self.kill = kill
        self.back = back
        self.folder = folder
        self.folders: list[str] = []

    def sub(self, flow: str, *, errexit: bool | None = None) -> Level:
        """A subshell whose failure goes where `flow` says."""
        return Level(
            errexit=self.errexit if errexit is None else errexit,
            pipefail=self.pipefail,
            scope=self.scope.copy(),
            kill=flow,
            back=flow,
            folder=self.folder,
        )


class Way:
    """Where a statement stands.

    A flow is the reason why a failure does not fail the block, "" where it does. A statement has two: what happens when it
    fails as a simple command (`set -e` may stop the shell there), and where its status goes otherwise (`tail`).

    Shape: `ignored` is "" or the reason why `set -e` is off here (a condition, the left of `||`).
    """

    __slots__ = ("depth", "ignored", "level", "tail")

    def __init__(self, level: Level, tail: str, ignored: str, depth: int) -> None:
        self.level = level
        self.tail = tail
        self.ignored = ignored
        self.depth = depth

    @property
    def stops(self) -> bool:
        """Whether `set -e` stops the shell when a simple command fails here."""
        return self.level.errexit and not self.ignored

    @property
    def flow(self) -> str:
        """Where the failure of a simple command or subshell goes."""
        return self.level.kill if self.level.errexit and not self.ignored else self.tail

    def to(self, tail: str, ignored: str | None = None, level: Level | None = None) -> Way:
        """The way one step further in."""
        return Way(level or self.level, tail, self.ignored if ignored is None else ignored, self.depth + 1)

    def inner(self) -> Way:
        """The same way one step further in."""
        return Way(self.level, self.tail, self.ignored, self.depth + 1)

    def failing(self, kind: str) -> str:
        """The flow of a failure that leads to an exit, a return, a failing last status, or a mark judged elsewhere."""
        if kind == "exit":
            return self.level.kill
        if kind == "return":
            return self.level.back
        return "" if kind == "mark" else self.flow


def joined(folder: str, to: str) -> str:
    """Where a path leads from a folder: relative to the root, UNKNOWN where that cannot be said."""
    if to.startswith(ROOT):
        folder, to = "", to[len(ROOT) :].lstrip("/")
    if to.startswith(("/", "~", UNKNOWN)) or to == "-":
        return UNKNOWN
    parts = [part for part in folder.split("/") if part]
    for part in to.split("/")[:64]:
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts) if UNKNOWN not in parts else UNKNOWN


def moved(folder: str, to: str) -> str:
    """Where `cd to` leads within a script: relative to where it began, or to the root where the path says so."""
    if to.startswith(ROOT):
        return _rooted(joined("", to))
    if folder.startswith(ROOT):
        return _rooted(joined(folder[len(ROOT) :], to))
    return joined(folder, to)


def _rooted(path: str) -> str:
    return UNKNOWN if UNKNOWN in path else ROOT + path


def settled(command: Command, folder: str) -> Command:
    """A command of a script that began in a folder of the tree: its own folder and its words are relative to what they are in fact.

    Shape: `$GITHUB_WORKSPACE/x` in the folder `a/b` is `../../x`.
    """
    place = joined(folder, command.folder) if command.folder else folder
    if not any(ROOT in word for layer in command.layers for word in layer):
        return command if place == command.folder else msgspec.structs.replace(command, folder=place)
    up = UNKNOWN if UNKNOWN in place or place.startswith("..") else "/".join(".." for part in place.split("/") if part) or "."

    def plain(words: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(word.replace(ROOT + "/", up + "/").replace(ROOT, up) for word in words)

    layers = tuple(plain(layer) for layer in command.layers)
    return msgspec.structs.replace(command, folder=place, argv=plain(command.argv), layers=layers)
