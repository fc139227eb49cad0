"""GitLab pipelines: one `.gitlab-ci.yml` (or a file it includes) to one pipeline."""

from __future__ import annotations

import msgspec

from opslint.model.pipeline import Event, Include, Job, Pipeline, Platform, Trigger
from opslint.model.repository import FileEntry, Parsed
from opslint.parse.gitlab.context import ALONE, Context
from opslint.parse.gitlab.extends import inherit_defaults, merge_extended, references_in, resolve_references
from opslint.parse.gitlab.includes import includes_of
from opslint.parse.gitlab.jobs import jobs_of, stages_of
from opslint.parse.gitlab.keywords import Where, jobs_in
from opslint.parse.gitlab.project.ci_file import KIND, CiFile, read_ci_file
from opslint.parse.gitlab.variables import variables_of
from opslint.parse.gitlab.when.rules import Flow
from opslint.parse.values.bounds import Bounds
from opslint.parse.values.places import span_of
from opslint.source.node import Mapping, strings_of
from opslint.source.span import Span
from opslint.source.yaml import YamlFile

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
    return parsed_alone(read_ci_file(path, document), entry)


def parsed_alone(file: CiFile, entry: bool) -> Parsed:
    """One file as a pipeline of its own, its includes left as they are."""
    if file.content is None:
        return Parsed(file=file.file)
    bounds = Bounds()
    pipeline = pipeline_of(file.content, file.path, lambda node: span_of(file.path, node), entry, bounds)
    return Parsed(file=with_reason(file.file, bounds.reason), pipelines=(pipeline,))


def with_reason(file: FileEntry, reason: str | None, line: int | None = None) -> FileEntry:
    """A file's entry with what was left out of it, where something was."""
    return msgspec.structs.replace(file, reason=reason, line=line) if reason is not None else file


def pipeline_of(
    top: Mapping, path: str, where: Where, entry: bool = True, bounds: Bounds | None = None, context: Context = ALONE
) -> Pipeline:
    """Build the pipeline of one mapping, that of a file or one merged from several.

    Shape: `where` tells the place of a node, which may stand in another file than `path`.
    """
    written = merge_extended(top)
    expanded = inherit_defaults(resolve_references(written))
    includes = includes_of(top.get("include"), where) if context.includes is None else context.includes
    live = [include for include in includes if not include.disabled]
    templates = [conditions for include in live if (conditions := WORKFLOW_TEMPLATES.get(include.name))]
    jobs, flow = jobs_of(
        expanded,
        written,
        path,
        where,
        bounds or Bounds(),
        idle=_idle(top) if entry and not live else frozenset(),
        ruled_elsewhere=templates[-1] if templates else (),
        context=context,
    )
    head = context.head or next((key for _, key, _ in top.items()), None) or top
    return Pipeline(
        platform=Platform.GITLAB,
        kind=KIND,
        path=path,
        name=path.rsplit("/", 1)[-1],
        span=where(head),
        triggers=_triggers(flow, jobs, tuple(live), where(top.key("workflow") or head)),
        jobs=jobs,
        includes=includes,
        entry=entry,
        variables={**variables_of(top.mapping("variables")), **context.variables},
        stages=stages_of(top),
        node=top,
    )


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
        made = {scenario.event for scenario in flow.scenarios if flow.ruled or scenario.event in plain}
        reached |= made & frozenset().union(*(made if include.events is None else include.events for include in includes))
    if Event.PUSH in reached:
        reached.discard(Event.PUSH_DEFAULT)
    found: dict[Event, Trigger] = {}
    for scenario in (*flow.scenarios, *flow.spare):
        if scenario.event in reached and scenario.event not in found:
            found[scenario.event] = Trigger(name=scenario.name.partition(" ")[0], events=frozenset({scenario.event}), span=span)
    return tuple(found.values())
