"""What runs is recognised by its name, its words, its inputs; what only looks like it is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from opslint.knowledge.compile import compile_index
from opslint.match.tools.catalogue import Catalogue, component_name, image_name, template_names
from opslint.model.activity import Activity, ActivityKind, Command
from opslint.source.span import Span

TOOLS = {
    "plain": "commands: [[plain], [plainer, check]]\n    not-commands: [[plain, --version], [plain, help]]",
    "flagged": "commands: [[flagged]]\n    requires: [--scan, mode=deep]\n    excludes: [--dry-run]",
    "toothless": "commands: [[toothless]]\n    actions: [own/toothless]\n    teeth: soft\n    hard: [--exit-code=1, FAIL]",
    "sharp": "commands: [[sharp]]\n    actions: [own/sharp]\n    soft: [--warn, SHARP_SOFT=true]",
    "starred": "commands: [[\"starred*\"]]\n    actions: [\"own/star/*\"]\n    kinds: [\"star.example/*\"]\n    resources: [\"star_*\"]",
    "inputs": "actions:\n      - {uses: own/inputs, with: {mode: 'scan*', off: '!true', empty: '', any: '*'}}\n"
              "    not-actions: [own/inputs/setup]",
    "parts": "workflows: [own/r/.github/workflows/scan.yml]\n    images: [docker.io/library/parts, ghcr.io/own/parts]\n"
             "    templates: [Jobs/Parts.gitlab-ci.yml]\n    components: [own/parts/scan]\n    reports: [parts]\n"
             "    hooks: [{repo: 'https://github.com/Own/Parts.git', id: parts}]\n    plugins: [{system: npm, id: parts}]\n"
             "    charts: [parts]\n    env: ['PARTS_ON=tr*']",
}


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """A catalogue of made-up tools, one signal each."""
    folder = tmp_path_factory.mktemp("tools")
    for name, forms in TOOLS.items():
        Path(folder, f"{name}.yaml").write_text(f"""tool: {name}
name: {name.title()}
home: https://example.com/{name}
signals:
  - shows: [DS101]
    {forms}
examples:
  match: [{{run: {name}, shows: [DS101], status: enforced}}]
  no-match: [{{run: echo}}]
