"""A tree of files: a working directory, a revision of a git repository, or an archive; nothing else opens a scanned file.

All three kinds give the same paths and the same bytes for the same content: vendored folders and nested repositories are
left out, a link is read where it leads to a file of the tree and skipped, with the reason, where it does not.
"""

from __future__ import annotations

import os
from typing import Protocol

from opslint.errors import NoInputError, SourceError, UsageError

MAX_FILE_BYTES = 5 * 1024 * 1024
MAX_PATHS = 500_000
ARCHIVE_ENDINGS = (".tar.gz", ".tgz", ".tar", ".zip", ".tar.bz2", ".tar.xz")


class Tree(Protocol):
    """Files by path. Paths are relative, with "/", sorted by code point; names that are no text are escaped (`\\xff`)."""

    @property
    def name(self) -> str:
        """The base name of the directory, repository or archive."""
        ...

    @property
    def revision(self) -> str | None:
        """The full id of the commit that is read, None for a directory that is not just as one or where an archive does not say."""
        ...

    def paths(self) -> tuple[str, ...]:
        """All files, sorted."""
        ...

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        ...

    def size(self, path: str) -> int | None:
        """The bytes of a file, None where there is no such file or that is not known without reading it."""
        ...

    def read(self, path: str, limit: int = MAX_FILE_BYTES) -> bytes:
        """The bytes of a file.

        Raises: UnreadableFile where it is not there, too large or cannot be read.
        """
        ...

    def skipped(self) -> tuple[tuple[str, str], ...]:
        """Files that are there but are not read, each with the reason, sorted."""
        ...

    def close(self) -> None:
        """Let go of processes and open files; the tree cannot be read afterwards."""
        ...


def open_tree(target: str, rev: str | None = None, *, identify: bool = False) -> Tree:
    """Open what a person named as the thing to scan.

    Shape:  a directory (of a git work tree or not), a bare repository, an archive; `rev` reads that revision of a repository;
            `identify` has a work tree that is just as its commit tell that commit as its `revision`.
    Raises: NoInputError where there is no such thing, UsageError where `rev` does not fit, SourceError where it cannot be read.
    """
    if rev is not None:
        check_revision_name(rev)
    if "\0" in target:
        raise UsageError("The target holds a NUL character.", hint="Name a directory, a git repository or an archive.")
    if "://" in target and not os.path.exists(target):
        raise UsageError(f'"{target}" is an address, and scanning is offline.',
                         hint=f"Fetch it first: git clone --bare --depth 1 {target} repo.git, then scan repo.git.")
    path = os.path.abspath(target)
    if not os.path.exists(path):
        raise NoInputError(f'There is no "{target}".',
                           hint="Name a directory, a bare git repository, or a .tar.gz or .zip archive.")
    if not os.path.isdir(path):
        return open_archive_file(target, path, rev)
    if is_bare_repository(path):
        from opslint.source.trees.git import open_revision

        return open_revision(path, rev or "HEAD", "")
    work_tree = work_tree_of(path)
    if rev is not None:
        if work_tree is None:
            raise UsageError(f'"{target}" is no git repository, so it has no revision "{rev}".',
                             hint="Leave --rev out, or name a repository.")
        from opslint.source.trees.git import open_revision

        prefix = os.path.relpath(path, work_tree).replace(os.sep, "/")
        return open_revision(path, rev, "" if prefix == "." else prefix)
    from opslint.source.trees.directory import open_directory

    return open_directory(path, work_tree, identify=identify)


def open_archive_file(target: str, path: str, rev: str | None) -> Tree:
    """Open a target that is a file.

    Raises: NoInputError where it is no archive by its ending, UsageError with a revision.
    """
    if not path.lower().endswith(ARCHIVE_ENDINGS):
        raise NoInputError(f'"{target}" is a file, not a repository.',
                           hint="Name the directory it stands in, a bare git repository, or a .tar.gz or .zip archive.")
    if rev is not None:
        raise UsageError(f'"{target}" is an archive, and an archive has no revision "{rev}".', hint="Leave --rev out.")
    if not os.path.isfile(path):
        raise SourceError(f'"{target}" is no regular file.')
    from opslint.source.trees.archive import open_archive

    return open_archive(path)


def check_revision_name(rev: str) -> None:
    """Refuse words that git would not take for a revision.

    Raises: UsageError.
    """
    if not rev or rev.startswith("-") or any(character in rev for character in "\0\n\r") or ":" in rev:
        raise UsageError(f'"{rev}" is no revision.', hint="Give a branch, a tag or a commit id, for example --rev main.")


def is_bare_repository(path: str) -> bool:
    """Whether a directory is a git directory itself: a bare repository, or the `.git` of a work tree."""
    return (
        os.path.isfile(os.path.join(path, "HEAD"))
        and os.path.isdir(os.path.join(path, "objects"))
        and os.path.isdir(os.path.join(path, "refs"))
        and not os.path.lexists(os.path.join(path, ".git"))
    )


def work_tree_of(path: str) -> str | None:
    """The root of the git work tree a directory stands in, or None."""
    current = path
    while True:
        if os.path.lexists(os.path.join(current, ".git")):
            return current
        parent = os.path.dirname(current)
        if parent == current:
            return None
        current = parent
