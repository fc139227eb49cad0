"""Workflows become pipelines whose jobs, order and softness are what the controller would do."""

from __future__ import annotations

from textwrap import dedent

from opslint.model.pipeline import Event, Job, Pipeline, StepKind
from opslint.parse.kubernetes import parse_manifests
from opslint.source.yaml import parse_yaml


def pipelines(text: str) -> tuple[Pipeline, ...]:
    return parse_manifests("wf.yaml", parse_yaml(dedent(text).encode()), aside=False).pipelines


def workflow(spec: str, kind: str = "Workflow") -> Pipeline:
    body = dedent(spec).replace("\n", "\n  ").strip()
    text = f"apiVersion: argoproj.io/v1alpha1\nkind: {kind}\nmetadata: {{name: w}}\nspec:\n  {body}\n"
    (found,) = parse_manifests("wf.yaml", parse_yaml(text.encode()), aside=False).pipelines
    return found


def job(pipeline: Pipeline, name: str) -> Job:
    return next(one for one in pipeline.jobs if one.id == name)


DAG = """
    entrypoint: main
    templates:
    - name: main
      dag:
        tasks:
        - {name: build, template: build}
        - {name: test, template: test, depends: build}
        - {name: deploy, template: deploy, dependencies: [test]}
    - {name: build, container: {image: golang, command: [go, build]}}
    - {name: test, container: {image: golang, command: [go, test]}}
    - {name: deploy, container: {image: kubectl, command: [kubectl, apply, -f, .]}}
    - {name: unused, container: {image: busybox, command: [true]}}
"""


def test_job_waits_for_all_before_it_when_a_dag_orders_them() -> None:
    found = workflow(DAG)
    assert job(found, "build").needs == ()
    assert job(found, "test").needs == ("build",)
    assert job(found, "deploy").needs == ("build", "test")


def test_template_is_hidden_when_nothing_of_a_workflow_reaches_it() -> None:
    found = workflow(DAG)
    assert job(found, "unused").hidden
    assert not job(found, "deploy").hidden


def test_template_is_open_to_callers_when_it_stands_in_a_workflow_template() -> None:
    found = workflow(DAG, kind="WorkflowTemplate")
    assert not job(found, "unused").hidden
    assert found.events == {Event.CALL}
    assert not found.entry
    assert job(found, "deploy").needs == ("build", "test")


def test_job_waits_for_what_a_called_template_calls_when_templates_nest() -> None:
    found = workflow("""
        entrypoint: main
        templates:
        - name: main
          steps:
          - - {name: check, template: checks}
          - - {name: ship, template: ship}
        - name: checks
          steps:
          - - {name: lint, template: lint}
            - {name: unit, template: unit}
        - {name: lint, container: {image: a, command: [ruff]}}
        - {name: unit, container: {image: a, command: [pytest]}}
        - {name: ship, container: {image: a, command: [twine]}}
    """)
    assert set(job(found, "ship").needs) == {"checks", "lint", "unit"}
    assert job(found, "unit").needs == ()


def test_job_is_soft_when_every_call_continues_on_failure() -> None:
    found = workflow("""
        entrypoint: main
        templates:
        - name: main
          steps:
          - - {name: scan, template: scan, continueOn: {failed: true}}
          - - {name: test, template: test}
        - {name: scan, container: {image: trivy, command: [trivy, fs, .]}}
        - {name: test, container: {image: go, command: [go, test]}}
    """)
    scan = job(found, "scan")
    assert scan.may_fail
    assert "continueOn" in scan.may_fail_why
    assert not job(found, "test").may_fail
    (step,) = [one for one in job(found, "main").steps if one.name == "scan"]
    assert step.may_fail


def test_job_is_hard_when_one_of_two_calls_is() -> None:
    found = workflow("""
        entrypoint: main
        templates:
        - name: main
          steps:
          - - {name: one, template: scan, continueOn: {failed: true}}
          - - {name: two, template: scan}
        - {name: scan, container: {image: trivy, command: [trivy, fs, .]}}
    """)
    assert not job(found, "scan").may_fail