""")
    return Catalogue(compile_index([str(folder)]))


def found(catalogue: Catalogue, kind: ActivityKind, name: str, **more: Any) -> list[str]:
    """The tools that an activity is."""
    activity = Activity(kind=kind, name=name, span=Span(path="x"), chain=(), **more)
    return [hit.entry.tool for hit in catalogue.hits(activity)]


def command(*argv: str, layers: tuple[tuple[str, ...], ...] = (), image: str = "") -> Command:
    """A simple command."""
    return Command(argv=argv, layers=layers or (argv,), offset=0, end=1, line=1, column=1, end_line=1, end_column=2, blocking=True,
                   image=image)


def run(catalogue: Catalogue, *argv: str, env: dict[str, str] | None = None, **more: Any) -> list[str]:
    """The tools that a command is."""
    return found(catalogue, ActivityKind.COMMAND, argv[0], command=command(*argv, **more), env=env or {})


@pytest.mark.parametrize(("argv", "tools"), [
    (("plain",), ["plain"]), (("plain", "src"), ["plain"]), (("/usr/local/bin/plain", "src"), ["plain"]), (("./plain",), ["plain"]),
    (("plain", "--version"), []), (("plain", "help"), []), (("plain", "-q", "--version"), []),
    (("plainer",), []), (("plainer", "check"), ["plain"]),
    (("plainer", "--color", "x", "check", "src"), ["plain"]), (("plainer", "fix"), []),
    (("PLAIN",), []), (("plain2",), []), (("echo", "plain"), []),
    (("flagged",), []), (("flagged", "--scan"), ["flagged"]), (("flagged", "--scan", "--dry-run"), []),
    (("flagged", "--mode=deep"), []),
    (("starred-thing", "x"), ["starred"]), (("stars",), []), (("…",), []),
])
def test_command_is_a_tool_when_a_form_fits(catalogue: Catalogue, argv: tuple[str, ...], tools: list[str]) -> None:
    assert run(catalogue, *argv) == tools


def test_wrapper_is_looked_at_too_when_a_command_has_layers(catalogue: Catalogue) -> None:
    assert run(catalogue, "inner", layers=(("plain", "run", "inner"), ("inner",))) == ["plain"]


def test_container_is_a_tool_when_docker_runs_its_image(catalogue: Catalogue) -> None:
    assert run(catalogue, "scan", "/src", image="parts") == ["parts"]
    assert run(catalogue, "scan", "/src", image="other") == []


@pytest.mark.parametrize(("kind", "name", "more", "tools"), [
    (ActivityKind.ACTION, "Own/Toothless", {}, ["toothless"]),
    (ActivityKind.ACTION, "own/star/deep/er", {}, ["starred"]),
    (ActivityKind.ACTION, "docker://parts", {}, ["parts"]),
    (ActivityKind.ACTION, "own/inputs", {"inputs": {"mode": "scan-all", "any": "x"}}, ["inputs"]),
    (ActivityKind.ACTION, "own/inputs", {"inputs": {"MODE": "Scan", "any": "x"}}, ["inputs"]),
    (ActivityKind.ACTION, "own/inputs", {"inputs": {"mode": "scan"}}, []),
    (ActivityKind.ACTION, "own/inputs", {"inputs": {"mode": "lint", "any": "x"}}, []),
    (ActivityKind.ACTION, "own/inputs", {"inputs": {"mode": "scan", "any": "x", "off": "true"}}, []),
    (ActivityKind.ACTION, "own/inputs", {"inputs": {"mode": "scan", "any": "x", "empty": "no"}}, []),
    (ActivityKind.ACTION, "own/inputs/setup", {}, []),
    (ActivityKind.WORKFLOW, "Own/R/.github/workflows/Scan.yml", {}, ["parts"]),
    (ActivityKind.IMAGE, "parts", {}, ["parts"]),
    (ActivityKind.IMAGE, "docker.io/library/Parts", {}, ["parts"]),
    (ActivityKind.IMAGE, "ghcr.io/own/parts", {}, ["parts"]),
    (ActivityKind.IMAGE, "quay.io/own/parts", {}, []),
    (ActivityKind.TEMPLATE, "Jobs/Parts.gitlab-ci.yml", {}, ["parts"]),
    (ActivityKind.TEMPLATE, "Jobs/Parts.latest.gitlab-ci.yml", {}, ["parts"]),
    (ActivityKind.TEMPLATE, "Security/Parts.gitlab-ci.yml", {}, ["parts"]),
    (ActivityKind.COMPONENT, "gitlab.com/own/parts/scan@1.0", {}, ["parts"]),
    (ActivityKind.COMPONENT, "$CI_SERVER_FQDN/own/parts/scan@~latest", {}, ["parts"]),
    (ActivityKind.REPORT, "parts", {}, ["parts"]),
    (ActivityKind.HOOK, "parts", {"repo": "github.com/own/parts"}, ["parts"]),
    (ActivityKind.HOOK, "parts", {"repo": "github.com/other/parts"}, []),
    (ActivityKind.PLUGIN, "npm parts", {}, ["parts"]),
    (ActivityKind.CHART, "parts", {}, ["parts"]),
    (ActivityKind.RESOURCE, "star.example/Anything", {}, ["starred"]),
    (ActivityKind.BLOCK, "star_bucket", {}, ["starred"]),
    (ActivityKind.BLOCK, "moon_bucket", {}, []),
])
def test_thing_is_a_tool_when_its_name_is_in_the_table(catalogue: Catalogue, kind: ActivityKind, name: str, more: dict[str, Any],
                                                       tools: list[str]) -> None:
    assert found(catalogue, kind, name, **more) == tools


@pytest.mark.parametrize(("env", "tools"), [({"PARTS_ON": "true"}, ["parts"]), ({"PARTS_ON": "false"}, []), ({"OTHER": "true"}, [])])
def test_variable_is_a_tool_when_it_has_the_value(catalogue: Catalogue, env: dict[str, str], tools: list[str]) -> None:
    activity = Activity(kind=ActivityKind.COMMAND, name="make", span=Span(path="x"), chain=(), env=env)
    assert [hit.entry.tool for hit in catalogue.env_hits(activity)] == tools


@pytest.mark.parametrize(("argv", "env", "soft"), [
    (("toothless",), {}, True), (("toothless", "--exit-code", "1"), {}, False), (("toothless", "--exit-code=1"), {}, False),
    (("toothless", "--exit-code", "0"), {}, True), (("toothless",), {"FAIL": "true"}, False), (("toothless",), {"FAIL": "false"}, True),
    (("sharp",), {}, False), (("sharp", "--warn"), {}, True), (("sharp", "--warn=false"), {}, False),
    (("sharp",), {"SHARP_SOFT": "true"}, True),
    (("sharp",), {"SHARP_SOFT": "0"}, False),
])
def test_teeth_follow_flags_and_variables_when_a_tool_runs(catalogue: Catalogue, argv: tuple[str, ...], env: dict[str, str],
                                                           soft: bool) -> None:
    activity = Activity(kind=ActivityKind.COMMAND, name=argv[0], span=Span(path="x"), chain=(), command=command(*argv), env=env)
    assert [bool(hit.soft_by) for hit in catalogue.hits(activity)] == [soft]


@pytest.mark.parametrize(("name", "inputs", "soft"), [
    ("own/toothless", {}, True), ("own/toothless", {"exit-code": "1"}, False), ("own/toothless", {"exit-code": "0"}, True),
    ("own/toothless", {"args": "--exit-code 1 ."}, False), ("own/sharp", {"warn": "true"}, True), ("own/sharp", {"warn": "false"}, False),
    ("own/sharp", {"args": "src --warn"}, True),
])
def test_teeth_follow_inputs_when_an_action_runs(catalogue: Catalogue, name: str, inputs: dict[str, str], soft: bool) -> None:
    activity = Activity(kind=ActivityKind.ACTION, name=name, span=Span(path="x"), chain=(), inputs=inputs)
    assert [bool(hit.soft_by) for hit in catalogue.hits(activity)] == [soft]


def test_signal_is_decoded_once_when_asked_twice(catalogue: Catalogue) -> None:
    assert catalogue.entry(0) is catalogue.entry(0)


@pytest.mark.parametrize(("name", "expected"), [
    ("docker.io/library/python", "python"), ("index.docker.io/own/x", "own/x"), ("registry-1.docker.io/x", "x"),
    ("GHCR.io/Own/X", "ghcr.io/own/x"),
])
def test_image_has_one_name_when_spelled_with_its_hub(name: str, expected: str) -> None:
    assert image_name(name) == expected


def test_template_has_its_other_spellings_when_asked() -> None:
    assert set(template_names("Security/SAST.latest.gitlab-ci.yml")) >= {"Security/SAST.gitlab-ci.yml", "Jobs/SAST.gitlab-ci.yml"}
    assert component_name("gitlab.com/a/b/c@main") == "a/b/c"
    assert component_name("a/b/c@1") == "a/b/c"
