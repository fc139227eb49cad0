"""Every example is reported as expected, down to the byte."""

from __future__ import annotations

import functools
import os

import pytest
from tests.generate import RULE_TABLE, difference, example_names, example_reports, rule_table, stale

from opslint.knowledge.index import Index
from opslint.knowledge.load import load_index

SUBJECTS = ("github", "gitlab", "argo", "devops", "devsecops", "gitops", "mlops", "llmops", "finops")


@functools.cache
def index() -> Index:
    """What opslint knows, loaded once for all examples."""
    return load_index()


@pytest.mark.parametrize("name", example_names())
def test_example_is_reported_as_expected_when_scanned(name: str) -> None:
    told = [difference(path, new) for path, new in example_reports(name, index()).items()]
    differences = "\n\n".join(one for one in told if one)
    if differences:
        pytest.fail(f"{name} is reported otherwise; if rightly so: python -m tests.generate\n\n{differences}", pytrace=False)


def test_rule_table_is_current_when_generated_again() -> None:
    told = difference(RULE_TABLE, rule_table(index()))
    if told:
        pytest.fail(f"{RULE_TABLE} is out of date: python -m tests.generate\n\n{told}", pytrace=False)


def test_expected_reports_belong_to_examples() -> None:
    assert stale() == []


def test_every_subject_has_a_good_and_a_weak_example() -> None:
    pairs = [f"{subject}-{kind}" for subject in SUBJECTS for kind in ("good", "weak")]
    assert sorted(example_names()) == sorted([*pairs, "chains"])


@pytest.mark.parametrize("name", example_names())
def test_example_readme_says_in_three_lines_what_it_shows(name: str) -> None:
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    with open(os.path.join(root, "examples", name, "README.md"), encoding="utf-8") as stream:
        lines = stream.read().splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("# ")
