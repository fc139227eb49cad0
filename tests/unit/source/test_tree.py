"""Trees: the same files from a directory, a revision and an archive, and nothing from outside of them."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from opslint.errors import NoInputError, OpslintError, SourceError, UnreadableFile, UsageError
from opslint.source import tree as tree_module
from opslint.source.tree import Tree
from opslint.source.trees import archive as archive_module
from opslint.source.trees import directory as directory_module
from opslint.source.trees import git as git_module

OPENED: list[Tree] = []


@pytest.fixture(autouse=True)
def close_trees() -> Iterator[None]:
    """Close every tree a test opened."""
    yield
    while OPENED:
        OPENED.pop().close()


def open_tree(target: str, rev: str | None = None) -> Tree:
    """Open a tree that is closed after the test."""
    tree = tree_module.open_tree(target, rev)
    OPENED.append(tree)
    return tree


GIT = [
    "git",
    "-c",
    "user.name=t",
    "-c",
    "user.email=t@example.invalid",
    "-c",
    "init.defaultBranch=main",
    "-c",
    "commit.gpgsign=false",
    "-c",
    "protocol.file.allow=always",
]


def git(directory: Path, *arguments: str) -> str:
    """Run git with no configuration but ours."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_DATE": "2024-01-01T00:00:00Z",
        "GIT_COMMITTER_DATE": "2024-01-01T00:00:00Z",
    }
    done = subprocess.run(
        [*GIT, *arguments], cwd=directory, env=environment, check=True, capture_output=True, encoding="utf-8", errors="replace"
    )
    return done.stdout.strip()


def write(root: Path, files: dict[str, str]) -> Path:
    """Write text files below a folder."""
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return root


def committed(root: Path, files: dict[str, str]) -> Path:
    """A work tree with one commit of some files."""
    root.mkdir(parents=True, exist_ok=True)
    write(root, files)
    git(root, "init", "-q")
    git(root, "add", "-A", "-f")
    git(root, "commit", "-q", "-m", "one")
    return root


def tar_of(root: Path, target: Path) -> Path:
    """The archive GitHub would make of HEAD."""
    git(root, "archive", f"--prefix={root.name}-main/", "-o", str(target), "HEAD")
    return target


