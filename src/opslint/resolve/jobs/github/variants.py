"""A step of a GitHub job with the values it is started with: once for each distinct set of them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from opslint.model.activity import Activity
from opslint.model.pipeline import Step, StepKind
from opslint.parse.github.matrix import Leg, expression_value
from opslint.parse.github.values import truth_of
from opslint.resolve.jobs.github.facts import Facts, all_filled, variable
from opslint.resolve.jobs.github.legs import SOFT, job_legs, runner_of, texts_of_step, variants
from opslint.resolve.jobs.github.outputs import Outputs, commands_in, written_to
from opslint.resolve.jobs.site import Site, moment_of
from opslint.source.node import Mapping
from opslint.source.words.late import late

MAX_EXPORTS = 8
"""Values of variables handed on that a step is read with, and steps that are asked for them."""
MAX_EXPORTED = 64

_STARTS = late(
    r"(?<![\w.-])(?:g?make|just|task|npm|npx|pnpm|yarn|bunx?|tox|nox|hatch|pdm|poe|invoke|rake|bundle|composer|mvnw?|gradlew?"
    r"|cargo|pre-commit|prek|earthly|dagger|bazel|mage|ant|uvx?|python3?|bash|sh|source|docker|php|node|go)(?![\w-])"
    r"|(?:^|[\s;&|\"'(])\.{0,2}/?[\w.-]+/[\w./-]+"
)
"""Words that start what may read variables: task runners and scripts."""
_ENV = late(r"\benv\.([A-Za-z_]\w*)")


class Variants:
    """The steps of one job or action as they are started.

    Shape: `exported` are the variables that steps so far wrote to `GITHUB_ENV`, each with the values it may have by then, "…"
           where one is not known.
    """

    def __init__(self, site: Site, steps: tuple[Step, ...]) -> None:
        self.site = site
        self.steps = steps
        self.legs = site.legs or (job_legs(site.job, site.facts) if site.depth == 0 else ())
        self.outputs = Outputs(site.pipeline)
        self.exported: dict[str, tuple[str, ...]] = {}
        self._written: list[str] = []

    def of(self, step: Step) -> list[tuple[Step, Site]]:
        """A step and its place for every distinct set of values; those that no event reaches are left out where others run."""
        texts = texts_of_step(step)
        found: list[tuple[Step, Site]] = []
        dead: list[tuple[Step, Site]] = []
        inherited = self._inherited(step, texts)
        exports = self._exports(texts) if self.exported else [{}]
        for leg in variants(self.legs, [*texts, *inherited]):
            site = self._site(leg, texts)
            for exported in exports:
                one = self._step(step, site, exported)
                here = msgspec.structs.replace(site, decided=self._decided(one, site)) if one.condition else site
                (dead if one.condition and moment_of(one, here).disabled else found).append((one, here))
        if step.kind is StepKind.RUN and "GITHUB_ENV" in step.script and found:
            self._export(found)
        if step.kind is StepKind.RUN:
            self._written.append(step.script)
        return found or dead[:1]

    @staticmethod
    def _inherited(step: Step, texts: list[str]) -> list[str]:
        """The values of a step's variables that can make a difference: those its texts name, all where it starts what reads them."""
        everything = step.kind is not StepKind.RUN or bool(_STARTS.search(step.script))
        return [
            value
            for name, value in step.env.items()
            if "${{" in value and (everything or any(name in text for text in texts))
        ]

    def _site(self, leg: Leg, texts: list[str]) -> Site:
        """The place of a step with the values of one leg."""
        site = self.site
        facts = {**site.facts, **leg}
        decided = {**site.decided, **leg}
        if any("steps." in text or "needs." in text for text in texts):
            job = msgspec.structs.replace(site.job, steps=self.steps) if site.depth else site.job
            facts |= self.outputs.facts(job, texts, sure=False)
            decided |= self.outputs.facts(job, texts, sure=True)
        soft = site.soft_why
        if SOFT in leg and site.depth == 0:
            soft = _matrix_softness(site) if leg[SOFT] is True else "" if site.job.may_fail else soft
        legs, runner = self.legs, site.job.runner
        if leg:
            legs = tuple(one for one in legs if all(one.get(key, value) == value for key, value in leg.items()))
            runner = runner_of(site.job, legs)
        elif legs and any("${{" in label for label in runner):
            runner = runner_of(site.job, legs)
        return msgspec.structs.replace(site, facts=facts, decided=decided, soft_why=soft, legs=legs, runner=runner)

    def _exports(self, texts: list[str]) -> list[dict[str, str]]:
        """The values that variables handed on by earlier steps may have: every combination of those that the texts name."""
        found: list[dict[str, str]] = [{}]
        for name, values in self.exported.items():
            told = values
            if len(values) > 1 and (len(found) * len(values) > MAX_EXPORTS or not any(name in text for text in texts)):
                told = ("…",)
            found = [{**one, name: value} for one in found for value in told]
        return found

    def _step(self, step: Step, site: Site, exported: dict[str, str]) -> Step:
        """A step with its variables and inputs filled in, and with what they decide."""
        env = step.env
        if exported:
            own = step.node.mapping("env") if isinstance(step.node, Mapping) else None
            env = {**env, **{name: value for name, value in exported.items() if own is None or name not in own}}
        if any("${{" in text for text in env.values()):
            env = all_filled(env, site.facts, {**site.env, **env})
            if any("env." in text and "${{" in text for text in env.values()):
                env = all_filled(env, site.facts, {**site.env, **env})
        inputs = step.inputs
        if any("${{" in text for text in inputs.values()):
            inputs = all_filled(inputs, {**site.facts, "github.workspace": "."}, {**site.env, **env})
        soft = self._softness(step, site, env)
        if env is step.env and inputs is step.inputs and soft == step.may_fail_why:
            return step
        return msgspec.structs.replace(step, env=env, inputs=inputs, may_fail=bool(soft), may_fail_why=soft)

    @staticmethod
    def _softness(step: Step, site: Site, env: dict[str, str]) -> str:
        """The words that make a step's failure not count, where an expression decides it with these values."""
        text = step.node.text("continue-on-error") if isinstance(step.node, Mapping) else None
        if text is None or "${{" not in text:
            return step.may_fail_why
        facts = {**site.decided, **{f"env.{name.lower()}": variable(name.lower(), env) for name in _ENV.findall(text)}}
        truth = truth_of(expression_value(text, facts))
        return step.may_fail_why if truth is None else f"continue-on-error: {text}" if truth else ""

    def _decided(self, step: Step, site: Site) -> Facts:
        """What is certain for a step's condition: also the variables that no step before it may have set anew."""
        env = {**site.env, **step.env}
        facts = dict(site.decided)
        for name in set(_ENV.findall(step.condition)):
            if not any(name in text for text in self._written):
                facts[f"env.{name.lower()}"] = variable(name.lower(), env)
        return facts

    def _export(self, started: list[tuple[Step, Site]]) -> None:
        """Keep the variables a step hands on to the ones behind it; the value they had may stay, as not every step gets there."""
        for step, site in started[:MAX_EXPORTS]:
            env = {**site.env, **step.env}
            told = written_to("GITHUB_ENV", commands_in(step, site.pipeline, site.job, env, site.facts))
            for name, values in list(told.items())[:MAX_EXPORTED]:
                before = self.exported.get(name, (env[name],) if name in env else ())
                self.exported[name] = tuple(dict.fromkeys((*before, *(values or ("…",)))))[:MAX_EXPORTS]


