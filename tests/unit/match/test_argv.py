"""Words of commands and inputs of actions against the catalogue's forms."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opslint.match.tools.argv import flag_in_env, flag_in_inputs, flag_in_words, glob, inputs_fit, marks_of, prefix_length, words_of_inputs
from opslint.resolve.shell.commands import commands_of


@pytest.mark.parametrize(
    ("form", "argv", "length"),
    [
        (("bandit",), ("bandit", "-r", "src"), 1),
        (("bandit",), ("pip", "install", "bandit"), 0),
        (("helm", "upgrade"), ("helm", "-n", "prod", "upgrade", "--install", "web"), 2),
        (("helm", "upgrade"), ("helm", "--debug", "upgrade"), 2),
        (("helm", "upgrade"), ("helm", "template", "upgrade"), 0),
        (("terraform", "apply"), ("terraform", "-chdir=infra", "apply"), 2),
        (("semgrep", "--config"), ("semgrep", "-q", "--config", "p/ci"), 2),
        (("train*.py",), ("train_model.py",), 1),
        (("docker", "compose", "up"), ("docker", "compose", "-f", "a.yml", "up"), 3),
        (("a",), (), 0),
        (("python", "-m", "build"), ("python", "-I", "-m", "build", "--sdist"), 3),
        (("python", "-m", "build"), ("python", "-m", "pytest", "build"), 0),
        (("python", "-m", "build"), ("python", "-m"), 0),
    ],
)
def test_prefix_length_counts_the_words_of_the_form_when_the_command_begins_with_it(
    form: tuple[str, ...], argv: tuple[str, ...], length: int
) -> None:
    assert prefix_length(form, argv) == length


@pytest.mark.parametrize(
    ("flag", "words", "there"),
    [
        ("--exit-code", ["trivy", "--exit-code", "1"], True),
        ("--exit-code", ["trivy", "--exit-code=1"], True),
        ("--exit-code", ["trivy", "--exit-code", "0"], False),
        ("--exit-code", ["trivy", "--exit-code=0"], False),
        ("--format=*sarif*", ["x", "--format", "sarif"], True),
        ("--format=*sarif*", ["x", "--format=json"], False),
        ("-Dsonar.qualitygate.wait=true", ["mvn", "-Dsonar.qualitygate.wait=true"], True),
        ("--exit-zero", ["ruff", "check"], False),
    ],
)
def test_flag_in_words_sees_values_and_switched_off_flags(flag: str, words: list[str], there: bool) -> None:
    assert flag_in_words(flag, words) is there


def test_flag_in_inputs_is_false_when_the_input_is_switched_off() -> None:
    assert flag_in_inputs("--exit-code", {"exit-code": "1"})
    assert not flag_in_inputs("--exit-code", {"exit-code": "0"})
    assert not flag_in_inputs("--exit-code", {"format": "1"})


def test_flag_in_env_speaks_only_of_names_in_capitals() -> None:
    assert flag_in_env("DISABLE_ERRORS=true", {"DISABLE_ERRORS": "true"})
    assert not flag_in_env("--disable", {"--disable": "1"})


@pytest.mark.parametrize(
    ("wanted", "given", "fit"),
    [
        ({"scan-type": "image"}, {"scan-type": "image"}, True),
        ({"scan-type": "image"}, {"Scan-Type": "Image"}, True),
        ({"scan-type": "image"}, {}, False),
        ({"push": "!true"}, {}, True),
        ({"push": "!true"}, {"push": "true"}, False),
        ({"password": ""}, {"password": "x"}, False),
        ({"password": ""}, {}, True),
        ({"cache": "*"}, {"cache": "pip"}, True),
        ({"path": "*junit*"}, {"path": "out/a.txt\nout/junit.xml"}, True),
    ],
)
def test_inputs_fit_holds_every_wanted_input(wanted: dict[str, str], given: dict[str, str], fit: bool) -> None:
    assert inputs_fit(wanted, given) is fit


def test_words_of_inputs_splits_only_inputs_that_carry_arguments() -> None:
    assert words_of_inputs({"args": "--a b", "name": "--c"}) == ["--a", "b"]


@pytest.mark.parametrize(("form", "fits"), [
    (("curl", "$*SLACK*"), True), (("curl", "$*TEAMS*"), False), (("curl", "-d", "$SLACK_URL"), True), (("curl", ">out.*"), True),
    (("curl", "|*"), False), (("curl", "@bar"), False),
])
def test_form_asks_what_stands_beside_the_words_when_it_names_a_mark(form: tuple[str, ...], fits: bool) -> None:
    command = commands_of('curl -d x "$SLACK_URL" "$TOKEN" > out.txt')[0]
    assert bool(prefix_length(form, command.argv, marks_of(command, ()))) is fits


def test_variable_is_set_aside_when_it_is_excluded() -> None:
    command = commands_of('docker login -p "$CI_REGISTRY_PASSWORD" "$HUB_PASSWORD" | tee log')[0]
    assert marks_of(command, ("$CI_*", "--quiet")) == ["$HUB_PASSWORD", "|tee log"]


@given(st.text("ab-*", max_size=8), st.text("ab-", max_size=10))
def test_glob_agrees_with_the_standard_library_when_only_stars_are_wild(pattern: str, text: str) -> None:
    assert glob(text, pattern) == fnmatchcase(text, pattern)
