"""Rush: the scripts of its commands in every project."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from opslint.model.activity import Activity

Run = Callable[[str, Mapping[str, Any]], list[Activity]]
Leaves = Callable[[str, Mapping[str, Any]], list[str]]

COMMANDS = """{
  /* of our own */
  "commands": [
    { "commandKind": "bulk", "name": "lint" },
    { "commandKind": "phased", "name": "test", "phases": ["_phase:build", "_phase:test"] },
    { "commandKind": "global", "name": "pretty", "shellCommand": "prettier --check ." }
  ]
}
"""
FILES: dict[str, Any] = {
    "rush.json": '{ // projects\n "projects": [{"packageName": "a", "projectFolder": "./libs/a"}, {"projectFolder": "apps/b"},'
    ' {"projectFolder": "../c"}, 3] }',
    "common/config/rush/command-line.json": COMMANDS,
    "libs/a/package.json": {
        "name": "@s/a",
        "scripts": {"build": "tsc", "lint": "eslint a", "_phase:build": "rollup", "_phase:test": "jest"},
    },
    "apps/b/package.json": {"name": "b", "scripts": {"lint": "eslint b", "prelint": "x"}, "dependencies": {"@s/a": "workspace:*"}},
}


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("rush lint", ["libs/a$ eslint a", "apps/b$ eslint b"]),
        ("rush --debug lint --verbose", ["libs/a$ eslint a", "apps/b$ eslint b"]),
        ("node common/scripts/install-run-rush.js lint", ["libs/a$ eslint a", "apps/b$ eslint b"]),
        ("cd apps/b && rush lint --only b", ["apps/b$ eslint b"]),
        ("rush lint --to b", ["libs/a$ eslint a", "apps/b$ eslint b"]),
        ("rush lint -T b", ["libs/a$ eslint a"]),
        ("rush lint --only=a", ["libs/a$ eslint a"]),
        ("rush lint --to git:origin/main", ["libs/a$ eslint a", "apps/b$ eslint b"]),
        ("rush rebuild", ["libs/a$ tsc"]),
        ("rush test", ["libs/a$ rollup", "libs/a$ jest"]),
        ("rush pretty", ["prettier --check ."]),
        ("cd libs/a && rushx lint", ["libs/a$ eslint a"]),
        ("rush install", []),
        ("rush missing", []),
        ("rush", []),
        ("echo rush lint", []),
    ],
)
def test_scripts_are_run_when_rush_names_them(leaves: Leaves, command: str, found: list[str]) -> None:
    ran = leaves(command, FILES)
    assert (ran[1:] if command.startswith("cd ") else ran) == found


def test_chain_names_the_script_when_rush_is_installed_on_the_way(run: Run) -> None:
    found = run("node common/scripts/install-run-rush.js lint", FILES)
    assert [(hop.path, hop.line) for hop in found[-1].chain] == [(".github/workflows/ci.yml", 7), ("apps/b/package.json", 4)]


def test_scripts_end_when_they_start_rush_again(leaves: Leaves) -> None:
    files = {**FILES, "libs/a/package.json": {"name": "a", "scripts": {"lint": "rush lint"}}}
    assert len(leaves("rush lint", files)) < 10


def test_nothing_is_followed_when_rush_json_is_missing_or_odd(leaves: Leaves) -> None:
    assert leaves("rush lint", {name: text for name, text in FILES.items() if name != "rush.json"}) == []
    for text in ("[]", "{", '{"projects": {}}', '{"projects": [{"projectFolder": 3}]}'):
        assert leaves("rush lint", {**FILES, "rush.json": text}) == []
    assert leaves("rush build", {**FILES, "common/config/rush/command-line.json": "["}) == ["libs/a$ tsc"]
