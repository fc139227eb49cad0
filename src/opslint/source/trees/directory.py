"""Files of a working directory: what git tracks or would track where there is git, else what `.gitignore` leaves."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from opslint.errors import SourceError, UnreadableFile
from opslint.source.tree import MAX_FILE_BYTES
from opslint.source.trees.layout import check_count, is_vendored, printable_text, settle_links

if TYPE_CHECKING:  # imported where the directory stands in a git work tree
    from opslint.source.trees.git import RunningGit
    from opslint.source.trees.identity import Identity


def open_directory(path: str, work_tree: str | None, *, identify: bool = False) -> DirectoryTree:
    """Open a directory; `work_tree` is the root of the git work tree it stands in, if any.

    Shape: what there is to read is listed when it is first asked for, so that git can work meanwhile; `identify` lets
           `revision` tell the commit whose files these are.
    """
    if work_tree is None:
        return DirectoryTree(path, work_tree)
    from opslint.source.trees.git import RunningGit

    tree = DirectoryTree(path, work_tree)
    tree.listing = RunningGit(path, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if identify:
        from opslint.source.trees.identity import Identity

        tree.identity = Identity(path, work_tree)
    return tree


class DirectoryTree:
    """The files of a directory as they are on the disk."""

    def __init__(self, root: str, work_tree: str | None = None) -> None:
        self.root = root
        self.work_tree = work_tree
        self.name = os.path.basename(root) or "root"
        self.listing: RunningGit | None = None
        self.identity: Identity | None = None
        self.names: dict[str, str] = {}  # path -> name on the disk, relative
        self.sizes: dict[str, int] = {}
        self.sound: dict[str, bool] = {"": True}  # folder -> no link on the way
        self.links: dict[str, str] = {}
        self.led: dict[str, str] = {}  # a link -> the file it leads to
        self.odd: list[tuple[str, str]] = []
        self.left_out: tuple[tuple[str, str], ...] = ()
        self.listed: tuple[str, ...] | None = None

    @property
    def revision(self) -> str | None:
        """The commit that holds just these files, byte for byte, where that was asked for; None for any other state."""
        if self.identity is None:
            return None
        paths = {path for path in self.files if path not in self.links}
        return self.identity.commit(paths, self.links) if not self.odd else None

    @property
    def files(self) -> dict[str, str]:
        """Every file by its path, with its name on the disk."""
        if self.listed is None:
            self._list()
        return self.names

    def _list(self) -> None:
        """Find out what there is.

        Raises: SourceError where the directory cannot be listed.
        """
        raws = self._git_files()
        if not raws:  # no git, or git sees nothing: the directory is ignored by the repository around it, or empty
            from opslint.source.trees.walk import walk_files

            try:
                raws = walk_files(self.root, self.work_tree)
            except OSError as error:
                raise SourceError(f'"{self.root}" cannot be listed: {error.strerror}.', hint="Check who may read it.") from None
        check_count(len(raws), self.root)
        for raw in sorted(raws):
            self.add(raw)
        self.led, left_out = settle_links(self.names, self.links)
        for path, goal in self.led.items():
            self.names[path] = self.names[goal]
            self.sizes[path] = self.sizes[goal]
        self.left_out = tuple(sorted([*self.odd, *left_out]))
        self.listed = tuple(sorted(self.names))

    def _git_files(self) -> list[str] | None:
        """The files git tracks or would track, as file-system names; None where git does not say."""
        listing, self.listing = self.listing, None
        if listing is None:
            return None
        from opslint.source.trees.git import GitRefusedError

        try:
            names = set(listing.output().split(b"\0"))
        except GitRefusedError:
            return None
        names.discard(b"")
        return [os.fsdecode(name) for name in names]

    def add(self, raw: str) -> None:
        """Take in one name, as what it is on the disk."""
        path = printable_text(os.fsencode(raw).decode("utf-8", "surrogateescape") if not raw.isascii() else raw)
        if os.sep != "/":
            path = path.replace(os.sep, "/")
        if is_vendored(path) or path in self.names or not self.is_sound(raw.rpartition("/")[0]):
            return
        full = f"{self.root}/{raw}"
        try:
            status = os.lstat(full)
            mode = status.st_mode
            if stat.S_ISREG(mode):
                self.names[path] = raw
                self.sizes[path] = status.st_size
            elif stat.S_ISLNK(mode):
                self.links[path] = os.fsencode(os.readlink(full)).decode("utf-8", "surrogateescape")
            elif not stat.S_ISDIR(mode):
                self.odd.append((path, "it is no regular file"))
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
        if self.listed is None:
            self._list()
        return self.listed or ()

    def has(self, path: str) -> bool:
        """See `Tree.has`."""
        return path in self.files

    def size(self, path: str) -> int | None:
        """See `Tree.size`."""
        return self.sizes.get(path) if path in self.files else None

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
            data = read_bounded(descriptor, limit)
        except OSError as error:
            raise UnreadableFile(f"it cannot be read: {error.strerror}") from None
        except UnreadableFile:
            if self.identity is not None:
                self.identity.unsure = True
            raise
        finally:
            os.close(descriptor)
        if self.identity is not None:
            self.identity.saw(self.led.get(path, path), data)
        return data

    def skipped(self) -> tuple[tuple[str, str], ...]:
        """See `Tree.skipped`."""
        self.paths()
        return self.left_out

    def close(self) -> None:
        """See `Tree.close`."""
        if self.listing is not None:
            self.listing.close()
        if self.identity is not None:
            self.identity.close()


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
