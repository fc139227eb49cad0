"""A GitLab job's script with the values it is started with: once for each leg of its matrix and each way its rules set variables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from opslint.model.activity import Activity
from opslint.model.pipeline import Job, Pipeline, Step
from opslint.parse.gitlab.variables import filled, matrix_of, names_in, ruled_variables, variables_of
from opslint.resolve.jobs.site import Shell

MAX_STARTS = 40
"""Distinct sets of values that one script is read with."""


def starts_of(shell: Shell, job: Job, pipeline: Pipeline) -> list[Shell]:
    """The script with the variables it names in each of the ways they may be set; once where there is only one.

    Shape: values in which another variable stands are filled in as far as that is known.
    """
    if job.node is None:
        return [shell]
    own = variables_of(job.node.mapping("variables"))
    workflow = pipeline.node.mapping("workflow") if pipeline.node is not None else None
    flows = ruled_variables(workflow.get("rules")) if workflow is not None else []
    rows = matrix_of(job.node)
    rules = ruled_variables(job.node.get("rules"))
    used = _used(shell.text, job.variables, [*flows, *rules], rows)
    if not used:
        return [shell]
    sets = _distinct_sets(_named(flow, used - own.keys()) for flow in flows) or [{}]
    for more in (_distinct_sets(_named(rule, used) for rule in rules), _legs(rows, used)):
        sets = [{**one, **two} for one in sets[:MAX_STARTS] for two in more[:MAX_STARTS]] if more else sets
    found: list[Shell] = []
    for told in _distinct_sets(sets):
        values = {**job.variables, **told}
        env = {**told, **{name: filled(values[name], values) for name in used if "$" in values.get(name, "")}}
        found.append(_started(shell, env))
    return found or [shell]


def _used(text: str, variables: dict[str, str], told: list[dict[str, str]], rows: list[dict[str, tuple[str, ...]]]) -> set[str]:
    """The variables a script names, those in their values too, where any of them has more than its one written value."""
    changing = {name for values in told for name in values} | {name for row in rows for name in row}
    names = names_in(text)
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        texts = [variables.get(name, ""), *(values.get(name, "") for values in told), *(one for row in rows for one in row.get(name, ()))]
        inner = {found for value in texts for found in names_in(value)} - names
        names |= inner
        waiting += inner
    nested = any("$" in variables.get(name, "") for name in names)
    return names if nested or names & changing else set()


def _named(values: dict[str, str], names: set[str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if name in names}


def _legs(rows: list[dict[str, tuple[str, ...]]], names: set[str]) -> list[dict[str, str]]:
    """The sets of the named variables of a matrix, each once."""
    found: list[dict[str, str]] = []
    for row in rows:
        legs: list[dict[str, str]] = [{}]
        for name, values in row.items():
            if name in names and values:
                legs = [{**leg, name: value} for leg in legs for value in values][:MAX_STARTS]
        found += legs
    return _distinct_sets(found)


def _distinct_sets(sets: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    kept = {tuple(sorted(one.items())): one for one in sets}
    return list(kept.values())[:MAX_STARTS]


def _started(shell: Shell, env: dict[str, str]) -> Shell:
    """The script with some variables set."""
    known: dict[int, dict[str, str]] = {}

    def step_with(step: Step) -> Step:
        full = known.setdefault(id(step.env), {**step.env, **env})
        return msgspec.structs.replace(step, env=full)

    steps = tuple((position, step_with(step)) for position, step in shell.steps)
    return Shell(text=shell.text, steps=steps, starts=shell.starts) if env else shell


def each_once(found: Iterable[tuple[int, Activity]]) -> Iterator[tuple[int, Activity]]:
    """What several starts of one script run, each thing once; of two that differ only in their teeth the one that bites stays."""
    kept: dict[tuple[object, ...], tuple[int, Activity]] = {}
    for position, activity in found:
        words = activity.command.argv if activity.command is not None else ()
        key = (position, activity.kind, activity.name, words, activity.chain, activity.disabled)
        if key not in kept or (activity.blocking and not kept[key][1].blocking):
            kept[key] = (position, activity)
    yield from kept.values()
