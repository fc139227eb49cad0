"""GitLab pipelines read keyword by keyword."""

from __future__ import annotations

from opslint.model.pipeline import Job, Pipeline, StepKind
from opslint.model.repository import FileStatus
from opslint.parse.gitlab.pipeline import parse_pipeline, pipeline_of
from opslint.source.node import Mapping, Scalar
from opslint.source.span import Span
from opslint.source.yaml import parse_yaml

PATH = ".gitlab-ci.yml"


def pipeline(text: str) -> Pipeline:
    return parse_pipeline(PATH, parse_yaml(text.encode())).pipelines[0]


def job(text: str, name: str = "it") -> Job:
    return next(one for one in pipeline(text).jobs if one.id == name)


FULL = """\
stages: [lint, test]
variables: {A: top, B: {value: top, description: d}}
default:
  image: {name: "python:3.12", entrypoint: [""]}
.base:
  before_script:
    - pip install -r requirements.txt
it:
  extends: .base
  stage: test
  needs: [lint, {job: build, artifacts: false}, {project: a/b, job: far, ref: main}]
  variables: {B: job}
  services: [postgres:16, {name: "redis@sha256:abc", alias: cache}]
  tags: [linux]
  timeout: 10 minutes
  environment: {name: staging, url: https://example.org}
  script:
    - ruff check
    - |
      pytest \\
        -q
  after_script: [rm -rf tmp]
  artifacts:
    reports:
      junit: report.xml
      coverage_report: {coverage_format: cobertura, path: c.xml}
"""


def test_job_fields_are_read_when_they_are_written_or_inherited() -> None:
    it = job(FULL)
    assert (it.stage, it.needs, it.needs_nothing, it.inherits) == ("test", ("lint", "build"), False, (".base",))
    assert it.variables == {"A": "top", "B": "job"}
    assert [(image.name, image.tag, image.digest, image.role) for image in it.images] == [
        ("python", "3.12", "", "job"),
        ("postgres", "16", "", "service"),
        ("redis", "", "sha256:abc", "service"),
    ]
    assert (it.timeout, it.runner, it.environment) == ("10 minutes", ("linux",), "staging")
    assert it.environment_span is not None
    assert (it.span.line, it.environment_span.line) == (8, 16)
    assert [(name, span.line) for name, span in it.reports] == [("junit", 25), ("coverage_report", 26)]


def test_script_entries_are_steps_with_their_places_when_sections_are_read() -> None:
    steps = job(FULL).steps
    assert [(step.section, step.script) for step in steps] == [
        ("before_script", "pip install -r requirements.txt"),
        ("script", "ruff check"),
        ("script", "pytest \\\n  -q\n"),
        ("after_script", "rm -rf tmp"),
    ]
    assert [(step.span.line, step.span.column) for step in steps] == [(7, 7), (18, 7), (19, 7), (22, 18)]
    assert isinstance(steps[2].script_node, Scalar)
    assert steps[2].script_node.style == "|"
    assert (steps[3].may_fail, steps[3].may_fail_why) == (True, "after_script never fails the job")


def test_pipeline_tells_stages_variables_and_jobs_when_it_is_read() -> None:
    read = pipeline(FULL)
    assert read.stages == (".pre", "lint", "test", ".post")
    assert read.variables == {"A": "top", "B": "top"}
    assert [(one.id, one.hidden) for one in read.jobs] == [(".base", True), ("it", False)]
    assert pipeline("a: {script: x}").stages == (".pre", "build", "test", "deploy", ".post")


def test_nested_scripts_are_flattened_and_references_recorded_when_they_stand_in_lists() -> None:
    text = ".s: {script: [a, [b]]}\nit: {script: [!reference [.s, script], [c, [d]], !reference [.far, script]]}\n"
    it = job(text)
    assert [step.script for step in it.steps] == ["a", "b", "c", "d"]
    assert it.references == (".far", ".s")


def test_hidden_job_is_disabled_when_nothing_takes_from_it() -> None:
    assert job(".idle: {script: x}\nit: {script: y}", ".idle").disabled == "a hidden job that nothing extends"
    for text in (
        ".idle: {script: x}\nit: {extends: .idle}",
        ".idle: {script: x}\nit: {script: [!reference [.idle, script]]}",
        ".idle: &a {script: x}\nit: {<<: *a}",
        "include: [other.yml]\n.idle: {script: x}",
    ):
        assert job(text, ".idle").disabled == ""
        assert job(text, ".idle").hidden


def test_reserved_words_are_no_jobs_and_pages_is_one() -> None:
    text = "image: x\ncache: {paths: [a]}\nworkflow: {name: n}\npages: {script: build}\ninclude: {local: a.yml}\nvariables: {}\n"
    assert [one.id for one in pipeline(text).jobs] == ["pages"]


