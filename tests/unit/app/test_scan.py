"""The stages in their order: what is chosen, where a missing practice would go, what is unknown."""

from __future__ import annotations

import pytest

from opslint.app.scan import Scan, ScanOptions, anchor_of, check_codes, chooser, scan_tree
from opslint.errors import NoInputError, UsageError
from opslint.knowledge.index import Index
from opslint.model.evidence import Status
from opslint.model.result import FindingKind, PracticeResult, Severity, Verdict
from opslint.source.trees.memory import MemoryTree

CI = ".github/workflows/ci.yml"
WORKFLOW = "on: pull_request\njobs:\n  test:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n      - run: pytest\n"


def scan(index: Index, files: dict[str, str | bytes], options: ScanOptions | None = None) -> Scan:
    """Scan files held in memory."""
    return scan_tree(MemoryTree(files), index, options or ScanOptions(level=3))


def practice(result: Scan, code: str) -> PracticeResult:
    """One practice of a result."""
    return next(one for methodology in result.report.methodologies for principle in methodology.principles
                for one in principle.practices if one.code == code)


@pytest.mark.parametrize(("options", "chosen", "left"), [
    (ScanOptions(), ["DO101", "FO304"], []),
    (ScanOptions(select=("DS",)), ["DS101"], ["DO101"]),
    (ScanOptions(select=("ds1", "DO101")), ["DS107", "DO101"], ["DS201", "DO102"]),
    (ScanOptions(ignore=("DS",)), ["DO101"], ["DS101"]),
    (ScanOptions(ignore=("DS",), extend_select=("DS1",)), ["DS101", "DO101"], ["DS201"]),
    (ScanOptions(select=("DS",), extend_select=("DO1",)), ["DS101", "DO101"], ["DO201"]),
    (ScanOptions(select=("DS101",), ignore=("DS1",)), ["DS101"], ["DS102"]),
    (ScanOptions(select=("DS1",), ignore=("DS101",)), ["DS102"], ["DS101"]),
    (ScanOptions(select=("DS1",), ignore=("DS1",)), [], ["DS101"]),
    (ScanOptions(select=("DS1",), ignore=("DS",)), ["DS101"], ["DS201"]),
])
def test_longest_prefix_decides_when_codes_are_selected_and_ignored(options: ScanOptions, chosen: list[str], left: list[str]) -> None:
    choose = chooser(options)
    assert [code for code in chosen if not choose(code)] == []
    assert [code for code in left if choose(code)] == []


@pytest.mark.parametrize("word", ["D", "DS", "DS1", "DS101", "ds101"])
def test_code_is_taken_when_a_practice_begins_with_it(index: Index, word: str) -> None:
    check_codes((word,), index)


@pytest.mark.parametrize(("word", "hint"), [("DS108", "did you mean DS10"), ("sast", "did you mean DS101?"), ("DS9", "--select DS"),
                                            ("X", "opslint rules"), ("DS101 ", ""), ("x" * 100_000, "opslint rules")])
