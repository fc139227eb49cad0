"""Which module follows which command word."""

from __future__ import annotations

_HERE = "opslint.resolve.follow"
SCRIPTS = f"{_HERE}.scripts.paths:follow"
"""What follows a command word that is a path."""
_JAVASCRIPT = f"{_HERE}.javascript"
_PYTHON = f"{_HERE}.python.programs:follow"

FOLLOWERS: dict[str, str] = {
    "make": f"{_HERE}.runners.make:follow",
    "gmake": f"{_HERE}.runners.make:follow",
    **dict.fromkeys(("npm", "yarn", "jlpm", "pnpm", "bun", "node"), f"{_JAVASCRIPT}.packages:follow"),
    **dict.fromkeys(("nr", "ni", "nci", "rushx", "vp", "vpr", "ultra", "run"), f"{_JAVASCRIPT}.packages:follow"),
    **dict.fromkeys(("run-s", "run-p", "npm-run-all", "npm-run-all2", "concurrently", "conc"), f"{_JAVASCRIPT}.sequences:follow"),
    "deno": f"{_JAVASCRIPT}.deno:follow",
    "lint-staged": f"{_JAVASCRIPT}.staged:follow",
    "turbo": f"{_JAVASCRIPT}.monorepo.turbo:follow",
    "nx": f"{_JAVASCRIPT}.nx.runs:follow",
    "moon": f"{_JAVASCRIPT}.monorepo.moon:follow",
    "rush": f"{_JAVASCRIPT}.monorepo.rush:follow",
    "lerna": f"{_JAVASCRIPT}.monorepo.lerna:follow",
    "tox": f"{_HERE}.python.tox:follow",
    "dvc": f"{_HERE}.runners.dvc:follow",
    "python": _PYTHON,
    "pypy": _PYTHON,
    **dict.fromkeys(("bash", "sh", "dash", "zsh", "ash", "ksh", "source", "."), SCRIPTS),
}
"""Command word -> the function that follows it (`module:function`), imported when first met."""
