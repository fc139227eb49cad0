"""What a repository is about, each fact with the place that shows it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opslint.app.scan import ScanOptions, scan_tree
from opslint.knowledge.index import Index
from opslint.match.facts.setting import Setting
from opslint.match.facts.table import FACTS, MOST, Facts
from opslint.source.trees.memory import MemoryTree

CI = ".github/workflows/ci.yml"
Ask = Callable[[dict[str, str | bytes]], Facts]


def workflow(*steps: str, on: str = "pull_request", job: str = "") -> str:
    """A workflow of one job."""
    return f"on: {on}\njobs:\n  one:\n    runs-on: x\n{job}    steps:\n" + "".join(f"      - {step}\n" for step in steps)


MAKE = workflow("run: make")
APPLICATION = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: x}\nspec: {source: {repoURL: a, path: b}}\n"
ARGO = """\
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: w}
spec: {entrypoint: a, templates: [{name: a, container: {image: x:1}}]}
"""
DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {template: {spec: {containers: [{name: c, image: c:1}]}}}\n"


@pytest.fixture
def ask(index: Index, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """The facts that a scan works out for some files."""
    seen: list[Facts] = []

    class Recorded(Facts):
        def __init__(self, setting: Setting) -> None:
            super().__init__(setting)
            seen.append(self)

    monkeypatch.setattr("opslint.app.scan.Facts", Recorded)

    def asked(files: dict[str, str | bytes]) -> Facts:
        scan_tree(MemoryTree(files), index, ScanOptions())
        return seen[-1]
    return asked


CASES: list[tuple[str, dict[str, str | bytes], str]] = [
    ("pipeline", {CI: MAKE}, CI),
    ("pipeline", {CI: "a: [\n"}, CI),
    ("operated", {"a.yaml": APPLICATION}, "a.yaml"),
    ("gitops", {"a.yaml": APPLICATION}, "a.yaml"),
    ("gitops", {"r.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: r}\nspec: {}\n"}, "r.yaml"),
    ("source", {CI: MAKE, "src/app.py": "x = 1\n"}, "src/app.py"),
    ("dependencies", {CI: MAKE, "requirements.txt": "click\n"}, "requirements.txt"),
    ("actions", {CI: workflow("uses: actions/checkout@v4")}, CI),
    ("references", {CI: workflow("uses: acme/thing@v4")}, CI),
    ("dockerfile", {CI: MAKE, "Dockerfile": "FROM x\n"}, "Dockerfile"),
    ("http", {CI: MAKE, "Dockerfile": "FROM x\nEXPOSE 80\n"}, "Dockerfile"),
    ("http", {CI: MAKE, "pom.xml": "<project><dependencies><dependency><groupId>org.springframework.boot</groupId>"
              "<artifactId>spring-boot-starter-webmvc</artifactId></dependency></dependencies></project>"}, "pom.xml"),
    ("iac", {CI: MAKE, "main.tf": 'resource "aws_s3_bucket" "b" {}\n'}, "main.tf"),
    ("default-tags", {CI: MAKE, "main.tf": 'provider "aws" {\n  default_tags {\n    tags = { a = "b" }\n  }\n}\n'}, "main.tf"),
    ("tag-policy", {CI: MAKE, "policy/tags.rego": "package x\ndeny { input.tags }\n"}, "policy/tags.rego"),
    ("manifests", {"d.yaml": DEPLOYMENT}, "d.yaml"),
    ("images", {"d.yaml": DEPLOYMENT}, "d.yaml"),
    ("workloads", {"d.yaml": DEPLOYMENT}, "d.yaml"),
    ("declarative", {"d.yaml": DEPLOYMENT}, "d.yaml"),
    ("argocd", {"a.yaml": APPLICATION}, "a.yaml"),
    ("applications", {"a.yaml": APPLICATION}, "a.yaml"),
    ("deploys", {"a.yaml": APPLICATION}, "a.yaml"),
    ("argo", {"w.yaml": ARGO}, "w.yaml"),
    ("argo-workflows", {"w.yaml": ARGO}, "w.yaml"),
    ("github", {CI: MAKE}, CI),
    ("gitlab", {".gitlab-ci.yml": "a: {script: b}\n"}, ".gitlab-ci.yml"),
    ("flux", {"k.yaml": "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: k}\nspec: {}\n"}, "k.yaml"),
    ("helm", {CI: MAKE, "chart/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n"}, "chart/Chart.yaml"),
    ("kustomize", {CI: MAKE, "kustomization.yaml": "resources: [a.yaml]\n"}, "kustomization.yaml"),
    ("deploys", {CI: workflow("run: kubectl apply -f k8s/")}, CI),
    ("deploys-kubernetes", {CI: workflow("run: kubectl apply -f k8s/")}, CI),
    ("imperative", {CI: workflow("run: kubectl apply -f k8s/")}, CI),
    ("argocd-sync", {CI: workflow("run: argocd app sync shop")}, CI),
    ("builds-image", {CI: workflow("run: docker build .")}, CI),
    ("builds", {CI: workflow("run: docker build .")}, CI),
    ("publishes", {CI: workflow("run: docker push acme/app:1")}, CI),
    ("releases", {CI: workflow("run: docker push acme/app:1")}, CI),
    ("deploys-infrastructure", {CI: workflow("run: terraform apply -auto-approve")}, CI),
    ("tests", {CI: workflow("run: pytest"), "a.py": "x = 1\n"}, CI),
    ("ds1", {CI: workflow("run: bandit -r src")}, CI),
    ("on-change", {CI: MAKE}, CI),
    ("artifacts", {CI: workflow("uses: actions/upload-artifact@v4")}, CI),
    ("artifacts", {".gitlab-ci.yml": "a: {script: b, artifacts: {paths: [x]}}\n"}, ".gitlab-ci.yml"),
    ("self-hosted", {CI: MAKE.replace("runs-on: x", "runs-on: [self-hosted, linux]")}, CI),
    ("id-tokens", {".gitlab-ci.yml": "a: {script: b, id_tokens: {T: {aud: x}}}\n"}, ".gitlab-ci.yml"),
    ("publish-environment", {CI: workflow("run: docker push acme/app:1", job="    environment: prod\n")}, CI),
    ("workflow-scanner", {CI: workflow("run: zizmor .")}, CI),
]


@pytest.mark.parametrize(("name", "files", "path"), CASES, ids=[f"{name}-{path}" for name, _, path in CASES])
def test_fact_holds_with_its_place_when_the_repository_shows_it(ask: Ask, name: str, files: dict[str, str | bytes], path: str) -> None:
    places = ask(files).places(name)
    assert path in [place.path for place in places]
    assert all(place.why for place in places)


@pytest.mark.parametrize(("name", "files"), [
    ("source", {CI: MAKE}),
    ("source", {CI: MAKE, "tests/test_app.py": "x = 1\n", "vendor/x/a.go": "package x\n"}),
    ("dependencies", {CI: MAKE, "requirements.txt": "# nothing\n"}),
    ("dependencies", {CI: MAKE, "tests/requirements.txt": "click\n"}),
    ("actions", {CI: workflow("uses: ./local")}),
    ("references", {CI: workflow("uses: ./local")}),
    ("dockerfile", {CI: MAKE, "tests/Dockerfile": "FROM x\n"}),
    ("http", {CI: MAKE, "Dockerfile": "FROM x\n"}),
    ("iac", {CI: MAKE, "versions.tf": "terraform {}\n"}),
    ("manifests", {CI: MAKE, "testdata/d.yaml": DEPLOYMENT}),
    ("gitops", {"d.yaml": DEPLOYMENT}),
    ("argo", {"d.yaml": DEPLOYMENT}),
    ("deploys", {CI: workflow("run: docker push acme/app:1")}),
    ("deploys", {CI: workflow("run: kind create cluster", "run: kubectl apply -f k8s/")}),
    ("deploys", {CI: workflow("run: kubectl apply -f k8s/", job="    if: false\n")}),
    ("tests", {CI: workflow("run: echo pytest"), "a.py": "x = 1\n"}),
    ("on-change", {CI: workflow("run: make", on="{schedule: [{cron: '0 3 * * *'}]}")}),
    ("tag-policy", {CI: MAKE, "policy/tags_test.rego": "package x\ndeny { input.tags }\n"}),
    ("self-hosted", {CI: MAKE}),
    ("ml", {CI: MAKE, "a.py": "x = 1\n"}),
    ("llm", {CI: MAKE, "a.py": "x = 1\n"}),
    ("pipeline", {"d.yaml": DEPLOYMENT}),
    ("pipeline", {"d.yaml": DEPLOYMENT, "testdata/.gitlab-ci.yml": "a: [\n"}),
])
def test_fact_does_not_hold_when_the_repository_does_not_show_it(ask: Ask, name: str, files: dict[str, str | bytes]) -> None:
    assert ask(files).places(name) == ()


def test_fact_tells_only_a_few_places_when_there_are_many(ask: Ask) -> None:
    facts = ask({CI: workflow(*(f"uses: acme/thing{number}@v1" for number in range(20)))})
    assert len(facts.places("actions")) == MOST
    assert len(set(facts.places("actions"))) == MOST


def test_every_fact_is_worked_out_when_all_are_asked(ask: Ask) -> None:
    truths = ask({CI: MAKE}).truths()
    assert set(truths) == set(FACTS)
    assert truths["pipeline"]
    assert not truths["gitlab"]


def test_word_that_is_no_fact_is_an_error_when_asked(ask: Ask) -> None:
    with pytest.raises(KeyError):
        ask({CI: MAKE}).places("no-such-fact")
