"""GitLab pipelines: one `.gitlab-ci.yml` (or a file it includes) to one pipeline."""

from __future__ import annotations

from opslint.model.pipeline import Event, Include, Job, Pipeline, Platform, Trigger
from opslint.model.repository import FileEntry, FileStatus, Parsed
from opslint.parse.bounds import Bounds
from opslint.parse.gitlab.extends import inherit_defaults, merge_extended, references_in, resolve_references
from opslint.parse.gitlab.includes import includes_of
from opslint.parse.gitlab.jobs import jobs_of, stages_of, variables_of
from opslint.parse.gitlab.keywords import Where, jobs_in
from opslint.parse.gitlab.when.rules import Flow
from opslint.parse.places import span_of
from opslint.source.node import Mapping, Node, strings_of
from opslint.source.span import Span
from opslint.source.yaml import YamlFile

KIND = "gitlab.pipeline"

WORKFLOW_TEMPLATES: dict[str, tuple[str, ...]] = {
    "Workflows/MergeRequest-Pipelines.gitlab-ci.yml": (
        "$CI_MERGE_REQUEST_IID",
        "$CI_COMMIT_TAG",
        "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH",
    ),
    "Workflows/Branch-Pipelines.gitlab-ci.yml": ("$CI_COMMIT_TAG", "$CI_COMMIT_BRANCH"),
}
"""GitLab's own templates that bring `workflow:rules`, with the conditions they amount to."""


def parse_pipeline(path: str, document: YamlFile, entry: bool = True) -> Parsed:
    """Read a pipeline file into one pipeline, with `extends`, `!reference` and `default` expanded as far as the file goes.

    Shape:  `entry` False for a file that only another one includes. A first document with `spec:` is a header, not the pipeline.
            A file that is no mapping is `unreadable`.
    Source: GitLab CI/CD YAML syntax reference.
    """
    documents = [node for node in document.documents if not _is_header(node)] or list(document.documents[-1:])
    top = documents[0] if documents else None
    if not isinstance(top, Mapping):
        what = "the file is empty" if top is None else "the file is no mapping"
        line = top.line if top is not None else 1
        reason = f"{what}; expected jobs with a `script`"
        return Parsed(file=FileEntry(path=path, kind=KIND, status=FileStatus.UNREADABLE, reason=reason, line=line))
    bounds = Bounds()
    pipeline = pipeline_of(top, path, lambda node: span_of(path, node), entry, bounds)
    oddity, at = _oddity(documents, document)
    return Parsed(
        file=FileEntry(path=path, kind=KIND, status=FileStatus.READ, reason=bounds.reason or oddity, line=at),
        pipelines=(pipeline,),
    )


def pipeline_of(top: Mapping, path: str, where: Where, entry: bool = True, bounds: Bounds | None = None) -> Pipeline:
    """Build the pipeline of one mapping, that of a file or one merged from several.

    Shape: `where` tells the place of a node, which may stand in another file than `path`.
    """
    written = merge_extended(top)
    expanded = inherit_defaults(resolve_references(written))
    includes = includes_of(top.get("include"), where)
    templates = [conditions for include in includes if (conditions := WORKFLOW_TEMPLATES.get(include.name))]
    jobs, flow = jobs_of(
        expanded,
        written,
        path,
        where,
        bounds or Bounds(),
        idle=_idle(top) if entry and not includes else frozenset(),
        ruled_elsewhere=templates[-1] if templates else (),
    )
    first = next((key for _, key, _ in top.items()), None)
    return Pipeline(
        platform=Platform.GITLAB,
        kind=KIND,
        path=path,
        name=path.rsplit("/", 1)[-1],
        span=where(first or top),
        triggers=_triggers(flow, jobs, includes, where(top.key("workflow") or first or top)),
        jobs=jobs,
        includes=includes,
        entry=entry,
        variables=variables_of(top.mapping("variables")),
        stages=stages_of(top),
        node=top,
    )


def _is_header(node: Node) -> bool:
    return isinstance(node, Mapping) and "spec" in node and len(node.pairs) == 1


def _idle(top: Mapping) -> frozenset[str]:
    """The hidden jobs that no other job extends or references, and that no alias can stand for."""
    used: set[str] = set()
    for name, _, job in jobs_in(top):
        used.update(parent for parent in (*strings_of(job.get("extends")), *references_in(job)) if parent != name)
    anchored = {name for name, _, job in jobs_in(top) if job.anchor or _holds_anchor(job)}
    return frozenset(name for name, _, _ in jobs_in(top) if name.startswith(".") and name not in used | anchored)


def _holds_anchor(job: Mapping) -> bool:
    return any(value.anchor for _, _, value in job.items())


def _triggers(flow: Flow, jobs: tuple[Job, ...], includes: tuple[Include, ...], span: Span) -> tuple[Trigger, ...]:
    """The kinds of pipelines in which something runs; included jobs run wherever a pipeline is made without conditions."""
    reached = {event for job in jobs for event in job.events}
    if includes:
        plain = {Event.PUSH, Event.TAG, Event.MANUAL}
        reached |= {scenario.event for scenario in flow.scenarios if flow.ruled or scenario.event in plain}
    if Event.PUSH in reached:
        reached.discard(Event.PUSH_DEFAULT)
    found: dict[Event, Trigger] = {}
    for scenario in (*flow.scenarios, *flow.spare):
        if scenario.event in reached and scenario.event not in found:
            found[scenario.event] = Trigger(name=scenario.name, events=frozenset({scenario.event}), span=span)
    return tuple(found.values())


def _oddity(documents: list[Node], document: YamlFile) -> tuple[str | None, int | None]:
    """What was read only in part, with its line."""
    if document.templated:
        return "templates were masked; values may be placeholders", None
    if len(documents) > 1:
        return "only the first of several documents is a pipeline", documents[1].line
    if document.problems:
        return document.problems[0].message, document.problems[0].line
    return None, None
