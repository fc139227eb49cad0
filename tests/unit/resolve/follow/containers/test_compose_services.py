"""docker compose: images it builds, services whose end it waits for."""

from __future__ import annotations

from textwrap import dedent

import pytest

from opslint.model.activity import Activity
from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import resolve
from opslint.source.trees.memory import MemoryTree

CI = ".github/workflows/ci.yml"


def resolved(run: str, files: dict[str, str], extra: str = "") -> dict[str, Activity]:
    """What a step runs, by the word of each command."""
    workflow = f"on: pull_request\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {run}\n{extra}"
    tree = MemoryTree({CI: workflow, **{path: dedent(text).lstrip("\n") for path, text in files.items()}})
    return {activity.name: activity for activity in resolve(read_repository(tree), tree).activities}


DOCKERFILE = """
    FROM python:3 AS base
    WORKDIR /app
    COPY . .
    RUN ruff check
    FROM base AS dev
    ENTRYPOINT ["python", "-m"]
    CMD ["pytest", "-q"]
"""
COMPOSE = """
    services:
      app:
        build: {context: ., target: dev}
        depends_on: [db, migrate]
      migrate:
        extends: {service: app}
        command: alembic upgrade head
        depends_on: [db]
      check:
        image: golang:1.22
        working_dir: /src
        volumes: [".:/src:ro"]
        command: make ${TARGET:-lint}
        profiles: [tools]
      load:
        image: grafana/k6
        profiles: [tools]
      db:
        image: postgres
        command: ["postgres", "-c", "x=y"]
"""
FILES = {"Dockerfile": DOCKERFILE, "compose.yaml": COMPOSE, "Makefile": "lint:\n\tgolangci-lint run\ntest:\n\tgotestsum\n"}


@pytest.mark.parametrize("run", ["docker compose run app", "docker compose run --rm -e A=1 app", "docker-compose run app",
                                 "docker compose -f compose.yaml run app", "docker compose up --exit-code-from app",
                                 "docker compose up --build --abort-on-container-exit",
                                 "COMPOSE_FILE=compose.yaml docker compose run app"])
def test_service_runs_what_its_image_starts_when_it_is_waited_for(run: str) -> None:
    found = resolved(run, FILES)
    assert [(hop.path, hop.line) for hop in found["pytest"].chain] == [(CI, 6), ("compose.yaml", 3)]
    assert found["pytest"].blocking
    assert [(hop.path, hop.line) for hop in found["ruff"].chain] == [(CI, 6), ("Dockerfile", 4)]
    assert found["ruff"].command is not None
    assert found["ruff"].command.building


@pytest.mark.parametrize("run", ["docker compose up -d", "docker compose build", "docker compose up --detach app",
                                 "docker compose build app"])
def test_services_are_built_but_not_waited_for_when_they_stay_in_the_background(run: str) -> None:
    found = resolved(run, FILES)
    assert "ruff" in found
    assert not {"pytest", "alembic", "postgres"} & set(found)


def test_service_is_soft_when_compose_does_not_hand_on_its_end() -> None:
    found = resolved("docker compose up", FILES)
    assert found["ruff"].blocking
    assert (found["pytest"].blocking, found["pytest"].soft_why) == (False, "`docker compose up` does not hand on how its services end")


def test_service_is_followed_on_where_the_repository_is_mounted() -> None:
    assert [hop.path for hop in resolved("docker compose run check", FILES)["golangci-lint"].chain] == [CI, "compose.yaml", "Makefile"]
    assert "gotestsum" in resolved("TARGET=test docker compose run check", FILES)
    assert "golangci-lint" not in resolved("docker compose run check", {**FILES, "compose.yaml": COMPOSE.replace(".:/src", "x:/src")})


def test_command_is_run_in_its_service_when_one_is_given() -> None:
    found = resolved("docker compose run app mypy src", FILES)
    assert {"mypy", "ruff"} <= set(found)
    assert "pytest" not in found


@pytest.mark.parametrize("run", ["docker compose run gone", "docker compose -f gone.yml run app", "docker compose run $SERVICE",
                                 "docker compose ps", "docker compose down", "echo docker compose run app",
                                 "docker compose up --no-build -d",
                                 "docker compose pull app", "docker compose -f ../x.yml run app", "docker compose exec app true"])
def test_compose_shows_nothing_when_it_starts_nothing_that_is_known(run: str) -> None:
    assert not {"pytest", "ruff", "alembic"} & set(resolved(run, FILES))


def test_profile_decides_which_services_come_up() -> None:
    assert "make" not in resolved("docker compose up", FILES)
    assert "make" in resolved("docker compose --profile tools up", FILES)
    assert "make" in resolved("COMPOSE_PROFILES=tools docker compose up", FILES)


def test_service_that_must_complete_blocks_when_another_waits_for_it() -> None:
    waited = COMPOSE.replace("depends_on: [db, migrate]", "depends_on: {migrate: {condition: service_completed_successfully}}")
    found = resolved("docker compose run app", {**FILES, "compose.yaml": waited})
    assert found["alembic"].blocking
    assert "alembic" not in resolved("docker compose run app", FILES)


def test_later_files_go_over_earlier_ones() -> None:
    ci = "services:\n  app:\n    command: [bandit, -r, .]\n"
    found = resolved("docker compose -f compose.yaml -f ci/compose.ci.yml run app", {**FILES, "ci/compose.ci.yml": ci})
    assert found["bandit"].chain[-1].path == "ci/compose.ci.yml"
    assert "bandit" in resolved("docker compose run app", {**FILES, "compose.override.yaml": ci})


def test_services_that_extend_and_need_each_other_end() -> None:
    circle = """
        services:
          a: {extends: {service: b}, command: bandit, depends_on: [b]}
          b: {extends: {service: a}, command: mypy, depends_on: [a]}
        include: [compose.yaml, other.yaml]
    """
    found = resolved("docker compose up --abort-on-container-exit", {"compose.yaml": circle, "other.yaml": "include: [compose.yaml]\n"})
    assert {"bandit", "mypy"} <= set(found)


def test_values_come_from_the_env_file_and_the_job() -> None:
    compose = "services:\n  a:\n    image: x\n    entrypoint: ${TOOL} $$HOME\n    command: ${WHAT-src}\n"
    found = resolved("docker compose run a", {"compose.yaml": compose, ".env": "TOOL=bandit\n"})
    assert found["bandit"].command is not None
    assert found["bandit"].command.argv == ("bandit", "$HOME", "src")


def test_service_knows_only_its_own_variables() -> None:
    compose = "services:\n  a:\n    image: x\n    environment: {A: '1', B: }\n    command: bandit\n"
    found = resolved("docker compose run a", {"compose.yaml": compose}, "        env: {SECRET_OF_CI: x, B: '2'}\n")
    assert found["bandit"].env == {"A": "1", "B": "2"}
