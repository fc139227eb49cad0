"""Whatever a script, a program or dvc.yaml says, following it ends, soon and without an error."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import resolve
from opslint.resolve.follow.follower import MAX_FOLLOWED
from opslint.resolve.follow.python.programs import script_led
from opslint.source.trees.memory import MemoryTree

LIMIT = 30
"""Seconds of processor time that only a blow-up takes, on the slowest machine."""

SHELL = st.lists(st.sampled_from(["./x.sh", " ", "\n", "bash", "source", ". ", "x.sh", "$1", '"$@"', "case $1 in", "a)", ";;", ";&", "esac",
                                  "*)", "f() {", "}", "f", "|", "<<E", "\nE\n", "> out", "$(", ")", "`", "${A:-b}", "set -e", "cd ..",
                                  "python x.py", "dvc repro", "é", "A=$B", "\\"]), max_size=40).map("".join)
PYTHON = st.lists(st.sampled_from(["import a", "from a import b as c", "from . import d", "\n", "    ", "if a < b:", "assert x >= 1",
                                   "sys.exit(1)", "raise", "a.b().c()", "def f():", "x = ", "(", ")", "lambda: ", "é", "'", '"""', "#"]),
                  max_size=40).map("".join)
DVC = st.lists(st.sampled_from(["stages:", "\n", "  a:", "  b:", "    cmd: ", "    deps: [a]", "    outs:", "      - a", "    foreach: [1]",
                                "    do:", "      cmd: |", "        pytest", "dvc repro", "    wdir: ../..", "${x}", "${", "[", "{",
                                "&a", "*a"]),
               max_size=40).map("".join)
WORKFLOW = """\
on: push
jobs:
  a:
    runs-on: x
    steps:
      - run: |
          ./x.sh a
          python x.py
          dvc repro b
"""


@given(SHELL, PYTHON, DVC)
@settings(max_examples=150)
def test_following_ends_whatever_the_files_say(shell: str, python: str, dvc: str) -> None:
    tree = MemoryTree({".github/workflows/ci.yml": WORKFLOW, "x.sh": shell, "x.py": python, "dvc.yaml": dvc})
    found = resolve(read_repository(tree), tree).activities
    assert all(len(activity.chain) <= 10 for activity in found)
    assert [activity.name for activity in found][:1] == ["./x.sh"]


@pytest.mark.parametrize("text", [
    "(" * 60_000, "-" * 120_000 + "1", "a" + ".b" * 60_000, "f" + "()" * 60_000, "x" + "+1" * 60_000, "if x: " * 20_000 + "pass",
    "if " + "a<" * 60_000 + "b:\n raise x", "@a\n" * 40_000 + "def f(): pass", "\0", "\ud800",
], ids=["paren", "minus", "attribute", "call", "plus", "if", "compare", "decorator", "nul", "surrogate"])
def test_program_is_read_in_bounded_time_when_it_is_hostile(text: str) -> None:
    start = time.process_time()
    led = script_led("x.py", text)
    assert led is None or len(led.marks) <= 400
    assert time.process_time() - start < LIMIT


def test_script_that_starts_itself_many_times_is_followed_so_far_and_no_further() -> None:
    files = {f"s{number}.sh": "".join(f"./s{other}.sh\n" for other in range(12)) for number in range(12)}
    tree = MemoryTree({".github/workflows/ci.yml": WORKFLOW.replace("./x.sh a", "./s0.sh"), **files})
    start = time.process_time()
    assert len(resolve(read_repository(tree), tree).activities) <= MAX_FOLLOWED + 2
    assert time.process_time() - start < LIMIT
