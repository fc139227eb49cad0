"""Files of a `.tar.gz`, `.tar` or `.zip`, read without unpacking it to the disk."""

from __future__ import annotations

import os
import posixpath
import re
import zlib
from typing import IO, TYPE_CHECKING

from opslint.errors import SourceError, UnreadableFile
from opslint.source.tree import ARCHIVE_ENDINGS, MAX_FILE_BYTES
from opslint.source.trees.git import too_large
from opslint.source.trees.layout import MAX_LINK_BYTES, check_count, is_vendored, printable_text, settle_links
from opslint.source.words.late import late

if TYPE_CHECKING:
    import tarfile
    import zipfile

MAX_TOTAL_BYTES = 2 * 1024**3  # of all entries together, unpacked
MAX_KEPT_BYTES = 64 * 1024**2  # of a tar's small files that are kept in memory, so that it is not read twice
KEPT_FILE_BYTES = 256 * 1024

COMMIT = late(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
OUT_OF_TREE = "its name leads out of the archive"

Entry = tuple[str, int, int, str]  # path, the number of the archive's member, size, the target of a link or ""


class ArchiveTree:
    """The files of an archive; a single folder that holds everything is taken off, as GitHub and GitLab make it."""

    def __init__(self, path: str, reader: TarReader | ZipReader) -> None:
        self.reader = reader
        self.name = archive_name(path)
        self.revision = reader.commit
        self.left_out: list[tuple[str, str]] = []
        self.files: dict[str, tuple[int, int]] = {}
        links: dict[str, str] = {}
        for name, number, size, link in without_top(reader.entries):
            if is_vendored(name):
                continue
            if link:
                self.files.pop(name, None)
                links[name] = link
            else:
                links.pop(name, None)
                self.files[name] = (number, size)  # the last entry of a name wins, as when unpacked
        led, skipped = settle_links(self.files, links)
        for name, goal in led.items():
            self.files[name] = self.files[goal]
        self.left_out = sorted([*skipped, *reader.refused])
        self.listed = tuple(sorted(self.files))

    def paths(self) -> tuple[str, ...]:
        """See `Tree.paths`."""
        return self.listed

    def has(self, path: str) -> bool:
        """See `Tree.has`."""
        return path in self.files

    def size(self, path: str) -> int | None:
        """See `Tree.size`."""
        found = self.files.get(path)
        return found[1] if found is not None else None

    def read(self, path: str, limit: int = MAX_FILE_BYTES) -> bytes:
        """See `Tree.read`."""
        found = self.files.get(path)
        if found is None:
            raise UnreadableFile("there is no such file")
        number, size = found
        if size > limit:
            raise UnreadableFile(too_large(size, limit))
        return self.reader.read(number, limit)

    def skipped(self) -> tuple[tuple[str, str], ...]:
        """See `Tree.skipped`."""
        return tuple(self.left_out)

    def close(self) -> None:
        """See `Tree.close`."""
        self.reader.close()


def open_archive(path: str) -> ArchiveTree:
    """Open an archive by its ending.

    Raises: SourceError where it is no such archive, damaged, or unpacks beyond the bounds.
    """
    import tarfile
    import zipfile

    archive: tarfile.TarFile | zipfile.ZipFile | None = None
    try:
        if path.lower().endswith(".zip"):
            archive = zipfile.ZipFile(path)
            return ArchiveTree(path, ZipReader(path, archive))
        # ArchiveTree.close() closes it
        archive = tarfile.open(path, "r:*", encoding="utf-8", errors="surrogateescape")  # noqa: SIM115  as the line above says
        return ArchiveTree(path, TarReader(path, archive))
    except SourceError:
        close_quietly(archive)
        raise
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, OverflowError,
            NotImplementedError, RuntimeError) as error:
        close_quietly(archive)
        words = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise SourceError(f'"{path}" cannot be read as an archive: {words}.',
                          hint="Download it again, or unpack it and scan the folder.") from None


def close_quietly(archive: tarfile.TarFile | zipfile.ZipFile | None) -> None:
    """Close an archive that turned out to be no good."""
    if archive is not None:
        archive.close()


class TarReader:
    """A tar, compressed or not: small files are kept while it is listed, so that a compressed one is read once."""

    def __init__(self, path: str, archive: tarfile.TarFile) -> None:
        self.archive = archive
        self.members: list[tarfile.TarInfo] = []
        self.kept: dict[int, bytes] = {}
        self.refused: list[tuple[str, str]] = []
        self.entries: list[Entry] = []
        total = kept = 0
        for number, member in enumerate(self.archive):
            check_count(number, path)
            self.members.append(member)
            name = clean_name(member.name)
            total += member.size if member.isreg() else 0
            check_total(total, path)
            if member.isdir():
                self.entries.append((f"{name or ''}/", number, 0, ""))
            elif name is None:
                self.refused.append((printable_text(member.name), OUT_OF_TREE))
            elif member.issym():
                self.entries.append((name, number, 0, member.linkname or "/"))
            elif member.islnk():
                self.entries.append((name, number, 0, hard_link(name, member.linkname)))
            elif not member.isreg():
                self.refused.append((name, "it is no regular file"))
            else:
                self.entries.append((name, number, member.size, ""))
                if member.size <= KEPT_FILE_BYTES and kept + member.size <= MAX_KEPT_BYTES:
                    self.kept[number] = self.content(member, KEPT_FILE_BYTES)
                    kept += member.size
        comment = self.archive.pax_headers.get("comment", "")
        self.commit = comment if COMMIT.fullmatch(comment) else None

    def read(self, number: int, limit: int) -> bytes:
        """The bytes of a member.

        Raises: UnreadableFile.
        """
        import tarfile

        found = self.kept.get(number)
        if found is not None:
            return found
        try:
            return self.content(self.members[number], limit)
        except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
            raise UnreadableFile(f"the archive is damaged there: {error}") from None

    def content(self, member: tarfile.TarInfo, limit: int) -> bytes:
        """The bytes of a member, as the archive gives them."""
        stream = self.archive.extractfile(member)
        return b"" if stream is None else stream.read(limit + 1)

    def close(self) -> None:
        """Close the file."""
        self.archive.close()


