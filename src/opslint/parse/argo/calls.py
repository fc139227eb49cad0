"""Which templates a template calls, in what order and under which conditions."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from opslint.parse.argo.depends import condition_mode, dependence_of
from opslint.parse.values.places import at, mappings_of
from opslint.source.node import Mapping, Sequence, boolean_of, strings_of, text_of

MAX_CALLS = 2_000
"""Calls read from one template."""


class Call(msgspec.Struct, kw_only=True):
    """One step, task or hook of a template.

    Shape:  `target` is the id of a template of the same object, "" where another object has it; `uses` is `template/NAME` or
            `OBJECT/NAME`; `before` are the indexes of the calls that end before it starts (direct ones only).
            `mode` is "", "on-success", "on-failure" or "always"; `section` is `steps`, `dag` or `exit-handler`.
    """

    name: str
    uses: str
    target: str
    node: Mapping
    section: str
    condition: str = ""
    arguments: dict[str, str] = {}
    soft_why: str = ""
    mode: str = ""
    before: tuple[int, ...] = ()
    inline: Mapping | None = None


def calls_of(parent: str, template: Mapping) -> list[Call]:
    """The calls of a `steps` or `dag` template with those of its hooks; none for a template that runs something itself."""
    steps, dag = template.sequence("steps"), template.mapping("dag")
    if steps is not None:
        calls = _steps(parent, steps)
    elif dag is not None:
        calls = _tasks(parent, dag)
    else:
        calls = []
    for node in [template, *[call.node for call in calls]]:
        calls.extend(_hooks(parent, node))
    return calls


def _steps(parent: str, steps: Sequence) -> list[Call]:
    """`steps` is a list of groups; the calls of a group run side by side, after all groups before it."""
    calls: list[Call] = []
    earlier: tuple[int, ...] = ()
    for group in steps.items:
        first = len(calls)
        for node in mappings_of(group):
            if len(calls) < MAX_CALLS:
                calls.append(call_of(parent, node, "steps", earlier))
        earlier = tuple(range(first, len(calls))) or earlier
    return calls


def _tasks(parent: str, dag: Mapping) -> list[Call]:
    """`dag.tasks` with `dependencies` or `depends`; a task that another one answers the failure of is soft."""
    nodes = mappings_of(dag.get("tasks"))[:MAX_CALLS]
    index_of = {node.text("name") or "": index for index, node in enumerate(nodes)}
    calls = [call_of(parent, node, "dag", ()) for node in nodes]
    for call, node in zip(calls, nodes, strict=True):
        depends = node.text("depends")
        if depends is None:
            call.before = tuple(index_of[name] for name in strings_of(node.get("dependencies")) if name in index_of)
            continue
        dependence = dependence_of(depends)
        call.before = tuple(index_of[name] for name in dependence.names if name in index_of)
        call.mode = dependence.when or call.mode
        for name in dependence.handled:
            handled = calls[index_of[name]] if name in index_of else None
            if handled is not None and not handled.soft_why:
                handled.soft_why = f'task "{call.name}" goes on after its failure (depends: {depends})'
    return calls


def _hooks(parent: str, node: Mapping) -> Iterator[Call]:
    """The calls of `onExit` and `hooks` of a template, a step or a task."""
    on_exit = node.text("onExit")
    if on_exit:
        yield Call(name="onExit", uses=f"template/{on_exit}", target=on_exit, node=node, section="exit-handler", mode="always")
    hooks = node.mapping("hooks")
    for name, _, hook in hooks.items() if hooks is not None else ():
        if isinstance(hook, Mapping):
            yield hook_call(parent, name, hook)


def hook_call(parent: str, name: str, hook: Mapping) -> Call:
    """The call of one lifecycle hook: `exit` runs always, unless its expression asks for a status."""
    call = call_of(parent, hook, "exit-handler", ())
    call.name = f"hooks.{name}"
    call.condition = hook.text("expression") or ""
    call.mode = condition_mode(call.condition) or "always"
    return call


def call_of(parent: str, node: Mapping, section: str, before: tuple[int, ...]) -> Call:
    """Read one step or task: what it calls and with which arguments."""
    name = node.text("name") or ""
    condition = node.text("when") or ""
    inline = node.mapping("inline")
    reference = node.mapping("templateRef")
    target = node.text("template") or ""
    if inline is not None:
        target = f"{parent}.{name}"
    elif reference is not None:
        target = ""
    uses = f"template/{target}"
    if reference is not None:
        uses = f"{reference.text('name') or ''}/{reference.text('template') or ''}"
    return Call(
        name=name,
        uses=uses,
        target=target,
        node=node,
        section=section,
        condition=condition,
        arguments=arguments_of(node),
        soft_why=_continue_on(node),
        mode=condition_mode(condition),
        before=before,
        inline=inline,
    )


def arguments_of(node: Mapping) -> dict[str, str]:
    """`arguments.parameters` as name → value, those that are computed left out."""
    found: dict[str, str] = {}
    for parameter in mappings_of(at(node, "arguments", "parameters")):
        name, value = parameter.text("name"), text_of(parameter.get("value"))
        if name and value is not None:
            found[name] = value
    return found


def _continue_on(node: Mapping) -> str:
    """The words of `continueOn` where it is set, "" where a failure stops the workflow."""
    continue_on = node.mapping("continueOn")
    if continue_on is None:
        return ""
    set_keys = [key for key in ("failed", "error") if boolean_of(continue_on.get(key))]
    return f"continueOn: {', '.join(set_keys)}" if "failed" in set_keys else ""
