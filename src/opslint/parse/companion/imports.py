"""Which modules a source file imports, as cheaply as can be told."""

from __future__ import annotations

import re

from opslint.source.words.late import late

MAX_BYTES = 512 * 1024
"""Bytes of a file that are looked at: imports stand at the top."""

_PYTHON = late(rb"^[ \t]*(?:from[ \t]+([A-Za-z_]\w*)[\w.]*[ \t]+import\b|import[ \t]+([A-Za-z_][\w., \t]*))", re.MULTILINE)
_NOTEBOOK = late(rb"""(?:"|\\n)[ \t]*(?:from[ \t]+([A-Za-z_]\w*)[\w.]*[ \t]+import\b|import[ \t]+([A-Za-z_][\w., \t]*))""")
_SCRIPT = late(
    rb"""^[ \t]*(?:import\b[^'"\n;]{0,400}?|export\b[^'"\n;]{0,400}?\bfrom[ \t]*|\}[ \t]*from[ \t]*"""
    rb"""|[^'"\n]{0,200}?\b(?:require|import)\()[ \t]*['"]([@\w][\w./@-]*)['"]""",
    re.MULTILINE,
)
_SCRIPT_ENDS = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx")


def imports_in(path: str, data: bytes) -> frozenset[str]:
    """The top-level modules a Python file or notebook imports, or the packages a JavaScript or TypeScript file does.

    Shape: Python modules as written (`sklearn`), packages with their scope (`@huggingface/inference`); relative imports are left
           out. A line-anchored look, no parse: an import inside a long string counts, one built at run time does not.
    """
    data = data[:MAX_BYTES]
    if path.endswith((".py", ".pyi")):
        return _modules(_PYTHON, data)
    if path.endswith(".ipynb"):
        return _modules(_NOTEBOOK, data)
    if path.endswith(_SCRIPT_ENDS):
        return frozenset(_package(match.group(1).decode("ascii", "replace")) for match in _SCRIPT.finditer(data))
    return frozenset()


def _modules(pattern: re.Pattern[bytes], data: bytes) -> frozenset[str]:
    found: set[str] = set()
    for match in pattern.finditer(data):
        if match.group(1):
            found.add(match.group(1).decode("ascii", "replace"))
            continue
        for part in match.group(2).decode("ascii", "replace").split(","):
            word = part.split()[0].split(".")[0] if part.split() else ""
            if word.isidentifier():
                found.add(word)
    return frozenset(found)


def _package(specifier: str) -> str:
    parts = specifier.split("/")
    return "/".join(parts[:2]) if specifier.startswith("@") else parts[0]