def test_job_is_soft_when_a_later_task_depends_on_its_failure() -> None:
    found = workflow("""
        entrypoint: main
        templates:
        - name: main
          dag:
            tasks:
            - {name: test, template: test}
            - {name: alert, template: alert, depends: test.Failed}
        - {name: test, container: {image: go, command: [go, test]}}
        - {name: alert, container: {image: curl, command: [curl, x]}}
    """)
    assert job(found, "test").may_fail
    assert job(found, "alert").runs_always == "on-failure"


def test_exit_handler_tells_when_it_runs_when_its_steps_ask_for_the_status() -> None:
    found = workflow("""
        entrypoint: main
        onExit: bye
        templates:
        - {name: main, container: {image: go, command: [go, test]}}
        - name: bye
          steps:
          - - {name: always, template: mail}
            - {name: good, template: party, when: '{{workflow.status}} == Succeeded'}
            - {name: bad, template: page, when: '{{workflow.status}} != Succeeded'}
        - {name: mail, container: {image: a, command: [mail]}}
        - {name: party, container: {image: a, command: [party]}}
        - {name: page, container: {image: a, command: [page]}}
    """)
    assert job(found, "bye").runs_always == "always"
    assert job(found, "mail").runs_always == "always"
    assert job(found, "party").runs_always == ""
    assert job(found, "page").runs_always == "on-failure"
    assert job(found, "page").needs == ("main",)
    assert job(found, "main").runs_always == ""


def test_hook_runs_on_failure_when_its_expression_says_so() -> None:
    found = workflow("""
        entrypoint: main
        hooks:
          exit: {template: page, expression: 'workflow.status == "Failed"'}
        templates:
        - {name: main, container: {image: go, command: [go, test]}}
        - {name: page, container: {image: a, command: [page]}}
    """)
    assert job(found, "page").runs_always == "on-failure"


def test_suspend_is_a_gate_when_it_has_no_duration() -> None:
    found = workflow("""
        entrypoint: main
        templates:
        - name: main
          steps: [[{name: a, template: approve}], [{name: b, template: wait}]]
        - {name: approve, suspend: {}}
        - {name: wait, suspend: {duration: 20}}
    """)
    assert job(found, "approve").manual_gate
    assert not job(found, "wait").manual_gate
    assert job(found, "approve").steps[0].kind is StepKind.NOTHING


def test_every_template_type_gives_its_step() -> None:
    found = workflow(
        """
        entrypoint: s
        templates:
        - name: s
          script: {image: python, command: [python], source: "print(1)"}
        - {name: r, resource: {action: apply, manifest: "kind: Job"}}
        - {name: h, http: {url: 'https://x'}}
        - {name: p, plugin: {slack: {text: hi}}}
        - {name: d, data: {source: {}}}
        - name: c
          containerSet: {containers: [{name: a, image: a, command: [one]}, {name: b, image: b, command: [two]}]}
        - {name: i, container: {image: 'aquasec/trivy:0.50', args: [fs, .]}, initContainers: [{name: x, image: y, command: [z]}]}
        - {name: side, container: {image: a, command: [run]}, sidecars: [{name: db, image: postgres, command: [postgres]}]}
        - {name: away, steps: [[{name: t, templateRef: {name: lib, template: build, clusterScope: true}}]]}
    """,
        kind="WorkflowTemplate",
    )
    script = job(found, "s").steps[0]
    assert (script.shell, script.script, script.section) == ("python", "print(1)", "script")
    assert (job(found, "r").steps[0].uses, job(found, "r").steps[0].inputs["action"]) == ("argo/resource", "apply")
    assert job(found, "h").steps[0].uses == "argo/http"
    assert job(found, "p").steps[0].uses == "argo/plugin/slack"
    assert job(found, "d").steps[0].uses == "argo/data"
    assert [step.script for step in job(found, "c").steps] == ["one", "two"]
    init, image = job(found, "i").steps
    assert (init.section, image.kind, image.uses, image.version) == ("init", StepKind.IMAGE, "aquasec/trivy", "0.50")
    assert image.inputs["args"] == "fs ."
    assert job(found, "side").steps[1].may_fail
    assert [one.role for one in job(found, "side").images] == ["job", "sidecar"]
    assert job(found, "away").steps[0].uses == "lib/build"
    assert job(found, "away").steps[0].kind is StepKind.WORKFLOW


