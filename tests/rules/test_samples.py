"""Every sample of every rule and tool, one test a file: they are the rules' tests and their documentation."""

from __future__ import annotations

from pathlib import Path

import pytest

from opslint.app.samples import run_rule_sample, run_tool_sample
from opslint.knowledge.index import Index
from opslint.knowledge.read import load_data, rule_samples, tool_samples
from opslint.knowledge.where import knowledge_folder
from opslint.match.tools.catalogue import Catalogue

RULES = Path(knowledge_folder("rules"))
RULE_FILES = sorted(path for path in RULES.glob("*/*.yaml") if path.parent.name != "tools")
TOOL_FILES = sorted((RULES / "tools").glob("*.yaml"))
PLATFORMS = {"github", "gitlab", "argo"}


@pytest.fixture(scope="session")
def catalogue(index: Index) -> Catalogue:
    """The compiled index as the matcher asks it."""
    return Catalogue(index)


@pytest.mark.parametrize("path", RULE_FILES, ids=[path.name.partition("-")[0] for path in RULE_FILES])
def test_rule_gives_the_expected_status_when_its_samples_are_scanned(path: Path, index: Index) -> None:
    data = load_data(str(path))
    outcomes = [run_rule_sample(str(path), data["code"], sample, index) for sample in rule_samples(data)]
    assert outcomes
    assert [f"{one.name}: {one.message}" for one in outcomes if not one.passed] == []


@pytest.mark.parametrize("path", TOOL_FILES, ids=[f"tool-{path.stem}" for path in TOOL_FILES])
def test_tool_shows_the_expected_practices_when_its_samples_are_matched(path: Path, index: Index, catalogue: Catalogue) -> None:
    data = load_data(str(path))
    soft = {rule.code: rule.soft for rule in index.rules}
    outcomes = [run_tool_sample(str(path), data["tool"], number, must, sample, catalogue, soft)
                for number, (must, sample) in enumerate(tool_samples(data), 1)]
    assert outcomes
    assert [f"{one.name}: {one.message}" for one in outcomes if not one.passed] == []


@pytest.mark.parametrize("path", RULE_FILES, ids=[path.name.partition("-")[0] for path in RULE_FILES])
def test_rule_has_good_and_bad_samples_when_its_file_is_read(path: Path) -> None:
    samples = rule_samples(load_data(str(path)))
    statuses = {sample.status for sample in samples}
    assert statuses & {"enforced", "partial"}, "no sample shows it"
    assert statuses - {"enforced"}, "no sample lacks it"
    assert {sample.platform for sample in samples} <= PLATFORMS
    assert len({sample.name for sample in samples}) == len({(sample.platform, sample.name) for sample in samples}) == len(samples)
