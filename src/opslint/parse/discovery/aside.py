"""Which files stand aside: tests, examples, documentation, others' code; they neither show a practice nor make it apply."""

from __future__ import annotations

import re
from functools import lru_cache

from opslint.source.words.late import late

ASIDE = frozenset({
    "testdata", "test-data", "test_data", "tests", "test", "__tests__", "fixtures", "__fixtures__", "examples", "example", "docs",
    "vendor", "node_modules",
})  # fmt: skip

COPIED_INSTALL = late(
    r"(?:^|/)(?:gotk-components\.ya?ml|argo-?cd/(?:[^/]+/)*(?:core-|ha-|namespace-)?install\.ya?ml)$"
    r"|(?:^|/)config/samples/", re.IGNORECASE)
"""Installs copied from their maker, and the samples an operator's generator lays beside its definitions."""
_INSTALLS = ("install.yaml", "install.yml", "gotk-components.yaml", "gotk-components.yml")


def aside(path: str) -> bool:
    """Whether a path stands below a folder of that kind, in whatever case it is written, or is an install copied from its maker.

    Source: design/practices.md, 'Words'.
    """
    folder, _, name = path.rpartition("/")
    kind = _folder_kind(folder)
    return kind == "aside" or ((kind == "samples" or name.lower().endswith(_INSTALLS)) and COPIED_INSTALL.search(path) is not None)


@lru_cache(maxsize=65_536)
def _folder_kind(folder: str) -> str:
    """What the folders on the way say: "aside", "samples" where they may be an operator's, else nothing."""
    segments = folder.lower().split("/")
    return "aside" if not ASIDE.isdisjoint(segments) else "samples" if "samples" in segments else ""


def example(path: str) -> bool:
    """Whether a path stands aside only because it is an example."""
    segments = {segment.lower() for segment in path.split("/")[:-1]}
    return bool(segments & {"examples", "example"}) and not segments & (ASIDE - {"examples", "example"})
