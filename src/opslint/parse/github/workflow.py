"""GitHub workflows: one file to one pipeline."""

from __future__ import annotations

from opslint.model.pipeline import Pipeline, Platform
from opslint.model.repository import FileEntry, FileStatus, Parsed
from opslint.parse.github.jobs import jobs_of
from opslint.parse.github.triggers import triggers_of
from opslint.parse.values.bounds import Bounds
from opslint.parse.values.places import span_of, texts_of
from opslint.source.node import Mapping, Node
from opslint.source.span import Span
from opslint.source.yaml import YamlFile

KIND = "github.workflow"


def parse_workflow(path: str, document: YamlFile) -> Parsed:
    """Read a workflow file into one pipeline.

    Shape:  a file that is no mapping is `unreadable`; one that GitHub would refuse for what it lacks is read, and the entry
            says why.
    Source: GitHub Actions, "Workflow syntax for GitHub Actions".
    """
    root = document.documents[0] if document.documents else None
    if not isinstance(root, Mapping):
        what = "the file is empty" if root is None else "the file is no mapping"
        reason = f"{what}; expected a workflow with `on` and `jobs`"
        entry = FileEntry(path=path, kind=KIND, status=FileStatus.UNREADABLE, reason=reason, line=root.line if root else 1)
        return Parsed(file=entry)
    triggers = triggers_of(path, root.get("on"))
    bounds = Bounds()
    pipeline = Pipeline(
        platform=Platform.GITHUB,
        kind=KIND,
        path=path,
        name=root.text("name") or path.rsplit("/", 1)[-1],
        span=_place(path, root),
        triggers=triggers,
        jobs=jobs_of(path, root, triggers, bounds),
        variables=texts_of(root.mapping("env")),
        node=root,
    )
    oddity, line = _oddity(root, document)
    return Parsed(
        file=FileEntry(path=path, kind=KIND, status=FileStatus.READ, reason=bounds.reason or oddity, line=line),
        pipelines=(pipeline,),
    )


def _place(path: str, root: Mapping) -> Span:
    """A workflow is shown at its `on:`, or at its first key."""
    key: Node = root.key("on") or next((scalar for _, scalar, _ in root.items()), root)
    return span_of(path, key)


def _oddity(root: Mapping, document: YamlFile) -> tuple[str | None, int | None]:
    """What was read only in part or would not run, with its line."""
    if document.templated:
        return "templates were masked; values may be placeholders", None
    for key in ("on", "jobs"):
        if key not in root:
            return f"`{key}` is missing: GitHub does not run it", root.line
    if len(document.documents) > 1:
        return "only the first of several documents is a workflow", document.documents[1].line
    if document.problems:
        return document.problems[0].message, document.problems[0].line
    return None, None
