"""just: what recipes run, and what they do not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opslint.model.activity import Activity

Told = Callable[[str, dict[str, str]], list[str]]
Activities = Callable[[str, dict[str, str]], list[Activity]]

JUSTFILE = """
# bandit is only named here
alias c := check
src := "src"
paths := src + " " + "tests"
export MODE := "ci"

check: lint (audit "high") && report
  echo checked

# run ruff
@lint path=src:
  ruff check {{ path }}
  -mypy {{paths}}

audit level:
  pip-audit --level {{level}}

report:
  codecov

[private]
unused:
  semgrep scan
"""


def test_just_leads_to_recipes_needed_before_and_after_when_one_is_named(told: Told, activities: Activities) -> None:
    assert told("just check", {"justfile": JUSTFILE}) == [
        "justfile:12 ruff check src",
        "justfile:13 mypy src tests (soft)",
        "justfile:16 pip-audit --level high",
        "justfile:8 echo checked",
        "justfile:19 codecov",
    ]
    ruff = next(one for one in activities("just check", {"justfile": JUSTFILE}) if one.name == "ruff")
    assert [(hop.path.rpartition("/")[2], hop.line, hop.text) for hop in ruff.chain] == [
        ("ci.yml", 7, "just check"),
        ("justfile", 7, 'check: lint (audit "high") && report'),
        ("justfile", 12, "ruff check src"),
    ]


@pytest.mark.parametrize(
    ("run", "lines"),
    [
        ("just lint docs", ["justfile:12 ruff check docs", "justfile:13 mypy src tests (soft)"]),
        ("just src=lib lint", ["justfile:12 ruff check lib", "justfile:13 mypy lib tests (soft)"]),
        ("just --set src lib lint", ["justfile:12 ruff check lib", "justfile:13 mypy lib tests (soft)"]),
        ("just -f justfile report", ["justfile:19 codecov"]),
        ("just audit low report", ["justfile:16 pip-audit --level low", "justfile:19 codecov"]),
        ("cd src && just report", ["justfile:19 codecov"]),
        ("just --list", []),
        ("just -n check", []),
        ("echo just check", []),
    ],
)
def test_just_runs_what_its_words_say(told: Told, run: str, lines: list[str]) -> None:
    assert told(run, {"justfile": JUSTFILE, "src/x.py": ""}) == lines


def test_just_runs_its_first_recipe_or_the_default_one_when_none_is_named(told: Told) -> None:
    assert told("just", {"justfile": "a:\n  mypy\nb:\n  ruff\n"}) == ["justfile:2 mypy"]
    assert told("just", {".justfile": "a:\n  mypy\n[default]\nb:\n  ruff\n"}) == [".justfile:5 ruff"]


def test_just_names_no_tool_when_only_an_unrelated_recipe_runs_it(told: Told) -> None:
    assert not [line for line in told("just check", {"justfile": JUSTFILE}) if "semgrep" in line or "bandit" in line]


def test_just_cannot_run_when_the_recipe_is_not_there(activities: Activities) -> None:
    assert activities("just nope", {"justfile": JUSTFILE})[0].disabled == 'justfile has no recipe "nope"'
    assert not activities("just nope", {"justfile": "import 'gone.just'\n" + JUSTFILE})[0].disabled
    assert not activities("just nope", {})[0].disabled


def test_just_ends_when_recipes_need_each_other(told: Told) -> None:
    looping = "a: b\n  just b\n  mypy {{x}}\nb: a\n  ruff\nx := y\ny := x\nimport 'justfile'\n"
    assert told("just a", {"justfile": looping})[:3] == ["justfile:5 ruff", "justfile:2 just b", "justfile:3 mypy …"]


def test_just_runs_a_recipe_as_one_script_when_it_begins_like_one(told: Told) -> None:
    script = "a:\n  #!/usr/bin/env bash\n  set -euo pipefail\n  cd web\n  if true; then\n    npx eslint .\n  fi\n  mypy | tee log\n"
    assert told("just a", {"justfile": script})[-3:] == ["justfile:6 eslint .", "justfile:8 mypy", "justfile:8 tee log"]
    marked = 'a:\n  mypy\n  ruff\nb:\n  mypy\n'
    assert told("just a", {"justfile": f"[script('sh')]\n{marked}"}) == ["justfile:3 mypy (soft)", "justfile:4 ruff"]
    assert told("just a", {"justfile": f"set script-interpreter := ['bash', '-e']\n[script]\n{marked}"})[0] == "justfile:4 mypy"
    assert told("just a", {"justfile": "a:\n  #!/usr/bin/env ruby\n  system('ruff')\n"}) == []


def test_just_starts_each_line_with_the_shell_that_is_set(told: Told) -> None:
    recipe = "a:\n  mypy | tee log\n"
    assert told("just a", {"justfile": recipe}) == ["justfile:2 mypy (soft)", "justfile:2 tee log"]
    assert told("just a", {"justfile": "set shell := ['bash', '-euo', 'pipefail', '-c']\n" + recipe})[0] == "justfile:3 mypy"


def test_just_reads_imports_and_modules(told: Told) -> None:
    files = {
        "justfile": "import? 'gone.just'\nimport 'ci/lint.just'\nmod web\nall: lint web::test\n",
        "ci/lint.just": "lint:\n  ruff check\n",
        "web/mod.just": "test: build\n  npx vitest\nbuild:\n  npm run x\n",
        "web/package.json": '{"scripts": {"x": "tsc"}}',
    }
    assert told("just all", files) == [
        "ci/lint.just:2 ruff check", "web/mod.just:4 npm run x", "web/package.json:1 tsc", "web/mod.just:2 vitest",
    ]  # fmt: skip
    assert told("just web test", files) == told("just web::test", files) == [
        "web/mod.just:4 npm run x", "web/package.json:1 tsc", "web/mod.just:2 vitest",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("'a'", "a"),
        ('"a" + "b"', "ab"),
        ("'a' / 'b'", "a/b"),
        ("if 'a' == 'a' { 'x' } else { 'y' }", "x"),
        ("if env('NOPE', '') != '' { 'x' } else { 'y' }", "y"),
        ("if `uname` == 'a' { 'x' } else { 'y' }", "…"),
        ("env_var_or_default('NOPE', 'd')", "d"),
        ("uppercase('a')", "A"),
        ("justfile_directory() / 'bin'", "./bin"),
        ("`git describe`", "…"),
        ("unheard_of('a')", "…"),
        ("(('a'))", "a"),
        ("'''\n  a\n'''", "a"),
    ],
)
def test_expression_has_its_value_or_none_when_it_is_not_literal(told: Told, expression: str, value: str) -> None:
    assert told("just a", {"justfile": f"x := {expression}\na:\n  mypy {{{{ x }}}}\n"})[0].partition("mypy ")[2] == value


def test_recipe_for_another_system_is_not_taken_when_there_is_one_for_this(told: Told) -> None:
    assert told("just a", {"justfile": "[linux]\na:\n  mypy\n[windows]\na:\n  ruff\n"}) == ["justfile:3 mypy"]


def test_words_reach_the_script_when_arguments_are_positional(told: Told) -> None:
    assert told("just a src", {"justfile": "set positional-arguments\na *args:\n  ruff check \"$@\"\n"}) == ["justfile:3 ruff check src"]
    assert told("just a", {"justfile": "export X := 'src'\na:\n  ruff check $X\n"}) == ["justfile:3 ruff check src"]
