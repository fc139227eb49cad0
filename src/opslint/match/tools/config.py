"""Configuration files of tools, asked for what decides: gosec among the linters, security rules selected, signing switched on."""

from __future__ import annotations

from typing import Any

from opslint.errors import UnreadableFile
from opslint.knowledge.types import ConfigForm
from opslint.match.tools.argv import glob
from opslint.model.activity import Hop
from opslint.parse.discovery.aside import aside
from opslint.source.node import Mapping, Node, Scalar, Sequence
from opslint.source.tree import Tree
from opslint.source.words.toml import parse_toml
from opslint.source.yaml import parse_yaml

MOST_BYTES = 1 << 18


class Configs:
    """The tools' configuration files of one tree, each read at most once and only when a tool that runs asks."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._paths: dict[str, str | None] = {}
        self._read: dict[str, tuple[object, str]] = {}

    def said(self, form: ConfigForm) -> Hop | None:
        """The line that says what a form asks for, or None."""
        for name in form.files:
            path = self._path(name)
            if path is None:
                continue
            data, text = self._data(path)
            for at in form.at:
                line = _line_in_nodes(data, at, form.has) if isinstance(data, (Mapping, Sequence, Scalar)) else (
                    _line_in_toml(data, at, form.has, text))
                if line:
                    return Hop(path=path, line=line, text=text.split("\n")[line - 1].strip()[:120])
        return None

    def _path(self, name: str) -> str | None:
        """The file of a name: at the root, else the highest one that is no fixture."""
        if name not in self._paths:
            found: str | None = name if self.tree.has(name) else None
            if found is None and "/" not in name:
                ending = f"/{name}"
                nested = [path for path in self.tree.paths() if path.endswith(ending) and not aside(path)]
                found = min(nested, key=lambda path: (path.count("/"), path), default=None)
            self._paths[name] = found
        return self._paths[name]

    def _data(self, path: str) -> tuple[object, str]:
        if path not in self._read:
            try:
                raw = self.tree.read(path, MOST_BYTES)
                self._read[path] = _parsed(path, raw), raw.decode("utf-8", "replace")
            except (UnreadableFile, ValueError):
                self._read[path] = None, ""
        return self._read[path]


def _parsed(path: str, raw: bytes) -> object:
    """A document as nodes (YAML, JSON) or plain values (TOML).

    Raises: UnreadableFile or ValueError where it is neither.
    """
    if path.endswith(".toml"):
        return parse_toml(raw.decode("utf-8", "replace"))
    documents = parse_yaml(raw).documents
    return documents[0] if documents else None


def _line_in_nodes(node: Any, at: str, has: str) -> int:
    key_line = 0
    for word in at.split("."):
        if not isinstance(node, Mapping) or node.key(word) is None:
            return 0
        key = node.key(word)
        key_line, node = (key.line if key is not None else 0), node.get(word)
    if has == "*" and node is not None:
        return key_line
    return next((scalar.line for scalar in _scalars(node) if glob(scalar.value, has)), 0)


def _scalars(node: Node | None) -> list[Scalar]:
    """A scalar, the scalars of a list, or the keys of a mapping."""
    if isinstance(node, Scalar):
        return [node]
    if isinstance(node, Mapping):
        return [key for _, key, _ in node.items()]
    return [item for item in node if isinstance(item, Scalar)] if isinstance(node, Sequence) else []


def _line_in_toml(data: object, at: str, has: str, text: str) -> int:
    for word in at.split("."):
        if not isinstance(data, dict) or word not in data:
            return 0
        data = data[word]
    values = [str(item) for item in data] if isinstance(data, (list, dict)) else [str(data)]
    matched = next((value for value in values if glob(value, has)), None)
    if matched is None:
        return 0
    name = at.rpartition(".")[2]
    lines = text.split("\n")
    start = next((number for number, line in enumerate(lines, 1) if line.strip().startswith(name)), 1)
    behind = list(enumerate(lines[start - 1:], start))
    quoted = (number for number, line in behind if f'"{matched}"' in line or f"'{matched}'" in line)
    return next(quoted, 0) or next((number for number, line in behind if matched in line), start)
