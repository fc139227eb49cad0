"""Actions described by `action.yml`."""

from __future__ import annotations

from opslint.model.pipeline import Event
from opslint.model.repository import FileStatus, Parsed
from opslint.parse.github.action import parse_action
from opslint.source.yaml import parse_yaml


def read(text: str) -> Parsed:
    return parse_action("tools/lint/action.yml", parse_yaml(text.encode()))


def test_composite_action_is_a_called_job_when_it_has_steps() -> None:
    parsed = read(
        "name: Lint\nruns:\n  using: composite\n  steps:\n    - run: ruff check\n      shell: bash\n    - uses: a/b@v1\n"
    )
    (pipeline,) = parsed.pipelines
    (job,) = pipeline.jobs
    assert (pipeline.kind, pipeline.name, pipeline.entry, pipeline.events) == (
        "github.action",
        "Lint",
        False,
        frozenset({Event.CALL}),
    )
    assert [(step.script, step.shell, step.uses) for step in job.steps] == [("ruff check", "bash", ""), ("", "", "a/b")]
    assert job.span.line == 2


def test_other_actions_have_no_steps_when_they_run_an_image_or_node() -> None:
    image = read("runs: {using: docker, image: 'docker://alpine:3'}").pipelines[0].jobs[0]
    assert [(one.name, one.tag, one.role) for one in image.images] == [("alpine", "3", "step")]
    node = read("runs: {using: node20, main: dist/index.js}").pipelines[0].jobs[0]
    assert (node.steps, node.images) == ((), ())


def test_file_is_skipped_when_it_is_no_action() -> None:
    for text in ("", "- a", "name: x"):
        assert read(text).file.status is FileStatus.SKIPPED
