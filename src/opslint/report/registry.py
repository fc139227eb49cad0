"""The table of formats; a format is one module and one row."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import msgspec

from opslint.knowledge.index import Index
from opslint.model.result import Report


class RenderOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a person asked of a report's looks.

    Units: `width` in columns; `seconds` the scan took (text only; machines get the same bytes every time).
    """

    width: int = 80
    color: bool = False
    unicode: bool = True
    explain_evidence: bool = False
    quiet: bool = False
    verbose: int = 0
    seconds: float | None = None


Renderer = Callable[[Report, Index, RenderOptions], str]

REPORTERS: dict[str, str] = {
    "text": "opslint.report.text",
    "json": "opslint.report.json",
}


def renderer(name: str) -> Renderer:
    """The `render_report` of a format; its module is imported only now."""
    found: Renderer = import_module(REPORTERS[name]).render_report
    return found
