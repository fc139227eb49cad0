"""One Python file, parsed: its functions, what it imports, and its names in full."""

from __future__ import annotations

import ast

import msgspec

MAX_SOURCE = 256 * 1024
MAX_DEFINITIONS = 4000

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A Python file as it is read.

    Shape: `functions` are those of the module's level, also below an `if`, the last of a name; `methods` those of its classes;
           `imports` maps a name of the file to what it stands for in full, `relative` one that comes from the file's own package to
           how many folders up (1 for its own) and what it is there; `looked_at` is filled in as bodies are walked: by the id of
           their first statement the names whose status somebody looks at.
    """

    path: str
    tree: ast.Module
    functions: dict[str, Function]
    methods: dict[str, Function]
    imports: dict[str, str]
    relative: dict[str, tuple[int, str]]
    looked_at: dict[int, frozenset[str]]


def source_of(path: str, text: str) -> Source | None:
    """A Python file parsed, None where it cannot be or is too large."""
    if len(text) > MAX_SOURCE:
        return None
    try:
        tree = ast.parse(text.removeprefix("\ufeff"), path)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    functions: dict[str, Function] = {}
    methods: dict[str, Function] = {}
    imports: dict[str, str] = {}
    relative: dict[str, tuple[int, str]] = {}
    for node in ast.walk(tree):
        imports.update({name: stands_for for _, name, stands_for in imported(node)})
        if isinstance(node, ast.ImportFrom) and node.level:
            before = f"{node.module}." if node.module else ""
            relative.update({one.asname or one.name: (node.level, before + one.name) for one in node.names})
    open_bodies: list[tuple[list[ast.stmt], bool]] = [(tree.body, False)]
    while open_bodies and len(functions) + len(methods) < MAX_DEFINITIONS:
        body, inside = open_bodies.pop()
        for statement in body:
            if isinstance(statement, Function):
                (methods if inside else functions)[statement.name] = statement
            elif isinstance(statement, ast.ClassDef):
                open_bodies.append((statement.body, True))
            elif isinstance(statement, (ast.If, ast.Try)):
                open_bodies.extend((part, inside) for part in (statement.body, statement.orelse) if part)
    return Source(path=path, tree=tree, functions=functions, methods=methods, imports=imports, relative=relative, looked_at={})


def imported(node: ast.AST) -> list[tuple[str, str, str]]:
    """(full name, name in the program, what that name stands for) of everything a statement imports."""
    if isinstance(node, ast.Import):
        firsts = [one.name.partition(".")[0] for one in node.names]
        return [(one.name, one.asname or first, one.name if one.asname else first)
                for one, first in zip(node.names, firsts, strict=True)]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        inner = [(f"{node.module}.{one.name}", one.asname or one.name) for one in node.names]
        return [(node.module, "", node.module), *((full, name, full) for full, name in inner)]
    return []


def full_name(node: ast.expr, names: dict[str, str]) -> str:
    """The full name of what is called: `pd.read_csv` is `pandas.read_csv`; a call's result gives no name but its method's."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        parts.append(names.get(node.id, node.id))
    elif not parts:
        return ""
    else:
        parts.append("")
    return ".".join(reversed(parts))
