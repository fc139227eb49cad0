"""From the steps of a job to what runs: commands, actions, reusable workflows, images, reports."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from opslint.model.activity import Activity, ActivityKind, Command, Hop
from opslint.model.pipeline import Platform, Step, StepKind
from opslint.resolve.calls import Calls
from opslint.resolve.follow.follower import Follower, Sourced
from opslint.resolve.jobs.action_scripts import ActionScript, scripts_of
from opslint.resolve.jobs.places import Block, Files
from opslint.resolve.jobs.site import (
    CLUSTER_ACTIONS,
    Blocks,
    Shell,
    Site,
    behind_calls,
    folder_of,
    key_span,
    moment_of,
    shells_of,
    shortened,
    softness,
)
from opslint.source.node import Mapping, Scalar
from opslint.source.span import Span

MAX_COMPOSITES = 8
MAX_ACTIVITIES = 20_000
"""Activities of one job."""


class JobReader:
    """Reads the jobs of one repository.

    Shape: `clusters` collects (path, line of the pipeline, job) of jobs that make a cluster of their own.
    """

    def __init__(self, files: Files, calls: Calls, follower: Follower) -> None:
        self.files = files
        self.calls = calls
        self.follower = follower
        self.clusters: set[tuple[str, int, str]] = set()

    def read(self, site: Site, steps: tuple[Step, ...]) -> list[Activity]:
        """Everything a job's steps run, in the order of the steps."""
        if site.job.platform is Platform.GITHUB and _varies(site, steps):
            found = self._varied(site, steps)
            return self._with_clusters(found, site) if site.depth == 0 else found
        found = []
        by_step: dict[int, list[Activity]] = {}
        for shell in shells_of(site.job, steps):
            for position, activity in self._started(shell, site, steps):
                by_step.setdefault(position, []).append(activity)
        for position, step in enumerate(steps):
            if step.kind is StepKind.RUN:
                found.extend(by_step.get(position, ()))
            elif step.kind is not StepKind.NOTHING:
                found.extend(self._used(step, position, site, steps))
            if len(found) >= MAX_ACTIVITIES:
                break
        if site.depth == 0:
            found.extend(self._reports(site))
            found = self._with_clusters(found, site)
        return found

    def _started(self, shell: Shell, site: Site, steps: tuple[Step, ...]) -> Iterable[tuple[int, Activity]]:
        """What a script runs with each set of values its job is started with, which on GitLab its matrix and rules decide."""
        if site.job.platform is not Platform.GITLAB or "$" not in shell.text:
            return self._commands(shell, site, steps)
        from opslint.resolve.jobs.gitlab import each_once, starts_of

        starts = starts_of(shell, site.job, site.pipeline)
        found = [told for start in starts for told in self._commands(start, site, steps)]
        return each_once(found) if len(starts) > 1 else found

    def _varied(self, site: Site, steps: tuple[Step, ...]) -> list[Activity]:
        """What GitHub's steps run, each once for every set of values it is started with."""
        from opslint.resolve.jobs.github.variants import Variants, distinct

        found: list[Activity] = []
        known = Variants(site, steps)
        for position, step in enumerate(steps):
            told: list[list[Activity]] = []
            for one, inner in known.of(step):
                if step.kind is StepKind.RUN:
                    shell = Shell(step.script, ((position, one),), (1,))
                    told.append([activity for _, activity in self._commands(shell, inner, steps)])
                elif step.kind is not StepKind.NOTHING:
                    told.append(self._used(one, position, inner, steps))
            found.extend(distinct(told))
            if len(found) >= MAX_ACTIVITIES:
                break
        return found

    def _commands(self, shell: Shell, site: Site, steps: tuple[Step, ...]) -> list[tuple[int, Activity]]:
        from opslint.resolve.shell import commands_of, shell_semantics
        first = shell.steps[0][1]
        site = behind_calls(site, first)
        job, pipeline = site.job, site.pipeline
        dialect, errexit, pipefail = shell_semantics(job.platform.value, first.shell or job.shell, site.runner or job.runner)
        variables = {**pipeline.variables, **job.variables, **site.env, **first.env}
        blocks = Blocks(shell, self.files)
        folder = folder_of(first, site)
        text, known = shell.text, variables
        if job.platform is Platform.GITHUB and ("${{" in text or "GITHUB_" in text):
            from opslint.resolve.jobs.github.facts import places_of, written

            filled = written(text, site.facts, variables)
            text, known = filled.text, {**variables, **places_of(site.facts)}
        sourced: Sourced = {}
        found: list[tuple[int, Activity]] = []
        read = commands_of(text, shell=dialect, errexit=errexit, pipefail=pipefail, variables=known, folder=folder)
        for command, said in filled.placed(read) if text is not shell.text else ((one, text[one.offset : one.end]) for one in read):
            position, step, span = blocks.place(command)
            moment = moment_of(step, site)
            env = {**variables, **step.env, **command.env} if command.env or step.env or variables else {}
            activity = site.activity(
                ActivityKind.COMMAND,
                command.argv[0] if command.argv else "",
                span,
                said,
                index=position,
                command=command,
                events=moment.events,
                disabled=moment.disabled,
                when=moment.when,
                soft_why=self._soft(command, step, position, steps, site),
                more={"env": env, "node": step.node},
            )
            found.extend((position, one) for one in self.follower.follow(activity, sourced))
        return found

    def _soft(self, command: Command, step: Step, position: int, steps: tuple[Step, ...], site: Site) -> str:
        """Why the failure of a command does not fail its job, "" where it does."""
        if command.soft_why and step.id and "GITHUB_OUTPUT" in step.script:
            from opslint.resolve.jobs.github.codes import judged_later

            if judged_later(command, step, position, steps, site, self.files):
                return softness(step, position, steps, site)
        return command.soft_why or softness(step, position, steps, site)

    def _used(self, step: Step, position: int, site: Site, steps: tuple[Step, ...]) -> list[Activity]:
        """A step that uses something: an action, another workflow, an image."""
        site = behind_calls(site, step)
        moment = moment_of(step, site)
        soft = softness(step, position, steps, site)
        env = {**site.env, **step.env}
        written = f"{step.uses}@{step.version}" if step.version else step.uses
        if step.kind is StepKind.IMAGE:
            return [self._image(step, position, site, soft)]
        if step.uses.startswith("template/"):
            return []  # a template of the same Argo object: a job of its own
        called = step.kind is StepKind.WORKFLOW
        activity = site.activity(
            ActivityKind.WORKFLOW if called else ActivityKind.ACTION,
            step.uses,
            key_span(step, "uses"),
            f"uses: {written}",
            index=position,
            events=moment.events,
            disabled=moment.disabled,
            when=moment.when,
            soft_why=soft,
            more={"version": step.version, "inputs": step.inputs, "env": env, "node": step.node},
        )
        if called:
            return [activity]
        if given := scripts_of(step):
            return [activity, *(one for each in given for one in self._given(step, each, activity, site))]
        return self._local(step, position, site, activity, soft)

    def _local(self, step: Step, position: int, site: Site, activity: Activity, soft: str) -> list[Activity]:
        """An action, with what it runs where the repository has it."""
        if not step.uses.startswith("./") or site.depth >= MAX_COMPOSITES:
            return self.follower.follow(activity)
        moment = moment_of(step, site)
        inner = msgspec.structs.replace(
            site,
            hops=activity.chain,
            events=moment.events,
            disabled=site.disabled or moment.disabled,
            soft_why=site.soft_why or soft,
            when=moment.when or site.when,
            index=position if site.index < 0 else site.index,
            depth=site.depth + 1,
            env=activity.env,
        )
        return [activity, *self._inside(step, activity, inner)]

    def _inside(self, step: Step, activity: Activity, site: Site) -> list[Activity]:
        """What an action of the repository runs: its steps, or the entry point of its container."""
        from opslint.resolve.jobs.github.actions import facts_of_action, started_by

        composite = self.calls.action(step.uses)
        if composite is None:
            docker = self.calls.docker_action(step.uses)
            started = started_by(docker, step, activity, self.files) if docker is not None else None
            return [] if started is None else self.follower.follow(started)
        facts = {path: value for path, value in site.facts.items() if not path.startswith(("inputs.", "steps.", "needs."))}
        facts |= facts_of_action(composite, step)
        return self.read(msgspec.structs.replace(site, facts=facts, decided=facts), composite.jobs[0].steps)

    def _given(self, step: Step, given: tuple[ActionScript, str], above: Activity, site: Site) -> list[Activity]:
        """The commands an action is given as an input."""
        from opslint.resolve.shell import commands_of

        row, script = given
        with_node = step.node.mapping("with") if isinstance(step.node, Mapping) else None
        node = with_node.get(row.name) if with_node is not None else None
        block = Block(step.span.path, script, node, self.files) if isinstance(node, Scalar) else None
        variables = {**site.pipeline.variables, **site.job.variables, **above.env}
        found: list[Activity] = []
        for told in commands_of(script, errexit=row.errexit, pipefail=False, variables=variables):
            command = told
            if row.remote or row.image:
                image = told.image or step.inputs.get(row.image, "")
                command = msgspec.structs.replace(command, remote=row.remote or told.remote, image=image)
            inner = _within(above, command, script, block, site.hops)
            found.extend(self.follower.follow(inner))
        return found

    def _image(self, step: Step, position: int, site: Site, soft: str) -> Activity:
        """A container that is started as it is: with arguments it is the command of its entry point."""
        import shlex

        from opslint.resolve.wrappers import named
        from opslint.resolve.wrappers.containers import image_command

        version = step.version or ""
        reference = f"{step.uses}@{version}" if ":" in version else f"{step.uses}:{version}" if version else step.uses
        arguments = step.inputs.get("args", "")
        more = {"version": step.version, "inputs": step.inputs, "env": {**site.env, **step.env}, "node": step.node}
        if arguments:
            try:
                words = tuple(shlex.split(arguments))
            except ValueError:
                words = tuple(arguments.split())
            peels = image_command(reference, words)
            if peels and peels[0].argv:
                argv = named(peels[0].argv)
                span = step.span
                command = Command(
                    argv=argv,
                    layers=(argv,),
                    offset=0,
                    end=len(arguments),
                    line=1,
                    column=1,
                    end_line=1,
                    end_column=1 + len(arguments),
                    blocking=True,
                    image=reference,
                )
                return site.activity(
                    ActivityKind.COMMAND,
                    argv[0],
                    span,
                    f"{reference} {arguments}",
                    index=position,
                    command=command,
                    soft_why=soft,
                    more=more,
                )
        return site.activity(ActivityKind.IMAGE, step.uses, step.span, reference, index=position, soft_why=soft, more=more)

    def _reports(self, site: Site) -> list[Activity]:
        """`artifacts:reports` of a GitLab job."""
        if site.job.platform is not Platform.GITLAB:
            return []
        return [
            site.activity(ActivityKind.REPORT, key, span, f"reports: {key}", index=len(site.job.steps))
            for key, span in site.job.reports
        ]

    def _with_clusters(self, found: list[Activity], site: Site) -> list[Activity]:
        """Once a job has a cluster of its own, what its later commands do happens there."""
        own = False
        marked: list[Activity] = []
        for activity in found:
            command = activity.command
            if command is None:
                marked.append(activity)
                own = own or (activity.kind is ActivityKind.ACTION and activity.name.lower() in CLUSTER_ACTIONS)
                continue
            if own and not command.throwaway_cluster:
                command = msgspec.structs.replace(command, throwaway_cluster=True)
            marked.append(activity if command is activity.command else msgspec.structs.replace(activity, command=command))
            own = own or command.throwaway_cluster or makes_cluster(command)
        if own:
            self.clusters.add((site.pipeline.path, site.pipeline.span.line, site.job.id))
        return marked


