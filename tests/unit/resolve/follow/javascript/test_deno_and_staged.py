"""Deno's tasks, and what lint-staged runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from opslint.model.activity import Activity

Run = Callable[[str, Mapping[str, Any]], list[Activity]]
Leaves = Callable[[str, Mapping[str, Any]], list[str]]

DENO = """{
  // the tasks
  "tasks": {
    "lint": "deno lint && deno task types",
    "types": "deno check .",
    "check:a": { "command": "eslint a", "dependencies": ["build"] },
    "check:b": { "command": "eslint b", "dependencies": ["build", "check:b"] },
    "build": { "description": "deno task lint", "dependencies": ["check:a", "types"] },
  },
  "workspace": ["./packages/*"],
}
"""
FILES: dict[str, Any] = {
    "deno.jsonc": DENO,
    "package.json": {"scripts": {"prebundle": "tsc", "bundle": "rollup -c"}},
    "packages/a/deno.json": {"tasks": {"lint": "eslint a"}},
    "other/deno.json": {"tasks": {"lint": "eslint other"}},
}


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("deno task lint", ["deno lint", "deno task types", "deno check ."]),
        ("deno task -q types --all", ["deno check . --all"]),
        ("deno task 'check:*'", ["deno check .", "eslint a", "eslint b"]),
        ("deno task build", ["eslint a", "deno check ."]),
        ("deno task bundle", ["tsc", "rollup -c"]),
        ("deno task --cwd packages/a lint", ["packages/a$ eslint a"]),
        ("cd packages/a && deno task lint", ["packages/a$ eslint a"]),
        ("deno task -c other/deno.json lint", ["other$ eslint other"]),
        ("deno task --recursive lint", ["deno lint", "deno task types", "deno check .", "packages/a$ eslint a"]),
        ("deno task", []),
        ("deno run task lint", []),
        ("deno lint", []),
        ("echo deno task lint", []),
    ],
)
def test_tasks_are_run_when_deno_names_them(leaves: Leaves, command: str, found: list[str]) -> None:
    ran = leaves(command, FILES)
    assert (ran[1:] if command.startswith("cd ") else ran) == found


def test_chain_names_the_line_of_the_task_when_it_is_followed(run: Run) -> None:
    found = run("deno task lint", FILES)
    assert [(hop.path, hop.line) for hop in found[-1].chain[1:]] == [("deno.jsonc", 4), ("deno.jsonc", 5)]
    assert found[-1].blocking


def test_missing_task_is_dead_when_the_configuration_is_there(run: Run) -> None:
    assert run("deno task nothing", FILES)[0].disabled == 'deno.jsonc has no task "nothing"'
    assert not run("deno task nothing", {})[0].disabled
    assert not run("deno task nothing", {"deno.json": "{"})[0].disabled
    assert not run("deno task $TASK", FILES)[0].disabled


STAGED = {"lint-staged": {"*.js": ["eslint --fix", "jest --findRelatedTests"], "*.css": "stylelint"}}


def test_staged_commands_are_soft_when_nothing_is_staged(run: Run) -> None:
    found = run("npx lint-staged", {"package.json": STAGED})
    assert [(one.name, one.span.line, one.blocking) for one in found[1:]] == [
        ("eslint", 4, False),
        ("jest", 5, False),
        ("stylelint", 7, False),
    ]
    assert "fresh checkout" in found[1].soft_why


def test_staged_commands_bite_when_a_difference_is_named(run: Run) -> None:
    found = run("npx lint-staged --diff=origin/main...HEAD", {".lintstagedrc": "'*.js': eslint\n'**/*.css': stylelint\n"})
    assert [(one.name, one.blocking) for one in found[1:]] == [("eslint", True), ("stylelint", True)]


def test_staged_configuration_is_left_alone_when_it_is_a_program_or_missing(leaves: Leaves) -> None:
    assert leaves("npx lint-staged", {"lint-staged.config.js": "export default {'*.js': 'eslint'}", "package.json": {}}) == []
    assert leaves("npx lint-staged -c ci.json", {"package.json": STAGED}) == []
    assert leaves("npx lint-staged -c ci.json", {"package.json": STAGED, "ci.json": {"*": "prettier --check"}}) == ["prettier --check"]
