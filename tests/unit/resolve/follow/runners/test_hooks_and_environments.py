"""lefthook, trunk and devbox: what they run, and what they do not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opslint.model.activity import Activity

Told = Callable[[str, dict[str, str]], list[str]]
Activities = Callable[[str, dict[str, str]], list[Activity]]

LEFTHOOK = """
# bandit
extends: [more.yml]
pre-commit:
  parallel: true
  commands:
    lint:
      root: web/
      run: npx eslint {staged_files}
      tags: [style]
    types:
      run: |
        mypy src || true
        npm test
      fail_text: semgrep
    off:
      skip: true
      run: black .
  scripts:
    "check.sh":
      runner: bash
  jobs:
    - name: grouped
      group:
        jobs:
          - run: isort {all_files}
          - name: again
            run: lefthook run pre-commit
pre-push:
  skip: true
  commands: {x: {run: pylint}}
"""
HOOKS = {
    "lefthook.yml": LEFTHOOK,
    "more.yml": "extends: lefthook.yml\npre-commit:\n  commands:\n    more: {run: ruff check}\n",
    ".lefthook/pre-commit/check.sh": "set -e\nshellcheck x.sh\n",
}


def test_lefthook_leads_to_the_commands_of_the_hook_when_it_is_run(told: Told, activities: Activities) -> None:
    lines = [
        "more.yml:4 ruff check",
        "lefthook.yml:8 eslint …",
        "lefthook.yml:12 mypy src (soft)",
        "lefthook.yml:13 npm test",
        ".lefthook/pre-commit/check.sh:2 shellcheck x.sh",
        "lefthook.yml:25 isort …",
        "lefthook.yml:27 lefthook run pre-commit",
    ]
    assert told("lefthook run pre-commit --all-files", HOOKS)[:7] == lines
    eslint = next(one for one in activities("lefthook run pre-commit", HOOKS) if one.name == "eslint")
    assert [(hop.line, hop.text) for hop in eslint.chain[1:]] == [(6, "pre-commit: lint"), (8, "npx eslint …")]


@pytest.mark.parametrize(
    ("run", "lines"),
    [
        ("lefthook run pre-commit --commands more", ["more.yml:4 ruff check"]),
        ("npx lefthook run pre-commit --tags style", ["lefthook.yml:8 eslint …"]),
        ("lefthook run pre-push", []),
        ("lefthook install", []),
        ("lefthook run", []),
    ],
)
def test_lefthook_runs_what_its_words_say(told: Told, run: str, lines: list[str]) -> None:
    assert [line for line in told(run, HOOKS) if "shellcheck" not in line] == lines


def test_lefthook_cannot_run_a_hook_that_is_not_there(activities: Activities) -> None:
    whole = {"lefthook.yml": LEFTHOOK, "more.yml": "x: {}\n"}
    assert activities("lefthook run nope", whole)[0].disabled == 'lefthook.yml has no hook "nope"'
    assert not activities("lefthook run nope", {"lefthook.yml": LEFTHOOK})[0].disabled


TRUNK = """
version: 0.1
lint:
  disabled: [semgrep]
  enabled:
    - ruff@0.4.1  # bandit
    - golangci-lint@1.60.0
    - semgrep@1.0.0
    - shellcheck@0.10.0: {packages: []}
"""


@pytest.mark.parametrize(
    ("run", "lines"),
    [
        ("trunk check --all --ci", ["5 ruff check .", "6 golangci-lint run", "8 shellcheck"]),
        ("cd web && trunk check", ["5 ruff check .", "6 golangci-lint run", "8 shellcheck"]),
        ("trunk check --filter=ruff", ["5 ruff check ."]),
        ("trunk check --exclude ruff", ["6 golangci-lint run", "8 shellcheck"]),
        ("trunk check list", []),
        ("trunk fmt", []),
        ("trunk build --release", []),
    ],
)
def test_trunk_runs_the_linters_that_are_switched_on(told: Told, run: str, lines: list[str]) -> None:
    assert told(run, {".trunk/trunk.yaml": TRUNK, "web/x": ""}) == [f".trunk/trunk.yaml:{line}" for line in lines]


def test_trunk_action_is_trunk_check(activities: Activities) -> None:
    workflow = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: trunk-io/trunk-action@v1\n"
    found = activities("true", {".trunk/trunk.yaml": TRUNK, ".github/workflows/trunk.yml": workflow})
    assert "ruff" in [one.name for one in found]
    assert not [one for one in activities("true", {".github/workflows/trunk.yml": workflow}) if one.name == "ruff"]


DEVBOX = """
{
  // bandit
  "packages": ["semgrep@1"],
  "shell": {
    "init_hook": "true",
    "scripts": {
      "lint": "ruff check",
      "all": [
        "devbox run lint",
        "devbox run all",
        "mypy; black",
      ],
    },
  },
}
"""


@pytest.mark.parametrize(
    ("run", "lines"),
    [
        ("devbox run lint src", ["7 ruff check src"]),
        ("cd web && devbox run lint", ["7 ruff check"]),
        ("devbox run all", ["9 lint", "7 ruff check", "10 all", "11 mypy", "11 black"]),
        ("devbox run nope", []),
        ("devbox shell", []),
        ("devbox run --list", []),
    ],
)
def test_devbox_runs_what_its_words_say(told: Told, run: str, lines: list[str]) -> None:
    assert told(run, {"devbox.json": DEVBOX, "web/x": ""}) == [f"devbox.json:{line}" for line in lines]


@pytest.mark.parametrize(
    "run",
    [
        "devbox run -- make lint", "mise x -- make lint", "mise exec node@20 -- make lint", "nix develop -c make lint",
        "nix develop .#ci --command make lint", "direnv exec . make lint", "doppler run -- make lint",
    ],
)  # fmt: skip
def test_runner_is_followed_when_something_else_starts_it(told: Told, run: str) -> None:
    assert told(run, {"Makefile": "lint:\n\truff check\n", "devbox.json": DEVBOX}) == ["Makefile:2 ruff check"]