def test_includes_of_every_kind_are_read_when_they_are_listed() -> None:
    text = (
        "include:\n  - /a.yml\n  - https://example.org/b.yml\n  - {local: 'ci/*.yml', rules: [{if: $X}]}\n"
        "  - {project: g/p, ref: v1, file: [x.yml, y.yml]}\n  - template: Jobs/SAST.gitlab-ci.yml\n"
        "  - {component: $CI_SERVER_FQDN/g/p/scan@1.2.0, inputs: {stage: test}}\n  - {artifact: gen.yml, job: make}\n"
        "  - {remote: https://e.org/c.yml}\n"
    )
    found = [(one.kind, one.name, one.project, one.version, one.conditional) for one in pipeline(text).includes]
    assert found == [
        ("local", "/a.yml", "", None, False),
        ("remote", "https://example.org/b.yml", "", None, False),
        ("local", "ci/*.yml", "", None, True),
        ("project", "x.yml", "g/p", "v1", False),
        ("project", "y.yml", "g/p", "v1", False),
        ("template", "Jobs/SAST.gitlab-ci.yml", "", None, False),
        ("component", "$CI_SERVER_FQDN/g/p/scan", "", "1.2.0", False),
        ("artifact", "gen.yml", "make", None, False),
        ("remote", "https://e.org/c.yml", "", None, False),
    ]
    assert pipeline(text).includes[6].inputs == {"stage": "test"}
    assert [one.name for one in pipeline("include: one.yml\n").includes] == ["one.yml"]


def test_trigger_is_a_step_that_may_fail_when_it_does_not_wait() -> None:
    (project,) = job("it: {trigger: {project: g/p, branch: main}}").steps
    assert (project.kind, project.uses, project.version, project.may_fail) == (StepKind.WORKFLOW, "g/p", "main", True)
    assert project.may_fail_why == "trigger without `strategy: depend`"
    (child,) = job("it: {trigger: {include: /ci/child.yml, strategy: depend}}").steps
    assert (child.uses, child.may_fail, child.inputs["trigger.kind"]) == ("./ci/child.yml", False, "local")
    (word,) = job("it: {trigger: g/p}").steps
    assert (word.uses, word.version) == ("g/p", None)


def test_run_steps_are_read_when_a_job_is_made_of_them() -> None:
    text = (
        "it:\n  run:\n    - {name: a, script: make, env: {X: y}}\n"
        "    - {name: b, step: gitlab.com/g/scan@1.0, inputs: {level: high}}\n"
        "    - {name: c, step: {git: {url: gitlab.com/g, dir: d, rev: main}}}\n    - {name: d, func: ./local}\n"
    )
    found = [(step.kind, step.section, step.script, step.uses, step.version) for step in job(text).steps]
    assert found == [
        (StepKind.RUN, "run", "make", "", None),
        (StepKind.ACTION, "run", "", "gitlab.com/g/scan", "1.0"),
        (StepKind.ACTION, "run", "", "gitlab.com/g/d", "main"),
        (StepKind.ACTION, "run", "", "./local", None),
    ]


def test_needs_nothing_is_told_when_the_list_is_empty() -> None:
    it = job("it: {script: x, needs: []}")
    assert (it.needs, it.needs_nothing) == ((), True)


def test_variables_of_the_file_are_kept_out_when_inherit_says_so() -> None:
    head = "variables: {A: a, B: b}\n"
    assert job(head + "it: {script: x, inherit: {variables: [A]}}").variables == {"A": "a"}
    assert job(head + "it: {script: x, inherit: {variables: false}, variables: {C: c}}").variables == {"C": "c"}


def test_header_document_is_passed_over_when_inputs_are_declared() -> None:
    text = "spec:\n  inputs:\n    stage: {default: test}\n---\nit:\n  stage: $[[ inputs.stage ]]\n  script: x\n"
    parsed = parse_pipeline("templates/scan.yml", parse_yaml(text.encode()), entry=False)
    assert parsed.file.reason is None
    assert [(one.id, one.stage) for one in parsed.pipelines[0].jobs] == [("it", "$[[ inputs.stage ]]")]
    assert parsed.pipelines[0].entry is False


def test_file_is_unreadable_when_it_is_empty_or_no_mapping() -> None:
    for text in ("", "- a\n", "word\n"):
        assert parse_pipeline(PATH, parse_yaml(text.encode())).file.status is FileStatus.UNREADABLE


def test_places_are_those_of_their_own_files_when_a_merged_mapping_is_built() -> None:
    one, two = (parse_yaml(text).documents[0] for text in (b".a: {script: [x]}", b"it: {extends: .a}"))
    assert isinstance(one, Mapping)
    assert isinstance(two, Mapping)
    merged = Mapping(None, None, 1, 1)
    merged.pairs = one.pairs | two.pairs
    home = {id(node): "a.yml" for node in (one.pairs[".a"][0], one.mapping(".a").sequence("script").items[0])}  # type: ignore[union-attr]
    read = pipeline_of(merged, PATH, lambda node: Span(path=home.get(id(node), PATH), line=node.line))
    it = next(found for found in read.jobs if found.id == "it")
    assert (it.span.path, it.steps[0].span.path) == (PATH, "a.yml")


def test_odd_shapes_are_read_past_when_a_keyword_holds_something_else() -> None:
    text = (
        "stages: x\ndefault: [a]\nvariables: [b]\nworkflow: z\ninclude: [[1], {nothing: 1}]\nlist: [a]\nword: b\n"
        "it: {script: {a: b}, rules: x, needs: {job: a}, services: 1, artifacts: x, environment: [a], only: {refs: {a: b}}, "
        "extends: {a: b}, trigger: [x], run: z, allow_failure: x, timeout: [], inherit: x, hooks: y}\n"
    )
    assert [one.id for one in pipeline(text).jobs] == ["it"]
