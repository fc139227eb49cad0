"""What only a target's name promises is held against what it runs."""

from __future__ import annotations

import pytest

from opslint.app.scan import ScanOptions, scan_tree
from opslint.knowledge.index import Index
from opslint.source.trees.memory import MemoryTree


def told(index: Index, run: str, files: dict[str, str | bytes], code: str) -> list[str]:
    """The words of every evidence that a step shows for a practice, with its status."""
    ci = f"on: pull_request\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: {run}\n"
    signals = scan_tree(MemoryTree({".github/workflows/ci.yml": ci, "a.py": "", **files}), index, ScanOptions()).signals
    return [f"{one.evidence.status}: {one.evidence.chain[-1].text}" for one in signals if one.practice == code and not one.against]


@pytest.mark.parametrize(("recipe", "found"), [
    ("ruff check src", []),
    ("echo ok\n\tcd src && ruff check .", []),
    ("pytest -q", ["enforced: pytest -q"]),
    ("pytest -q || true", ["advisory: pytest -q"]),
    ("./run-all", ["enforced: make check"]),
    ("ruff check src\n\tmy-own-checker", ["enforced: make check"]),
    ("tox -e unit", ["enforced: tox -e unit"]),
])
def test_name_of_a_target_counts_only_where_what_it_runs_leaves_that_open(index: Index, recipe: str, found: list[str]) -> None:
    assert told(index, "make check", {"Makefile": f"check:\n\t{recipe}\n"}, "DO201") == found


def test_name_counts_when_nothing_is_known_of_what_runs_behind_it(index: Index) -> None:
    assert told(index, "make test", {}, "DO201") == ["enforced: make test"]
    assert told(index, "npm test", {"package.json": '{"scripts": {"test": "node test/all.js"}}'}, "DO201") == ["enforced: npm test"]


def test_chain_of_names_ends_at_what_is_known_when_each_names_the_next(index: Index) -> None:
    scripts = '{"scripts": {"test": "npm run unit", "unit": "vitest run"}}'
    files: dict[str, str | bytes] = {"Makefile": "test:\n\tnpm test\n", "package.json": scripts}
    assert told(index, "make test", files, "DO201") == ["enforced: vitest run"]


def test_lint_is_no_test_when_a_session_named_after_neither_runs_a_linter(index: Index) -> None:
    files: dict[str, str | bytes] = {"noxfile.py": "import nox\n@nox.session\ndef quality(s):\n    s.run('ruff', 'check', '.')\n"}
    assert told(index, "nox -s quality", files, "DO201") == []
    assert told(index, "nox -s quality", files, "DO204") == ["enforced: ruff check ."]
