"""Argo Workflows with the parameters their calls give."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from opslint.model.activity import Activity
from opslint.model.repository import Repository
from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import resolve
from opslint.resolve.rendered import as_rendered
from opslint.source.trees.memory import MemoryTree

RUN = """
- name: run
  inputs: {parameters: [{name: target, default: build}]}
  container: {image: 'golang:{{workflow.parameters.go}}', command: [make, '{{inputs.parameters.target}}']}
"""
MAKEFILE = "lint:\n\tgolangci-lint run\ntest:\n\tgo test ./...\nbuild:\n\tgo build ./...\n"


def _repository(files: dict[str, str]) -> tuple[Repository, list[Activity]]:
    tree = MemoryTree({"Makefile": MAKEFILE, **files})
    repository = as_rendered(read_repository(tree), tree)
    return repository, [one for one in resolve(repository, tree).activities if one.command is not None]


def _cron(templates: str, arguments: str = "[{name: go, value: '1.22'}]", kind: str = "CronWorkflow") -> str:
    inner = f"entrypoint: main\narguments: {{parameters: {arguments}}}\ntemplates:\n{indent(dedent(templates).strip(), '  ')}\n"
    if kind == "CronWorkflow":
        inner = f"schedules: ['0 3 * * *']\nworkflowSpec:\n{indent(inner, '  ')}"
    return f"apiVersion: argoproj.io/v1alpha1\nkind: {kind}\nmetadata: {{name: nightly}}\nspec:\n{indent(inner, '  ')}"


def _call(arguments: str, more: str = "", templates: str = RUN) -> list[Activity]:
    main = f"- name: main\n  steps:\n    - - {{name: check, template: run, arguments: {{parameters: {arguments}}}{more}}}\n"
    return _repository({"wf.yaml": _cron(main + templates)})[1]


def _argvs(activities: list[Activity]) -> list[tuple[str, ...]]:
    return [one.command.argv for one in activities if one.command is not None]


def test_target_is_known_when_the_call_says_it() -> None:
    make, lint = _call("[{name: target, value: lint}]")
    assert (make.name, lint.name) == ("make", "golangci-lint")
    assert [(hop.path, hop.line, hop.text) for hop in lint.chain] == [
        ("wf.yaml", 12, "check (target: lint)"), ("wf.yaml", 16, "make lint"), ("Makefile", 2, "golangci-lint run")]
    assert lint.blocking


def test_default_stands_when_the_call_says_nothing_of_it() -> None:
    assert _argvs(_call("[]"))[-1] == ("go", "build", "./...")


@pytest.mark.parametrize(
    "arguments",
    ["[{name: target, valueFrom: {configMapKeyRef: {name: x, key: y}}}]", "[{name: target, value: '{{tasks.a.outputs.result}}'}]",
     "[{name: target, value: '{{workflow.parameters.missing}}'}]", "[{name: target, value: '{{=sprig.upper(\"x\")}}'}]"],
)
def test_target_is_unknown_when_the_call_computes_it(arguments: str) -> None:
    (make,) = _call(arguments)
    assert make.command is not None
    assert make.command.argv[0] == "make"
    assert "…" in make.command.argv[1]


@pytest.mark.parametrize(
    ("arguments", "more"),
    [
        ("[{name: target, value: '{{item}}'}]", ", withItems: [lint, test]"),
        ("[{name: target, value: '{{item.what}}'}]", ", withItems: [{what: lint}, {what: test}]"),
    ],
)
def test_every_item_is_a_call_when_they_are_literal(arguments: str, more: str) -> None:
    assert _argvs(_call(arguments, more)) == [
        ("make", "lint"), ("golangci-lint", "run"), ("make", "test"), ("go", "test", "./...")]


def test_images_are_filled_in_too() -> None:
    main = "- name: main\n  steps: [[{name: a, template: run}]]\n"
    repository, _ = _repository({"wf.yaml": _cron(main + RUN)})
    assert [image.reference for pipeline in repository.pipelines for job in pipeline.jobs for image in job.images] == ["golang:1.22"]


def test_whole_script_stands_where_the_call_writes_it() -> None:
    script = "- name: run\n  inputs: {parameters: [{name: cmd}]}\n"
    script += "  container: {image: x, command: [sh, -c], args: ['{{inputs.parameters.cmd}}']}\n"
    main = dedent("""
        - name: main
          dag:
            tasks:
              - name: scan
                template: run
                arguments:
                  parameters:
                    - name: cmd
                      value: |
                        echo hi
                        bandit -r src
    """)
    found = _repository({"wf.yaml": _cron(main.strip() + "\n" + script)})[1]
    text = _cron(main.strip() + "\n" + script).splitlines()
    assert [(one.name, text[one.span.line - 1].strip()) for one in found] == [("echo", "echo hi"), ("bandit", "bandit -r src")]


LIBRARY = """apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: library}
spec:
  entrypoint: scan
  arguments: {parameters: [{name: image, value: own}]}
  templates:
    - name: scan
      inputs: {parameters: [{name: flags, default: '--exit-code 1'}]}
      script: {image: trivy, command: [sh], source: 'trivy image {{inputs.parameters.flags}} {{workflow.parameters.image}}'}
