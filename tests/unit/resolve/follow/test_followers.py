"""Task runners: from a command of a pipeline to what they run."""

from __future__ import annotations

from textwrap import dedent

import pytest

from opslint.model.activity import Activity
from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import resolve
from opslint.source.trees.memory import MemoryTree

CI = ".github/workflows/ci.yml"


def _resolve(run: str, files: dict[str, str], step: str = "") -> list[Activity]:
    workflow = f"on: pull_request\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {run}\n{step}"
    tree = MemoryTree({CI: workflow, **{path: dedent(text).lstrip("\n") for path, text in files.items()}})
    return list(resolve(read_repository(tree), tree).activities)


def _names(run: str, files: dict[str, str]) -> list[str]:
    return [activity.name for activity in _resolve(run, files)]


MAKEFILE = """
PYTHON ?= python3
SRC := src tests
.PHONY: all lint test

all: lint test

lint: setup  ## Lint it
\t@echo linting
\t$(PYTHON) -m bandit -r $(SRC)
\t-mypy $(SRC)

setup:
\tpip install -r requirements.txt

test: export X = 1
test:
\tcd app && \\
\t  pytest -q $$ARGS
\t$(MAKE) -C sub check
"""
SUB = "check:\n\tflake8 .\n"


def test_make_runs_the_recipe_and_what_it_needs() -> None:
    found = {activity.name: activity for activity in _resolve("make lint", {"Makefile": MAKEFILE})}
    assert list(found) == ["make", "pip", "echo", "bandit", "mypy"]
    bandit = found["bandit"]
    assert bandit.command is not None
    assert bandit.command.argv == ("bandit", "-r", "src", "tests")
    assert [(hop.path, hop.line, hop.text) for hop in bandit.chain] == [
        (CI, 6, "make lint"),
        ("Makefile", 9, "python3 -m bandit -r src tests"),
    ]
    assert bandit.blocking
    assert (found["mypy"].blocking, found["mypy"].soft_why) == (False, "make ignores its failure (`-`)")


def test_make_runs_its_first_target_when_none_is_named() -> None:
    assert "bandit" in _names("make", {"Makefile": MAKEFILE})
    assert "pytest" in _names("make", {"Makefile": MAKEFILE})


def test_make_is_followed_into_another_folder() -> None:
    found = {activity.name: activity for activity in _resolve("make test", {"Makefile": MAKEFILE, "sub/Makefile": SUB})}
    assert [hop.path for hop in found["flake8"].chain] == [CI, "Makefile", "sub/Makefile"]
    assert found["pytest"].command is not None
    assert found["pytest"].command.folder == "app"


@pytest.mark.parametrize(
    "run", ["make -C sub check", "make --directory=sub", "cd sub && make check", "make -f sub/Makefile check", "make -j 4 -C sub"]
)
def test_make_finds_its_file(run: str) -> None:
    assert _names(run, {"sub/Makefile": SUB})[-1] == "flake8"


def test_make_reads_included_files() -> None:
    assert _names("make lint", {"Makefile": "include mk/lint.mk\n", "mk/lint.mk": "lint:\n\tflake8\n"}) == ["make", "flake8"]


def test_make_targets_that_need_each_other_end() -> None:
    assert _names("make a", {"Makefile": "a: b\n\tflake8\n\t$(MAKE) a\nb: a\n\tmypy\n"})[:4] == ["make", "mypy", "flake8", "make"]


def test_make_keeps_softness_of_the_command_that_runs_it() -> None:
    found = _resolve("make check || true", {"Makefile": SUB})
    assert [(activity.name, activity.blocking) for activity in found] == [("make", False), ("flake8", False)]


PACKAGE = """
{
  "name": "x",
  "scripts": {
    "pretest": "eslint .",
    "test": "jest --ci",
    "lint": "npm run lint:js && stylelint x",
    "lint:js": "eslint src"
  }
}
"""


@pytest.mark.parametrize(
    "run", ["npm test", "npm t", "npm run test", "npm run -s test", "yarn test", "yarn run test", "pnpm test", "bun run test"]
)
def test_scripts_of_package_json_are_run(run: str) -> None:
    found = _resolve(run, {"package.json": PACKAGE})
    assert [activity.name for activity in found] == [found[0].name, "eslint", "jest"]
    assert [(hop.path, hop.line) for hop in found[-1].chain] == [(CI, 6), ("package.json", 5)]
    assert not found[0].disabled


def test_scripts_lead_on_to_scripts() -> None:
    found = _resolve("npm run lint", {"package.json": PACKAGE})
    assert [activity.name for activity in found] == ["npm", "npm", "eslint", "stylelint"]
    assert [hop.line for hop in found[2].chain] == [6, 6, 7]


