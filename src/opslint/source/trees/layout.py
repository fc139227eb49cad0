"""What every kind of tree does alike: names made printable, vendored folders left out, links led to files of the tree."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Container, Mapping
from functools import lru_cache

from opslint.errors import SourceError
from opslint.source.tree import MAX_PATHS
from opslint.source.words.late import late

VENDORED = frozenset({
    "vendor", "node_modules", "bower_components", "jspm_packages", "third_party", "third-party", "3rdparty",
    ".venv", "venv", "site-packages", "__pycache__", ".tox", ".nox", ".eggs", ".mypy_cache", ".pytest_cache", ".ruff_cache",
    ".terraform", ".terragrunt-cache", ".gradle", "Pods", "Carthage", ".yarn", ".pnpm-store", ".direnv", ".git", ".hg", ".svn",
})
MAX_HOPS = 16  # of links that lead to links
MAX_LINK_BYTES = 4096

ODD = late("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")

OUTSIDE = "it is a link out of the tree"
TO_FOLDER = "it is a link to a folder"
TO_NOTHING = "it is a link to something that is not in the tree"


def is_vendored(path: str) -> bool:
    """Whether a path stands below a folder that holds other people's or generated files."""
    return _is_vendored_folder(path.rpartition("/")[0])


@lru_cache(maxsize=65_536)
def _is_vendored_folder(folder: str) -> bool:
    return not VENDORED.isdisjoint(folder.split("/"))


def printable_name(raw: bytes) -> str:
    """A file name as text that can be printed and compared: bytes that are no UTF-8, and control characters, are escaped."""
    text = raw.decode("utf-8", "surrogateescape")
    return printable_text(text)


def printable_text(text: str) -> str:
    """Escape what cannot be printed in a name that was decoded with surrogateescape."""
    return ODD.sub(escape, text) if not text.isprintable() else text


def escape(found: re.Match[str]) -> str:
    """One odd character as `\\xNN` or `\\uNNNN`."""
    code = ord(found.group())
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def check_count(number: int, target: str) -> None:
    """Refuse a tree of too many files.

    Raises: SourceError.
    """
    if number > MAX_PATHS:
        raise SourceError(f'"{target}" has more than {MAX_PATHS} files.', hint="Scan a sub-directory of it.")


def settle_links(files: Collection[str], links: Mapping[str, str]) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Lead every link to the file of the tree it stands for, without looking at the disk.

    Shape: `files` are the paths of regular files, `links` map a link's path to its target as written; what comes back maps the
           path of a link to that of its file, and lists the links that are skipped with the reason.
    """
    if not links:
        return {}, []
    folders: set[str] = set()
    for path in files:
        folder = path.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    led: dict[str, str] = {}
    skipped: list[tuple[str, str]] = []
    for path in sorted(links):
        goal, reason = follow(path, files, folders, links)
        if goal is not None:
            led[path] = goal
        else:
            skipped.append((path, reason))
    return led, skipped


def follow(path: str, files: Container[str], folders: set[str], links: Mapping[str, str]) -> tuple[str | None, str]:
    """Where one link leads: the path of a file, or None and why not."""
    current = path
    for _ in range(MAX_HOPS):
        holder = link_on(current, links)
        if holder is None:
            break
        target = links[holder]
        if target.startswith("/") or "\\" in target:
            return None, OUTSIDE
        rest = current[len(holder) :]
        current = posixpath.normpath(posixpath.join(posixpath.dirname(holder), target) + rest)
        if current == ".." or current.startswith("../"):
            return None, OUTSIDE
    else:
        return None, "it is a link that leads in a circle"
    if current in files:
        return current, ""
    return None, TO_FOLDER if current == "." or current in folders else TO_NOTHING


def link_on(path: str, links: Mapping[str, str]) -> str | None:
    """The first link on the way to a path, the path itself included."""
    if path in links:
        return path
    position = path.find("/")
    while position >= 0:
        if path[:position] in links:
            return path[:position]
        position = path.find("/", position + 1)
    return None