"""


def test_template_of_another_object_gets_the_callers_parameters() -> None:
    main = "- name: main\n  steps: [[{name: away, templateRef: {name: library, template: scan}}]]\n"
    found = _repository({"library.yaml": LIBRARY, "wf.yaml": _cron(main, "[{name: image, value: app}]")})[1]
    assert _argvs(found) == [("trivy", "image", "--exit-code", "1", "app")]
    assert [hop.path for hop in found[0].chain] == ["wf.yaml", "library.yaml"]


def test_workflow_made_from_a_template_lays_its_parameters_over() -> None:
    made = ("apiVersion: argoproj.io/v1alpha1\nkind: CronWorkflow\nmetadata: {name: n}\nspec:\n  schedule: '0 3 * * *'\n  workflowSpec:\n"
            "    arguments: {parameters: [{name: image, value: theirs}]}\n    workflowTemplateRef: {name: library}\n")
    assert _argvs(_repository({"library.yaml": LIBRARY, "wf.yaml": made})[1]) == [("trivy", "image", "--exit-code", "1", "theirs")]


def test_template_has_its_own_values_when_nothing_calls_it() -> None:
    assert _argvs(_repository({"library.yaml": LIBRARY})[1]) == [("trivy", "image", "--exit-code", "1", "own")]


def test_value_is_unknown_when_a_sensor_writes_over_it() -> None:
    sensor = dedent("""
        apiVersion: argoproj.io/v1alpha1
        kind: Sensor
        metadata: {name: ci}
        spec:
          dependencies: [{name: push, eventSourceName: github, eventName: push}]
          triggers:
            - template:
                name: run
                argoWorkflow:
                  operation: submit
                  source:
                    resource:
                      apiVersion: argoproj.io/v1alpha1
                      kind: Workflow
                      metadata: {generateName: ci-}
                      spec:
                        entrypoint: main
                        arguments: {parameters: [{name: target, value: lint}, {name: other, value: test}]}
                        templates:
                          - name: main
                            script:
                              image: x
                              command: [sh]
                              source: |
                                make {{workflow.parameters.target}}
                                make {{workflow.parameters.other}}
                  parameters: [{src: {dependencyName: push, dataKey: body.ref}, dest: spec.arguments.parameters.0.value}]
    """)
    argvs = _argvs(_repository({"sensor.yaml": sensor})[1])
    assert "…" in argvs[0][1]
    assert argvs[1:] == [("make", "test"), ("go", "test", "./...")]


def test_nothing_is_filled_in_when_a_parameter_is_only_described() -> None:
    templates = "- name: main\n  container: {image: x, command: [echo, hi]}\n"
    templates += "  metadata: {annotations: {note: 'make {{inputs.parameters.x}} lint'}}\n"
    assert _argvs(_repository({"wf.yaml": _cron(templates)})[1]) == [("echo", "hi")]


@pytest.mark.parametrize("target", ["missing", "main"])
def test_calls_that_lead_nowhere_or_back_end(target: str) -> None:
    main = (f"- name: main\n  inputs: {{parameters: [{{name: x, default: a}}]}}\n  steps:\n"
            f"    - - name: again\n        template: {target}\n"
            "        arguments: {parameters: [{name: x, value: '{{inputs.parameters.x}}a'}]}\n"
            "      - {name: run, template: run, arguments: {parameters: [{name: target, value: '{{inputs.parameters.x}}'}]}}\n")
    argvs = _argvs(_repository({"wf.yaml": _cron(main + RUN)})[1])
    assert ("make", "a") in argvs
    assert len(argvs) <= 40
