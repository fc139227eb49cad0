"""Workflow, WorkflowTemplate, ClusterWorkflowTemplate, CronWorkflow and WorkflowEventBinding as pipelines."""

from __future__ import annotations

from opslint.model.pipeline import Event, Include, Job, Pipeline, Platform, Trigger
from opslint.parse.argo.calls import Call, calls_of, hook_call
from opslint.parse.argo.graph import Standing, standings
from opslint.parse.argo.templates import call_steps, work_of
from opslint.parse.values.places import at, key_span, mapping_at, mappings_of, span_of, text_at, texts_of
from opslint.source.node import Mapping, Scalar, boolean_of, strings_of
from opslint.source.span import Span

KINDS = frozenset({"Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate", "CronWorkflow"})
TEMPLATE_KINDS = frozenset({"WorkflowTemplate", "ClusterWorkflowTemplate"})
HOOK_ANNOTATION = "argocd.argoproj.io/hook"

MAX_TEMPLATES = 2_000
"""Templates read from one object, inline ones included."""
MAX_CALLS_IN_ALL = 20_000
"""Calls of one object after which no further template's are read."""


def parse_workflow(path: str, node: Mapping, aside: bool, triggers: tuple[Trigger, ...] = ()) -> Pipeline:
    """Read one Workflow object; `triggers` replace its own where a Sensor submits it.

    Shape: one Job for each template (an inline template is `PARENT.TASK`); `includes` hold a `workflowTemplateRef` as kind
           `workflow-template` or `cluster-workflow-template`; WORKFLOW steps use `template/NAME` for a template of the same
           object and `OBJECT/NAME` for a `templateRef` (the step's node tells `clusterScope`). `node` is the whole object.
           In a Workflow or CronWorkflow a template that nothing reaches is hidden; those of a WorkflowTemplate can all be
           called from outside.
    Source: Argo Workflows field reference.
    """
    kind = node.text("kind") or "Workflow"
    spec = mapping_at(node, "spec", "workflowSpec") if kind == "CronWorkflow" else node.mapping("spec")
    suspended = kind == "CronWorkflow" and boolean_of(at(node, "spec", "suspend")) is True
    triggers = triggers or _triggers(path, kind, node, suspended)
    events = frozenset(event for trigger in triggers for event in trigger.events)
    jobs = _jobs(path, spec, kind in TEMPLATE_KINDS, events) if spec is not None else ()
    return Pipeline(
        platform=Platform.ARGO,
        kind=f"argo.{kind.lower()}",
        path=path,
        name=_name(node),
        span=span_of(path, node),
        triggers=triggers,
        jobs=jobs,
        includes=_includes(path, spec),
        suspended=suspended,
        entry=kind not in TEMPLATE_KINDS,
        aside=aside,
        variables=_parameters(spec),
        node=node,
    )


def parse_binding(path: str, node: Mapping, aside: bool) -> Pipeline:
    """Read a WorkflowEventBinding: an event that reaches the server's API submits a WorkflowTemplate."""
    submit = mapping_at(node, "spec", "submit")
    selector = text_at(node, "spec", "event", "selector") or ""
    trigger = Trigger(
        name="event-binding",
        events=frozenset({Event.UPSTREAM}),
        span=span_of(path, mapping_at(node, "spec", "event") or node),
        filters={"selector": (selector,)} if selector else {},
    )
    return Pipeline(
        platform=Platform.ARGO,
        kind="argo.workfloweventbinding",
        path=path,
        name=_name(node),
        span=span_of(path, node),
        triggers=(trigger,),
        jobs=(),
        includes=_includes(path, submit),
        aside=aside,
        node=node,
    )


def _name(node: Mapping) -> str:
    return text_at(node, "metadata", "name") or text_at(node, "metadata", "generateName") or ""


def _parameters(spec: Mapping | None) -> dict[str, str]:
    """The workflow's own parameters that have a value, by name."""
    found: dict[str, str] = {}
    for parameter in mappings_of(at(spec, "arguments", "parameters")):
        name, value = parameter.text("name"), parameter.text("value")
        if name and value is not None:
            found[name] = value
    return found


def _triggers(path: str, kind: str, node: Mapping, suspended: bool) -> tuple[Trigger, ...]:
    """What starts the object as it is written here; who else reaches it is for a later stage to say."""
    key = span_of(path, node.get("kind"))
    if kind in TEMPLATE_KINDS:
        return (Trigger(name="templateRef", events=frozenset({Event.CALL}), span=key),)
    if kind == "CronWorkflow":
        schedule = at(node, "spec", "schedules") or at(node, "spec", "schedule")
        if suspended:
            place = span_of(path, at(node, "spec", "suspend"))
            return (Trigger(name="submit", events=frozenset({Event.MANUAL}), span=place),)
        crons = strings_of(schedule)
        place = span_of(path, schedule) if schedule is not None else key
        return (Trigger(name="cron", events=frozenset({Event.SCHEDULE}), span=place, filters={"cron": crons} if crons else {}),)
    hook = at(node, "metadata", "annotations", HOOK_ANNOTATION)
    if isinstance(hook, Scalar) and hook.value not in {"", "Skip"}:
        types = tuple(word.strip() for word in hook.value.split(","))
        return (
            Trigger(name="argocd-hook", events=frozenset({Event.RECONCILE}), span=span_of(path, hook), filters={"types": types}),
        )
    return (Trigger(name="submit", events=frozenset({Event.MANUAL}), span=key),)


