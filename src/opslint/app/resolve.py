"""What really runs in a tree: the stages of a scan up to matching, told job by job instead of practice by practice."""

from __future__ import annotations

from collections import defaultdict

from opslint.errors import NoInputError, UsageError
from opslint.knowledge.index import Index
from opslint.match.jobs import Jobs
from opslint.match.tools.signals import Matcher, moment
from opslint.model.activity import ActivityKind, Hop
from opslint.model.pipeline import Event, Job, Pipeline, Platform
from opslint.model.repository import FileStatus
from opslint.model.running import Ran, Running, RunningJob, RunningPipeline
from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import resolve
from opslint.resolve.calls import Calls, key_of
from opslint.source.tree import Tree

Key = tuple[str, int, str]
"""Path and line of the pipeline, id of the job ("" for what belongs to the pipeline itself)."""


def resolve_tree(tree: Tree, index: Index, job: str = "") -> Running:
    """Work out what every job of a tree runs; `job` keeps only those of that id or name.

    Raises: NoInputError where there is no pipeline; UsageError where no job has the name.
    """
    repository = read_repository(tree)
    calls = Calls(repository.pipelines, repository.resources)
    pipelines = [pipeline for pipeline in calls.pipelines if pipeline.kind != "github.action"]
    if not pipelines:
        raise NoInputError(f'"{tree.name}" holds no GitHub workflow, no GitLab pipeline and no Argo Workflow',
                           hint="point opslint at the root of a repository: opslint resolve PATH")
    activities = resolve(repository, tree).activities
    matcher = Matcher(index, repository, tree, Jobs(repository.pipelines), activities)
    shown: dict[tuple[Hop, ...], set[str]] = defaultdict(set)
    for signal in matcher.signals():
        if not signal.against:
            shown[signal.evidence.chain].add(signal.practice)
    by_job: dict[Key, list[Ran]] = defaultdict(list)
    hooks: list[Ran] = []
    for activity in activities:
        ran = Ran(activity=activity, shows=tuple(sorted(shown.get(activity.chain, ()))))
        if activity.pipeline is not None:
            by_job[(*key_of(activity.pipeline), activity.job.id if activity.job is not None else "")].append(ran)
        elif activity.kind is ActivityKind.HOOK and not activity.aside:
            hooks.append(ran)
    found = tuple(told for pipeline in pipelines if (told := _pipeline(pipeline, by_job, calls, job)) is not None)
    if job and not found:
        raise UsageError(f'no job is called "{job}"', hint=_meant(job, pipelines))
    return Running(
        name=tree.name, revision=tree.revision, pipelines=found, hooks=() if job else tuple(hooks),
        unreadable=tuple(entry for entry in repository.files if entry.status is FileStatus.UNREADABLE),
    )


def _pipeline(pipeline: Pipeline, by_job: dict[Key, list[Ran]], calls: Calls, wanted: str) -> RunningPipeline | None:
    key = key_of(pipeline)
    caller = calls.callers.get(key)
    jobs = tuple(
        _job(pipeline, job, by_job.get((*key, job.id), []), calls, f"{caller.path}:{caller.line}" if caller is not None else "")
        for job in pipeline.jobs
        if (wanted in (job.id, job.name) if wanted else not (job.hidden and job.platform is Platform.GITLAB))
    )
    included = () if wanted else tuple(by_job.get((*key, ""), ()))
    return RunningPipeline(pipeline=pipeline, jobs=jobs, included=included) if jobs or (included and not wanted) else None


def _job(pipeline: Pipeline, job: Job, ran: list[Ran], calls: Calls, called_from: str) -> RunningJob:
    events = calls.events_of(pipeline, job) - {Event.CALL}
    disabled = job.disabled or calls.unreached.get(key_of(pipeline), "")
    return RunningJob(job=job, ran=tuple(ran), moment="" if disabled else moment(events), disabled=disabled,
                      events=tuple(sorted(event.value for event in events)), called_from=called_from if Event.CALL in job.events else "")


def _meant(job: str, pipelines: list[Pipeline]) -> str:
    """The closest names, or some that there are."""
    import difflib

    names = sorted({one.id for pipeline in pipelines for one in pipeline.jobs if not one.hidden})
    close = difflib.get_close_matches(job[:100], names, n=3)
    if close:
        return f"did you mean {', '.join(close)}?"
    return f"the jobs are {', '.join(names[:8])}{' …' if len(names) > 8 else ''}" if names else "no pipeline of it has a job"
