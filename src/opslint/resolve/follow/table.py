"""Which module follows which command word, and which action."""

from __future__ import annotations

_HERE = "opslint.resolve.follow"
SCRIPTS = f"{_HERE}.scripts.paths:follow"
"""What follows a command word that is a path."""
_JAVASCRIPT = f"{_HERE}.javascript"
_IMAGES = f"{_HERE}.containers"
_BUILD = f"{_HERE}.build"
_PYTHON = f"{_HERE}.python.programs:follow"

FOLLOWERS: dict[str, str] = {
    "make": f"{_HERE}.runners.make.goals:follow",
    "gmake": f"{_HERE}.runners.make.goals:follow",
    **dict.fromkeys(("npm", "yarn", "jlpm", "pnpm", "bun"), f"{_JAVASCRIPT}.packages:follow"),
    **dict.fromkeys(("nr", "ni", "nci", "rushx", "vp", "vpr", "ultra", "run"), f"{_JAVASCRIPT}.packages:follow"),
    **dict.fromkeys(("run-s", "run-p", "npm-run-all", "npm-run-all2", "concurrently", "conc"), f"{_JAVASCRIPT}.sequences:follow"),
    "deno": f"{_JAVASCRIPT}.deno:follow",
    "lint-staged": f"{_JAVASCRIPT}.staged:follow",
    "turbo": f"{_JAVASCRIPT}.monorepo.turbo:follow",
    "nx": f"{_JAVASCRIPT}.nx.runs:follow",
    "rush": f"{_JAVASCRIPT}.monorepo.rush:follow",
    "lerna": f"{_JAVASCRIPT}.monorepo.lerna:follow",
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
    "moon": f"{_JAVASCRIPT}.monorepo.moon:follow",
    "lefthook": f"{_HERE}.runners.hooks.lefthook:follow",
    "trunk": f"{_HERE}.runners.hooks.trunk:follow",
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
    **dict.fromkeys(("docker", "podman", "nerdctl"), f"{_IMAGES}.words:docker"),
    **dict.fromkeys(("docker-compose", "podman-compose"), f"{_IMAGES}.words:compose"),
    **dict.fromkeys(("buildah", "img", "depot"), f"{_IMAGES}.words:builder"),
    **dict.fromkeys(("pwsh", "powershell", "Invoke-psake", "Invoke-PSake", "Invoke-Build"), f"{_HERE}.scripts.powershell:follow"),
    **dict.fromkeys(("node", "zx", "tsx", "ts-node"), f"{_HERE}.scripts.node:follow"),
    "executor": f"{_IMAGES}.words:kaniko",
    **dict.fromkeys(("bash", "sh", "dash", "zsh", "ash", "ksh", "source", "."), SCRIPTS),
}
"""Command word -> the function that follows it (`module:function`), imported when first met."""

SECOND: dict[str, str] = {
    "task": f"{_HERE}.python.tables.scripts:taskipy",
    "poetry": f"{_HERE}.python.tables.poe:under_poetry",
}
"""What is asked where the first table's follower says nothing of a word that two tools share."""

BESIDE = frozenset({"docker", "podman", "nerdctl", "docker-compose", "podman-compose"})
"""Wrappers that build or start something of the repository's beside the command they wrap."""

ACTIONS: dict[str, str] = {
    **dict.fromkeys(
        (
            "docker/build-push-action",
            "depot/build-push-action",
            "useblacksmith/build-push-action",
            "redhat-actions/buildah-build",
            "int128/kaniko-action",
            "aevea/action-kaniko",
            "elgohr/publish-docker-github-action",
            "mr-smithers-excellent/docker-build-push",
            "macbre/push-to-ghcr",
            "whoan/docker-build-with-cache-action",
        ),
        f"{_IMAGES}.actions:build",
    ),
    **dict.fromkeys(("docker/bake-action", "depot/bake-action"), f"{_IMAGES}.actions:bake"),
    **dict.fromkeys(("hoverkraft-tech/compose-action", "isbang/compose-action"), f"{_IMAGES}.actions:compose"),
}
"""Action -> the function that follows it; slugs in lower case."""
