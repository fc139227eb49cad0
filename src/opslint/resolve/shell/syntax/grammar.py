"""The bash grammar, loaded when the first script is met, and bounded against texts that would make it run away."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from opslint.source.words.late import late

if TYPE_CHECKING:  # the import costs 1 ms at start-up; no floor is crossed by it
    from tree_sitter import Node, Parser, Tree

MAX_SCRIPT = 32 * 1024
"""Code points of a script that are read: three times the longest block of the corpus."""

MAX_TROUBLE = 4096
"""Bound on error recovery, which can be quadratic: the sum of squared sizes (in KiB) of scripts that did not parse."""

MAX_TROUBLED = 2048
"""Code points of a script that are read once that bound is passed."""

_RUNAWAY = (
    (late(r"(?<!\|)\|(?!\|)"), 300),  # one pipe of n members takes n² memory
    (late(r"<<<"), 200),
    (late(r"<<"), 400),
    (late(r"=\("), 200),
    (late(r"\$\{"), 3000),
    (late(r"\[\["), 600),
    (late(r"[<>]"), 1000),
)
_CLOSING_SURPLUS = 250  # unmatched ")": quadratic error recovery; a `case` has one each pattern

MAX_TREES = 256
MAX_KEPT = 8 * 1024
"""Trees that are kept, and bytes of a script whose tree is: the same text is read again with other values of its variables."""

_TREES: dict[bytes, Tree] = {}
_parser: Parser | None = None
_trouble = 0


def parser() -> Parser:
    """The one parser of this process.

    The grammar's shared object is loaded directly: its package imports `importlib.resources`, which costs 25 ms.
    """
    global _parser  # noqa: PLW0603  a lazy singleton: a parser holds no state between parses
    if _parser is None:
        import tree_sitter

        _parser = tree_sitter.Parser(tree_sitter.Language(_language()))
    return _parser


def _language() -> object:
    """The grammar, past its package's own imports where the layout allows."""
    from importlib.machinery import PathFinder

    package = PathFinder.find_spec("tree_sitter_bash", sys.path)
    if package is not None and package.submodule_search_locations:
        spec = PathFinder.find_spec("tree_sitter_bash._binding", list(package.submodule_search_locations))
        if spec is not None and spec.loader is not None:
            module = spec.loader.create_module(spec)
            if module is not None:
                spec.loader.exec_module(module)
                return module.language()
    import tree_sitter_bash

    return tree_sitter_bash.language()


def bounded(text: str) -> str:
    """The text as far as it can be parsed in bounded time and memory.

    Shape: a prefix of `text`, of the same code points, NULs made blanks.
    """
    if "\0" in text:
        text = text.replace("\0", " ")
    if len(text) < 1024:
        return text
    text = text[: MAX_SCRIPT if _trouble < MAX_TROUBLE else MAX_TROUBLED]
    for pattern, limit in _RUNAWAY:
        for count, found in enumerate(pattern.finditer(text)):
            if count >= limit:
                text = text[: found.start()]
                break
    surplus = 0
    if text.count(")") - text.count("(") > _CLOSING_SURPLUS or text.count(")") > 2 * _CLOSING_SURPLUS:
        for found in re.finditer(r"[()]", text):
            surplus += 1 if found.group() == ")" else -1
            if surplus > _CLOSING_SURPLUS:
                return text[: found.start()]
    return text


def root_of(source: bytes) -> Node:
    """The root node of a script, ERROR nodes and all."""
    global _trouble  # noqa: PLW0603  a sum over the scripts of one repository, set back by `calm`
    kept = _TREES.get(source)
    if kept is not None:
        return kept.root_node
    tree = parser().parse(source)
    if len(source) <= MAX_KEPT:
        if len(_TREES) >= MAX_TREES:
            _TREES.clear()
        _TREES[source] = tree
    root = tree.root_node
    if len(source) > MAX_TROUBLED and root.has_error:
        _trouble += (len(source) // 1024) ** 2
    return root


def calm() -> None:
    """Forget the scripts that did not parse: what one repository holds does not shorten those of the next."""
    global _trouble  # noqa: PLW0603  as above
    _trouble = 0
    _TREES.clear()
