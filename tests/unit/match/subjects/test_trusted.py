"""Trusted publishing, told by the token a job is not handed."""

from __future__ import annotations

from typing import Any

import pytest

from opslint.match.jobs import JobView
from opslint.match.subjects.trusted import trusted_registries
from opslint.parse.github.workflow import parse_workflow
from opslint.source.yaml import parse_yaml

ID_TOKEN = "permissions: {id-token: write}"


def view(head: str, steps: str, *, tools: tuple[str, ...] = ("npm-publish",), does: tuple[str, ...] = ("publish",)) -> JobView:
    body = "".join(f"      {line}\n" for line in steps.splitlines())
    text = f"on: push\n{head}\njobs:\n  one:\n    runs-on: ubuntu-24.04\n    steps:\n{body}"
    pipeline = parse_workflow(".github/workflows/ci.yml", parse_yaml(text.encode())).pipelines[0]
    made = JobView(pipeline, pipeline.jobs[0])
    made.does |= set(does)
    made.tools |= set(tools)
    return made


def test_registry_is_trusted_when_no_token_is_handed_over() -> None:
    assert trusted_registries(view(ID_TOKEN, "- run: npm publish")) == ["npm"]
    assert trusted_registries(view("permissions: write-all", "- run: uv publish", tools=("pypi-publish",))) == ["pypi"]
    assert trusted_registries(view(ID_TOKEN, "- run: npm publish\n  env: {NPM_TOKEN: ''}")) == ["npm"]


@pytest.mark.parametrize(
    "steps",
    [
        "- run: npm publish\n  env: {NODE_AUTH_TOKEN: '${{ secrets.ANYTHING }}'}",
        "- run: echo //registry.npmjs.org/:_authToken=${{ secrets.NPM_KEY }} > .npmrc",
        "- uses: acme/publish@v1\n  with: {token: '${{ secrets.MY_NPM_TOKEN }}'}",
    ],
)
def test_registry_is_not_trusted_when_a_stored_token_is_handed_over(steps: str) -> None:
    assert trusted_registries(view(ID_TOKEN, steps)) == []


@pytest.mark.parametrize(
    ("head", "more"),
    [
        ("permissions: {contents: read}", {}),
        ("env: {A: b}", {}),
        (ID_TOKEN, {"does": ()}),
        (ID_TOKEN, {"tools": ("github-release",)}),
    ],
)
def test_registry_is_not_trusted_when_identity_or_publishing_is_wanting(head: str, more: dict[str, Any]) -> None:
    assert trusted_registries(view(head, "- run: npm publish", **more)) == []
