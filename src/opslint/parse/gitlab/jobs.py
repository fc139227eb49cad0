"""The jobs of a GitLab pipeline, from its expanded mapping."""

from __future__ import annotations

import msgspec

from opslint.model.pipeline import Job, Platform
from opslint.parse.gitlab.context import ALONE, Context
from opslint.parse.gitlab.extends import inherited_variables, references_in
from opslint.parse.gitlab.includes import needed_jobs
from opslint.parse.gitlab.keywords import DEFAULT_STAGES, MAX_ITEMS, Where, flat_items, jobs_in
from opslint.parse.gitlab.steps import images_of, reports_of, steps_of
from opslint.parse.gitlab.variables import matrix_of, ruled_variables, variables_of
from opslint.parse.gitlab.when.rules import Flow, Reach, flow_of, reach_of
from opslint.parse.values.bounds import Bounds
from opslint.source.node import Mapping, Node, Scalar, boolean_of, strings_of, text_of
from opslint.source.span import Span

MAX_CODE_DIGITS = 10
"""Digits of an exit code; Windows has codes of ten."""

HIDDEN_WHY = "a hidden job that nothing extends"


def stages_of(top: Mapping) -> tuple[str, ...]:
    """The stages in the order they run, with `.pre` and `.post` around them."""
    node = top.get("stages") or top.get("types")
    named = tuple(item.value for item in flat_items(node) if isinstance(item, Scalar)) if node is not None else DEFAULT_STAGES
    return (".pre", *(name for name in named if name not in {".pre", ".post"}), ".post")


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the whole pipeline while its jobs are read.

    Shape: `top` is what `expand_jobs` makes, `written` the same mapping with `extends` merged but references still in place;
           `path` the pipeline's file; `variables` the top-level ones, `settled` those of them that conditions may rely on and
           `changing` the names that `workflow:rules` set one way or another; `idle` the hidden jobs nothing takes anything from;
           `context` what the pipeline is part of.
    """

    top: Mapping
    written: Mapping
    path: str
    where: Where
    flow: Flow
    bounds: Bounds
    variables: dict[str, str]
    settled: dict[str, str]
    changing: frozenset[str]
    idle: frozenset[str]
    context: Context


def jobs_of(
    top: Mapping,
    written: Mapping,
    path: str,
    where: Where,
    bounds: Bounds,
    *,
    idle: frozenset[str] = frozenset(),
    ruled_elsewhere: tuple[str, ...] = (),
    context: Context = ALONE,
) -> tuple[tuple[Job, ...], Flow]:
    """Read every job of an expanded pipeline, and the kinds of pipelines it makes.

    Shape: see `Reading`; `ruled_elsewhere` as in `flow_of`.
    """
    variables, changing = {**variables_of(top.mapping("variables")), **context.variables}, _changing(top)
    settled = {name: value for name, value in variables.items() if name not in changing} if changing else variables
    flow = flow_of(top, settled, bounds, ruled_elsewhere, context)
    reading = Reading(
        top=top,
        written=written,
        path=path,
        where=where,
        flow=flow,
        bounds=bounds,
        variables=variables,
        settled=settled,
        changing=changing,
        idle=idle,
        context=context,
    )
    found: list[Job] = []
    for name, key, node in jobs_in(top):
        if len(found) == MAX_ITEMS:
            break
        found.append(_job(name, key, node, reading))
    return _gated(tuple(found), stages_of(top)), flow


def _changing(top: Mapping) -> frozenset[str]:
    """The variables that `workflow:rules` set one way or another."""
    workflow = top.mapping("workflow")
    rules = flat_items(workflow.get("rules")) if workflow is not None else []
    return frozenset(name for rule in rules if isinstance(rule, Mapping) for name in rule.mapping("variables") or ())


def _job(name: str, key: Scalar, node: Mapping, reading: Reading) -> Job:
    where, bounds = reading.where, reading.bounds
    own = {**variables_of(node.mapping("variables")), **reading.context.variables}
    variables = bounds.merged(inherited_variables(reading.variables, node), own)
    settled = _settled(own, variables, node, reading)
    hidden = name.startswith(".")
    if hidden:
        reach = Reach(events=frozenset(), disabled=HIDDEN_WHY if name in reading.idle else "")
    else:
        keys = reading.context.confined.get(name)
        flow = reading.flow if keys is None else reading.flow.within(keys)
        reach = reach_of(node, flow, settled)
    environment, environment_span = _environment(node, where)
    needs, needs_nothing = needed_jobs(node.get("needs"))
    source = reading.written.get(name)
    timeout_key = node.key("timeout")
    return Job(
        id=name,
        name=name,
        span=where(key),
        platform=Platform.GITLAB,
        pipeline=reading.path,
        events=reach.events,
        steps=steps_of(node, variables, where, bounds),
        stage=node.text("stage") or "test",
        condition=_condition(node),
        needs=needs,
        needs_nothing=needs_nothing,
        environment=environment,
        environment_span=environment_span,
        images=images_of(node, where, _lasting(settled, node)),
        manual=reach.manual,
        may_fail=reach.may_fail,
        may_fail_why=reach.may_fail_why,
        when=node.text("when") or "on_success",
        allow_failure=_allow_failure(node),
        allowed_exit_codes=_exit_codes(node.get("allow_failure")),
        timeout=node.text("timeout") or "",
        timeout_span=where(timeout_key) if timeout_key is not None else None,
        disabled=reach.disabled,
        hidden=hidden,
        runs_always=reach.when,
        variables=variables,
        reports=reports_of(node, where),
        inherits=strings_of(node.get("extends")),
        references=references_in(source) if source is not None else (),
        runner=strings_of(node.get("tags")),
        node=node,
    )


def _settled(own: dict[str, str], variables: dict[str, str], node: Mapping, reading: Reading) -> dict[str, str]:
    """The variables of a job that its conditions may rely on."""
    if not reading.changing:
        return variables
    kept = {name: value for name, value in own.items() if name not in reading.changing}
    return reading.bounds.merged(inherited_variables(reading.settled, node), kept)


def _lasting(settled: dict[str, str], node: Mapping) -> dict[str, str]:
    """The variables of a job that neither its rules nor its matrix set one way or another."""
    changing = {name for told in ruled_variables(node.get("rules")) for name in told} | {name for row in matrix_of(node) for name in row}
    return {name: value for name, value in settled.items() if name not in changing} if changing else settled


def _allow_failure(node: Mapping) -> bool:
    """Whether a job may fail by its own words, or because a person starts it: with `rules` that says nothing."""
    own = boolean_of(node.get("allow_failure"))
    return own if own is not None else node.text("when") == "manual" and "rules" not in node


def _exit_codes(node: Node | None) -> tuple[int, ...]:
    """The codes of `allow_failure:exit_codes`, one or a list."""
    words = strings_of(node.get("exit_codes")) if isinstance(node, Mapping) else ()
    return tuple(int(word) for word in words if word.isdecimal() and word.isascii() and len(word) <= MAX_CODE_DIGITS)


def _condition(node: Mapping) -> str:
    """The conditions as one text: the `if` of each rule in order, or the words of `only`."""
    rules = [rule.text("if") for rule in flat_items(node.get("rules")) if isinstance(rule, Mapping)]
    written = [text for text in rules if text]
    return " | ".join(written) if written else " ".join(strings_of(node.get("only")))


def _environment(node: Mapping, where: Where) -> tuple[str, Span | None]:
    """The name of `environment:`, given as a word or as a mapping with `name`."""
    key, value = node.key("environment"), node.get("environment")
    name = value.text("name") if isinstance(value, Mapping) else text_of(value)
    return (name, where(key)) if name and key is not None else ("", None)


def _gated(jobs: tuple[Job, ...], stages: tuple[str, ...]) -> tuple[Job, ...]:
    """Mark the jobs that wait for a person after automatic jobs: in an earlier stage, or among those they need."""
    place = {stage: index for index, stage in enumerate(stages)}
    automatic = {job.id: place.get(job.stage, 0) for job in jobs if not (job.manual or job.hidden or job.disabled)}
    first = min(automatic.values(), default=len(stages))

    def waits(job: Job) -> bool:
        if job.needs or job.needs_nothing:
            return any(needed in automatic for needed in job.needs)
        return first < place.get(job.stage, 0)

    return tuple(msgspec.structs.replace(job, manual_gate=True) if job.manual and waits(job) else job for job in jobs)
