"""What one template does: its steps and its images."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator

import msgspec

from opslint.model.pipeline import Image, Step, StepKind
from opslint.parse.argo.calls import Call
from opslint.parse.argo.commands import interpreter_of, script_of
from opslint.parse.values.images import image_from
from opslint.parse.values.places import at, mappings_of, span_of, text_at, texts_of
from opslint.source.node import Mapping, Scalar, is_null, scalars_of, text_of

UNKNOWN = "…"
"""Stands for a value that is not in the file (a secret, a field reference)."""


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """What a template does by itself."""

    steps: tuple[Step, ...] = ()
    images: tuple[Image, ...] = ()
    manual_gate: bool = False


def work_of(path: str, template: Mapping) -> Work:
    """Read every template type: container, script, containerSet, resource, http, plugin, data, suspend, init and side containers.

    Shape: `section` of a step is the template's key (`container`, `script`, `init`, `sidecar`, `containerSet`, `resource`, …);
           `resource`, `http`, `data` and `plugin` are ACTION steps that use `argo/resource`, `argo/http`, `argo/data`,
           `argo/plugin/NAME`.
    Source: Argo Workflows field reference, Template.
    """
    steps: list[Step] = []
    images: list[Image] = []
    for node in mappings_of(template.get("initContainers")):
        _container(path, node, "init", "init", steps, images)
    container = template.mapping("container")
    if container is not None:
        _container(path, container, "container", "job", steps, images)
    script = template.mapping("script")
    if script is not None:
        _script(path, script, steps, images)
    for node in mappings_of(at(template, "containerSet", "containers")):
        _container(path, node, "containerSet", "step", steps, images)
    for node in mappings_of(template.get("sidecars")):
        _container(path, node, "sidecar", "sidecar", steps, images)
    steps.extend(_actions(path, template))
    suspend = template.get("suspend")
    gate = False
    if "suspend" in template and (isinstance(suspend, Mapping) or is_null(suspend)):
        duration = text_at(suspend, "duration") or ""
        gate = duration in {"", "0"}
        inputs = {"duration": duration} if duration else {}
        key = template.key("suspend")
        steps.append(Step(kind=StepKind.NOTHING, span=span_of(path, key), section="suspend", inputs=inputs, node=suspend))
    return Work(steps=tuple(steps), images=tuple(images), manual_gate=gate)


def call_steps(path: str, calls: Iterable[Call]) -> Iterator[Step]:
    """One WORKFLOW step for each call."""
    for call in calls:
        when = call.mode if call.mode in {"on-failure", "always"} else ""
        place = call.node.get("name") or call.node.get("template")
        yield Step(
            kind=StepKind.WORKFLOW,
            span=span_of(path, place if isinstance(place, Scalar) else call.node),
            id=call.name,
            name=call.name,
            section=call.section,
            uses=call.uses,
            inputs=call.arguments,
            condition=call.condition,
            may_fail=bool(call.soft_why),
            may_fail_why=call.soft_why,
            when=when,
            node=call.node,
        )


def _container(path: str, node: Mapping, section: str, role: str, steps: list[Step], images: list[Image]) -> None:
    """A container: its image, and what its command and arguments run."""
    image = node.get("image")
    words = scalars_of(node.get("command"))
    arguments = scalars_of(node.get("args"))
    name = node.text("name") or ""
    soft = section == "sidecar"
    why = "a sidecar's exit status does not count" if soft else ""
    env = _environment(node)
    reference: Image | None = None
    if isinstance(image, Scalar) and text_of(image):
        reference = image_from(image.value, span_of(path, image), role)
        images.append(reference)
    script = script_of([*words, *arguments]) if words else None
    if script is not None:
        steps.append(
            Step(
                kind=StepKind.RUN,
                span=span_of(path, script.node),
                id=name,
                name=name,
                section=section,
                script=script.text,
                script_node=script.node,
                shell=script.shell,
                env=env,
                may_fail=soft,
                may_fail_why=why,
                node=node,
            )
        )
    elif reference is not None:
        steps.append(
            Step(
                kind=StepKind.IMAGE,
                span=reference.span,
                id=name,
                name=name,
                section=section,
                uses=reference.name,
                version=reference.digest or reference.tag or None,
                inputs={"args": _joined(arguments)} if arguments else {},
                env=env,
                may_fail=soft,
                may_fail_why=why,
                node=node,
            )
        )


def _script(path: str, node: Mapping, steps: list[Step], images: list[Image]) -> None:
    """A script template: `source` read by `command`."""
    image = node.get("image")
    if isinstance(image, Scalar) and text_of(image):
        images.append(image_from(image.value, span_of(path, image), "job"))
    source = node.get("source")
    if not isinstance(source, Scalar):
        return
    steps.append(
        Step(
            kind=StepKind.RUN,
            span=span_of(path, source),
            section="script",
            script=source.value,
            script_node=source,
            shell=interpreter_of(scalars_of(node.get("command"))),
            env=_environment(node),
            node=node,
        )
    )


def _actions(path: str, template: Mapping) -> Iterator[Step]:
    """The template types that hand work to the controller or an agent."""
    for key in ("resource", "http", "data"):
        node = template.mapping(key)
        if node is not None:
            yield _action(path, template, key, f"argo/{key}", texts_of(node), node)
    plugin = template.mapping("plugin")
    for name, _, settings in plugin.items() if plugin is not None else ():
        inputs = texts_of(settings) if isinstance(settings, Mapping) else {}
        yield _action(path, template, "plugin", f"argo/plugin/{name}", inputs, plugin)


def _action(path: str, template: Mapping, key: str, uses: str, inputs: dict[str, str], node: Mapping | None) -> Step:
    return Step(kind=StepKind.ACTION, span=span_of(path, template.key(key)), section=key, uses=uses, inputs=inputs, node=node)


def _environment(node: Mapping) -> dict[str, str]:
    """`env` as name → value; one that comes from elsewhere has the value "…"; a whole `envFrom` source is not known."""
    found: dict[str, str] = {}
    for variable in mappings_of(node.get("env")):
        name = variable.text("name")
        if name:
            value = text_of(variable.get("value"))
            found[name] = value if value is not None else UNKNOWN if "valueFrom" in variable else ""
    return found


def _joined(words: list[Scalar]) -> str:
    return shlex.join(word.value for word in words)
