"""hatch, pdm, poe, pixi, taskipy, pipenv and rye: from a command to the tasks of a table."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opslint.model.activity import Activity

Follow = Callable[..., list[Activity]]
Words = Callable[..., list[str]]

PROJECT = '''
[project]
description = "bandit, semgrep"

[tool.hatch.envs.default.scripts]
scan = "bandit -r {args:src tests}"
all = ["scan", "- vulture", "hatch run lint:style"]

[tool.hatch.envs.lint.scripts]
style = [
    "ruff check {args}",
    # "flake8",
    "mypy {env:SRC:src}",
]
loop = "again"
again = "loop"

[[tool.hatch.envs.test.matrix]]
python = ["3.11", "3.12"]
[tool.hatch.envs.test.scripts]
run = "pytest {matrix:python}"

[tool.pdm.scripts]
_.env = {A = "1"}
pre_lint = "isort ."
lint = {cmd = ["ruff", "check"], env = {B = "2"}}
scan = {shell = "bandit -r src | tee out"}
all = {composite = ["lint --fix", "mypy src"]}
post_install = "pre-commit install"
loop = {composite = ["loop"]}

[tool.poe]
include = "more.toml"
[tool.poe.env]
A = "1"
[tool.poe.tasks]
scan = "bandit -r src"
soft = {cmd = "flake8", ignore_fail = true}
check = ["scan", "soft", {cmd = "mypy src"}]
loop = ["loop"]
[tool.poe.tasks.deep]
deps = ["scan"]
shell = """
set -e
pylint src
"""
cwd = "sub"
[tool.poe.tasks.by-os]
control = {cmd = "uname"}
[[tool.poe.tasks.by-os.switch]]
case = "Linux"
cmd = "vulture src"

[tool.taskipy.settings]
use_vars = true
[tool.taskipy.variables]
src = "lib"
[tool.taskipy.tasks]
pre_lint = "isort {src}"
lint = {cmd = "bandit -r {src}", help = "flake8"}

[tool.rye.scripts]
lint = {chain = ["style", "mypy src"]}
style = ["ruff", "check"]
'''
FILES = {"pyproject.toml": PROJECT, "more.toml": "[tool.poe.tasks]\nextra = 'semgrep scan'\n",
         "Pipfile": "[scripts]\nlint = 'bandit -r .'\n",
         "pixi.toml": '''
[workspace]
name = "x"
[tasks]
lint = { cmd = "bandit -r src", depends-on = ["style"], cwd = "sub" }
style = "ruff check"
many = [{ task = "lint" }, "types"]
loop = { depends-on = ["loop"] }
say = { cmd = "echo {{ what }} {{ how }}", args = ["what", { arg = "how", default = "now" }] }
[feature.types.tasks.types]
cmd = [
  "mypy", "src"]
[feature.other.tasks]
twice = "flake8"
long = {
  cmd = "vulture {src}",  # a table over several lines
  description = "semgrep",
}
[feature.types.tasks]
twice = "pylint"
[environments]
types = ["types"]
'''}


@pytest.mark.parametrize(("run", "expected"), [
    ("hatch run scan", ["bandit -r src tests"]),
    ("hatch run scan lib", ["bandit -r lib"]),
    ("hatch run lint:style", ["ruff check", "mypy src"]),
    ("hatch -e lint run style", ["ruff check", "mypy src"]),
    ("hatch env run -e lint -- style", ["ruff check", "mypy src"]),
    ("hatch run lint:scan x", ["bandit -r x"]),
    ("hatch run +py=3.12 test:run", ["pytest …"]),
    ("hatch run test.py3.12:run", ["pytest …"]),
    ("hatch run lint:nothing", []),
    ("pdm run lint -q", ["isort .", "ruff check -q"]),
    ("pdm lint", ["isort .", "ruff check"]),
    ("pdm run all", ["lint --fix", "isort .", "ruff check --fix", "mypy src"]),
    ("pdm run scan", ["bandit -r src", "tee out"]),
    ("pdm install", ["pre-commit install"]),
    ("pdm run nothing", []),
    ("poe scan -v", ["bandit -r src -v"]),
    ("poetry run poe check", ["poe scan", "bandit -r src", "poe soft", "flake8", "mypy src"]),
    ("poetry poe scan", ["bandit -r src"]),
    ("poe extra", ["semgrep scan"]),
    ("poe deep", ["poe scan", "bandit -r src", "pylint src"]),
    ("poe nothing", []),
    ("task lint -x", ["isort lib", "bandit -r lib -x"]),
    ("pipenv run lint -q", ["bandit -r . -q"]),
    ("rye run lint", ["style", "ruff check", "mypy src"]),
    ("pixi run lint", ["style", "ruff check", "bandit -r src"]),
    ("pixi run --locked -e types types", ["mypy src"]),
    ("pixi run many", ["lint", "style", "ruff check", "bandit -r src", "types", "mypy src"]),
    ("pixi run say hi", ["echo hi now"]),
    ("pixi run long", ["vulture {src}"]),
    ("pixi run -e types twice", ["pylint"]),
    ("pixi run nothing", []),
])
def test_task_leads_to_its_commands_when_it_is_run(words: Words, run: str, expected: list[str]) -> None:
    assert words(run, FILES) == expected


@pytest.mark.parametrize(("run", "tool", "path", "line"), [
    ("hatch run lint:style", "mypy", "pyproject.toml", 12), ("pdm run scan", "bandit", "pyproject.toml", 26),
    ("poe check", "bandit", "pyproject.toml", 36), ("poe check", "mypy", "pyproject.toml", 38),
    ("poe deep", "pylint", "pyproject.toml", 44),
    ("task lint", "bandit", "pyproject.toml", 59), ("rye run style", "ruff", "pyproject.toml", 63),
    ("pixi run types", "mypy", "pixi.toml", 11), ("pixi run long", "vulture", "pixi.toml", 15), ("pipenv run lint", "bandit", "Pipfile", 2),
])
def test_task_command_stands_where_it_is_written_when_it_is_shown(follow: Follow, run: str, tool: str, path: str, line: int) -> None:
    last = next(one for one in follow(run, FILES) if one.name == tool).chain[-1]
    assert (last.path, last.line) == (path, line)


@pytest.mark.parametrize(("run", "tool", "why"), [
    ("hatch run all", "vulture", "hatch ignores its failure (`-`)"), ("poe check", "flake8", "poe ignores its failure (`ignore_fail`)"),
    ("hatch run all", "bandit", ""), ("pdm run lint", "ruff", ""), ("poe check", "mypy", ""),
])
def test_task_command_is_soft_when_the_runner_goes_on(follow: Follow, run: str, tool: str, why: str) -> None:
    assert next(one for one in follow(run, FILES) if one.name == tool).soft_why == why


def test_task_has_folder_environment_and_doubt_when_the_table_says_so(follow: Follow) -> None:
    found = {one.name: one for one in follow("poe deep && poe by-os && pdm run lint && pixi run twice && pixi run lint", FILES)}
    assert {name: found[name].command.folder for name in ("pylint", "bandit")} == {"pylint": "", "bandit": "sub"}  # type: ignore[union-attr]
    assert {name: found[name].command.confidence for name in ("uname", "vulture", "flake8")} == {  # type: ignore[union-attr]
        "uname": "high", "vulture": "low", "flake8": "low"}
    assert next(one for one in follow("pdm run lint", FILES) if one.name == "ruff").env == {"A": "1", "B": "2"}


@pytest.mark.parametrize("run", ["hatch run lint:loop", "pdm run loop", "poe loop", "pixi run loop"])
def test_task_that_leads_to_itself_ends_when_it_is_followed(words: Words, run: str) -> None:
    assert len(words(run, FILES)) <= 3


@pytest.mark.parametrize("run", ["hatch run a:b", "pdm run a", "poe a", "task a", "pipenv run a", "rye run a", "pixi run a"])
def test_task_runner_says_nothing_when_its_file_is_missing_or_broken(follow: Follow, run: str) -> None:
    for files in ({}, {"pyproject.toml": "[tool.pdm", "pixi.toml": "= {", "Pipfile": "x"}):
        assert [one.disabled for one in follow(run, files)] == [""]


@pytest.mark.parametrize(("run", "expected"), [
    ("hatch test -a", ["pytest"]), ("hatch fmt --check", ["ruff", "ruff"]), ("rye lint", ["ruff"]), ("hatch fmt -l", ["ruff"]),
    ("uv run ci.py", ["python"]),
])
def test_built_in_task_is_the_tool_behind_it_when_it_is_run(follow: Follow, run: str, expected: list[str]) -> None:
    assert [one.name for one in follow(run, {})][-len(expected):] == expected
