"""Every format keeps its contract for every kind of repository, and the same tree gives the same bytes."""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from opslint.app.scan import ScanOptions, scan_tree
from opslint.knowledge.index import Index
from opslint.model.result import Report
from opslint.report.look import RenderOptions
from opslint.report.paint import columns
from opslint.report.registry import REPORTERS, renderer
from opslint.source.tree import open_tree
from opslint.source.trees.memory import MemoryTree

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted(path for path in (ROOT / "examples").iterdir() if path.is_dir())
GITHUB = """\
on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    timeout-minutes: 5
    steps:
      - uses: actions/checkout@v4
      - run: make test
  deploy:
    needs: test
    runs-on: ubuntu-latest
    environment: production
    steps:
      - run: kubectl apply -f k8s/
"""
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop}
spec:
  source: {repoURL: https://git.example/shop.git, targetRevision: main, path: k8s}
  syncPolicy: {automated: {prune: true}}
"""
REPOSITORIES: dict[str, dict[str, str | bytes]] = {
    "github": {".github/workflows/ci.yml": GITHUB, "Makefile": "test:\n\tpytest\n", "src/a.py": "x = 1\n", "SECURITY.md": "mail us\n"},
    "gitlab": {".gitlab-ci.yml": "test: {script: [go test ./...]}\nscan: {script: trivy fs ., allow_failure: true}\n",
               "main.go": "package x\n",
               "go.mod": "module x\n\nrequire example.com/y v1.0.0\n"},
    "argo": {"app.yaml": APPLICATION, "k8s/web.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {}\n"},
    "mixed": {".github/workflows/ci.yml": GITHUB, ".gitlab-ci.yml": "a: [\n", "deploy/app.yaml": APPLICATION,
              "Dockerfile": "FROM scratch\n"},
    "unreadable": {".github/workflows/ci.yml": b"\x00\xff" * 100},
    "strange-words": {".github/workflows/ci.yml":
                      'name: "Ünï中🎉\\u202e\\e[1m"\non: push\njobs: {"\\u200b": {name: "|*_`<b>&", steps: 3}}\n'},
    "empty-jobs": {".github/workflows/ci.yml": "on: push\njobs: {}\n"},
}


def report_of(index: Index, name: str, level: int = 3) -> Report:
    """The report of one of the repositories above."""
    return scan_tree(MemoryTree(REPOSITORIES[name], name), index, ScanOptions(level=level)).report


def check_json(text: str) -> None:
    """Hold a JSON report against its published schema."""
    schema = json.loads((ROOT / "schemas" / "report.v1.schema.json").read_text(encoding="utf-8"))
    errors = [f"{'.'.join(map(str, error.absolute_path))}: {error.message[:200]}"
              for error in Draft202012Validator(schema).iter_errors(json.loads(text))]
    assert errors == []


def check_text(text: str) -> None:
    """Text for a terminal: lines that fit, nothing that moves the cursor."""
    assert max(columns(line) for line in text.splitlines()) <= 80
    assert [one for one in text if (ord(one) < 32 and one != "\n") or one in "\x7f\u202e\u200b"] == []


CHECKS: dict[str, Callable[[str], None]] = {"json": check_json, "text": check_text}


def test_every_format_has_a_check_when_the_table_is_read() -> None:
    assert set(REPORTERS) == set(CHECKS)


@pytest.mark.parametrize("name", sorted(REPOSITORIES))
@pytest.mark.parametrize("form", sorted(CHECKS))
def test_output_is_valid_when_any_repository_is_reported(index: Index, form: str, name: str) -> None:
    text = renderer(form)(report_of(index, name), index, RenderOptions(explain_evidence=True, verbose=1))
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    CHECKS[form](text)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_json_is_valid_when_an_example_is_reported(index: Index, path: Path) -> None:
    tree = open_tree(str(path))
    try:
        check_json(renderer("json")(scan_tree(tree, index, ScanOptions()).report, index, RenderOptions()))
    finally:
        tree.close()


@pytest.mark.parametrize("name", sorted(REPOSITORIES))
@pytest.mark.parametrize("form", sorted(CHECKS))
def test_output_is_the_same_when_rendered_from_two_scans(index: Index, form: str, name: str) -> None:
    first, second = (renderer(form)(report_of(index, name), index, RenderOptions()) for _ in range(2))
    assert first == second


def test_json_tells_findings_in_order_when_there_are_many(index: Index) -> None:
    data = json.loads(renderer("json")(report_of(index, "mixed"), index, RenderOptions()))
    places = [(one["code"], one["location"]["path"], one["location"]["line"], one["location"]["column"]) for one in data["findings"]]
    assert places == sorted(places)
    assert [one["path"] for one in data["files"]] == sorted(one["path"] for one in data["files"])
    assert [one["code"] for one in data["methodologies"]] == ["DO", "DS", "GO", "ML", "LM", "FO"]


def test_fingerprint_stays_when_lines_move(index: Index) -> None:
    moved: dict[str, str | bytes] = {".github/workflows/ci.yml": "# a comment\n\n" + GITHUB.replace("make test", "make check")}
    before = scan_tree(MemoryTree({".github/workflows/ci.yml": GITHUB}), index, ScanOptions()).report
    after = scan_tree(MemoryTree(moved), index, ScanOptions()).report
    kept = {(one.code, one.fingerprint) for one in before.findings} & {(one.code, one.fingerprint) for one in after.findings}
    assert {code for code, _ in kept} == {one.code for one in before.findings} & {one.code for one in after.findings}


def git(root: Path, *words: str) -> None:
    """Run git in a folder, as somebody."""
    subprocess.run(["git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@b.example", "-c", "protocol.file.allow=always",
                    *words], check=True, capture_output=True)


def forms_of(root: Path, plain: Path) -> dict[str, str]:
    """The same content as every kind of tree."""
    shutil.copytree(root, plain)
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "all")
    git(root, "clone", "-q", "--bare", ".", str(plain.parent / "bare.git"))
    with tarfile.open(plain.parent / "x.tar.gz", "w:gz") as archive:
        archive.add(plain, arcname="x-1.2.3")
    with zipfile.ZipFile(plain.parent / "x.zip", "w") as zipped:
        for path in sorted(plain.rglob("*")):
            zipped.write(path, f"x-1.2.3/{path.relative_to(plain)}")
    return {"work tree": str(root), "plain": str(plain), "bare": str(plain.parent / "bare.git"),
            "tar.gz": str(plain.parent / "x.tar.gz"), "zip": str(plain.parent / "x.zip")}


def json_of(index: Index, target: str, rev: str | None = None) -> dict[str, Any]:
    """The JSON report of a target without the words that name it."""
    tree = open_tree(target, rev)
    try:
        data: dict[str, Any] = json.loads(renderer("json")(scan_tree(tree, index, ScanOptions(level=3)).report, index, RenderOptions()))
    finally:
        tree.close()
    del data["target"]
    return data


@pytest.mark.parametrize("name", ["github", "gitlab", "argo", "mixed", "unreadable"])
def test_json_is_the_same_when_the_tree_comes_another_way(index: Index, tmp_path: Path, name: str) -> None:
    root = tmp_path / "work" / "repository"
    for path, text in {**REPOSITORIES[name], "deep/er/.github/workflows/x.yml": GITHUB, "docs/pipeline.gitlab-ci.yml": "a: {script: b}\n",
                       "ünï/中.yaml": APPLICATION}.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode() if isinstance(text, str) else text)
    targets = forms_of(root, tmp_path / "plain")
    expected = json_of(index, targets.pop("work tree"))
    for kind, target in targets.items():
        assert json_of(index, target) == expected, kind
    assert json_of(index, str(root), "HEAD") == expected


def test_json_is_the_same_when_the_work_tree_holds_ignored_files(index: Index, tmp_path: Path) -> None:
    root = tmp_path / "repository"
    (root / ".github/workflows").mkdir(parents=True)
    (root / ".github/workflows/ci.yml").write_text(GITHUB)
    (root / ".gitignore").write_text("build/\n*.tmp.yml\n")
    git(tmp_path, "init", "-q", str(root))
    git(root, "add", "-A")
    git(root, "commit", "-qm", "all")
    before = json_of(index, str(root))
    (root / "build").mkdir()
    (root / "build/app.yaml").write_text(APPLICATION)
    (root / ".github/workflows/x.tmp.yml").write_text(GITHUB)
    assert json_of(index, str(root)) == before == json_of(index, str(root), "HEAD")


def test_bytes_of_json_are_the_same_when_a_commit_is_scanned_as_directory_revision_and_archive(index: Index, tmp_path: Path) -> None:
    root = tmp_path / "shop"
    for path, text in {**REPOSITORIES["mixed"], **REPOSITORIES["unreadable"]}.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode() if isinstance(text, str) else text)
    (root / "link.yml").symlink_to(next(iter(REPOSITORIES["mixed"])))
    git(tmp_path, "init", "-q", str(root))
    git(root, "add", "-A")
    git(root, "commit", "-qm", "all")
    git(root, "clone", "-q", "--bare", ".", str(tmp_path / "bare/shop.git"))
    for ending in ("tar.gz", "zip", "tar"):
        git(root, "archive", "--prefix=shop/", f"--output={tmp_path}/shop.{ending}", "HEAD")
    told: dict[str, str] = {}
    for target, rev in ((root, None), (root, "HEAD"), (tmp_path / "bare/shop.git", None), (tmp_path / "shop.tar.gz", None),
                        (tmp_path / "shop.zip", None), (tmp_path / "shop.tar", None)):
        tree = open_tree(str(target), rev, identify=True)
        told[f"{target} {rev}"] = renderer("json")(scan_tree(tree, index, ScanOptions(level=3)).report, index, RenderOptions())
        tree.close()
    first, *others = told.values()
    assert json.loads(first)["target"]["revision"]
    assert others == [first] * 5
