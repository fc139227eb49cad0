"""Python programs of the repository: which programs they start, how sure that is, and whether they look at how it ends."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opslint.model.activity import Activity

Follow = Callable[..., list[Activity]]
Words = Callable[..., list[str]]

PROGRAM = '''
#!/usr/bin/env python3
"""Runs semgrep? No."""
import argparse
import os
import subprocess as sp
import sys
from pathlib import Path
from subprocess import check_call

ROOT = Path(__file__).resolve().parent.parent
TOOLS = [["flake8", "src"], ["vulture", "src"]]


def run(*args, check=True, **kwargs):
    print("$", args)
    return sp.run(list(args), check=check, **kwargs)


def never():
    check_call(["pylint", "src"])


def lint(fix):
    command = ["ruff", "check"]
    if fix:
        command.append("--fix")
    command += ["src"]
    run(*command)


def main():
    parser = argparse.ArgumentParser()
    args = parser.parse_args()
    run("bandit", "-r", str(ROOT / "src"), cwd=ROOT)
    for tool in TOOLS:
        run(*tool, check=False)
    lint(args.fix)
    os.system("mypy src && echo done")
    code = sp.call("pip-audit", shell=True)
    if args.deep:
        run(sys.executable, "-m", "pytest")
    try:
        check_call(["twine", "check"])
    except sp.CalledProcessError:
        print("never mind")
    return code


if __name__ == "__main__":
    sys.exit(main())
'''
FILES = {"scripts/ci.py": PROGRAM}


def test_program_leads_to_what_it_starts(follow: Follow) -> None:
    found = {one.name: one for one in follow("python scripts/ci.py", FILES)}
    assert list(found) == ["python", "bandit", "flake8", "vulture", "ruff", "mypy", "echo", "pip-audit", "pytest", "twine"]
    bandit = found["bandit"]
    assert bandit.command is not None
    assert bandit.command.argv == ("bandit", "-r", "src")
    assert [(hop.path, hop.line) for hop in bandit.chain][1:] == [("scripts/ci.py", 16)]
    assert {name: one.soft_why for name, one in found.items() if one.soft_why} == {
        "flake8": "its return code is not looked at", "vulture": "its return code is not looked at",
        "mypy": "its return code is not looked at", "echo": "its return code is not looked at",
        "twine": "the program catches its failure and goes on"}
    assert {name for name, one in found.items() if one.command is not None and one.command.confidence == "low"} == {"pytest"}


@pytest.mark.parametrize("run", [
    "./scripts/ci.py", "python3 -u scripts/ci.py --fix", "uv run scripts/ci.py", "cd scripts && python ci.py",
    "poetry run python scripts/ci.py", "python -m scripts.ci",
])
def test_program_is_found_however_it_is_started(words: Words, run: str) -> None:
    assert "pip-audit" in words(run, FILES)


@pytest.mark.parametrize(("body", "why"), [
    ("subprocess.run(['bandit'])", "its return code is not looked at"),
    ("subprocess.run(['bandit'], check=True)", ""),
    ("subprocess.run(['bandit'], check=sys.argv)", ""),
    ("subprocess.run(['bandit'], **{'check': True})", ""),
    ("subprocess.run(['bandit'], **options)", ""),
    ("done = subprocess.run(['bandit'])\nprint(done.stdout)", "its return code is not looked at"),
    ("done = subprocess.run(['bandit'])\nsys.exit(done.returncode)", ""),
    ("done = subprocess.run(['bandit'])\njudge(done)", ""),
    ("subprocess.run(['bandit']).check_returncode()", ""),
    ("subprocess.check_output(['bandit'])", ""),
    ("subprocess.getoutput('bandit')", "its return code is not looked at"),
    ("sys.exit(subprocess.call(['bandit']))", ""),
    ("subprocess.Popen(['bandit'])", "its return code is not looked at"),
    ("os.execvp('bandit', ['bandit', '-r', '.'])", ""),
    ("with contextlib.suppress(Exception):\n    subprocess.check_call(['bandit'])", "its failure is suppressed"),
    ("try:\n    subprocess.check_call(['bandit'])\nexcept Exception:\n    sys.exit(1)", ""),
    ("def go():\n    return subprocess.call(['bandit'])\ngo()", "its return code is not looked at"),
    ("def go():\n    return subprocess.call(['bandit'])\nsys.exit(go())", ""),
])
def test_program_is_soft_when_it_does_not_look_at_the_end(follow: Follow, body: str, why: str) -> None:
    found = follow("python x.py", {"x.py": f"import contextlib, os, subprocess, sys\n{body}\n"})
    assert [(one.name, one.soft_why) for one in found[1:]] == [("bandit", why)]


@pytest.mark.parametrize(("body", "sure"), [
    ("subprocess.check_call(['bandit'])", "high"),
    ("if sys.platform == 'win32':\n    subprocess.check_call(['bandit'])", "low"),
    ("if len(sys.argv) == 2:\n    subprocess.check_call(['bandit'])", "high"),
    ("if 'x' in sys.argv:\n    subprocess.check_call(['bandit'])", "high"),
    ("if not ready():\n    sys.exit(1)\nsubprocess.check_call(['bandit'])", "high"),
    ("if not ready():\n    sys.exit(0)\nsubprocess.check_call(['bandit'])", "low"),
    ("def go():\n    subprocess.check_call(['bandit'])\nCOMMANDS = {'go': go}", "low"),
    ("class A:\n    def go(self):\n        subprocess.check_call(['bandit'])\nA().go()", "low"),
    ("for x in y:\n    subprocess.check_call(['bandit', x])", "high"),
])
def test_program_is_sure_when_the_way_is_plain(follow: Follow, body: str, sure: str) -> None:
    found = follow("python x.py x", {"x.py": f"import subprocess, sys\n{body}\n"})
    assert [(one.name, one.command.confidence) for one in found[1:] if one.command is not None] == [("bandit", sure)]


@pytest.mark.parametrize("body", [
    "# subprocess.run(['bandit'])", "x = ['bandit']", "print('bandit')", "def never():\n    subprocess.run(['bandit'])",
    "if __name__ == 'other':\n    subprocess.run(['bandit'])", "subprocess.run(bandit)", "sys.exit()\nsubprocess.run(['bandit'])",
    "subprocess.run([tool, 'bandit'])", "runner.run(['bandit'])", "if 'y' in sys.argv:\n    subprocess.run(['bandit'])",
])
def test_program_leads_nowhere_when_the_tool_is_only_named(words: Words, body: str) -> None:
    assert words("python x.py", {"x.py": f"import subprocess, sys\n{body}\n"}) == []


def test_program_ends_when_programs_start_each_other(words: Words) -> None:
    text = "import subprocess\ndef a():\n    b()\ndef b():\n    a()\n    subprocess.run(['python', '{}.py'])\na()\n"
    assert words("python x.py", {"x.py": text.format("y"), "y.py": text.format("x")}) == ["python y.py", "python x.py"]


def test_program_that_is_missing_is_said(follow: Follow) -> None:
    assert follow("python x.py", {"README.md": ""})[0].disabled == "the script x.py does not exist"


MODULES = {
    "ci/lint.py": "from helpers import run\nimport tools.more as more\nrun('bandit', '-r', 'src')\nmore.go()\n",
    "ci/helpers.py": "import subprocess\nFLAGS = ['-q']\ndef run(*words):\n    subprocess.check_call([*words, *FLAGS])\n",
    "ci/tools/more.py": "import subprocess\nfrom ..helpers import run\ndef go():\n    run('flake8')\n    subprocess.run(['mypy'])\n",
    "src/app/__main__.py": "from . import main\nmain()\n",
    "src/app/__init__.py": "import subprocess\nfrom .cli import main\n",
    "src/app/cli.py": "import subprocess\ndef main():\n    subprocess.run(['pip-audit'], check=True)\ndef other():\n    main()\n",
    "pyproject.toml": """
        [tool.pdm.scripts]
        audit = {call = 'app.cli:main'}
        missing = {call = 'app.cli:nothing'}
        [tool.poe.tasks]
        audit.script = 'app.cli:other(1)'
    """,
}


@pytest.mark.parametrize(("run", "expected"), [
    ("python ci/lint.py", ["bandit -r src -q", "flake8 -q", "mypy"]),
    ("python -m app", ["pip-audit"]),
    ("pdm run audit", ["pip-audit"]),
    ("poe audit", ["pip-audit"]),
    ("pdm run missing", []),
])
def test_program_is_followed_into_modules_of_the_repository(words: Words, run: str, expected: list[str]) -> None:
    assert words(run, MODULES) == expected


def test_program_in_another_module_stands_in_its_own_file(follow: Follow) -> None:
    found = follow("python ci/lint.py", MODULES)
    assert [(one.span.path, one.span.line) for one in found[1:]] == [("ci/helpers.py", 4), ("ci/helpers.py", 4), ("ci/tools/more.py", 5)]


def test_program_ends_when_modules_import_each_other(words: Words) -> None:
    files = {"a.py": "import subprocess\nfrom b import go\ndef back():\n    go()\ngo()\n",
             "b.py": "import subprocess\nfrom a import back\ndef go():\n    subprocess.run(['bandit'])\n    back()\n"}
    assert words("python a.py", files) == ["bandit"]


def test_text_put_in_the_place_of_another_is_part_of_the_command(words: Callable[..., list[str]]) -> None:
    program = """
        import subprocess

        def run(command, name):
            command = command.replace("$FILE", f"{name}/Dockerfile")
            subprocess.run(command.split())

        run("docker build -f $FILE .", "jvm")
    """
    assert words("python build.py", {"build.py": program}) == ["docker build -f jvm/Dockerfile ."]
