"""What runs while an image is built: the `RUN` commands of the stages that its target needs."""

from __future__ import annotations

import re

import msgspec

from opslint.errors import UnreadableFile
from opslint.model.resource import Dockerfile
from opslint.resolve.follow.containers.stages import Inside, Stage, flags_of, in_context, needed, stage_named, stages_of, within
from opslint.resolve.follow.containers.values import UNKNOWN, exec_form, filled, quoted
from opslint.resolve.follow.follower import Lead
from opslint.resolve.jobs.places import Files
from opslint.source.span import Span
from opslint.source.words.late import late

MAX_RUNS = 150
DOCKERFILES = ("Dockerfile",)
CONTAINERFILES = ("Containerfile", "Dockerfile")

_HEAD = late(r"\s*RUN(?:[ \t]|\\\r?\n)+(?:--[a-z]+(?:=\S*)?(?:[ \t]|\\\r?\n)+)*", re.IGNORECASE)
_COMMENT = late(r"[ \t]*#[^\n]*")
_DOCUMENT = late(r"<<(-?)\s*[\"']?[A-Za-z_][\w.]*[\"']?\s*$")


class Build(msgspec.Struct, frozen=True, kw_only=True):
    """One image that is built.

    Shape: `path` is the Dockerfile in the tree, `context` a folder of it; `target` "" is the last stage; `arguments` are those of
           `--build-arg`; `every` True where the builder runs the stages too that the target does not need.
    """

    path: str
    context: str = ""
    target: str = ""
    arguments: dict[str, str] = {}
    every: bool = False


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """What building an image runs, and what a container of it starts with.

    Shape: `inside` is what holds at the end of the target's stage.
    """

    leads: tuple[Lead, ...]
    inside: Inside


def built(build: Build, files: Files) -> Image | None:
    """What a build runs; None where its Dockerfile cannot be read or has no such target.

    Shape:  each RUN is one lead; `ONBUILD` runs in no build of its own file, so it is left out. A shell of `RUN` does not stop
            at the first command that fails unless `SHELL` or `set -e` says so.
    Source: Dockerfile reference, "RUN", "SHELL", "Here-Documents".
    """
    if UNKNOWN in build.target + build.path + build.context:
        return None
    dockerfile = read(build.path, files)
    text = files.text(build.path) if dockerfile is not None else None
    if dockerfile is None or text is None:
        return None
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    stages, outer = stages_of(dockerfile, build.arguments)
    wanted = needed(stages, build.target, every=build.every)
    if not wanted:
        return None
    ends: dict[int, Inside] = {}
    leads: list[Lead] = []
    for index in wanted:
        stage = stages[index]
        above = stage_named(stages, stage.base, index)
        inside = ends[above].copied() if above is not None and above in ends else Inside()
        ends[index] = inside
        leads.extend(_runs(stage, inside, build, files, lines, outer))
    return Image(leads=tuple(leads[:MAX_RUNS]), inside=ends[wanted[-1]])


def read(path: str, files: Files) -> Dockerfile | None:
    """A Dockerfile of the tree, None where there is none that can be read."""
    from opslint.parse.companion.containers import parse_dockerfile

    if not files.tree.has(path):
        return None
    try:
        parsed = parse_dockerfile("dockerfile", path, files.tree.read(path), False)
    except UnreadableFile:
        return None
    return parsed.dockerfiles[0] if parsed.dockerfiles else None


def found_file(names: tuple[str, ...], folders: tuple[str, ...], files: Files) -> str:
    """The first Dockerfile of these names that is in one of the folders of the tree, "" where none is."""
    for folder in folders:
        for name in names:
            path = in_context(folder, name) if not name.startswith("/") and ".." not in name else _joined(folder, name)
            if path and UNKNOWN not in path and files.tree.has(path):
                return path
    return ""


def _joined(folder: str, name: str) -> str:
    from opslint.resolve.shell.state import joined

    path = joined(folder, name)
    return "" if path.startswith("..") else path


