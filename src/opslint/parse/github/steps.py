"""The steps of a GitHub job or composite action, nested ones flattened in order."""

from __future__ import annotations

from opslint.model.pipeline import Step, StepKind
from opslint.parse.values.bounds import Bounds
from opslint.parse.values.images import image_from
from opslint.parse.values.places import span_of, texts_of
from opslint.source.node import Mapping, Node, Scalar, Sequence, boolean_of, is_null, strings_of, text_of

MAX_NESTING = 20

_WAITS = ("wait", "wait-all", "cancel")


def steps_of(
    path: str, node: Node | None, env: dict[str, str], shell: str, bounds: Bounds, matrix: Mapping | None = None
) -> tuple[Step, ...]:
    """Read a list of steps; those of a nested `parallel:` list stand where the list stands.

    Shape:  `env` is what the workflow and the job set, `shell` the default that holds for `run`.
    Source: GitHub Actions, "Workflow syntax: jobs.<job_id>.steps".
    """
    found: list[Step] = []
    stack: list[tuple[Node, int]] = [(node, 0)] if node is not None else []
    while stack:
        current, depth = stack.pop()
        if isinstance(current, Sequence) and depth <= MAX_NESTING:
            stack.extend((item, depth + 1) for item in reversed(current.items))
        elif isinstance(current, Mapping):
            nested = current.get("parallel")
            if isinstance(nested, Sequence):
                stack.append((nested, depth + 1))
            elif bounds.step():
                found.append(_step(path, current, env, shell, bounds, matrix))
            else:
                break
    return tuple(found)


def _step(path: str, node: Mapping, env: dict[str, str], shell: str, bounds: Bounds, matrix: Mapping | None) -> Step:
    """One step; its place is its first key, that of its commands the scalar of `run`."""
    first = next(iter(node.items()), None)
    condition = text_of(node.get("if")) or ""
    soft_why = soft_reason(node.get("continue-on-error"), matrix)
    kind, run = StepKind.NOTHING, node.get("run")
    uses, version = "", None
    if isinstance(run, Scalar) and not is_null(run):
        kind = StepKind.RUN
    elif text_of(node.get("uses")):
        kind = StepKind.ACTION
        uses, version = split_uses(node.text("uses") or "")
    return Step(
        kind=kind,
        span=span_of(path, first[1] if first is not None else node),
        id=node.text("id") or "",
        name=node.text("name") or next((word for word in _WAITS if word in node), ""),
        script=run.value if kind is StepKind.RUN and isinstance(run, Scalar) else "",
        script_node=run if kind is StepKind.RUN else None,
        shell=(node.text("shell") or shell) if kind is StepKind.RUN else "",
        uses=uses,
        version=version,
        inputs=inputs_of(node.mapping("with")),
        env=bounds.merged(env, texts_of(node.mapping("env"))),
        condition=condition,
        may_fail=bool(soft_why),
        may_fail_why=soft_why,
        when=_when(condition) if condition else "",
        node=node,
    )


def split_uses(text: str) -> tuple[str, str | None]:
    """Split `uses:` into what is used and its version.

    Shape:  `owner/repo/path`, `./local/path` (never with a version; the root of the tree is `./`) or `docker://image`; the
            version is a ref, tag or digest. A self-repository reference `$/path` is told as `./path`: both are this repository
            at the commit that runs.
    Source: GitHub Changelog, 2026-07-30, "Reference same-repository actions with self-repository syntax".
    """
    text = text.strip()
    if text.startswith("$/"):
        text = "." + text[1:]
    if text.startswith("docker://"):
        image = image_from(text, span_of("", None))
        return "docker://" + image.name, image.digest or image.tag or None
    if text.startswith(("./", ".\\", "../")):
        plain = text.rstrip("/")
        return plain if plain != "." else "./", None
    name, at, version = text.partition("@")
    return name.strip().rstrip("/"), version.strip() if at and version.strip() else None


def inputs_of(node: Mapping | None) -> dict[str, str]:
    """`with:` as texts; a list or mapping, which GitHub would refuse, as its texts one a line."""
    if node is None:
        return {}
    return {
        key: (text_of(value) or "") if isinstance(value, Scalar) else "\n".join(strings_of(value))
        for key, _, value in node.items()
    }


def _when(condition: str) -> str:
    from opslint.parse.github.conditions import condition_of

    return condition_of(condition).when


def soft_reason(node: Node | None, matrix: Mapping | None) -> str:
    """The words that make a failure not count, "" where it counts.

    An expression on the matrix is soft for some legs only, so it takes no teeth, unless every leg says true; one that is known to
    be false takes none either. Any other expression may be true.
    """
    text = text_of(node)
    if text is None:
        return ""
    words = f"continue-on-error: {text}"
    literal = boolean_of(node)
    if literal is not None:
        return words if literal else ""
    if "${{" not in text:
        return ""
    from opslint.parse.github.conditions import constant_of, contexts_in

    constant = constant_of(text)
    if constant is not None:
        return words if constant else ""
    if "matrix" in contexts_in(text):
        return words if _every_leg(text, matrix) else ""
    return words


def _every_leg(text: str, matrix: Mapping | None) -> bool:
    """Whether the matrix key that `text` names is true in every leg."""
    if matrix is None or "include" in matrix:
        return False
    key = text.strip().removeprefix("${{").removesuffix("}}").strip()
    values = matrix.sequence(key.removeprefix("matrix.")) if key.startswith("matrix.") else None
    return values is not None and len(values) > 0 and all(boolean_of(item) is True for item in values)


def default_shell(node: Mapping | None) -> str:
    """`defaults.run.shell` of a workflow or a job."""
    defaults = node.mapping("defaults") if node is not None else None
    run = defaults.mapping("run") if defaults is not None else None
    return (run.text("shell") if run is not None else None) or ""


def call_step(path: str, node: Mapping, uses: Scalar) -> Step:
    """The one step of a job that calls a reusable workflow.

    Shape: `inputs` are `with:`; secrets that are handed on stand as `secrets.NAME`, `secrets: inherit` as `secrets`.
    """
    name, version = split_uses(uses.value)
    inputs = inputs_of(node.mapping("with"))
    secrets = node.get("secrets")
    if isinstance(secrets, Mapping):
        inputs |= {f"secrets.{key}": text for key, text in texts_of(secrets).items()}
    elif text_of(secrets):
        inputs["secrets"] = text_of(secrets) or ""
    key = node.key("uses")
    return Step(
        kind=StepKind.WORKFLOW,
        span=span_of(path, key if key is not None else uses),
        uses=name,
        version=version,
        inputs=inputs,
        node=node,
    )
