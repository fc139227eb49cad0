"""Discovery: which files are looked at, by whom, and what becomes of each."""

from __future__ import annotations

import time

import pytest

from opslint.errors import UnreadableFile
from opslint.model.repository import FileStatus, Repository
from opslint.parse.discovery import discover as discover_module
from opslint.parse.discovery.aside import aside
from opslint.parse.discovery.discover import read_repository
from opslint.parse.discovery.languages import count_languages, language_of
from opslint.parse.discovery.registry import BY_CONTENT, PARSERS, load_function

LIMIT = 30
"""Seconds of processor time that only a blow-up takes, on the slowest machine."""

WORKFLOW = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: make\n"
DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: d\n"
ARGO = (
    "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata:\n  name: w\n"
    "spec:\n  entrypoint: a\n  templates:\n    - name: a\n"
)


class FakeTree:
    """Files in memory; a value that is an error is raised when the file is read."""

    name = "fake"
    revision: str | None = None

    def __init__(self, files: dict[str, str | bytes | UnreadableFile], left_out: tuple[tuple[str, str], ...] = ()) -> None:
        self.files = files
        self.left_out = left_out

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self.files))

    def has(self, path: str) -> bool:
        return path in self.files

    def size(self, path: str) -> int | None:
        content = self.files.get(path)
        return len(content) if isinstance(content, (str, bytes)) else None

    def read(self, path: str, limit: int = 1 << 20) -> bytes:  # noqa: ARG002  the signature is that of Tree
        content = self.files[path]
        if isinstance(content, UnreadableFile):
            raise content
        return content.encode() if isinstance(content, str) else content

    def skipped(self) -> tuple[tuple[str, str], ...]:
        return self.left_out

    def close(self) -> None:
        return


def read(files: dict[str, str | bytes | UnreadableFile], left_out: tuple[tuple[str, str], ...] = ()) -> Repository:
    return read_repository(FakeTree(files, left_out))


def told(repository: Repository) -> dict[str, tuple[str, str]]:
    return {entry.path: (entry.kind, entry.status.value) for entry in repository.files}


def test_every_file_of_interest_has_an_entry_when_read() -> None:
    repository = read(
        {
            ".github/workflows/ci.yml": WORKFLOW,
            "action.yml": "name: x\nruns:\n  using: composite\n  steps: []\n",
            "k8s/d.yaml": DEPLOYMENT,
            "wf.yml": ARGO,
            "data.yaml": "a: 1\n",
            "README": "x",
            "src/a.py": "",
            "values.json": '{"a": 1}',
        }
    )
    assert told(repository) == {
        ".github/workflows/ci.yml": ("github.workflow", "read"),
        "action.yml": ("github.action", "read"),
        "k8s/d.yaml": ("kubernetes.manifest", "read"),
        "wf.yml": ("argo.manifest", "read"),
    }
    assert [pipeline.path for pipeline in repository.pipelines] == [".github/workflows/ci.yml", "action.yml", "wf.yml"]
    assert [resource.kind for resource in repository.resources] == ["Deployment", "Workflow"]
    assert repository.paths == tuple(sorted(repository.paths))


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (".github/workflows/sub/ci.yml", "sub-folders"),
        (".github/workflows/ci.yml.disabled", "only .yml and .yaml"),
        (".github/workflow/ci.yml", "not .github/workflow"),
        (".GitHub/Workflows/ci.yml", "lower case"),
        (".gitlab-ci.yaml", ".gitlab-ci.yml"),
    ],
)
def test_file_is_skipped_with_the_reason_when_the_platform_does_not_read_it(path: str, words: str) -> None:
    repository = read({path: WORKFLOW})
    assert repository.pipelines == ()
    assert repository.files[0].status is FileStatus.SKIPPED
    assert words in (repository.files[0].reason or "")


