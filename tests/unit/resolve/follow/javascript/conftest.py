"""What the tests of JavaScript runners share: one command of a workflow, resolved over a few files."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from opslint.model.activity import Activity
from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import resolve
from opslint.source.trees.memory import MemoryTree

CI = ".github/workflows/ci.yml"
Run = Callable[[str, Mapping[str, Any]], list[Activity]]


@pytest.fixture
def run() -> Run:
    """Resolve one command; a file that is no text is written as JSON, a key a line."""

    def resolved(command: str, files: Mapping[str, Any]) -> list[Activity]:
        workflow = f"on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n          {command}\n"
        texts = {path: text if isinstance(text, str) else json.dumps(text, indent=1) for path, text in files.items()}
        tree = MemoryTree({CI: workflow, **texts})
        return list(resolve(read_repository(tree), tree).activities)

    return resolved


@pytest.fixture
def leaves(run: Run) -> Callable[[str, Mapping[str, Any]], list[str]]:
    """What a command leads to, as "folder$ argv", in order; the command itself left out."""

    def found(command: str, files: Mapping[str, Any]) -> list[str]:
        commands = [one.command for one in run(command, files)[1:] if one.command is not None]
        return [f"{one.folder}$ {' '.join(one.argv)}".lstrip("$ ") for one in commands]

    return found
