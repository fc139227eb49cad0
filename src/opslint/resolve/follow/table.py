"""Which module follows which command word."""

from __future__ import annotations

_HERE = "opslint.resolve.follow"
SCRIPTS = f"{_HERE}.scripts.paths:follow"
"""What follows a command word that is a path."""
_PYTHON = f"{_HERE}.python.programs:follow"

FOLLOWERS: dict[str, str] = {
    "make": f"{_HERE}.runners.make:follow",
    "gmake": f"{_HERE}.runners.make:follow",
    "npm": f"{_HERE}.javascript.packages:follow",
    "yarn": f"{_HERE}.javascript.packages:follow",
    "pnpm": f"{_HERE}.javascript.packages:follow",
    "bun": f"{_HERE}.javascript.packages:follow",
    "tox": f"{_HERE}.python.tox.follow:follow",
    "nox": f"{_HERE}.python.sessions.nox:follow",
    "inv": f"{_HERE}.python.sessions.invoke:follow",
    "invoke": f"{_HERE}.python.sessions.invoke:follow",
    "hatch": f"{_HERE}.python.tables.hatch:follow",
    "pdm": f"{_HERE}.python.tables.pdm:follow",
    "poe": f"{_HERE}.python.tables.poe:follow",
    "poethepoet": f"{_HERE}.python.tables.poe:follow",
    "pixi": f"{_HERE}.python.tables.pixi:follow",
    "pipenv": f"{_HERE}.python.tables.scripts:pipenv",
    "rye": f"{_HERE}.python.tables.scripts:rye",
    "dvc": f"{_HERE}.runners.dvc:follow",
    "python": _PYTHON,
    "pypy": _PYTHON,
    **dict.fromkeys(("bash", "sh", "dash", "zsh", "ash", "ksh", "source", "."), SCRIPTS),
}
"""Command word -> the function that follows it (`module:function`), imported when first met."""

SECOND: dict[str, str] = {
    "task": f"{_HERE}.python.tables.scripts:taskipy",
    "poetry": f"{_HERE}.python.tables.poe:under_poetry",
}
"""What is asked where the first table's follower says nothing of a word that two tools share."""
