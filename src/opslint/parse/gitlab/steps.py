"""What a GitLab job runs: its script sections line by line, and its `run:` steps."""

from __future__ import annotations

from collections.abc import Mapping as Table

import msgspec

from opslint.model.pipeline import Image, Step, StepKind
from opslint.parse.gitlab.includes import split_component, trigger_steps
from opslint.parse.gitlab.keywords import Where, flat_items
from opslint.parse.gitlab.variables import filled
from opslint.parse.values.bounds import Bounds
from opslint.parse.values.images import image_from
from opslint.parse.values.places import texts_of
from opslint.source.node import Mapping, Node, Scalar, is_null, scalars_of, text_of
from opslint.source.span import Span

_AFTER_WHY = "after_script never fails the job"


def steps_of(job: Mapping, env: dict[str, str], where: Where, bounds: Bounds) -> tuple[Step, ...]:
    """The steps of an expanded job in the order they run.

    Shape:  every entry of a script section is one RUN step whose `script_node` is its scalar; the runner joins
            `before_script` and `script` to one shell script, `after_script` is one of its own.
    Source: GitLab CI/CD YAML syntax reference, `script`, `before_script`, `after_script`, `hooks`, `run`, `trigger`.
    """
    found: list[Step] = []
    hooks = job.mapping("hooks")
    if hooks is not None:
        found += _section(hooks, "pre_get_sources_script", env, where, bounds)
    for section in ("before_script", "script"):
        found += _section(job, section, env, where, bounds)
    for item in flat_items(job.get("run")):
        step = _run_step(item, env, where, bounds)
        if step is not None:
            found.append(step)
    found += _section(job, "after_script", env, where, bounds)
    return (*found, *trigger_steps(job, where))


def _section(node: Mapping, section: str, env: dict[str, str], where: Where, bounds: Bounds) -> list[Step]:
    after = section == "after_script"
    return [
        Step(
            kind=StepKind.RUN,
            span=where(item),
            section=section,
            script=item.value,
            script_node=item,
            env=env,
            may_fail=after,
            may_fail_why=_AFTER_WHY if after else "",
            when="always" if after else "",
            node=item,
        )
        for item in flat_items(node.get(section))
        if isinstance(item, Scalar) and not is_null(item) and bounds.step()
    ]


def _run_step(node: Node, env: dict[str, str], where: Where, bounds: Bounds) -> Step | None:
    """One entry of `run:`: a script, or a function or GitHub action that is called."""
    if not isinstance(node, Mapping) or not bounds.step():
        return None
    key = next((scalar for _, scalar, _ in node.items()), None)
    full = bounds.merged(env, texts_of(node.mapping("env")))
    script = node.get("script")
    if isinstance(script, Scalar) and not is_null(script):
        return Step(
            kind=StepKind.RUN,
            span=where(key or node),
            name=node.text("name") or "",
            section="run",
            script=script.value,
            script_node=script,
            env=full,
            node=node,
        )
    uses = next((value for word in ("func", "step", "action") if (value := node.get(word)) is not None), None)
    if uses is None:
        return None
    name, version = _called(uses)
    return Step(
        kind=StepKind.ACTION,
        span=where(key or node),
        name=node.text("name") or "",
        section="run",
        uses=name,
        version=version,
        inputs=texts_of(node.mapping("inputs")),
        env=full,
        node=node,
    )


def _called(node: Node) -> tuple[str, str | None]:
    """What a step of `run:` calls: `host/project@version`, `./local`, or a mapping with `git:` or `oci:`."""
    if isinstance(node, Scalar):
        return split_component(node.value)
    if not isinstance(node, Mapping):
        return "", None
    git = node.mapping("git")
    if git is not None:
        return "/".join(part for part in (git.text("url"), git.text("dir")) if part), git.text("rev")
    oci = node.mapping("oci")
    if oci is not None:
        return "/".join(part for part in (oci.text("registry"), oci.text("repository")) if part), oci.text("tag")
    return "", None


def images_of(job: Mapping, where: Where, variables: Table[str, str]) -> tuple[Image, ...]:
    """The image of a job and those of its services, each a word or a mapping with `name`.

    Shape: `variables` are those that have one value whatever starts the pipeline: name, tag and digest are told with them
           filled in, `reference` stays as it is written.
    """
    found: list[Image] = []
    own = _image_scalar(job.get("image"))
    if own is not None:
        found.append(_image(own, "job", where, variables))
    for item in flat_items(job.get("services")):
        scalar = _image_scalar(item)
        if scalar is not None:
            found.append(_image(scalar, "service", where, variables))
    return tuple(found)


def _image(scalar: Scalar, role: str, where: Where, variables: Table[str, str]) -> Image:
    image = image_from(filled(scalar.value, variables), where(scalar), role)
    return image if image.reference == scalar.value else msgspec.structs.replace(image, reference=scalar.value)


def _image_scalar(node: Node | None) -> Scalar | None:
    value = node.get("name") if isinstance(node, Mapping) else node
    return value if isinstance(value, Scalar) and text_of(value) else None


def reports_of(job: Mapping, where: Where) -> tuple[tuple[str, Span], ...]:
    """The keys of `artifacts:reports` that name a file, each with the place of the key."""
    artifacts = job.mapping("artifacts")
    reports = artifacts.mapping("reports") if artifacts is not None else None
    if reports is None:
        return ()
    return tuple((name, where(key)) for name, key, value in reports.items() if isinstance(value, Mapping) or scalars_of(value))
