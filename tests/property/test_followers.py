"""Whatever a task runner's file says, following it ends, soon and without an error."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import resolve
from opslint.resolve.follow.follower import MAX_FOLLOWED
from opslint.resolve.shell import commands_of
from opslint.source.trees.memory import MemoryTree

LIMIT = 30
"""Seconds of processor time that only a blow-up takes, on the slowest machine."""

RUNS = {"Makefile": "make a", "package.json": "npm test", "tox.ini": "tox", "tox.toml": "tox", "pyproject.toml": "tox"}
MAKE = st.lists(
    st.sampled_from(
        [
            "a:",
            "b:",
            " b",
            " a",
            "\n",
            "\t",
            "$(A)",
            "${B}",
            "A=",
            "B:=",
            "$(A)$(A)",
            "$(shell x)",
            "$$x",
            "-",
            "@",
            "include x",
            "define A",
            "endef",
            "ifeq (a,b)",
            "endif",
            "\\",
            "%",
            ";",
            "#",
            "$(MAKE) a",
            "x y",
            "é",
        ]
    ),
    max_size=40,
).map("".join)
TOX = st.lists(
    st.sampled_from(
        [
            "[tox]",
            "[testenv]",
            "[testenv:a]",
            "\n",
            " ",
            "envlist=",
            "commands=",
            "{a,b}",
            "{posargs:x}",
            "{[testenv]commands}",
            "a: b",
            "- ",
            "\\",
            "env.a",
            '"""',
            "[[",
            "]]",
            "x",
        ]
    ),
    max_size=40,
).map("".join)


def _count(path: str, text: str) -> int:
    workflow = f"on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: {RUNS[path]}\n"
    tree = MemoryTree({".github/workflows/ci.yml": workflow, path: text})
    return len(resolve(read_repository(tree), tree).activities)


@settings(max_examples=150, deadline=None)
@given(MAKE)
def test_makefiles_are_followed_to_an_end(text: str) -> None:
    assert _count("Makefile", text) >= 0


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["tox.ini", "tox.toml", "pyproject.toml", "package.json"]), TOX)
def test_configurations_are_followed_to_an_end(path: str, text: str) -> None:
    assert _count(path, text) >= 0


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Makefile", "\n".join(f"V{n}=" + f"$(V{n + 1})" * 40 for n in range(20)) + "\na:\n\t$(V0)\n"),
        ("Makefile", "A=$(A)$(A)\na:\n\t$(A)\n"),
        ("Makefile", "a: " + " ".join(f"t{n}" for n in range(5000)) + "\n" + "\n".join(f"t{n}:\n\tx{n}" for n in range(5000))),
        ("Makefile", "a" + " " * 50_000 + "\n"),
        ("Makefile", "a:\n" + "\t$(MAKE) a\n" * 400),
        ("tox.ini", "[tox]\nenvlist=" + "{a,b}" * 60 + "\n[testenv]\ncommands=x\n"),
        ("tox.ini", "[testenv]\ncommands=" + "{" * 5000 + "\n"),
        ("package.json", '{"scripts": {"test": "npm test && npm test && npm run test"}}'),
    ],
)
def test_hostile_files_cost_little(path: str, text: str) -> None:
    before = time.process_time()
    assert _count(path, text) <= MAX_FOLLOWED + 1
    assert time.process_time() - before < LIMIT


@pytest.mark.parametrize(
    ("shell", "text"),
    [
        ("bash", "a|" * 20_000),
        ("bash", "(" * 20_000),
        ("bash", ")" * 20_000),
        ("bash", "$(" * 20_000),
        ("bash", "a=(" * 10_000),
        ("bash", "<<A " * 8_000),
        ("bash", "find . -exec " * 3_000),
        ("bash", "for x in a b c d e f g h; do " * 30 + "x" + "; done" * 30),
        ("bash", "f() { f; g; }; g() { f; g; f; }; f; g\n" * 200),
        ("bash", "bash -c '" * 500),
        ("bash", "eval " * 5_000),
        ("bash", "x=$x$x; " * 3_000 + "echo $x"),
        ("bash", "a && " * 5_000 + "b"),
        ("pwsh", "<#" * 20_000),
        ("pwsh", "@'\n" * 20_000),
        ("python", "(" * 5_000),
        ("python", "x = " + "-" * 20_000 + "1"),
    ],
)
def test_hostile_scripts_cost_little(shell: str, text: str) -> None:
    before = time.process_time()
    assert len(commands_of(text, shell=shell)) <= 2000
    assert time.process_time() - before < LIMIT