class ZipReader:
    """A zip; its directory is checked for bombs before anything is unpacked."""

    def __init__(self, path: str, archive: zipfile.ZipFile) -> None:
        import stat

        self.archive = archive
        self.members = self.archive.infolist()
        check_count(len(self.members), path)
        check_total(sum(member.file_size for member in self.members), path)
        self.refused: list[tuple[str, str]] = []
        self.entries: list[Entry] = []
        comment = self.archive.comment.decode("ascii", "replace").strip()
        self.commit = comment if COMMIT.fullmatch(comment) else None
        for number, member in enumerate(self.members):
            raw = zip_name(member)
            name = clean_name(raw)
            mode = member.external_attr >> 16
            if member.is_dir():
                self.entries.append((f"{name or ''}/", number, 0, ""))
            elif name is None:
                self.refused.append((printable_text(raw), OUT_OF_TREE))
            elif stat.S_ISLNK(mode):
                self.entries.append((name, number, 0, self.link_target(number)))
            elif stat.S_IFMT(mode) not in (0, stat.S_IFREG):
                self.refused.append((name, "it is no regular file"))
            elif member.flag_bits & 1:
                self.refused.append((name, "it is encrypted"))
            else:
                self.entries.append((name, number, member.file_size, ""))

    def link_target(self, number: int) -> str:
        """The target of a link, as written; one that cannot be read leads out of the tree."""
        try:
            return self.read(number, MAX_LINK_BYTES).decode("utf-8", "surrogateescape") or "/"
        except UnreadableFile:
            return "/"

    def read(self, number: int, limit: int) -> bytes:
        """The bytes of a member, never more than `limit`, whatever its header says.

        Raises: UnreadableFile.
        """
        import zipfile

        try:
            with self.archive.open(self.members[number]) as stream:
                data = read_some(stream, limit + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
            raise UnreadableFile(f"the archive is damaged there: {error}") from None
        if len(data) > limit:
            raise UnreadableFile(too_large(len(data), limit))
        return data

    def close(self) -> None:
        """Close the file."""
        self.archive.close()


def read_some(stream: IO[bytes], number: int) -> bytes:
    """Up to `number` bytes of a stream."""
    pieces: list[bytes] = []
    while number > 0 and (piece := stream.read(min(number, 1 << 20))):
        pieces.append(piece)
        number -= len(piece)
    return b"".join(pieces)


def zip_name(member: zipfile.ZipInfo) -> str:
    """The name of a zip's entry: UTF-8 also where its flag does not say so."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return member.filename


def clean_name(raw: str) -> str | None:
    """The path of an entry, None where it is absolute, leads upwards or is empty."""
    if raw.startswith(("/", "\\")) or re.match(r"[A-Za-z]:[\\/]", raw):
        return None
    parts = [part for part in raw.split("/") if part not in ("", ".")]
    if not parts or ".." in parts:
        return None
    return printable_text("/".join(parts))


def hard_link(name: str, target: str) -> str:
    """A hard link, whose target counts from the top, as the symbolic link that means the same."""
    clean = clean_name(target)
    return "/" if clean is None else posixpath.relpath(clean, posixpath.dirname(name) or ".")


def without_top(entries: list[Entry]) -> list[Entry]:
    """The files with a folder taken off that holds all of them; folders themselves fall away."""
    tops = {entry[0].partition("/")[0] for entry in entries if entry[0] != "/"}
    files = [entry for entry in entries if not entry[0].endswith("/")]
    if len(tops) != 1 or any("/" not in entry[0] for entry in files):
        return files
    skip = len(tops.pop()) + 1
    return [(name[skip:], member, size, link) for name, member, size, link in files]


def archive_name(path: str) -> str:
    """The base name of an archive without its ending."""
    base = os.path.basename(path)
    for ending in sorted(ARCHIVE_ENDINGS, key=len, reverse=True):
        if base.lower().endswith(ending) and len(base) > len(ending):
            return base[: -len(ending)]
    return base


def check_total(total: int, path: str) -> None:
    """Refuse what unpacks to too much.

    Raises: SourceError.
    """
    if total > MAX_TOTAL_BYTES:
        raise SourceError(f'"{path}" unpacks to more than {MAX_TOTAL_BYTES >> 30} GiB.',
                          hint="Scan an archive of the sources alone.")