def test_code_is_refused_with_what_was_meant_when_nothing_has_it(index: Index, word: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_codes((word,), index)
    assert hint in caught.value.hint
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("files", [{}, {"README.md": "x"}, {"a.yaml": "a: 1\n"}, {"Dockerfile": "FROM x\n"}, {"src/a.py": "x = 1\n"}])
def test_nothing_to_scan_is_an_error_when_no_platform_is_found(index: Index, files: dict[str, str | bytes]) -> None:
    with pytest.raises(NoInputError) as caught:
        scan(index, files)
    assert caught.value.exit_code == 3
    assert caught.value.hint


@pytest.mark.parametrize("files", [
    {CI: WORKFLOW}, {".gitlab-ci.yml": "a: {script: b}\n"}, {"a.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: x}\n"},
    {"wf.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: x}\nspec: {}\n"}, {CI: "a: [\n"},
    {".gitlab-ci.yml": b"\x00"},
])
def test_repository_is_scanned_when_a_platform_is_there_or_broken(index: Index, files: dict[str, str | bytes]) -> None:
    assert len(scan(index, files).report.methodologies) == 6


@pytest.mark.parametrize(("files", "anchor"), [
    ({".github/workflows/a.yml": "on: schedule\njobs: {}\n", ".github/workflows/z.yml": WORKFLOW}, ".github/workflows/z.yml"),
    ({".github/workflows/b.yml": WORKFLOW, ".github/workflows/a.yml": WORKFLOW}, ".github/workflows/a.yml"),
    ({"a.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: x}\n", CI: WORKFLOW}, CI),
    ({"k/a.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: x}\n"}, "k/a.yaml"),
    ({"Dockerfile": "FROM x\n", CI: "a: [\n"}, CI),
])
def test_missing_practice_is_anchored_where_it_would_go_when_reported(index: Index, files: dict[str, str | bytes], anchor: str) -> None:
    result = scan(index, files)
    assert anchor_of(result.repository).path == anchor
    missing = [one for one in result.report.findings if one.kind is FindingKind.MISSING and one.code == "DO1"]
    assert all(one.location.path == anchor for one in missing)


def test_practices_are_unknown_when_the_only_workflow_cannot_be_read(index: Index) -> None:
    result = scan(index, {CI: "on: push\njobs: [\n", "src/a.py": "x = 1\n"})
    for code in ("DO101", "DO201", "DS101", "DS104"):
        one = practice(result, code)
        assert one.status is Status.UNKNOWN, code
        assert one.evidence[0].span.path == CI
        assert "could not be read" in one.evidence[0].why
    statuses = {one.status for methodology in result.report.methodologies for principle in methodology.principles
                for one in principle.practices}
    assert Status.MISSING not in {practice(result, code).status for code in ("DO104", "DO203", "DO204", "DS102", "DS103")}
    assert Status.ENFORCED not in statuses
    findings = [one for one in result.report.findings if one.code == "DO101"]
    assert [(one.kind, one.severity) for one in findings] == [(FindingKind.UNKNOWN, Severity.NOTE)]


def test_practice_is_enforced_when_another_workflow_shows_it_beside_an_unreadable_one(index: Index) -> None:
    result = scan(index, {CI: "on: [\n", ".github/workflows/test.yml": WORKFLOW, "src/a.py": "x = 1\n"})
    assert practice(result, "DO201").status is Status.ENFORCED
    assert practice(result, "DS101").status is Status.UNKNOWN


def test_unreadable_fixture_changes_nothing_when_it_stands_aside(index: Index) -> None:
    result = scan(index, {CI: WORKFLOW, "tests/data/.github/workflows/broken.yml": "a: [\n", "src/a.py": "x = 1\n"})
    assert practice(result, "DS101").status is Status.MISSING


def test_practice_is_unknown_when_a_called_workflow_is_not_here(index: Index) -> None:
    result = scan(index, {CI: "on: push\njobs:\n  all:\n    uses: acme/shared/.github/workflows/ci.yml@v1\n", "src/a.py": "x = 1\n"})
    one = practice(result, "DO201")
    assert one.status is Status.UNKNOWN
    assert "acme/shared" in one.evidence[0].why


@pytest.mark.parametrize(("run", "status", "coverage"), [("pytest", Status.ENFORCED, 1.0), ("pytest || true", Status.ADVISORY, 0.5),
                                                          ("echo no", Status.MISSING, 0.0)])
def test_coverage_follows_the_status_when_one_practice_is_selected(index: Index, run: str, status: Status, coverage: float) -> None:
    result = scan(index, {CI: WORKFLOW.replace("pytest", run), "src/a.py": "x = 1\n"}, ScanOptions(select=("DO201",)))
    assert practice(result, "DO201").status is status
    assert result.report.coverage == coverage
    assert result.report.methodologies[0].principles[1].verdict is {1.0: Verdict.COVERED, 0.5: Verdict.WEAK, 0.0: Verdict.MISSING}[coverage]


def test_coverage_is_none_when_nothing_was_evaluated(index: Index) -> None:
    report = scan(index, {CI: WORKFLOW}, ScanOptions(select=("ML",))).report
    assert report.coverage is None
    assert {methodology.coverage for methodology in report.methodologies} == {None}
    assert report.findings == ()


def test_platforms_are_told_together_when_several_are_there(index: Index) -> None:
    application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: x}\nspec: {source: {repoURL: a, path: b}}\n"
    report = scan(index, {CI: WORKFLOW, ".gitlab-ci.yml": "a: {script: b}\n", "app.yaml": application}).report
    assert report.platforms == ("github", "gitlab", "argo")
    assert scan(index, {"app.yaml": application}).report.platforms == ("argo",)


def test_files_all_have_an_entry_when_read_or_not(index: Index) -> None:
    report = scan(index, {CI: WORKFLOW, ".github/workflows/b.yml": "[\n", "Dockerfile": "FROM x\n"}).report
    assert [(one.path, one.status.value) for one in report.files] == [
        (".github/workflows/b.yml", "unreadable"), (CI, "read"), ("Dockerfile", "read")]


LABELS = "on: pull_request\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/labeler@v5\n"


@pytest.mark.parametrize(("path", "system"), [
    (".buildkite/pipeline.yml", "Buildkite"), (".circleci/config.yml", "CircleCI"), ("Jenkinsfile", "Jenkins"),
    ("azure-pipelines.yml", "Azure Pipelines"), (".azure-pipelines/ci/test.yml", "Azure Pipelines"), (".woodpecker/a.yaml", "Woodpecker"),
])
def test_practices_are_unknown_when_only_a_system_that_is_not_read_validates(index: Index, path: str, system: str) -> None:
    result = scan(index, {CI: LABELS, path: "steps: []\n", "src/a.py": "x = 1\n"})
    for code in ("DO101", "DO104", "DO201", "DO202", "DO204", "DS101", "DS104"):
        one = practice(result, code)
        assert (one.status, one.evidence[0].span.path) == (Status.UNKNOWN, path), code
        assert system in one.evidence[0].why
    assert {practice(result, code).status for code in ("DO102", "DO205", "DS306")} == {Status.MISSING}


@pytest.mark.parametrize(("workflow", "path"), [
    (WORKFLOW, ".circleci/config.yml"), (LABELS, "docs/Jenkinsfile"), (LABELS, ".buildkite/hooks/pre-command"), (LABELS, "a/.travis.yml"),
])
def test_practices_are_missing_when_a_pipeline_that_is_read_tests_or_no_other_system_has_one(
    index: Index, workflow: str, path: str,
) -> None:
    result = scan(index, {CI: workflow, path: "x\n", "src/a.py": "x = 1\n"})
    assert practice(result, "DS104").status is Status.MISSING