def _includes(path: str, spec: Mapping | None) -> tuple[Include, ...]:
    """The WorkflowTemplate a Workflow, CronWorkflow or binding is made from."""
    reference = spec.mapping("workflowTemplateRef") if spec is not None else None
    name = reference.text("name") if reference is not None else None
    if spec is None or reference is None or not name:
        return ()
    cluster = boolean_of(reference.get("clusterScope")) is True
    kind = "cluster-workflow-template" if cluster else "workflow-template"
    return (Include(kind=kind, name=name, span=span_of(path, reference.get("name")), inputs=_parameters(spec)),)


def _templates(spec: Mapping) -> tuple[dict[str, Mapping], dict[str, list[Call]]]:
    """Every template by id with its calls, inline ones under the name of their parent and task."""
    templates: dict[str, Mapping] = {}
    calls: dict[str, list[Call]] = {}
    waiting: list[tuple[str, Mapping]] = []
    for position, template in enumerate(mappings_of(spec.get("templates"))):
        waiting.append((template.text("name") or f"template-{position + 1}", template))
    waiting.reverse()
    seen: set[int] = set()
    count = 0
    while waiting and len(templates) < MAX_TEMPLATES:
        name, template = waiting.pop()
        templates[name] = template
        calls[name] = [] if id(template) in seen or count > MAX_CALLS_IN_ALL else calls_of(name, template)
        count += len(calls[name])
        seen.add(id(template))
        inline = [(call.target, call.inline) for call in calls[name] if call.inline is not None]
        waiting.extend((target, node) for target, node in reversed(inline) if node is not None)
    return templates, calls


def _workflow_hooks(spec: Mapping) -> list[Call]:
    """The workflow's `onExit` and `hooks`, as calls."""
    found: list[Call] = []
    on_exit = spec.text("onExit")
    if on_exit:
        found.append(
            Call(name="onExit", uses=f"template/{on_exit}", target=on_exit, node=spec, section="exit-handler", mode="always")
        )
    hooks = spec.mapping("hooks")
    for name, _, hook in hooks.items() if hooks is not None else ():
        if isinstance(hook, Mapping):
            found.append(hook_call("hooks", name, hook))
    return found


def _jobs(path: str, spec: Mapping, callable_from_outside: bool, events: frozenset[Event]) -> tuple[Job, ...]:
    """One job for each template, and one for lifecycle hooks that call another object's template."""
    templates, calls = _templates(spec)
    hooks = _workflow_hooks(spec)
    entrypoint = spec.text("entrypoint") or ""
    names = list(templates)
    entries = [entrypoint] if entrypoint in templates else names
    handlers = {hook.target: hook.mode for hook in hooks if hook.target}
    found = standings(names, calls, entries, handlers)
    if callable_from_outside:
        outside = [name for name in names if not found[name].reached]
        if outside:
            found = {**standings(names, calls, outside, {}), **{name: one for name, one in found.items() if one.reached}}
    jobs = [_job(path, name, template, spec, calls[name], found[name], events) for name, template in templates.items()]
    away = [hook for hook in hooks if not hook.target]
    if away:
        jobs.append(
            Job(
                id="hooks",
                name="hooks",
                span=key_span(path, spec, "hooks") or span_of(path, spec),
                platform=Platform.ARGO,
                pipeline=path,
                events=events,
                steps=tuple(call_steps(path, away)),
                runs_always="on-failure" if all(hook.mode == "on-failure" for hook in away) else "always",
                needs=tuple(entries),
                node=spec.mapping("hooks"),
            )
        )
    return tuple(jobs)


def _job(
    path: str, name: str, template: Mapping, spec: Mapping, calls: list[Call], standing: Standing, events: frozenset[Event]
) -> Job:
    """One template as a job."""
    work = work_of(path, template)
    timeout, place = _deadline(path, template, spec)
    return Job(
        id=name,
        name=name,
        span=span_of(path, template.get("name") or template),
        platform=Platform.ARGO,
        pipeline=path,
        events=events,
        steps=(*work.steps, *call_steps(path, calls)),
        needs=standing.needs,
        images=work.images,
        manual_gate=work.manual_gate,
        may_fail=bool(standing.soft_why),
        may_fail_why=standing.soft_why,
        timeout=timeout,
        timeout_span=place,
        hidden=not standing.reached,
        runs_always=standing.runs_always,
        variables=_parameters_of_template(template),
        runner=tuple(f"{key}={value}" for key, value in texts_of(template.mapping("nodeSelector")).items()),
        node=template,
    )


def _parameters_of_template(template: Mapping) -> dict[str, str]:
    """Input parameters that have a default or a value, by name."""
    found: dict[str, str] = {}
    for parameter in mappings_of(at(template, "inputs", "parameters")):
        value = parameter.text("value")
        value = value if value is not None else parameter.text("default")
        name = parameter.text("name")
        if name and value is not None:
            found[name] = value
    return found


def _deadline(path: str, template: Mapping, spec: Mapping) -> tuple[str, Span | None]:
    """The nearest time limit: the template's, the defaults', the workflow's."""
    defaults = spec.mapping("templateDefaults")
    for holder, key in (
        (template, "activeDeadlineSeconds"),
        (template, "timeout"),
        (defaults, "activeDeadlineSeconds"),
        (defaults, "timeout"),
        (spec, "activeDeadlineSeconds"),
    ):
        value = holder.text(key) if holder is not None else None
        if holder is not None and value:
            return value, key_span(path, holder, key)
    return "", None
