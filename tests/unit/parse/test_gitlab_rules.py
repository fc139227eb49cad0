"""Which pipelines a GitLab job is part of."""

from __future__ import annotations

import pytest

from opslint.model.pipeline import Event, Job, Pipeline
from opslint.parse.gitlab.pipeline import parse_pipeline
from opslint.source.yaml import parse_yaml

CHANGE, PUSH, MAIN, TAG = Event.CHANGE, Event.PUSH, Event.PUSH_DEFAULT, Event.TAG
SCHEDULE, MANUAL, UPSTREAM = Event.SCHEDULE, Event.MANUAL, Event.UPSTREAM


def pipeline(text: str) -> Pipeline:
    return parse_pipeline(".gitlab-ci.yml", parse_yaml(text.encode())).pipelines[0]


def job(body: str, head: str = "") -> Job:
    lines = "".join(f"  {line}\n" for line in body.splitlines())
    return next(one for one in pipeline(f"{head}it:\n  script: x\n{lines}").jobs if one.id == "it")


def rules(*conditions: str) -> str:
    return "rules:\n" + "".join(f"  - if: '{condition}'\n" for condition in conditions)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('$CI_PIPELINE_SOURCE == "merge_request_event"', {CHANGE}),
        ("$CI_MERGE_REQUEST_IID", {CHANGE}),
        ("$CI_PIPELINE_SOURCE =~ /^(merge_request_event|push)$/", {CHANGE, PUSH, TAG}),
        ("$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH", {MAIN, MANUAL}),
        ("$CI_COMMIT_BRANCH != $CI_DEFAULT_BRANCH", {CHANGE, PUSH, TAG, MANUAL}),
        ('$CI_COMMIT_BRANCH == "main"', {MAIN, MANUAL}),
        ('"main" == $CI_COMMIT_BRANCH', {MAIN, MANUAL}),
        ("$CI_COMMIT_BRANCH", {PUSH, MANUAL}),
        ("$CI_COMMIT_BRANCH == null", {CHANGE, TAG, MANUAL}),
        ("$CI_COMMIT_BRANCH =~ /^release/", {MAIN, MANUAL}),
        (r"$CI_COMMIT_BRANCH =~ /^feature\/.*/", {PUSH, MANUAL}),
        ("$CI_COMMIT_BRANCH =~ /^(main|develop)$/", {MAIN, MANUAL}),
        ("$CI_COMMIT_TAG", {TAG, MANUAL}),
        (r"$CI_COMMIT_TAG =~ /^v\d+/", {TAG, MANUAL}),
        ("! $CI_COMMIT_TAG && $CI_COMMIT_BRANCH", {PUSH, MANUAL}),
        ('$CI_PIPELINE_SOURCE == "schedule"', {SCHEDULE}),
        ('$CI_PIPELINE_SOURCE == "web"', {MANUAL}),
        ('$CI_PIPELINE_SOURCE == "parent_pipeline" || $CI_PIPELINE_SOURCE == "trigger"', {UPSTREAM}),
        ('$CI_PIPELINE_SOURCE == "push" && ($CI_COMMIT_TAG || $CI_COMMIT_BRANCH == "main")', {MAIN, TAG}),
        ('$CI_COMMIT_REF_PROTECTED == "true"', {CHANGE, MAIN, TAG, MANUAL}),
        ('$CI_PIPELINE_SOURCE == "external_pull_request_event"', {CHANGE}),
        ("$UNKNOWN_SWITCH", {CHANGE, PUSH, TAG, MANUAL}),
        ("this is ( no expression", {CHANGE, PUSH, TAG, MANUAL}),
        ('$[[ inputs.when ]] == "x"', {CHANGE, PUSH, TAG, MANUAL}),
    ],
)
def test_job_joins_the_pipelines_its_rule_lets_in(condition: str, expected: set[Event]) -> None:
    assert job(rules(condition)).events == expected


