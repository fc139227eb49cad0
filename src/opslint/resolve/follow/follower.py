"""The seam for task runners: a command word leads to the module that knows what such a command runs in turn."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from opslint.model.activity import Activity, ActivityKind, Command, Hop
from opslint.model.pipeline import Platform
from opslint.resolve.follow.table import ACTIONS, BESIDE, FOLLOWERS, SCRIPTS, SECOND
from opslint.resolve.jobs.places import Files
from opslint.source.span import Span

MAX_DEPTH = 8
MAX_FUNCTIONS = 1000
SOURCING = frozenset({"source", "."})
MAX_FOLLOWED = 1000
"""Activities that one command of a pipeline may lead to."""


class Lead(msgspec.Struct, frozen=True, kw_only=True):
    """A script a task runner runs for a command.

    Shape:  `script` is its text as the shell gets it, `span` the place of its first line; `line_step` is 1 where the text's lines
            are the file's lines, 0 where all of it stands on one. `soft_why` says why the runner goes on when it fails.
            `folder` is where it runs, relative to the root; `confidence` "low" where it is only likely that it runs;
            `arguments` are the positional ones of a script, None where it has none to speak of; `via` are the hops between the
            command and the script: the targets, tasks or recipes that ask for the one it stands in. `apart` says that it runs in a
            container and sees no variable but those of `env`, `building` that it is one an image is built in, `copied` that files
            of the tree are copied into it: what is not here may be there.
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
    apart: bool = False
    building: bool = False
    via: tuple[Hop, ...] = ()
    copied: bool = False


Sourced = dict[str, Lead]
"""Name of a function -> the script that was read in and defines it."""


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


Place = tuple[str, int, int]
"""Path, line and column of a script that is being followed."""


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


