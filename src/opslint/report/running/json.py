"""What really runs, as JSON: `opslint resolve --format json`."""

from __future__ import annotations

from typing import Any

import msgspec

from opslint.model.activity import ActivityKind
from opslint.model.expanded import expanded_job
from opslint.model.pipeline import Job, Platform, StepKind
from opslint.model.running import Ran, Running, RunningJob, RunningPipeline
from opslint.report.look import RenderOptions


def render_running(running: Running, options: RenderOptions) -> str:  # noqa: ARG001  one signature for every format
    """Every pipeline with its jobs, and for each job what is declared of it and what it runs in the end.

    Shape: as design/cli.md's contract; `triggers` are the kinds of event that reach the job, `when` GitLab's word (elsewhere what
           amounts to it), `moment` the earliest time it runs.
    """
    told = {
        "schema": "opslint.resolve/1",
        "target": {"name": running.name, "revision": running.revision},
        "pipelines": [_pipeline(one) for one in running.pipelines],
        "hooks": [_used(one) for one in running.hooks],
        "unreadable": [{"path": entry.path, "line": entry.line, "reason": entry.reason} for entry in running.unreadable],
    }
    return msgspec.json.format(msgspec.json.encode(told), indent=2).decode() + "\n"


def _pipeline(one: RunningPipeline) -> dict[str, Any]:
    pipeline = one.pipeline
    return {
        "platform": pipeline.platform.value,
        "kind": pipeline.kind,
        "path": pipeline.path,
        "line": pipeline.span.line,
        "name": pipeline.name,
        "triggers": list(dict.fromkeys(trigger.name for trigger in pipeline.triggers)),
        "includes": [_used(ran) for ran in one.included],
        "jobs": [_job(job) for job in one.jobs],
    }


def _job(one: RunningJob) -> dict[str, Any]:
    job = one.job
    expanded = expanded_job(job)
    gitlab = job.platform is Platform.GITLAB
    return {
        "id": job.id,
        "name": expanded.name,
        "path": job.span.path,
        "line": job.span.line,
        "stage": expanded.stage,
        "image": expanded.image,
        "services": list(expanded.services),
        "when": expanded.when if gitlab else _when(job),
        "allow_failure": expanded.allow_failure if gitlab else job.may_fail,
        "needs": list(expanded.needs) if expanded.needs is not None else None,
        "environment": expanded.environment,
        "variables": expanded.variables,
        "before_script": list(expanded.before_script),
        "script": list(expanded.script) if gitlab else [step.script for step in job.steps if step.kind is StepKind.RUN],
        "after_script": list(expanded.after_script),
        "triggers": list(one.events),
        "moment": one.moment or None,
        "disabled": one.disabled or None,
        "called_from": one.called_from or None,
        "commands": [_command(ran) for ran in one.ran if ran.activity.kind is ActivityKind.COMMAND],
        "uses": [_used(ran) for ran in one.ran if ran.activity.kind is not ActivityKind.COMMAND],
    }


def _when(job: Job) -> str:
    if job.manual:
        return "manual"
    return {"always": "always", "on-failure": "on_failure"}.get(job.runs_always, "on_success")


def _command(ran: Ran) -> dict[str, Any]:
    command = ran.activity.command
    return {"argv": list(command.argv) if command is not None else [], **_teeth(ran)}


def _used(ran: Ran) -> dict[str, Any]:
    activity = ran.activity
    return {"kind": activity.kind.value, "name": activity.name, "version": activity.version, **_teeth(ran)}


def _teeth(ran: Ran) -> dict[str, Any]:
    activity = ran.activity
    return {
        "blocking": activity.blocking and not activity.disabled,
        "soft_why": activity.soft_why or None,
        "disabled": activity.disabled or None,
        "shows": list(ran.shows),
        "chain": [{"path": hop.path, "line": hop.line, "text": hop.text} for hop in activity.chain],
    }
