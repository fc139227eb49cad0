"""run-s, run-p, npm-run-all, concurrently: several scripts of one package."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from opslint.model.activity import Activity

Run = Callable[[str, Mapping[str, Any]], list[Activity]]
Leaves = Callable[[str, Mapping[str, Any]], list[str]]

SCRIPTS = {
    "scripts": {
        "lint:js": "eslint .",
        "lint:css": "stylelint .",
        "lint:fix:js": "eslint . --fix",
        "test": "jest",
        "build": "tsc",
    }
}
FILES = {"package.json": SCRIPTS}


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("npx run-s test build", ["jest", "tsc"]),
        ("yarn run-s test build", ["jest", "tsc"]),
        ("npx run-p 'lint:*'", ["eslint .", "stylelint ."]),
        ("npx run-p 'lint:**'", ["eslint .", "stylelint .", "eslint . --fix"]),
        ("npx run-p -lc 'lint:{js,css}'", ["eslint .", "stylelint ."]),
        ("npx run-p 'lint:!(fix|css)'", ["eslint ."]),
        ("npx npm-run-all build -p 'lint:*' --continue-on-error -s test", ["tsc", "eslint .", "stylelint .", "jest"]),
        ("npx npm-run-all --max-parallel 2 build", ["tsc"]),
        ("npx run-s 'test -- --coverage'", ["jest --coverage"]),
        ("npx run-s 'test {@}' -- a b", ["jest a b"]),
        ("npx run-s 'test {2}' -- a b", ["jest b"]),
        ("npx run-s missing", []),
        ("npx run-s $TASKS", []),
        ("npx concurrently npm:test 'tsc -w'", ["jest", "tsc -w"]),
        ("npx concurrently 'npm:lint:*'", ["eslint .", "stylelint .", "eslint . --fix"]),
        ("npx concurrently 'pnpm:lint:*(!fix)'", ["eslint .", "stylelint ."]),
        ("npx conc -k -n a,b 'yarn:test -- --ci' 'npm:lint:j*'", ["jest --ci", "eslint ."]),
        ("echo run-s test", []),
        ("npm install run-s concurrently", []),
    ],
)
def test_scripts_are_run_when_a_sequence_names_them(leaves: Leaves, command: str, found: list[str]) -> None:
    programs = ("jest", "tsc", "eslint", "stylelint")
    assert sorted(leaf for leaf in leaves(f"true\n          {command}", FILES) if leaf.startswith(programs)) == sorted(found)


def test_chain_goes_through_every_script_when_sequences_nest(run: Run) -> None:
    files = {"package.json": {"scripts": {"ci": "run-s check", "check": "run-p lint:*", "lint:js": "eslint ."}}}
    found = run("npm run ci", files)[-1]
    assert found.name == "eslint"
    assert [hop.line for hop in found.chain] == [7, 3, 4, 5]
    assert found.blocking


def test_sequences_end_when_they_run_themselves(leaves: Leaves) -> None:
    files = {"package.json": {"scripts": {"a": "run-s a b", "b": "run-p '*' && eslint ."}}}
    assert "eslint ." in leaves("npm run a", files)


@pytest.mark.parametrize(
    ("options", "soft"),
    [
        ("", []),
        ("--success all", []),
        ("--kill-others --success first", []),
        ("--success command-0", ["jest"]),
        ("--success=command-jest", ["eslint"]),
        ("-s '!command-lint'", ["eslint"]),
    ],
)
def test_command_is_soft_when_concurrently_does_not_count_it(run: Run, options: str, soft: list[str]) -> None:
    found = run(f"npx concurrently {options} -n lint,jest 'eslint .' 'jest --ci'", FILES)
    assert [one.name for one in found] == ["eslint", "jest"]
    assert [one.name for one in found if not one.blocking] == soft


@pytest.mark.parametrize("command", ["npx c8 npm test", "nyc -r lcov npm test", "c8 --reporter=lcov yarn test"])
def test_script_is_reached_when_its_coverage_is_measured(leaves: Leaves, command: str) -> None:
    assert leaves(command, FILES) == ["jest"]
