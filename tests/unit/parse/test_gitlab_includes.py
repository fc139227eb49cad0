"""GitLab includes of the same repository: one pipeline, its parts where they are written."""

import time

import pytest

from opslint.model.pipeline import Event, Job, Pipeline
from opslint.model.repository import FileStatus, Repository
from opslint.parse.discovery.discover import read_repository
from opslint.source.node import path_of
from opslint.source.trees.memory import MemoryTree

LIMIT = 30
"""Seconds of processor time that only a blow-up takes, on the slowest machine."""

ENTRY = ".gitlab-ci.yml"


def read(files: dict[str, str]) -> Repository:
    return read_repository(MemoryTree(dict(files)))


def pipeline_of(files: dict[str, str]) -> Pipeline:
    return next(one for one in read(files).pipelines if one.entry)


def job_of(files: dict[str, str], name: str) -> Job:
    return next(job for job in pipeline_of(files).jobs if job.id == name)


def scripts(job: Job) -> list[str]:
    return [step.script for step in job.steps]


def note_of(files: dict[str, str], path: str = ENTRY) -> str:
    return next(entry.reason or "" for entry in read(files).files if entry.path == path)


def test_included_jobs_are_part_of_the_entry_pipeline_and_stand_where_they_are_written() -> None:
    files = {ENTRY: "include: ci/build.yml\ntest:\n  script: [pytest]\n", "ci/build.yml": "\n\nbuild:\n  script:\n    - make\n"}
    repository = read(files)
    (pipeline,) = repository.pipelines
    assert [job.id for job in pipeline.jobs] == ["build", "test"]
    build = pipeline.jobs[0]
    assert (build.pipeline, build.span.path, build.span.line) == (ENTRY, "ci/build.yml", 3)
    assert (build.steps[0].span.path, build.steps[0].span.line) == ("ci/build.yml", 5)
    assert pipeline.jobs[1].span.path == ENTRY
    assert (pipeline.span.path, pipeline.span.line) == (ENTRY, 1)
    assert {entry.path: entry.status for entry in repository.files} == {ENTRY: FileStatus.READ, "ci/build.yml": FileStatus.READ}


def test_including_file_wins_by_deep_merge_and_lists_are_replaced() -> None:
    files = {
        ENTRY: "include: a.yml\nvariables: {USER: root}\nbuild:\n  rules: [{when: manual}]\n  artifacts: {reports: {junit: x.xml}}\n",
        "a.yml": (
            "variables: {USER: other, PASSWORD: p}\nbuild:\n  script: [make]\n  rules: [{when: never}]\n"
            "  artifacts: {reports: {dotenv: d.env}}\n"
        ),
    }
    pipeline = pipeline_of(files)
    (build,) = pipeline.jobs
    assert pipeline.variables == {"USER": "root", "PASSWORD": "p"}
    assert (scripts(build), build.manual, build.disabled) == (["make"], True, "")
    assert [(key, span.path) for key, span in build.reports] == [("dotenv", "a.yml"), ("junit", ENTRY)]


def test_later_includes_win_over_earlier_ones_and_nested_ones_come_first() -> None:
    files = {
        ENTRY: "include: [a.yml, b.yml]\n",
        "a.yml": "include: deep.yml\nx: {script: [from a]}\ny: {script: [from a]}\n",
        "b.yml": "x: {script: [from b]}\n",
        "deep.yml": "x: {script: [from deep]}\ny: {script: [from deep]}\nz: {script: [from deep]}\n",
    }
    assert {job.id: scripts(job) for job in pipeline_of(files).jobs} == {"x": ["from b"], "y": ["from a"], "z": ["from deep"]}


def test_last_inclusion_counts_when_a_file_is_included_twice() -> None:
    files = {
        ENTRY: "include: [unit.yml, smoke.yml]\n",
        "unit.yml": "include: defaults.yml\ndefault: {before_script: [unit]}\nu: {script: [u]}\n",
        "smoke.yml": "include: defaults.yml\ndefault: {before_script: [smoke]}\ns: {script: [s]}\n",
        "defaults.yml": "default: {before_script: [base]}\n",
    }
    assert scripts(job_of(files, "u")) == ["smoke", "u"]


