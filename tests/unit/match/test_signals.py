"""Hits become signals: teeth, contexts, moments, gates, throw-away clusters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from opslint.app.scan import ScanOptions, scan_tree
from opslint.knowledge.compile import compile_index
from opslint.knowledge.index import Index
from opslint.match.tools.signals import moment, strength
from opslint.model.activity import Activity, ActivityKind
from opslint.model.evidence import Evidence, Status
from opslint.model.pipeline import Event
from opslint.source.span import Span
from opslint.source.trees.memory import MemoryTree

CI = ".github/workflows/ci.yml"
TOOLS = {
    "scanner": "shows: [DS101]\n    commands: [[scanner]]\n    does: [scan]\n    teeth: soft\n    hard: [--fail]",
    "tester": "shows: [DO201]\n    commands: [[tester]]\n    does: [test]",
    "deployer": "shows: [DO203]\n    commands: [[deployer]]\n    does: [deploy, deploy-kubernetes]\n    context: [live-cluster]",
    "publisher": "shows: [DO203]\n    commands: [[publisher]]\n    does: [publish]",
    "prober": "shows: [DO302]\n    commands: [[prober]]\n    context: [after-deploy]",
    "alarm": "shows: [DO303]\n    commands: [[alarm]]\n    context: [on-failure]",
    "nightly": "shows: [ML301]\n    commands: [[nightly]]\n    context: [scheduled]",
    "eventual": "shows: [ML302]\n    commands: [[eventual]]\n    context: [scheduled-or-event]",
    "merged": "shows: [DO305]\n    commands: [[merged]]\n    context: [after-merge]",
    "careful": "shows: [DO101]\n    commands: [[careful]]\n    context: [tests-first]",
    "marker": "shows: [GO305]\n    commands: [[marker]]\n    context: [with-deploy]",
    "signer": "shows: [DS203]\n    commands: [[signer]]\n    context: [with-publish]",
    "cluster": "does: [cluster]\n    commands: [[cluster, up]]",
    "culprit": "against: [DS303]\n    commands: [[culprit]]",
    "reporter": "shows: [DO104]\n    commands: [[reporter]]\n    teeth: soft",
}


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """An index of made-up tools."""
    folder = tmp_path_factory.mktemp("tools")
    for name, forms in TOOLS.items():
        Path(folder, f"{name}.yaml").write_text(f"""tool: {name}
name: {name.title()}
home: https://example.com/{name}
signals:
  - {forms}
examples:
  match: [{{run: {name}}}]
  no-match: [{{run: echo}}]
