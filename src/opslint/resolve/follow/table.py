"""Which module follows which command word."""

from __future__ import annotations

_HERE = "opslint.resolve.follow"
SCRIPTS = f"{_HERE}.scripts.paths:follow"
"""What follows a command word that is a path."""
_BUILD = f"{_HERE}.build"
_PYTHON = f"{_HERE}.python.programs:follow"

FOLLOWERS: dict[str, str] = {
    "make": f"{_HERE}.runners.make:follow",
    "gmake": f"{_HERE}.runners.make:follow",
    "npm": f"{_HERE}.javascript.packages:follow",
    "yarn": f"{_HERE}.javascript.packages:follow",
    "pnpm": f"{_HERE}.javascript.packages:follow",
    "bun": f"{_HERE}.javascript.packages:follow",
    "tox": f"{_HERE}.python.tox:follow",
    "dvc": f"{_HERE}.runners.dvc:follow",
    "mvn": f"{_BUILD}.maven.runs:follow",
    "gradle": f"{_BUILD}.gradle.runs:follow",
    "cargo": f"{_BUILD}.cargo.runs:follow",
    "composer": f"{_BUILD}.composer:follow",
    "rake": f"{_BUILD}.rake.runs:follow",
    "dotnet": f"{_BUILD}.dotnet.runs:follow",
    "msbuild": f"{_BUILD}.dotnet.runs:follow",
    "go": f"{_BUILD}.golang:follow",
    "mix": f"{_BUILD}.mix:follow",
    "sbt": f"{_BUILD}.sbt:follow",
    "python": _PYTHON,
    "pypy": _PYTHON,
    **dict.fromkeys(("bash", "sh", "dash", "zsh", "ash", "ksh", "source", "."), SCRIPTS),
}
"""Command word -> the function that follows it (`module:function`), imported when first met."""
