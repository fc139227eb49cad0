"""Images that run or are built upon, held against the facts' lists."""

from __future__ import annotations

import re
from collections.abc import Iterator

from opslint.match.signs.declared import Facts
from opslint.match.signs.gathered import Add
from opslint.match.signs.globs import NameTable, Outside
from opslint.match.tools.catalogue import image_name
from opslint.match.tools.signals import Matcher
from opslint.model.pipeline import Platform, StepKind
from opslint.model.repository import Repository
from opslint.model.resource import Companion, Dockerfile
from opslint.parse.values.images import image_from
from opslint.source.node import Mapping, Scalar
from opslint.source.span import Span

MAX_INSTRUCTION = 4_096
_VARIABLE = r"\$(?:\{(\w+)(?::?-([^{}$]*))?\}|(\w+))"

Used = tuple[str, Span]
"""The name of an image without its tag, as written, and where."""


def read_images(facts: Facts, repository: Repository, matcher: Matcher, outside: Outside, add: Add) -> None:
    """Hold the images of manifests, jobs, Compose files and Dockerfiles against `images`; a job's services are left out."""
    table = NameTable({(fact, "images"): [image_name(str(name)) for name in sign.get("images") or ()]
                       for fact, sign in facts.items()})
    if not table:
        return
    for path_counts, images in ((True, _standing(repository)), (False, _jobs(matcher, outside))):
        for name, span in images:
            for fact, key in table.rows(image_name(name)):
                if not path_counts or span.path not in outside:
                    add(fact, key, span, f"image {name}")


def _standing(repository: Repository) -> Iterator[Used]:
    for resource in repository.resources:
        if not resource.aside and not resource.copied:
            for image in resource.images:
                yield image.name, image.span
    for companion in repository.companions:
        if companion.kind == "compose" and not companion.aside:
            yield from _composed(companion)
    for dockerfile in repository.dockerfiles:
        if not dockerfile.aside:
            yield from _bases(dockerfile)


def _jobs(matcher: Matcher, outside: Outside) -> Iterator[Used]:
    for view in matcher.jobs.views.values():
        job = view.job
        if job.hidden or job.disabled or (job.platform is Platform.ARGO and view.pipeline.path in outside):
            continue
        for image in job.images:
            if image.role != "service":
                yield image.name, image.span
        for step in job.steps:
            if step.kind is StepKind.IMAGE:
                yield step.uses, step.span


def _composed(companion: Companion) -> Iterator[Used]:
    services = companion.node.mapping("services") if companion.node is not None else None
    for _, _, service in services.items() if services is not None else ():
        image = service.get("image") if isinstance(service, Mapping) else None
        if isinstance(image, Scalar) and image.value:
            span = Span(path=companion.path, line=image.line, column=image.column, end_line=image.end_line,
                        end_column=image.end_column)
            yield image_from(image.value[:MAX_INSTRUCTION], span).name, span


def _bases(dockerfile: Dockerfile) -> Iterator[Used]:
    """The images of FROM, variables of the same file filled in; a stage of the file is none."""
    values: dict[str, str] = {}
    stages: set[str] = set()
    for name, arguments, span in dockerfile.instructions:
        if name == "ARG":
            key, _, value = arguments[:MAX_INSTRUCTION].partition("=")
            values.setdefault(key.strip(), value.strip().strip("\"'"))
        elif name == "FROM":
            words = [word for word in arguments[:MAX_INSTRUCTION].split() if not word.startswith("--")]
            if not words:
                continue
            image = re.sub(_VARIABLE, lambda found: values.get(found[1] or found[3], found[2] or found[0]), words[0])
            if image.lower() not in stages:
                yield image_from(image, span).name, span
            if len(words) == 3 and words[1].lower() == "as":
                stages.add(words[2].lower())