def test_extends_references_and_defaults_reach_across_files() -> None:
    files = {
        ENTRY: (
            "include: base.yml\ntest:\n  extends: .base\n  script:\n    - !reference [.setup, script]\n    - pytest\n"
            "bare:\n  inherit: {default: false}\n  script: [true]\n"
        ),
        "base.yml": ".base:\n  stage: check\n  tags: [big]\n.setup:\n  script:\n    - pip install .\ndefault:\n  image: python:3\n",
    }
    test, bare = job_of(files, "test"), job_of(files, "bare")
    assert (test.stage, test.runner, scripts(test)) == ("check", ("big",), ["pip install .", "pytest"])
    assert [(step.span.path, step.span.line) for step in test.steps] == [("base.yml", 6), (ENTRY, 6)]
    assert [(image.reference, image.span.path) for image in test.images] == [("python:3", "base.yml")]
    assert bare.images == ()


def test_keys_of_a_job_know_the_files_they_come_from() -> None:
    files = {ENTRY: "default: {interruptible: true}\ninclude: a.yml\nx: {tags: [y]}\n", "a.yml": "\nx:\n  script: [z]\n  timeout: 1h\n"}
    job = job_of(files, "x")
    assert job.node is not None
    places = {key: (path_of(node, "?"), node.line) for key, node, _ in job.node.items()}
    assert places == {"script": ("a.yml", 3), "timeout": ("a.yml", 4), "tags": (ENTRY, 3), "interruptible": (ENTRY, 1)}
    assert job.timeout_span is not None
    assert (job.span.path, job.timeout_span.path) == (ENTRY, "a.yml")


def test_stages_workflow_and_needs_of_all_files_hold_for_the_pipeline() -> None:
    files = {
        ENTRY: "include: base.yml\nstages: [one, two]\ndeploy: {stage: two, needs: [build], script: [x]}\n",
        "base.yml": (
            "stages: [zero]\nworkflow:\n  rules:\n    - if: $CI_PIPELINE_SOURCE == 'merge_request_event'\n"
            "build: {stage: one, script: [make]}\n"
        ),
    }
    pipeline = pipeline_of(files)
    assert pipeline.stages == (".pre", "one", "two", ".post")
    assert pipeline.events == {Event.CHANGE}
    assert pipeline.jobs[1].needs == ("build",)


def test_hidden_job_is_used_when_a_job_of_another_file_extends_it() -> None:
    files = {ENTRY: "include: a.yml\nx: {extends: .used}\n", "a.yml": ".used: {script: [a]}\n.idle: {script: [b]}\n"}
    assert {job.id: bool(job.disabled) for job in pipeline_of(files).jobs if job.hidden} == {".used": False, ".idle": True}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("configs/*.yml", ["a"]),
        ("/configs/**.yml", ["a", "b", "c"]),
        ("configs/**/*.yml", ["b", "c"]),
        ("configs/*/*.yml", ["b"]),
        ("configs/[a].yml", []),
        ("**/a.y*", ["a"]),
    ],
)
def test_wildcards_mean_what_gitlab_means_by_them(pattern: str, expected: list[str]) -> None:
    files = {
        ENTRY: f"include: '{pattern}'\n",
        "configs/a.yml": "a: {script: [x]}\n",
        "configs/sub/b.yml": "b: {script: [x]}\n",
        "configs/sub/sub/c.yml": "c: {script: [x]}\n",
        "configs/d.txt": "d: {script: [x]}\n",
    }
    assert [job.id for job in pipeline_of(files).jobs] == expected


