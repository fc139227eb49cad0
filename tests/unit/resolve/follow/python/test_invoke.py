"""invoke: from a command to what its tasks run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opslint.model.activity import Activity

Follow = Callable[..., list[Activity]]
Words = Callable[..., list[str]]

TASKS = '''
from invoke import task, Collection
import deploy

SRC = "src"


@task
def clean(c):
    c.run("rm -rf dist")


@task(pre=[clean], aliases=["sec"])
def scan_code(c, strict=False):
    """Not semgrep."""
    c.run(f"bandit -r {SRC}")
    c.run("flake8 && mypy src", warn=True)
    done = c.run("vulture", warn=True)
    if not done.ok:
        raise SystemExit(1)
    if strict:
        c.run("pylint src")
    with c.cd("docs"):
        c.run("sphinx-build . out")


ns = Collection(scan_code)
ns.add_task(clean, name="tidy")
'''
DEPLOY = '''
from invoke import task

@task
def push_all(c):
    c.run("twine upload dist/*")
'''
FILES = {"tasks.py": TASKS, "deploy.py": DEPLOY}


def test_invoke_runs_the_task_and_those_before_it(follow: Follow) -> None:
    found = follow("inv scan-code", FILES)
    assert [one.name for one in found] == ["inv", "rm", "bandit", "flake8", "mypy", "vulture", "sphinx-build"]
    bandit = found[2]
    assert [(hop.path, hop.line, hop.text) for hop in bandit.chain][1:] == [("tasks.py", 15, "bandit -r src")]
    assert bandit.blocking
    assert (found[3].blocking, found[3].soft_why) == (False, "invoke only warns of its failure (`warn=True`)")
    assert found[5].blocking
    assert found[6].command is not None
    assert found[6].command.folder == "docs"


@pytest.mark.parametrize(("run", "expected"), [
    ("invoke scan_code", 6), ("inv -e sec", 6), ("inv tidy", 1), ("inv deploy.push-all", 1), ("inv scan-code --strict clean", 6),
    ("inv --list", 0), ("inv nothing", 0), ("poetry run inv tidy", 1),
])
def test_invoke_tasks_are_chosen_as_the_command_says(words: Words, run: str, expected: int) -> None:
    assert len(words(run, FILES)) == expected


def test_invoke_finds_its_collection_above_and_by_name(words: Words) -> None:
    assert words("cd docs && inv tidy", FILES)[-1] == "rm -rf dist"
    assert words("inv -c build go", {"build.py": "from invoke import task\n@task\ndef go(c):\n    c.run('bandit')\n"}) == ["bandit"]
    assert words("inv lint.code", {"tasks/__init__.py": "from . import lint\n",
                                   "tasks/lint.py": "from invoke import task\n@task\ndef code(c):\n    c.run('bandit')\n"}) == ["bandit"]


def test_invoke_ends_when_tasks_need_each_other(words: Words) -> None:
    text = """
    from invoke import task
    @task(pre=["b"])
    def a(c):
        b(c)
        c.run("bandit")
        c.run("inv a")
    @task(pre=[a])
    def b(c):
        a(c)
        c.run("mypy")
    """
    assert words("inv a", {"tasks.py": text})[:3] == ["mypy", "bandit", "inv a"]


@pytest.mark.parametrize("body", ["print('bandit')", "x = 'bandit -r .'", "help('bandit')", "return c.config"])
def test_invoke_finds_nothing_when_the_tool_is_only_named(words: Words, body: str) -> None:
    assert words("inv lint", {"tasks.py": f"from invoke import task\n@task(help={{'x': 'bandit'}})\ndef lint(c):\n    {body}\n"}) == []


def test_invoke_says_nothing_when_its_file_is_missing(follow: Follow) -> None:
    assert [(one.name, one.disabled) for one in follow("inv lint", {})] == [("inv", "")]
