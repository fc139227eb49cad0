"""What the pipelines of a tree really run, job by job: the answer of `opslint resolve`."""

from __future__ import annotations

import msgspec

from opslint.model.activity import Activity
from opslint.model.pipeline import Job, Pipeline
from opslint.model.repository import FileEntry


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a job runs: a command, an action, an image …; `shows` are the practices it is evidence for, sorted."""

    activity: Activity
    shows: tuple[str, ...] = ()


class RunningJob(msgspec.Struct, frozen=True, kw_only=True):
    """A job with all it runs, in order.

    Shape: `moment` is the earliest time it runs (`before-merge`, `after-merge` …), "" where nothing starts it; `called_from` is
           the place of a reusable part's first caller, as `path:line`.
    """

    job: Job
    ran: tuple[Ran, ...]
    moment: str = ""
    events: tuple[str, ...] = ()
    disabled: str = ""
    called_from: str = ""


class RunningPipeline(msgspec.Struct, frozen=True, kw_only=True):
    """A pipeline file with its jobs; `included` is what it takes in that is no file of the tree."""

    pipeline: Pipeline
    jobs: tuple[RunningJob, ...]
    included: tuple[Ran, ...] = ()


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """All of a tree; `hooks` are pre-commit hooks that no job runs, `unreadable` the files that say nothing here."""

    name: str
    revision: str | None
    pipelines: tuple[RunningPipeline, ...]
    hooks: tuple[Ran, ...] = ()
    unreadable: tuple[FileEntry, ...] = ()
