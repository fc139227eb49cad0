"""mise: what tasks run, and what they do not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opslint.model.activity import Activity

Told = Callable[[str, dict[str, str]], list[str]]
Activities = Callable[[str, dict[str, str]], list[Activity]]

MISE = """
[tools]
bandit = "1"

[env]
MODE = "ci"

[tasks.check]
description = "semgrep"
depends = ["lint:*", "types"]
depends_post = "report"

[tasks."lint:py"]
run = "ruff check src"
alias = "l"

[tasks."lint:web"]
dir = "web"
run = [
  "npx eslint .",
  "npm test",
]

[tasks]
types = "mypy"
report = { run = "codecov" }

[tasks.long]
run = '''
#!/usr/bin/env bash
set -e
ruff format
bandit -r src
'''
"""


def test_mise_leads_to_tasks_needed_before_and_after_when_one_is_run(told: Told, activities: Activities) -> None:
    files = {"mise.toml": MISE, "web/package.json": '{"scripts": {"test": "vitest"}}'}
    assert told("mise run check", files) == [
        "mise.toml:13 ruff check src",
        "mise.toml:19 eslint .",
        "mise.toml:20 npm test",
        "web/package.json:1 vitest",
        "mise.toml:24 mypy",
        "mise.toml:25 codecov",
    ]
    ruff = next(one for one in activities("mise run check", files) if one.name == "ruff")
    assert [(hop.line, hop.text) for hop in ruff.chain[1:]] == [(9, "check: lint:*"), (13, "ruff check src")]


@pytest.mark.parametrize(
    ("run", "lines"),
    [
        ("mise r types", ["mise.toml:24 mypy"]),
        ("mise types", ["mise.toml:24 mypy"]),
        ("mise tasks run l", ["mise.toml:13 ruff check src"]),
        ("mise run types --strict src", ["mise.toml:24 mypy --strict src"]),
        ("mise run types ::: report", ["mise.toml:24 mypy", "mise.toml:25 codecov"]),
        ("mise run long", ["mise.toml:31 ruff format", "mise.toml:32 bandit -r src"]),
        ("cd web && mise run types", ["mise.toml:24 mypy"]),
        ("mise run -C web types", ["mise.toml:24 mypy"]),
        ("mise x -- just a", ["justfile:2 black ."]),
        ("mise install", []),
        ("mise run --dry-run types", []),
        ("mise run nope", []),
    ],
)
def test_mise_runs_what_its_words_say(told: Told, run: str, lines: list[str]) -> None:
    assert told(run, {"mise.toml": MISE, "web/x": "", "justfile": "a:\n  black .\n"}) == lines


def test_mise_names_no_tool_when_only_a_description_or_a_version_does(told: Told) -> None:
    assert not [line for line in told("mise run check", {"mise.toml": MISE}) if "semgrep" in line or "bandit" in line]


def test_mise_ends_when_tasks_need_each_other(told: Told) -> None:
    looping = '[tasks.a]\ndepends = ["b", "*"]\nrun = ["mise run b", {task = "a"}, "mypy"]\n[tasks.b]\ndepends = "a"\nrun = "ruff"\n'
    assert told("mise run a", {"mise.toml": looping})[:2] == ["mise.toml:6 ruff", "mise.toml:3 mise run b"]


def test_mise_runs_scripts_of_its_tasks_folders_and_of_file(told: Told) -> None:
    files = {
        ".mise/tasks/lint/py.sh": '#!/usr/bin/env bash\n#MISE depends=["build"]\n#MISE dir="src"\nruff check "$1"\n',
        ".config/mise.toml": '[tasks.build]\nfile = "ci/build.sh"\n',
        "ci/build.sh": "#!/bin/sh\nhatch build\n",
    }
    assert told("mise run lint:py x", files) == ["ci/build.sh:2 hatch build", ".mise/tasks/lint/py.sh:4 ruff check x"]


def test_mise_prefers_the_configuration_that_is_nearest(told: Told) -> None:
    files = {"mise.toml": '[tasks]\na = "ruff"\nb = "black"\n', "web/mise.toml": '[tasks]\na = "eslint"\n'}
    assert told("cd web && mise run a && mise run b", files) == ["web/mise.toml:2 eslint", "mise.toml:3 black"]


def test_mise_reads_included_files_of_tasks(told: Told) -> None:
    files = {"mise.toml": '[task_config]\nincludes = ["tasks.toml"]\n', "tasks.toml": '[lint]\nrun = "ruff"\n'}
    assert told("mise run lint", files) == ["tasks.toml:2 ruff"]


def test_mise_runs_a_line_so_that_errors_stop_it(told: Told) -> None:
    assert told("mise run a", {"mise.toml": '[tasks.a]\nrun = "mypy; ruff"\n'}) == ["mise.toml:2 mypy", "mise.toml:2 ruff"]
    assert told("mise run a", {"mise.toml": '[tasks.a]\nshell = "bash -c"\nrun = "mypy; ruff"\n'})[0] == "mise.toml:3 mypy (soft)"


@pytest.mark.parametrize("text", ["[tasks", "tasks = 1", "[tasks]\na = 1\nb = [1, {}]\nc = {run = 2}", "\0"])
def test_mise_says_nothing_when_its_file_is_broken(told: Told, text: str) -> None:
    assert told("mise run a\nmise run b\nmise run c", {"mise.toml": text}) == []
