"""What counts as the product of a repository that declares manifests."""

from __future__ import annotations

import pytest

from opslint.parse.discovery.languages import without_tooling


@pytest.mark.parametrize("path", ["validate.sh", "scripts/check.py", "hack/gen.go", "apps/x/resources/run.sh", ".ci/a.py", "x.ps1"])
def test_path_is_tooling_when_it_serves_the_manifests(path: str) -> None:
    assert list(without_tooling([path])) == []


@pytest.mark.parametrize("path", ["main.go", "src/app.py", "description/a.py", "lambda/handler.js"])
def test_path_is_source_when_it_is_a_program(path: str) -> None:
    assert list(without_tooling([path])) == [path]
