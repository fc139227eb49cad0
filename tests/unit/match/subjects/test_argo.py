"""Workflows and Applications, as the rules see them."""

from __future__ import annotations

from textwrap import dedent

import pytest

from opslint.match.jobs import Jobs
from opslint.match.subjects.argo import applications, workflows
from opslint.match.subjects.subject import Stage, Subject
from opslint.parse.discovery.discover import read_repository
from opslint.source.trees.memory import MemoryTree

TEMPLATE = """
apiVersion: argoproj.io/v1alpha1
kind: {kind}
metadata: {{name: ci}}
spec:
  entrypoint: main
  serviceAccountName: builder
  ttlStrategy: {{secondsAfterCompletion: 60}}
  podGC: {{strategy: OnPodCompletion}}
  securityContext: {{runAsNonRoot: true}}
  templates: [{{name: main, container: {{image: 'alpine:3.20', command: [make]}}}}]
"""
WORKFLOW = """
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {{name: run}}
spec:
  {own}
  workflowTemplateRef: {{name: ci{scope}}}
"""


def stage(files: dict[str, str]) -> Stage:
    """What subjects of a small repository are made from."""
    repository = read_repository(MemoryTree({path: dedent(text) for path, text in files.items()}))
    return Stage(repository=repository, jobs=Jobs(repository.pipelines))


def run_of(files: dict[str, str]) -> Subject:
    """The Workflow called `run`."""
    return next(one for one in workflows(stage(files)) if one.name == "run")


def test_workflow_is_completed_by_the_template_it_is_made_from() -> None:
    run = run_of({"a.yaml": TEMPLATE.format(kind="WorkflowTemplate"), "b.yaml": WORKFLOW.format(own="arguments: {}", scope="")})
    assert {key: run.it[key] for key in ("service_account", "ttl", "pod_gc", "secured", "elsewhere")} == {
        "service_account": "builder", "ttl": True, "pod_gc": True, "secured": True, "elsewhere": False}


def test_workflow_keeps_its_own_word_when_the_template_says_something_else() -> None:
    run = run_of({"a.yaml": TEMPLATE.format(kind="WorkflowTemplate"),
                  "b.yaml": WORKFLOW.format(own="serviceAccountName: other", scope="")})
    assert run.it["service_account"] == "other"


@pytest.mark.parametrize(("kind", "scope", "elsewhere"), [
    ("ClusterWorkflowTemplate", ", clusterScope: true", False), ("ClusterWorkflowTemplate", "", True),
    ("WorkflowTemplate", ", clusterScope: true", True),
])
def test_template_is_elsewhere_when_none_of_that_kind_and_name_is_in_the_tree(kind: str, scope: str, elsewhere: bool) -> None:
    run = run_of({"a.yaml": TEMPLATE.format(kind=kind), "b.yaml": WORKFLOW.format(own="arguments: {}", scope=scope)})
    assert (run.it["elsewhere"], run.it["service_account"]) == (elsewhere, "" if elsewhere else "builder")


SET = """
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{name: shop}}
spec:
  generators: {generators}
  template:
    metadata: {{name: shop}}
    spec:
      source: {{repoURL: 'https://git.example.com/shop.git', path: deploy, targetRevision: '{revision}'}}
"""


@pytest.mark.parametrize(("generators", "revision", "pinned", "unknown"), [
    ("[{list: {elements: [{r: v1.2.0}, {r: v1.3.0}]}}]", "{{.r}}", True, False),
    ("[{list: {elements: [{r: v1.2.0}, {r: main}]}}]", "{{r}}", False, False),
    ("[{matrix: {generators: [{clusters: {}}, {list: {elements: [{a: {r: v1.2.0}}]}}]}}]", "{{ .a.r }}", True, False),
    ("[{list: {elements: [{n: 1.2.0}]}}]", "v{{.n}}", True, False),
    ("[{list: {elements: [{other: x}]}}]", "{{.r}}", False, True),
    ("[{clusters: {}}]", "{{metadata.labels.r}}", False, True),
    ("[{clusters: {}}]", "HEAD", False, False),
    ("[{clusters: {}}]", "build-0d5c1f5c7f6f0a9b1c3c42f7a2b8b1a6b4d9c2e1", True, False),
    ("[{clusters: {}}]", "build-facade", False, False),
])
def test_revision_is_filled_in_when_a_list_generator_says_it(generators: str, revision: str, pinned: bool, unknown: bool) -> None:
    [found] = applications(stage({"set.yaml": SET.format(generators=generators, revision=revision)}))
    assert (found.it["pinned"], found.it["open_revision"]) == (pinned, unknown)
