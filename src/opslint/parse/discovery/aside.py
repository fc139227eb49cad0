"""Which files stand aside: tests, examples, documentation, others' code; they neither show a practice nor make it apply."""

from __future__ import annotations

import re

from opslint.source.words.late import late

ASIDE = (
    "testdata", "test-data", "test_data", "tests", "test", "__tests__", "fixtures", "__fixtures__", "examples", "example", "docs",
    "vendor", "node_modules",
)  # fmt: skip

ASIDE_SEGMENT = late("(?:^|/)(?:" + "|".join(ASIDE) + ")/", re.IGNORECASE)
COPIED_INSTALL = late(
    r"(?:^|/)(?:gotk-components\.ya?ml|argo-?cd/(?:[^/]+/)*(?:core-|ha-|namespace-)?install\.ya?ml)$"
    r"|(?:^|/)config/samples/", re.IGNORECASE)
"""Installs copied from their maker, and the samples an operator's generator lays beside its definitions."""


def aside(path: str) -> bool:
    """Whether a path stands below a folder of that kind, in whatever case it is written, or is an install copied from its maker.

    Source: design/practices.md, 'Words'.
    """
    return ASIDE_SEGMENT.search(path) is not None or COPIED_INSTALL.search(path) is not None


def example(path: str) -> bool:
    """Whether a path stands aside only because it is an example."""
    segments = {segment.lower() for segment in path.split("/")[:-1]}
    return bool(segments & {"examples", "example"}) and not segments & (set(ASIDE) - {"examples", "example"})
