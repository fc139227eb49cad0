"""The stages of a Dockerfile: which ones a target needs, and what holds inside them at each instruction."""

from __future__ import annotations

import re
from collections.abc import Callable

from opslint.model.resource import Dockerfile
from opslint.resolve.follow.containers.values import UNKNOWN, exec_form, filled, split
from opslint.source.span import Span
from opslint.source.words.late import late

MAX_STAGES = 100
MAX_COPIES = 200
MAX_ENV = 64 * 1024
BASE_FOLDER = "/<base>"
"""Stands for the working directory an image that is not here begins with."""

_FLAG = late(r"--([a-z]+)(?:=(\S*))?(?:\s+|$)")
_PAIR = late(r'([A-Za-z_][\w.-]*)=((?:"(?:[^"\\]|\\.)*"|\'[^\']*\'|\\.|[^\s"\'\\])*)', re.DOTALL)
_ESCAPED = late(r'"((?:[^"\\]|\\.)*)"|\'([^\']*)\'|\\(.)', re.DOTALL)

Instruction = tuple[str, str, Span]


class Stage:
    """One `FROM` and what stands below it.

    Shape: `base` is what it begins with, filled in as far as the file and the build's arguments say.
    """

    __slots__ = ("base", "instructions", "name")

    def __init__(self, name: str, base: str) -> None:
        self.name = name
        self.base = base
        self.instructions: list[Instruction] = []


class Inside:
    """What holds inside a stage at one instruction.

    Shape: `copies` are (folder in the image, folder of the tree) of what was copied or mounted, the latest last; `shell` is
           (dialect, errexit, pipefail) of `RUN`; `entry` and `start` are ENTRYPOINT and CMD as words.
    """

    __slots__ = ("arguments", "copies", "entry", "folder", "shell", "start", "variables")

    def __init__(self) -> None:
        self.folder = BASE_FOLDER
        self.copies: list[tuple[str, str]] = []
        self.variables: dict[str, str] = {}
        self.arguments: dict[str, str] = {}
        self.shell = ("sh", False, False)
        self.entry: tuple[str, ...] = ()
        self.start: tuple[str, ...] = ()

    def copied(self) -> Inside:
        """What a stage that begins with this one starts with: arguments end with their stage."""
        other = Inside()
        other.folder, other.shell, other.entry, other.start = self.folder, self.shell, self.entry, self.start
        other.copies, other.variables = list(self.copies), dict(self.variables)
        return other

    def known(self) -> dict[str, str]:
        """The variables a command sees."""
        return {**self.arguments, **self.variables}

    def obey(self, name: str, rest: str, given: dict[str, str], outer: dict[str, str]) -> None:
        """Take in one instruction other than RUN and COPY; `given` are the build's arguments, `outer` those before any FROM."""
        if name == "WORKDIR":
            self.folder = within(self.folder, filled(rest.strip().strip("\"'"), self.known()))
        elif name == "ENV":
            self.variables.update(pairs_in(rest, self.known()))
        elif name == "ARG":
            for word in rest.split()[:64]:
                key, equals, value = word.partition("=")
                default = filled(value.strip("\"'"), self.known()) if equals else outer.get(key, UNKNOWN)
                self.arguments[key] = given.get(key, default)
        elif name == "SHELL":
            self.shell = shell_of(exec_form(rest) or ())
        elif name in ("ENTRYPOINT", "CMD"):
            words = exec_form(rest) or ("sh", "-c", rest)
            if name == "ENTRYPOINT":
                self.entry, self.start = words, ()
            else:
                self.start = words

    def copy(self, rest: str, context: str, is_file: Callable[[str], bool]) -> None:
        """Remember where files of the context come to stand."""
        flags, rest = flags_of(rest)
        words = exec_form(rest) or split(rest.partition("\n")[0])
        if "from" in flags or len(words) < 2 or len(self.copies) >= MAX_COPIES:
            return
        *sources, target = (filled(word, self.known()) for word in words)
        into = within(self.folder, target)
        for source in sources:
            if UNKNOWN in source or UNKNOWN in into or "://" in source or source.startswith("<<"):
                continue
            path = in_context(context, source)
            if path is None:
                continue
            folder, _, name = path.rpartition("/")
            if "*" in folder or "?" in folder:
                continue
            if "*" in name or "?" in name or (path and is_file(path)):
                many = len(sources) > 1 or target.endswith("/") or target in (".", "..") or "*" in name
                self.copies.append((into if many else into.rpartition("/")[0] or "/", folder))
            else:
                self.copies.append((into, path))

    def tree_folder(self, mounts: list[tuple[str, str]]) -> str:
        """The folder of the tree that stands where a command runs, "…" where none is known to."""
        return tree_folder(self.folder, [*self.copies, *mounts])


