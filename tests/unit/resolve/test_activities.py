"""What runs in a repository, from its files."""

from __future__ import annotations

from textwrap import dedent

import pytest

from opslint.model.activity import Activity, ActivityKind
from opslint.model.pipeline import Event
from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import Resolution, resolve
from opslint.source.trees.memory import MemoryTree

CI = ".github/workflows/ci.yml"


def _resolve(files: dict[str, str]) -> Resolution:
    tree = MemoryTree({path: dedent(text).lstrip("\n") for path, text in files.items()})
    return resolve(read_repository(tree), tree)


def _all(files: dict[str, str], name: str) -> list[Activity]:
    return [activity for activity in _resolve(files).activities if activity.name == name]


def _one(files: dict[str, str], name: str) -> Activity:
    found = _all(files, name)
    assert len(found) == 1, [(activity.kind, activity.name) for activity in _resolve(files).activities]
    return found[0]


def _job(steps: str, on: str = "[push, pull_request]", job: str = "") -> dict[str, str]:
    return {CI: f"on: {on}\njobs:\n  test:\n    runs-on: ubuntu-latest\n{job}    steps:\n{steps}"}


def test_command_has_its_place_in_a_literal_block() -> None:
    activity = _one(_job("      - run: |\n          echo one\n\n          sudo pytest -q\n"), "pytest")
    assert (activity.span.path, activity.span.line, activity.span.column) == (CI, 9, 11)
    assert activity.span.end_column == 25
    assert activity.chain[0].text == "sudo pytest -q"
    assert activity.blocking
    assert activity.events == {Event.CHANGE, Event.PUSH, Event.TAG}
    assert activity.step_index == 0


def test_command_has_its_place_in_other_scalars() -> None:
    steps = (
        "      - run: pytest -q\n      - run: 'echo; flake8 .'\n      - run: >-\n          echo\n"
        "          && mypy\n          --strict\n"
    )
    files = _job(steps)
    places = {name: (_one(files, name).span.line, _one(files, name).span.column) for name in ("pytest", "flake8", "mypy")}
    assert places == {"pytest": (6, 14), "flake8": (7, 21), "mypy": (10, 14)}


def test_action_has_slug_version_inputs_and_place() -> None:
    activity = _one(_job("      - uses: actions/setup-python@v5\n        with:\n          cache: pip\n"), "actions/setup-python")
    assert (activity.kind, activity.version, activity.inputs) == (ActivityKind.ACTION, "v5", {"cache": "pip"})
    assert (activity.span.line, activity.span.column) == (6, 15)
    assert activity.chain[0].text == "uses: actions/setup-python@v5"


def test_step_that_may_fail_is_soft() -> None:
    activity = _one(_job("      - run: pytest\n        continue-on-error: true\n"), "pytest")
    assert (activity.blocking, activity.soft_why) == (False, "continue-on-error: true")


def test_step_that_may_fail_blocks_when_a_later_step_judges_its_outcome() -> None:
    steps = """\
      - id: t
        run: pytest
        continue-on-error: true
      - if: steps.t.outcome == 'failure'
        run: exit 1
"""
    assert _one(_job(steps), "pytest").blocking
    assert not _one(_job(steps.replace(".outcome", ".conclusion")), "pytest").blocking
    assert not _one(_job(steps.replace("exit 1", "echo sorry")), "pytest").blocking


def test_command_blocks_when_a_later_step_fails_by_the_exit_code_it_hands_on() -> None:
    steps = """\
      - id: t
        run: |
          set +e
          pytest
          code="$?"
          echo "code=$code" >> $GITHUB_OUTPUT
      - run: exit $CODE
        env: {CODE: "${{ steps.t.outputs.code }}"}
"""
    assert _one(_job(steps), "pytest").blocking
    assert not _one(_job(steps.replace("exit $CODE", "echo $CODE")), "pytest").blocking
    assert not _one(_job(steps.replace("          code=", "          date\n          code=")), "pytest").blocking
    assert not _one(_job(steps.replace("t.outputs.code", "t.outputs.other")), "pytest").blocking


def test_job_that_may_fail_makes_its_steps_soft() -> None:
    activity = _one(_job("      - run: pytest\n      - uses: a/b@v1\n", job="    continue-on-error: true\n"), "pytest")
    assert (activity.blocking, activity.soft_why) == (False, "continue-on-error: true")


def test_step_condition_narrows_the_events() -> None:
    assert _one(_job("      - if: github.event_name == 'pull_request'\n        run: pytest\n"), "pytest").events == {Event.CHANGE}


