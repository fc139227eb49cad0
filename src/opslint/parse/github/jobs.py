"""The jobs of a GitHub workflow, each with the events that reach it."""

from __future__ import annotations

import msgspec

from opslint.model.pipeline import Event, Image, Job, Platform, Trigger
from opslint.parse.github.steps import call_step, default_shell, soft_reason, steps_of
from opslint.parse.values.bounds import Bounds
from opslint.parse.values.images import image_from
from opslint.parse.values.places import span_of, texts_of
from opslint.source.node import Mapping, Node, Scalar, is_null, strings_of, text_of
from opslint.source.span import Span

MAX_JOBS = 2_000
_STATUS_WORDS = ("always()", "cancelled()", "failure()")


def jobs_of(path: str, workflow: Mapping, triggers: tuple[Trigger, ...], bounds: Bounds) -> tuple[Job, ...]:
    """Read every job of a workflow; what a job needs also limits the events that reach it.

    Source: GitHub Actions, "Workflow syntax: jobs".
    """
    nodes = workflow.mapping("jobs")
    if nodes is None:
        return ()
    env = texts_of(workflow.mapping("env"))
    shell = default_shell(workflow)
    found: dict[str, Job] = {}
    for name, key, node in nodes.items():
        if isinstance(node, Mapping) and len(found) < MAX_JOBS:
            found[name] = _job(path, name, key, node, env, shell, triggers, bounds)
    return _confined(found)


def _job(
    path: str,
    name: str,
    key: Scalar,
    node: Mapping,
    env: dict[str, str],
    shell: str,
    triggers: tuple[Trigger, ...],
    bounds: Bounds,
) -> Job:
    variables = bounds.merged(env, texts_of(node.mapping("env")))
    condition = text_of(node.get("if")) or ""
    sent = frozenset(event for trigger in triggers for event in trigger.events)
    events, when = _reaching(condition, sent, triggers)
    runner = _runner(node.get("runs-on"))
    shell = default_shell(node) or shell or _platform_shell(runner)
    strategy = node.mapping("strategy")
    matrix = strategy.mapping("matrix") if strategy is not None else None
    uses = node.get("uses")
    calls = isinstance(uses, Scalar) and not is_null(uses)
    soft_why = "" if calls else soft_reason(node.get("continue-on-error"), matrix)
    environment, environment_span = _environment(path, node)
    return Job(
        id=name,
        name=node.text("name") or name,
        span=span_of(path, key),
        platform=Platform.GITHUB,
        pipeline=path,
        events=events,
        steps=(call_step(path, node, uses),)
        if calls and isinstance(uses, Scalar)
        else steps_of(path, node.get("steps"), variables, shell, bounds, matrix),
        condition=condition,
        needs=strings_of(node.get("needs")),
        environment=environment,
        environment_span=environment_span,
        images=_images(path, node),
        may_fail=bool(soft_why),
        may_fail_why=soft_why,
        timeout=node.text("timeout-minutes") or "",
        timeout_span=_key_span(path, node, "timeout-minutes"),
        disabled=_disabled(condition, events, triggers),
        runs_always=when,
        variables=variables,
        shell=shell,
        runner=runner,
        node=node,
    )


def _reaching(condition: str, sent: frozenset[Event], triggers: tuple[Trigger, ...]) -> tuple[frozenset[Event], str]:
    """The events that get past a job's condition, all of them where it has none, and whether it lets failed runs in."""
    if not condition:
        return sent, ""
    from opslint.parse.github.conditions import events_reaching

    return events_reaching(condition, sent, triggers)


def _disabled(condition: str, events: frozenset[Event], triggers: tuple[Trigger, ...]) -> str:
    """Why a job can never run, "" where it can."""
    if events:
        return ""
    if not triggers:
        return "nothing starts this workflow: it has no trigger"
    shown = " ".join(condition.split())
    from opslint.parse.github.conditions import condition_of

    if condition_of(condition).alone is False:
        return f"its `if: {shown}` never holds"
    return f"its `if: {shown}` waits for an event that no trigger of the workflow sends"