def test_words_behind_two_dashes_reach_the_script() -> None:
    command = _resolve("npm test -- --coverage", {"package.json": PACKAGE})[-1].command
    assert command is not None
    assert command.argv == ("jest", "--ci", "--coverage")


def test_stub_script_is_as_good_as_no_command() -> None:
    stub = '{"scripts": {"test": "echo \\"Error: no test specified\\" && exit 1"}}'
    assert _names("npm test", {"package.json": stub}) == ["echo"]


def test_missing_script_disables_the_command_unless_it_may_be_missing() -> None:
    assert _resolve("npm run e2e", {"package.json": PACKAGE})[0].disabled == 'package.json has no script "e2e"'
    assert not _resolve("npm run e2e --if-present", {"package.json": PACKAGE})[0].disabled
    assert not _resolve("npm run e2e", {})[0].disabled


def test_scripts_are_found_in_the_folder_the_step_works_in() -> None:
    files = {"web/package.json": PACKAGE}
    assert [a.name for a in _resolve("npm test", files, "        working-directory: ./web\n")][-1] == "jest"
    assert _names("cd web && npm test", files)[-1] == "jest"
    assert _names("npm --prefix web test", files)[-1] == "jest"


def test_scripts_of_workspaces_are_run() -> None:
    files = {
        "package.json": "{}",
        "packages/a/package.json": PACKAGE,
        "packages/b/package.json": '{"scripts": {"test": "vitest"}}',
    }
    assert _names("npm test --workspaces", files) == ["npm", "eslint", "jest", "vitest"]
    assert _names("npm test -w packages/b", files) == ["npm", "vitest"]
    assert _names("pnpm -r test", files) == ["pnpm", "eslint", "jest", "vitest"]


def test_installing_is_no_script() -> None:
    assert _names("npm ci", {"package.json": PACKAGE}) == ["npm"]
    assert _names("yarn install", {"package.json": PACKAGE}) == ["yarn"]


TOX = """
[tox]
env_list = py{310,311}, lint

[testenv]
deps = pytest
commands =
    py311: coverage run -m pytest {posargs:tests}
    py310: pytest

[testenv:lint]
commands =
    flake8 src \\
      tests
    - mypy src

[testenv:docs]
commands = sphinx-build . out
"""


def test_tox_runs_the_default_environments() -> None:
    found = _resolve("tox run", {"tox.ini": TOX})
    assert [activity.name for activity in found] == ["tox", "pytest", "pytest", "flake8", "mypy"]
    assert [activity.chain[-1].line for activity in found[1:]] == [8, 7, 12, 14]
    assert found[2].command is not None
    assert found[2].command.argv == ("pytest", "tests")
    assert not found[-1].blocking


@pytest.mark.parametrize(
    ("run", "names"),
    [
        ("tox -e lint", ["tox", "flake8", "mypy"]),
        ("tox -elint", ["tox", "flake8", "mypy"]),
        ("tox run -e docs,lint", ["tox", "sphinx-build", "flake8", "mypy"]),
        ("TOXENV=docs tox", ["tox", "sphinx-build"]),
        ("python -m tox -e docs", ["tox", "sphinx-build"]),
        ("uvx --with tox-uv tox run -e docs", ["tox", "sphinx-build"]),
        ("tox --notest", ["tox"]),
        ("tox -l", ["tox"]),
    ],
)
def test_tox_runs_the_environments_it_is_asked_for(run: str, names: list[str]) -> None:
    assert _names(run, {"tox.ini": TOX}) == names


def test_tox_reads_its_toml_forms() -> None:
    legacy = '[tool.tox]\nlegacy_tox_ini = """\n[testenv]\ncommands = pytest\n"""\n'
    found = _resolve("tox", {"pyproject.toml": legacy})
    assert [(activity.name, activity.chain[-1].line) for activity in found] == [("tox", 6), ("pytest", 4)]
    native = """
    [env_run_base]
    deps = ["pytest"]
    commands = [["pytest", { replace = "posargs", default = ["tests"], extend = true }]]
    [env.lint]
    commands = [["flake8"]]
    """
    assert _resolve("tox", {"tox.toml": native})[-1].chain[-1].line == 3
    assert _names("tox -e lint", {"tox.toml": native}) == ["tox", "flake8"]
    assert _names("tox", {"tox.toml": native}) == ["tox", "pytest"]


def test_commands_of_containers_are_not_followed() -> None:
    assert _names("docker run x make check", {"Makefile": SUB}) == ["make"]
