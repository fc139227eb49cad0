"""GitHub workflows read keyword by keyword."""

from __future__ import annotations

from opslint.model.pipeline import Event, Job, Pipeline, StepKind
from opslint.model.repository import FileStatus
from opslint.parse.github.workflow import parse_workflow
from opslint.source.node import Scalar
from opslint.source.yaml import parse_yaml

PATH = ".github/workflows/ci.yml"


def pipeline(text: str) -> Pipeline:
    return parse_workflow(PATH, parse_yaml(text.encode())).pipelines[0]


def job(body: str, head: str = "on: push\n") -> Job:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return pipeline(f"{head}jobs:\n  one:\n{lines}").jobs[0]


FULL = """\
name: CI
on: [push, pull_request]
env: {A: top, B: top}
defaults: {run: {shell: bash}}
jobs:
  test:
    name: Unit tests
    runs-on: [self-hosted, linux]
    timeout-minutes: 15
    environment: {name: staging, url: https://example.org}
    env: {B: job, C: job}
    container: ghcr.io/acme/ci:1.2
    services:
      db: {image: "postgres@sha256:abc"}
    steps:
      - uses: actions/checkout@v4
        with: {fetch-depth: 0, persist-credentials: false}
      - name: Test
        id: t
        env: {C: step}
        shell: sh
        run: |
          make deps
          make test
        continue-on-error: true
      - uses: docker://alpine:3.20
      - uses: ./.github/actions/local
  call:
    needs: test
    uses: acme/flows/.github/workflows/scan.yml@0123abc
    with: {level: high}
    secrets: inherit
"""


def test_job_fields_are_read_when_they_are_written() -> None:
    test = pipeline(FULL).jobs[0]
    assert (test.id, test.name, test.span.line, test.span.column) == ("test", "Unit tests", 6, 3)
    assert test.runner == ("self-hosted", "linux")
    assert (test.timeout, test.timeout_span and test.timeout_span.line) == ("15", 9)
    assert (test.environment, test.environment_span and test.environment_span.line) == ("staging", 10)
    assert [(image.name, image.tag, image.digest, image.role) for image in test.images] == [
        ("ghcr.io/acme/ci", "1.2", "", "job"),
        ("postgres", "", "sha256:abc", "service"),
    ]
    assert test.variables == {"A": "top", "B": "job", "C": "job"}
    assert test.events == {Event.PUSH, Event.TAG, Event.CHANGE}


def test_steps_keep_their_places_and_words_when_they_are_read() -> None:
    checkout, run, image, local = pipeline(FULL).jobs[0].steps
    assert (checkout.kind, checkout.uses, checkout.version) == (StepKind.ACTION, "actions/checkout", "v4")
    assert checkout.inputs == {"fetch-depth": "0", "persist-credentials": "false"}
    assert (checkout.span.line, checkout.span.column) == (16, 9)
    assert (run.kind, run.id, run.name, run.shell, run.script) == (StepKind.RUN, "t", "Test", "sh", "make deps\nmake test\n")
    assert run.env == {"A": "top", "B": "job", "C": "step"}
    assert isinstance(run.script_node, Scalar)
    assert (run.script_node.line, run.script_node.style) == (22, "|")
    assert (run.may_fail, run.may_fail_why) == (True, "continue-on-error: true")
    assert (image.kind, image.uses, image.version) == (StepKind.ACTION, "docker://alpine", "3.20")
    assert (local.uses, local.version) == ("./.github/actions/local", None)


def test_reusable_workflow_is_one_step_when_a_job_calls_it() -> None:
    call = pipeline(FULL).jobs[1]
    (step,) = call.steps
    assert (step.kind, step.uses, step.version) == (StepKind.WORKFLOW, "acme/flows/.github/workflows/scan.yml", "0123abc")
    assert step.inputs == {"level": "high", "secrets": "inherit"}
    assert (call.needs, step.span.line) == (("test",), 30)


def test_secrets_of_a_call_stand_under_their_names_when_they_are_listed() -> None:
    step = job("uses: ./.github/workflows/x.yml\nsecrets: {token: '${{ secrets.T }}'}").steps[0]
    assert (step.uses, step.version) == ("./.github/workflows/x.yml", None)
    assert step.inputs == {"secrets.token": "${{ secrets.T }}"}


def test_parallel_and_waiting_steps_are_flattened_in_order_when_nested() -> None:
    text = (
        "steps:\n  - {run: a, background: true, id: s}\n  - parallel:\n      - run: b\n      - parallel: [{run: c}]\n"
        "  - wait: s\n  - wait-all:\n  - run: d"
    )
    steps = job(text).steps
    assert [(step.kind, step.script or step.name) for step in steps] == [
        (StepKind.RUN, "a"),
        (StepKind.RUN, "b"),
        (StepKind.RUN, "c"),
        (StepKind.NOTHING, "wait"),
        (StepKind.NOTHING, "wait-all"),
        (StepKind.RUN, "d"),
    ]


