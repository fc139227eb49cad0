"""Manifests become resources with their images, whatever their kind."""

from __future__ import annotations

from textwrap import dedent

import pytest

from opslint.model.repository import FileStatus, Parsed
from opslint.parse.kubernetes import parse_manifests
from opslint.source.yaml import parse_yaml


def read(text: str, path: str = "k.yaml") -> Parsed:
    return parse_manifests(path, parse_yaml(dedent(text).encode()), aside=False)


def images(text: str) -> list[tuple[str, str]]:
    return [(image.reference, image.role) for resource in read(text).resources for image in resource.images]


def test_every_document_is_a_resource_when_a_file_holds_several() -> None:
    found = read("""
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: prod, labels: {team: a}, annotations: {x: 'y'}}
        ---
        # nothing
        ---
        replicas: 2
        ---
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {name: app}
        spec: {source: {repoURL: https://x, kustomize: {images: ['old=new:1.2', 'other:3']}}}
    """)
    assert [(one.group, one.kind, one.name, one.namespace) for one in found.resources] == [
        ("", "Service", "web", "prod"),
        ("argoproj.io", "Application", "app", ""),
    ]
    assert found.resources[0].labels == {"team": "a"}
    assert found.resources[0].annotations == {"x": "y"}
    assert [image.reference for image in found.resources[1].images] == ["new:1.2", "other:3"]
    assert found.file.kind == "argo.manifest"
    assert found.file.status is FileStatus.READ


def test_items_are_resources_when_the_document_is_a_list() -> None:
    found = read("""
        apiVersion: v1
        kind: List
        items:
        - {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
        - apiVersion: v1
          kind: List
          items: [{apiVersion: v1, kind: Secret, metadata: {name: b}}]
    """)
    assert [one.name for one in found.resources] == ["a", "b"]


def test_entry_of_a_software_catalogue_is_no_resource() -> None:
    found = read("""
        apiVersion: backstage.io/v1alpha1
        kind: Component
        metadata: {name: tool}
        spec: {type: service, owner: team}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web}
    """)
    assert [one.kind for one in found.resources] == ["Service"]


def test_list_ends_when_it_holds_itself() -> None:
    found = read("""
        apiVersion: v1
        kind: List
        items: &x
        - {apiVersion: v1, kind: List, items: []}
        - {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
    """)
    assert [one.name for one in found.resources] == ["a"]


POD = "{initContainers: [{image: init:1}], containers: [{image: 'app:2'}, {image: 'side@sha256:aa'}]}"


@pytest.mark.parametrize(
    "spec",
    [
        "{kind: Pod, apiVersion: v1, spec: %s}",
        "{kind: Deployment, apiVersion: apps/v1, spec: {template: {spec: %s}}}",
        "{kind: CronJob, apiVersion: batch/v1, spec: {jobTemplate: {spec: {template: {spec: %s}}}}}",
        "{kind: Rollout, apiVersion: argoproj.io/v1alpha1, spec: {template: {spec: %s}}}",
        "{kind: AnalysisTemplate, apiVersion: x/v1, spec: {metrics: [{provider: {job: {spec: {template: {spec: %s}}}}}]}}",
        "{kind: Experiment, apiVersion: argoproj.io/v1alpha1, spec: {templates: [{template: {spec: %s}}]}}",
        "{kind: PyTorchJob, apiVersion: kubeflow.org/v1, spec: {pytorchReplicaSpecs: {Worker: {template: {spec: %s}}}}}",
        "{kind: Service, apiVersion: serving.knative.dev/v1, spec: {template: {spec: %s}}}",
        "{kind: Unheard, apiVersion: x.io/v1, spec: {deep: {er: {podSpec: %s}}}}",
    ],
)
def test_images_are_found_in_a_pod_template_when_the_kind_is(spec: str) -> None:
    assert images(spec % POD) == [("init:1", "init"), ("app:2", "workload"), ("side@sha256:aa", "workload")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            """
            {kind: Workflow, apiVersion: argoproj.io/v1alpha1, spec: {templates: [
              {name: a, container: {image: a}}, {name: b, script: {image: b}, sidecars: [{image: c}]}]}}
            """,
            [("a", "workload"), ("b", "workload"), ("c", "sidecar")],
        ),
        (
            "{kind: InferenceService, apiVersion: serving.kserve.io/v1beta1, spec: {predictor: {model: {image: 'vllm:1'}}}}",
            [("vllm:1", "workload")],
        ),
        ("{kind: SparkApplication, apiVersion: x/v1, spec: {image: 'spark:3'}}", [("spark:3", "workload")]),
        (
            "{kind: HelmRelease, apiVersion: x/v2, spec: {values: {image: {registry: r.io, repository: a/b, tag: v1}}}}",
            [("r.io/a/b:v1", "workload")],
        ),
        ("{kind: HelmRelease, apiVersion: x/v2, spec: {values: {image: {repository: a/b}}}}", []),
        ("{kind: ConfigMap, apiVersion: v1, data: {containers: x}}", []),
        ("{kind: CustomResourceDefinition, apiVersion: x/v1, spec: {containers: [{image: no}]}}", []),
    ],
)
def test_images_are_found_by_shape(text: str, found: list[tuple[str, str]]) -> None:
    assert images(text) == found


def bundle(extra: str = "") -> str:
    crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a}\n"
    parts = [extra + crd] + [f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: d{number}}}\n" for number in range(8)]
    return "---\n".join(parts)


@pytest.mark.parametrize(
    ("path", "text", "copied"),
    [
        ("cluster/flux-system/gotk-components.yaml", "apiVersion: v1\nkind: Namespace\n", True),
        ("argocd/install.yaml", bundle(), True),
        ("apps/mine.yaml", bundle(), False),
        ("apps/mine.yaml", bundle("# This manifest was generated by flux. DO NOT EDIT.\n"), True),
        ("apps/crds.yaml", ("apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"), True),
        ("apps/deployment.yaml", "apiVersion: apps/v1\nkind: Deployment\n", False),
        (
            "flux-system/gotk-sync.yaml",
            ("# This manifest was generated by flux. DO NOT EDIT.\napiVersion: x/v1\nkind: GitRepository\n"),
            False,
        ),
    ],
)
def test_install_of_somebody_else_is_copied(path: str, text: str, copied: bool) -> None:
    assert {one.copied for one in read(text, path).resources} == {copied}


def test_template_marks_stay_visible_when_a_chart_is_read() -> None:
    found = read("""
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: {{ .Release.Name }}
        spec:
          template:
            spec:
              containers:
              {{- range .Values.list }}
              - image: "{{ .repository }}:{{ .tag }}"
              {{- end }}
    """)
    (resource,) = found.resources
    assert resource.templated
    assert found.file.reason
    assert [image.literal for image in resource.images] == [False]
