"""Manifests as their kustomizations build them."""

from __future__ import annotations

from textwrap import dedent

import pytest

from opslint.model.resource import Resource
from opslint.parse.discovery.discover import read_repository
from opslint.resolve.rendered import as_rendered
from opslint.source.node import path_of
from opslint.source.trees.memory import MemoryTree

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  template:
    spec:
      containers:
        - name: web
          image: acme/web
          env: [{name: A, value: "1"}]
        - {name: proxy, image: 'acme/proxy:1.0.0'}
"""
BASE = {"base/deployment.yaml": DEPLOYMENT, "base/kustomization.yaml": "resources: [deployment.yaml]\n"}
DIGEST = "sha256:" + "a" * 64


def _rendered(files: dict[str, str]) -> list[Resource]:
    tree = MemoryTree({path: dedent(text).lstrip("\n") for path, text in files.items()})
    return list(as_rendered(read_repository(tree), tree).resources)


def _overlay(body: str, **more: str) -> list[Resource]:
    return _rendered({**BASE, "prod/kustomization.yaml": f"resources: [../base]\n{dedent(body)}", **more})


def _images(resources: list[Resource]) -> list[str]:
    return [image.reference for resource in resources for image in resource.images]


@pytest.mark.parametrize(
    ("entry", "reference"),
    [
        ("{name: acme/web, newTag: 1.2.3}", "acme/web:1.2.3"),
        (f"{{name: acme/web, digest: '{DIGEST}'}}", f"acme/web@{DIGEST}"),
        ("{name: acme/web, newName: mirror/web, newTag: v2}", "mirror/web:v2"),
        ("{name: acme/web, newName: mirror/web}", "mirror/web"),
        ("{name: acme/other, newTag: 1.2.3}", "acme/web"),
    ],
)
def test_image_is_what_the_overlay_makes_of_it(entry: str, reference: str) -> None:
    (resource,) = _overlay(f"images: [{entry}]\n")
    assert _images([resource]) == [reference, "acme/proxy:1.0.0"]


def test_digest_takes_the_place_of_a_tag_and_stands_where_it_is_written() -> None:
    (resource,) = _overlay(f"images:\n  - name: acme/proxy\n    digest: '{DIGEST}'\n")
    image = resource.images[1]
    assert (image.tag, image.digest, image.span.path, image.span.line) == ("", DIGEST, "prod/kustomization.yaml", 4)


def test_base_is_there_once_for_each_overlay_that_differs() -> None:
    files = {**BASE, "prod/kustomization.yaml": "resources: [../base]\nimages: [{name: acme/web, newTag: '2'}]\n",
             "dev/kustomization.yaml": "resources: [../base]\n", "qa/kustomization.yaml": "resources: [../base]\n"}
    assert [one.images[0].reference for one in _rendered(files)] == ["acme/web", "acme/web:2"]


def test_overlay_is_heard_through_layers_when_each_changes_something() -> None:
    files = {**BASE, "mid/kustomization.yaml": "resources: [../base]\nimages: [{name: acme/web, newName: b/web, newTag: '1'}]\n",
             "top/kustomization.yaml": "bases: [../mid]\nimages: [{name: b/web, newTag: '2'}]\n"}
    (resource,) = _rendered(files)
    assert resource.images[0].reference == "b/web:2"
    assert [(hop.path, hop.text) for hop in resource.hops] == [
        ("top/kustomization.yaml", "../mid"), ("mid/kustomization.yaml", "../base"), ("base/kustomization.yaml", "deployment.yaml")]


PATCH = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
        - name: web
          env: [{name: A, value: "2"}, {name: B, value: "3"}]
          resources: {limits: {memory: 1Gi}}
"""


@pytest.mark.parametrize(
    ("body", "files"),
    [
        ("patches: [{path: patch.yaml}]", {"prod/patch.yaml": PATCH}),
        ("patchesStrategicMerge: [patch.yaml]", {"prod/patch.yaml": PATCH}),
        ("patches:\n  - patch: |-\n" + "".join(f"      {line}\n" for line in PATCH.strip().splitlines()), {}),
    ],
    ids=["path", "strategic", "inline"],
)
def test_patch_is_laid_over_its_manifest_and_is_none_itself(body: str, files: dict[str, str]) -> None:
    (resource,) = _overlay(body, **files)
    spec = resource.node.mapping("spec")
    assert spec is not None
    containers = spec.mapping("template").mapping("spec").sequence("containers").items  # type: ignore[union-attr]
    resources = containers[0].mapping("resources")  # type: ignore[union-attr]
    assert [one.text("name") for one in containers] == ["web", "proxy"]  # type: ignore[union-attr]
    values = {one.text("name"): one.text("value") for one in containers[0].sequence("env").items}  # type: ignore[union-attr]
    assert values == {"A": "2", "B": "3"}
    assert resources is not None
    assert path_of(resources, "base") == ("prod/patch.yaml" if files else "prod/kustomization.yaml")
    assert resources.line == (10 if files else 13)