def test_step_is_disabled_when_no_event_gets_past_its_condition() -> None:
    activity = _one(_job("      - if: github.event_name == 'schedule'\n        run: pytest\n"), "pytest")
    assert activity.disabled == "no event gets past `if: github.event_name == 'schedule'`"
    assert _one(_job("      - if: false\n        run: pytest\n"), "pytest").disabled


def test_step_after_failures_says_so() -> None:
    assert _one(_job("      - if: failure()\n        run: notify-send x\n"), "notify-send").when == "on-failure"
    assert _one(_job("      - if: always()\n        run: notify-send x\n"), "notify-send").when == "always"


def test_variables_of_workflow_and_job_are_filled_in_and_told() -> None:
    files = {
        CI: (
            "on: push\nenv: {TOOL: pytest}\njobs:\n  a:\n    runs-on: x\n    env: {ARG: -q}\n    steps:\n"
            "      - run: $TOOL $ARG\n"
        )
    }
    activity = _one(files, "pytest")
    assert activity.command is not None
    assert activity.command.argv == ("pytest", "-q")
    assert activity.env["ARG"] == "-q"


def test_shell_decides_whether_a_pipe_hides_a_failure() -> None:
    assert not _one(_job("      - run: pytest | tee log\n"), "pytest").blocking
    assert _one(_job("      - run: pytest | tee log\n        shell: bash\n"), "pytest").blocking


def test_called_workflow_gets_the_events_and_the_chain_of_its_caller() -> None:
    files = {
        CI: "on: pull_request\njobs:\n  call:\n    uses: ./.github/workflows/lib.yml\n",
        ".github/workflows/lib.yml": "on: workflow_call\njobs:\n  test:\n    runs-on: x\n    steps:\n      - run: pytest\n",
    }
    activity = _one(files, "pytest")
    assert activity.events == {Event.CHANGE}
    assert [(hop.path, hop.line) for hop in activity.chain] == [(CI, 4), (".github/workflows/lib.yml", 6)]
    assert not activity.disabled
    assert _one(files, "./.github/workflows/lib.yml").kind is ActivityKind.WORKFLOW


def test_called_workflow_inherits_through_several_levels_and_conditions() -> None:
    files = {
        CI: "on: [pull_request, schedule]\njobs:\n  call:\n    uses: ./.github/workflows/a.yml\n",
        ".github/workflows/a.yml": (
            "on: workflow_call\njobs:\n  call:\n    if: github.event_name == 'schedule'\n    uses: ./.github/workflows/b.yml\n"
        ),
        ".github/workflows/b.yml": (
            "on: [workflow_call, workflow_dispatch]\njobs:\n  test:\n    runs-on: x\n    steps:\n      - run: pytest\n"
        ),
    }
    assert _one(files, "pytest").events == {Event.SCHEDULE, Event.MANUAL}


def test_reusable_workflow_is_disabled_when_nobody_calls_it() -> None:
    files = {".github/workflows/lib.yml": "on: workflow_call\njobs:\n  test:\n    runs-on: x\n    steps:\n      - run: pytest\n"}
    assert _one(files, "pytest").disabled == "no workflow calls it"


def test_workflows_that_call_each_other_end() -> None:
    files = {
        f".github/workflows/{a}.yml": f"on: workflow_call\njobs:\n  call:\n    uses: ./.github/workflows/{b}.yml\n"
        for a, b in (("a", "b"), ("b", "a"))
    }
    assert {activity.disabled for activity in _resolve(files).activities} == {"the workflows that call it do not run"}


def test_composite_action_runs_in_the_job_that_uses_it() -> None:
    files = _job("      - uses: ./.github/actions/lint\n        continue-on-error: true\n", on="pull_request") | {
        ".github/actions/lint/action.yml": (
            "name: x\nruns:\n  using: composite\n  steps:\n    - run: flake8\n      shell: bash\n    - uses: a/b@v1\n"
        )
    }
    activity = _one(files, "flake8")
    assert [(hop.path, hop.line) for hop in activity.chain] == [(CI, 6), (".github/actions/lint/action.yml", 5)]
    assert (activity.pipeline.path if activity.pipeline else "", activity.job.id if activity.job else "") == (CI, "test")
    assert (activity.blocking, activity.soft_why) == (False, "continue-on-error: true")
    assert _one(files, "a/b").step_index == 0


