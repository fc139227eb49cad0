"""What the generators of an ApplicationSet fill in, as far as the tree says it."""

from __future__ import annotations

import pytest

from opslint.parse.argo.folders import Folders
from opslint.parse.argo.generators import Ground, elements_of, filled, with_element
from opslint.source.node import Mapping, Node
from opslint.source.yaml import parse_yaml

PATHS = ("apps/api/kustomization.yaml", "apps/web/kustomization.yaml", "apps/old/x.yaml", "apps/.hidden/x.yaml",
         "clusters/eu/config.json", "clusters/us/config.json", "clusters/readme.md", "deep/a/b/c.yaml")
FILES = {"clusters/eu/config.json": '{"cluster": {"name": "eu-1"}, "tag": "v1.2.3"}',
         "clusters/us/config.json": '{"cluster": {"name": "us-1"}}'}
OWN = "https://git.example.com/acme/fleet.git"


def _spec(text: str) -> Mapping:
    (document,) = parse_yaml(text.encode()).documents
    assert isinstance(document, Mapping)
    return document


def _read(path: str) -> Node | None:
    return parse_yaml(FILES[path].encode()).documents[0] if path in FILES else None


GROUND = Ground(folders=Folders(PATHS), read=_read, own=lambda url: url == OWN)


def _git(body: str, url: str = OWN) -> Mapping:
    return _spec(f"generators:\n  - git:\n      repoURL: {url}\n      {body}\n")


@pytest.mark.parametrize(
    ("body", "text", "values"),
    [
        ("directories: [{path: apps/*}]", "{{path}}", ("apps/api", "apps/old", "apps/web")),
        ("directories: [{path: apps/*}, {path: apps/old, exclude: true}]", "{{path.basename}}", ("api", "web")),
        ("directories: [{path: apps/*}, {path: apps/o*, exclude: true}]", "x/{{ .path.basename }}", ("x/api", "x/web")),
        ("directories: [{path: apps/web}]", "{{ .path.path }}/{{index .path.segments 1}}", ("apps/web/web",)),
        ("directories: [{path: apps/web}]", "{{path[0]}}", ("apps",)),
        ("directories: [{path: deep/*}]", "{{path}}", ("deep/a",)),
        ("files: [{path: clusters/*/config.json}]", "{{cluster.name}}", ("eu-1", "us-1")),
        ("files: [{path: '**/config.json'}]", "{{path.basename}}:{{.path.filename}}", ("eu:config.json", "us:config.json")),
        ("files: [{path: clusters/*/config.json}]", "{{tag}}", ("v1.2.3",)),
    ],
)
def test_git_generator_gives_the_folders_and_files_it_names_when_the_repository_is_its_own(
    body: str, text: str, values: tuple[str, ...]
) -> None:
    assert filled(text, _git(body), GROUND) == values


def test_git_generator_gives_nothing_when_it_reads_another_repository() -> None:
    assert filled("{{path}}", _git("directories: [{path: apps/*}]", "https://git.example.com/other.git"), GROUND) == ("{{path}}",)


def test_git_generator_gives_nothing_when_nothing_is_known_of_the_tree() -> None:
    assert elements_of(_git("directories: [{path: apps/*}]")) == []


def test_matrix_fills_in_every_pair_when_both_parts_are_known() -> None:
    spec = _spec(
        "generators:\n  - matrix:\n      generators:\n        - list: {elements: [{env: dev}, {env: prod}]}\n"
        f"        - git: {{repoURL: {OWN}, directories: [{{path: apps/w*}}, {{path: apps/api}}]}}\n"
    )
    assert filled("{{env}}-{{path.basename}}", spec, GROUND) == ("dev-api", "dev-web", "prod-api", "prod-web")


def test_second_part_of_a_matrix_may_ask_for_what_the_first_one_gives() -> None:
    spec = _spec(
        "generators:\n  - matrix:\n      generators:\n        - list: {elements: [{team: api}]}\n"
        f"        - git: {{repoURL: {OWN}, directories: [{{path: 'apps/{{{{team}}}}'}}]}}\n"
    )
    assert filled("{{path}}", spec, GROUND) == ("apps/api",)


def test_merge_lays_later_elements_over_earlier_ones_when_their_keys_agree() -> None:
    spec = _spec(
        "generators:\n  - merge:\n      mergeKeys: [env]\n      generators:\n"
        "        - list: {elements: [{env: dev, tag: latest}, {env: prod, tag: latest}]}\n"
        "        - list: {elements: [{env: prod, tag: v1.0.0}, {env: none, tag: x}]}\n"
    )
    assert filled("{{env}}:{{tag}}", spec) == ("dev:latest", "prod:v1.0.0")


@pytest.mark.parametrize("kind", ["clusters: {}", "scmProvider: {github: {organization: acme}}", "plugin: {configMapRef: {name: x}}"])
def test_text_stays_as_written_when_a_generator_asks_a_cluster_or_a_forge(kind: str) -> None:
    assert filled("{{name}}", _spec(f"generators:\n  - {kind}\n"), GROUND) == ("{{name}}",)


def test_selector_leaves_out_elements_when_their_labels_differ() -> None:
    spec = _spec(
        "generators:\n  - list: {elements: [{env: dev}, {env: prod}]}\n    selector: {matchLabels: {env: prod}}\n"
    )
    assert [element["env"] for element in elements_of(spec)] == ["prod"]


@pytest.mark.parametrize("text", ["{{ .path.basename | upper }}", "{{ if eq .a .b }}x{{ end }}", "{{missing}}"])
def test_text_is_not_filled_in_when_it_asks_for_more_than_a_name(text: str) -> None:
    assert with_element(text, {"path.basename": "x", "a": "1"}) is None


def test_generators_end_when_they_nest_without_end() -> None:
    inner = "{list: {elements: [{a: b}]}}"
    for _ in range(20):
        inner = f"{{matrix: {{generators: [{inner}, {inner if len(inner) < 500 else '{list: {elements: []}}'}]}}}}"
    assert elements_of(_spec(f"generators: [{inner}]\n"), GROUND) == []


def test_glob_with_many_stars_names_nothing() -> None:
    assert Folders(PATHS).matching("*a*p*p*s*/*a*p*i*/*", files=True) == []
