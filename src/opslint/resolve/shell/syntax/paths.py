"""Paths that scripts ask commands for: `$(dirname "$0")`, `$(cd … && pwd)`, `$(git rev-parse --show-toplevel)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opslint.resolve.shell.syntax.words import ROOT, UNKNOWN, Scope, Source, text_of

if TYPE_CHECKING:  # for signatures only: the grammar is imported when a script is met
    from tree_sitter import Node

_SAME = frozenset({"readlink", "realpath", "greadlink", "grealpath", "echo", "cygpath"})
_TOP = (("git", "rev-parse", "--show-toplevel"), ("git", "rev-parse", "--show-cdup"), ("hg", "root"))


def path_printed(node: Node, source: Source, scope: Scope, depth: int) -> str:
    """The path a command substitution prints, UNKNOWN where it prints anything else.

    Shape: links are not looked into, so that `readlink -f x` is x; the top of the working tree is ROOT.
    Source: POSIX, "dirname", "pwd"; git-rev-parse, "--show-toplevel".
    """
    inner = node.named_children
    if len(inner) != 1 or depth > 16:
        return UNKNOWN
    if inner[0].type == "list":
        return _entered(inner[0], source, scope, depth)
    words = _words(inner[0], source, scope, depth)
    if not words:
        return UNKNOWN
    if tuple(words) in _TOP:
        return ROOT
    if words[0] == "pwd":
        return "."
    operands = [word for word in words[1:] if not word.startswith("-")]
    if len(operands) != 1 or UNKNOWN in operands[0]:
        return UNKNOWN
    path = operands[0]
    if words[0] == "dirname":
        return _above(path)
    if words[0] == "basename":
        return path.rstrip("/").rpartition("/")[2] or UNKNOWN
    return path if words[0] in _SAME and (words[0] != "echo" or "/" in path) else UNKNOWN


def _above(path: str) -> str:
    """The folder of a path; the root keeps its own spelling."""
    if path.startswith(ROOT):
        folder = path[len(ROOT) :].strip("/").rpartition("/")[0]
        return f"{ROOT}/{folder}" if folder else ROOT
    return path.rstrip("/").rpartition("/")[0] or ("/" if path.startswith("/") else ".")


def _entered(node: Node, source: Source, scope: Scope, depth: int) -> str:
    """`cd folder && pwd`."""
    parts = [_words(child, source, scope, depth) for child in node.named_children]
    if len(parts) != 2 or parts[0][:1] != ["cd"] or parts[1][:1] != ["pwd"]:
        return UNKNOWN
    operands = [word for word in parts[0][1:] if word != "--" and word != "-P"]
    return operands[0] if len(operands) == 1 and not operands[0].startswith("-") else UNKNOWN


def _words(node: Node, source: Source, scope: Scope, depth: int) -> list[str]:
    """The words of a simple command, its redirections left out; none for anything else."""
    body = node.child_by_field_name("body") if node.type == "redirected_statement" else node
    if body is None or body.type != "command":
        return []
    name = body.child_by_field_name("name")
    words = [source.raw(name)] if name is not None else []
    return words + [text_of(child, source, scope, depth + 1) for child in body.children_by_field_name("argument") if child.is_named]
