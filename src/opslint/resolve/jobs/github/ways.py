"""The ways a GitHub job is started with inputs: by events, by hand, and by each workflow that calls its own."""

from __future__ import annotations

from collections.abc import Mapping as Values

import msgspec

from opslint.model.activity import Hop
from opslint.model.pipeline import Event, Job, Pipeline, Step, StepKind
from opslint.parse.github.conditions import events_reaching
from opslint.parse.github.matrix import value_of
from opslint.parse.github.values import UNKNOWN, Value, word_of
from opslint.resolve.calls import Calls, PipelineKey, key_of, local_path
from opslint.resolve.jobs.github.facts import all_filled
from opslint.resolve.jobs.github.legs import job_legs, variants
from opslint.source.node import Mapping, Node, Scalar, Sequence, strings_of
from opslint.source.words.late import late

MAX_WAYS = 40
"""Ways one job is read with."""
MAX_NESTED = 10
"""Workflows that call one another; GitHub's own bound."""
MAX_NODES = 20_000
MAX_CHOICES = 12
"""Combinations of options that are offered to a person."""

CALLED, BY_HAND = "workflow_call", "workflow_dispatch"



class Input(msgspec.Struct, frozen=True):
    """An input as a workflow declares it."""

    kind: str = "string"
    default: Node | None = None
    options: tuple[str, ...] = ()


Declared = dict[str, Input]
"""The inputs of a workflow by name in lower case."""

_INPUT = late(r"\binputs\s*(?:\.\s*([A-Za-z_][\w-]*)|\[\s*'([\w-]+)'\s*\])")
_RUNS_ANYWAY = ("always()", "cancelled()", "failure()")


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """One way a job is started.

    Shape: `facts` are the inputs it has, `decided` those that are certain (a person may choose others than the defaults);
           `hops` lead through the workflows that call it.
    """

    events: frozenset[Event]
    facts: dict[str, Value] = {}
    decided: dict[str, Value] = {}
    hops: tuple[Hop, ...] = ()


class Ways:
    """The ways of every job of the workflows of a tree."""

    def __init__(self, calls: Calls) -> None:
        self._sites: dict[PipelineKey, list[tuple[Pipeline, Job, Step]]] = {}
        self._inputs: dict[tuple[PipelineKey, str], Declared] = {}
        by_path = {one.path: key_of(one) for one in calls.pipelines if one.kind == "github.workflow"}
        for pipeline in calls.pipelines:
            for job in pipeline.jobs if pipeline.kind == "github.workflow" else ():
                for step in job.steps if not job.disabled else ():
                    target = by_path.get(local_path(step.uses)) if step.uses.startswith("./") else None
                    if target is not None and step.kind is StepKind.WORKFLOW:
                        self._sites.setdefault(target, []).append((pipeline, job, step))

    def of(self, pipeline: Pipeline, job: Job) -> list[Way]:
        """The ways of a job that names inputs of its workflow, each with other values; none where no input makes a difference.

        Shape: one without events where none of them gets to the job.
        """
        declared = {**self._declared(pipeline, CALLED), **self._declared(pipeline, BY_HAND)}
        names = _named(pipeline, job, declared) if declared else frozenset()
        if not names:
            return []
        found: dict[tuple[object, ...], Way] = {}
        for way in self._ways(pipeline, job, ()):
            facts = {path: way.facts[path] for path in sorted(way.facts) if path.removeprefix("inputs.") in names}
            key = tuple((path, word_of(value), path in way.decided) for path, value in facts.items())
            before = found.get(key)
            found[key] = way if before is None else _both(before, way)
            if len(found) >= MAX_WAYS:
                break
        if not found:
            return [Way(events=frozenset())]
        return sorted(found.values(), key=lambda way: not way.events - {Event.MANUAL})

    def _ways(self, pipeline: Pipeline, job: Job, above: tuple[PipelineKey, ...]) -> list[Way]:
        """Every way of a job, callers of callers included."""
        by_hand = self._declared(pipeline, BY_HAND)
        declared = {**self._declared(pipeline, CALLED), **by_hand}
        own = job.events - {Event.CALL}
        empty: dict[str, Value] = {f"inputs.{name}": "" for name in declared}
        ways: list[Way] = []
        if own - {Event.MANUAL}:
            events = _reached(pipeline, job, own - {Event.MANUAL}, empty)
            if events:
                ways.append(Way(events=events, facts=empty, decided=empty))
        if Event.MANUAL in own:
            absent = {path: value for path, value in empty.items() if path.removeprefix("inputs.") not in by_hand}
            events = _reached(pipeline, job, frozenset({Event.MANUAL}), absent)
            for chosen in _choices(by_hand):
                told = {**absent, **chosen, **{f"github.event.{path}": value for path, value in chosen.items()}}
                ways.append(Way(events=events, facts=told, decided=absent))
        key = key_of(pipeline)
        if Event.CALL not in job.events or key in above or len(above) >= MAX_NESTED:
            return ways
        for caller, calling, step in self._sites.get(key, ()):
            for way in self._ways(caller, calling, (*above, key)):
                ways.extend(self._called(pipeline, job, way, calling, step))
                if len(ways) >= MAX_WAYS * 4:
                    return ways
        return ways

    def _called(self, pipeline: Pipeline, job: Job, way: Way, calling: Job, step: Step) -> list[Way]:
        """The ways one call starts a job: one for each distinct set of inputs."""
        declared = self._declared(pipeline, CALLED)
        hop = Hop(path=calling.pipeline, line=step.span.line, text=f"uses: {step.uses}")
        found: list[Way] = []
        for leg in variants(job_legs(calling, way.facts), list(step.inputs.values())):
            given = {name.lower(): text for name, text in all_filled(step.inputs, {**way.facts, **leg}).items()}
            facts = {
                f"inputs.{name}": _given(given[name], one.kind) if name in given else _typed(one)
                for name, one in declared.items()
            }
            events = _reached(pipeline, job, way.events, facts)
            if events:
                found.append(Way(events=events, facts=facts, decided=facts, hops=(*way.hops, hop)))
        return found

    def _declared(self, pipeline: Pipeline, trigger: str) -> Declared:
        """The inputs a workflow declares for a trigger, by name in lower case."""
        key = (key_of(pipeline), trigger)
        if key not in self._inputs:
            triggers = pipeline.node.mapping("on") if pipeline.node is not None else None
            node = triggers.mapping(trigger) if triggers is not None else None
            inputs = node.mapping("inputs") if node is not None else None
            found: Declared = {}
            for name, _, one in inputs.items() if inputs is not None else ():
                found[name.lower()] = _declaration(one)
            self._inputs[key] = found
        return self._inputs[key]


