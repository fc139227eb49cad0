"""A place in a file, in the units people and SARIF use."""

from __future__ import annotations

import msgspec


class Span(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A region of one file of the scanned tree.

    Shape:  `path` is relative to the tree's root, with "/".
    Units:  lines and columns start at 1; columns count code points; `end_column` is exclusive.
    Source: SARIF 2.1.0, section 3.30 (text regions).
    """

    path: str
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1
