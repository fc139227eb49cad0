"""Workloads and images, as the rules see them."""

from __future__ import annotations

import pytest

from opslint.match.jobs import Jobs
from opslint.match.subjects.kubernetes import images, workloads
from opslint.match.subjects.subject import Stage
from opslint.parse.discovery.discover import read_repository
from opslint.source.trees.memory import MemoryTree

SERVICE = """\
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {{name: eta}}
spec:
  predictor:
    model: {{modelFormat: {{name: mlflow}}, resources: {resources}}}
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  template:
    spec:
      containers: [{name: app, image: 'registry.example.com/app:1.0.0'}]
"""


def stage(files: dict[str, str | bytes]) -> Stage:
    """What subjects of a small repository are made from."""
    repository = read_repository(MemoryTree(files))
    return Stage(repository=repository, jobs=Jobs(repository.pipelines))


@pytest.mark.parametrize(("resources", "told"), [
    ("{requests: {cpu: 1}, limits: {memory: 2Gi}}", (True, True, True)),
    ("{requests: {cpu: 1}}", (True, False, True)),
    ("{}", (False, False, False)),
])
def test_model_server_is_measured_by_its_model_when_it_has_no_pod_template(resources: str, told: tuple[bool, bool, bool]) -> None:
    [found] = workloads(stage({"eta.yaml": SERVICE.format(resources=resources)}))
    assert (found.it["requests"], found.it["limits"], found.it["some_resources"]) == told


@pytest.mark.parametrize(("entry", "reference", "fixed", "place"), [
    ("newTag: latest", "registry.example.com/app:latest", False, ("prod/kustomization.yaml", 5)),
    ("newTag: 2.0.0", "registry.example.com/app:2.0.0", True, ("prod/kustomization.yaml", 5)),
    ("newName: other", "registry.example.com/app:1.0.0", True, ("prod/app.yaml", 7)),
])
def test_image_stands_where_kustomize_decides_it(entry: str, reference: str, fixed: bool, place: tuple[str, int]) -> None:
    kustomization = f"kind: Kustomization\nresources: [app.yaml]\nimages:\n  - name: registry.example.com/app\n    {entry}\n"
    [found] = images(stage({"prod/app.yaml": DEPLOYMENT, "prod/kustomization.yaml": kustomization}))
    assert (found.it["reference"], found.it["fixed"], (found.span.path, found.span.line)) == (reference, fixed, place)


@pytest.mark.parametrize(("named", "reference", "fixed", "place"), [
    ("shop", "shop (tagged by Skaffold)", True, "skaffold.yaml"),
    ("other", "shop", False, "app.yaml"),
])
def test_image_that_skaffold_builds_has_the_tag_skaffold_writes(named: str, reference: str, fixed: bool, place: str) -> None:
    skaffold = f"apiVersion: skaffold/v3\nkind: Config\nbuild: {{artifacts: [{{image: {named}}}]}}\ndeploy: {{kubectl: {{}}}}\n"
    [found] = images(stage({"app.yaml": DEPLOYMENT.replace("registry.example.com/app:1.0.0", "shop"), "skaffold.yaml": skaffold}))
    assert (found.it["reference"], found.it["fixed"], found.span.path) == (reference, fixed, place)
