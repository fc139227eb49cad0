"""A work tree tells the commit whose files it holds, and none where a byte differs."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from opslint.errors import UnreadableFile
from opslint.source.tree import open_tree


def git(root: Path, *words: str) -> str:
    """Run git in a folder, as somebody with no configuration of their own."""
    return subprocess.run(["git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@b.example", *words], check=True, text=True,
                          capture_output=True, env={**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null"}).stdout.strip()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository of three files, a link, a vendored and an ignored one, all of it committed."""
    place = tmp_path / "shop"
    (place / "deploy/vendor").mkdir(parents=True)
    for path, text in ((".github-ci.yml", "a: 1\n"), ("deploy/app.yaml", "kind: A\n"), ("Ünï.txt", "x"), ("deploy/vendor/x.go", "y"),
                       (".gitignore", "*.log\n")):
        (place / path).write_text(text)
    (place / "link.yaml").symlink_to("deploy/app.yaml")
    git(tmp_path, "init", "-q", str(place))
    git(place, "add", "-A")
    git(place, "commit", "-qm", "all")
    (place / "x.log").write_text("ignored")
    return place


def told(root: Path) -> str | None:
    """The revision a tree tells once all of it was read."""
    tree = open_tree(str(root), identify=True)
    try:
        for path in tree.paths():
            try:
                tree.read(path)
            except UnreadableFile:
                continue
        return tree.revision
    finally:
        tree.close()


def test_commit_is_told_when_the_work_tree_is_just_as_it(root: Path) -> None:
    assert told(root) == git(root, "rev-parse", "HEAD")
    assert told(root / "deploy") == git(root, "rev-parse", "HEAD")


def test_no_commit_is_told_when_nobody_asked(root: Path) -> None:
    tree = open_tree(str(root))
    assert tree.revision is None
    tree.close()


@pytest.mark.parametrize("change", [
    lambda root: (root / "deploy/app.yaml").write_text("kind: B\n"),
    lambda root: (root / "deploy/app.yaml").unlink(),
    lambda root: (root / "new.yml").write_text("a: 1\n"),
    lambda root: ((root / "link.yaml").unlink(), (root / "link.yaml").symlink_to("Ünï.txt")),
    lambda root: ((root / "link.yaml").unlink(), (root / "link.yaml").write_text("deploy/app.yaml")),
    lambda root: ((root / "Ünï.txt").unlink(), (root / "Ünï.txt").symlink_to("deploy/app.yaml")),
    lambda root: (root / "deploy/app.yaml").write_bytes(b"kind: A\r\n"),
    lambda root: (root / "Ünï.txt").write_bytes(b"x" * (6 << 20)),
], ids=["edited", "deleted", "untracked", "link-moved", "link-became-a-file", "file-became-a-link", "line-ends",
        "too-large-to-read"])
def test_no_commit_is_told_when_something_differs(root: Path, change: Callable[[Path], object]) -> None:
    assert told(root) is not None
    change(root)
    assert told(root) is None


def test_commit_is_told_when_only_an_ignored_or_vendored_file_differs(root: Path) -> None:
    (root / "x.log").write_text("other")
    (root / "deploy/vendor/x.go").write_text("other")
    assert told(root) == git(root, "rev-parse", "HEAD")


def test_no_commit_is_told_when_there_is_none_yet(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", ".")
    (tmp_path / "a.yml").write_text("a: 1")
    assert told(tmp_path) is None


def test_no_program_of_the_repository_runs_when_the_commit_is_asked_for(root: Path, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    (root / ".gitattributes").write_text("* filter=evil diff=evil\n")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "attributes")
    for key in ("filter.evil.clean", "filter.evil.smudge", "diff.evil.textconv", "core.fsmonitor"):
        git(root, "config", key, f"touch {mark}; cat")
    (root / "deploy/app.yaml").write_text("kind: C\n")
    assert told(root) is None
    assert not mark.exists()
