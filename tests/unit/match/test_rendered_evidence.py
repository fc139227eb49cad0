"""What rules say of manifests as they are deployed, and the chain that leads there."""

from __future__ import annotations

import pytest

from opslint.app.scan import ScanOptions, scan_tree
from opslint.knowledge.index import Index
from opslint.match.subjects.charts import value_resources
from opslint.model.evidence import Status
from opslint.model.result import PracticeResult
from opslint.source.trees.memory import MemoryTree
from opslint.source.yaml import parse_yaml

OWN = "https://git.example.com/acme/fleet.git"
APPLICATION = ("apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop}\nspec:\n  source:\n"
               f"    repoURL: {OWN}\n    path: prod\n    targetRevision: v1.0.0\n")
BASE = ("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n"
        "      containers:\n        - name: web\n          image: acme/web\n")
PATCH = ("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n"
         "        - name: web\n          resources: {requests: {cpu: 1}, limits: {memory: 1Gi}}\n")
PINNED = "resources: [../base]\nimages:\n  - name: acme/web\n    digest: sha256:" + "a" * 64 + "\npatches: [{path: patch.yaml}]\n"


def _practice(index: Index, code: str, files: dict[str, str]) -> PracticeResult:
    tree = MemoryTree({"base/web.yaml": BASE, "base/kustomization.yaml": "resources: [web.yaml]\n", **files}, name="fleet")
    report = scan_tree(tree, index, ScanOptions(level=3)).report
    return next(one for methodology in report.methodologies for principle in methodology.principles for one in principle.practices
                if one.code == code)


FILES = {"app.yaml": APPLICATION, "prod/kustomization.yaml": PINNED, "prod/patch.yaml": PATCH}


@pytest.mark.parametrize(("code", "place"), [("GO302", ("prod/kustomization.yaml", 4)), ("FO206", ("prod/patch.yaml", 9))])
def test_base_is_judged_as_the_overlay_deploys_it(index: Index, code: str, place: tuple[str, int]) -> None:
    practice = _practice(index, code, FILES)
    assert practice.status is Status.ENFORCED
    (evidence,) = practice.evidence
    assert (evidence.span.path, evidence.span.line) == place
    assert [f"{hop.path}:{hop.line} {hop.text}" for hop in evidence.chain[:-1]] == [
        'app.yaml:7 Application "shop": path prod', "prod/kustomization.yaml:1 ../base", "base/kustomization.yaml:1 web.yaml"]


@pytest.mark.parametrize("code", ["GO302", "FO206"])
def test_base_is_judged_in_every_form_when_overlays_differ(index: Index, code: str) -> None:
    assert _practice(index, code, {**FILES, "dev/kustomization.yaml": "resources: [../base]\n"}).status is Status.PARTIAL
    assert _practice(index, code, {}).status is Status.MISSING


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ("a: {resources: {requests: {cpu: 1}, limits: {memory: 1Gi}}}", "all"),
        ("a: [{resources: {requests: {cpu: 1}}}, {resources: {requests: {cpu: 1}, limits: {memory: 1Gi}}}]", "some"),
        ("a: {resources: {}}", ""),
        ("resources: 'requests and limits'", ""),
        ("# resources: {requests: {cpu: 1}}\na: b", ""),
    ],
)
def test_values_speak_of_resources_when_they_set_them(values: str, said: str) -> None:
    assert value_resources(parse_yaml(values.encode()).documents[0]) == said


@pytest.mark.parametrize(("resources", "status"), [("{{ include \"x\" . | nindent 10 }}", Status.NOT_APPLICABLE), ("{}", Status.MISSING)])
def test_resources_that_a_chart_leaves_open_are_not_held_against_it(index: Index, resources: str, status: Status) -> None:
    template = BASE + f"          resources: {resources}\n"
    tree = MemoryTree({"c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n", "c/templates/web.yaml": template})
    report = scan_tree(tree, index, ScanOptions(level=3)).report
    (practice,) = [one for methodology in report.methodologies for principle in methodology.principles for one in principle.practices
                   if one.code == "FO206"]
    assert practice.status is status