def _both(one: Way, other: Way) -> Way:
    """Two ways with the same values: the events of both, told by the one that something starts."""
    chosen = one if one.events - {Event.MANUAL} else other
    return msgspec.structs.replace(chosen, events=one.events | other.events)


def _declaration(node: Node) -> Input:
    """One input of `workflow_call` or `workflow_dispatch`."""
    if not isinstance(node, Mapping):
        return Input()
    return Input(node.text("type") or "string", node.get("default"), strings_of(node.get("options")))


def _typed(one: Input) -> Value:
    """The default of an input by its type: without one a boolean is false, a number 0, everything else ""."""
    if isinstance(one.default, Scalar) and one.default.value != "":
        if "${{" in one.default.value or one.kind not in ("boolean", "number"):
            return _given(one.default.value, one.kind)
        return value_of(one.default)
    return False if one.kind == "boolean" else 0.0 if one.kind == "number" else ""


def _choices(declared: Declared) -> list[dict[str, Value]]:
    """What a person can start a workflow with: the default of each input, or each of its options; UNKNOWN where neither is given."""
    found: list[dict[str, Value]] = [{}]
    for name, one in declared.items():
        default = _typed(one)
        values: list[Value] = [UNKNOWN if default == "" and one.default is None else default]
        if one.kind == "choice" and 0 < len(one.options) * len(found) <= MAX_CHOICES:
            values = list(one.options)
        found = [{**told, f"inputs.{name}": value} for told in found for value in values]
    return found


def _given(text: str, kind: str) -> Value:
    """A value a caller gives, as the type of the input makes it."""
    if "${{" in text or "…" in text:
        return UNKNOWN
    if kind == "boolean":
        return {"true": True, "false": False}.get(text.strip().lower(), UNKNOWN)
    if kind == "number":
        try:
            return float(text)
        except ValueError:
            return UNKNOWN
    return text


def _reached(pipeline: Pipeline, job: Job, events: frozenset[Event], decided: Values[str, Value]) -> frozenset[Event]:
    """The events that reach a job with these inputs: past its own condition and those of the jobs it needs."""
    jobs = {one.id: one for one in pipeline.jobs}
    seen: set[str] = set()
    waiting = [job]
    while waiting and events:
        one = waiting.pop()
        if one.id in seen:
            continue
        seen.add(one.id)
        if one.condition:
            events = events_reaching(one.condition, events, pipeline.triggers, decided)[0]
        if not any(word in one.condition.replace(" ", "") for word in _RUNS_ANYWAY):
            waiting.extend(jobs[name] for name in one.needs if name in jobs)
    return events


def _named(pipeline: Pipeline, job: Job, declared: Declared) -> frozenset[str]:
    """The declared inputs that a job, what it needs or the variables of its workflow name."""
    jobs = {one.id: one for one in pipeline.jobs}
    nodes: list[Node] = [job.node] if job.node is not None else []
    nodes += [condition for name in job.needs if name in jobs and (condition := _condition(jobs[name])) is not None]
    env = pipeline.node.get("env") if pipeline.node is not None else None
    defaults = pipeline.node.get("defaults") if pipeline.node is not None else None
    nodes += [node for node in (env, defaults) if node is not None]
    found: set[str] = set()
    for _ in range(MAX_NODES):
        if not nodes:
            break
        node = nodes.pop()
        if isinstance(node, Scalar):
            if "inputs" in node.value:
                found.update((one[0] or one[1]).lower() for one in _INPUT.findall(node.value))
        elif isinstance(node, Sequence):
            nodes.extend(node.items)
        else:
            nodes.extend(value for _, _, value in node.items())
    return frozenset(found & set(declared))


def _condition(job: Job) -> Node | None:
    return job.node.get("if") if job.node is not None else None
