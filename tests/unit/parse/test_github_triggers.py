"""What the `on:` of a workflow amounts to."""

from __future__ import annotations

import pytest

from opslint.model.pipeline import Event, Trigger
from opslint.parse.github.triggers import triggers_of
from opslint.source.node import Mapping
from opslint.source.yaml import parse_yaml


def read(text: str) -> tuple[Trigger, ...]:
    root = parse_yaml(text.encode()).documents[0]
    assert isinstance(root, Mapping)
    return triggers_of("ci.yml", root.get("on"))


def events(text: str) -> set[Event]:
    return {event for trigger in read(text) for event in trigger.events}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on: push", {Event.PUSH, Event.TAG}),
        ("on: {push: {branches: [main]}}", {Event.PUSH_DEFAULT}),
        ("on: {push: {branches: ['**']}}", {Event.PUSH}),
        ("on: {push: {branches: ['*', '!main']}}", {Event.PUSH}),
        ("on: {push: {branches: [main, 'feature/**']}}", {Event.PUSH}),
        ("on: {push: {branches: ['release/**']}}", {Event.PUSH_DEFAULT}),
        ("on: {push: {branches-ignore: [gh-pages]}}", {Event.PUSH}),
        ("on: {push: {tags: ['v*']}}", {Event.TAG}),
        ("on: {push: {branches: [main], tags: ['v*']}}", {Event.PUSH_DEFAULT, Event.TAG}),
        ("on: {push: {branches: ['**'], tags-ignore: ['**']}}", {Event.PUSH}),
        ("on: {push: {paths: [src/**]}}", {Event.PUSH, Event.TAG}),
        ("on: pull_request", {Event.CHANGE}),
        ("on: {pull_request: {types: [closed]}}", {Event.PUSH_DEFAULT}),
        ("on: {pull_request: {types: [labeled, unlabeled]}}", {Event.ACTIVITY}),
        ("on: {pull_request_target: {types: [opened, labeled]}}", {Event.CHANGE, Event.ACTIVITY}),
        ("on: {merge_group: }", {Event.CHANGE}),
        ("on: [issues, issue_comment, pull_request_review, watch]", {Event.ACTIVITY}),
        ("on: {release: {types: [published]}}", {Event.RELEASE}),
        ("on: {release: {types: [deleted]}}", {Event.ACTIVITY}),
        ("on: {schedule: [{cron: '0 1 * * *', timezone: Europe/Berlin}]}", {Event.SCHEDULE}),
        ("on: [workflow_run, repository_dispatch, check_suite, deployment_status]", {Event.UPSTREAM}),
        ("on: workflow_dispatch", {Event.MANUAL}),
        ("on: workflow_call", {Event.CALL}),
        ("on: something_new", {Event.ACTIVITY}),
        ("name: nothing", set()),
    ],
)
def test_trigger_amounts_to_its_events_when_filters_are_counted_in(text: str, expected: set[Event]) -> None:
    assert events(text) == expected


def test_filters_and_places_are_kept_when_triggers_are_a_mapping() -> None:
    push, schedule = read(
        "on:\n  push:\n    branches: [main]\n    paths: ['a/**', b]\n  schedule:\n    - {cron: 1, timezone: UTC}\n"
    )
    assert push.filters == {"branches": ("main",), "paths": ("a/**", "b")}
    assert (push.span.line, push.span.column, push.span.end_column) == (2, 3, 7)
    assert schedule.filters == {"cron": ("1",), "timezone": ("UTC",)}
