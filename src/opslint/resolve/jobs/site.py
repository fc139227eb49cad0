"""One job under way: what holds for everything in it, and the activities its steps become."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from opslint.model.activity import Activity, ActivityKind, Command, Hop
from opslint.model.pipeline import Event, Job, Pipeline, Platform, Step, StepKind
from opslint.resolve.jobs.places import Block, Files, block_of, span_of
from opslint.source.node import Mapping as MappingNode
from opslint.source.span import Span
from opslint.source.words.late import late

if TYPE_CHECKING:  # for signatures only: what reads GitHub's expressions is imported when a workflow is met
    from opslint.parse.github.matrix import Leg
    from opslint.parse.github.values import Value

MAX_TEXT = 120

_FAILING = late(r"\bexit\s+(?:[1-9]|\$)|\bfalse\b|setFailed|\breturn\s+[1-9]|\bfail\b")
CLUSTER_ACTIONS = frozenset(
    {
        "helm/kind-action",
        "engineerd/setup-kind",
        "container-tools/kind-action",
        "absaoss/k3d-action",
        "nolar/setup-k3d-k3s",
        "rinx/setup-k3d",
        "medyagh/setup-minikube",
        "manusa/actions-setup-minikube",
        "debianmaster/actions-k3s",
        "jupyterhub/action-k3s-helm",
        "balchua/microk8s-actions",
        "lwabish/k3s-action",
        "replicatedhq/compatibility-actions/create-cluster",
        "replicatedhq/action-kots-release",
        "int128/kind-action",
        "step-security/setup-minikube",
        "kubernetes-sigs/kind",
    }
)
"""Actions that make a cluster which ends with the job."""


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for everything at one place of a job: a job's own steps, or those of an action it uses.

    Shape: `hops` lead to the place (empty at the job itself); `events`, `disabled`, `soft_why`, `when` already count what
           stands above; `index` is the position of the job's step everything belongs to, -1 where each step has its own.
           `facts` are the values of GitHub's contexts that are known here, `decided` those that are certain, for conditions,
           `legs` those of the matrix, `runner` the labels of the machine where the matrix decides them.
    """

    pipeline: Pipeline
    job: Job
    events: frozenset[Event]
    hops: tuple[Hop, ...] = ()
    disabled: str = ""
    soft_why: str = ""
    when: str = ""
    env: dict[str, str] = {}
    index: int = -1
    depth: int = 0
    facts: dict[str, Value] = {}
    decided: dict[str, Value] = {}
    legs: tuple[Leg, ...] = ()
    runner: tuple[str, ...] = ()

    def activity(
        self,
        kind: ActivityKind,
        name: str,
        span: Span,
        text: str,
        *,
        index: int,
        command: Command | None = None,
        events: frozenset[Event] | None = None,
        disabled: str = "",
        soft_why: str = "",
        when: str = "",
        more: Mapping[str, object] | None = None,
    ) -> Activity:
        """One activity at this place; softness, deadness and moment of the place and of the step are put together."""
        soft = soft_why or self.soft_why
        return Activity(
            kind=kind,
            name=name,
            span=span,
            chain=(*self.hops, Hop(path=span.path, line=span.line, text=shortened(text))),
            command=command,
            blocking=not soft,
            soft_why=soft,
            events=self.events if events is None else events,
            manual=self.job.manual,
            disabled=self.disabled or disabled,
            when=when or self.when,
            pipeline=self.pipeline,
            job=self.job,
            step_index=index if self.index < 0 else self.index,
            **(more or {}),  # type: ignore[arg-type]  # fields of Activity by name
        )


def behind_calls(site: Site, step: Step) -> Site:
    """The place of a step, behind the calls that gave it its parameters."""
    if not step.called:
        return site
    calls = tuple(Hop(path=place.path, line=place.line, text=shortened(words)) for place, words in step.called)
    places = {(hop.path, hop.line) for hop in calls}
    kept = tuple(hop for hop in site.hops if (hop.path, hop.line) not in places)
    return msgspec.structs.replace(site, hops=(*kept, *calls))


def shortened(text: str) -> str:
    """The first line of a text, as long as a chain shows it."""
    first = text.strip().partition("\n")[0].rstrip(" \\")
    return first if len(first) <= MAX_TEXT else first[: MAX_TEXT - 1] + "…"


class Moment(msgspec.Struct, frozen=True):
    """When a step runs: the events that reach it, whether after failures, and why never."""

    events: frozenset[Event]
    when: str
    disabled: str


def moment_of(step: Step, site: Site) -> Moment:
    """The events that get past a step's own condition."""
    if not step.condition or site.job.platform is not Platform.GITHUB:
        return Moment(site.events, step.when, "")
    from opslint.parse.github.conditions import events_reaching

    events, when = events_reaching(step.condition, site.events, site.pipeline.triggers, site.decided)
    if site.events and not events:
        return Moment(events, step.when or when, f"no event gets past `if: {shortened(step.condition)}`")
    return Moment(events, step.when or when, "")


