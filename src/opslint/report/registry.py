"""The table of formats; a format is one module and one row."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # the table alone is what the command line needs before it scans
    from opslint.knowledge.index import Index
    from opslint.model.result import Report
    from opslint.report.look import RenderOptions


class Renderer(Protocol):
    """What a format's module offers as `render_report`."""

    def __call__(self, report: Report, index: Index, options: RenderOptions, /) -> str:
        """A report as text of that format."""
        ...


REPORTERS: dict[str, str] = {
    "text": "opslint.report.text",
    "json": "opslint.report.json",
}


def renderer(name: str) -> Renderer:
    """The `render_report` of a format; its module is imported only now."""
    found: Renderer = import_module(REPORTERS[name]).render_report
    return found