def tree_folder(folder: str, copies: list[tuple[str, str]]) -> str:
    """The folder of the tree that stands at a folder of the image, "…" where none is known to."""
    best, depth = UNKNOWN, -1
    for into, path in copies:
        if folder == into or into == "/" or folder.startswith(into + "/"):
            inner = folder[len(into) :].strip("/")
            if len(into) >= depth:
                best, depth = "/".join(part for part in (path, inner) if part), len(into)
        elif depth < 0 and into.startswith(folder.rstrip("/") + "/"):
            tail = into[len(folder) :].strip("/")
            if path == tail or path.endswith("/" + tail):
                best = path[: -len(tail)].strip("/")
    return best


def within(folder: str, to: str) -> str:
    """Where a path leads from a folder of the image; "…" where that cannot be said."""
    if UNKNOWN in to or (UNKNOWN in folder and not to.startswith("/")):
        return UNKNOWN
    parts: list[str] = []
    for part in (to if to.startswith("/") else f"{folder}/{to}").split("/")[:64]:
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)


def in_context(context: str, source: str) -> str | None:
    """A path of a build's context as one of the tree, None where it leads out of it."""
    parts = [part for part in context.split("/") if part]
    floor = len(parts)
    for part in source.split("/")[:64]:
        if part == "..":
            if len(parts) <= floor:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def stages_of(dockerfile: Dockerfile, given: dict[str, str]) -> tuple[list[Stage], dict[str, str]]:
    """The stages in order, and the arguments set before the first one; `given` are the build's own arguments."""
    stages: list[Stage] = []
    outer: dict[str, str] = {}
    for name, rest, span in dockerfile.instructions:
        if name == "FROM":
            words = flags_of(rest)[1].split()
            base = filled(words[0], outer) if words else ""
            alias = words[2].lower() if len(words) > 2 and words[1].lower() == "as" else ""
            if len(stages) >= MAX_STAGES:
                break
            stages.append(Stage(alias, base))
        elif stages:
            stages[-1].instructions.append((name, rest, span))
        elif name == "ARG":
            for word in rest.split()[:64]:
                key, equals, value = word.partition("=")
                outer[key] = given.get(key, filled(value.strip("\"'"), outer) if equals else UNKNOWN)
    return stages, outer


def needed(stages: list[Stage], target: str, *, every: bool) -> list[int]:
    """The positions of the stages that building a target runs, in order; none where there is no such target.

    Shape:  `target` "" is the last stage; `every` True where the builder runs all stages up to it.
    Source: Docker, "Multi-stage builds" (BuildKit skips stages the target does not depend on).
    """
    last = len(stages) - 1 if not target else stage_named(stages, target, len(stages))
    if last is None or last < 0:
        return []
    if every:
        return list(range(last + 1))
    wanted: set[int] = set()
    waiting = [last]
    while waiting:
        index = waiting.pop()
        if index in wanted:
            continue
        wanted.add(index)
        waiting.extend(_uses(stages, index))
    return sorted(wanted)


def _uses(stages: list[Stage], index: int) -> list[int]:
    """The earlier stages that one begins with, copies from, or mounts."""
    stage = stages[index]
    names = [stage.base]
    for name, rest, _ in stage.instructions:
        if name in ("COPY", "ADD", "RUN"):
            for flag, value in _FLAG.findall(rest) if "--" in rest else ():
                if flag == "from":
                    names.append(value)
                elif flag == "mount":
                    names.extend(part[5:] for part in value.split(",") if part.startswith("from="))
    found = [stage_named(stages, name, index) for name in names]
    return [one for one in found if one is not None]


def stage_named(stages: list[Stage], name: str, before: int) -> int | None:
    """The position of the stage of a name or number, None where it is an image."""
    for index in range(min(before, len(stages)) - 1, -1, -1):
        if stages[index].name and stages[index].name == name.lower():
            return index
    return int(name) if name.isdecimal() and len(name) < 4 and int(name) < min(before, len(stages)) else None


def flags_of(rest: str) -> tuple[dict[str, list[str]], str]:
    """The flags an instruction begins with (`--from=x`, `--mount=…`), and what stands behind them."""
    flags: dict[str, list[str]] = {}
    at = 0
    while (found := _FLAG.match(rest, at)) is not None:
        flags.setdefault(found[1], []).append(found[2] or "")
        at = found.end()
    return flags, rest[at:]


def pairs_in(rest: str, variables: dict[str, str]) -> dict[str, str]:
    """The variables of an `ENV`: `A=1 B="two words"`, or the old form `A the rest`."""
    first = rest.split(None, 1)
    if first and "=" not in first[0]:
        return {first[0]: filled(first[1].strip(), variables) if len(first) > 1 else ""}
    return {
        found[1]: filled(_ESCAPED.sub(lambda one: one[1] or one[2] or one[3] or "", found[2]), variables)
        for found in list(_PAIR.finditer(rest[:MAX_ENV]))[:MAX_COPIES]
    }


def shell_of(words: tuple[str, ...]) -> tuple[str, bool, bool]:
    """Dialect, errexit and pipefail of a `SHELL` instruction."""
    from opslint.resolve.shell import shell_semantics

    return shell_semantics("dockerfile", " ".join(words)) if words else ("sh", False, False)
