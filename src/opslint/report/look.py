"""What a person asked of a report's looks."""

from __future__ import annotations

import msgspec


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