def _matrix_softness(site: Site) -> str:
    """The words by which a leg of a matrix may fail."""
    text = site.job.node.text("continue-on-error") if site.job.node is not None else ""
    return f"continue-on-error: {text}"


def distinct(told: list[list[Activity]], hops: list[int] | None = None) -> Iterator[Activity]:
    """What the variants of a step or job run, each thing once.

    Of two that differ only in their teeth the one that bites stays, and what no event reaches goes where it runs in another variant.

    Shape: `hops` is for each variant the number of links at the beginning of its chains that make no difference.
    """
    if len(told) == 1:
        yield from told[0]
        return
    kept: dict[object, Activity] = {}
    for index, activities in enumerate(told):
        above = hops[index] if hops is not None else 0
        for activity in activities:
            command = activity.command
            ran = (command.argv, command.folder, command.image, command.stdout_to) if command is not None else ()
            chain = tuple((hop.path, hop.line, hop.text) for hop in activity.chain[above:])
            key = (activity.kind, activity.name, chain, ran, tuple(activity.inputs.items()))
            before = kept.get(key)
            if before is None:
                kept[key] = activity
                continue
            better = (not activity.disabled, activity.blocking) > (not before.disabled, before.blocking)
            events = before.events | activity.events
            chosen = activity if better else before
            kept[key] = chosen if chosen.events == events else msgspec.structs.replace(chosen, events=events)
    alive = {(one.name, one.span) for one in kept.values() if not one.disabled}
    yield from (one for one in kept.values() if not one.disabled or one.events or (one.name, one.span) not in alive)