def _runs(
    stage: Stage, inside: Inside, build: Build, files: Files, lines: list[str], outer: dict[str, str]
) -> list[Lead]:
    """The RUN commands of one stage, every other instruction obeyed on the way."""
    leads: list[Lead] = []
    for name, rest, span in stage.instructions:
        if name in ("COPY", "ADD"):
            inside.copy(rest, build.context, files.tree.has)
        elif name == "RUN":
            if len(leads) < MAX_RUNS:
                leads.append(_lead(rest, span, inside, build, lines))
        elif name != "ONBUILD":
            inside.obey(name, rest, build.arguments, outer)
    return leads


def _lead(rest: str, span: Span, inside: Inside, build: Build, lines: list[str]) -> Lead:
    """One RUN as the shell gets it."""
    flags, command = flags_of(rest)
    mounts = [one for value in flags.get("mount", ()) if (one := _mounted(value, inside, build.context)) is not None]
    dialect, errexit, pipefail = inside.shell
    words = exec_form(command)
    line, step, document = span.line, 1, command.partition("\n")
    if words is not None:
        script, step, dialect, errexit, pipefail = quoted(words), 0, "sh", False, False
    elif document[1] and (opened := _DOCUMENT.fullmatch(document[0].strip())) is not None:
        body = document[2].rpartition("\n")[0]
        script = "\n".join(one.lstrip("\t") for one in body.split("\n")) if opened[1] else body
        line = (span.end_line or span.line) - command.count("\n") + 1
        dialect = _interpreter(script, dialect)
    else:
        script = _written(lines[span.line - 1 : span.end_line], command.count("\n"), dialect)
    return Lead(
        script=script,
        span=Span(path=span.path, line=line, column=span.column if not step else 1, end_line=span.end_line),
        folder=inside.tree_folder(mounts),
        errexit=errexit,
        pipefail=pipefail,
        line_step=step,
        shell=dialect,
        env=inside.known(),
        apart=True,
        building=True,
    )


def _interpreter(script: str, dialect: str) -> str:
    """The dialect of a here-document: that of its first line where it names an interpreter."""
    if not script.startswith("#!"):
        return dialect
    from opslint.resolve.follow.scripts.paths import interpreter

    return interpreter("", script)[0]


def _written(lines: list[str], documents: int, dialect: str) -> str:
    """The lines of a RUN with its word and flags blanked, and comments between its lines made continuations.

    Shape: as many lines as are written; `documents` is the number of lines at the end that belong to here-documents.
    """
    joiner = "`" if dialect in ("pwsh", "powershell") else "^" if dialect == "cmd" else "\\"
    head = lines[: len(lines) - documents]
    bare = [joiner if not line.strip() or _COMMENT.fullmatch(line) else line.rstrip(" \t") for line in head[1:]]
    joined = [lines[0], *bare]
    if joiner == "\\":
        joined = [line[:-1] + "\\" if line.endswith("`") and line is not joined[-1] else line for line in joined]
    text = "\n".join([joined[0].rstrip(" \t") if len(joined) > 1 else joined[0], *joined[1:], *lines[len(head) :]])
    found = _HEAD.match(text)
    if found is None:
        return text
    return re.sub(r"[^\n]", " ", found.group()) + text[found.end() :]


def _mounted(value: str, inside: Inside, context: str) -> tuple[str, str] | None:
    """Where a bind mount of the context stands: (folder in the image, folder of the tree)."""
    settings = dict(part.partition("=")[::2] for part in value.split(",")[:32])
    target = settings.get("target") or settings.get("dst") or settings.get("destination")
    if settings.get("type", "bind") != "bind" or not target or settings.get("from"):
        return None
    into = within(inside.folder, filled(target, inside.known()))
    path = in_context(context, filled(settings.get("source") or settings.get("src") or "", inside.known()))
    return None if path is None or UNKNOWN in into + path else (into, path)
