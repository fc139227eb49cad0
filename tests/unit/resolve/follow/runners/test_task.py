"""Task: what tasks run, and what they do not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opslint.model.activity import Activity

Told = Callable[[str, dict[str, str]], list[str]]
Activities = Callable[[str, dict[str, str]], list[Activity]]

TASKFILE = """
version: '3'
vars:
  SRC: src
  PATHS: '{{.SRC}} tests'
  REV:
    sh: git rev-parse HEAD
env:
  MODE: ci
tasks:
  default:
    deps: [lint]
    cmds:
      - task: scan
        vars: {LEVEL: high}
      - defer: rm -rf tmp
      - cmd: codecov
        ignore_error: true
  lint:
    desc: run bandit
    aliases: [l]
    cmds:
      - ruff check {{.PATHS}} {{.CLI_ARGS}}
      - |
        cd web
        npx eslint .
  scan:
    vars:
      LEVEL: '{{.LEVEL | default "low"}}'
    cmds:
      - pip-audit --level {{.LEVEL}} --rev {{.REV}}
  unused: semgrep scan
"""


def test_task_leads_to_what_a_task_depends_on_and_calls_when_it_is_run(told: Told, activities: Activities) -> None:
    assert told("task", {"Taskfile.yml": TASKFILE}) == [
        "Taskfile.yml:22 ruff check src tests",
        "Taskfile.yml:25 eslint .",
        "Taskfile.yml:30 pip-audit --level high --rev …",
        "Taskfile.yml:16 codecov (soft)",
        "Taskfile.yml:15 rm -rf tmp (soft)",
    ]
    audit = next(one for one in activities("task", {"Taskfile.yml": TASKFILE}) if one.name == "pip-audit")
    assert [(hop.line, hop.text) for hop in audit.chain[1:]] == [
        (13, "default: scan"),
        (30, "pip-audit --level high --rev …"),
    ]


@pytest.mark.parametrize(
    ("run", "lines"),
    [
        ("task lint -- --fix", ["Taskfile.yml:22 ruff check src tests --fix", "Taskfile.yml:25 eslint ."]),
        ("task l", ["Taskfile.yml:22 ruff check src tests", "Taskfile.yml:25 eslint ."]),
        ("task scan LEVEL=all", ["Taskfile.yml:30 pip-audit --level all --rev …"]),
        ("go-task scan", ["Taskfile.yml:30 pip-audit --level low --rev …"]),
        ("cd web && task scan", ["Taskfile.yml:30 pip-audit --level low --rev …"]),
        ("task -t Taskfile.yml scan", ["Taskfile.yml:30 pip-audit --level low --rev …"]),
        ("task --list", []),
        ("task -n scan", []),
        ("echo task scan", []),
    ],
)
def test_task_runs_what_its_words_say(told: Told, run: str, lines: list[str]) -> None:
    assert told(run, {"Taskfile.yml": TASKFILE, "web/x": ""}) == lines


def test_task_names_no_tool_when_only_a_description_or_an_unrelated_task_does(told: Told) -> None:
    assert not [line for line in told("task", {"Taskfile.yml": TASKFILE}) if "bandit" in line or "semgrep" in line]


def test_task_cannot_run_when_it_is_not_there(activities: Activities) -> None:
    assert activities("task nope", {"Taskfile.yml": TASKFILE})[0].disabled == 'Taskfile.yml has no task "nope"'
    remote = TASKFILE + "includes:\n  x: https://example.com/Taskfile.yml\n"
    assert not activities("task nope", {"Taskfile.yml": remote})[0].disabled
    assert not activities("task add milk", {})[0].disabled


def test_task_ends_when_tasks_and_files_need_each_other(told: Told) -> None:
    files = {
        "Taskfile.yml": "includes: {x: ./x}\nvars: {A: '{{.B}}', B: '{{.A}}'}\ntasks:\n  a:\n    deps: [b, 'x:c']\n"
        "    cmds: [task a, 'mypy {{.A}}']\n  b: {deps: [a], cmds: [ruff]}\n",
        "x/Taskfile.yml": "includes: {y: ../Taskfile.yml}\ntasks:\n  c: [{task: ':a'}, {cmd: black}]\n",
    }
    assert told("task a", files)[:3] == ["Taskfile.yml:7 ruff", "x/Taskfile.yml:3 black", "Taskfile.yml:6 task a"]


def test_task_reads_included_files_where_they_run(told: Told) -> None:
    files = {
        "Taskfile.yml": "includes:\n  web: {taskfile: ./web, dir: ./web}\n  flat: {taskfile: ci.yml, flatten: true}\n"
        "  docs: {taskfile: ./docs/Taskfile.yml, optional: true, aliases: [d]}\ntasks:\n  all: [{task: 'web:test'}, {task: lint}]\n",
        "web/Taskfile.yml": "tasks:\n  test: {deps: [build], cmds: [npm test]}\n  build: tsc\n  default: vite\n",
        "web/package.json": '{"scripts": {"test": "vitest"}}',
        "ci.yml": "tasks:\n  lint: ruff check\n",
    }
    assert told("task all", files) == [
        "web/Taskfile.yml:3 tsc", "web/Taskfile.yml:2 npm test", "web/package.json:1 vitest", "ci.yml:2 ruff check",
    ]  # fmt: skip
    assert told("task web", files) == ["web/Taskfile.yml:4 vite"]


def test_task_takes_each_turn_of_a_literal_loop(told: Told) -> None:
    assert told("task a", {"Taskfile.yml": "tasks:\n  a:\n    cmds:\n      - for: [ruff, mypy]\n        cmd: '{{.ITEM}} src'\n"}) == [
        "Taskfile.yml:5 ruff src", "Taskfile.yml:5 mypy src",
    ]  # fmt: skip
    several = "tasks:\n  a:\n    vars: {L: 'x y'}\n    cmds:\n      - for: {var: L}\n        task: t-{{.ITEM}}\n  t-x: ruff\n  t-y: mypy\n"
    assert told("task a", {"Taskfile.yml": several}) == ["Taskfile.yml:7 ruff", "Taskfile.yml:8 mypy"]
    unknown = "tasks:\n  a:\n    cmds:\n      - for: sources\n        cmd: ruff {{.ITEM}}\n"
    assert told("task a", {"Taskfile.yml": unknown}) == ["Taskfile.yml:5 ruff …"]


def test_task_fills_wildcards_of_a_name(told: Told) -> None:
    taskfile = "tasks:\n  lint:*:\n    dir: '{{index .MATCH 0}}'\n    cmd: eslint {{index .MATCH 0}}\n"
    assert told("task lint:web", {"Taskfile.yml": taskfile}) == ["Taskfile.yml:4 eslint web"]


def test_task_stops_at_the_first_error_but_not_at_that_of_a_pipe(told: Told) -> None:
    assert told("task a", {"Taskfile.yml": "tasks:\n  a: mypy; ruff | tee log\n"}) == [
        "Taskfile.yml:2 mypy", "Taskfile.yml:2 ruff (soft)", "Taskfile.yml:2 tee log",
    ]  # fmt: skip
    assert told("task a", {"Taskfile.yml": "set: [pipefail]\ntasks:\n  a: ruff | tee log\n"})[0] == "Taskfile.yml:3 ruff"


def test_task_for_another_system_is_not_run(told: Told) -> None:
    windows = "tasks:\n  a:\n    cmds:\n      - {cmd: ruff, platforms: [windows]}\n      - {cmd: mypy, platforms: [linux/amd64]}\n"
    assert told("task a", {"Taskfile.yml": windows}) == ["Taskfile.yml:5 mypy"]