def test_softness_is_not_told_when_only_some_legs_of_the_matrix_are_soft() -> None:
    assert job("continue-on-error: ${{ matrix.experimental }}").may_fail is False
    assert job("continue-on-error: ${{ matrix.soft }}\nstrategy: {matrix: {soft: [true]}}").may_fail is True
    assert job("continue-on-error: ${{ matrix.soft }}\nstrategy: {matrix: {soft: [true, false]}}").may_fail is False


def test_softness_is_told_with_the_words_of_the_file_when_it_is_literal_or_an_expression() -> None:
    assert job("continue-on-error: true").may_fail_why == "continue-on-error: true"
    assert job("continue-on-error: ${{ inputs.soft }}").may_fail_why == "continue-on-error: ${{ inputs.soft }}"
    assert job("continue-on-error: ${{ false }}").may_fail is False
    assert job("continue-on-error: false").may_fail is False


def test_job_is_disabled_when_its_condition_never_holds() -> None:
    assert job("if: false").disabled == "its `if: false` never holds"
    assert job("if: ${{ false }}").events == frozenset()


def test_job_is_disabled_when_no_trigger_sends_the_event_it_waits_for() -> None:
    waiting = job("if: github.event_name == 'pull_request'")
    assert waiting.events == frozenset()
    assert "no trigger of the workflow sends" in waiting.disabled


def test_job_takes_over_the_events_of_what_it_needs_when_it_has_no_status_function() -> None:
    text = (
        "on: [push, pull_request]\njobs:\n  a: {if: github.event_name == 'push'}\n  b: {needs: a}\n"
        "  c: {needs: [b], if: always()}\n  d: {if: false}\n  e: {needs: d}\n"
    )
    a, b, c, d, e = pipeline(text).jobs
    assert a.events == b.events == {Event.PUSH, Event.TAG}
    assert c.events == {Event.PUSH, Event.TAG, Event.CHANGE}
    assert c.runs_always == "always"
    assert (d.disabled, e.disabled) == ("its `if: false` never holds", 'it needs "d", which cannot run')


def test_jobs_are_read_when_their_needs_form_a_cycle() -> None:
    assert [one.id for one in pipeline("on: push\njobs: {a: {needs: b}, b: {needs: [a, b, x]}}").jobs] == ["a", "b"]


def test_shell_is_that_of_the_job_before_that_of_the_workflow_when_both_are_set() -> None:
    head = "on: push\ndefaults: {run: {shell: bash}}\n"
    assert job("steps: [{run: x}]", head).steps[0].shell == "bash"
    assert job("defaults: {run: {shell: sh}}\nsteps: [{run: x}]", head).steps[0].shell == "sh"
    assert job("runs-on: windows-2022\nsteps: [{run: x}]").steps[0].shell == "pwsh"
    assert job("runs-on: ubuntu-latest\nsteps: [{run: x}]").steps[0].shell == ""


def test_step_keeps_its_condition_and_when_when_it_runs_on_failure() -> None:
    step = job("steps: [{run: x, if: failure()}]").steps[0]
    assert (step.condition, step.when) == ("failure()", "on-failure")


def test_anchored_steps_are_read_when_aliases_stand_for_them() -> None:
    text = "on: push\njobs:\n  a:\n    steps: &s [{run: x}]\n  b:\n    steps: *s\n"
    assert [one.steps[0].script for one in pipeline(text).jobs] == ["x", "x"]


def test_file_is_unreadable_when_it_is_empty_or_no_mapping() -> None:
    for text, words in (("", "empty"), ("# nothing\n", "empty"), ("- a\n", "no mapping"), ("word", "no mapping")):
        parsed = parse_workflow(PATH, parse_yaml(text.encode()))
        assert parsed.file.status is FileStatus.UNREADABLE
        assert words in (parsed.file.reason or "")
        assert parsed.pipelines == ()


def test_file_is_read_with_a_reason_when_it_lacks_triggers_or_jobs() -> None:
    without_on = parse_workflow(PATH, parse_yaml(b"jobs: {a: {steps: [{run: x}]}}"))
    assert without_on.file.reason == "`on` is missing: GitHub does not run it"
    assert without_on.pipelines[0].jobs[0].disabled == "nothing starts this workflow: it has no trigger"
    assert parse_workflow(PATH, parse_yaml(b"on: push")).file.reason == "`jobs` is missing: GitHub does not run it"


def test_odd_shapes_are_read_past_when_a_keyword_holds_something_else() -> None:
    text = (
        "on: {push: [main]}\njobs:\n  a: null\n  b: [x]\n"
        "  c: {steps: x, needs: {a: b}, env: [1], services: [x], strategy: 1, environment: []}\n"
    )
    (only,) = pipeline(text).jobs
    assert (only.id, only.steps, only.needs, only.environment) == ("c", (), (), "")


def test_self_repository_reference_is_told_as_a_local_path_when_it_begins_with_a_dollar() -> None:
    step = job("steps:\n  - uses: $/.github/actions/setup/").steps[0]
    assert (step.kind, step.uses, step.version) == (StepKind.ACTION, "./.github/actions/setup", None)
    called = job("uses: $/.github/workflows/test.yml").steps[0]
    assert (called.kind, called.uses) == (StepKind.WORKFLOW, "./.github/workflows/test.yml")
