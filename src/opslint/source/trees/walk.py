"""A directory walked without git: `.gitignore` files of every level and `.git/info/exclude` are honoured."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from opslint.errors import SourceError
from opslint.source.tree import MAX_PATHS
from opslint.source.trees.layout import VENDORED

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

MAX_IGNORE_BYTES = 1 << 20

Rules = tuple[tuple[str, "GitIgnoreSpec"], ...]  # folder (with "/" at its end, "" for the top) and its patterns, outermost first


def walk_files(root: str, work_tree: str | None) -> list[str]:
    """The files below a directory, links among them, as relative file-system names.

    Shape:  folders that are vendored, or repositories of their own, are not entered; links are never followed.
    Raises: OSError where the directory itself cannot be listed; SourceError beyond `MAX_PATHS`.
    """
    found: list[str] = []
    rules: Rules = ()
    if work_tree == root:
        exclude = ignore_spec(os.path.join(root, ".git", "info", "exclude"))
        rules = (("", exclude),) if exclude is not None else ()
    stack: list[tuple[str, Rules]] = [("", rules)]
    while stack:
        folder, rules = stack.pop()
        try:
            entries = sorted(os.scandir(f"{root}/{folder}" if folder else root), key=lambda entry: entry.name)
        except OSError:
            if not folder:
                raise
            continue
        names = {entry.name for entry in entries}
        if folder and ".git" in names:
            continue
        if ".gitignore" in names:
            spec = ignore_spec(f"{root}/{folder}.gitignore")
            rules = (*rules, (folder, spec)) if spec is not None else rules
        for entry in entries:
            path = folder + entry.name
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in VENDORED and not is_ignored(f"{path}/", rules):
                    stack.append((f"{path}/", rules))
            elif not is_ignored(path, rules):
                found.append(path)
        if len(found) > MAX_PATHS:
            raise SourceError(f'"{root}" has more than {MAX_PATHS} files.', hint="Scan a sub-directory of it.")
    return found


def ignore_spec(path: str) -> GitIgnoreSpec | None:
    """The patterns of one ignore file, None where it is empty, a link or cannot be read."""
    try:
        if os.path.islink(path) or os.path.getsize(path) > MAX_IGNORE_BYTES:
            return None
        with open(path, "rb") as stream:
            lines = stream.read(MAX_IGNORE_BYTES).decode("utf-8", "replace").splitlines()
    except OSError:
        return None
    lines = [line for line in lines if line.strip() and not line.startswith("#")]
    if not lines:
        return None
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:  # one bad pattern must not undo the others
        return GitIgnoreSpec.from_lines([line for line in lines if is_pattern(line)])


def is_pattern(line: str) -> bool:
    """Whether one line is a pattern git would take."""
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True


def is_ignored(path: str, rules: Rules) -> bool:
    """Whether the innermost ignore file that says anything about a path ignores it."""
    for folder, spec in reversed(rules):
        verdict = spec.check_file(path[len(folder) :]).include
        if verdict is not None:
            return verdict
    return False
