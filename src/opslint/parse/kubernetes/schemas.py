"""The schemas of CustomResourceDefinitions taken out of a file's text before it is read: no rule asks for them."""

from __future__ import annotations

import re
from itertools import pairwise

MARK = b"kind: CustomResourceDefinition"
SMALL = 1 << 15
"""Bytes of a file that is read whole: the schemas of a small one cost nothing."""

_DOCUMENT = re.compile(rb"^---", re.MULTILINE)
_DEFINITION = re.compile(rb"^kind: CustomResourceDefinition[ \t\r]*$", re.MULTILINE)
_TEMPLATED = re.compile(rb"^[ \t]*\{\{", re.MULTILINE)
_SCHEMAS = re.compile(rb"^  (?:versions|validation):[ \t\r]*\n(?:(?:   .*|  - .*)(?:\n|\Z)|[ \t\r]*\n)+", re.MULTILINE)
"""`versions` and `validation` of a definition's `spec`, in block style, to the next key beside or above them."""


def without_schema_text(data: bytes) -> bytes:
    """A manifest's bytes with blank lines for the schemas of its CustomResourceDefinitions; every line keeps its number.

    Shape: only plain block style at two columns is cut, as every generator writes it; anything else, and a document with
           template actions on lines of their own, stays as it is.
    """
    if len(data) < SMALL or MARK not in data:
        return data
    begins = [0, *(found.start() for found in _DOCUMENT.finditer(data)), len(data)]
    parts: list[bytes] = []
    for begin, end in pairwise(begins):
        part = data[begin:end]
        if _DEFINITION.search(part) and not _TEMPLATED.search(part):
            part = _SCHEMAS.sub(_blank, part)
        parts.append(part)
    return b"".join(parts)


def _blank(found: re.Match[bytes]) -> bytes:
    return b"\n" * found.group().count(b"\n")
