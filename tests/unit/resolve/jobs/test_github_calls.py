"""What reusable workflows, actions of the repository and workflows behind others run, for each that starts them."""

from __future__ import annotations

import pytest

from opslint.model.activity import Activity
from opslint.model.pipeline import Event
from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import resolve
from opslint.source.trees.memory import MemoryTree

FLOWS = ".github/workflows"
CALLED = """\
on:
  workflow_call:
    inputs:
      task: {type: string, default: lint}
      deep: {type: boolean, default: false}
jobs:
  run:
    runs-on: ubuntu-latest
    steps:
      - run: make ${{ inputs.task }}
      - if: inputs.deep
        run: mypy src
"""
MAKEFILE = "lint:\n\tflake8 .\naudit:\n\tbandit -r src\n"


def _resolve(files: dict[str, str]) -> list[Activity]:
    tree = MemoryTree({"Makefile": MAKEFILE, **files})
    return [one for one in resolve(read_repository(tree), tree).activities if one.job is not None]


def _called(jobs: str, called: str = CALLED, head: str = "on: pull_request\n") -> dict[str, Activity]:
    found = _resolve({f"{FLOWS}/ci.yml": f"{head}jobs:\n{jobs}", f"{FLOWS}/called.yml": called})
    return {one.name: one for one in found}


def _call(name: str, inputs: str = "", more: str = "") -> str:
    given = f"    with: {inputs}\n" if inputs else ""
    return f"  {name}:\n{more}    uses: ./.github/workflows/called.yml\n{given}"


def test_workflow_runs_both_ways_when_it_is_called_with_different_inputs() -> None:
    found = _called(_call("a") + _call("b", "{task: audit}"))
    assert [(hop.path, hop.line, hop.text) for hop in found["bandit"].chain] == [
        (f"{FLOWS}/ci.yml", 6, "uses: ./.github/workflows/called.yml"),
        (f"{FLOWS}/called.yml", 10, "make audit"),
        ("Makefile", 4, "bandit -r src"),
    ]
    assert found["flake8"].chain[0].line == 4
    assert found["bandit"].blocking
    assert found["bandit"].events == {Event.CHANGE}


@pytest.mark.parametrize(
    ("inputs", "runs"),
    [("", False), ("{deep: true}", True), ("{deep: false}", False), ("{deep: '${{ github.ref_protected }}'}", True)],
)
def test_step_runs_when_the_inputs_of_a_caller_let_it(inputs: str, runs: bool) -> None:
    assert (not _called(_call("a", inputs))["mypy"].disabled) is runs


def test_value_of_the_callers_matrix_is_handed_on_when_it_is_given() -> None:
    found = _called(_call("a", "{task: '${{ matrix.t }}'}", "    strategy: {matrix: {t: [lint, audit]}}\n"))
    assert {"flake8", "bandit"} <= found.keys()


def test_word_stays_unknown_when_the_caller_gives_what_cannot_be_known() -> None:
    found = _called(_call("a", "{task: '${{ vars.TASK }}'}"))
    assert found["make"].command is not None
    assert found["make"].command.argv == ("make", "…")


def test_job_cannot_run_when_the_job_it_needs_is_skipped_by_the_inputs() -> None:
    called = CALLED + "  more:\n    if: inputs.deep\n    runs-on: x\n    steps: [{run: pylint src}]\n"
    called += "  last:\n    needs: more\n    runs-on: x\n    steps: [{run: black .}]\n"
    found = _called(_call("a"), called)
    assert found["pylint"].disabled
    assert found["black"].disabled
    assert not _called(_call("a", "{deep: true}"), called)["black"].disabled


def test_input_goes_through_when_a_called_workflow_calls_another() -> None:
    middle = "on: {workflow_call: {inputs: {which: {type: string}}}}\njobs:\n"
    middle += "  x:\n    uses: ./.github/workflows/last.yml\n    with: {task: '${{ inputs.which }}'}\n"
    found = _resolve({
        f"{FLOWS}/ci.yml": "on: push\njobs:\n" + _call("a", "{which: audit}"),
        f"{FLOWS}/called.yml": middle,
        f"{FLOWS}/last.yml": CALLED,
    })
    bandit = next(one for one in found if one.name == "bandit")
    assert [hop.path for hop in bandit.chain] == [f"{FLOWS}/ci.yml", f"{FLOWS}/called.yml", f"{FLOWS}/last.yml", "Makefile"]


def test_reading_ends_when_workflows_call_one_another_in_a_circle() -> None:
    head = "on: {workflow_call: {inputs: {t: {type: string}}}}\njobs:\n  x:\n"
    one = head + "    uses: ./.github/workflows/%s.yml\n    with: {t: 'a${{ inputs.t }}'}\n"
    found = _resolve({f"{FLOWS}/a.yml": one % "b", f"{FLOWS}/b.yml": one % "a"})
    assert all(activity.disabled for activity in found)


DISPATCHED = """\
on:
  push:
  workflow_dispatch:
    inputs:
      task: %s
jobs:
  run:
    runs-on: x
    steps:
      - run: make ${{ inputs.task || 'lint' }}
"""


@pytest.mark.parametrize(
    ("declared", "by_hand"),
    [("{default: audit}", {"flake8": False, "bandit": True}), ("{type: choice, options: [audit, lint]}", {"flake8": False, "bandit": True}),
     ("{}", {"flake8": False})],
)
def test_inputs_are_empty_by_events_and_the_defaults_when_a_person_starts_it(declared: str, by_hand: dict[str, bool]) -> None:
    found = _resolve({f"{FLOWS}/ci.yml": DISPATCHED % declared})
    told = {one.name: one.events <= {Event.MANUAL} for one in found if one.name in ("flake8", "bandit")}
    assert told == by_hand


