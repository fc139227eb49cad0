"""Jobs and what they use, as the rules see them."""

from __future__ import annotations

from textwrap import dedent

import pytest

from opslint.app.scan import ScanOptions, scan_tree
from opslint.knowledge.index import Index
from opslint.model.evidence import Status
from opslint.model.result import PracticeResult
from opslint.source.trees.memory import MemoryTree


def judged(index: Index, code: str, files: dict[str, str]) -> PracticeResult:
    """One practice of a small repository."""
    tree = MemoryTree({path: dedent(text).lstrip("\n") for path, text in files.items()})
    report = scan_tree(tree, index, ScanOptions(level=3, select=(code,))).report
    return next(practice for methodology in report.methodologies for principle in methodology.principles
                for practice in principle.practices)


@pytest.mark.parametrize(("gate", "deploy", "status"), [
    ("when: manual", "", Status.MISSING),
    ("{when: manual, allow_failure: false}", "", Status.ENFORCED),
    ("{rules: [{when: manual}]}", "", Status.ENFORCED),
    ("{rules: [{when: manual, allow_failure: true}]}", "", Status.MISSING),
    ("{when: manual, allow_failure: false}", "needs: []", Status.MISSING),
    ("when: manual", "needs: [gate]", Status.ENFORCED),
    ("when: on_success", "", Status.MISSING),
    ("when: on_success", "when: manual", Status.ENFORCED),
])
def test_manual_job_gates_the_deploy_when_it_may_not_fail_or_is_needed_by_name(
    index: Index, gate: str, deploy: str, status: Status
) -> None:
    keys = gate.strip("{}")
    pipeline = f"""
        stages: [test, gate, deploy]
        test: {{stage: test, script: [pytest]}}
        gate: {{stage: gate, script: [echo], {keys}}}
        deploy: {{stage: deploy, script: [kubectl apply -f k8s], {deploy or 'interruptible: false'}}}
    """
    assert judged(index, "DO103", {".gitlab-ci.yml": pipeline}).status is status


def test_publishing_job_is_left_out_when_only_another_one_names_an_environment(index: Index) -> None:
    workflow = """
        on: {push: {tags: ['*']}}
        jobs:
          notes:
            runs-on: ubuntu-latest
            steps: [{run: 'gh release create v1 --generate-notes'}]
          publish:
            runs-on: ubuntu-latest
            environment: pypi
            steps: [{uses: pypa/gh-action-pypi-publish@v1}]
    """
    found = judged(index, "DO103", {".github/workflows/release.yml": workflow})
    assert (found.status, [one.span.line for one in found.evidence]) == (Status.ENFORCED, [8])


def test_image_is_told_once_when_its_entry_point_gets_arguments(index: Index) -> None:
    workflow = """
        apiVersion: argoproj.io/v1alpha1
        kind: CronWorkflow
        metadata: {name: scan}
        spec:
          schedule: "0 3 * * *"
          workflowSpec:
            entrypoint: scan
            templates:
              - name: scan
                container: {image: 'aquasec/trivy:latest', args: [image, app]}
    """
    assert [one.why for one in judged(index, "DS302", {"scan.yaml": workflow}).evidence] == [
        "aquasec/trivy can change under the same name"]


@pytest.mark.parametrize(("suspend", "status"), [("true", Status.MANUAL), ("false", Status.ENFORCED)])
def test_scheduled_practice_is_manual_when_its_schedule_is_suspended(index: Index, suspend: str, status: Status) -> None:
    workflow = f"""
        apiVersion: argoproj.io/v1alpha1
        kind: CronWorkflow
        metadata: {{name: drift}}
        spec:
          schedule: "0 3 * * *"
          suspend: {suspend}
          workflowSpec:
            entrypoint: drift
            templates:
              - name: drift
                container: {{image: 'argoproj/argocd:v3.1.0', command: [argocd], args: [app, diff, shop]}}
    """
    assert judged(index, "GO206", {"drift.yaml": workflow}).status is status


