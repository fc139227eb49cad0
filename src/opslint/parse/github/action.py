"""`action.yml`: a composite action is a pipeline that only other workflows start."""

from __future__ import annotations

from opslint.model.pipeline import Event, Image, Job, Pipeline, Platform, Trigger
from opslint.model.repository import FileEntry, FileStatus, Parsed
from opslint.parse.github.steps import steps_of
from opslint.parse.values.bounds import Bounds
from opslint.parse.values.images import image_from
from opslint.parse.values.places import span_of
from opslint.source.node import Mapping, Scalar
from opslint.source.yaml import YamlFile

KIND = "github.action"


def parse_action(path: str, document: YamlFile) -> Parsed:
    """Read an action's description; a composite one has its steps in the job `runs`, others have no steps.

    Shape:  a file that is no mapping with `runs` is no action and is `skipped`.
    Source: GitHub Actions, "Metadata syntax".
    """
    root = document.documents[0] if document.documents else None
    runs = root.mapping("runs") if isinstance(root, Mapping) else None
    if not isinstance(root, Mapping) or runs is None:
        reason = "no `runs`: this is no GitHub action"
        return Parsed(file=FileEntry(path=path, kind=KIND, status=FileStatus.SKIPPED, reason=reason))
    key = root.key("runs") or root
    place = span_of(path, key)
    call = Trigger(name="uses", events=frozenset({Event.CALL}), span=place)
    name = root.text("name") or path.rsplit("/", 2)[0]
    bounds = Bounds()
    job = Job(
        id="runs",
        name=name,
        span=place,
        platform=Platform.GITHUB,
        pipeline=path,
        events=call.events,
        steps=steps_of(path, runs.get("steps"), {}, "", bounds),
        images=_images(path, runs),
        node=runs,
    )
    pipeline = Pipeline(
        platform=Platform.GITHUB,
        kind=KIND,
        path=path,
        name=name,
        span=place,
        triggers=(call,),
        jobs=(job,),
        entry=False,
        node=root,
    )
    problem = document.problems[0] if document.problems else None
    entry = FileEntry(
        path=path,
        kind=KIND,
        status=FileStatus.READ,
        reason=bounds.reason or (problem.message if problem is not None else None),
        line=problem.line if problem is not None else None,
    )
    return Parsed(file=entry, pipelines=(pipeline,))


def _images(path: str, runs: Mapping) -> tuple[Image, ...]:
    """The image a docker action starts, where it names one (a Dockerfile of its own is none)."""
    image = runs.get("image")
    if isinstance(image, Scalar) and image.value.startswith("docker://"):
        return (image_from(image.value, span_of(path, image), "step"),)
    return ()
