"""Every row of the parser tables takes an empty file and garbage: a result or a reason, never an exception."""

from __future__ import annotations

import pytest

from opslint.app.scan import ScanOptions, scan_tree
from opslint.errors import NoInputError, UnreadableFile
from opslint.knowledge.index import Index
from opslint.model.repository import FileStatus
from opslint.parse.companion.table import COMPANIONS, parse_companion
from opslint.parse.discovery.discover import read_repository
from opslint.parse.discovery.registry import BY_CONTENT, PARSERS, Parser, load_function
from opslint.source.trees.memory import MemoryTree

PATHS = {
    "github.workflow": (".github/workflows/a.yml", "on: push\njobs:\n"),
    "github.action": ("x/action.yml", "runs:\n"),
    "gitlab.pipeline": (".gitlab-ci.yml", "spec:\n"),
    "kubernetes.manifest": ("k8s/a.yaml", "apiVersion: v1\nkind: Pod\n"),
    "cloudformation": ("stack.yaml", "AWSTemplateFormatVersion: x\n"),
    "openapi": ("api.yaml", "openapi: 3.1.0\n"),
    "ansible": ("play.yml", "- hosts: all\n"),
}
GARBAGE: dict[str, bytes] = {
    "empty": b"",
    "newline": b"\n",
    "null": b"~\n",
    "scalar": b"just words\n",
    "number": b"42\n",
    "list": b"- a\n- {b: [c]}\n- null\n",
    "mapping": b"a: 1\nb: [2]\nc: {d: null}\n",
    "documents": b"---\n---\n- x\n---\na: 1\n...\n",
    "unclosed": b"a: [1, {b: 'c\n",
    "nulls": b"\x00" * 64,
    "noise": bytes(range(256)) * 4,
    "half-a-character": b"a: \xc3\n",
    "byte-order-mark": b"\xef\xbb\xbfa: 1\n",
    "utf-16": "a: 1\n".encode("utf-16"),
    "deep": b"[" * 2000,
    "json": b'{"a": [1, 2, {"b": null}]}',
    "broken-json": b'{"a": [1, 2',
    "toml": b"[a]\nb = 1\n[[c]]\n",
    "broken-toml": b"[a\nb = = 1\n",
    "xml": b"<a><b/></a>\n",
    "broken-xml": b"<a><b></a>\n",
    "brackets": b"}}}]]])))>>>\n",
    "quotes": b"\"'`\"\"\"'''\n",
    "long-line": b"a" * 100_000,
}
KEYS = (b"on", b"jobs", b"runs", b"inputs", b"spec", b"include", b"stages", b"default", b"variables", b"workflow", b"script", b"kind",
        b"metadata", b"apiVersion", b"name", b"updates", b"repos", b"dependencies", b"services", b"Resources", b"paths", b"hosts")


def rows() -> list[Parser]:
    """Every row of both tables."""
    return [*PARSERS, *BY_CONTENT]


def test_every_row_has_a_path_of_its_kind_when_the_tables_are_read() -> None:
    assert {row.kind for row in rows()} == set(PATHS)
    for row in rows():
        assert callable(load_function(row))


@pytest.mark.parametrize("garbage", sorted(GARBAGE))
@pytest.mark.parametrize("kind", sorted(PATHS))
def test_tree_is_read_when_a_pipeline_file_is_garbage(kind: str, garbage: str) -> None:
    path, head = PATHS[kind]
    for data in (GARBAGE[garbage], head.encode() + GARBAGE[garbage]):
        for entry in read_repository(MemoryTree({path: data})).files:
            assert entry.path == path
            assert (entry.status is FileStatus.UNREADABLE) <= bool(entry.reason)


@pytest.mark.parametrize("value", [b"null", b"3", b"[]", b"{}", b"word", b"[[[]]]", b"{a: {a: {a: []}}}", b"[null, 1, {x: null}]", b"!x y",
                                   b"'${{ x }}'", b"true"])
def test_repository_is_scanned_when_every_key_has_the_wrong_type(index: Index, value: bytes) -> None:
    body = b"".join(key + b": " + value + b"\n" for key in KEYS)
    for path, head in PATHS.values():
        tree = MemoryTree({path: body, f"b/{path}": head.encode() + body, ".github/workflows/ok.yml": "on: push\njobs: {}\n"})
        assert scan_tree(tree, index, ScanOptions(level=3)).report.methodologies


def told_of(kind: str, data: bytes) -> str:
    """The path of a companion that was read, or why it was not."""
    try:
        return parse_companion(kind, f"some/{kind}", data, False).file.path
    except UnreadableFile as error:
        return error.reason


@pytest.mark.parametrize("garbage", sorted(GARBAGE))
def test_companion_is_read_or_refused_with_a_reason_when_it_is_garbage(garbage: str) -> None:
    for kind in COMPANIONS:
        assert told_of(kind, GARBAGE[garbage]), kind


@pytest.mark.parametrize("garbage", sorted(GARBAGE))
def test_repository_is_scanned_when_every_file_is_garbage(index: Index, garbage: str) -> None:
    files: dict[str, str | bytes] = {path: GARBAGE[garbage] for path, _ in PATHS.values()}
    files |= dict.fromkeys(("Dockerfile", "main.tf", "package.json", "pyproject.toml", ".pre-commit-config.yaml", "Makefile", "pom.xml",
                            "Chart.yaml", "kustomization.yaml", ".github/dependabot.yml", "CODEOWNERS", "tox.ini", "justfile",
                            "src/app.py", "model.ipynb", "renovate.json", "setup.py", "go.mod"), GARBAGE[garbage])
    try:
        report = scan_tree(MemoryTree(files), index, ScanOptions(level=3)).report
    except NoInputError:
        return
    assert all(entry.reason for entry in report.files if entry.status is not FileStatus.READ)
