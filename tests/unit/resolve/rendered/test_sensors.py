"""What starts a Workflow that a Sensor submits, wherever the EventSource stands."""

from __future__ import annotations

import pytest

from opslint.parse.discovery.discover import read_repository
from opslint.resolve.rendered import as_rendered
from opslint.source.trees.memory import MemoryTree

SENSOR = """apiVersion: argoproj.io/v1alpha1
kind: Sensor
metadata: {name: ci}
spec:
  dependencies: [{name: push, eventSourceName: forge, eventName: code}]
  triggers:
    - template:
        name: run
        argoWorkflow:
          operation: submit
          source:
            resource:
              apiVersion: argoproj.io/v1alpha1
              kind: Workflow
              metadata: {generateName: ci-}
              spec: {entrypoint: main, templates: [{name: main, container: {image: x, command: [bandit, -r, src]}}]}
"""
SOURCE = "apiVersion: argoproj.io/v1alpha1\nkind: EventSource\nmetadata: {name: forge}\nspec: {BODY}\n"


def _events(files: dict[str, str]) -> list[str]:
    tree = MemoryTree({"events/sensor.yaml": SENSOR, **files})
    (pipeline,) = as_rendered(read_repository(tree), tree).pipelines
    assert all(job.events == pipeline.events for job in pipeline.jobs)
    return sorted(event.value for event in pipeline.events)


@pytest.mark.parametrize(
    ("body", "events"),
    [
        ("github: {code: {events: [push]}}", ["push"]),
        ("github: {code: {events: [pull_request]}}", ["change"]),
        ("calendar: {code: {schedule: '0 3 * * *'}}", ["schedule"]),
        ("webhook: {code: {port: '12000'}}", ["upstream"]),
        ("github: {other: {events: [push]}}", ["upstream"]),
    ],
)
def test_workflow_is_started_by_what_the_event_source_hears_when_it_stands_in_another_file(body: str, events: list[str]) -> None:
    assert _events({"sources/forge.yaml": SOURCE.replace("BODY", body)}) == events


def test_workflow_is_started_upstream_when_the_event_source_is_missing_or_a_fixture() -> None:
    source = SOURCE.replace("BODY", "github: {code: {events: [push]}}")
    assert _events({}) == ["upstream"]
    assert _events({"sources/forge.yaml": source.replace("name: forge", "name: other")}) == ["upstream"]
    assert _events({"tests/forge.yaml": source}) == ["upstream"]
