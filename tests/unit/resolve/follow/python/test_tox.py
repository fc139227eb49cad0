"""tox: which environments a command means, and what their commands are, in every form of its configuration."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opslint.model.activity import Activity

Follow = Callable[..., list[Activity]]
Words = Callable[..., list[str]]

INI = r"""
[tox]
envlist = py{310,311}-{unit,int}, lint
labels =
    static = lint, types
[base]
paths = src tests
commands =
    bandit -r {[base]paths}
[testenv]
description = semgrep
commands_pre = pip check
commands =
    unit: pytest {posargs:tests}
    int,!py310: pytest {posargs:tests/int}
    int: echo error: not a condition
[testenv:lint]
commands_pre =
changedir = sub
setenv =
    A = 1
commands =
    {[base]commands}
    - flake8 {posargs:{[base]paths}}
[testenv:types]
labels = judged
ignore_outcome = true
commands = mypy {toxinidir}/src {env:X:y} \
   --strict
commands_post = coverage report
[testenv:{a,b}-deep]
base = types
[testenv:loop]
commands =
    {[testenv:again]commands}
[testenv:again]
commands =
    {[testenv:loop]commands}
    {[testenv:again]commands}
    vulture {[testenv:again]commands}
"""
TYPES = ["pip check", "mypy ./src y --strict", "coverage report"]
LINT = ["bandit -r src tests", "flake8 src tests"]
TOML = """
requires = ["tox>=4"]
env_list = [{ product = [["py"], ["310", "311"]] }, "lint"]
[env_run_base]
commands = [["pytest", { replace = "posargs", default = ["tests"], extend = true }]]
set_env = { A = "1" }
[env.lint]
change_dir = "sub"
commands = [
  ["bandit", "-r", "src"],
  ["-", "ruff", "check", "a b"],
  { replace = "ref", of = ["env_run_base", "commands"], extend = true },
]
[labels]
static = ["lint"]
"""


@pytest.mark.parametrize(("run", "expected"), [
    ("tox -e lint", LINT),
    ("tox -elint -- x", ["bandit -r src tests", "flake8 x"]),
    ("tox run -e types", TYPES),
    ("tox -m static", [*LINT, *TYPES]),
    ("tox -m judged", TYPES),
    ("tox -f py310 int", ["pip check", "pytest tests/int", "echo error: not a condition"]),
    ("tox -f $PY-unit", ["pip check", "pytest tests", "pytest tests/int"]),
    ("tox -f $PY-static", []),
    ("tox -e py310-unit", ["pip check", "pytest tests"]),
    ("tox -e 'py3{10,11}-unit'", ["pip check", "pytest tests", "pytest tests/int"]),
    ("tox -e b-deep", TYPES),
    ("tox --skip-env py310,py311", LINT),
    ("tox -p auto -e lint", LINT),
    ("tox -q --parallel -e lint", LINT),
    ("tox -e lint --notest", []),
    ("tox list", []),
    ("tox -l", []),
])
def test_tox_runs_the_environments_the_command_means(words: Words, run: str, expected: list[str]) -> None:
    assert words(run, {"tox.ini": INI}) == expected


def test_tox_command_has_place_folder_and_variables(follow: Follow) -> None:
    bandit, flake8 = follow("tox -e lint", {"tox.ini": INI})[1:]
    assert [(hop.path, hop.line, hop.text) for hop in bandit.chain][1:] == [("tox.ini", 8, "bandit -r src tests")]
    assert bandit.command is not None
    assert (bandit.command.folder, bandit.env, bandit.blocking) == ("sub", {"A": "1"}, True)
    assert (flake8.blocking, flake8.soft_why) == (False, "tox ignores its failure (`-`)")


def test_tox_environment_is_soft_when_its_outcome_is_ignored(follow: Follow) -> None:
    assert {one.soft_why for one in follow("tox -e types", {"tox.ini": INI})[1:]} == {"tox ignores how it ends (`ignore_outcome`)"}


@pytest.mark.parametrize(("run", "sure"), [
    ("tox -e ${{ matrix.env }}", "low"), ("tox -e py${{ matrix.env }}", "low"), ("tox", "high"),
])
def test_tox_is_sure_when_the_environments_are_known(follow: Follow, run: str, sure: str) -> None:
    found = follow(run, {"tox.ini": INI})[1:]
    assert {one.command.confidence for one in found if one.command is not None} == {sure}


@pytest.mark.parametrize(("value", "expected"), [
    ("lint", [("bandit", "high"), ("flake8", "high")]), ("lint-${{ format('py{0}', matrix.x) }}", [("pip", "low"), ("pytest", "low")]),
])
@pytest.mark.parametrize("variable", ["TOXENV", "TOX_ENV"])
def test_tox_environment_is_chosen_by_its_variable(follow: Follow, variable: str, value: str, expected: list[tuple[str, str]]) -> None:
    found = follow("tox", {"tox.ini": INI}, step=f'        env: {{{variable}: "{value}"}}\n')[1:]
    assert [(one.name, one.command.confidence) for one in found if one.command is not None] == expected


def test_tox_is_sure_when_all_environments_that_may_be_meant_do_the_same(follow: Follow) -> None:
    found = follow("tox -e py${{ matrix.env }}", {"tox.ini": "[tox]\nenvlist = py39, py310, lint\n[testenv]\ncommands = pytest\n"
                                                            "[testenv:lint]\ncommands = flake8\n"})
    assert [(one.name, one.command.confidence) for one in found[1:] if one.command is not None] == [("pytest", "high")]


@pytest.mark.parametrize("table", ["[gh-actions]\npython =\n  3.9: py39\n  3.10: py310\n",
                                   "[gh]\npython =\n  3.9 = py39\n  3.10 = py310\n"])
def test_tox_leaves_out_what_a_plug_in_does_not_pick(words: Words, table: str) -> None:
    text = "[tox]\nenvlist = py39, lint, py310\n[testenv]\ncommands = pytest\n[testenv:lint]\ncommands = bandit -r src\n"
    assert words("tox", {"tox.ini": text + table}) == ["pytest"]
    assert words("tox", {"tox.ini": text}) == ["pytest", "bandit -r src"]


PYPROJECT = TOML.replace("[env", "[tool.tox.env").replace("[labels", "[tool.tox.labels").replace("requires", "[tool.tox]\nrequires")


@pytest.mark.parametrize("files", [{"tox.toml": TOML}, {"pyproject.toml": PYPROJECT}], ids=["tox.toml", "pyproject.toml"])
def test_tox_reads_its_toml_form(follow: Follow, files: dict[str, str]) -> None:
    found = follow("tox -m static", files)[1:]
    assert [(" ".join(one.command.argv), one.soft_why, one.command.folder) for one in found if one.command is not None] == [
        ("bandit -r src", "", "sub"), ("ruff check a b", "tox ignores its failure (`-`)", "sub"), ("pytest tests", "", "sub")]
    shift = 1 if "pyproject.toml" in files else 0
    assert [one.span.line for one in found] == [9 + shift, 10 + shift, 4 + shift]


def test_tox_reads_the_ini_text_in_pyproject_and_setup_cfg(follow: Follow) -> None:
    legacy = '[tool.tox]\nlegacy_tox_ini = """\n[tox]\nenvlist = lint\n[testenv:lint]\ncommands =\n  bandit -r x\n"""\n'
    assert follow("tox", {"pyproject.toml": legacy})[-1].chain[-1].line == 7
    assert follow("tox", {"setup.cfg": "[tox:tox]\nenvlist = lint\n[testenv:lint]\ncommands = bandit -r x\n"})[-1].name == "bandit"
    assert follow("tox -c ci/tox.ini", {"ci/tox.ini": "[testenv]\ncommands = bandit -r x\n"})[-1].chain[-1].path == "ci/tox.ini"


def test_tox_ends_when_sections_refer_to_each_other(words: Words) -> None:
    assert words("tox -e loop", {"tox.ini": INI})[0] == "pip check"


@pytest.mark.parametrize("text", ["# bandit\n[tox]\nenvlist = py\n[testenv]\ndescription = bandit\ndeps = bandit\n",
                                  "[bandit]\ncommands = bandit\n", "[testenv:other]\ncommands = bandit\n[tox]\nenvlist = py\n"])
def test_tox_finds_nothing_when_the_tool_is_only_named(words: Words, text: str) -> None:
    assert words("tox", {"tox.ini": text}) == []


def test_tox_exec_runs_the_command_behind_it(follow: Follow) -> None:
    assert [one.name for one in follow("tox exec -e lint -- bandit -r src", {"tox.ini": INI})] == ["bandit"]
