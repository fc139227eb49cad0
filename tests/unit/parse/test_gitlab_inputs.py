"""`spec:inputs` and `$[[ inputs.x ]]`."""

import pytest

from opslint.model.pipeline import Event, Job
from opslint.parse.discovery.discover import read_repository
from opslint.source.trees.memory import MemoryTree

ENTRY = ".gitlab-ci.yml"


def jobs_of(header: str, content: str, given: str = "{}") -> dict[str, Job]:
    files: dict[str, str | bytes] = {
        ENTRY: f"include:\n  - local: part.yml\n    inputs: {given}\n",
        "part.yml": f"spec:\n  inputs:\n{header}---\n{content}",
    }
    return {job.id: job for job in next(iter(read_repository(MemoryTree(files)).pipelines)).jobs}


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        ("$[[ inputs.name ]]", "given"),
        ("$[[inputs.name]]-$[[ inputs.other ]]", "given-standard"),
        ("$[[ inputs.name | truncate(1,3) ]]", "ive"),
        ("$[[ inputs.name | expand_vars | truncate(0, 2) ]]", "gi"),
        ("$[[ inputs.odd | posix_escape ]]", "'a b'"),
        ("$[[ inputs.unknown ]]", "$[[ inputs.unknown ]]"),
        ("$[[ inputs.must ]]", "$[[ inputs.must ]]"),
        ("$[[ inputs.name | shout ]]", "$[[ inputs.name | shout ]]"),
        ("$[[ component.version ]]", "$[[ component.version ]]"),
        ("a $[[ inputs.list ]]", 'a ["x", "y"]'),
    ],
)
def test_marks_are_filled_when_their_input_is_literal(mark: str, expected: str) -> None:
    header = (
        "    name: {default: standard}\n    other: {default: standard}\n    must:\n    odd: {default: a b}\n"
        "    list: {default: [x, y]}\n"
    )
    jobs = jobs_of(header, f"j:\n  script:\n    - >-\n      {mark}\n", "{name: given, undeclared: x}")
    assert [step.script for step in jobs["j"].steps] == [expected]


def test_keys_and_types_are_filled_in() -> None:
    header = (
        "    job: {default: build}\n    soft: {type: boolean, default: true}\n    rules: {type: array}\n"
        "    lines: {type: array, default: [a, b]}\n"
    )
    content = (
        '"$[[ inputs.job ]]-x":\n  allow_failure: $[[ inputs.soft ]]\n  rules: $[[ inputs.rules ]]\n  script: $[[ inputs.lines ]]\n'
    )
    job = jobs_of(header, content, "{rules: [{if: $CI_COMMIT_TAG}]}")["build-x"]
    assert job.may_fail
    assert job.events == {Event.TAG, Event.MANUAL}
    assert [(step.script, step.span.path, step.span.line) for step in job.steps] == [("a", "part.yml", 6), ("b", "part.yml", 6)]
    assert job.span.path == "part.yml"


def test_inputs_are_handed_on_to_nested_includes() -> None:
    files: dict[str, str | bytes] = {
        ENTRY: "include: {local: a.yml, inputs: {image: 'python:3'}}\n",
        "a.yml": "spec: {inputs: {image: }}\n---\ninclude: {local: b.yml, inputs: {image: '$[[ inputs.image ]]'}}\n",
        "b.yml": "spec: {inputs: {image: {default: none}}}\n---\nb: {image: '$[[ inputs.image ]]', script: [x]}\n",
    }
    (pipeline,) = read_repository(MemoryTree(files)).pipelines
    assert [image.reference for image in pipeline.jobs[0].images] == ["python:3"]


def test_each_inclusion_has_its_own_inputs() -> None:
    files: dict[str, str | bytes] = {
        ENTRY: "include:\n  - {local: a.yml, inputs: {n: one}}\n  - {local: a.yml, inputs: {n: two}}\n",
        "a.yml": 'spec: {inputs: {n: }}\n---\n"j-$[[ inputs.n ]]": {script: ["echo $[[ inputs.n ]]"]}\n',
    }
    (pipeline,) = read_repository(MemoryTree(files)).pipelines
    assert {job.id: job.steps[0].script for job in pipeline.jobs} == {"j-one": "echo one", "j-two": "echo two"}


def test_defaults_hold_when_the_entry_file_has_inputs_itself() -> None:
    files: dict[str, str | bytes] = {ENTRY: "spec: {inputs: {target: {default: all}}}\n---\nj: {script: 'make $[[ inputs.target ]]'}\n"}
    (pipeline,) = read_repository(MemoryTree(files)).pipelines
    assert pipeline.jobs[0].steps[0].script == "make all"


def test_marks_stay_when_the_file_declares_no_inputs() -> None:
    files: dict[str, str | bytes] = {
        ENTRY: "include: {local: a.yml, inputs: {x: y}}\n",
        "a.yml": "j: {script: '$[[ inputs.x ]]'}\n",
    }
    (pipeline,) = read_repository(MemoryTree(files)).pipelines
    assert pipeline.jobs[0].steps[0].script == "$[[ inputs.x ]]"
