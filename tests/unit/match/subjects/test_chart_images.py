"""Images of the values of charts that something deploys."""

from __future__ import annotations

from typing import Any

import pytest

from opslint.app.scan import ScanOptions, scan_tree
from opslint.knowledge.index import Index
from opslint.source.trees.memory import MemoryTree

TEMPLATE = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec: {template: {spec: {containers: [{name: c, image: '{{ .Values.image.repository }}:{{ .Values.image.tag }}'}]}}}
"""
VALUES = "image:\n  repository: registry.example.com/shop\n  tag: latest\nside:\n  image: busybox\n"
CHART = "apiVersion: v2\nname: shop\nversion: 1.0.0\n"
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop}
spec: {source: {repoURL: https://git.example.com/x.git, path: %s, targetRevision: v1.0.0}}
"""


def deploys(command: str) -> str:
    """A GitLab job that runs one command."""
    return f"deploy:\n  script:\n    - {command}\n"


def moving(index: Index, files: dict[str, str], chart: str = CHART) -> list[tuple[str, int]]:
    """The places of images that GO302 finds not to be fixed."""
    tree: dict[str, Any] = {"charts/shop/Chart.yaml": chart, "charts/shop/values.yaml": VALUES,
                            "charts/shop/templates/shop.yaml": TEMPLATE, **files}
    report = scan_tree(MemoryTree(tree), index, ScanOptions()).report
    practices = [one for methodology in report.methodologies for principle in methodology.principles for one in principle.practices]
    return [(place.span.path, place.span.line) for one in practices if one.code == "GO302" for place in one.evidence
            if "is not fixed" in place.why]


@pytest.mark.parametrize(
    "files",
    [
        {".gitlab-ci.yml": deploys("helm upgrade --install shop ./charts/shop -f x.yaml")},
        {".gitlab-ci.yml": deploys('helm -n prod upgrade shop "$CHART_FOLDER"')},
        {".gitlab-ci.yml": deploys("cd charts && helm install shop ./shop")},
        {"app.yaml": APPLICATION % "charts/shop"},
        {"app.yaml": APPLICATION % "all", "all/Chart.yaml":
         CHART + "dependencies: [{name: shop, version: 1.0.0, repository: 'file://../charts/shop'}]\n"},
        {"app.yaml": APPLICATION % "charts/shop/"},
    ],
)
def test_images_of_the_values_count_when_the_chart_is_deployed(index: Index, files: dict[str, str]) -> None:
    assert moving(index, files) == [("charts/shop/values.yaml", 3)]


@pytest.mark.parametrize(
    "files",
    [
        {".gitlab-ci.yml": deploys("helm lint ./charts/shop")},
        {".gitlab-ci.yml": deploys("helm upgrade --install shop oci://registry.example.com/charts/other")},
        {".gitlab-ci.yml": "t:\n  script:\n    - kind create cluster\n    - helm install shop ./charts/shop\n"},
        {"app.yaml": APPLICATION % "elsewhere"},
    ],
)
def test_images_of_the_values_are_left_when_the_chart_is_not_deployed(index: Index, files: dict[str, str]) -> None:
    assert moving(index, files) == []


def test_image_is_left_to_the_chart_when_no_tag_is_set(index: Index) -> None:
    files = {"app.yaml": APPLICATION % "charts/shop", "charts/shop/values.yaml": "image: {repository: a/b, tag: ''}\n"}
    assert moving(index, files) == []
