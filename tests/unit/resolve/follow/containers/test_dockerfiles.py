"""Images a pipeline builds: the RUN commands of the stages their target needs, and nothing else."""

from __future__ import annotations

from textwrap import dedent

import pytest

from opslint.model.activity import Activity
from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import resolve
from opslint.source.trees.memory import MemoryTree

CI = ".github/workflows/ci.yml"


def resolved(step: str, files: dict[str, str]) -> dict[str, Activity]:
    """What a step runs, by the word of each command."""
    workflow = f"on: pull_request\njobs:\n  image:\n    runs-on: ubuntu-latest\n    steps:\n      - {step}\n"
    tree = MemoryTree({CI: workflow, **{path: dedent(text).lstrip("\n") for path, text in files.items()}})
    return {activity.name: activity for activity in resolve(read_repository(tree), tree).activities}


STAGES = """
    ARG GO=1.22
    FROM golang:$GO AS base
    WORKDIR /src
    COPY . .

    FROM base AS lint
    RUN --mount=type=cache,target=/root/.cache \\
        # the linter itself
        golangci-lint run ./... && \\
        staticcheck ./...

    FROM base AS test
    SHELL ["/bin/bash", "-eo", "pipefail", "-c"]
    RUN <<EOF
    gotestsum | tee out
    EOF
    RUN ["npm", "test"]
    ONBUILD RUN bandit -r .

    FROM scratch
    COPY --from=test /src/out /out
"""


@pytest.mark.parametrize("step", [
    "run: docker build .", "run: docker image build -t x .", "run: docker buildx build --push -t x:1 -f Dockerfile .",
    "run: docker --context x buildx --builder b build .", "run: podman build .", "run: buildah bud -t x .", "run: nerdctl build .",
    "run: sudo -E docker build .", "run: docker build $GITHUB_WORKSPACE", "run: img build .", "run: docker build --target= .",
    "run: /kaniko/executor --context $GITHUB_WORKSPACE --dockerfile Dockerfile --no-push --skip-unused-stages",
    "uses: docker/build-push-action@v6", "uses: redhat-actions/buildah-build@v2\n        with: {containerfiles: ./Dockerfile}",
    "uses: docker/build-push-action@v6\n        with: {context: '{{defaultContext}}'}",
    "uses: docker/build-push-action@v6\n        with: {context: '${{ github.workspace }}', file: ./Dockerfile}",
])
def test_build_runs_the_stages_its_last_one_needs_when_it_names_none(step: str) -> None:
    found = resolved(step, {"Dockerfile": STAGES})
    assert {"gotestsum", "npm"} <= set(found)
    assert not {"golangci-lint", "bandit"} & set(found)
    assert [(hop.path, hop.line) for hop in found["gotestsum"].chain] == [(CI, 6), ("Dockerfile", 15)]
    assert found["gotestsum"].blocking
    assert found["gotestsum"].command is not None
    assert found["gotestsum"].command.building


@pytest.mark.parametrize("step", ["run: docker build --target lint .", "run: docker build --target=LINT .",
                                  "uses: docker/build-push-action@v6\n        with: {target: lint}"])
def test_build_runs_one_stage_when_it_names_it(step: str) -> None:
    found = resolved(step, {"Dockerfile": STAGES})
    assert "gotestsum" not in found
    assert [(hop.path, hop.line) for hop in found["staticcheck"].chain][1:] == [("Dockerfile", 10)]
    assert found["golangci-lint"].chain[-1].line == 9


@pytest.mark.parametrize("step", [
    "run: docker build --target ${{ matrix.target }} .", "run: docker build --target gone .", "run: docker build -f $FILE .",
    "run: docker build https://github.com/o/r.git", "run: docker build -", "run: docker build --check .", "run: docker build gone",
    "run: echo docker build .", "run: '# docker build .'", "run: docker push x", "run: docker build ../..",
    "uses: docker/build-push-action@v6\n        with: {context: 'https://github.com/o/r.git'}",
    "uses: docker/build-push-action@v6\n        with: {file: '${{ matrix.file }}'}",
    "uses: docker/setup-buildx-action@v3",
])
def test_build_shows_nothing_when_what_it_builds_is_not_known_or_not_built(step: str) -> None:
    assert not {"gotestsum", "golangci-lint", "npm"} & set(resolved(step, {"Dockerfile": STAGES}))


def test_build_runs_every_stage_when_the_builder_skips_none() -> None:
    assert "golangci-lint" in resolved("run: DOCKER_BUILDKIT=0 docker build .", {"Dockerfile": STAGES})
    assert "golangci-lint" in resolved("run: /kaniko/executor --context . --no-push", {"Dockerfile": STAGES})


