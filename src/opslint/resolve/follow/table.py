"""Which module follows which command word."""

from __future__ import annotations

_HERE = "opslint.resolve.follow"
SCRIPTS = f"{_HERE}.scripts.paths:follow"
"""What follows a command word that is a path."""
_PYTHON = f"{_HERE}.python.programs:follow"

FOLLOWERS: dict[str, str] = {
    "make": f"{_HERE}.runners.make.goals:follow",
    "gmake": f"{_HERE}.runners.make.goals:follow",
    "npm": f"{_HERE}.javascript.packages:follow",
    "yarn": f"{_HERE}.javascript.packages:follow",
    "pnpm": f"{_HERE}.javascript.packages:follow",
    "bun": f"{_HERE}.javascript.packages:follow",
    "tox": f"{_HERE}.python.tox:follow",
    "just": f"{_HERE}.runners.just.recipes:follow",
    "task": f"{_HERE}.runners.task.tasks:follow",
    "go-task": f"{_HERE}.runners.task.tasks:follow",
    "mise": f"{_HERE}.runners.environments.mise:follow",
    "devbox": f"{_HERE}.runners.environments.devbox:follow",
    "earthly": f"{_HERE}.runners.builds.earthly:follow",
    "bazel": f"{_HERE}.runners.builds.bazel:follow",
    "bazelisk": f"{_HERE}.runners.builds.bazel:follow",
    "dagger": f"{_HERE}.runners.builds.dagger:follow",
    "mage": f"{_HERE}.runners.builds.mage:follow",
    "moon": f"{_HERE}.runners.builds.moon:follow",
    "lefthook": f"{_HERE}.runners.hooks.lefthook:follow",
    "trunk": f"{_HERE}.runners.hooks.trunk:follow",
    "dvc": f"{_HERE}.runners.dvc:follow",
    "python": _PYTHON,
    "pypy": _PYTHON,
    **dict.fromkeys(("bash", "sh", "dash", "zsh", "ash", "ksh", "source", "."), SCRIPTS),
}
"""Command word -> the function that follows it (`module:function`), imported when first met."""
