"""The seam for task runners: a command word leads to the module that knows what such a command runs in turn."""

from __future__ import annotations

from typing import Protocol

import msgspec

from opslint.model.activity import Activity, ActivityKind, Command, Hop
from opslint.model.pipeline import Platform
from opslint.resolve.follow.table import FOLLOWERS, SCRIPTS
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


class Plugin(msgspec.Struct, frozen=True, kw_only=True):
    """A plugin that a build tool runs for a command.

    Shape: `system` and `id` as the `plugins` of a tool file have them (maven `group:artifact:goal`, gradle a task or a plugin's id,
           nuget a package); `span` is where the build's files bind it, None where the command itself names it; `text` is what the
           chain shows there. `soft_why` says why the build goes on when it fails; `inputs` is how it is configured.
    """

    system: str
    id: str
    span: Span | None = None
    text: str = ""
    soft_why: str = ""
    inputs: dict[str, str] = {}


class Led(msgspec.Struct, frozen=True, kw_only=True):
    """What a follower says of one command.

    Shape: `leads` are the scripts it runs, in order; `dead` says why it cannot run though its files were found (no such script),
           "" otherwise; `stub` is True where its script only says that there is none; `marks` are what a program of one's own
           plainly does, as `Command.marks`; `plugins` are those of a build tool that run; `soft_why` says why all that it runs
           cannot fail it, by the build's own files.
    """

    leads: tuple[Lead, ...] = ()
    dead: str = ""
    stub: bool = False
    marks: tuple[str, ...] = ()
    plugins: tuple[Plugin, ...] = ()
    soft_why: str = ""


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
        layer: tuple[str, ...] | None = command.argv
        if not is_script(command.argv[0]):
            layer = next((one for one in reversed(command.layers) if one[0] in FOLLOWERS), None)
        if layer is None:
            return activity
        led = self._leads(layer[0])(layer, command.folder, activity.env, self.files)
        if led is None:
            return activity
        if led.marks:
            activity = msgspec.structs.replace(activity, command=msgspec.structs.replace(command, marks=led.marks))
        found.extend(_plugged(activity, plugin) for plugin in led.plugins[: max(0, MAX_FOLLOWED - len(found))])
        if led.soft_why and not activity.soft_why:
            activity = msgspec.structs.replace(activity, soft_why=led.soft_why, blocking=False)
        for lead in led.leads:
            place = (lead.span.path, lead.span.line)
            if place not in seen and len(found) < MAX_FOLLOWED:
                self._enter(activity, lead, (*seen, place), found)
        if led.stub:
            return None
        elsewhere = activity.job is not None and activity.job.platform is Platform.ARGO  # its image brings files of its own
        if led.dead and not elsewhere:
            return msgspec.structs.replace(activity, disabled=activity.disabled or led.dead)
        return activity

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

    def _leads(self, word: str) -> Leads:
        target = FOLLOWERS.get(word, SCRIPTS)
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


def _plugged(activity: Activity, plugin: Plugin) -> Activity:
    """One plugin that a build tool runs."""
    span, soft = plugin.span or activity.span, activity.soft_why or plugin.soft_why
    hop = () if plugin.span is None else (Hop(path=span.path, line=span.line, text=shown(plugin.text or plugin.id)),)
    return msgspec.structs.replace(
        activity,
        kind=ActivityKind.PLUGIN,
        name=f"{plugin.system} {plugin.id}",
        span=span,
        command=None,
        inputs=plugin.inputs,
        soft_why=soft,
        blocking=not soft,
        chain=(*activity.chain, *hop),
    )


def shown(text: str) -> str:
    """The first line of a text, as long as a chain shows it."""
    first = text.strip().partition("\n")[0]
    return first if len(first) <= 120 else first[:119] + "…"