def test_patch_stays_a_manifest_of_its_own_when_it_fits_none() -> None:
    found = _overlay("patches: [{path: patch.yaml}]", **{"prod/patch.yaml": PATCH.replace("name: web}", "name: other}")})
    assert [(one.path, one.patch) for one in found] == [("base/deployment.yaml", False), ("prod/patch.yaml", True)]


@pytest.mark.parametrize(
    ("target", "reference"),
    [
        ("{kind: Deployment, name: web}", "acme/web:9"),
        ("{kind: Deployment, name: 'w.*'}", "acme/web:9"),
        ("{group: apps, version: v1, kind: Deployment}", "acme/web:9"),
        ("{labelSelector: app=web}", "acme/web:9"),
        ("{kind: StatefulSet}", "acme/web"),
        ("{kind: Deployment, name: we}", "acme/web"),
        ("{labelSelector: app=db}", "acme/web"),
        ("{labelSelector: app in (web)}", "acme/web"),
        ("{kind: Deployment, name: '(w*)*'}", "acme/web"),
    ],
)
def test_operations_change_the_manifests_their_target_names(target: str, reference: str) -> None:
    path = "/spec/template/spec/containers/0/image"
    body = f"patches:\n  - target: {target}\n    patch: |-\n      - op: replace\n        path: {path}\n        value: acme/web:9\n"
    assert _images(_overlay(body))[0] == reference


@pytest.mark.parametrize(
    ("operation", "images"),
    [
        ("{op: remove, path: /spec/template/spec/containers/0}", ["acme/proxy:1.0.0"]),
        ("{op: add, path: /spec/template/spec/containers/-, value: {name: x, image: x:1}}", ["acme/web", "acme/proxy:1.0.0", "x:1"]),
        ("{op: add, path: /spec/template/spec/containers/0, value: {name: x, image: x:1}}", ["x:1", "acme/web", "acme/proxy:1.0.0"]),
        ("{op: remove, path: /spec/template/spec/containers/7}", ["acme/web", "acme/proxy:1.0.0"]),
        ("{op: move, from: /spec, path: /metadata}", ["acme/web", "acme/proxy:1.0.0"]),
        ("{op: replace, path: spec}", ["acme/web", "acme/proxy:1.0.0"]),
    ],
)
def test_operation_does_what_rfc_6902_says_or_nothing(operation: str, images: list[str]) -> None:
    found = _overlay("patchesJson6902: [{target: {kind: Deployment, name: web}, path: ops.yaml}]",
                     **{"prod/ops.yaml": f"- {operation}\n"})
    assert _images(found) == images


def test_component_changes_what_names_it_and_adds_its_own() -> None:
    found = _overlay("components: [../component]", **{
        "component/kustomization.yaml": "kind: Component\nresources: [cm.yaml]\nimages: [{name: acme/web, newTag: '5'}]\n",
        "component/cm.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n"})
    assert [(one.kind, _images([one])) for one in found] == [
        ("Deployment", ["acme/web:5", "acme/proxy:1.0.0"]), ("ConfigMap", [])]


def test_labels_reach_the_manifests_when_a_kustomization_sets_them() -> None:
    (resource,) = _overlay("commonLabels: {team: shop}\nlabels: [{pairs: {cost-center: '7'}}]\n")
    assert resource.labels == {"app": "web", "team": "shop", "cost-center": "7"}


def test_kustomizations_that_name_each_other_end() -> None:
    found = _rendered({**BASE, "a/kustomization.yaml": "resources: [../b, ../base]\n", "b/kustomization.yaml": "resources: [../a, .]\n",
                       "c/kustomization.yaml": "resources: [../a]\n"})
    assert [one.name for one in found] == ["web"]


def test_kustomizations_that_fan_out_are_built_once_each() -> None:
    files = {f"k{level}/kustomization.yaml": f"resources: [../k{level + 1}, ../k{level + 1}]\n" for level in range(40)}
    assert _rendered({**files, **BASE}) != []


@pytest.mark.parametrize("word", ["../nowhere", "https://example.com/base?ref=v1", "../../../etc", "missing.yaml", ""])
def test_resource_that_is_not_there_adds_nothing(word: str) -> None:
    assert [one.name for one in _overlay(f"components: ['{word}']\ncrds: []\n")] == ["web"]


def test_kustomization_in_a_folder_of_tests_changes_nothing() -> None:
    files = {**BASE, "tests/kustomization.yaml": "resources: [../base]\nimages: [{name: acme/web, newTag: '2'}]\n"}
    assert _images(_rendered(files))[0] == "acme/web"


def test_repository_is_the_same_when_nothing_renders_it() -> None:
    tree = MemoryTree({"a.yaml": DEPLOYMENT.lstrip("\n")})
    repository = read_repository(tree)
    assert as_rendered(repository, tree) is repository
