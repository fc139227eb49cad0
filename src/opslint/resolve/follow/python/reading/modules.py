"""Modules of the repository that a Python file imports, as far as they may start programs."""

from __future__ import annotations

import ast

from opslint.resolve.follow.python.reading.source import Function, Source, source_of
from opslint.resolve.jobs.places import Files
from opslint.resolve.shell.state import joined
from opslint.resolve.shell.syntax.words import UNKNOWN

MAX_MODULES = 20
MAX_HANDED_ON = 3

_STARTERS = ("subprocess", "os.system", "os.popen", "os.exec", "create_subprocess", "from os ")


def may_start(text: str) -> bool:
    """Whether a Python file has a word in it without which it starts no program."""
    return any(word in text for word in _STARTERS)


class Modules:
    """Looks modules up in folders of the repository; only those that may start programs are parsed.

    Shape: `roots` are the folders absolute imports are looked for in, relative to the tree's root.
    """

    def __init__(self, files: Files, *roots: str) -> None:
        self.files = files
        self.roots = tuple(dict.fromkeys(root for root in roots if UNKNOWN not in root and not root.startswith("..")))
        self._read: dict[str, Source | None] = {}

    def any(self, source: Source) -> bool:
        """Whether a file imports one of them."""
        return any(self._function(source, [name], 0) or self._module(source, [name]) for name in (*source.imports, *source.relative))

    def function(self, source: Source, called: ast.expr) -> tuple[Source, Function] | None:
        """The function of another module that is called, with its file."""
        parts: list[str] = []
        while isinstance(called, ast.Attribute):
            parts.append(called.attr)
            called = called.value
        return self._function(source, [called.id, *reversed(parts)], 0) if isinstance(called, ast.Name) else None

    def named(self, module: str, function: str) -> tuple[Source, Function] | None:
        """A function by the full name of its module."""
        found = self._source(self.roots, module.split("."))
        if found is None or function not in found.functions:
            return None
        return found, found.functions[function]

    def _function(self, source: Source, parts: list[str], depth: int) -> tuple[Source, Function] | None:
        found = self._module(source, parts, last=1)
        if found is None:
            return None
        module, name = found
        if name in module.functions:
            return module, module.functions[name]
        return self._function(module, [name], depth + 1) if depth < MAX_HANDED_ON else None

    def _module(self, source: Source, parts: list[str], last: int = 0) -> tuple[Source, str] | None:
        """The module the first parts of a name mean, and the `last` part behind it."""
        level, full = source.relative.get(parts[0], (0, source.imports.get(parts[0], "")))
        if not full and not level:
            return None
        names = [*(one for one in full.split(".") if one), *parts[1:]]
        roots = self.roots
        if level:
            folder = source.path.rpartition("/")[0]
            for _ in range(level - 1):
                folder = folder.rpartition("/")[0]
            roots = (folder,)
        module = self._source(roots, names[: len(names) - last]) if len(names) > last or level else None
        return (module, names[-1] if names else "") if module is not None else None

    def _source(self, roots: tuple[str, ...], names: list[str]) -> Source | None:
        for root in roots:
            for ending in (".py", "/__init__.py") if names else ("__init__.py",):
                path = joined(root, "/".join(names) + ending)
                if self.files.tree.has(path):
                    return self._parsed(path)
        return None

    def _parsed(self, path: str) -> Source | None:
        if path not in self._read:
            text = self.files.text(path) if len(self._read) < MAX_MODULES else None
            self._read[path] = self.files.made(source_of, path) if text is not None and may_start(text) else None
        return self._read[path]