def test_workflow_stands_aside_when_it_is_kept_elsewhere() -> None:
    repository = read({"src/test/github-workflow/ci.yaml": WORKFLOW, "templates/x.yml": WORKFLOW})
    assert [(one.aside, one.entry) for one in repository.pipelines] == [(True, False), (True, False)]
    assert all("outside of .github/workflows" in (entry.reason or "") for entry in repository.files)


@pytest.mark.parametrize(
    ("path", "content", "kind"),
    [
        (".github/workflows/ci.yml", "a: b: c\n", "github.workflow"),
        ("k8s/d.yaml", DEPLOYMENT + "x: y: z\n", "kubernetes.manifest"),
        (".github/workflows/b.yml", b"\x7fELF\0\0\0\0", "github.workflow"),
        (".github/workflows/l.yml", b"name: \xe9\n", "github.workflow"),
        (".github/workflows/d.yml", b"[" * 100_000, "github.workflow"),
        (".github/workflows/e.yml", b"", "github.workflow"),
        (".github/workflows/big.yml", UnreadableFile("it has 50.0 MiB"), "github.workflow"),
    ],
)
def test_file_is_unreadable_with_reason_when_it_cannot_be_read(
    path: str, content: str | bytes | UnreadableFile, kind: str
) -> None:
    entry = read({path: content, "other.yaml": DEPLOYMENT}).files[0]
    assert (entry.kind, entry.status) == (kind, FileStatus.UNREADABLE)
    assert entry.reason


def test_defect_of_a_parser_is_told_and_the_rest_is_read_when_it_errs(monkeypatch: pytest.MonkeyPatch) -> None:
    def err(path: str, document: object) -> None:
        raise KeyError(path)

    monkeypatch.setattr(
        discover_module, "load_function", lambda row: err if row.kind == "github.workflow" else load_function(row)
    )
    repository = read({".github/workflows/ci.yml": WORKFLOW, "d.yaml": DEPLOYMENT})
    assert told(repository)[".github/workflows/ci.yml"] == ("github.workflow", "unreadable")
    assert "defect" in (repository.files[0].reason or "")
    assert len(repository.resources) == 1


def test_large_data_file_is_skipped_with_reason_when_nothing_says_what_it_is() -> None:
    entry = read({"data.yaml": UnreadableFile("it has 50.0 MiB, more than the 5 MiB that are read")}).files[0]
    assert (entry.kind, entry.status) == ("yaml", FileStatus.SKIPPED)


def test_skipped_link_is_told_when_it_has_a_name_of_interest() -> None:
    repository = read({}, ((".github/workflows/ci.yml", "it is a link out of the tree"), ("logo.png", "it is a link to nothing")))
    assert [(entry.path, entry.status) for entry in repository.files] == [(".github/workflows/ci.yml", FileStatus.SKIPPED)]


def test_manifest_is_read_when_its_file_is_json_or_named_like_something_else() -> None:
    repository = read(
        {"a.json": '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}}', "environment.yaml": DEPLOYMENT}
    )
    assert [resource.kind for resource in repository.resources] == ["Service", "Deployment"]


def test_templated_manifest_says_so_when_it_is_a_helm_chart() -> None:
    repository = read({"chart/templates/d.yaml": DEPLOYMENT + "spec:\n  replicas: {{ .Values.n }}\n"})
    assert repository.resources[0].templated
    assert repository.files[0].status is FileStatus.READ
    assert repository.files[0].reason


def test_resources_stand_aside_when_they_are_tests_or_examples() -> None:
    repository = read({"examples/d.yaml": DEPLOYMENT, "deploy/d.yaml": DEPLOYMENT})
    assert [(one.path, one.aside) for one in repository.resources] == [("deploy/d.yaml", False), ("examples/d.yaml", True)]


