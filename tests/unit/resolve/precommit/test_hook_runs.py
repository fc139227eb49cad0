"""What runs pre-commit's hooks, which of them, and at which stage."""

from __future__ import annotations

import pytest

from opslint.model.activity import Activity
from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import resolve
from opslint.source.trees.memory import MemoryTree

CI = ".github/workflows/ci.yml"
CONFIGURATION = ".pre-commit-config.yaml"
HOOKS = """repos:
  - repo: https://github.com/PyCQA/bandit
    rev: 1.7.0
    hooks: [{id: bandit}]
  - repo: https://github.com/PyCQA/flake8
    rev: 7.0.0
    hooks: [{id: flake8, alias: style, stages: [manual]}]
  - repo: https://github.com/antonbabenko/pre-commit-terraform
    rev: v1.0.0
    hooks: [{id: terraform_validate}]
  - repo: https://github.com/compilerla/conventional-pre-commit
    rev: v3.0.0
    hooks: [{id: conventional-pre-commit}]
  - repo: local
    hooks:
      - {id: types, entry: ./ci/types.sh, language: script, always_run: true}
      - {id: docker, entry: hadolint/hadolint hadolint Dockerfile, language: docker_image}
      - {id: named, entry: pytest, language: pygrep}
      - {id: self, entry: pre-commit run --all-files, language: system}
      - {id: gone, entry: ./ci/gone.sh, language: script}
"""
FILES = {CONFIGURATION: HOOKS, "ci/types.sh": "#!/bin/bash\nset -e\nmypy src\n"}


def resolved(step: str, files: dict[str, str] | None = None) -> dict[str, Activity]:
    """What runs in a job by itself, by its name."""
    workflow = f"on: pull_request\njobs:\n  hooks:\n    runs-on: ubuntu-latest\n    steps:\n      - {step}\n"
    tree = MemoryTree({CI: workflow, **(FILES if files is None else files)})
    return {one.name: one for one in resolve(read_repository(tree), tree).activities if not one.local_hook}


@pytest.mark.parametrize("step", [
    "run: pre-commit run --all-files", "run: pre-commit run -a --show-diff-on-failure --color=always", "run: prek run -a", "run: prek -a",
    "run: python -m pre_commit run -a", "run: uvx prek run --all-files", "run: pre-commit run --from-ref a --to-ref b",
    "uses: pre-commit/action@v3", "uses: j178/prek-action@v1", "uses: pre-commit/action@v3\n        with: {extra_args: bandit --all-files}",
    "uses: clowdhaus/terraform-composite-actions/pre-commit@v1", "run: pre-commit run -c .pre-commit-config.yaml -a",
])
def test_hook_is_reached_when_the_hooks_run_on_all_files(step: str) -> None:
    found = resolved(step)["bandit"]
    assert [(hop.path, hop.line) for hop in found.chain] == [(CI, 6), (CONFIGURATION, 4)]
    assert (found.blocking, found.local_hook) == (True, False)


@pytest.mark.parametrize("step", [
    "run: pre-commit install", "run: pip install pre-commit", "run: pre-commit autoupdate", "run: pre-commit --version", "run: prek list",
    "run: echo pre-commit run -a", "run: '# pre-commit run -a'", "uses: pre-commit-ci/lite-action@v1", "run: pre-commit run flake8 -a",
    "run: SKIP=bandit,x pre-commit run -a", "run: pre-commit run -a --hook-stage commit-msg bandit2", "run: prek run --skip bandit -a",
    "run: pre-commit run -a\n        env: {SKIP: bandit}", "run: pre-commit run -c gone.yaml -a", "run: pre-commit run -c ../x.yaml -a",
])
def test_hook_is_not_reached_when_it_is_skipped_or_nothing_runs_it(step: str) -> None:
    assert "bandit" not in resolved(step)


@pytest.mark.parametrize("step", ["run: pre-commit run", "run: pre-commit", "run: prek", "run: pre-commit run bandit"])
def test_hook_is_soft_when_nothing_is_staged(step: str) -> None:
    assert not resolved(step)["bandit"].blocking


def test_hook_that_always_runs_needs_no_files() -> None:
    found = resolved("run: pre-commit run")
    assert found["mypy"].blocking
    assert [hop.path for hop in found["mypy"].chain] == [CI, CONFIGURATION, "ci/types.sh"]


def test_hook_belongs_to_its_stages() -> None:
    assert "flake8" not in resolved("run: pre-commit run -a")
    assert "flake8" in resolved("run: pre-commit run -a --hook-stage manual")
    assert "flake8" in resolved("run: pre-commit run style -a --hook-stage=manual")
    defaults = {CONFIGURATION: "default_stages: [pre-push]\n" + HOOKS}
    assert "bandit" not in resolved("run: pre-commit run -a", defaults)
    assert "bandit" in resolved("run: pre-commit run -a --hook-stage push", defaults)


def test_hook_of_commit_messages_is_not_run_by_files() -> None:
    assert "conventional-pre-commit" not in resolved("run: pre-commit run -a")


def test_hook_is_known_by_its_other_spelling() -> None:
    step = "uses: clowdhaus/terraform-composite-actions/pre-commit@v1\n        with: {args: 'terraform-validate --files x/*'}"
    found = resolved(step)
    assert "terraform_validate" in found
    assert "bandit" not in found


def test_other_configuration_is_read_when_the_run_names_it() -> None:
    files = {**FILES, "ci/hooks.yaml": "repos:\n  - repo: local\n    hooks: [{id: x, entry: vulture src, language: system}]\n"}
    found = resolved("run: pre-commit run -c ci/hooks.yaml -a", files)
    assert [hop.path for hop in found["vulture"].chain] == [CI, "ci/hooks.yaml"]
    assert "bandit" not in found


def test_local_hooks_run_their_entries_and_end_when_they_run_themselves() -> None:
    found = resolved("run: pre-commit run -a")
    assert found["hadolint"].command is not None
    assert found["hadolint"].command.image == "hadolint/hadolint"
    assert "pytest" not in found
    assert "self" in found
    assert found["./ci/gone.sh"].disabled == "the script ci/gone.sh does not exist"


def test_service_is_told_with_medium_confidence() -> None:
    found = resolved("run: echo", {CONFIGURATION: "ci:\n  skip: [docker]\n" + HOOKS})
    assert (found["bandit"].confidence, found["bandit"].blocking) == ("medium", True)
    assert not {"docker", "flake8", "conventional-pre-commit"} & set(found)
