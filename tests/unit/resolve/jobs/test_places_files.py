"""Files of a tree as followers ask for them."""

from __future__ import annotations

import pytest

from opslint.resolve.jobs.places import Files
from opslint.source.trees.memory import MemoryTree

FILES = Files(MemoryTree(dict.fromkeys(("a", "a-b/x", "a/b/x", "a/x", "a0/x", "b"), "")))


@pytest.mark.parametrize(("folder", "found"), [
    ("", ("a", "a-b/x", "a/b/x", "a/x", "a0/x", "b")), ("a", ("a/b/x", "a/x")), ("a/b", ("a/b/x",)), ("a-b", ("a-b/x",)), ("b", ()),
    ("c", ()),
])
def test_files_below_a_folder_are_all_of_it_and_nothing_beside_when_asked(folder: str, found: tuple[str, ...]) -> None:
    assert FILES.below(folder) == found


def test_what_is_kept_is_made_once_when_asked_again() -> None:
    made = iter(("first", "second"))
    files = Files(MemoryTree({"x": "text"}))
    for _ in range(3):
        assert files.kept(("a", 1), lambda: next(made)) == "first"
    assert files.made(lambda path, text: path + text, "none") is None
