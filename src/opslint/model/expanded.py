"""A job as it is after everything it takes over from elsewhere has been worked in, in the words people know."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from opslint.model.pipeline import Job, StepKind

AllowFailure: TypeAlias = bool | dict[str, list[int]]
"""True, False, or the exit codes that are let pass, as GitLab writes them: `{"exit_codes": [1]}`."""


class ExpandedJob(msgspec.Struct, frozen=True, kw_only=True):
    """One job, expanded; what its conditions make of it is in `Job`.

    Shape: `image` is the reference as written or ""; `when` and `allow_failure` are the job's own, before its `rules` change them;
           `needs` names jobs of the same pipeline, None where the job waits for the stages before it; `variables` holds those of
           the pipeline that the job lets in too; a script section has one entry for each entry of its list.
    """

    name: str
    stage: str = ""
    image: str = ""
    services: tuple[str, ...] = ()
    when: str = "on_success"
    allow_failure: AllowFailure = False
    needs: tuple[str, ...] | None = None
    environment: str = ""
    variables: dict[str, str] = {}
    before_script: tuple[str, ...] = ()
    script: tuple[str, ...] = ()
    after_script: tuple[str, ...] = ()


def expanded_job(job: Job) -> ExpandedJob:
    """Put together what a job runs and how, from what was read of it."""
    return ExpandedJob(
        name=job.name or job.id,
        stage=job.stage,
        image=next((image.reference for image in job.images if image.role == "job"), ""),
        services=tuple(image.reference for image in job.images if image.role == "service"),
        when=job.when,
        allow_failure=_allow_failure(job),
        needs=job.needs if job.needs or job.needs_nothing else None,
        environment=job.environment,
        variables=job.variables,
        before_script=_section(job, "before_script"),
        script=_section(job, "script"),
        after_script=_section(job, "after_script"),
    )


def _allow_failure(job: Job) -> AllowFailure:
    if job.allowed_exit_codes:
        return {"exit_codes": list(job.allowed_exit_codes)}
    return job.may_fail if job.allow_failure is None else job.allow_failure


def _section(job: Job, name: str) -> tuple[str, ...]:
    """The entries of one script section; what GitHub and Argo call a step's commands counts as `script`."""
    names = {name} if name != "script" else {"script", "steps", "run"}
    return tuple(step.script for step in job.steps if step.kind is StepKind.RUN and step.section in names)