def softness(step: Step, position: int, steps: tuple[Step, ...]) -> str:
    """Why a step's failure does not fail its job, "" where it does.

    A later step that judges its outcome gives it back its teeth.
    """
    if step.section == "after_script":
        return "after_script never fails a job"
    if not step.may_fail:
        return ""
    if step.id:
        outcome = re.compile(rf"steps\.{re.escape(step.id)}\.outcome|steps\[['\"]{re.escape(step.id)}['\"]\]\.outcome")
        for later in steps[position + 1 :]:
            texts = (later.condition, later.script, *later.env.values(), *later.inputs.values())
            if any(outcome.search(text) for text in texts) and _FAILING.search(
                "\n".join((later.script, later.uses, *later.inputs.values()))
            ):
                return ""
    return step.may_fail_why or "its step may fail"


class Shell(msgspec.Struct, frozen=True):
    """Steps that share one shell, as one text.

    Shape: `starts` are the lines (from 1) at which each step's text begins.
    """

    text: str
    steps: tuple[tuple[int, Step], ...]
    starts: tuple[int, ...]

    def at(self, line: int) -> tuple[int, Step, int]:
        """Position and step a line belongs to, and the line within the step's text."""
        index = max(0, bisect_right(self.starts, line) - 1)
        position, step = self.steps[index]
        return position, step, line - self.starts[index] + 1


def shells_of(job: Job, steps: tuple[Step, ...]) -> Iterator[Shell]:
    """The scripts of a job.

    On GitLab `before_script` and `script` are one shell, `after_script` is another; elsewhere each step has its own.
    """
    if job.platform is not Platform.GITLAB:
        for position, step in enumerate(steps):
            if step.kind is StepKind.RUN:
                yield Shell(step.script, ((position, step),), (1,))
        return
    for sections in (("before_script", "script", "steps"), ("after_script",), ("run",)):
        members = [
            (position, step) for position, step in enumerate(steps) if step.kind is StepKind.RUN and step.section in sections
        ]
        if not members:
            continue
        if sections == ("run",):
            yield from (Shell(step.script, ((position, step),), (1,)) for position, step in members)
            continue
        starts: list[int] = []
        line = 1
        for _, step in members:
            starts.append(line)
            line += step.script.count("\n") + 1
        yield Shell("\n".join(step.script for _, step in members), tuple(members), tuple(starts))


class Blocks:
    """Where the commands of a shell stand in the file."""

    __slots__ = ("_blocks", "files", "shell")

    def __init__(self, shell: Shell, files: Files) -> None:
        self.shell = shell
        self.files = files
        self._blocks: dict[int, Block | None] = {}

    def place(self, command: Command) -> tuple[int, Step, Span]:
        """Position and step a command belongs to, and its place in the file."""
        position, step, line = self.shell.at(command.line)
        if position not in self._blocks:
            self._blocks[position] = block_of(step, self.files)
        block = self._blocks[position]
        if block is None:
            return position, step, step.span
        start = block.position(line, command.column)
        end_line = max(line, command.end_line - command.line + line)
        end = block.position(end_line, command.end_column)
        return (
            position,
            step,
            Span(
                path=block.path,
                line=start[0],
                column=start[1],
                end_line=max(start[0], end[0]),
                end_column=end[1] if end > start else start[1] + 1,
            ),
        )


def key_span(step: Step, key: str) -> Span:
    """The place of a key's value in a step's mapping, the step's own where it is not there."""
    node = step.node
    return span_of(step.span.path, node.get(key), step.span) if isinstance(node, MappingNode) else step.span


def folder_of(step: Step, site: Site) -> str:
    """The `working-directory` a GitHub step begins in: its own, the job's or the workflow's; "" for the root."""
    if site.job.platform is not Platform.GITHUB:
        return ""
    own = step.node.text("working-directory") if isinstance(step.node, MappingNode) else None
    for node in (site.job.node, site.pipeline.node) if own is None and site.depth == 0 else ():
        defaults = node.mapping("defaults") if node is not None else None
        run = defaults.mapping("run") if defaults is not None else None
        own = own or (run.text("working-directory") if run is not None else None)
    if not own:
        return ""
    if "${{" in own:
        from opslint.resolve.jobs.github.facts import filled

        own = filled(own, {"github.workspace": ".", **site.facts}, step.env).text
    if "{{" in own or own.startswith(("/", "~", "$")):
        return "…"
    parts = [part for part in own.split("/") if part not in ("", ".")]
    return "…" if ".." in parts else "/".join(parts)