@pytest.mark.parametrize("uses", ["./", "'./ '", "$/"])
def test_composite_action_runs_when_it_is_the_repository_itself(uses: str) -> None:
    action = "name: x\nruns:\n  using: composite\n  steps:\n    - run: flake8\n      shell: bash\n"
    activity = _one(_job(f"      - uses: {uses}\n", on="pull_request") | {"action.yml": action}, "flake8")
    assert [(hop.path, hop.line) for hop in activity.chain] == [(CI, 6), ("action.yml", 5)]


@pytest.mark.parametrize("run", [
    'bash "${{ github.action_path }}/ci/t.sh"', "$GITHUB_ACTION_PATH/ci/t.sh", "${{ github.action_path }}/ci/t.sh",
    "cd ${{ github.action_path }} && ./ci/t.sh",
])
def test_script_is_found_from_the_folder_of_the_action_when_it_is_the_repository_itself(run: str) -> None:
    action = f"name: x\nruns:\n  using: composite\n  steps:\n    - run: {run}\n      shell: bash\n"
    files = _job("      - uses: ./\n", on="pull_request") | {"action.yml": action, "ci/t.sh": "flake8\n"}
    assert _one(files, "flake8").disabled == ""


def test_composite_actions_that_use_each_other_end() -> None:
    loop = "name: x\nruns:\n  using: composite\n  steps:\n    - uses: ./a\n"
    assert len(_resolve(_job("      - uses: ./a\n") | {"a/action.yml": loop}).activities) < 20


def test_action_that_is_given_a_command_runs_it() -> None:
    steps = (
        "      - uses: nick-fields/retry@v3\n        with:\n          max_attempts: 3\n          command: |\n"
        "            pytest -q\n"
    )
    activity = _one(_job(steps), "pytest")
    assert (activity.span.line, activity.span.column, activity.blocking) == (10, 13, True)
    gradle = _one(_job("      - uses: gradle/gradle-build-action@v2\n        with: {arguments: check}\n"), "gradle")
    assert gradle.command is not None
    assert gradle.command.argv == ("gradle", "check")


def test_action_that_is_given_numbered_commands_runs_each() -> None:
    steps = (
        "      - uses: JamesHenry/parallel-bash-commands@v1\n        with:\n          cmd1: npx nx-cloud record -- npx prettier --check .\n"
        "          cmd2: eslint src\n"
    )
    prettier, eslint = _one(_job(steps), "prettier"), _one(_job(steps), "eslint")
    assert (prettier.span.line, prettier.blocking) == (8, True)
    assert (eslint.span.line, eslint.blocking) == (9, True)


def test_own_cluster_marks_later_commands_of_the_job() -> None:
    found = _resolve(_job("      - run: kubectl get x\n      - uses: helm/kind-action@v1\n      - run: kubectl apply -f x\n"))
    commands = [activity.command for activity in found.activities if activity.command is not None]
    assert [command.throwaway_cluster for command in commands] == [False, True]
    assert found.throwaway == {(CI, 1, "test")}


def test_gitlab_items_share_one_shell() -> None:
    files = {
        ".gitlab-ci.yml": """
        test:
          before_script:
            - lint() { flake8 "$@"; }
            - TOOL=pytest
          script:
            - lint src
            - set +e
            - $TOOL -q
            - echo done
          after_script:
            - mypy
        """
    }
    assert (_one(files, "flake8").span.line, _one(files, "flake8").blocking) == (3, True)
    pytest_ = _one(files, "pytest")
    assert (pytest_.span.line, pytest_.span.column) == (8, 7)
    assert (pytest_.blocking, pytest_.soft_why) == (False, "a later command replaces its exit status")
    assert (_one(files, "mypy").blocking, _one(files, "mypy").soft_why) == (False, "after_script never fails a job")


def test_gitlab_includes_and_reports_are_activities() -> None:
    files = {
        ".gitlab-ci.yml": """
        include:
          - template: Jobs/SAST.gitlab-ci.yml
          - component: gitlab.com/components/sast/sast@1.2.3
        test:
          script: pytest
          artifacts:
            reports:
              junit: x.xml
        """
    }
    kinds = {activity.kind: activity for activity in _resolve(files).activities}
    assert kinds[ActivityKind.TEMPLATE].name == "Jobs/SAST.gitlab-ci.yml"
    assert kinds[ActivityKind.TEMPLATE].span.line == 2
    assert kinds[ActivityKind.COMPONENT].name.startswith("gitlab.com/components/sast/sast")
    assert (kinds[ActivityKind.REPORT].name, kinds[ActivityKind.REPORT].span.line) == ("junit", 8)


