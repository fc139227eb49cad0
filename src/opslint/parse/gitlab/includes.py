"""`include:` and `trigger:` of GitLab: everything that points to another file or project."""

from __future__ import annotations

from opslint.model.pipeline import Include, Step, StepKind
from opslint.parse.gitlab.keywords import Where
from opslint.parse.values.places import texts_of
from opslint.source.node import Mapping, Node, Scalar, Sequence, scalars_of, strings_of, text_of
from opslint.source.span import Span

MAX_INCLUDES = 1_000
_KINDS = ("local", "template", "component", "remote", "project", "artifact")
_WAITING = frozenset({"depend", "mirror"})
"""Values of `trigger:strategy` with which a child pipeline's failure fails the job."""


def includes_of(node: Node | None, where: Where) -> tuple[Include, ...]:
    """Read `include:` in each of its forms; a project's list of files gives one entry a file.

    Source: GitLab CI/CD YAML syntax reference, `include`.
    """
    found: list[Include] = []
    stack: list[Node] = [node] if node is not None else []
    while stack and len(found) < MAX_INCLUDES:
        current = stack.pop()
        if isinstance(current, Sequence):
            stack.extend(reversed(current.items))
        elif isinstance(current, Mapping):
            found.extend(_entries(current, where))
        elif text_of(current):
            found.append(_from_word(current, where))
    return tuple(found)


def _from_word(scalar: Scalar, where: Where) -> Include:
    """A bare word is a local file, or a remote one when it is an address."""
    kind = "remote" if scalar.value.startswith(("http://", "https://")) else "local"
    return Include(kind=kind, name=scalar.value, span=where(scalar))


def _entries(node: Mapping, where: Where) -> list[Include]:
    kind = next((word for word in _KINDS if word in node), None)
    if kind is None:
        return []
    inputs = texts_of(node.mapping("inputs"))
    conditional = "rules" in node
    if kind == "project":
        project = node.text("project") or ""
        return [
            Include(
                kind=kind,
                name=scalar.value,
                span=where(scalar),
                project=project,
                version=node.text("ref"),
                inputs=inputs,
                conditional=conditional,
            )
            for scalar in scalars_of(node.get("file"))
        ]
    return [_entry(kind, scalar, node, inputs, where) for scalar in scalars_of(node.get(kind))]


def _entry(kind: str, scalar: Scalar, node: Mapping, inputs: dict[str, str], where: Where) -> Include:
    name, version = scalar.value, None
    if kind == "component":
        name, version = split_component(scalar.value)
    return Include(
        kind=kind,
        name=name,
        span=where(scalar),
        project=(node.text("job") or "") if kind == "artifact" else "",
        version=version,
        inputs=inputs,
        conditional="rules" in node,
    )


def split_component(text: str) -> tuple[str, str | None]:
    """Split `host/project/component@version`."""
    name, at, version = text.rpartition("@")
    return (name, version or None) if at else (text, None)


def trigger_steps(job: Mapping, where: Where) -> tuple[Step, ...]:
    """The steps of a job that starts another pipeline: one a project or included file.

    Shape:  `uses` is the project, or the included file (`./path` for a local one, the component or template by name);
            `inputs` are the pipeline's inputs, with `trigger.kind`, `trigger.strategy`, `trigger.project` beside them.
            Without a waiting `strategy` nothing of the other pipeline can fail the job.
    Source: GitLab CI/CD YAML syntax reference, `trigger`.
    """
    key, node = job.key("trigger"), job.get("trigger")
    if key is None or node is None:
        return ()
    if isinstance(node, Scalar):
        return (_trigger_step(job, where(key), "project", node.value, None, {}),) if text_of(node) else ()
    if not isinstance(node, Mapping):
        return ()
    inputs = texts_of(node.mapping("inputs"))
    strategy = node.text("strategy")
    if strategy:
        inputs["trigger.strategy"] = strategy
    steps: list[Step] = []
    if node.text("project"):
        steps.append(_trigger_step(job, where(key), "project", node.text("project") or "", node.text("branch"), inputs))
    for include in includes_of(node.get("include"), where):
        name = "./" + include.name.lstrip("/") if include.kind == "local" else include.name
        more = {**inputs, **include.inputs} | ({"trigger.project": include.project} if include.project else {})
        steps.append(_trigger_step(job, include.span, include.kind, name, include.version, more))
    return tuple(steps)


def _trigger_step(job: Mapping, span: Span, kind: str, uses: str, version: str | None, inputs: dict[str, str]) -> Step:
    waits = inputs.get("trigger.strategy") in _WAITING
    return Step(
        kind=StepKind.WORKFLOW,
        span=span,
        section="trigger",
        uses=uses,
        version=version,
        inputs={**inputs, "trigger.kind": kind},
        may_fail=not waits,
        may_fail_why="" if waits else "trigger without `strategy: depend`",
        node=job.get("trigger"),
    )


def needed_jobs(node: Node | None) -> tuple[tuple[str, ...], bool]:
    """(names of jobs of the same pipeline in `needs:`, whether it is the empty list that waits for nothing)."""
    if isinstance(node, Sequence) and not node.items:
        return (), True
    names: list[str] = []
    for item in node.items if isinstance(node, Sequence) else [node] if node is not None else []:
        if isinstance(item, Mapping):
            if "project" not in item and "pipeline" not in item:
                names.extend(strings_of(item.get("job")))
        else:
            names.extend(strings_of(item))
    return tuple(dict.fromkeys(names)), False