def test_run_is_soft_when_its_shell_goes_on_or_its_job_does() -> None:
    found = resolved("run: docker build .", {"Dockerfile": "FROM x\nRUN bandit -r . ; echo done\nRUN flake8 || true\nRUN mypy | tee x\n"})
    assert [found[name].blocking for name in ("bandit", "flake8", "mypy")] == [False, False, False]
    assert not resolved("run: docker build . || true", {"Dockerfile": "FROM x\nRUN bandit\n"})["bandit"].blocking


def test_run_sees_only_the_variables_of_its_image() -> None:
    dockerfile = "FROM x\nARG TOOL=flake8\nENV WHERE=src\nRUN $TOOL $WHERE $CI_ONLY\n"
    found = resolved("run: docker build --build-arg TOOL=bandit .\n        env: {CI_ONLY: a}", {"Dockerfile": dockerfile})
    assert found["bandit"].command is not None
    assert found["bandit"].command.argv == ("bandit", "src", "…")
    assert "CI_ONLY" not in found["bandit"].env


@pytest.mark.parametrize(("copy", "folder"), [
    ("WORKDIR /app\nCOPY . .", ""), ("COPY . /app\nWORKDIR /app", ""), ("WORKDIR /app\nCOPY web/ ./", "web"),
    ("WORKDIR /app\nCOPY web ./web\nWORKDIR web", "web"), ("WORKDIR /app\nCOPY web ./web", ""), ("COPY . .", ""),
    ("WORKDIR /app\nCOPY web/package.json web/*.lock ./", "web"), ('WORKDIR /app\nCOPY ["web", "."]', "web"),
    ("WORKDIR /app\nCOPY --from=other / .", "…"), ("WORKDIR /app", "…"), ("WORKDIR $WHERE\nCOPY . .", "…"),
    ("WORKDIR /app\nCOPY ../web .", "…"), ("ENV W=/app\nWORKDIR $W\nCOPY --chown=1 --link web /app", "web"),
])
def test_run_stands_where_the_files_were_copied_from(copy: str, folder: str) -> None:
    found = resolved("run: docker build .", {"Dockerfile": f"FROM x\n{copy}\nRUN pytest\n", "web/package.json": "{}"})
    assert found["pytest"].command is not None
    assert found["pytest"].command.folder == folder


def test_run_is_followed_on_when_its_files_are_copied_or_mounted() -> None:
    files = {"app/Makefile": "check:\n\truff check\n"}
    for lines in ("WORKDIR /x\nCOPY . .\nRUN make check", "WORKDIR /x\nRUN --mount=target=. make check",
                  "RUN --mount=type=bind,source=.,target=/y cd /; true\nCOPY . /x\nWORKDIR /x\nRUN make check"):
        found = resolved("run: docker build app", {"app/Dockerfile": f"FROM x\n{lines}\n", **files})
        assert [hop.path for hop in found["ruff"].chain] == [CI, "app/Dockerfile", "app/Makefile"]
        assert found["ruff"].command is not None
        assert found["ruff"].command.building
    assert "ruff" not in resolved("run: docker build app", {"app/Dockerfile": "FROM x\nRUN make check\n", **files})


def test_run_of_a_script_that_only_the_image_has_is_not_dead() -> None:
    found = resolved("run: docker build .", {"Dockerfile": "FROM x\nCOPY . .\nRUN ./ci/gone.sh\n", "ci/other.sh": "true\n"})
    assert not found["./ci/gone.sh"].disabled


def test_build_that_builds_itself_ends() -> None:
    found = resolved("run: docker build .", {"Dockerfile": "FROM x AS a\nCOPY --from=a / /\nCOPY . .\nRUN docker build .\nRUN bandit\n"})
    assert "bandit" in found


def test_run_document_has_the_shell_of_its_first_line() -> None:
    dockerfile = "FROM x\nRUN <<-EOF\n\t#!/usr/bin/env bash\n\tset -e\n\tbandit -r .\n\techo\n\tEOF\nRUN <<E bash -e\nmypy\nE\n"
    found = resolved("run: docker build .", {"Dockerfile": dockerfile})
    assert found["bandit"].blocking
    assert found["bandit"].chain[-1].line == 5


def test_dockerfile_is_found_where_the_command_says() -> None:
    files = {"a/Containerfile": "FROM x\nRUN bandit\n", "a/b.Dockerfile": "FROM x\nRUN mypy\n"}
    assert "bandit" in resolved("run: cd a && podman build .", files)
    assert "mypy" in resolved("run: docker build -f a/b.Dockerfile .", files)
    assert "mypy" in resolved("run: docker build -fb.Dockerfile .\n        working-directory: a", files)
    assert "mypy" in resolved("uses: docker/build-push-action@v6\n        with: {context: a, file: a/b.Dockerfile}", files)
