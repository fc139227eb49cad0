"""Signals whose worth depends on what stands around them: rights, comparisons with Git, a repository's own product."""

from __future__ import annotations

import pytest

from opslint.app.scan import ScanOptions, scan_tree
from opslint.knowledge.load import load_index
from opslint.source.trees.memory import MemoryTree

WORKFLOW = """
on: {events}
jobs:
  work:
    runs-on: ubuntu-24.04
{more}    steps:
{steps}
"""


def status_of(code: str, steps: str, *, more: str = "", events: str = "pull_request", name: str = "shop") -> str:
    """The status of a practice in a Go repository with one workflow of one job."""
    body = "".join(f"      {line}\n" for line in steps.splitlines())
    files = {
        "go.mod": "module shop\nrequire example.com/x v1.0.0\n",
        "main.go": "package main\n",
        ".github/workflows/ci.yml": WORKFLOW.format(events=events, more=more, steps=body),
    }
    report = scan_tree(MemoryTree(files, name), load_index(), ScanOptions(level=3)).report
    return next(
        practice.status.value
        for methodology in report.methodologies
        for principle in methodology.principles
        for practice in principle.practices
        if practice.code == code
    )


REPORTER = "- uses: EnricoMi/publish-unit-test-result-action@v2\n"


@pytest.mark.parametrize(
    ("more", "extra", "expected"),
    [
        ("", "", "enforced"),
        ("    permissions: {checks: write}\n", "", "missing"),
        ("    permissions: {checks: write, pull-requests: write}\n", "", "enforced"),
        ("    permissions: read-all\n", "", "missing"),
        ("    permissions: write-all\n", "", "enforced"),
        ("    permissions: {}\n", "  with: {github_token: '${{ secrets.BOT_TOKEN }}'}", "enforced"),
        ("    permissions: {}\n", "  with: {github_token: '${{ secrets.GITHUB_TOKEN }}'}", "missing"),
    ],
)
def test_default_comment_counts_only_when_the_token_may_write_it(more: str, extra: str, expected: str) -> None:
    assert status_of("DO104", REPORTER + extra, more=more) == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("- run: addlicense -l apache src\n- run: git diff --exit-code", "enforced"),
        ("- run: addlicense -l apache src\n- run: git diff --quiet", "enforced"),
        ("- run: addlicense -l apache src", "advisory"),
        ("- run: git diff --exit-code\n- run: addlicense -l apache src", "advisory"),
        ("- run: addlicense -l apache src\n- run: git diff --exit-code || true", "advisory"),
        ("- run: addlicense -l apache src\n- run: git diff", "advisory"),
    ],
)
def test_rewriting_tool_is_enforced_when_a_later_comparison_fails_the_job(script: str, expected: str) -> None:
    assert status_of("DS202", script) == expected


@pytest.mark.parametrize(
    ("command", "expected"),
    [("cosign sign ghcr.io/o/cosign:1", "enforced"), ("./cosign sign ghcr.io/o/cosign:1", "missing")],
)
def test_own_product_counts_only_when_the_installed_one_serves_the_release(command: str, expected: str) -> None:
    steps = f"- run: docker push ghcr.io/o/cosign:1\n- run: {command}"
    assert status_of("DS203", steps, events="{push: {tags: ['v*']}}", name="sigstore+cosign") == expected


def test_own_product_does_not_count_when_the_job_only_tests_it() -> None:
    steps = "- run: gitleaks detect"
    assert status_of("DS104", steps) == "enforced"
    assert status_of("DS104", steps, name="gitleaks+gitleaks") == "missing"