""")
    return compile_index([str(folder)])


def workflow(*runs: str, on: str = "pull_request", extra: str = "", step: str = "") -> str:
    """A workflow of one job with a step a command."""
    steps = "".join(f"      - run: {run}\n{step}" for run in runs)
    return f"on: {on}\njobs:\n  one:\n    runs-on: x\n{extra}    steps:\n{steps}"


def evidence(index: Index, files: dict[str, str | bytes] | str, code: str) -> list[Evidence]:
    """The evidence of the signals for a practice."""
    tree = MemoryTree({CI: files} if isinstance(files, str) else files)
    return [one.evidence for one in scan_tree(tree, index, ScanOptions()).signals if one.practice == code]


def statuses(index: Index, files: dict[str, str | bytes] | str, code: str) -> list[str]:
    """Their statuses."""
    return [one.status.value for one in evidence(index, files, code)]


@pytest.mark.parametrize(("run", "status"), [
    ("tester", "enforced"), ("tester || true", "advisory"), ("tester; true", "enforced"),
    ("set +e; tester; true", "advisory"), ("scanner --fail", "enforced"),
    ("if tester; then echo ok; fi", "advisory"), ("tester | tee log", "enforced"),
])
def test_failure_bites_when_the_shell_lets_it(made_up: Index, run: str, status: str) -> None:
    block = f"|\n          {run}\n"
    code = "DS101" if "scanner" in run else "DO201"
    expected = "advisory" if "| tee" in run else status  # no pipefail in GitHub's default shell
    assert statuses(made_up, workflow(block), code) == [expected]


@pytest.mark.parametrize(("text", "status"), [
    (workflow("tester", step="        continue-on-error: true\n"), "advisory"),
    (workflow("tester", extra="    continue-on-error: true\n"), "advisory"),
    (workflow("tester", on="workflow_dispatch"), "manual"),
    (workflow("tester", extra="    if: false\n"), "disabled"),
    (workflow("tester", step="        if: false\n"), "disabled"),
    (workflow("tester", on="workflow_call"), "disabled"),
    (workflow("tester", on="[push, workflow_dispatch]"), "enforced"),
])
def test_status_tells_what_takes_the_teeth_when_a_tool_runs(made_up: Index, text: str, status: str) -> None:
    assert statuses(made_up, text, "DO201") == [status]


def test_tool_without_teeth_is_advisory_when_nothing_gates_it(made_up: Index) -> None:
    found = evidence(made_up, workflow("scanner src"), "DS101")
    assert [one.status for one in found] == [Status.ADVISORY]
    assert "--fail" in found[0].why


SARIF = "      - uses: github/codeql-action/upload-sarif@v3\n        with: {sarif_file: out.sarif}\n"


def test_tool_without_teeth_is_enforced_when_its_findings_go_to_code_scanning(made_up: Index) -> None:
    found = evidence(made_up, workflow("scanner --output out.sarif") + SARIF, "DS101")
    assert [one.status for one in found] == [Status.ENFORCED]
    assert "code scanning" in found[0].why


@pytest.mark.parametrize("text", [
    pytest.param(workflow("scanner src") + SARIF, id="writes-no-sarif"),
    pytest.param(workflow("scanner -o a.sarif") + SARIF.replace("upload-sarif", "analyze"), id="another-action"),
    pytest.param(workflow("scanner -o a.sarif") + "  two:\n    runs-on: x\n    steps:\n" + SARIF, id="another-job"),
    pytest.param(workflow("scanner -o a.sarif || true") + SARIF, id="failure-ignored"),
    pytest.param(workflow("scanner -o a.sarif") + SARIF + "        if: false\n", id="upload-disabled"),
])
def test_tool_without_teeth_stays_advisory_when_the_upload_is_not_its_own(made_up: Index, text: str) -> None:
    assert statuses(made_up, text, "DS101") == ["advisory"]


def two_jobs(first: str, second: str, needs: str = "one") -> str:
    """A workflow of two jobs."""
    return workflow(first) + f"  two:\n    runs-on: x\n    needs: [{needs}]\n    steps:\n      - run: {second}\n" if needs else (
        workflow(first) + f"  two:\n    runs-on: x\n    steps:\n      - run: {second}\n")


@pytest.mark.parametrize(("text", "code", "holds"), [
    (workflow("deployer", "prober"), "DO302", True),
    (workflow("prober", "deployer"), "DO302", False),
    (two_jobs("deployer", "prober"), "DO302", True),
    (two_jobs("deployer", "prober", needs=""), "DO302", False),
    (workflow("prober"), "DO302", False),
    (workflow("tester", "careful"), "DO101", True),
    (workflow("careful", "tester"), "DO101", False),
    (two_jobs("tester", "careful"), "DO101", True),
    (workflow("marker", "deployer"), "GO305", True),
    (workflow("marker"), "GO305", False),
    (workflow("signer", "publisher"), "DS203", True),
    (workflow("signer"), "DS203", False),
    (workflow("alarm", step="        if: failure()\n"), "DO303", True),
    (workflow("alarm", step="        if: always()\n"), "DO303", True),
    (workflow("alarm"), "DO303", False),
    (workflow("nightly", on="{schedule: [{cron: '0 3 * * *'}]}"), "ML301", True),
    (workflow("nightly", on="push"), "ML301", False),
    (workflow("eventual", on="{schedule: [{cron: '0 3 * * *'}]}"), "ML302", True),
    (workflow("eventual", on="repository_dispatch"), "ML302", True),
    (workflow("eventual", on="push"), "ML302", False),
    (workflow("merged", on="{push: {branches: [main]}}"), "DO305", True),
    (workflow("merged", on="{push: {tags: ['v*']}}"), "DO305", True),
    (workflow("merged", on="pull_request"), "DO305", False),
])
def test_signal_is_shown_when_its_context_holds(made_up: Index, text: str, code: str, holds: bool) -> None:
    assert bool(evidence(made_up, text, code)) == holds


def test_deploy_counts_when_the_cluster_lasts(made_up: Index) -> None:
    assert statuses(made_up, workflow("deployer"), "DO203") == ["enforced"]


@pytest.mark.parametrize("runs", [("cluster up", "deployer"), ("kind create cluster", "deployer"), ("minikube start", "deployer")])
def test_deploy_counts_for_nothing_when_the_cluster_is_thrown_away(made_up: Index, index: Index, runs: tuple[str, ...]) -> None:
    known = made_up if runs[0] == "cluster up" else index
    text = workflow(*runs) if known is made_up else workflow(runs[0], "kubectl apply -f k8s/")
    assert evidence(known, text, "DO203") == []
    assert evidence(known, text.replace("  one:", "  one:") + "", "DO302") == []


def test_deploy_still_counts_when_another_job_makes_the_cluster(made_up: Index) -> None:
    assert statuses(made_up, two_jobs("cluster up", "deployer", needs=""), "DO203") == ["enforced"]


def test_against_is_missing_when_the_culprit_runs_and_disabled_when_it_cannot(made_up: Index) -> None:
    assert statuses(made_up, workflow("culprit || true"), "DS303") == ["missing"]
    assert statuses(made_up, workflow("culprit", extra="    if: false\n"), "DS303") == ["disabled"]


def test_evidence_stands_at_the_pipeline_when_a_chain_led_on(made_up: Index) -> None:
    files: dict[str, str | bytes] = {CI: workflow("make check"), "Makefile": "check:\n\ttester src\n"}
    one = evidence(made_up, files, "DO201")[0]
    assert (one.span.path, one.span.line) == (CI, 6)
    assert [(hop.path, hop.line) for hop in one.chain] == [(CI, 6), ("Makefile", 2)]
    assert one.tool == "tester"


@pytest.mark.parametrize(("events", "expected"), [
    ({Event.CHANGE, Event.SCHEDULE}, "before-merge"), ({Event.PUSH}, "before-merge"), ({Event.TAG}, "before-release"),
    ({Event.RELEASE, Event.SCHEDULE}, "before-release"), ({Event.PUSH_DEFAULT}, "after-merge"), ({Event.RECONCILE}, "after-merge"),
    ({Event.SCHEDULE}, "scheduled"), ({Event.MANUAL}, "on-demand"), (set(), ""),
])
def test_moment_is_the_earliest_when_events_are_many(events: set[Event], expected: str) -> None:
    assert moment(frozenset(events)) == expected


def thing(**more: Any) -> Activity:
    """Something that runs on a change, but for what is said."""
    return Activity(kind=ActivityKind.COMMAND, name="x", span=Span(path="x"), chain=(), **{"events": frozenset({Event.CHANGE}), **more})


@pytest.mark.parametrize(("activity", "soft_by", "soft_exists", "status"), [
    (thing(), "", True, Status.ENFORCED),
    (thing(blocking=False), "", True, Status.ADVISORY),
    (thing(blocking=False), "", False, Status.ENFORCED),
    (thing(), "a flag", True, Status.ADVISORY),
    (thing(), "a flag", False, Status.ENFORCED),
    (thing(manual=True, blocking=False), "", True, Status.MANUAL),
    (thing(events=frozenset({Event.MANUAL})), "", True, Status.MANUAL),
    (thing(events=frozenset({Event.ACTIVITY})), "", True, Status.MANUAL),
    (thing(events=frozenset()), "", True, Status.MANUAL),
    (thing(disabled="if: false", manual=True), "", True, Status.DISABLED),
    (thing(local_hook=True), "", True, Status.ADVISORY),
])
def test_strength_is_the_weakest_link_when_several_things_weaken(activity: Activity, soft_by: str, soft_exists: bool,
                                                                         status: Status) -> None:
    assert strength(activity, soft_by, soft_exists=soft_exists)[0] is status
