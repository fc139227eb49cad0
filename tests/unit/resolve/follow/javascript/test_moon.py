"""moon: the tasks of projects, their own and inherited ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from opslint.model.activity import Activity

Run = Callable[[str, Mapping[str, Any]], list[Activity]]
Leaves = Callable[[str, Mapping[str, Any]], list[str]]

FILES: dict[str, Any] = {
    ".moon/workspace.yml": "projects:\n  globs: ['packages/*']\n  sources:\n    app: apps/app\n",
    ".moon/tasks.yml": "tasks:\n  lint:\n    command: eslint\n    args: [--max-warnings, '0', .]\n",
    "apps/app/moon.yml": """dependsOn: [lib]
# lint: nothing
tasks:
  build:
    command: vite build
    deps: ['^:build', '~:types', lint]
  types:
    command: [tsc, --noEmit]
    options: {runInCI: false, runFromWorkspaceRoot: true}
  test:
    script: 'jest && echo $project'
    options: {allowFailure: true}
""",
    "packages/lib/moon.yml": "tasks:\n  build:\n    command: rollup -c\n    deps: ['app:build']\n",
    "packages/lib/index.js": "",
    "other/lint.js": "",
}
LIB, APP = "packages/lib$ eslint --max-warnings 0 .", "apps/app$ eslint --max-warnings 0 ."


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("moon run :lint", [APP, LIB]),
        ("npx moon run lib:lint", [LIB]),
        ("moon run lib:lint -- --fix", [f"{LIB} --fix"]),
        ("moon ci :lint --base main", [APP, LIB]),
        ("moon run app:build", ["packages/lib$ rollup -c", "tsc --noEmit", APP, "apps/app$ vite build"]),
        ("cd packages/lib && moon run lint", [LIB]),
        ("moon check lib", [LIB, "tsc --noEmit", APP, "apps/app$ vite build", "packages/lib$ rollup -c"]),
        ("moon ci :types", []),
        ("moon run app:missing", []),
        ("moon run missing:lint", []),
        ("moon query tasks lint", []),
        ("echo moon run :lint", []),
    ],
)
def test_tasks_are_run_when_moon_names_them(leaves: Leaves, command: str, found: list[str]) -> None:
    ran = leaves(command, FILES)
    assert (ran[1:] if command.startswith("cd ") else ran) == found


def test_chain_names_the_line_when_a_task_is_inherited(run: Run) -> None:
    found = run("moon run lib:lint", FILES)[-1]
    assert [(hop.path, hop.line) for hop in found.chain[1:]] == [(".moon/tasks.yml", 3)]
    assert found.blocking


def test_task_is_soft_when_it_may_fail(run: Run) -> None:
    found = run("moon run app:test", FILES)
    assert [(one.name, one.blocking) for one in found] == [("moon", True), ("jest", False), ("echo", False)]


def test_nothing_is_followed_when_the_workspace_is_missing_or_odd(leaves: Leaves) -> None:
    assert leaves("moon run :lint", {name: text for name, text in FILES.items() if "workspace" not in name}) == []
    for text in ("[]", "projects: 3\n", "projects:\n  a: ../x\n", "projects:\n  - [[\n"):
        assert leaves("moon run :lint", {**FILES, ".moon/workspace.yml": text}) == []
