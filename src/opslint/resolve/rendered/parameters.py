"""Argo Workflows with their parameters filled in: each template as the calls that reach it give them, as far as they are literal."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from opslint.model.pipeline import Job, Pipeline, Platform, Step, StepKind
from opslint.parse.argo.templates import work_of
from opslint.parse.values.places import at, mapping_at, mappings_of
from opslint.parse.values.sourced import SourcedScalar, sourced
from opslint.source.node import Mapping, Node, Scalar, Sequence, boolean_of, path_of, text_of
from opslint.source.span import Span
from opslint.source.words.late import late

PLACE = late(r"\{\{\s*((?:workflow|inputs)\.parameters\.[\w.-]{1,200}|item(?:\.[\w.-]{1,100})?)\s*\}\}")
CALLED = ("argo.workflowtemplate", "argo.clusterworkflowtemplate")
MAX_FORMS = 16
"""So many different sets of parameters of one template are told apart."""
MAX_CALLS = 50_000
MAX_WAY = 8
MAX_ITEMS = 16

Place = tuple[int, str]
"""Number of the pipeline, id of the template."""


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """One set of parameters: `workflow.parameters.x` and `inputs.parameters.x` by name; `way` are the calls that gave them."""

    values: dict[str, Scalar]
    way: tuple[tuple[Span, str], ...] = ()

    def mark(self) -> frozenset[tuple[str, str]]:
        """What tells two sets apart."""
        return frozenset((name, scalar.value) for name, scalar in self.values.items())


def with_parameters(pipelines: tuple[Pipeline, ...]) -> tuple[Pipeline, ...]:
    """The pipelines, those of Argo with literal parameters in their images, commands and scripts.

    Shape: a template that is called with several sets of parameters has the steps of each, one after the other; `called` of a step
           are the calls that gave it its parameters. What cannot be known stays `{{…}}`.
    Source: Argo Workflows, "Parameters", "Loops", "Workflow Templates", "Workflow Variables".
    """
    if not any(_asks(job) for one in pipelines if one.platform is Platform.ARGO and not one.aside for job in one.jobs):
        return pipelines
    return tuple(_Parameters(pipelines).filled())


class _Parameters:
    def __init__(self, pipelines: tuple[Pipeline, ...]) -> None:
        self.pipelines = pipelines
        self.jobs: dict[Place, Job] = {}
        self.called: dict[tuple[str, str], list[int]] = {}
        self.sets: dict[Place, dict[frozenset[tuple[str, str]], Given]] = {}
        self.waiting: list[tuple[Place, Given]] = []
        for number, pipeline in enumerate(pipelines):
            if pipeline.platform is not Platform.ARGO or pipeline.aside:
                continue
            if pipeline.kind in CALLED:
                self.called.setdefault((pipeline.kind, pipeline.name), []).append(number)
            self.jobs.update({(number, job.id): job for job in pipeline.jobs})

    def filled(self) -> Iterator[Pipeline]:
        """The pipelines in their order."""
        self._start()
        self._spread()
        for place in self.jobs:  # nothing in the tree calls these: they have their own defaults
            if place not in self.sets and self.pipelines[place[0]].kind in CALLED:
                self._give(place, Given(values=_own(self.pipelines[place[0]])), None)
        self._spread()
        for number, pipeline in enumerate(self.pipelines):
            jobs = tuple(self._job((number, job.id), job) for job in pipeline.jobs)
            same = all(new is old for new, old in zip(jobs, pipeline.jobs, strict=True))
            yield pipeline if same else msgspec.structs.replace(pipeline, jobs=jobs)

    def _start(self) -> None:
        """Begin with what runs by itself: the entry points and handlers of Workflows, of those they are made from too."""
        for number, pipeline in enumerate(self.pipelines):
            if pipeline.platform is not Platform.ARGO or pipeline.aside or pipeline.kind in CALLED:
                continue
            values = _own(pipeline)
            self._enter(number, Given(values=values))
            for include in pipeline.includes:
                kind = {"workflow-template": CALLED[0], "cluster-workflow-template": CALLED[1]}.get(include.kind, "")
                for target in self.called.get((kind, include.name), ()):
                    own = {**_own(self.pipelines[target]), **values}
                    for name in _open(_spec(pipeline), "workflow.parameters."):
                        own.pop(name, None)
                    self._enter(target, Given(values=own, way=((include.span, f"workflowTemplateRef: {include.name}"),)))

    def _enter(self, number: int, given: Given) -> None:
        spec = _spec(self.pipelines[number])
        entry = spec.text("entrypoint") if spec is not None else None
        names = {entry, spec.text("onExit") if spec is not None else None}
        names |= {hook.text("template") for _, _, hook in _hooks(spec)}
        for job in self.pipelines[number].jobs:
            if job.id in names or (entry is None and not job.hidden):
                self._give((number, job.id), given, None)

    def _give(self, place: Place, given: Given, call: Step | None) -> None:
        """Hand a template a set of parameters, with the defaults of its inputs for those the call does not speak of."""
        job = self.jobs.get(place)
        known = self.sets.setdefault(place, {})
        if job is None or len(known) > MAX_FORMS:
            return
        values = dict(given.values)
        silenced = {f"inputs.parameters.{name}" for name in _argument_names(call)}
        for parameter in mappings_of(at(job.node, "inputs", "parameters")):
            name = f"inputs.parameters.{parameter.text('name') or ''}"
            written = parameter.get("value") if text_of(parameter.get("value")) is not None else parameter.get("default")
            if name in values or name in silenced or not isinstance(written, Scalar) or text_of(written) is None:
                continue
            value = resolved(written, self.pipelines[place[0]].path, values)
            if value is not None:
                values[name] = value
        one = Given(values=values if len(known) < MAX_FORMS else {}, way=given.way if len(known) < MAX_FORMS else ())
        if one.mark() not in known:
            known[one.mark()] = one
            self.waiting.append((place, one))

    def _spread(self) -> None:
        """Follow the calls until no template gets a new set."""
        count = 0
        while self.waiting and count < MAX_CALLS:
            place, given = self.waiting.pop()
            for step in self.jobs[place].steps:
                if step.kind is StepKind.WORKFLOW:
                    for target in self._targets(place[0], step):
                        for one in _handed(step, self.pipelines[place[0]].path, given):
                            count += 1
                            self._give(target, one, step)

    def _targets(self, number: int, step: Step) -> list[Place]:
        owner, _, name = step.uses.partition("/")
        if owner == "template":
            return [(number, name)] if (number, name) in self.jobs else []
        cluster = boolean_of(at(step.node, "templateRef", "clusterScope")) is True
        found = self.called.get((CALLED[1] if cluster else CALLED[0], owner), ())
        return [(target, name) for target in found if (target, name) in self.jobs]

    def _job(self, place: Place, job: Job) -> Job:
        """A job with the steps of every set of parameters it is given."""
        sets = self.sets.get(place)
        if not sets or job.node is None or not _asks(job):
            return job
        pipeline = self.pipelines[place[0]]
        steps: dict[object, Step] = {}
        images = {}
        for given in sets.values():
            work = work_of(pipeline.path, _template(job.node, pipeline.path, given.values))
            for position, step in enumerate(work.steps):
                mark = (position, step.script, step.uses, step.version, tuple(step.inputs.items()), tuple(step.env.items()))
                steps.setdefault(mark, msgspec.structs.replace(step, called=given.way))
            images.update({(image.span, image.reference): image for image in work.images})
        calls = [step for step in job.steps if step.kind is StepKind.WORKFLOW]
        return msgspec.structs.replace(job, steps=(*steps.values(), *calls), images=tuple(images.values()))


def _asks(job: Job) -> bool:
    """Whether what a template runs asks for parameters."""
    if any("{{" in image.reference for image in job.images):
        return True
    return any("{{" in text for step in job.steps if step.kind is not StepKind.WORKFLOW
               for text in (step.script, step.uses, *step.inputs.values(), *step.env.values()))


def _spec(pipeline: Pipeline) -> Mapping | None:
    return mapping_at(pipeline.node, "spec", "workflowSpec") or mapping_at(pipeline.node, "spec")


def _hooks(spec: Mapping | None) -> list[tuple[str, Scalar, Mapping]]:
    hooks = spec.mapping("hooks") if spec is not None else None
    return [(name, key, hook) for name, key, hook in hooks.items() if isinstance(hook, Mapping)] if hooks is not None else []


def _own(pipeline: Pipeline) -> dict[str, Scalar]:
    """The parameters of a Workflow that its own file says; those a Sensor fills in when it submits it are not among them."""
    found: dict[str, Scalar] = {}
    for parameter in mappings_of(at(_spec(pipeline), "arguments", "parameters")):
        name, value = parameter.text("name"), parameter.get("value")
        if name in pipeline.variables and isinstance(value, Scalar) and "{{" not in value.value:
            found[f"workflow.parameters.{name}"] = _scalar(value, pipeline.path, value.value)
    return found


def _open(spec: Mapping | None, head: str) -> Iterator[str]:
    """The parameters a Workflow names without saying what they are: whoever submits it does."""
    for parameter in mappings_of(at(spec, "arguments", "parameters")):
        value = text_of(parameter.get("value"))
        if value is None or "{{" in value:
            yield head + (parameter.text("name") or "")


def _argument_names(call: Step | None) -> list[str]:
    node = call.node if call is not None else None
    return [parameter.text("name") or "" for parameter in mappings_of(at(node, "arguments", "parameters"))]


def _handed(step: Step, path: str, given: Given) -> Iterator[Given]:
    """The sets of parameters one call hands on: one, or one for each item of a list it goes through."""
    kept = {name: value for name, value in given.values.items() if name.startswith("workflow.")}
    words = [parameter for parameter in mappings_of(at(step.node, "arguments", "parameters")) if parameter.text("name")]
    for item in _items(step.node, path):
        known = {**given.values, **item}
        values = dict(kept)
        for parameter in words:
            written = parameter.get("value")
            value = resolved(written, path, known) if isinstance(written, Scalar) and text_of(written) is not None else None
            if value is not None:
                values[f"inputs.parameters.{parameter.text('name')}"] = value
        told = ", ".join(f"{name.rpartition('.')[2]}: {value.value.partition(chr(10))[0]}" for name, value in values.items()
                         if name.startswith("inputs."))
        words_told = f"{step.name or step.uses} ({told[:100]})" if told else step.name or step.uses
        yield Given(values=values, way=(*given.way, (step.span, words_told))[-MAX_WAY:])


def _items(node: Node | None, path: str) -> list[dict[str, Scalar]]:
    """What `{{item}}` stands for in each round of `withItems`; one round that knows nothing of it where there is none."""
    listed = node.get("withItems") if isinstance(node, Mapping) else None
    rounds: list[dict[str, Scalar]] = []
    for item in listed.items[:MAX_ITEMS] if isinstance(listed, Sequence) else ():
        if isinstance(item, Scalar):
            rounds.append({"item": _scalar(item, path, item.value)})
        elif isinstance(item, Mapping):
            rounds.append({f"item.{key}": _scalar(value, path, value.value) for key, _, value in item.items()
                           if isinstance(value, Scalar)})
    return rounds or [{}]


def resolved(written: Scalar, path: str, values: dict[str, Scalar]) -> Scalar | None:
    """A scalar with the parameters it asks for; None where one of them, or an expression, is not known."""
    text = _replaced(written.value, values)
    if "{{" in text:
        return None
    whole = PLACE.fullmatch(written.value.strip())
    return values[whole[1]] if whole else _scalar(written, path, text)


def _replaced(text: str, values: dict[str, Scalar]) -> str:
    return PLACE.sub(lambda match: values[match[1]].value if match[1] in values else match[0], text) if "{{" in text else text


def _scalar(node: Scalar, path: str, text: str) -> SourcedScalar:
    return SourcedScalar(text, node.style, node.tag, node.anchor, node.line, node.column, node.end_line, node.end_column,
                         path_of(node, path))


def _template(node: Mapping, path: str, values: dict[str, Scalar]) -> Mapping:
    """A template with its parameters; a script that is one parameter as a whole stands where that was written."""

    def change(scalar: Scalar) -> Node | None:
        text = _replaced(scalar.value, values)
        if text == scalar.value:
            return None
        whole = PLACE.fullmatch(scalar.value.strip())
        if whole and "\n" in text:
            return values[whole[1]]
        return _scalar(scalar, path, text)

    done = sourced(node, path, change)
    return done if isinstance(done, Mapping) else node

