"""What a command of a pipeline leads to, in words."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest

from opslint.model.activity import Activity
from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import resolve
from opslint.source.trees.memory import MemoryTree

Files = dict[str, str]


def _activities(run: str, files: Files) -> list[Activity]:
    workflow = "on: pull_request\njobs:\n  test:\n    runs-on: x\n    steps:\n      - run: |\n"
    workflow += "".join(f"          {line}\n" for line in run.split("\n"))
    tree = MemoryTree({".github/workflows/ci.yml": workflow, **{path: dedent(text).lstrip("\n") for path, text in files.items()}})
    return list(resolve(read_repository(tree), tree).activities)


def _told(run: str, files: Files) -> list[str]:
    found = []
    for activity in _activities(run, files):
        if activity.command is not None and len(activity.chain) > 1 and activity.name not in ("cd", "set"):
            soft = "" if activity.blocking else " (soft)"
            found.append(f"{activity.span.path}:{activity.span.line} {' '.join(activity.command.argv)}{soft}")
    return found


@pytest.fixture
def activities() -> Callable[[str, Files], list[Activity]]:
    """Everything a workflow's one step leads to."""
    return _activities


@pytest.fixture
def told() -> Callable[[str, Files], list[str]]:
    """`path:line argv`, with ` (soft)` behind what cannot fail the job, of each command that a step leads to; `cd` and `set` left out."""
    return _told
