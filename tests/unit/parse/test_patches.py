"""Kustomize patches have the shape of objects and speak only of what they set."""

from __future__ import annotations

from typing import Any

import pytest

from opslint.parse.discovery.discover import read_repository
from opslint.source.trees.memory import MemoryTree

DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 3}\n"


def patches(kustomization: str, **more: str) -> list[str]:
    """The paths of the manifests that are read as patches."""
    tree: dict[str, Any] = {"over/kustomization.yaml": kustomization, "over/web.yaml": DEPLOYMENT, "base/web.yaml": DEPLOYMENT, **more}
    return [one.path for one in read_repository(MemoryTree(tree)).resources if one.patch]


@pytest.mark.parametrize(
    "text",
    [
        "resources: [../base]\npatches: [{path: web.yaml}]\n",
        "patches:\n  - path: ./web.yaml\n    target: {kind: Deployment}\n",
        "patchesStrategicMerge: [web.yaml]\n",
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{path: web.yaml}]\n",
    ],
)
def test_manifest_is_a_patch_when_a_kustomization_names_it_as_one(text: str) -> None:
    assert patches(text) == ["over/web.yaml"]


@pytest.mark.parametrize(
    "text",
    ["resources: [web.yaml]\n", "resources: [web.yaml]\npatches: [{path: web.yaml}]\n",
     "patches:\n  - patch: |\n      - op: remove\n", "patches: [{path: gone.yaml}, words, {path: ''}]\n", "patches: words\n"],
)
def test_manifest_is_an_object_when_no_kustomization_only_patches_with_it(text: str) -> None:
    assert patches(text) == []
