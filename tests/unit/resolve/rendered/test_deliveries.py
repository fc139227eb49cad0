"""From the Applications and Flux objects of a tree to the manifests they deploy."""

from __future__ import annotations

from textwrap import dedent

import pytest

from opslint.model.resource import Resource
from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import resolve
from opslint.resolve.rendered import as_rendered
from opslint.source.trees.memory import MemoryTree

OWN = "https://git.example.com/acme/fleet.git"
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: NAME}\n"
DEPLOYMENT = (
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n"
    "      containers: [{name: web, image: acme/web}]\n"
)


def _application(name: str, path: str, more: str = "", url: str = OWN) -> str:
    return (f"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}}}\nspec:\n  source:\n"
            f"    repoURL: {url}\n    path: {path}\n{more}")


def _rendered(files: dict[str, str], name: str = "fleet") -> dict[str, Resource]:
    tree = MemoryTree({path: dedent(text) for path, text in files.items()}, name=name)
    return {one.name or one.kind: one for one in as_rendered(read_repository(tree), tree).resources}


def _way(resource: Resource) -> list[str]:
    return [f"{hop.path}:{hop.line} {hop.text}" for hop in resource.hops]


def test_manifest_is_told_with_its_application_when_it_stands_in_its_path() -> None:
    found = _rendered({"app.yaml": _application("shop", "deploy"), "deploy/a.yaml": SERVICE,
                       "deploy/sub/b.yaml": SERVICE.replace("NAME", "b"),
                       "other/c.yaml": SERVICE.replace("NAME", "c")})
    assert _way(found["NAME"]) == ['app.yaml:7 Application "shop": path deploy']
    assert (found["b"].hops, found["c"].hops) == ((), ())


def test_folders_below_are_read_when_the_application_says_so() -> None:
    found = _rendered({"app.yaml": _application("shop", "deploy", "    directory: {recurse: true}\n"), "deploy/sub/b.yaml": SERVICE})
    assert _way(found["NAME"]) == ['app.yaml:7 Application "shop": path deploy']


@pytest.mark.parametrize(
    ("url", "path", "name", "own"),
    [
        (OWN, "deploy", "fleet", True),
        ("git@git.example.com:acme/fleet.git", "./deploy/", "fleet", True),
        ("https://git.example.com/acme/elsewhere", "deploy", "checkout", True),
        ("https://git.example.com/acme/fleet", ".", "fleet", True),
        ("https://git.example.com/acme/elsewhere", ".", "checkout", False),
        (OWN, "nowhere", "fleet", False),
        (OWN, "../../etc", "fleet", False),
        (OWN, "'{{ .Values.path }}'", "fleet", False),
    ],
)
def test_path_is_the_trees_own_when_nothing_speaks_against_it(url: str, path: str, name: str, own: bool) -> None:
    found = _rendered({"apps/app.yaml": _application("shop", path, url=url), "deploy/a.yaml": SERVICE,
                       "a.yaml": SERVICE.replace("NAME", "root")},
                      name)
    told = found["root"] if path == "." else found["NAME"]
    assert bool(told.hops) is own


def test_path_is_another_repositorys_when_a_second_address_has_the_trees_name() -> None:
    found = _rendered({"app.yaml": _application("a", "deploy"), "b.yaml": _application("b", "charts", url="https://git.example.com/x/charts"),
                       "deploy/a.yaml": SERVICE, "charts/b.yaml": SERVICE.replace("NAME", "b")})
    assert found["NAME"].hops
    assert not found["b"].hops


def test_app_of_apps_is_told_from_the_outermost_application_on() -> None:
    found = _rendered({"root.yaml": _application("root", "apps"), "apps/shop.yaml": _application("shop", "shop/overlays/prod"),
                       "shop/overlays/prod/kustomization.yaml": "resources:\n  - ../../base\n",
                       "shop/base/kustomization.yaml": "resources: [a.yaml]\n",
                       "shop/base/a.yaml": SERVICE})
    assert _way(found["NAME"]) == [
        'root.yaml:7 Application "root": path apps', 'apps/shop.yaml:7 Application "shop": path shop/overlays/prod',
        "shop/overlays/prod/kustomization.yaml:2 ../../base", "shop/base/kustomization.yaml:1 a.yaml"]


def test_applications_that_deploy_each_other_end() -> None:
    found = _rendered({"one/app.yaml": _application("one", "two"), "two/app.yaml": _application("two", "one")})
    assert [hop.path for hop in found["one"].hops] == ["one/app.yaml", "two/app.yaml"]
    assert _rendered({"apps/self.yaml": _application("self", "apps")})["self"].hops