def test_gitlab_template_is_disabled_when_its_rules_never_include_it() -> None:
    text = "include:\n  - template: Jobs/SAST.gitlab-ci.yml\n    rules: [{when: never}]\ntest:\n  script: pytest\n"
    assert _one({".gitlab-ci.yml": text}, "Jobs/SAST.gitlab-ci.yml").disabled == "its `rules` never include it"


def test_gitlab_template_runs_when_its_include_does() -> None:
    text = (
        "include:\n  - template: Jobs/SAST.gitlab-ci.yml\n    rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]\n"
        "test:\n  script: pytest\n"
    )
    events = _one({".gitlab-ci.yml": text}, "Jobs/SAST.gitlab-ci.yml").events
    assert Event.PUSH_DEFAULT in events
    assert Event.PUSH not in events


def test_gitlab_child_pipeline_runs_when_a_job_starts_it() -> None:
    trigger = "start:\n  trigger:\n    strategy: depend\n    include:\n      - component: $CI_SERVER_FQDN/$CI_PROJECT_PATH/c@1\n"
    files = {".gitlab-ci.yml": trigger, "templates/c.yml": "spec: {inputs: {}}\n---\ntest:\n  script: pytest\n"}
    found = _one(files, "pytest")
    assert (found.disabled, found.span.path, found.span.line) == ("", "templates/c.yml", 4)


def test_gitlab_job_runs_where_it_is_written_when_it_is_included() -> None:
    files = {
        ".gitlab-ci.yml": "include: ci/*.yml\nbuild:\n  extends: .base\n  allow_failure: true\n",
        "ci/base.yml": ".base:\n  script:\n    - |\n      cd src\n      pytest -q\n",
    }
    found = _one(files, "pytest")
    assert [(hop.path, hop.line) for hop in found.chain] == [("ci/base.yml", 5)]
    assert (found.span.column, found.soft_why, found.job is not None and found.job.pipeline) == (7, "allow_failure: true", ".gitlab-ci.yml")


def test_gitlab_hidden_job_is_disabled_when_nothing_extends_it() -> None:
    hidden = ".lint:\n  script: flake8\n"
    assert _one({".gitlab-ci.yml": hidden + "test:\n  script: pytest\n"}, "flake8").disabled
    found = _all({".gitlab-ci.yml": hidden + "lint:\n  extends: .lint\n"}, "flake8")
    assert [activity.disabled for activity in found] == [""]


def test_argo_template_is_reached_by_what_refers_to_it() -> None:
    template = """
    apiVersion: argoproj.io/v1alpha1
    kind: WorkflowTemplate
    metadata: {name: ci}
    spec:
      entrypoint: main
      templates:
        - name: main
          container: {image: python:3, command: [sh, -c], args: ["pytest -q; echo done"]}
    """
    cron = """
    apiVersion: argoproj.io/v1alpha1
    kind: CronWorkflow
    metadata: {name: nightly}
    spec:
      schedule: "0 0 * * *"
      workflowSpec:
        workflowTemplateRef: {name: ci}
    """
    alone = _one({"wf/ci.yaml": template}, "pytest")
    assert alone.events == {Event.MANUAL}
    assert (alone.blocking, alone.soft_why) == (False, "a later command replaces its exit status")
    reached = _one({"wf/ci.yaml": template, "wf/cron.yaml": cron}, "pytest")
    assert reached.events == {Event.SCHEDULE}
    assert reached.chain[0].path == "wf/cron.yaml"


def test_argo_container_without_a_command_is_its_image() -> None:
    workflow = """
    apiVersion: argoproj.io/v1alpha1
    kind: Workflow
    metadata: {generateName: x-}
    spec:
      entrypoint: main
      templates:
        - name: main
          container: {image: "aquasec/trivy:0.50", args: [image, foo]}
        - name: other
          container: {image: "owner/thing:1"}
    """
    found = [activity for activity in _resolve({"wf/x.yaml": workflow}).activities if activity.kind is not ActivityKind.RESOURCE]
    assert [(activity.kind, activity.name, bool(activity.disabled)) for activity in found] == [
        (ActivityKind.COMMAND, "trivy", False),
        (ActivityKind.IMAGE, "owner/thing", True),
    ]
    assert found[0].command is not None
    assert found[0].command.image == "aquasec/trivy:0.50"