_VALUES = ("${{", "GITHUB_", "RUNNER_")
"""What a text must hold for a value of GitHub's to stand in it."""


def _varies(site: Site, steps: tuple[Step, ...]) -> bool:
    """Whether values of GitHub's can make a difference to the steps of a job: nearly always, but not in the simplest workflows."""
    job = site.job
    if site.facts or site.legs or job.may_fail or (job.node is not None and "strategy" in job.node):
        return True
    texts = [*site.pipeline.variables.values(), *job.variables.values(), *job.runner, *site.env.values()]
    for step in steps:
        if step.condition or step.may_fail:
            return True
        texts += [step.script, step.uses, *step.env.values(), *step.inputs.values()]
    return any(value in text for text in texts for value in _VALUES)


def _within(above: Activity, command: Command, script: str, block: Block | None, hops: tuple[Hop, ...]) -> Activity:
    """A command of a script that an action is given."""
    line, column = above.span.line, above.span.column
    if block is not None:
        line, column = block.position(command.line, command.column)
    span = Span(path=above.span.path, line=line, column=column, end_line=line, end_column=column + command.end - command.offset)
    soft = above.soft_why or command.soft_why
    return msgspec.structs.replace(
        above,
        kind=ActivityKind.COMMAND,
        name=command.argv[0],
        span=span,
        command=command,
        version=None,
        inputs={},
        soft_why=soft,
        blocking=not soft,
        chain=(*hops, Hop(path=span.path, line=line, text=shortened(script[command.offset : command.end]))),
        env={**above.env, **command.env},
    )


def makes_cluster(command: Command) -> bool:
    """Whether a command makes a cluster that ends with its machine."""
    from opslint.resolve.shell.emit import CLUSTERS

    return any(layer[:2] in CLUSTERS for layer in command.layers)