class Uses(Protocol):
    """What a follower of actions offers."""

    def __call__(self, slug: str, inputs: dict[str, str], env: dict[str, str], files: Files) -> Led | None:
        """What an action runs of the repository with its inputs; None where nothing can be said."""
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
        self._loaded: dict[str, object] = {}

    def follow(self, activity: Activity, sourced: Sourced | None = None) -> list[Activity]:
        """A command and what it leads to, each with the chain that leads there.

        Shape: `sourced` are the functions that commands of the same shell read in before it; this one may add to them.
        A command that cannot run is disabled; one that runs a stub is left out, what the stub prints stays. Of actions, those
        of the table are followed.
        """
        if activity.kind is ActivityKind.ACTION:
            return self._used(activity)
        found: list[Activity | None] = [None]
        found[0] = self._follow(activity, (), found, sourced if sourced is not None else {})
        return [one for one in found if one is not None]

    def _used(self, activity: Activity) -> list[Activity]:
        """An action and what it runs of the repository."""
        target = ACTIONS.get(activity.name.lower())
        if target is None:
            return [activity]
        uses: Uses = self._function(target)
        led = uses(activity.name.lower(), activity.inputs, activity.env, self.files)
        found: list[Activity | None] = [activity]
        for lead in led.leads if led is not None else ():
            self._enter(activity, lead, ((lead.span.path, lead.span.line, lead.span.column),), found)
        return [one for one in found if one is not None]

    def _follow(
        self, activity: Activity, seen: tuple[Place, ...], found: list[Activity | None], sourced: Sourced
    ) -> Activity | None:
        command = activity.command
        if command is None or len(seen) >= MAX_DEPTH or "…" in command.folder or command.remote:
            return activity
        if command.image and not self._is_ours(command):
            return activity
        if command.argv[0] in sourced:
            self._called(activity, command.argv, sourced, (seen, found))
            return activity
        layer, led = self._asked(command, activity.env)
        beside = next((one for one in command.layers if one[0] in BESIDE), None)
        if beside is not None and beside is not layer:
            self._beside(activity, beside, seen, found)
        if led is None:
            return activity
        if led.marks:
            activity = msgspec.structs.replace(activity, command=msgspec.structs.replace(command, marks=led.marks))
        found.extend(_plugged(activity, plugin) for plugin in led.plugins[: max(0, MAX_FOLLOWED - len(found))])
        if led.soft_why and not activity.soft_why:
            activity = msgspec.structs.replace(activity, soft_why=led.soft_why, blocking=False)
        for lead in led.leads:
            place = (lead.span.path, lead.span.line, lead.span.column)
            if place not in seen and len(found) < MAX_FOLLOWED:
                inner = self._read_in(lead, sourced) if layer[0] in SOURCING else {}
                self._enter(activity, lead, (*seen, place), found, inner)
        if led.stub:
            return None
        elsewhere = activity.job is not None and activity.job.platform is Platform.ARGO  # its image brings files of its own
        if led.dead and not elsewhere and not (command.building or command.copied) and not self._brought(activity, layer):
            return msgspec.structs.replace(activity, disabled=activity.disabled or led.dead)
        return activity

    @staticmethod
    def _brought(activity: Activity, argv: tuple[str, ...]) -> bool:
        """Whether the job itself brings what a command starts."""
        from opslint.resolve.follow.scripts.fetched import is_fetched

        return is_fetched(argv, activity.job)

    def _is_ours(self, command: Command) -> bool:
        """Whether a container is told to start a script of the tree: it is mounted or was copied there."""
        from opslint.resolve.follow.scripts.paths import located

        path = located(command.argv[0], command.folder) if is_script(command.argv[0]) else ""
        return bool(path) and self.files.tree.has(path)

    def _asked(self, command: Command, env: dict[str, str]) -> tuple[tuple[str, ...], Led | None]:
        """The innermost form of a command that a follower can say something of, and what it says: `tox` of `pdm run tox`, else `pdm`."""
        if is_script(command.argv[0]):
            return command.argv, self._leads("")(command.argv, command.folder, env, self.files)
        for layer in reversed(command.layers):
            for table in (FOLLOWERS, SECOND):
                if layer[0] in table:
                    led = self._leads(layer[0], table)(layer, command.folder, env, self.files)
                    if led is not None:
                        return layer, led
        return command.argv, None

    @staticmethod
    def _read_in(lead: Lead, sourced: Sourced) -> Sourced:
        """The functions a shell knows once it has read in a script."""
        from opslint.resolve.follow.scripts.functions import names_in

        for name in names_in(lead.script):
            if len(sourced) < MAX_FUNCTIONS:
                sourced[name] = lead
        return sourced

    def _called(
        self,
        activity: Activity,
        argv: tuple[str, ...],
        sourced: Sourced,
        under: tuple[tuple[Place, ...], list[Activity | None]],
    ) -> None:
        """The body of a function that a script read in defines."""
        from opslint.resolve.follow.scripts.functions import called

        seen, found = under
        lead = called(argv, sourced[argv[0]], activity)
        place = (f"{lead.span.path} {argv[0]}", 0, 0)
        if place not in seen:
            self._enter(activity, lead, (*seen, place), found, sourced)

    def _beside(
        self, activity: Activity, layer: tuple[str, ...], seen: tuple[Place, ...], found: list[Activity | None]
    ) -> None:
        """What a wrapper starts beside the command that is wrapped: the image and the services it needs."""
        folder = activity.command.folder if activity.command is not None else ""
        led = self._leads(layer[0])(layer, folder, activity.env, self.files)
        for lead in led.leads if led is not None else ():
            place = (lead.span.path, lead.span.line, lead.span.column)
            if place not in seen:
                self._enter(activity, lead, (*seen, place), found)

    def _enter(
        self,
        activity: Activity,
        lead: Lead,
        seen: tuple[Place, ...],
        found: list[Activity | None],
        sourced: Sourced | None = None,
    ) -> None:
        from opslint.resolve.shell import commands_of

        variables = dict(lead.env) if lead.apart else {**activity.env, **lead.env}
        if lead.arguments is not None:
            from opslint.resolve.shell.syntax.words import ROOT

            variables |= dict.fromkeys(("0", "BASH_SOURCE"), f"{ROOT}/{lead.span.path}")
        sourced = {} if sourced is None else sourced
        names = activity.command.variables if activity.command is not None and lead.arguments else ()
        for told in commands_of(
            lead.script,
            shell=lead.shell,
            errexit=lead.errexit,
            pipefail=lead.pipefail,
            variables=variables,
            arguments=lead.arguments,
            names=names,
            folder=lead.folder,
        ):
            if len(found) >= MAX_FOLLOWED:
                return
            inner = _led(activity, lead, told)
            position = len(found)
            found.append(inner)
            found[position] = self._follow(inner, seen, found, sourced)

    def _leads(self, word: str, table: dict[str, str] = FOLLOWERS) -> Leads:
        leads: Leads = self._function(table.get(word, SCRIPTS))
        return leads

    def _function(self, target: str) -> Any:
        """A follower by its `module:function`."""
        if target not in self._loaded:
            from importlib import import_module

            module, _, name = target.partition(":")
            self._loaded[target] = getattr(import_module(module), name)
        return self._loaded[target]


def _led(activity: Activity, lead: Lead, told: Command) -> Activity:
    """One command of a script that a task runner runs."""
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
            confidence=lead.confidence
            or ("low" if above is not None and above.image else "")
            or (above.confidence if above is not None and above.confidence == "low" else told.confidence),
            throwaway_cluster=told.throwaway_cluster or (above is not None and above.throwaway_cluster),
            building=lead.building or (above is not None and above.building),
            copied=lead.copied or (above is not None and above.copied),
        ),
        version=None,
        inputs={},
        soft_why=soft,
        blocking=not soft,
        chain=(*activity.chain, *lead.via, Hop(path=span.path, line=line, text=shown(lead.script[told.offset : told.end]))),
        env={**({} if lead.apart else activity.env), **lead.env, **told.env},
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
