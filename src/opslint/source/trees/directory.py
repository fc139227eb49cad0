"""Files of a working directory: what git tracks or would track where there is git, else what `.gitignore` leaves."""

from __future__ import annotations

import os
import stat

from opslint.errors import SourceError, UnreadableFile
from opslint.source.tree import MAX_FILE_BYTES
from opslint.source.trees.layout import check_count, is_vendored, printable_text, settle_links


def open_directory(path: str, work_tree: str | None) -> DirectoryTree:
    """Open a directory; `work_tree` is the root of the git work tree it stands in, if any.

    Raises: SourceError where it cannot be listed.
    """
    raws = git_files(path) if work_tree is not None else None
    if not raws:  # no git, or git sees nothing: the directory is ignored by the repository around it, or empty
        from opslint.source.trees.walk import walk_files

        try:
            raws = walk_files(path, work_tree)
        except OSError as error:
            raise SourceError(f'"{path}" cannot be listed: {error.strerror}.', hint="Check who may read it.") from None
    check_count(len(raws), path)
    return DirectoryTree(path, raws)


def git_files(path: str) -> list[str] | None:
    """The files git tracks or would track below a directory, as file-system names; None where git does not say."""
    from opslint.source.trees.git import GitRefusedError, run_git

    try:
        listing = run_git(path, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    except GitRefusedError:
        return None
    names = set(listing.split(b"\0"))
    names.discard(b"")
    return [os.fsdecode(name) for name in names]


class DirectoryTree:
    """The files of a directory as they are on the disk."""

    def __init__(self, root: str, raws: list[str]) -> None:
        self.root = root
        self.name = os.path.basename(root) or "root"
        self.revision: str | None = None
        self.files: dict[str, str] = {}  # path -> name on the disk, relative
        self.sizes: dict[str, int] = {}
        self.sound: dict[str, bool] = {"": True}  # folder -> no link on the way
        links: dict[str, str] = {}
        odd: list[tuple[str, str]] = []
        for raw in sorted(raws):
            self.add(raw, links, odd)
        led, left_out = settle_links(self.files, links)
        for path, goal in led.items():
            self.files[path] = self.files[goal]
            self.sizes[path] = self.sizes[goal]
        self.left_out = tuple(sorted([*odd, *left_out]))
        self.listed = tuple(sorted(self.files))

    def add(self, raw: str, links: dict[str, str], odd: list[tuple[str, str]]) -> None:
        """Take in one name, as what it is on the disk."""
        path = printable_text(os.fsencode(raw).decode("utf-8", "surrogateescape") if not raw.isascii() else raw)
        if os.sep != "/":
            path = path.replace(os.sep, "/")
        if is_vendored(path) or path in self.files or not self.is_sound(raw.rpartition("/")[0]):
            return
        full = f"{self.root}/{raw}"
        try:
            status = os.lstat(full)
            mode = status.st_mode
            if stat.S_ISREG(mode):
                self.files[path] = raw
                self.sizes[path] = status.st_size
            elif stat.S_ISLNK(mode):
                links[path] = os.fsencode(os.readlink(full)).decode("utf-8", "surrogateescape")
            elif not stat.S_ISDIR(mode):
                odd.append((path, "it is no regular file"))
        except OSError:
            return  # tracked, but deleted or not checked out

    def is_sound(self, folder: str) -> bool:
        """Whether no component of a folder is a link or a repository of its own."""
        known = self.sound.get(folder)
        if known is None:
            full = f"{self.root}/{folder}"
            known = (self.is_sound(folder.rpartition("/")[0]) and not os.path.islink(full)
                     and not os.path.lexists(f"{full}/.git"))
            self.sound[folder] = known
        return known

    def paths(self) -> tuple[str, ...]:
        """See `Tree.paths`."""
        return self.listed

    def has(self, path: str) -> bool:
        """See `Tree.has`."""
        return path in self.files

    def size(self, path: str) -> int | None:
        """See `Tree.size`."""
        return self.sizes.get(path)

    def read(self, path: str, limit: int = MAX_FILE_BYTES) -> bytes:
        """See `Tree.read`; the last component is never followed, should it have become a link since."""
        raw = self.files.get(path)
        if raw is None:
            raise UnreadableFile("there is no such file")
        try:
            flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
            descriptor = os.open(f"{self.root}/{raw}", flags)
        except OSError as error:
            raise UnreadableFile(f"it cannot be opened: {error.strerror}") from None
        try:
            return read_bounded(descriptor, limit)
        except OSError as error:
            raise UnreadableFile(f"it cannot be read: {error.strerror}") from None
        finally:
            os.close(descriptor)

    def skipped(self) -> tuple[tuple[str, str], ...]:
        """See `Tree.skipped`."""
        return self.left_out

    def close(self) -> None:
        """See `Tree.close`."""


def read_bounded(descriptor: int, limit: int) -> bytes:
    """All bytes of an open regular file.

    Raises: UnreadableFile over `limit`, also where the file grows meanwhile; OSError.
    """
    from opslint.source.trees.git import too_large

    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableFile("it is no regular file")
    if status.st_size > limit:
        raise UnreadableFile(too_large(status.st_size, limit))
    data = os.read(descriptor, status.st_size + 1)
    if len(data) == status.st_size:
        return data
    pieces = [data]
    total = len(data)
    while piece := os.read(descriptor, 1 << 20):
        pieces.append(piece)
        total += len(piece)
        if total > limit:
            raise UnreadableFile(too_large(total, limit))
    return b"".join(pieces)
