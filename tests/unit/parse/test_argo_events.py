"""Sensors start Workflows by what their EventSources hear."""

from __future__ import annotations

from textwrap import dedent

import pytest

from opslint.model.pipeline import Event, Pipeline
from opslint.parse.argo.events import heard
from opslint.parse.kubernetes import parse_manifests
from opslint.source.node import Mapping
from opslint.source.yaml import parse_yaml

SENSOR = """
    apiVersion: argoproj.io/v1alpha1
    kind: Sensor
    metadata: {name: s}
    spec:
      dependencies:
      - {name: pr, eventSourceName: gh, eventName: repo}
      - {name: night, eventSourceName: cal, eventName: nightly}
      triggers:
      - template:
          name: ci
          conditions: pr
          argoWorkflow:
            operation: submit
            source:
              resource:
                apiVersion: argoproj.io/v1alpha1
                kind: Workflow
                metadata: {generateName: ci-}
                spec: {entrypoint: a, templates: [{name: a, container: {image: go, command: [go, test]}}]}
      - template:
          name: any
          k8s:
            operation: create
            source:
              resource:
                apiVersion: argoproj.io/v1alpha1
                kind: Workflow
                metadata: {generateName: any-}
                spec: {workflowTemplateRef: {name: scan}}
      - template: {name: far, argoWorkflow: {operation: submit, source: {configmap: {name: flows, key: wf}}}}
      - template: {name: tell, slack: {channel: x}}
"""
SOURCES = """
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: EventSource
    metadata: {name: gh}
    spec: {github: {repo: {events: [pull_request]}}}
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: EventSource
    metadata: {name: cal}
    spec: {calendar: {nightly: {schedule: '0 0 * * *'}}}
"""


def pipelines(text: str) -> tuple[Pipeline, ...]:
    return parse_manifests("s.yaml", parse_yaml(dedent(text).encode()), aside=False).pipelines


def test_sensor_starts_upstream_when_its_sources_are_elsewhere() -> None:
    found = pipelines(SENSOR)
    assert [one.name for one in found] == ["ci-", "any-", "far"]
    assert found[0].events == {Event.UPSTREAM}
    assert found[0].triggers[0].filters["dependencies"] == ("gh/repo",)
    assert found[0].jobs[0].steps[0].script == "go test"
    assert found[0].jobs[0].span.line == 20


def test_sensor_starts_as_its_sources_say_when_they_stand_in_the_same_file() -> None:
    found = pipelines(dedent(SENSOR) + dedent(SOURCES))
    assert found[0].events == {Event.CHANGE}
    assert found[1].events == {Event.CHANGE, Event.SCHEDULE}
    assert found[1].includes[0].name == "scan"


def test_sensor_points_elsewhere_when_the_workflow_is_not_in_the_file() -> None:
    far = pipelines(SENSOR)[2]
    assert far.jobs == ()
    assert [(one.kind, one.name) for one in far.includes] == [("remote", "flows")]


@pytest.mark.parametrize(
    ("source", "settings", "events"),
    [
        ("calendar", "{interval: 10s}", {Event.SCHEDULE}),
        ("github", "{events: [push]}", {Event.PUSH}),
        ("github", "{events: [pull_request, push]}", {Event.PUSH, Event.CHANGE}),
        ("github", "{events: [pull_request_review]}", {Event.ACTIVITY}),
        ("github", "{events: ['*']}", {Event.CHANGE, Event.PUSH, Event.TAG}),
        ("gitlab", "{events: [MergeRequestsEvents, TagPushEvents]}", {Event.CHANGE, Event.TAG}),
        ("bitbucket", "{events: ['repo:push']}", {Event.PUSH}),
        ("webhook", "{endpoint: /x}", {Event.UPSTREAM}),
        ("kafka", "{url: x}", {Event.UPSTREAM}),
    ],
)
def test_event_source_is_heard_as_what_it_subscribes_to(source: str, settings: str, events: set[Event]) -> None:
    node = parse_yaml(settings.encode()).documents[0]
    assert isinstance(node, Mapping)
    assert heard(source, node) == events