HOOKS = """
repos:
  - repo: https://github.com/PyCQA/bandit.git
    rev: 1.7.5
    hooks:
      - id: bandit
        args: [-r, src]
  - repo: local
    hooks:
      - id: types
        entry: mypy --strict
        language: system
      - id: slow
        entry: pytest
        language: system
        stages: [manual]
"""


def test_hooks_are_local_when_no_pipeline_runs_them() -> None:
    activity = _one({".pre-commit-config.yaml": HOOKS}, "bandit")
    assert (activity.kind, activity.local_hook, activity.repo, activity.version) == (
        ActivityKind.HOOK,
        True,
        "github.com/pycqa/bandit",
        "1.7.5",
    )
    assert activity.inputs == {"args": "-r src"}
    assert _one({".pre-commit-config.yaml": HOOKS}, "mypy").local_hook
    assert not _all({".pre-commit-config.yaml": HOOKS}, "pytest")


def test_hooks_are_chained_from_the_job_that_runs_them() -> None:
    for step in (
        "run: pre-commit run --all-files",
        "run: uvx prek run -a",
        "uses: pre-commit/action@v3.0.1",
        "run: python -m pre_commit run -a",
    ):
        activity = _one(_job(f"      - {step}\n", on="pull_request") | {".pre-commit-config.yaml": HOOKS}, "bandit")
        assert (activity.local_hook, activity.blocking, activity.events) == (False, True, frozenset({Event.CHANGE})), step
        assert [hop.path for hop in activity.chain] == [CI, ".pre-commit-config.yaml"]


def test_hooks_are_soft_when_pre_commit_sees_no_files() -> None:
    activity = _one(_job("      - run: pre-commit run\n") | {".pre-commit-config.yaml": HOOKS}, "bandit")
    assert (activity.blocking, activity.soft_why) == (
        False,
        "without --all-files pre-commit looks at no file of a fresh checkout",
    )


def test_hooks_that_a_run_leaves_out_stay_local() -> None:
    hooks = {".pre-commit-config.yaml": HOOKS}
    assert _one(_job("      - run: SKIP=bandit pre-commit run -a\n") | hooks, "bandit").local_hook
    assert not _one(_job("      - run: SKIP=bandit pre-commit run -a\n") | hooks, "mypy").local_hook
    assert _one(_job("      - run: pre-commit run types -a\n") | hooks, "bandit").local_hook
    assert not _one(_job("      - run: pre-commit run --hook-stage manual -a slow\n") | hooks, "pytest").local_hook


def test_hooks_run_by_the_service_when_its_section_stands_there() -> None:
    activity = _one({".pre-commit-config.yaml": "ci: {skip: [types]}\n" + HOOKS.lstrip()}, "bandit")
    assert (activity.local_hook, activity.events) == (False, frozenset({Event.CHANGE, Event.PUSH_DEFAULT}))
    assert _one({".pre-commit-config.yaml": "ci: {skip: [types]}\n" + HOOKS.lstrip()}, "mypy").local_hook


def test_what_stands_deployed_is_an_activity() -> None:
    files = {
        "app.yaml": """
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {name: x}
        spec:
          source: {repoURL: https://charts.example.org, chart: opencost, targetRevision: 1.2.3}
        """,
        "main.tf": 'resource "aws_budgets_budget" "b" {\n  name = "x"\n}\n',
        "chart/Chart.yaml": (
            "apiVersion: v2\nname: x\nversion: 1.0.0\ndependencies:\n  - name: redis\n    version: 1.0.0\n"
            "    repository: https://x\n"
        ),
    }
    found = {(activity.kind, activity.name): activity for activity in _resolve(files).activities}
    assert found[ActivityKind.RESOURCE, "argoproj.io/Application"].events == {Event.RECONCILE}
    chart = found[ActivityKind.CHART, "opencost"]
    assert (chart.version, chart.inputs, chart.span.line) == ("1.2.3", {"repository": "https://charts.example.org"}, 5)
    assert found[ActivityKind.CHART, "redis"].span.line == 5
    assert found[ActivityKind.BLOCK, "aws_budgets_budget"].inputs == {"name": "x"}


def test_pipelines_that_stand_aside_are_left_out() -> None:
    assert (
        _resolve({f"testdata/{CI}": "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: pytest\n"}).activities == ()
    )


def test_same_files_give_the_same_activities() -> None:
    files = _job("      - run: pre-commit run -a\n") | {".pre-commit-config.yaml": HOOKS}
    assert [a.chain for a in _resolve(files).activities] == [a.chain for a in _resolve(files).activities]
