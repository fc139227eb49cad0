"""A GitLab job as people see it expanded: scripts, start and needs, and what stands in the place of variables and inputs."""

import msgspec
import pytest

from opslint.model.expanded import ExpandedJob, expanded_job
from opslint.model.pipeline import Job
from opslint.parse.discovery.discover import read_repository
from opslint.source.trees.memory import MemoryTree

ENTRY = ".gitlab-ci.yml"


def jobs(files: dict[str, str]) -> dict[str, Job]:
    pipeline = next(one for one in read_repository(MemoryTree(dict(files))).pipelines if one.entry)
    return {job.id: job for job in pipeline.jobs}


def expanded(text: str, name: str = "job") -> ExpandedJob:
    return expanded_job(jobs({ENTRY: text})[name])


def test_expanded_job_has_every_section_when_they_come_from_several_places() -> None:
    text = (
        "default: {image: alpine, after_script: [clean]}\nvariables: {A: a, B: b}\n"
        ".base: {script: [one], variables: {B: base}, environment: {name: prod}, services: [redis]}\n"
        "job:\n  extends: .base\n  stage: deploy\n  before_script: [!reference [.base, script], two]\n  needs: []\n"
    )
    assert msgspec.to_builtins(expanded(text)) == {
        "name": "job", "stage": "deploy", "image": "alpine", "services": ("redis",), "when": "on_success", "allow_failure": False,
        "needs": (), "environment": "prod", "variables": {"A": "a", "B": "base"}, "before_script": ("one", "two"),
        "script": ("one",), "after_script": ("clean",),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("keys", "when", "allow_failure"),
    [
        ("when: manual", "manual", True),
        ("when: manual, allow_failure: false", "manual", False),
        ("when: manual, rules: [{if: $A}]", "manual", False),
        ("when: delayed, start_in: 1 hour", "delayed", False),
        ("allow_failure: true", "on_success", True),
        ("allow_failure: {exit_codes: 137}", "on_success", {"exit_codes": [137]}),
        ("allow_failure: {exit_codes: [1, 2, x]}", "on_success", {"exit_codes": [1, 2]}),
    ],
)
def test_job_says_how_it_starts_and_fails_before_its_rules_do(keys: str, when: str, allow_failure: object) -> None:
    found = expanded(f"job: {{script: [x], {keys}}}\n")
    assert (found.when, found.allow_failure) == (when, allow_failure)


@pytest.mark.parametrize(
    ("written", "names"),
    [("", None), ("needs: []", ()), ("needs: [a, {job: b, optional: true}]", ("a", "b")), ("needs: [{pipeline: $P, job: c}]", None)],
)
def test_needs_are_none_when_the_job_waits_for_its_stage(written: str, names: tuple[str, ...] | None) -> None:
    assert expanded(f"job: {{script: [x], {written}}}\n").needs == names


def test_default_is_let_in_when_the_key_is_null_and_kept_out_when_it_is_empty() -> None:
    text = "default: {before_script: [prepare]}\n.b: {before_script: [b], script: [x]}\njob: {extends: .b, before_script: KEY}\n"
    assert expanded(text.replace("KEY", "null")).before_script == ("prepare",)
    assert expanded(text.replace("KEY", "[]")).before_script == ()


@pytest.mark.parametrize(
    ("reference", "script"),
    [
        ("[.lines]", ("one", "two")),
        ("[.lines, 1]", ("two",)),
        ("[.lines, 2]", ()),
        ("[.lines, '٣']", ()),
        ("[variables, A]", ("a",)),
        ("[include]", ()),
    ],
)
def test_reference_reaches_lists_and_their_entries_when_they_are_there(reference: str, script: tuple[str, ...]) -> None:
    text = f"include: []\nvariables: {{A: a}}\n.lines: [one, two]\njob: {{script: [!reference {reference}]}}\n"
    assert expanded(text).script == script


@pytest.mark.parametrize(
    ("image", "name", "tag", "literal"),
    [
        ("$TOOL", "semgrep/semgrep", "1.2", True),
        ("registry.example/$NAME:${TAG}", "registry.example/check", "1.2", True),
        ("$CI_REGISTRY_IMAGE/$NAME", "$CI_REGISTRY_IMAGE/check", "", False),
        ("$RULED", "$RULED", "", False),
        ("python:$PY", "python", "$PY", False),
    ],
)
def test_image_is_told_with_its_variables_when_they_have_one_value(image: str, name: str, tag: str, literal: bool) -> None:
    text = (
        "variables: {TOOL: 'semgrep/semgrep:$TAG', TAG: '1.2', NAME: check, RULED: a, PY: x}\n"
        f"job:\n  script: [x]\n  image: {image}\n  rules: [{{if: $A, variables: {{RULED: b}}}}]\n"
        "  parallel: {matrix: [{PY: ['1', '2']}]}\n"
    )
    (found,) = jobs({ENTRY: text})["job"].images
    assert (found.reference, found.name, found.tag, found.literal) == (image, name, tag, literal)


HEADER = (
    "spec:\n  component: [name]\n  inputs:\n    env: {options: [dev, prod], default: dev}\n"
    "    list: {type: array, default: [{host: a}, [b, c]]}\n"
    "    size:\n      rules:\n        - if: $[[ inputs.env ]] == 'prod' || $[[ inputs.env ]] == 'live'\n          default: large\n"
    "        - default: small\n"
    "    next:\n      rules: [{if: \"$[[ inputs.size ]] == 'large'\", default: many}]\n"
    "    ring: {rules: [{if: \"$[[ inputs.loop ]] == 'x'\", default: y}]}\n"
    "    loop: {rules: [{if: \"$[[ inputs.ring ]] == 'x'\", default: y}]}\n"
)


@pytest.mark.parametrize(
    ("given", "mark", "expected"),
    [
        ("{}", "inputs.size", "small"),
        ("{env: prod}", "inputs.size", "large"),
        ("{env: prod}", "inputs.next", "many"),
        ("{}", "inputs.next", "$[[ inputs.next ]]"),
        ("{}", "inputs.ring", "$[[ inputs.ring ]]"),
        ("{env: prod, size: own}", "inputs.size", "own"),
        ("{}", "inputs.list[0].host", "a"),
        ("{}", "inputs.list[1][1]", "c"),
        ("{}", "inputs.list[1][2]", "$[[ inputs.list[1][2] ]]"),
        ("{}", "inputs.list[1][0] | truncate(0,1)", "b"),
        ("{}", "component.name", "check"),
        ("{}", "component.sha", "$[[ component.sha ]]"),
    ],
)
def test_mark_is_filled_when_rules_indices_or_the_component_tell_its_value(given: str, mark: str, expected: str) -> None:
    files = {
        ENTRY: f"include:\n  - component: $CI_SERVER_FQDN/$CI_PROJECT_PATH/check@$CI_COMMIT_SHA\n    inputs: {given}\n",
        "templates/check.yml": f"{HEADER}---\njob:\n  script:\n    - >-\n      run $[[ {mark} ]]\n",
    }
    assert expanded_job(jobs(files)["job"]).script == (f"run {expected}",)