def _confined(jobs: dict[str, Job]) -> tuple[Job, ...]:
    """Take from every job the events that reach none of its runs because a job it needs is skipped.

    A job whose `if` has `always()`, `cancelled()` or `failure()` runs although a needed one was skipped, so it keeps its own.
    """
    done: dict[str, Job] = {}
    for name in _needs_first(jobs):
        job = jobs[name]
        done[name] = job
        if any(word in job.condition.replace(" ", "") for word in _STATUS_WORDS):
            continue
        for needed in job.needs:
            upstream = done.get(needed)
            if upstream is None or needed == name or job.disabled:
                continue
            events = _common(job.events, upstream.events)
            reason = "" if events else _skipped_reason(upstream)
            job = done[name] = msgspec.structs.replace(job, events=events, disabled=reason)
    return tuple(done[name] for name in jobs)


def _skipped_reason(upstream: Job) -> str:
    if upstream.disabled:
        return f'it needs "{upstream.id}", which cannot run'
    return f'it needs "{upstream.id}", which runs on other events only'


def _common(first: frozenset[Event], second: frozenset[Event]) -> frozenset[Event]:
    """Events in both, where a push to any branch has pushes to the default branch in it."""
    both = first & second
    for one, other in ((first, second), (second, first)):
        if Event.PUSH in one and Event.PUSH_DEFAULT in other and Event.PUSH not in both:
            both |= {Event.PUSH_DEFAULT}
    return both


def _needs_first(jobs: dict[str, Job]) -> list[str]:
    """Job ids, each after those it needs; a cycle, which GitHub refuses, is cut where it is met."""
    order: list[str] = []
    state: dict[str, bool] = {}
    for root in jobs:
        stack: list[tuple[str, bool]] = [(root, False)]
        while stack:
            name, ready = stack.pop()
            if ready:
                order.append(name)
                continue
            if name in state or name not in jobs:
                continue
            state[name] = True
            stack.append((name, True))
            stack.extend((needed, False) for needed in reversed(jobs[name].needs))
    return order


def _environment(path: str, node: Mapping) -> tuple[str, Span | None]:
    """The name of `environment:`, given as a word or as a mapping with `name`."""
    value = node.get("environment")
    if is_null(value):
        return "", None
    name = value.text("name") if isinstance(value, Mapping) else text_of(value)
    return name or "", _key_span(path, node, "environment") if name else None


def _images(path: str, node: Mapping) -> tuple[Image, ...]:
    """The job's own container and its services."""
    found: list[Image] = []
    container = _image_scalar(node.get("container"))
    if container is not None:
        found.extend(image_from(text, span_of(path, container)) for text in _by_leg(container.value, node))
    services = node.mapping("services")
    for _, _, value in services.items() if services is not None else ():
        image = _image_scalar(value)
        if image is not None:
            found.extend(image_from(text, span_of(path, image), "service") for text in _by_leg(image.value, node))
    return tuple(found)


def _by_leg(image: str, node: Mapping) -> tuple[str, ...]:
    """An image as the legs of the job's matrix start it; one that is not set in a leg is none there."""
    if "${{" not in image or "matrix." not in image:
        return (image,)
    from opslint.parse.github.matrix import texts_by_leg

    return tuple(text for text in texts_by_leg(image, node) if text.strip())


def _image_scalar(node: Node | None) -> Scalar | None:
    value = node.get("image") if isinstance(node, Mapping) else node
    return value if isinstance(value, Scalar) and text_of(value) else None


def _runner(node: Node | None) -> tuple[str, ...]:
    """`runs-on` as labels; of the form with `group` and `labels` both."""
    if isinstance(node, Mapping):
        return strings_of(node.get("labels")) + tuple(f"group:{text}" for text in strings_of(node.get("group")))
    return strings_of(node)


def _platform_shell(runner: tuple[str, ...]) -> str:
    """PowerShell is what a Windows runner starts where no shell is named."""
    return "pwsh" if any(label.lower().startswith("windows") for label in runner) else ""


def _key_span(path: str, node: Mapping, key: str) -> Span | None:
    scalar = node.key(key)
    return span_of(path, scalar) if scalar is not None else None