def test_first_rule_that_holds_decides_when_several_are_written() -> None:
    text = (
        "rules:\n  - {if: '$CI_PIPELINE_SOURCE == \"merge_request_event\"', when: never}\n  - if: $CI_COMMIT_BRANCH\n"
        "  - {when: never}\n  - if: $CI_COMMIT_TAG\n"
    )
    assert job(text).events == {PUSH, MANUAL}


def test_rule_may_hold_when_it_asks_for_changed_files() -> None:
    assert CHANGE in job("rules:\n  - {if: $CI_MERGE_REQUEST_IID, changes: [src/**]}\n").events
    kept = job("rules:\n  - {if: $CI_MERGE_REQUEST_IID, changes: [docs/**], when: never}\n  - if: $CI_MERGE_REQUEST_IID\n")
    assert kept.events == {CHANGE}


def test_job_without_conditions_runs_for_branches_and_tags_only_when_no_workflow_rules_exist() -> None:
    assert job("stage: test").events == {PUSH, TAG, MANUAL}
    head = "workflow:\n  rules:\n    - if: $CI_MERGE_REQUEST_IID\n    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH\n"
    assert job("stage: test", head).events == {CHANGE, MAIN, MANUAL}


def test_workflow_template_brings_its_rules_when_it_is_included() -> None:
    head = "include:\n  - template: Workflows/MergeRequest-Pipelines.gitlab-ci.yml\n"
    assert job("stage: test", head).events == {CHANGE, MAIN, TAG, MANUAL}


def test_schedules_count_for_every_job_when_a_condition_of_the_file_names_them() -> None:
    head = "nightly: {script: n, rules: [{if: '$CI_PIPELINE_SOURCE == \"schedule\"'}]}\n"
    assert job("stage: test", head).events == {PUSH, TAG, SCHEDULE, MANUAL}


def test_job_is_manual_when_a_person_starts_it_in_every_pipeline_it_joins() -> None:
    by_hand = job("when: manual")
    assert (by_hand.manual, by_hand.events) == (True, frozenset({PUSH, TAG, MANUAL}))
    assert by_hand.may_fail_why == "when: manual (allow_failure is true by default)"
    ruled = job("rules:\n  - {if: $CI_COMMIT_TAG, when: manual}\n")
    assert (ruled.manual, ruled.may_fail) == (True, False)


def test_job_is_automatic_with_its_own_events_when_only_some_pipelines_start_it_by_hand() -> None:
    mixed = job("rules:\n  - {if: $CI_MERGE_REQUEST_IID, when: manual}\n  - if: $CI_COMMIT_TAG\n")
    assert (mixed.manual, mixed.events) == (False, frozenset({TAG, MANUAL}))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("only: [merge_requests]", {CHANGE}),
        ("only: [main]", {MAIN, MANUAL}),
        ("only: [branches]", {PUSH, MANUAL}),
        ("only: [tags]", {TAG, MANUAL}),
        ("only: [/^release-.*$/]", {MAIN, TAG, MANUAL}),
        ("only: [pushes]", {PUSH, TAG}),
        ("only: [schedules]", {SCHEDULE}),
        ("only: {refs: [merge_requests, main]}", {CHANGE, MAIN, MANUAL}),
        ("only: {variables: ['$CI_COMMIT_TAG']}", {TAG, MANUAL}),
        ("only: {refs: [main], changes: [src/**]}", {MAIN, MANUAL}),
        ("except: [tags]", {PUSH, MANUAL}),
        ("except: [main]", {PUSH, TAG, MANUAL}),
        ("only: [branches]\nexcept: [main, master]", {PUSH, MANUAL}),
        ("only: [main@acme/app]", {MAIN, MANUAL}),
    ],
)
def test_only_and_except_let_in_what_they_name(body: str, expected: set[Event]) -> None:
    assert job(body).events == expected


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("when: never", "`when: never`"),
        ("rules: [{when: never}]", "its `rules` never add it to a pipeline"),
        ("rules: []", "its `rules` never add it to a pipeline"),
        (
            "rules: [{if: '$CI_COMMIT_TAG && $CI_COMMIT_BRANCH == \"x\" && $CI_MERGE_REQUEST_IID'}]",
            "its `rules` never add it to a pipeline",
        ),
        ("only: [branches]\nexcept: [branches]", "its `only` and `except` never add it to a pipeline"),
    ],
)
def test_job_is_disabled_when_nothing_can_add_it(body: str, reason: str) -> None:
    assert (job(body).disabled, job(body).events) == (reason, frozenset())


