"""Which events get past an `if:`."""

from __future__ import annotations

import pytest

from opslint.model.pipeline import Event, Trigger
from opslint.parse.github.conditions import constant_of, contexts_in, events_reaching
from opslint.parse.github.triggers import events_of
from opslint.source.span import Span


def trigger(name: str, **filters: tuple[str, ...]) -> Trigger:
    by_key = {key.replace("_", "-"): value for key, value in filters.items()}
    return Trigger(name=name, events=events_of(name, by_key), span=Span(path="ci.yml"), filters=by_key)


TRIGGERS = (
    trigger("push"),
    trigger("pull_request"),
    trigger("schedule", cron=("0 0 * * *",)),
    trigger("workflow_dispatch"),
    trigger("release"),
)
SENT = frozenset(event for one in TRIGGERS for event in one.events)
CHANGE, PUSH, MAIN, TAG = Event.CHANGE, Event.PUSH, Event.PUSH_DEFAULT, Event.TAG
SCHEDULE, MANUAL, RELEASE = Event.SCHEDULE, Event.MANUAL, Event.RELEASE


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("", SENT),
        ("github.event_name == 'push'", {PUSH, TAG}),
        ("${{ github.event_name == 'push' }}", {PUSH, TAG}),
        ("github.event_name == 'PUSH'", {PUSH, TAG}),
        ("github['event_name'] == 'push'", {PUSH, TAG}),
        ("github.event_name != 'pull_request'", SENT - {CHANGE}),
        ("github.ref == 'refs/heads/main'", {MAIN, SCHEDULE, MANUAL}),
        ("github.ref != 'refs/heads/main'", SENT),
        ("github.ref_name == 'main' && github.event_name == 'push'", {MAIN}),
        ("github.ref == format('refs/heads/{0}', github.event.repository.default_branch)", {MAIN, SCHEDULE, MANUAL}),
        ("github.ref_name == github.event.repository.default_branch", {MAIN, SCHEDULE, MANUAL}),
        ("startsWith(github.ref, 'refs/tags/')", {TAG, RELEASE, MANUAL}),
        ("contains(github.ref, 'refs/tags/')", {TAG, RELEASE, MANUAL}),
        ("github.ref_type == 'tag'", {TAG, RELEASE, MANUAL}),
        ("github.event.pull_request.head.repo.full_name == github.repository", {CHANGE}),
        ("!github.event.pull_request.draft", SENT),
        ("github.event.pull_request.merged == true", set()),
        ("github.event.inputs.level == 'all'", {MANUAL}),
        ("inputs.level == 'all'", {MANUAL}),
        ('contains(fromJSON(\'["push", "schedule"]\'), github.event_name)', {PUSH, TAG, SCHEDULE}),
        ("github.event_name == 'push' || github.event_name == 'schedule'", {PUSH, TAG, SCHEDULE}),
        ("!(github.event_name == 'push')", SENT - {PUSH, TAG}),
        ("github.event.schedule == '0 0 * * *'", {SCHEDULE}),
        ("github.event.schedule == '5 5 * * *'", set()),
        ("github.event_name == 'issue_comment'", set()),
        ("github.base_ref == 'main'", {CHANGE}),
        ("false", set()),
        ("${{ false }}", set()),
        ("0", set()),
        ("true && false", set()),
    ],
)
def test_events_are_narrowed_when_the_condition_decides(condition: str, expected: set[Event]) -> None:
    assert events_reaching(condition, SENT, TRIGGERS)[0] == expected


@pytest.mark.parametrize(
    "condition",
    [
        "github.repository == 'octo/repo'",
        "github.actor != 'dependabot[bot]'",
        "matrix.os == 'ubuntu-latest'",
        "needs.changes.outputs.code == 'true'",
        "vars.DEPLOY == 'yes' && secrets.TOKEN != ''",
        "hashFiles('**/go.sum') != ''",
        "${{ github.event_name }} == 'nothing'",  # text around the expression: a string, always true
        "this is (no expression",
        "github.event_name ==",
        "'a' == 'A'",
        "1 < 2",
    ],
)
def test_events_are_kept_when_the_condition_cannot_exclude_them(condition: str) -> None:
    assert events_reaching(condition, SENT, TRIGGERS)[0] == SENT


@pytest.mark.parametrize(
    ("condition", "when"),
    [
        ("", ""),
        ("success()", ""),
        ("github.event_name == 'push'", ""),
        ("always()", "always"),
        ("!cancelled()", "always"),
        ("success() || failure()", "always"),
        ("${{ always() }}", "always"),
        ("failure()", "on-failure"),
        ("failure() && github.ref == 'refs/heads/main'", "on-failure"),
        ("cancelled()", "on-failure"),
        ("always() && contains(needs.*.result, 'failure')", "on-failure"),
        ("always() && needs.build.result == 'failure'", "on-failure"),
        ("always() && job.status == 'failure'", "on-failure"),
        ("always() && needs.build.result == 'success'", "always"),
    ],
)
def test_when_tells_what_the_status_functions_let_through(condition: str, when: str) -> None:
    assert events_reaching(condition, SENT, TRIGGERS)[1] == when


def test_named_branches_of_the_filter_decide_when_the_condition_names_another() -> None:
    triggers = (trigger("push", branches=("main", "develop")),)
    events = frozenset({MAIN})
    assert events_reaching("github.ref == 'refs/heads/develop'", events, triggers)[0] == events
    assert events_reaching("github.ref == 'refs/heads/staging'", events, triggers)[0] == frozenset()


def test_closed_changes_are_told_apart_when_the_condition_asks_for_the_action() -> None:
    triggers = (trigger("pull_request", types=("opened", "synchronize", "closed")),)
    events = frozenset({CHANGE, Event.PUSH_DEFAULT})
    assert events_reaching("github.event.action == 'closed'", events, triggers)[0] == {Event.PUSH_DEFAULT}
    assert events_reaching("github.event.action != 'closed'", events, triggers)[0] == {CHANGE}
    assert events_reaching("github.event.pull_request.merged == true", events, triggers)[0] == {Event.PUSH_DEFAULT}


def test_events_of_the_caller_are_decided_when_the_workflow_is_called() -> None:
    called = (trigger("workflow_call"),)
    events = frozenset({CHANGE, PUSH})
    assert events_reaching("github.event_name == 'pull_request'", events, called)[0] == {CHANGE}
    assert events_reaching("inputs.deploy == 'true'", events, called)[0] == events
    assert events_reaching("github.event_name == 'pull_request'", frozenset({Event.CALL}), called)[0] == {Event.CALL}


def test_condition_decides_nothing_when_it_is_nested_beyond_all_bounds() -> None:
    for text in ("(" * 5000 + "true" + ")" * 5000, "!" * 9000 + "true", "a[" * 5000, "true == " * 2000 + "true", "f(" * 4000):
        assert events_reaching(text, SENT, TRIGGERS)[0] == SENT


@pytest.mark.parametrize(
    ("text", "expected"),
    [("${{ true }}", True), ("${{ false }}", False), ("${{ matrix.soft }}", None), ("${{ 1 == 2 }}", False), ("${{ ( }}", None)],
)
def test_constant_is_told_only_when_nothing_else_decides(text: str, expected: bool | None) -> None:
    assert constant_of(text) is expected


def test_contexts_are_listed_when_an_expression_reads_several() -> None:
    assert contexts_in("${{ matrix.a && github.ref == env.X }}") == {"matrix", "github", "env"}
