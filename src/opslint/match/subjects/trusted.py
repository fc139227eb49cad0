"""Trusted publishing: a job that publishes by its own identity, which shows by what it is *not* handed."""

from __future__ import annotations

from collections.abc import Iterator

from opslint.match.jobs import JobView
from opslint.model.pipeline import Platform
from opslint.source.node import Mapping, Node, text_of
from opslint.source.words.late import late

TOKEN_VARIABLES = frozenset({
    "NODE_AUTH_TOKEN", "NPM_TOKEN", "NPM_AUTH_TOKEN", "YARN_NPM_AUTH_TOKEN", "NPM_CONFIG__AUTH", "TWINE_PASSWORD",
    "UV_PUBLISH_TOKEN", "UV_PUBLISH_PASSWORD", "POETRY_PYPI_TOKEN_PYPI", "FLIT_PASSWORD", "HATCH_INDEX_AUTH",
    "PDM_PUBLISH_PASSWORD", "MATURIN_PYPI_TOKEN", "MATURIN_PASSWORD",
})  # fmt: skip
"""Variables by which the publishers take a token; one set to nothing hands none over."""
STORED = late(r"(?i)secrets\.\w*(npm|node_auth|pypi|twine|uv_publish|_authtoken)")
NPM_REGISTRY = "registry.npmjs.org"


def trusted_registries(view: JobView) -> list[str]:
    """The package indexes (`npm`, `pypi`) a GitHub job publishes to with `id-token: write` and no stored token.

    Without a token a publisher can only log in by OpenID Connect.
    Source: npm documentation, "Trusted publishing for npm packages"; PyPI documentation, "Trusted publishers".
    """
    if view.job.platform is not Platform.GITHUB or "publish" not in view.does or not _has_id_token(view):
        return []
    registries = [name for name, publishes in (("npm", _publishes_to_npm(view)), ("pypi", "pypi-publish" in view.tools))
                  if publishes]
    return registries if registries and not any(STORED.search(text) for text in _texts(view)) else []


def _has_id_token(view: JobView) -> bool:
    for node in (view.job.node, view.pipeline.node):
        permissions: Node | None = node.get("permissions") if node is not None else None
        if permissions is not None:
            if isinstance(permissions, Mapping):
                return permissions.text("id-token") == "write"
            return text_of(permissions) == "write-all"
    return False


def _publishes_to_npm(view: JobView) -> bool:
    """Whether npm's publisher runs, or a script that says so after a set-up for npm's registry."""
    if "npm-publish" in view.tools:
        return True
    return any(NPM_REGISTRY in step.inputs.get("registry-url", "") for step in view.job.steps) and any(
        "publish" in word for activity in view.activities if activity.command is not None for word in activity.command.argv[:3])


def _texts(view: JobView) -> Iterator[str]:
    """All through which a token may be handed to the steps; a token variable that is set tells by its name alone."""
    for step in view.job.steps:
        yield step.script
        yield from step.inputs.values()
        for name, value in step.env.items():
            yield f"secrets.npm {value}" if name.upper() in TOKEN_VARIABLES and value.strip() else value