@pytest.mark.parametrize(
    ("rules", "included"),
    [
        ("[{exists: [Dockerfile]}]", True),
        ("[{exists: ['**/*.tf']}]", True),
        ("[{exists: ['*.tf']}]", False),
        ("[{exists: ['infra/{a,main}.tf']}]", True),
        ("[{exists: {paths: [nothing.md]}}]", False),
        ("[{exists: {paths: [nothing.md], project: a/b}}]", True),
        ("[{exists: [$FILE]}]", True),
        ("[{exists: [Dockerfile], when: never}]", False),
        ("[{exists: [nothing.md], when: never}, {when: always}]", True),
        ("[{if: $SOMETHING == 'x'}]", True),
        ("[{if: $SOMETHING == 'x', when: never}]", False),
        ("[{if: $SOMETHING == 'x', when: never}, {if: $CI}]", True),
        ("[{if: $CI_PIPELINE_SOURCE == 'nothing'}]", False),
        ("[{changes: [src/**]}]", True),
        ("[]", False),
    ],
)
def test_include_is_taken_when_its_rules_may_hold(rules: str, included: bool) -> None:
    files = {
        ENTRY: f"include:\n  - local: a.yml\n    rules: {rules}\nmain: {{script: [x]}}\n",
        "a.yml": "a: {script: [x]}\n",
        "Dockerfile": "FROM scratch\n",
        "infra/main.tf": "",
    }
    assert [job.id for job in pipeline_of(files).jobs] == (["a", "main"] if included else ["main"])


def test_variables_of_the_files_have_no_say_in_the_rules_of_includes() -> None:
    files = {
        ENTRY: "variables: {GO: 'no'}\ninclude:\n  - local: a.yml\n    rules: [{if: $GO == 'yes'}]\n",
        "a.yml": "a: {script: [x]}\n",
    }
    assert [job.id for job in pipeline_of(files).jobs] == ["a"]


def test_jobs_run_only_in_the_pipelines_their_include_is_part_of() -> None:
    files = {
        ENTRY: (
            "include:\n  - local: a.yml\n    rules: [{if: $CI_PIPELINE_SOURCE == 'schedule'}]\n"
            "  - template: Jobs/SAST.gitlab-ci.yml\n    rules: [{if: $CI_PIPELINE_SOURCE == 'schedule'}]\nmain: {script: [x]}\n"
        ),
        "a.yml": "include: deep.yml\nnightly: {script: [x]}\nmain: {tags: [x]}\n",
        "deep.yml": "deep: {script: [x]}\n",
    }
    pipeline = pipeline_of(files)
    events = {job.id: job.events for job in pipeline.jobs}
    assert events["nightly"] == events["deep"] == {Event.SCHEDULE}
    assert Event.PUSH in events["main"]
    assert [include.events for include in pipeline.includes] == [frozenset({Event.SCHEDULE})]


def test_template_is_disabled_when_its_rules_never_include_it() -> None:
    files = {ENTRY: "include:\n  - template: Jobs/SAST.gitlab-ci.yml\n    rules: [{when: never}]\nx: {script: [y]}\n"}
    assert [bool(include.disabled) for include in pipeline_of(files).includes] == [True]


def test_includes_stay_when_their_files_are_not_here() -> None:
    files = {
        ENTRY: "include:\n  - a.yml\n  - local: gone.yml\n  - local: ci/$NAME.yml\n  - remote: https://x.example/y.yml\n",
        "a.yml": "include: {project: g/p, file: [x.yml, y.yml], ref: v1}\na: {script: [x]}\n",
    }
    includes = [(include.kind, include.name, include.span.path) for include in pipeline_of(files).includes]
    assert includes == [
        ("project", "x.yml", "a.yml"),
        ("project", "y.yml", "a.yml"),
        ("local", "gone.yml", ENTRY),
        ("local", "ci/$NAME.yml", ENTRY),
        ("remote", "https://x.example/y.yml", ENTRY),
    ]
    assert note_of(files) == 'the local include "gone.yml" is not here'