def test_repository_is_the_same_when_read_twice() -> None:
    files: dict[str, str | bytes | UnreadableFile] = {f".github/workflows/{number}.yml": WORKFLOW for number in range(5)}
    assert [entry.path for entry in read(files).files] == [entry.path for entry in read(files).files]
    assert read({}).files == ()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tests/a.yml", True),
        ("a/TestData/b", True),
        ("docs/x.md", True),
        ("Examples/y", True),
        ("pkg/fixtures/z", True),
        ("clusters/prod/gotk-components.yaml", True),
        ("argocd/install.yaml", True),
        ("argo-cd/base/install.yaml", True),
        ("src/latest/a", False),
        ("testing.yml", False),
        ("my-tests/a", False),
        (".github/workflows/test.yml", False),
        ("apps/install.yaml", False),
    ],
)
def test_path_stands_aside_when_a_folder_of_it_says_so(path: str, expected: bool) -> None:
    assert aside(path) is expected


def test_languages_are_counted_when_files_are_source_and_not_aside() -> None:
    counts, samples = count_languages(
        [
            "a.py",
            "b/c.py",
            "tests/d.py",
            "e.go",
            "f.yaml",
            "g.tf",
            "h.md",
            "i.ipynb",
            "x.config.js",
            ".eslintrc.js",
            "l.min.js",
            "n_pb2.py",
            "go",
        ]
    )
    assert counts == {"Python": 2, "Go": 1}
    assert samples == {"Python": "a.py", "Go": "e.go"}
    assert list(counts) == ["Python", "Go"]


@pytest.mark.parametrize("path", ["a.yaml", "b.hcl", "c.json", "d.css", "Makefile", "r", "e.rego", "f.html"])
def test_language_is_none_when_a_file_is_no_source_code(path: str) -> None:
    assert language_of(path) is None


@pytest.mark.parametrize("row", [*PARSERS, *BY_CONTENT], ids=lambda row: row.kind)
def test_parser_can_be_loaded_when_a_row_names_it(row: object) -> None:
    assert callable(load_function(row))  # type: ignore[arg-type]


def test_gitlab_files_are_read_when_the_entry_includes_them() -> None:
    job = "a:\n  script: [make]\n"
    repository = read(
        {
            ".gitlab-ci.yml": "include:\n  - local: /ci/build.yml\n  - local: 'parts/**/*.yml'\n" + job,
            "ci/build.yml": "include: {local: ci/deep.yml}\n" + job,
            "ci/deep.yml": job,
            "ci/other.yml": job,
            "parts/x/y.yml": job,
            ".gitlab/ci/z.yml": job,
            "lint.gitlab-ci.yml": job,
        }
    )
    entries = {pipeline.path: pipeline.entry for pipeline in repository.pipelines}
    assert entries == {".gitlab-ci.yml": True, ".gitlab/ci/z.yml": False, "lint.gitlab-ci.yml": False}
    assert {"ci/build.yml", "ci/deep.yml", "parts/x/y.yml"} < {entry.path for entry in repository.files}


def test_inclusion_ends_when_gitlab_files_include_one_another() -> None:
    repository = read({".gitlab-ci.yml": "include: /a.yml\n", "a.yml": "include: /.gitlab-ci.yml\nx: {script: y}\n"})
    assert [entry.path for entry in repository.files] == [".gitlab-ci.yml", "a.yml"]


def test_many_files_are_looked_at_quickly_when_none_is_of_interest() -> None:
    files: dict[str, str | bytes | UnreadableFile] = {f"src/d{number % 97}/file{number}.c": "" for number in range(20_000)}
    started = time.process_time()
    read(files)
    assert time.process_time() - started < LIMIT


def test_json_of_other_things_is_no_manifest_when_its_versions_are_none_of_kubernetes() -> None:
    files: dict[str, str | bytes | UnreadableFile] = {
        "types.json": '{"resources": [{"kind": "x", "apiVersion": "2024-01-01"}], "kind": "y"}',
        "app.json": '{"kind": "Deployment", "apiVersion": "apps/v1", "metadata": {"name": "a"}}',
    }
    repository = read(files)
    assert [(one.path, one.kind) for one in repository.resources] == [("app.json", "Deployment")]
