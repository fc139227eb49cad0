"""What CI asks for by name."""

import nox


@nox.session
def unit(session: nox.Session) -> None:
    """The tests, and how much of the source they run."""
    session.install("-r", "requirements.txt", "pytest", "pytest-cov")
    session.run("pytest", "--cov=tide", "--cov-fail-under=85", *session.posargs)


@nox.session
def fuzz(session: nox.Session) -> None:
    """Inputs nobody thought of."""
    session.install("-r", "requirements.txt", "atheris")
    session.run("python", "ci/fuzz.py", "-runs=20000")
