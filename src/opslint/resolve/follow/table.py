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
    "tox": f"{_HERE}.python.tox:follow",
    "nox": f"{_HERE}.python.sessions.nox:follow",
    "dvc": f"{_HERE}.runners.dvc:follow",
    "python": _PYTHON,
    "pypy": _PYTHON,
    **dict.fromkeys(("bash", "sh", "dash", "zsh", "ash", "ksh", "source", "."), SCRIPTS),
}
"""Command word -> the function that follows it (`module:function`), imported when first met."""
