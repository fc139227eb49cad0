"""The seam for task runners: a command word leads to the module that knows what such a command runs in turn."""

from __future__ import annotations

from typing import Protocol

import msgspec

from opslint.model.activity import Activity, ActivityKind, Hop
from opslint.resolve.jobs.places import Files
from opslint.source.span import Span

MAX_DEPTH = 8
MAX_FOLLOWED = 400
"""Activities that one command of a pipeline may lead to."""


class Lead(msgspec.Struct, frozen=True, kw_only=True):
    """A script a task runner runs for a command.

    Shape:  `script` is its text as the shell gets it, `span` the place of its first line, `line_step` 1 where the text's lines
            are the file's lines, 0 where all of it stands on one; `text` what the chain shows of the place.
    """

    script: str
    span: Span
    text: str
    errexit: bool = True
    pipefail: bool = False
    line_step: int = 0
    shell: str = "sh"
    env: dict[str, str] = {}


class Leads(Protocol):
    """What a follower module offers."""

    def __call__(self, argv: tuple[str, ...], folder: str, files: Files) -> tuple[Lead, ...]:
        """The scripts an argv leads to, in order; `folder` is where it runs, "" for the root."""
        ...


FOLLOWERS: dict[str, str] = {}
"""Command word -> dotted name of the function that follows it (`module:function`), imported when first met."""


class Follower:
    """Follows commands through task runners, bounded in depth, number and cycles."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self._loaded: dict[str, Leads] = {}

    def follow(self, activity: Activity) -> list[Activity]:
        """What a command leads to, each with the chain that leads there; empty where no follower knows it."""
        found: list[Activity] = []
        self._follow(activity, (), found)
        return found

    def _follow(self, activity: Activity, seen: tuple[tuple[str, int], ...], found: list[Activity]) -> None:
        command = activity.command
        if command is None or len(seen) >= MAX_DEPTH or not FOLLOWERS:
            return
        layer = next((one for one in reversed(command.layers) if one and one[0] in FOLLOWERS), None)
        if layer is None:
            return
        for lead in self._leads(layer[0])(layer, command.folder, self.files):
            place = (lead.span.path, lead.span.line)
            if place in seen or len(found) >= MAX_FOLLOWED:
                continue
            self._enter(activity, lead, (*seen, place), found)

    def _enter(self, activity: Activity, lead: Lead, seen: tuple[tuple[str, int], ...], found: list[Activity]) -> None:
        from opslint.resolve.shell import commands_of

        for inner in commands_of(
            lead.script, shell=lead.shell, errexit=lead.errexit, pipefail=lead.pipefail, variables=activity.env
        ):
            line = lead.span.line + (inner.line - 1) * lead.line_step
            span = Span(
                path=lead.span.path,
                line=line,
                column=lead.span.column if inner.line == 1 or not lead.line_step else inner.column,
                end_line=line,
                end_column=lead.span.column + len(inner.argv[0]),
            )
            soft = activity.soft_why or inner.soft_why
            followed = msgspec.structs.replace(
                activity,
                kind=ActivityKind.COMMAND,
                name=inner.argv[0],
                span=span,
                command=inner,
                soft_why=soft,
                blocking=not soft,
                chain=(
                    *activity.chain,
                    Hop(
                        path=span.path,
                        line=line,
                        text=lead.script[inner.offset : inner.end].partition("\n")[0][:120] or lead.text,
                    ),
                ),
                env={**activity.env, **lead.env, **inner.env},
            )
            found.append(followed)
            self._follow(followed, seen, found)

    def _leads(self, word: str) -> Leads:
        if word not in self._loaded:
            from importlib import import_module

            module, _, name = FOLLOWERS[word].partition(":")
            self._loaded[word] = getattr(import_module(module), name)
        return self._loaded[word]