def test_inline_template_is_a_job_of_its_own_when_a_task_holds_it() -> None:
    found = workflow("""
        entrypoint: main
        templates:
        - name: main
          dag: {tasks: [{name: a, inline: {container: {image: x, command: [make]}}}]}
    """)
    assert job(found, "main").steps[0].uses == "template/main.a"
    assert job(found, "main.a").steps[0].script == "make"
    assert not job(found, "main.a").hidden


def test_deadline_comes_from_the_nearest_place_that_sets_one() -> None:
    found = workflow("""
        entrypoint: a
        activeDeadlineSeconds: 900
        templates:
        - {name: a, container: {image: x, command: [y]}, activeDeadlineSeconds: 60}
        - {name: b, container: {image: x, command: [y]}}
    """)
    assert job(found, "a").timeout == "60"
    assert job(found, "b").timeout == "900"
    span = job(found, "b").timeout_span
    assert span is not None
    assert span.line == 6


def test_cron_workflow_runs_on_schedule_unless_suspended() -> None:
    text = """
        apiVersion: argoproj.io/v1alpha1
        kind: CronWorkflow
        metadata: {name: nightly}
        spec:
          schedules: ['0 1 * * *', '0 2 * * *']
          suspend: %s
          workflowSpec: {workflowTemplateRef: {name: scan, clusterScope: true}}
    """
    (running,) = pipelines(text % "false")
    assert running.events == {Event.SCHEDULE}
    assert running.triggers[0].filters["cron"] == ("0 1 * * *", "0 2 * * *")
    assert [(one.kind, one.name) for one in running.includes] == [("cluster-workflow-template", "scan")]
    (held,) = pipelines(text % "true")
    assert held.suspended
    assert held.events == {Event.MANUAL}


def test_workflow_is_reconciled_when_it_is_a_hook_of_argo_cd() -> None:
    text = """
        apiVersion: argoproj.io/v1alpha1
        kind: Workflow
        metadata: {generateName: smoke-, annotations: {argocd.argoproj.io/hook: '%s'}}
        spec: {entrypoint: a, templates: [{name: a, container: {image: x, command: [y]}}]}
    """
    assert pipelines(text % "PostSync")[0].events == {Event.RECONCILE}
    assert pipelines(text % "Skip")[0].events == {Event.MANUAL}


def test_event_binding_is_a_pipeline_that_points_at_its_template() -> None:
    (found,) = pipelines("""
        apiVersion: argoproj.io/v1alpha1
        kind: WorkflowEventBinding
        metadata: {name: hook}
        spec: {event: {selector: payload.x != ""}, submit: {workflowTemplateRef: {name: ci}}}
    """)
    assert found.kind == "argo.workfloweventbinding"
    assert found.events == {Event.UPSTREAM}
    assert found.includes[0].name == "ci"


def test_workflow_ends_when_templates_call_each_other() -> None:
    found = workflow("""
        entrypoint: a
        templates:
        - {name: a, steps: [[{name: x, template: b}]]}
        - {name: b, steps: [[{name: y, template: a}], [{name: z, template: c}]]}
        - {name: c, container: {image: x, command: [make]}}
    """)
    assert {one.id for one in found.jobs if not one.hidden} == {"a", "b", "c"}


def test_secret_environment_keeps_its_name_when_its_value_is_elsewhere() -> None:
    found = workflow("""
        entrypoint: a
        templates:
        - name: a
          container:
            image: x
            command: [y]
            env:
            - {name: PLAIN, value: '1'}
            - {name: AWS_SECRET_ACCESS_KEY, valueFrom: {secretKeyRef: {name: s, key: k}}}
    """)
    assert job(found, "a").steps[0].env == {"PLAIN": "1", "AWS_SECRET_ACCESS_KEY": "…"}
