"""Composite actions run with the inputs they are called with."""

from __future__ import annotations

import pytest

from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import resolve
from opslint.source.trees.memory import MemoryTree

ACTION = """\
inputs:
  lint: {default: 'true'}
runs:
  using: composite
  steps:
    - if: inputs.lint == 'true'
      shell: bash
      run: ruff check .
"""


def disabled(given: str) -> list[str]:
    tree = MemoryTree({
        ".github/actions/check/action.yml": ACTION,
        ".github/workflows/ci.yml": "on: pull_request\njobs:\n  a:\n    runs-on: x\n    steps:\n"
                                    f"      - uses: ./.github/actions/check\n{given}",
    })
    activities = resolve(read_repository(tree), tree).activities
    return [activity.disabled for activity in activities if activity.name == "ruff"]


@pytest.mark.parametrize(
    ("given", "runs"),
    [
        ("        with: {lint: 'true'}\n", True),
        ("        with: {lint: 'false'}\n", False),
        ("        with: {lint: '${{ github.actor }}'}\n", True),
        ("", True),
    ],
)
def test_step_of_an_action_runs_unless_its_inputs_say_otherwise(given: str, runs: bool) -> None:
    assert [not why for why in disabled(given)] == [runs]


def test_nothing_runs_when_only_a_program_is_looked_for() -> None:
    tree = MemoryTree({".gitlab-ci.yml": "a:\n  script:\n    - command -v bandit\n    - zap-baseline.py -t http://x\n"})
    activities = resolve(read_repository(tree), tree).activities
    assert [(one.name, one.disabled) for one in activities if one.job] == [("command", ""), ("zap-baseline.py", "")]


def test_program_is_known_when_a_variable_only_says_where_it_is() -> None:
    tree = MemoryTree({".gitlab-ci.yml": 'a:\n  script:\n    - if [ -d venv ]; then PREFIX=venv/bin/; fi\n    - ${PREFIX}ruff check .\n'})
    assert "ruff" in [one.name for one in resolve(read_repository(tree), tree).activities if one.job]
