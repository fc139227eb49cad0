"""What the followers of Python's runners are tried with."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest

from opslint.model.activity import Activity
from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import resolve
from opslint.source.trees.memory import MemoryTree

CI = ".github/workflows/ci.yml"
Follow = Callable[..., list[Activity]]


def followed(run: str, files: dict[str, str], *, step: str = "") -> list[Activity]:
    """What a step of a workflow runs, behind itself; files are written without their common indentation."""
    workflow = f"on: pull_request\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {run}\n{step}"
    tree = MemoryTree({CI: workflow, **{path: dedent(text).lstrip("\n") for path, text in files.items()}})
    return list(resolve(read_repository(tree), tree).activities)


@pytest.fixture
def follow() -> Follow:
    """The activities of a step, the step's own command first."""
    return followed


@pytest.fixture
def words() -> Callable[..., list[str]]:
    """The commands behind a step's own, each as its words."""
    def told(run: str, files: dict[str, str]) -> list[str]:
        return [" ".join(one.command.argv) for one in followed(run, files)[1:] if one.command is not None]

    return told
