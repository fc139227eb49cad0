"""What runs while an image is built judges, but installs, hands out and starts nothing for the job."""

from __future__ import annotations

import pytest

from opslint.app.scan import ScanOptions, scan_tree
from opslint.knowledge.load import load_index
from opslint.match.jobs import Jobs
from opslint.match.tools.signals import Matcher
from opslint.model.evidence import Evidence
from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import resolve
from opslint.source.trees.memory import MemoryTree

CI = ".github/workflows/ci.yml"


def built(dockerfile: str) -> MemoryTree:
    """A repository whose one job builds an image."""
    workflow = "on: [pull_request, push]\njobs:\n  one:\n    runs-on: x\n    steps:\n      - run: docker build .\n"
    return MemoryTree({CI: workflow, "Dockerfile": f"FROM python:3\nCOPY . .\n{dockerfile}\n", "src/a.py": "x = 1\n"})


def shown(code: str, dockerfile: str) -> list[Evidence]:
    """The evidence for a practice that leads through the Dockerfile."""
    signals = scan_tree(built(dockerfile), load_index(), ScanOptions(level=3)).signals
    return [one.evidence for one in signals if one.practice == code and any(hop.path == "Dockerfile" for hop in one.evidence.chain)]


def test_scanner_counts_when_an_image_is_built_with_it() -> None:
    assert [one.status.value for one in shown("DS101", "RUN bandit -r src")] == ["enforced"]
    assert [(hop.path, hop.line) for hop in shown("DO201", "RUN pytest")[0].chain] == [(CI, 6), ("Dockerfile", 3)]


@pytest.mark.parametrize(("code", "line"), [
    ("DS101", "RUN pip install bandit && apt-get install -y shellcheck"), ("DS101", "# RUN bandit -r src"),
    ("DS101", "LABEL x='bandit -r'"),
    ("DS101", 'CMD ["bandit", "-r", "src"]'), ("DO203", "RUN kubectl apply -f k8s"), ("DO203", "RUN twine upload dist/*"),
    ("DO202", "RUN python -m build"), ("DO303", "RUN curl -X POST https://hooks.slack.com/services/x"),
])
def test_build_shows_nothing_when_a_tool_is_only_named_or_hands_something_out(code: str, line: str) -> None:
    assert not shown(code, line)


def test_job_does_nothing_that_only_its_image_does() -> None:
    tree = built("RUN pip install -r requirements.txt && npm ci\nRUN kubectl apply -f k8s\nRUN twine upload dist/*\nRUN pytest")
    repository = read_repository(tree)
    activities = resolve(repository, tree).activities
    jobs = Jobs(repository.pipelines)
    Matcher(load_index(), repository, tree, jobs, activities)
    [view] = jobs.views.values()
    assert view.does == {"build-image", "test"}
