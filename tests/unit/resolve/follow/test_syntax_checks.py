"""Shells that only look at a script's syntax run nothing of it."""

import pytest

from opslint.model.activity import ActivityKind
from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import resolve
from opslint.source.trees.memory import MemoryTree


@pytest.mark.parametrize(
    ("command", "followed"),
    [("bash -n x.sh", False), ("sh -en x.sh", False), ("bash -o noexec x.sh", False), ("bash -e x.sh", True), ("bash x.sh -n", True)],
)
def test_script_is_followed_only_when_its_shell_runs_it(command: str, followed: bool) -> None:
    tree = MemoryTree({".gitlab-ci.yml": f"job:\n  script: [{command}]\n", "x.sh": "bandit -r src\n"})
    names = {one.name for one in resolve(read_repository(tree), tree).activities if one.kind is ActivityKind.COMMAND}
    assert ("bandit" in names) is followed
