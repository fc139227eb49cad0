"""docker buildx bake: the targets a command or an action names."""

from __future__ import annotations

import json
from textwrap import dedent

import pytest

from opslint.model.activity import Activity
from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import resolve
from opslint.source.trees.memory import MemoryTree

CI = ".github/workflows/ci.yml"
DOCKERFILE = "FROM x AS base\nCOPY . .\nFROM base AS lint\nRUN golangci-lint run\nFROM base AS test\nRUN gotestsum\nFROM base\n"
HCL = """
    variable "STAGE" { default = "lint" }
    variable "UNSET" { default = null }

    group "default" { targets = ["binary"] }
    group "validate" {
      targets = ["lint", "validate"]
    }
    target "_common" { args = { A = "1" } }
    target "lint" {
      inherits   = ["_common"]
      dockerfile = "./hack/Dockerfile" # not the other one
      target     = "${STAGE}"
    }
    target "tests" {
      inherits = ["lint"]
      target   = "test"
    }
    target "binary" { dockerfile = "hack/Dockerfile" }
"""
FILES = {"hack/Dockerfile": DOCKERFILE, "docker-bake.hcl": dedent(HCL)}


def resolved(step: str, files: dict[str, str]) -> dict[str, Activity]:
    """What a step runs, by the word of each command."""
    workflow = f"on: pull_request\njobs:\n  image:\n    runs-on: ubuntu-latest\n    steps:\n      - {step}\n"
    tree = MemoryTree({CI: workflow, **files})
    return {activity.name: activity for activity in resolve(read_repository(tree), tree).activities}


@pytest.mark.parametrize("step", [
    "run: docker buildx bake lint", "run: docker buildx bake validate", "run: docker buildx bake -f docker-bake.hcl lint",
    "run: docker buildx --builder x bake --set *.platform=linux/amd64 lint", "uses: docker/bake-action@v6\n        with: {targets: lint}",
    "uses: docker/bake-action@v6\n        with: {files: ./docker-bake.hcl, targets: 'validate,tests'}",
])
def test_target_runs_its_stage_when_it_is_named(step: str) -> None:
    found = resolved(step, FILES)["golangci-lint"]
    assert [(hop.path, hop.line) for hop in found.chain] == [(CI, 6), ("hack/Dockerfile", 4)]
    assert found.blocking


@pytest.mark.parametrize("step", [
    "run: docker buildx bake", "run: docker buildx bake --print lint", "run: docker buildx bake gone", "run: docker buildx bake $TARGET",
    "run: docker buildx bake -f gone.hcl lint", "run: docker bake lint", "run: echo docker buildx bake lint",
    "uses: docker/bake-action@v6", "uses: docker/bake-action@v6\n        with: {targets: '${{ matrix.target }}'}",
    "uses: docker/bake-action@v6\n        with: {source: 'https://github.com/o/r.git', targets: lint}",
])
def test_bake_shows_nothing_when_it_does_not_build_the_target(step: str) -> None:
    assert not {"golangci-lint", "gotestsum"} & set(resolved(step, FILES))


def test_target_is_changed_when_the_command_sets_it_or_a_variable_is() -> None:
    assert "gotestsum" in resolved("run: docker buildx bake --set lint.target=test lint", FILES)
    assert "gotestsum" in resolved("run: STAGE=test docker buildx bake lint", FILES)
    assert "gotestsum" in resolved("run: docker buildx bake tests", FILES)


def test_json_and_compose_files_are_bake_files_too() -> None:
    bake = json.dumps({"target": {"default": {"dockerfile": "hack/Dockerfile", "target": "lint"}}})
    assert "golangci-lint" in resolved("run: docker buildx bake", {"hack/Dockerfile": DOCKERFILE, "docker-bake.json": bake})
    compose = "services:\n  a:\n    build: {context: ., dockerfile: hack/Dockerfile, target: lint}\n  b: {image: x}\n"
    assert "golangci-lint" in resolved("run: docker buildx bake", {"hack/Dockerfile": DOCKERFILE, "docker-compose.yml": compose})


def test_targets_that_inherit_from_each_other_end() -> None:
    circle = dedent("""
        group "default" { targets = ["a", "default"] }
        target "a" { inherits = ["b"] }
        target "b" {
          inherits = ["a"]
          target   = "lint"
          dockerfile = "hack/Dockerfile"
        }
    """)
    assert "golangci-lint" in resolved("run: docker buildx bake", {**FILES, "docker-bake.hcl": circle})