ACTION = """\
inputs:
  tool: {default: flake8}
runs:
  using: composite
  steps:
    - shell: bash
      run: ${{ inputs.tool }} src
    - shell: bash
      run: bash ${{ github.action_path }}/more.sh && "$GITHUB_ACTION_PATH/again.sh"
      working-directory: app
"""


def _used(step: str, action: str = ACTION) -> list[str]:
    files = {
        f"{FLOWS}/ci.yml": f"on: pull_request\njobs:\n  a:\n    runs-on: x\n    steps:\n{step}",
        "ci/check/action.yml": action,
        "ci/check/more.sh": "pylint src\n",
        "ci/check/again.sh": "#!/bin/bash\nmypy src\n",
        "ci/check/Dockerfile": "FROM alpine\nCOPY entry.sh /entry.sh\nENTRYPOINT [\"/entry.sh\"]\n",
        "ci/check/entry.sh": "#!/bin/sh\nhadolint $1\nblack $INPUT_TOOL\n",
        "app/x": "",
    }
    return [" ".join(one.command.argv) for one in _resolve(files) if one.command is not None and not one.disabled]


def test_action_runs_with_what_it_is_given_or_its_defaults_when_it_is_used() -> None:
    assert "flake8 src" in _used("      - uses: ./ci/check\n")
    assert "bandit src" in _used("      - uses: ./ci/check\n        with: {tool: bandit}\n")
    assert "… src" in _used("      - uses: ./ci/check\n        with: {tool: '${{ github.actor }}'}\n")


def test_scripts_beside_an_action_are_found_when_it_names_its_own_folder() -> None:
    assert {"pylint src", "mypy src"} <= set(_used("      - uses: ./ci/check\n"))


def test_entry_point_runs_when_an_action_is_built_from_a_dockerfile() -> None:
    docker = "inputs: {tool: {default: x}}\nruns:\n  using: docker\n  image: Dockerfile\n  args: ['${{ inputs.tool }}']\n"
    assert _used("      - uses: ./ci/check\n        with: {tool: src}\n", docker)[1:] == ["hadolint src", "black src"]
    assert _used("      - uses: ./ci/check\n", docker.replace("Dockerfile", "docker://alpine")) == []


def test_nothing_is_said_when_an_action_is_javascript_or_of_another_repository() -> None:
    assert _used("      - uses: ./ci/check\n", "runs:\n  using: node20\n  main: index.js\n") == []
    assert _used("      - uses: octo/repo/ci/check@v1\n") == []


def test_reading_ends_when_an_action_uses_itself() -> None:
    action = "runs:\n  using: composite\n  steps:\n    - uses: ./ci/check\n    - {run: bandit src, shell: bash}\n"
    assert "bandit src" in _used("      - uses: ./ci/check\n", action)


def _behind(trigger: str, condition: str = "", filters: str = "") -> Activity:
    files = {
        f"{FLOWS}/ci.yml": f"name: CI\non: {trigger}\njobs:\n  a:\n    runs-on: x\n    steps: [{{run: 'true'}}]\n",
        f"{FLOWS}/after.yml": f"on:\n  workflow_run:\n    workflows: [CI]\n{filters}jobs:\n  b:\n    runs-on: x\n{condition}"
                              "    steps: [{run: bandit -r src}]\n",
    }
    return next(one for one in _resolve(files) if one.name == "bandit")


@pytest.mark.parametrize(
    ("trigger", "condition", "filters", "events", "blocking"),
    [
        ("pull_request", "", "", {Event.CHANGE, Event.UPSTREAM}, False),
        ("{push: {branches: [main]}}", "", "", {Event.PUSH_DEFAULT, Event.UPSTREAM}, True),
        ("{push: {branches: [main]}, pull_request: }", "", "", {Event.PUSH_DEFAULT, Event.UPSTREAM}, True),
        ("{push: {branches: [main]}, pull_request: }", "    if: github.event.workflow_run.event == 'pull_request'\n", "",
         {Event.CHANGE, Event.UPSTREAM}, False),
        ("pull_request", "    if: github.event.workflow_run.conclusion == 'success'\n", "", {Event.CHANGE, Event.UPSTREAM}, False),
        ("{push: {branches: [main]}, pull_request: }", "", "    branches: [main]\n", {Event.PUSH_DEFAULT, Event.UPSTREAM}, True),
        ("{schedule: [{cron: '0 0 * * *'}]}", "", "", {Event.SCHEDULE}, True),
        ("workflow_dispatch", "", "", {Event.MANUAL, Event.UPSTREAM}, True),
    ],
)
def test_run_behind_a_workflow_has_its_events_but_stops_no_change(
    trigger: str, condition: str, filters: str, events: set[Event], blocking: bool
) -> None:
    found = _behind(trigger, condition, filters)
    assert (found.events - ({Event.UPSTREAM} if events == {Event.MANUAL, Event.UPSTREAM} else set())) == (
        {Event.MANUAL} if events == {Event.MANUAL, Event.UPSTREAM} else events)
    assert found.blocking is blocking


def test_run_keeps_its_own_event_when_the_workflow_before_it_is_not_here() -> None:
    files = {f"{FLOWS}/after.yml": "on: {workflow_run: {workflows: [CI]}}\njobs:\n  b:\n    runs-on: x\n    steps: [{run: bandit .}]\n"}
    assert [one.events for one in _resolve(files)] == [{Event.UPSTREAM}]
