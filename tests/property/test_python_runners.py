"""Whatever noxfiles, tasks, programs, tox and TOML tables say, following them ends, soon and without an error."""

from __future__ import annotations

import time
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import resolve
from opslint.resolve.follow.python.programs import script_led
from opslint.resolve.follow.python.tables.toml import toml_of
from opslint.source.trees.memory import MemoryTree

LIMIT = 30
"""Seconds of processor time that only a blow-up takes, on the slowest machine."""


def texts(*parts: str) -> st.SearchStrategy[str]:
    """Texts of some parts in any order."""
    return st.lists(st.sampled_from(parts), max_size=40).map("".join)


PYTHON = texts(
    "import nox, subprocess as s\n", "@nox.session\n", "@nox.session(python=['3', x], name='a')\n", "@task(pre=[a])\n", "\n    ", "\n",
    "@nox.parametrize('a,b', [1, (2, 3)])\n", "def a(c, *b, **d):\n    ", "c.run(*b, f'{d}', **d)", "a(c, *x)", "x += [c]", "x = x + x",
    "for x, y in x:\n        ", "if x == y:\n        ", "return x", "with c.chdir('..'): ", "s.run(x % y, cwd=x)", "c.notify('a')",
    "x.append(x)", "'{}'.format(x)", "x[1:]['a'].parents[9]", "nox.options.sessions = x", "try:\n        pass\n    except: ",
    "lambda: a", "[a(y) for y in x]", "é", "(", ")", '"""',
)
TOML = texts(
    "[tool.poe.tasks]\n", "[tool.hatch.envs.a.scripts]\n", "[tool.pdm.scripts]\n", "[[tool.tox.env]]\n", "[tool.tox.env.a]\n", "[tasks]\n",
    "[tool.taskipy.tasks]\n", "[env_run_base]\n", "commands = [['a', {replace='ref', of=['env', 'a', 'commands']}]]\n", "a = 'b'\n",
    "b = ['a', 'b']\n", "a = {sequence = ['a', {ref = 'b'}], deps = ['a']}\n", "a.composite = ['a', 'b {args:x}']\n", "a = {\n", "}\n",
    "x = 1,\n", "# }\n", '"""', "'", "\\", "{a}",
)
INI = texts(
    "[tox]\n", "[testenv]\n", "[testenv:a,{b,c}-d]\n", "[base]\n", "envlist = a, {b,c}{1-9}\n", "commands =\n", "  {[testenv]commands}\n",
    "  {[base]x}\n", "  a,!b: c {posargs:{env:X:{posargs}}} \\\n", "  - x\n", "base = a, b\n", "x = {[base]x} {x}\n", "{", "}", "[", "é",
    "  :\n", "labels = a = b\n", "{{{{",
)
WORKFLOW = """\
on: push
jobs:
  a:
    runs-on: x
    steps:
      - run: |
          nox
          inv a b.c
          python x.py a
          tox -e a,${{ x }} -- y
          poe a
          hatch run a:a
          pdm run a x
          task a
          pixi run a
"""


@given(PYTHON, TOML, INI)
@settings(max_examples=120)
def test_following_ends_whatever_the_files_say(python: str, toml: str, ini: str) -> None:
    tree = MemoryTree({".github/workflows/ci.yml": WORKFLOW, "noxfile.py": python, "tasks.py": python, "x.py": python, "tox.ini": ini,
                       "pyproject.toml": toml, "pixi.toml": toml, "tox.toml": toml})
    found = resolve(read_repository(tree), tree).activities
    assert all(len(activity.chain) <= 10 for activity in found)
    assert [activity.name for activity in found][:1] == ["nox"]


@given(TOML)
def test_toml_is_read_as_the_library_reads_it_when_it_can(text: str) -> None:
    found = toml_of("x.toml", text)
    try:
        assert found is not None
        assert found.root == tomllib.loads(text)
    except (tomllib.TOMLDecodeError, AssertionError):
        with pytest.raises(tomllib.TOMLDecodeError):
            tomllib.loads(text)


@pytest.mark.parametrize("text", [
    "import subprocess\nx = ['a']\n" + "x += x\n" * 5000 + "subprocess.run(x)",
    "import subprocess\nx = 'a'\n" + "x = x + x\n" * 5000 + "subprocess.run(x)",
    "import subprocess\n" + "".join(f"def f{n}():\n    f{n + 1}()\n    f{n + 1}()\n    f{n + 1}()\n" for n in range(400)) + "f0()",
    "import subprocess\nx = list('a' * 9)\n" + "".join(" " * n + f"for a{n} in [1, 2, 3, 4, 5, 6, 7, 8]:\n" for n in range(60))
    + " " * 60 + "subprocess.run(['a'])",
    "import subprocess\n" + "if a:\n    x = [1]\n" * 8000,
    "import subprocess\nsubprocess.run([" + "'a'," * 30_000 + "])",
    "import subprocess\nx = " + "(" * 80 + "y" + " or y)" * 80 + "\n" + "subprocess.run(x)\n" * 4000,
    "import subprocess\nx = [" + "[y for y in " * 40 + "z" + "]" * 41,
    "import subprocess\nx = " + "-" * 60_000 + "1",
    "import subprocess\nx = a" + "+a" * 30_000,
    "import subprocess\nx = a" + ".b" * 30_000 + "()",
], ids=["doubling-list", "doubling-text", "calls", "loops", "branches", "words", "or", "comprehensions", "minus", "plus", "attributes"])
def test_program_is_walked_in_bounded_time_when_it_is_hostile(text: str) -> None:
    start = time.process_time()
    led = script_led("x.py", text)
    assert led is None or len(led.leads) <= 200
    assert time.process_time() - start < LIMIT


@pytest.mark.parametrize("text", [
    "a = {" * 20_000, "a = [" * 20_000, "[" * 200_000, "a." * 100_000 + "b = 1", "{\n" * 100_000, "'" * 200_000,
    "[" + "a." * 100_000 + "b]", "x = {" + "a . " * 100_000 + "b = 1}", "a = {\n" + "b = 1,\n" * 30_000,
], ids=["braces", "lists", "brackets", "key", "open", "quotes", "header", "inner", "commas"])
def test_toml_is_read_in_bounded_time_when_it_is_hostile(text: str) -> None:
    start = time.process_time()
    toml_of("x.toml", text)
    assert time.process_time() - start < LIMIT
