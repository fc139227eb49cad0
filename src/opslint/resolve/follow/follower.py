"""The seam for task runners: a command word leads to the module that knows what such a command runs in turn."""

from __future__ import annotations

from typing import Protocol

import msgspec

from opslint.model.activity import Activity, ActivityKind, Command, Hop
from opslint.model.pipeline import Platform
from opslint.resolve.follow.table import FOLLOWERS, SCRIPTS, SECOND
from opslint.resolve.jobs.places import Files
from opslint.source.span import Span

MAX_DEPTH = 8
MAX_FOLLOWED = 400
"""Activities that one command of a pipeline may lead to."""


class Lead(msgspec.Struct, frozen=True, kw_only=True):
    """A script a task runner runs for a command.

    Shape:  `script` is its text as the shell gets it, `span` the place of its first line; `line_step` is 1 where the text's lines
            are the file's lines, 0 where all of it stands on one. `soft_why` says why the runner goes on when it fails.
            `folder` is where it runs, relative to the root; `confidence` "low" where it is only likely that it runs;
            `arguments` are the positional ones of a script, None where it has none to speak of.
    """

    script: str
    span: Span
    folder: str = ""
    errexit: bool = False
    pipefail: bool = False
    line_step: int = 0
    shell: str = "sh"
    soft_why: str = ""
    confidence: str = ""
    env: dict[str, str] = {}
    arguments: tuple[str, ...] | None = None


class Led(msgspec.Struct, frozen=True, kw_only=True):
    """What a follower says of one command.

    Shape: `leads` are the scripts it runs, in order; `dead` says why it cannot run though its files were found (no such script),
           "" otherwise; `stub` is True where its script only says that there is none; `marks` are what a program of one's own
           plainly does, as `Command.marks`.
    """

    leads: tuple[Lead, ...] = ()
    dead: str = ""
    stub: bool = False
    marks: tuple[str, ...] = ()


class Leads(Protocol):
    """What a follower module offers."""

    def __call__(self, argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
        """What an argv runs in a folder ("" for the root); None where nothing can be said."""
        ...


SUFFIXES = (".sh", ".bash", ".zsh", ".ksh", ".py", ".rb", ".pl", ".js", ".mjs", ".ts")
"""How the names of scripts end."""

_OUTSIDE = ("/", "~", "$", "-", "%")
_OPEN = frozenset("…*?[{ \n")

def is_script(word: str) -> bool:
    """Whether a command's word may be a file of the repository that is started by its path."""
    return ("/" in word or word.endswith(SUFFIXES)) and not word.startswith(_OUTSIDE) and not _OPEN & set(word)


class Follower:
    """Follows commands through task runners, bounded in depth, number and cycles."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self._loaded: dict[str, Leads] = {}

    def follow(self, activity: Activity) -> list[Activity]:
        """A command and what it leads to, each with the chain that leads there.

        A command that cannot run is disabled; one that runs a stub is left out, what the stub prints stays.
        """
        found: list[Activity | None] = [None]
        found[0] = self._follow(activity, (), found)
        return [one for one in found if one is not None]

    def _follow(self, activity: Activity, seen: tuple[tuple[str, int], ...], found: list[Activity | None]) -> Activity | None:
        command = activity.command
        if command is None or len(seen) >= MAX_DEPTH or "…" in command.folder or command.image or command.remote:
            return activity
        led = self._led(command, activity.env)
        if led is None:
            return activity
        if led.marks:
            activity = msgspec.structs.replace(activity, command=msgspec.structs.replace(command, marks=led.marks))
        for lead in led.leads:
            place = (lead.span.path, lead.span.line)
            if place not in seen:
                self._enter(activity, lead, (*seen, place), found)
        if led.stub:
            return None
        elsewhere = activity.job is not None and activity.job.platform is Platform.ARGO  # its image brings files of its own
        if led.dead and not elsewhere:
            return msgspec.structs.replace(activity, disabled=activity.disabled or led.dead)
        return activity

    def _led(self, command: Command, env: dict[str, str]) -> Led | None:
        """What the innermost form of a command leads to that a follower can say something of: `tox` of `pdm run tox`, else `pdm`."""
        if is_script(command.argv[0]):
            return self._leads("")(command.argv, command.folder, env, self.files)
        for layer in reversed(command.layers):
            for table in (FOLLOWERS, SECOND):
                if layer[0] in table:
                    led = self._leads(layer[0], table)(layer, command.folder, env, self.files)
                    if led is not None:
                        return led
        return None

    def _enter(self, activity: Activity, lead: Lead, seen: tuple[tuple[str, int], ...], found: list[Activity | None]) -> None:
        from opslint.resolve.shell import commands_of

        variables = {**activity.env, **lead.env}
        names = activity.command.variables if activity.command is not None and lead.arguments else ()
        for told in commands_of(
            lead.script,
            shell=lead.shell,
            errexit=lead.errexit,
            pipefail=lead.pipefail,
            variables=variables,
            arguments=lead.arguments,
            names=names,
        ):
            if len(found) >= MAX_FOLLOWED:
                return
            inner = _led(activity, lead, told)
            position = len(found)
            found.append(inner)
            found[position] = self._follow(inner, seen, found)

    def _leads(self, word: str, table: dict[str, str] = FOLLOWERS) -> Leads:
        target = table.get(word, SCRIPTS)
        if target not in self._loaded:
            from importlib import import_module

            module, _, name = target.partition(":")
            self._loaded[target] = getattr(import_module(module), name)
        return self._loaded[target]


def _led(activity: Activity, lead: Lead, told: Command) -> Activity:
    """One command of a script that a task runner runs."""
    from opslint.resolve.shell.state import joined

    line = lead.span.line + (told.line - 1) * lead.line_step
    column = lead.span.column if told.line == 1 or not lead.line_step else told.column
    span = Span(path=lead.span.path, line=line, column=column, end_line=line, end_column=column + max(1, told.end - told.offset))
    soft = activity.soft_why or lead.soft_why or told.soft_why
    above = activity.command
    return msgspec.structs.replace(
        activity,
        kind=ActivityKind.COMMAND,
        name=told.argv[0],
        span=span,
        command=msgspec.structs.replace(
            told,
            folder=joined(lead.folder, told.folder) if told.folder else lead.folder,
            confidence=lead.confidence
            or (above.confidence if above is not None and above.confidence == "low" else told.confidence),
            throwaway_cluster=told.throwaway_cluster or (above is not None and above.throwaway_cluster),
        ),
        soft_why=soft,
        blocking=not soft,
        chain=(*activity.chain, Hop(path=span.path, line=line, text=shown(lead.script[told.offset : told.end]))),
        env={**activity.env, **lead.env, **told.env},
    )


def shown(text: str) -> str:
    """The first line of a text, as long as a chain shows it."""
    first = text.strip().partition("\n")[0]
    return first if len(first) <= 120 else first[:119] + "…"