def tar_with(target: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    """A tar of given members."""
    with tarfile.open(target, "w:gz") as archive:
        for member, data in members:
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return target


def zip_with(target: Path, files: dict[str, bytes]) -> Path:
    """A zip of given files."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target


FILES = {
    ".github/workflows/ci.yml": "on: push\n",
    "src/a.py": "a = 1\n",
    "README.md": "# x\n",
    "ü/ö.txt": "ä\n",
    "a b.txt": "",
    "-x": "x",
    "vendor/lib.go": "package x\n",
    "ui/node_modules/x/index.js": "1\n",
    "third_party/x.c": "",
    "empty": "",
}
LISTED = tuple(sorted(path for path in FILES if not path.startswith(("vendor", "ui", "third"))))


def contents(tree: Tree) -> dict[str, bytes]:
    """Every file of a tree that can be read; the tree is closed."""
    found = {path: tree.read(path) for path in tree.paths()}
    tree.close()
    return found


def linked(root: Path) -> Path:
    """A repository with links of all kinds."""
    write(root, {"d/real.txt": "real\n", "d/e/x.txt": "x\n", "vendor/v.txt": "v\n"})
    for path, target in {
        "link.txt": "d/real.txt",
        "d/e/up.txt": "../real.txt",
        "chain.txt": "link.txt",
        "through.txt": "folder/x.txt",
        "folder": "d/e",
        "out.txt": "../../etc/passwd",
        "absolute.txt": "/etc/passwd",
        "broken.txt": "d/nothing",
        "self.txt": "self.txt",
        "dot": ".",
        "vendored.txt": "vendor/v.txt",
    }.items():
        os.symlink(target, root / path)
    return committed(root, {})


def kinds(root: Path, tmp_path: Path) -> dict[str, Path]:
    """The same commit as work tree, bare repository, plain folder, tar and zip."""
    bare = tmp_path / f"{root.name}.git"
    git(root, "clone", "-q", "--bare", ".", str(bare))
    plain = tmp_path / "plain"
    plain.mkdir()
    packed = tar_of(root, tmp_path / f"{root.name}.tar.gz")
    zipped = tmp_path / f"{root.name}.zip"
    git(root, "archive", "--prefix=top/", "-o", str(zipped), "HEAD")
    flat = tmp_path / "flat.tar"
    git(root, "archive", "-o", str(flat), "HEAD")
    subprocess.run(["tar", "xf", str(flat), "-C", str(plain)], check=True)
    return {"work tree": root, "bare": bare, "plain": plain, "tar.gz": packed, "zip": zipped, "tar": flat}


def test_paths_and_bytes_are_the_same_when_a_tree_is_read_in_every_way(tmp_path: Path) -> None:
    root = committed(tmp_path / "repo-x", FILES)
    found = {kind: contents(open_tree(str(path))) for kind, path in kinds(root, tmp_path).items()}
    found["revision"] = contents(open_tree(str(root), "HEAD"))
    expected = {path: FILES[path].encode() for path in LISTED}
    assert all(tuple(one) == LISTED for one in found.values())
    assert all(one == expected for one in found.values())


def test_links_lead_to_the_same_files_when_a_tree_is_read_in_every_way(tmp_path: Path) -> None:
    root = linked(tmp_path / "links")
    read, left_out = {}, {}
    for kind, path in kinds(root, tmp_path).items():
        tree = open_tree(str(path))
        left_out[kind] = dict(tree.skipped())
        read[kind] = contents(tree)
    first = read["bare"]
    assert set(first) == {"d/real.txt", "d/e/x.txt", "link.txt", "d/e/up.txt", "chain.txt", "through.txt"}
    assert first["chain.txt"] == first["d/e/up.txt"] == b"real\n"
    assert first["through.txt"] == b"x\n"
    assert all(one == first for one in read.values())
    assert all(one == left_out["bare"] for one in left_out.values())
    reasons = left_out["bare"]
    assert "out of the tree" in reasons["out.txt"]
    assert "out of the tree" in reasons["absolute.txt"]
    assert "not in the tree" in reasons["broken.txt"]
    assert "circle" in reasons["self.txt"]
    assert "folder" in reasons["folder"]
    assert "folder" in reasons["dot"]


def test_name_and_revision_are_told_when_opened(tmp_path: Path) -> None:
    root = committed(tmp_path / "shop", {"a": "1"})
    commit = git(root, "rev-parse", "HEAD")
    told = {kind: (tree.name, tree.revision) for kind, path in kinds(root, tmp_path).items() for tree in [open_tree(str(path))]}
    assert told == {
        "work tree": ("shop", None),
        "bare": ("shop", commit),
        "plain": ("plain", None),
        "tar.gz": ("shop", commit),
        "zip": ("shop", commit),
        "tar": ("flat", commit),
    }
    assert open_tree(str(root / ".git")).name == "shop"


def test_revision_is_read_when_it_is_not_the_latest(tmp_path: Path) -> None:
    root = committed(tmp_path / "r", {"a": "1"})
    git(root, "tag", "v1")
    write(root, {"a": "2", "b": "3"})
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "two")
    assert contents(open_tree(str(root), "v1")) == {"a": b"1"}
    assert contents(open_tree(str(root), "HEAD~1")) == {"a": b"1"}
    assert contents(open_tree(str(root), "main")) == {"a": b"2", "b": b"3"}


@pytest.mark.parametrize("rev", [None, "HEAD"])
def test_paths_are_relative_to_the_target_when_it_is_a_sub_directory(tmp_path: Path, rev: str | None) -> None:
    root = committed(tmp_path / "mono", {"svc/a/x.yml": "x", "svc/a/d/y.yml": "y", "z.yml": "z"})
    tree = open_tree(str(root / "svc" / "a"), rev)
    assert contents(tree) == {"d/y.yml": b"y", "x.yml": b"x"}
    assert tree.name == "a"


def test_sub_directory_is_told_missing_when_the_revision_does_not_have_it(tmp_path: Path) -> None:
    root = committed(tmp_path / "r", {"a": "1"})
    write(root, {"new/b": "2"})
    with pytest.raises(NoInputError, match='no "new" in revision'):
        open_tree(str(root / "new"), "HEAD")


@pytest.mark.parametrize("with_git", [True, False])
def test_ignored_files_are_left_out_and_untracked_ones_read_when_in_a_work_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, with_git: bool
) -> None:
    root = committed(
        tmp_path / "r", {".gitignore": "*.log\n/build/\n!keep.log\nd/*.tmp\n", "a": "1", "d/.gitignore": "*.x\n!y.x\n"}
    )
    write(
        root,
        {
            "new": "",
            "x.log": "",
            "keep.log": "",
            "build/o": "",
            "d/build/o": "",
            "d/b.x": "",
            "d/y.x": "",
            "d/z.tmp": "",
            "d/e/b.x": "",
            "local": "",
            "gone": "",
        },
    )
    write(root, {".git/info/exclude": "local\n"})
    (root / "gone").unlink()
    if not with_git:
        monkeypatch.setattr(directory_module.DirectoryTree, "_git_files", lambda _: None)
    assert open_tree(str(root)).paths() == (".gitignore", "a", "d/.gitignore", "d/build/o", "d/y.x", "keep.log", "new")


@pytest.mark.parametrize("with_git", [True, False])
def test_nested_repositories_are_left_out_when_a_folder_holds_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, with_git: bool
) -> None:
    root = committed(tmp_path / "r", {"a": "1"})
    committed(root / "inner", {"b": "2"})
    if not with_git:
        monkeypatch.setattr(directory_module.DirectoryTree, "_git_files", lambda _: None)
    assert open_tree(str(root)).paths() == ("a",)


def test_submodules_are_left_out_when_a_repository_has_some(tmp_path: Path) -> None:
    other = committed(tmp_path / "other", {"b": "2"})
    root = committed(tmp_path / "r", {"a": "1"})
    git(root, "submodule", "--quiet", "add", str(other), "sub")
    git(root, "commit", "-q", "-m", "two")
    for rev in (None, "HEAD"):
        assert open_tree(str(root), rev).paths() == (".gitmodules", "a")


def test_deleted_file_is_not_listed_when_git_still_tracks_it(tmp_path: Path) -> None:
    root = committed(tmp_path / "r", {"a": "1", "b": "2"})
    (root / "a").unlink()
    assert open_tree(str(root)).paths() == ("b",)


def test_ignored_directory_is_read_when_it_is_the_target(tmp_path: Path) -> None:
    root = committed(tmp_path / "r", {".gitignore": "out/\n"})
    write(root, {"out/ci.yml": "x"})
    assert open_tree(str(root / "out")).paths() == ("ci.yml",)


def test_tracked_path_is_not_read_when_its_folder_became_a_link_out(tmp_path: Path) -> None:
    root = committed(tmp_path / "r", {"d/passwd": "mine", "a": "1"})
    write(tmp_path, {"outside/passwd": "secret"})
    (root / "d" / "passwd").unlink()
    (root / "d").rmdir()
    (root / "d").symlink_to(tmp_path / "outside")
    assert "d/passwd" not in open_tree(str(root)).paths()


def test_configuration_of_the_scanned_repository_runs_nothing_when_git_reads_it(tmp_path: Path) -> None:
    root = committed(tmp_path / "r", {"a.txt": "1", ".gitattributes": "* filter=evil diff=evil\n"})
    mark = tmp_path / "ran"
    program = f"touch {mark}"
    for key in (
        "core.fsmonitor",
        "filter.evil.smudge",
        "filter.evil.clean",
        "diff.evil.textconv",
        "core.sshCommand",
        "core.pager",
    ):
        git(root, "config", key, program)
    hook = root / ".git" / "hooks" / "post-index-change"
    hook.write_text(f"#!/bin/sh\n{program}\n")
    hook.chmod(0o755)
    write(root, {"a.txt": "2"})
    contents(open_tree(str(root)))
    contents(open_tree(str(root), "HEAD"))
    assert not mark.exists()


def test_walk_takes_over_when_git_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = committed(tmp_path / "r", {"a": "1"})
    monkeypatch.setenv("PATH", str(tmp_path))
    assert open_tree(str(root)).paths() == ("a",)
    with pytest.raises(SourceError) as caught:
        open_tree(str(root), "HEAD")
    assert "Install git" in caught.value.hint


def test_environment_of_git_is_ours_when_variables_point_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = committed(tmp_path / "r", {"a": "1"})
    other = committed(tmp_path / "other", {"b": "1"})
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    assert open_tree(str(root), "HEAD").paths() == ("a",)


@pytest.mark.skipif(sys.platform == "darwin", reason="its file system knows only UTF-8 names")
def test_name_is_escaped_when_it_is_no_text(tmp_path: Path) -> None:
    root = tmp_path / "r"
    root.mkdir()
    for raw in (b"a\xff.yml", b"new\nline", b"esc\x1b[31m"):
        with open(os.path.join(os.fsencode(root), raw), "wb") as stream:
            stream.write(b"x")
    committed(root, {})
    found = {kind: contents(open_tree(str(path))) for kind, path in kinds(root, tmp_path).items()}
    assert tuple(found["bare"]) == ("a\\xff.yml", "esc\\x1b[31m", "new\\x0aline")
    assert all(one == found["bare"] for one in found.values())


@pytest.mark.parametrize("kind", ["work tree", "bare", "tar.gz", "zip"])
def test_file_is_refused_when_it_is_over_the_limit(tmp_path: Path, kind: str) -> None:
    root = committed(tmp_path / "r", {"big": "x" * 5000, "small": "y"})
    tree = open_tree(str(kinds(root, tmp_path)[kind]))
    with pytest.raises(UnreadableFile, match="MiB"):
        tree.read("big", limit=4999)
    assert tree.read("small") == b"y"
    assert len(tree.read("big", limit=5000)) == 5000
    tree.close()


@pytest.mark.parametrize("kind", ["work tree", "bare", "tar.gz", "zip"])
def test_file_is_told_missing_when_there_is_none(tmp_path: Path, kind: str) -> None:
    tree = open_tree(str(kinds(committed(tmp_path / "r", {"d/a": "1"}), tmp_path)[kind]))
    assert not tree.has("b")
    assert tree.has("d/a")
    assert tree.size("b") is None
    for path in ("b", "../r/d/a", "/etc/passwd", "d"):
        with pytest.raises(UnreadableFile, match="no such file"):
            tree.read(path)
    tree.close()


def test_pipe_is_skipped_when_it_stands_in_a_folder(tmp_path: Path) -> None:
    root = write(tmp_path / "r", {"a": "1"})
    os.mkfifo(root / "pipe.yml")
    tree = open_tree(str(root))
    assert tree.paths() == ("a",)
    assert tree.skipped() == (("pipe.yml", "it is no regular file"),)


def test_content_is_told_missing_when_an_object_is_not_in_the_clone(tmp_path: Path) -> None:
    root = committed(tmp_path / "r", {"a": "1", "b": "2"})
    name = git(root, "rev-parse", "HEAD:a")
    (root / ".git" / "objects" / name[:2] / name[2:]).unlink()
    tree = open_tree(str(root), "HEAD")
    with pytest.raises(UnreadableFile, match="not in this clone"):
        tree.read("a")
    assert tree.read("b") == b"2"
    tree.close()


def test_reading_goes_on_when_git_died_in_between(tmp_path: Path) -> None:
    tree = open_tree(str(committed(tmp_path / "r", {"a": "1"})), "HEAD")
    assert isinstance(tree, git_module.RevisionTree)
    assert tree.read("a") == b"1"
    process = tree.objects.process
    assert process is not None
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        assert stream is not None
        stream.close()
    assert tree.read("a") == b"1"
    tree.close()


@pytest.mark.parametrize(
    ("target", "rev", "kind", "hint"),
    [
        ("nowhere", None, NoInputError, "Name a directory"),
        ("r", "-x", UsageError, "--rev main"),
        ("r", "", UsageError, "--rev main"),
        ("r", "HEAD:a", UsageError, "--rev main"),
        ("r", "nope", SourceError, "git branch"),
        ("plain", "HEAD", UsageError, "Leave --rev out"),
        ("new", "HEAD", NoInputError, "Commit something"),
        ("r/a", None, NoInputError, "the directory it stands in"),
        ("x.zip", "HEAD", UsageError, "Leave --rev out"),
        ("broken.zip", None, SourceError, "Download it again"),
        ("broken.tar.gz", None, SourceError, "Download it again"),
        ("https://example.invalid/r.git", None, UsageError, "git clone"),
    ],
)
def test_next_step_is_told_when_a_target_cannot_be_opened(
    tmp_path: Path, target: str, rev: str | None, kind: type[OpslintError], hint: str
) -> None:
    committed(tmp_path / "r", {"a": "1"})
    write(tmp_path, {"plain/a": "1", "broken.zip": "no zip", "broken.tar.gz": "no tar", "new/a": "1"})
    git(tmp_path / "new", "init", "-q")
    zip_with(tmp_path / "x.zip", {"a": b"1"})
    with pytest.raises(kind) as caught:
        open_tree(target if "://" in target else str(tmp_path / target), rev)
    assert hint in caught.value.hint


def test_hint_says_how_to_fetch_when_the_clone_is_shallow(tmp_path: Path) -> None:
    root = committed(tmp_path / "r", {"a": "1"})
    git(root, "commit", "-q", "--allow-empty", "-m", "two")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{root}", "shallow")
    with pytest.raises(SourceError) as caught:
        open_tree(str(tmp_path / "shallow"), "v1.0")
    assert "git fetch --depth 1 origin v1.0" in caught.value.hint


def test_entries_are_skipped_when_an_archive_leads_out_of_itself(tmp_path: Path) -> None:
    hard = tarfile.TarInfo("top/hard")
    hard.type, hard.linkname = tarfile.LNKTYPE, "top/a"
    out = tarfile.TarInfo("top/out")
    out.type, out.linkname = tarfile.LNKTYPE, "../../etc/passwd"
    device = tarfile.TarInfo("top/dev")
    device.type = tarfile.CHRTYPE
    names = [(tarfile.TarInfo(name), b"x") for name in ("top/a", "../up", "/absolute", "top/../../up2")]
    tree = open_tree(str(tar_with(tmp_path / "x.tar.gz", *names, (hard, b""), (out, b""), (device, b""))))
    assert contents(tree) == {"a": b"x", "hard": b"x"}
    assert [path for path, _ in tree.skipped()] == ["../up", "/absolute", "out", "top/../../up2", "top/dev"]


def test_entries_are_skipped_when_a_zip_leads_out_of_itself(tmp_path: Path) -> None:
    tree = open_tree(str(zip_with(tmp_path / "x.zip", {"a": b"1", "../b": b"2", "/c": b"3", "C:/d": b"4", "d/./e": b"5"})))
    assert tree.paths() == ("a", "d/e")
    assert [path for path, _ in tree.skipped()] == ["../b", "/c", "C:/d"]


@pytest.mark.parametrize(
    ("names", "listed"),
    [
        (["top/a", "top/b/c"], ("a", "b/c")),
        (["top/a", "other/b"], ("other/b", "top/a")),
        (["a"], ("a",)),
        (["top/a", "b"], ("b", "top/a")),
    ],
)
def test_top_folder_is_taken_off_when_it_holds_every_entry(tmp_path: Path, names: list[str], listed: tuple[str, ...]) -> None:
    assert open_tree(str(zip_with(tmp_path / "x.zip", dict.fromkeys(names, b"")))).paths() == listed


@pytest.mark.parametrize("ending", ["zip", "tar.gz"])
def test_archive_is_refused_when_it_unpacks_to_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    monkeypatch.setattr(archive_module, "MAX_TOTAL_BYTES", 100_000)
    target = tmp_path / f"bomb.{ending}"
    if ending == "zip":
        zip_with(target, {"a": b"0" * 200_000})
    else:
        tar_with(target, (tarfile.TarInfo("a"), b"0" * 200_000))
    with pytest.raises(SourceError, match="unpacks to more"):
        open_tree(str(target))


@pytest.mark.parametrize("kind", ["plain", "zip"])
def test_tree_is_refused_when_it_has_too_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr("opslint.source.trees.layout.MAX_PATHS", 3)
    root = write(tmp_path / "r", {str(number): "" for number in range(5)})
    target = root if kind == "plain" else zip_with(tmp_path / "x.zip", {str(number): b"" for number in range(5)})
    with pytest.raises(SourceError, match="more than 3 files"):
        open_tree(str(target)).paths()


def test_damage_is_a_reason_when_a_zip_entry_is_corrupt(tmp_path: Path) -> None:
    target = zip_with(tmp_path / "x.zip", {"a": b"hello " * 100})
    data = bytearray(target.read_bytes())
    data[32:36] = b"\xff" * 4
    target.write_bytes(bytes(data))
    with pytest.raises(UnreadableFile, match="damaged"):
        open_tree(str(target)).read("a")