def test_own_project_and_its_components_are_read_from_the_tree() -> None:
    files = {
        ENTRY: (
            "include:\n  - project: $CI_PROJECT_PATH\n    file: ci/a.yml\n"
            "  - component: $CI_SERVER_FQDN/$CI_PROJECT_PATH/scan@$CI_COMMIT_SHA\n    inputs: {stage: check}\n"
            "  - component: ${CI_SERVER_HOST}/${CI_PROJECT_PATH}/lint@1.0\n"
            "  - component: gitlab.com/components/sast/sast@2\n"
        ),
        "ci/a.yml": "a: {script: [x]}\n",
        "templates/scan.yml": "spec:\n  inputs:\n    stage: {default: test}\n---\nscan:\n  stage: $[[ inputs.stage ]]\n  script: [x]\n",
        "templates/lint/template.yml": "spec: {inputs: {}}\n---\nlint: {script: [x]}\n",
    }
    repository = read(files)
    (pipeline,) = repository.pipelines
    assert [(job.id, job.stage, job.span.path) for job in pipeline.jobs] == [
        ("a", "test", "ci/a.yml"),
        ("scan", "check", "templates/scan.yml"),
        ("lint", "test", "templates/lint/template.yml"),
    ]
    assert [include.name for include in pipeline.includes] == ["gitlab.com/components/sast/sast"]


def test_inclusion_ends_when_files_include_one_another() -> None:
    files = {ENTRY: "include: a.yml\n", "a.yml": "include: b.yml\na: {script: [x]}\n", "b.yml": "include: a.yml\nb: {script: [x]}\n"}
    assert [job.id for job in pipeline_of(files).jobs] == ["b", "a"]
    assert note_of(files, "b.yml") == '"a.yml" includes itself; the inner include was left out'


def test_inclusion_of_itself_is_said_when_the_entry_does_it() -> None:
    assert "includes itself" in note_of({ENTRY: "include: '*.yml'\nx: {script: [y]}\n"})


def test_depth_and_number_of_included_files_are_bounded_and_said() -> None:
    chain = {f"f{number}.yml": f"include: f{number + 1}.yml\nj{number}: {{script: [x]}}\n" for number in range(200)}
    files = {ENTRY: "include: f0.yml\n", **chain}
    assert any("in a row" in (entry.reason or "") for entry in read(files).files)
    wide = {ENTRY: "include: [" + ", ".join(["a.yml"] * 900) + "]\n", "a.yml": "include: [b.yml, b.yml]\n", "b.yml": "x: {script: [y]}\n"}
    assert any("more than 1000 files" in (entry.reason or "") for entry in read(wide).files)


def test_inclusion_takes_bounded_time_when_it_multiplies() -> None:
    large = "".join(f"job{number}: {{script: [x, y, z], variables: {{A: b, C: d}}}}\n" for number in range(1_000))
    level = {f"l{number}.yml": f"include: [{', '.join([f'l{number + 1}.yml'] * 10)}]\n" for number in range(10)}
    started = time.process_time()
    read({ENTRY: "include: l0.yml\n", **level, "l10.yml": "spec: {inputs: {a: {default: b}}}\n---\n" + large})
    assert time.process_time() - started < LIMIT


def test_unreadable_included_file_is_told_and_the_rest_is_read() -> None:
    files = {ENTRY: "include: [a.yml, b.yml]\n", "a.yml": "x: [\n", "b.yml": "b: {script: [x]}\n"}
    repository = read(files)
    assert [job.id for job in repository.pipelines[0].jobs] == ["b"]
    assert {entry.path: entry.status for entry in repository.files}["a.yml"] is FileStatus.UNREADABLE


def test_files_that_nothing_includes_stay_fragments() -> None:
    files = {ENTRY: "x: {script: [y]}\n", ".gitlab/ci/z.yml": "include: other.yml\nz: {script: [y]}\n", "other.yml": "o: {script: [x]}\n"}
    assert {one.path: one.entry for one in read(files).pipelines} == {ENTRY: True, ".gitlab/ci/z.yml": False, "other.yml": False}


def test_job_is_disabled_when_the_files_its_rules_ask_for_are_not_there() -> None:
    text = "x:\n  script: [y]\n  rules:\n    - exists: ['{}']\n"
    assert job_of({ENTRY: text.format("Dockerfile")}, "x").disabled
    assert not job_of({ENTRY: text.format("**/Dockerfile"), "a/Dockerfile": ""}, "x").disabled