@pytest.mark.parametrize(("run", "status"), [
    ("kubectl kustomize prod | kubectl apply -f -", Status.MISSING),
    ("kustomize build prod | envsubst | kubectl --context prod apply -f -", Status.MISSING),
    ("kubectl kustomize prod | kubeconform -strict", Status.ENFORCED),
    ("kustomize build prod > rendered.yaml", Status.ENFORCED),
    ("helm template chart | kubectl apply --dry-run=server -f -", Status.ENFORCED),
])
def test_rendering_validates_nothing_when_it_is_piped_into_an_apply(index: Index, run: str, status: Status) -> None:
    workflow = f"on: pull_request\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: {run}\n        shell: bash\n"
    manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
    found = judged(index, "GO102", {".github/workflows/ci.yml": workflow, "prod/a.yaml": manifest})
    assert found.status is status


@pytest.mark.parametrize(("filters", "status"), [
    ("{paths-ignore: [docs/**]}", Status.ENFORCED),
    ("{branches: [main]}", Status.MISSING),
])
def test_workflow_run_has_the_path_filters_of_the_workflow_it_waits_for(index: Index, filters: str, status: Status) -> None:
    job = "\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: pytest\n"
    found = judged(index, "FO204", {
        ".github/workflows/ci.yml": f"name: CI\non:\n  pull_request: {filters}{job}",
        ".github/workflows/after.yml": f"on:\n  workflow_run:\n    workflows: [CI]\n    types: [completed]{job}",
    })
    assert found.status is status


@pytest.mark.parametrize(("types", "condition", "status"), [
    ("closed", "always()", Status.ENFORCED),
    ("[opened, closed]", "github.event.action == 'closed'", Status.ENFORCED),
    ("[opened, synchronize]", "always()", Status.MISSING),
    ("[opened, closed]", "always()", Status.MISSING),
])
def test_preview_ends_by_itself_when_the_end_of_its_pull_request_starts_the_job(
    index: Index, types: str, condition: str, status: Status
) -> None:
    workflow = f"""
        on: {{pull_request: {{types: {types}}}}}
        jobs:
          end:
            if: {condition}
            runs-on: ubuntu-latest
            steps: [{{run: kubectl delete namespace pr-7}}]
    """
    deploy = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: kubectl apply -f k8s\n"
    found = judged(index, "FO207", {".github/workflows/end.yml": workflow, ".github/workflows/deploy.yml": deploy})
    assert found.status is status


def test_gitlab_file_that_no_pipeline_includes_is_no_place_a_field_concerns(index: Index) -> None:
    stray = "scan: {image: 'alpine:3.11', script: [echo], artifacts: {paths: [out]}}\n"
    workflow = """
        on: pull_request
        jobs:
          test:
            runs-on: ubuntu-latest
            timeout-minutes: 5
            steps: [{uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683}, {run: pytest}]
    """
    files = {".github/workflows/ci.yml": workflow, "contrib/Scan.gitlab-ci.yml": stray}
    for code in ("DS302", "FO203"):
        found = judged(index, code, files)
        assert (found.status, {one.span.path for one in found.evidence}) == (Status.ENFORCED, {".github/workflows/ci.yml"})


def test_cold_build_of_a_release_is_no_gap_when_the_tests_of_changes_keep_a_cache(index: Index) -> None:
    files = {
        "src/app.py": "print(1)\n",
        ".github/workflows/ci.yml": """
            on: pull_request
            jobs:
              test:
                runs-on: ubuntu-latest
                steps: [{uses: astral-sh/setup-uv@v6, with: {enable-cache: true}}, {run: uv run pytest}]
        """,
        ".github/workflows/release.yml": """
            on: {push: {tags: ['*']}}
            jobs:
              build:
                runs-on: ubuntu-latest
                steps: [{run: uv build}]
        """,
    }
    found = judged(index, "FO201", files)
    assert (found.status, [one.span.path for one in found.evidence]) == (Status.ENFORCED, [".github/workflows/ci.yml"])
