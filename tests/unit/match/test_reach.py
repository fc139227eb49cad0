"""Whether a gate stands before the deploy it runs with, and the note where it does not."""

from __future__ import annotations

import pytest

from opslint.app.scan import ScanOptions, scan_tree
from opslint.knowledge.load import load_index
from opslint.model.result import FindingKind
from opslint.source.trees.memory import MemoryTree

FLOWS = ".github/workflows"
SCAN = "    runs-on: x\n    steps: [{run: gitleaks detect}]\n"
DEPLOY = "    runs-on: x\n    environment: production\n    steps: [{run: kubectl apply -f k8s/}]\n"
HEAD = "on: {push: {branches: [main]}}\njobs:\n"


def _notes(files: dict[str, str]) -> list[str]:
    result = scan_tree(MemoryTree(files), load_index(), ScanOptions(select=("DS104",), level=3))
    return [finding.message for finding in result.report.findings if finding.kind is FindingKind.BESIDE]


def _whys(files: dict[str, str]) -> list[tuple[str, str]]:
    result = scan_tree(MemoryTree(files), load_index(), ScanOptions(select=("DS104",), level=3))
    return [(signal.evidence.reach, signal.evidence.why) for signal in result.signals if signal.practice == "DS104"]


def test_gate_is_told_when_the_deploy_does_not_wait_for_it() -> None:
    files = {f"{FLOWS}/ci.yml": f"{HEAD}  scan:\n{SCAN}  ship:\n{DEPLOY}"}
    assert [reach for reach, _ in _whys(files)] == ["beside-deploy"]
    assert 'the deploy in job "ship" does not wait for it' in _whys(files)[0][1]
    assert len(_notes(files)) == 1


@pytest.mark.parametrize(
    "jobs",
    [
        f"  scan:\n{SCAN}  ship:\n    needs: scan\n{DEPLOY}",
        f"  scan:\n{SCAN}  build:\n    needs: [scan]\n    runs-on: x\n    steps: [{{run: 'true'}}]\n  ship:\n    needs: build\n{DEPLOY}",
        f"  scan:\n    needs: ship\n{SCAN}  ship:\n{DEPLOY}",
        f"  scan:\n{SCAN}",
        f"  scan:\n{SCAN}  ship:\n    if: github.event_name == 'workflow_dispatch'\n{DEPLOY}",
    ],
)
def test_nothing_is_noted_when_the_deploy_waits_or_does_not_run_with_it(jobs: str) -> None:
    assert _notes({f"{FLOWS}/ci.yml": f"{HEAD}{jobs}"}) == []


@pytest.mark.parametrize(("needs", "noted"), [("    needs: checks\n", 0), ("", 1)])
def test_gate_is_followed_when_it_stands_in_a_called_workflow(needs: str, noted: int) -> None:
    files = {
        f"{FLOWS}/ci.yml": f"{HEAD}  checks:\n    uses: ./{FLOWS}/checks.yml\n  ship:\n{needs}    uses: ./{FLOWS}/ship.yml\n",
        f"{FLOWS}/checks.yml": f"on: workflow_call\njobs:\n  scan:\n{SCAN}",
        f"{FLOWS}/ship.yml": f"on: workflow_call\njobs:\n  go:\n{DEPLOY}",
    }
    assert len(_notes(files)) == noted


@pytest.mark.parametrize(
    ("scan", "ship", "noted"),
    [
        ("stage: test", "stage: deploy", 0),
        ("stage: deploy", "stage: deploy", 1),
        ("stage: test", "stage: deploy\n  needs: []", 1),
        ("stage: deploy", "stage: deploy\n  needs: [scan]", 0),
    ],
)
def test_stages_and_needs_decide_when_gitlab_deploys(scan: str, ship: str, noted: int) -> None:
    rules = "  rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]\n"
    pipeline = (f"stages: [test, deploy]\nscan:\n  {scan}\n{rules}  script: [gitleaks detect]\n"
                f"ship:\n  {ship}\n{rules}  environment: production\n  script: [kubectl apply -f k8s/]\n")
    assert len(_notes({".gitlab-ci.yml": pipeline})) == noted


@pytest.mark.parametrize(("depends", "noted"), [("dependencies: [scan], ", 0), ("", 1)])
def test_dependencies_decide_when_an_argo_dag_deploys(depends: str, noted: int) -> None:
    workflow = f"""\
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {{name: x}}
spec:
  schedule: "0 0 * * *"
  workflowSpec:
    entrypoint: main
    templates:
      - name: main
        dag:
          tasks:
            - {{name: scan, template: scan}}
            - {{name: ship, {depends}template: ship}}
      - name: scan
        container: {{image: zricethezav/gitleaks, command: [gitleaks, detect]}}
      - name: ship
        container: {{image: bitnami/kubectl, command: [kubectl, apply, -f, k8s/]}}
"""
    assert len(_notes({"workflows/nightly.yaml": workflow})) == noted
