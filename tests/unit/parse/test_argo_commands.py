"""Commands, depends expressions and conditions are read as the controller reads them."""

from __future__ import annotations

import pytest

from opslint.parse.argo.commands import interpreter_of, script_of
from opslint.parse.argo.depends import condition_mode, dependence_of
from opslint.source.node import Scalar


def words(*texts: str) -> list[Scalar]:
    return [Scalar(text, "", None, None, line, 1, line, 1 + len(text)) for line, text in enumerate(texts, 1)]


@pytest.mark.parametrize(
    ("argv", "text", "shell", "line"),
    [
        (["sh", "-c", "make test"], "make test", "sh -c", 3),
        (["/bin/bash", "-ec", "make test"], "make test", "bash -ec", 3),
        (["bash", "-euo", "pipefail", "-c", "make test"], "make test", "bash -euo pipefail -c", 5),
        (["bash", "-o", "pipefail", "-c", "x", "ignored"], "x", "bash -o pipefail -c", 5),
        (["/usr/bin/env", "bash", "-c", "x"], "x", "bash -c", 4),
        (["tini", "--", "sh", "-c", "x"], "x", "sh -c", 5),
        (["python3", "-c", "print(1)"], "print(1)", "python", 3),
        (["cmd", "/c", "echo", "hi"], "echo hi", "cmd", 3),
        (["pwsh", "-NoProfile", "-Command", "Get-Item"], "Get-Item", "pwsh", 4),
        (["bash", "build.sh"], "bash build.sh", "", 1),
        (["sh"], "sh", "", 1),
        (["trivy", "fs", "a b"], "trivy fs 'a b'", "", 1),
        (["python", "-m", "pytest"], "python -m pytest", "", 1),
    ],
)
def test_script_is_what_the_container_runs(argv: list[str], text: str, shell: str, line: int) -> None:
    script = script_of(words(*argv))
    assert script is not None
    assert (script.text, script.shell, script.node.line) == (text, shell, line)


def test_script_is_none_when_no_word_is_written() -> None:
    assert script_of([]) is None


@pytest.mark.parametrize(
    ("argv", "shell"),
    [
        (["bash"], "bash"),
        (["/bin/sh", "-e"], "sh -e"),
        (["python3.11"], "python"),
        (["powershell"], "pwsh"),
        (["node"], "node"),
        ([], ""),
    ],
)
def test_interpreter_is_the_base_name_with_its_flags(argv: list[str], shell: str) -> None:
    assert interpreter_of(words(*argv)) == shell


@pytest.mark.parametrize(
    ("expression", "names", "when", "handled"),
    [
        ("a", ("a",), "", ()),
        ("a && b", ("a", "b"), "", ()),
        ("a.Succeeded && b", ("a", "b"), "", ()),
        ("a.Failed", ("a",), "on-failure", ("a",)),
        ("a.Failed || a.Errored", ("a",), "on-failure", ("a",)),
        ("a.Succeeded || a.Failed", ("a",), "always", ("a",)),
        ("a && (b.Succeeded || b.Failed)", ("a", "b"), "always", ("b",)),
        ("!a.Succeeded", ("a",), "on-failure", ("a",)),
        ("(a", ("a",), "", ()),
        ("&& ||", (), "", ()),
    ],
)
def test_depends_tells_what_runs_after_a_failure(
    expression: str, names: tuple[str, ...], when: str, handled: tuple[str, ...]
) -> None:
    found = dependence_of(expression)
    assert (found.names, found.when, found.handled) == (names, when, handled)


def test_depends_ends_quickly_when_it_nests_without_end() -> None:
    assert dependence_of("(" * 100_000 + "a").names == ()


@pytest.mark.parametrize(
    ("condition", "mode"),
    [
        ("{{workflow.status}} != Succeeded", "on-failure"),
        ('"{{workflow.status}}" == "Failed"', "on-failure"),
        ("workflow.status == 'Succeeded'", "on-success"),
        ('steps["build"].status == "Failed"', "on-failure"),
        ("{{workflow.status}} == Failed || {{workflow.status}} == Succeeded", ""),
        ("{{workflow.failures}} != null", "on-failure"),
        ("{{inputs.parameters.run}} == true", ""),
        ("", ""),
    ],
)
def test_condition_tells_its_mode_when_it_asks_for_a_status(condition: str, mode: str) -> None:
    assert condition_mode(condition) == mode