def test_job_is_disabled_when_workflow_rules_let_no_such_pipeline_start() -> None:
    head = "workflow: {rules: [{if: $CI_MERGE_REQUEST_IID}]}\n"
    assert job(rules("$CI_COMMIT_TAG"), head).disabled
    assert job("stage: test", "workflow: {rules: [{when: never}]}\n").disabled == "`workflow:rules` let no pipeline start"


def test_variables_of_the_file_decide_when_nobody_else_sets_them() -> None:
    head = "variables: {SCAN: 'false', MODE: {value: fast}}\n"
    assert job(rules('$SCAN == "true"'), head).events == {MANUAL}
    assert job(rules('$MODE == "fast"'), head).events == {CHANGE, PUSH, TAG, MANUAL}
    changed = head + "workflow: {rules: [{if: $CI_COMMIT_TAG, variables: {SCAN: 'true'}}, {when: always}]}\n"
    assert PUSH in job(rules('$SCAN == "true"'), changed).events


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("allow_failure: true", "allow_failure: true"),
        ("allow_failure: {exit_codes: [1, 137]}", "allow_failure: exit_codes"),
        ("allow_failure: {exit_codes: 137}", ""),
        ("allow_failure: false\nwhen: manual", ""),
        ("rules: [{if: $CI_COMMIT_TAG, allow_failure: true}]", "allow_failure: true"),
        ("allow_failure: true\nrules: [{if: $CI_COMMIT_TAG, allow_failure: false}]", ""),
        ("rules: [{if: $CI_COMMIT_TAG, allow_failure: true}, {if: $CI_MERGE_REQUEST_IID}]", ""),
    ],
)
def test_softness_is_told_when_a_failure_never_counts(body: str, why: str) -> None:
    assert (job(body).may_fail_why, job(body).may_fail) == (why, bool(why))


@pytest.mark.parametrize(
    ("body", "when"),
    [
        ("when: on_failure", "on-failure"),
        ("when: always", "always"),
        ("when: delayed\nstart_in: 1 hour", ""),
        ("rules: [{if: $CI_COMMIT_TAG, when: on_failure}]", "on-failure"),
        ("rules: [{if: $CI_COMMIT_TAG, when: on_failure}, {when: on_success}]", ""),
    ],
)
def test_when_is_told_when_failed_pipelines_run_the_job(body: str, when: str) -> None:
    assert job(body).runs_always == when


def test_gate_is_told_when_a_manual_job_comes_after_automatic_ones() -> None:
    text = (
        "build: {stage: build, script: b}\nship: {stage: deploy, script: s, when: manual}\n"
        "now: {stage: deploy, script: n, when: manual, needs: []}\nfirst: {stage: .pre, script: f, when: manual}\n"
        "after: {stage: build, script: a, when: manual, needs: [build]}\n"
    )
    assert {one.id: one.manual_gate for one in pipeline(text).jobs} == {
        "build": False,
        "ship": True,
        "now": False,
        "first": False,
        "after": True,
    }


def test_triggers_name_the_pipelines_in_which_something_runs() -> None:
    text = (
        "a: {script: x, rules: [{if: $CI_MERGE_REQUEST_IID}]}\n"
        "b: {script: x, rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]}\n"
    )
    assert [trigger.name for trigger in pipeline(text).triggers] == ["merge_request_event", "push", "web"]
    assert pipeline(text).events == {CHANGE, MAIN, MANUAL}