@pytest.mark.parametrize(
    ("generator", "path"),
    [
        ("list: {elements: [{name: web}, {name: api}]}", "apps/{{name}}"),
        ("list: {elements: [{name: web}, {name: api}]}", "'apps/{{ .name }}'"),
        (f"git: {{repoURL: {OWN}, directories: [{{path: apps/*}}]}}", "'{{path}}'"),
        (f"git: {{repoURL: {OWN}, directories: [{{path: apps/*}}]}}", "'apps/{{ .path.basename }}'"),
    ],
)
def test_application_set_deploys_what_its_generator_names(generator: str, path: str) -> None:
    text = (f"apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: all}}\nspec:\n  generators:\n    - {generator}\n"
            f"  template:\n    spec:\n      source: {{repoURL: {OWN}, path: {path}}}\n")
    found = _rendered({"set.yaml": text, "apps/web/a.yaml": SERVICE, "apps/api/b.yaml": SERVICE.replace("NAME", "b"),
                       "other/c.yaml": SERVICE.replace("NAME", "c")})
    assert _way(found["NAME"]) == ['set.yaml:9 ApplicationSet "all": path apps/web']
    assert _way(found["b"]) == ['set.yaml:9 ApplicationSet "all": path apps/api']
    assert not found["c"].hops


@pytest.mark.parametrize(("glob", "own"), [("apps/*", True), ("elsewhere/*", False), ("*", False)])
def test_git_generator_shows_whose_address_it_is_when_its_folders_are_here(glob: str, own: bool) -> None:
    text = (f"apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: all}}\nspec:\n  generators:\n"
            f"    - git: {{repoURL: {OWN}, directories: [{{path: '{glob}'}}]}}\n"
            f"  template:\n    spec:\n      source: {{repoURL: {OWN}, path: '{{{{path}}}}'}}\n")
    assert bool(_rendered({"set.yaml": text, "apps/web/a.yaml": SERVICE}, "checkout")["NAME"].hops) is own


def test_images_of_an_application_count_and_the_build_without_them_does_not() -> None:
    found = _rendered({"app.yaml": _application("shop", "prod", "    kustomize: {images: ['acme/web=acme/web:1.2.3']}\n"),
                       "prod/kustomization.yaml": "resources: [a.yaml]\n", "prod/a.yaml": DEPLOYMENT})
    assert [image.reference for image in found["web"].images] == ["acme/web:1.2.3"]


def test_flux_kustomization_builds_what_stands_below_its_path() -> None:
    flux = ("apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps}\nspec:\n  path: ./apps\n"
            "  images: [{name: acme/web, newTag: '3'}]\n  sourceRef: {kind: SOURCE, name: flux-system}\n")
    files = {"apps/web/kustomization.yaml": "resources: [a.yaml]\n", "apps/web/a.yaml": DEPLOYMENT, "apps/plain/b.yaml": SERVICE}
    found = _rendered({"flux.yaml": flux.replace("SOURCE", "GitRepository"), **files})
    assert _way(found["web"]) == ['flux.yaml:5 Kustomization "apps": path apps', "apps/web/kustomization.yaml:1 a.yaml"]
    assert [image.reference for image in found["web"].images] == ["acme/web:3"]
    assert _way(found["NAME"]) == ['flux.yaml:5 Kustomization "apps": path apps']
    assert _way(_rendered({"flux.yaml": flux.replace("SOURCE", "OCIRepository"), **files})["NAME"]) == []


def test_workflow_is_reconciled_when_a_kustomization_of_an_application_names_it() -> None:
    workflow = ("apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: check}\nspec:\n  entrypoint: main\n  templates:\n"
                "    - {name: main, container: {image: x, command: [bandit, -r, src]}}\n")
    files = {"app.yaml": _application("shop", "prod"), "prod/kustomization.yaml": "resources: [../base/w.yaml]\n", "base/w.yaml": workflow}
    for wanted, given in ((["reconcile"], files), (["manual"], {**files, "app.yaml": SERVICE})):
        tree = MemoryTree(given, name="fleet")
        repository = as_rendered(read_repository(tree), tree)
        (bandit,) = [one for one in resolve(repository, tree).activities if one.name == "bandit"]
        assert sorted(event.value for event in bandit.events) == wanted
