"""nox: from a command to what the sessions it asks for run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opslint.model.activity import Activity

Follow = Callable[..., list[Activity]]
Words = Callable[..., list[str]]

NOXFILE = '''
"""Sessions; bandit stands here as a word only."""
import nox
from nox import session as task

SRC = ["src", "tests"]
nox.options.sessions = ["lint", "tests"]


def audit(session):
    """Run pip-audit."""
    session.run("pip-audit", external=True)


@nox.session
def lint(session: nox.Session) -> None:
    session.install("bandit", "ruff")
    session.run("bandit", "-r", *SRC)  # not semgrep
    session.run("ruff", "check", f"{SRC[0]}/x", success_codes=[0, 1])


@nox.session(python=["3.11", "3.12"], tags=["slow"])
@nox.parametrize("kind", ["unit", "integration"])
def tests(session, kind):
    args = session.posargs or ["tests/" + kind]
    session.run("pytest", *args)


@task(name="type-check", default=False)
def types(session):
    session.run("mypy", "src")


@nox.session(requires=["lint"])
def release(session):
    audit(session)
    if session.interactive:
        session.run("semgrep", "scan")
    if session.python == "3.12":
        session.run("vulture", "src")
    for folder in ("a", "b"):
        with session.chdir(folder):
            session.run("flake8")
    session.run("twine", "check", env={"TOKEN": "x"})
    session.notify("type-check")
'''
FILES = {"noxfile.py": NOXFILE}


def test_nox_runs_the_session_it_is_asked_for(follow: Follow) -> None:
    found = {one.name: one for one in follow("nox -s lint", FILES)}
    assert list(found) == ["nox", "pip", "bandit", "ruff"]
    assert [(hop.path, hop.line, hop.text) for hop in found["bandit"].chain][1:] == [("noxfile.py", 17, "bandit -r src tests")]
    assert found["bandit"].blocking
    assert (found["ruff"].blocking, found["ruff"].soft_why) == (False, "nox takes its failure for a success (`success_codes`)")


@pytest.mark.parametrize(("run", "expected"), [
    ("nox", ["pip install bandit ruff", "bandit -r src tests", "ruff check src/x", "pytest tests/unit", "pytest tests/integration"]),
    ("nox -t slow", ["pytest tests/unit", "pytest tests/integration"]),
    ("nox --session=type-check", ["mypy src"]),
    ("python -m nox -e type-check", ["mypy src"]),
    ("pipx run nox -stype-check", ["mypy src"]),
    ("nox -s tests-3.12 -- -x tests/a", ["pytest -x tests/a"]),
    ('nox -s "tests-${{ matrix.python }}"', ["pytest tests/unit", "pytest tests/integration"]),
    ("nox -f noxfile.py -s type-check", ["mypy src"]),
    ("nox --list", []),
])
def test_nox_sessions_are_chosen_as_the_command_says(words: Words, run: str, expected: list[str]) -> None:
    assert words(run, FILES) == expected


@pytest.mark.parametrize("pythons", ["nox.project.python_versions(TABLE)", "ALL", "[*ALL, 'pypy3.11']"])
def test_nox_session_is_chosen_by_a_python_when_only_a_run_could_list_them(words: Words, pythons: str) -> None:
    table = "TABLE = nox.project.load_toml('pyproject.toml')\nALL = nox.project.python_versions(TABLE)\n"
    noxfile = f"import nox\n{table}@nox.session(python={pythons})\ndef tests(session):\n    session.run('pytest')\n"
    assert words("nox -s tests-3.12", {"noxfile.py": noxfile}) == ["pytest"]
    assert words('nox -s "tests-${{ matrix.python }}"', {"noxfile.py": noxfile}) == ["pytest"]


def test_nox_session_is_chosen_by_its_variable(follow: Follow) -> None:
    found = follow("nox", FILES, step="        env: {NOXSESSION: type-check}\n")
    assert [one.name for one in found] == ["nox", "mypy"]


def test_nox_follows_helpers_loops_folders_and_what_is_notified(follow: Follow) -> None:
    found = follow("nox -s release", FILES)[4:]
    assert [one.name for one in found] == ["pip-audit", "vulture", "flake8", "flake8", "twine", "mypy"]
    assert [one.command.folder for one in found if one.command is not None] == ["", "", "a", "b", "", ""]
    assert found[4].env == {"TOKEN": "x"}


def test_nox_command_is_only_likely_when_its_condition_cannot_be_decided(follow: Follow) -> None:
    found = {one.name: one.command.confidence for one in follow("nox -s release", FILES) if one.command is not None}
    assert (found["vulture"], found["twine"]) == ("low", "high")
    assert "semgrep" not in found


def test_nox_all_sessions_are_likely_when_the_name_is_unknown(follow: Follow) -> None:
    found = {one.name: one.command.confidence for one in follow("nox -s ${{ matrix.session }}", FILES) if one.command is not None}
    assert found["mypy"] == found["bandit"] == "low"


def test_nox_is_dead_when_its_session_is_missing(follow: Follow) -> None:
    found = follow("nox -s nothing", FILES)
    assert [one.disabled for one in found] == ['noxfile.py has no session "nothing"']
    assert not follow("nox -s odd", {"noxfile.py": NOXFILE + "\n\n@mine\ndef odd(session): ...\n"})[0].disabled
    assert not follow("nox -s nothing", {"noxfile.py": "from ci import *\n" + NOXFILE.lstrip()})[0].disabled


def test_nox_says_nothing_when_its_file_is_missing_or_broken(follow: Follow) -> None:
    assert [(one.name, one.disabled) for one in follow("nox", {})] == [("nox", "")]
    assert [(one.name, one.disabled) for one in follow("nox", {"noxfile.py": "def ("})] == [("nox", "")]


def test_nox_ends_when_sessions_lead_to_each_other(words: Words) -> None:
    text = '''
    import nox
    def again(session):
        session.run("bandit")
        again(session)
    @nox.session(requires=["b"])
    def a(session):
        again(session)
        session.notify("b")
        session.run("nox", "-s", "a")
    @nox.session(requires=["a"])
    def b(session):
        session.notify("a")
        session.run("mypy")
    '''
    assert words("nox -s a", {"noxfile.py": text})[:3] == ["mypy", "bandit", "nox -s a"]


@pytest.mark.parametrize("body", [
    "print('bandit')", "command = ['bandit', '-r', 'src']", "session.log('bandit')", "session.run(bandit, 'src')",
    "if False:\n        session.run('bandit')", "session.skip('no')\n    session.run('bandit')", "lambda: session.run('bandit')",
    "return\n    session.run('bandit')",
])
def test_nox_finds_nothing_when_the_tool_is_only_named(words: Words, body: str) -> None:
    assert words("nox", {"noxfile.py": f"import nox\n\n@nox.session\ndef lint(session):\n    {body}\n"}) == []
