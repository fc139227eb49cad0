"""From a place in a block's text to the place in the file the block stands in."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from typing import TypeVar, cast

from opslint.errors import UnreadableFile
from opslint.model.pipeline import Step
from opslint.source.node import Node, Scalar, path_of
from opslint.source.span import Span
from opslint.source.tree import Tree

MAX_LINES = 20_000
Made = TypeVar("Made")


class Files:
    """Lines of the tree's files, one file at a time; and what was made of files that many commands lead to."""

    __slots__ = ("_kept", "_lines", "_path", "tree")

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._path = ""
        self._lines: list[str] = []
        self._kept: dict[tuple[object, ...], object] = {}

    def kept(self, key: tuple[object, ...], make: Callable[[], Made]) -> Made:
        """What `make` gives, made once for each key.

        Shape: the key begins with the name of the module that asks, so that each finds its own.
        """
        if key not in self._kept:
            self._kept[key] = make()
        return cast("Made", self._kept[key])

    def made(self, make: Callable[[str, str], Made], path: str) -> Made | None:
        """What `make` makes of a file's path and text; made once, None where the file cannot be read."""

        def read() -> Made | None:
            text = self.text(path) if self.tree.has(path) else None
            return make(path, text) if text is not None else None

        return self.kept((make, path), read)

    def below(self, folder: str) -> tuple[str, ...]:
        """The files of a folder and of those in it, sorted; of the whole tree for ""."""
        paths = self.tree.paths()
        if not folder:
            return paths
        return paths[bisect_left(paths, f"{folder}/") : bisect_left(paths, f"{folder}0")]  # "0" comes next after "/"

    def lines(self, path: str) -> list[str]:
        """The lines of a file, none where it cannot be read."""
        if path != self._path:
            try:
                text = self.tree.read(path).decode("utf-8", "replace")
            except UnreadableFile:
                text = ""
            self._path, self._lines = path, text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return self._lines

    def text(self, path: str) -> str | None:
        """The text of a file, None where it cannot be read."""
        try:
            return self.tree.read(path).decode("utf-8", "replace")
        except UnreadableFile:
            return None


class Block:
    """One scalar that holds a script.

    Shape: a literal block is mapped line by line; in a folded, quoted or plain scalar that runs over several lines every line
           is looked up in the text; a joined argv is all at its first word.
    """

    __slots__ = ("_anchors", "_files", "_indent", "_offsets", "node", "path", "text")

    def __init__(self, path: str, text: str, node: Scalar, files: Files) -> None:
        self.path = path
        self.text = text
        self.node = node
        self._files = files
        self._indent: int | None = None
        self._anchors: list[tuple[int, int, int]] | None = None
        self._offsets: list[int] | None = None

    def position(self, line: int, column: int) -> tuple[int, int]:
        """Line and column in the file of a line and column (from 1) in the text."""
        node = self.node
        if node.style == "|":
            return node.line + line, column + self._indentation()
        if node.value != self.text:
            return node.line, node.column
        if node.end_line <= node.line:
            quote = 1 if node.style in ("'", '"') else 0
            return node.line, node.column + quote + column - 1 if line == 1 else node.column
        return self._looked_up(line, column)

    def _indentation(self) -> int:
        """Columns before the text of a literal block."""
        if self._indent is None:
            lines = self._files.lines(self.path)
            self._indent = 0
            for index, text in enumerate(self.text.split("\n")[:200]):
                if text.strip() and self.node.line + index < len(lines):
                    written = lines[self.node.line + index]
                    self._indent = max(0, len(written) - len(written.lstrip(" ")) - (len(text) - len(text.lstrip(" "))))
                    break
        return self._indent

    def _looked_up(self, line: int, column: int) -> tuple[int, int]:
        if self._offsets is None or self._anchors is None:
            self._offsets = [0]
            for text in self.text.split("\n"):
                self._offsets.append(self._offsets[-1] + len(text) + 1)
            self._anchors = self._find_anchors()
        offset = self._offsets[min(line, len(self._offsets)) - 1] + column - 1
        index = bisect_right(self._anchors, (offset, MAX_LINES * 1000, 0)) - 1
        if index < 0:
            return self.node.line, self.node.column
        start, at_line, at_column = self._anchors[index]
        return at_line, at_column + offset - start

    def _find_anchors(self) -> list[tuple[int, int, int]]:
        """(offset in the text, line, column) of each written line that is found again in the text."""
        lines = self._files.lines(self.path)
        first = self.node.line if self.node.style == ">" else self.node.line - 1
        found: list[tuple[int, int, int]] = []
        at = 0
        for index in range(first, min(len(lines), self.node.end_line, first + MAX_LINES)):
            written, skipped = lines[index], 0
            if index == self.node.line - 1:
                skipped = self.node.column - 1 + (1 if self.node.style in ("'", '"') else 0)
            piece = written[skipped:].strip().rstrip("'\"" if self.node.style in ("'", '"') else "").removesuffix("\\")
            where = self.text.find(piece, at) if piece else -1
            if where >= 0:
                found.append((where, index + 1, written.find(piece, skipped) + 1))
                at = where + len(piece)
        return found


def block_of(step: Step, files: Files) -> Block | None:
    """The block of a step that runs a script, None where nothing says where it stands."""
    return Block(step.span.path, step.script, step.script_node, files) if isinstance(step.script_node, Scalar) else None


def span_of(path: str, node: Node | None, fallback: Span) -> Span:
    """The place of a node."""
    if node is None:
        return fallback
    return Span(path=path_of(node, path), line=node.line, column=node.column, end_line=node.end_line, end_column=node.end_column)
