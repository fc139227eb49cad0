"""The blocks of PowerShell and batch scripts: which run, and whose failure surely goes unseen."""

from __future__ import annotations

import re
from bisect import bisect_right

from opslint.resolve.wrappers.tables import words_in
from opslint.source.words.late import late

MAX_BLOCKS = 4000
MAX_LOOKED_AHEAD = 40
MAX_HEADER = 400

_STRING = late(r'"(?:[^"`\n]|`.)*"|\'[^\'\n]*\'')
_CONTROL = words_in("if else elseif foreach for while do try finally switch begin process end")
_CHECK = late(r"LASTEXITCODE|\$\?|\berrorlevel\b|\|\|\s*[({]?\s*(?:exit|throw|goto)\b|\b(?:assert|check|throw|test)\w*-\w", re.IGNORECASE)
_WORD = late(r"[A-Za-z_][\w:-]*")


class Block:
    """One pair of braces (of parentheses in a batch file).

    Shape: offsets of the opening and the closing one; `head` is the first word of what stands before it, in lower case, `name`
           the second one where it is a function or a task.
    """

    __slots__ = ("close", "head", "name", "open")

    def __init__(self, opened: int, closed: int, head: str, name: str) -> None:
        self.open = opened
        self.close = closed
        self.head = head
        self.name = name


def code_of(text: str) -> str:
    """The text with what stands in strings made blanks of equal length."""
    return _STRING.sub(lambda found: found.group()[0] + " " * (len(found.group()) - 2) + found.group()[0], text)


def blocks_of(code: str, *, batch: bool = False) -> list[Block]:
    """The blocks of a script in the order in which they begin."""
    opening, closing = ("(", ")") if batch else ("{", "}")
    found: list[Block] = []
    stack: list[Block] = []
    for match in re.finditer(r"[()]" if batch else r"(?<!\$)\{|\}", code):
        at = match.start()
        if match.group() == opening:
            if len(found) >= MAX_BLOCKS:
                break
            head, name = _header(code, at)
            stack.append(Block(at, len(code), head, name))
            found.append(stack[-1])
        elif match.group() == closing and stack:
            stack.pop().close = at
    return found


def _header(code: str, at: int) -> tuple[str, str]:
    """The first two words of what stands before a block."""
    before = code[max(0, at - MAX_HEADER) : at].rstrip()
    start = max(before.rfind(stop) for stop in "\n;{}") + 1
    words = before[start:].replace("(", " ( ").split()
    return (words[0].lower() if words else ""), (words[1].lower() if len(words) > 1 else "")


def without_unused(text: str, code: str, blocks: list[Block]) -> str:
    """The text with the bodies of functions that nothing in it calls made blanks."""
    functions = [block for block in blocks if block.head in ("function", "filter") and block.name]
    if not functions:
        return text
    names = {block.name.rpartition(":")[2] for block in functions}
    mentioned = [(found.start(), found.group().lower()) for found in _WORD.finditer(code) if found.group().lower() in names]
    starts = [at for at, _ in mentioned]

    def called(start: int, end: int) -> set[str]:
        return {name for _, name in mentioned[bisect_right(starts, start - 1) : bisect_right(starts, end)]}

    defined = [(block.open, block.close, block.name.rpartition(":")[2]) for block in functions]
    outer: set[str] = set()
    at = 0
    for opened, closed, name in defined:
        if opened >= at:
            outer |= called(at, opened) - ({name} if _defines_once(code, at, opened, name) else set())
            at = closed
    outer |= called(at, len(code))
    reached, waiting = set(outer), list(outer)
    while waiting:
        word = waiting.pop()
        for opened, closed, name in defined:
            if name == word:
                new = called(opened, closed) - reached
                reached |= new
                waiting.extend(new)
    return blanked(text, [(opened + 1, closed) for opened, closed, name in defined if name not in reached])


def _defines_once(code: str, start: int, end: int, name: str) -> bool:
    """Whether a name stands before its function's body only as the name of that function."""
    return len(re.findall(rf"(?i)(?<![\w-]){re.escape(name)}(?![\w-])", code[start:end])) <= 1


def blanked(text: str, ranges: list[tuple[int, int]]) -> str:
    """The text with ranges made blanks of equal length, lines kept."""
    parts: list[str] = []
    at = 0
    for start, end in sorted(ranges):
        if start < at or end <= start:
            continue
        parts += (text[at:start], re.sub(r"[^\n]", " ", text[start:end]))
        at = end
    return "".join((*parts, text[at:]))


class Sequence:
    """The order in which the commands of a script run, as far as its blocks tell."""

    def __init__(self, code: str, blocks: list[Block], *, batch: bool) -> None:
        self.code = code
        self.batch = batch
        edges = sorted([(block.open, 1, block) for block in blocks] + [(block.close, -1, block) for block in blocks],
                       key=lambda edge: edge[0])
        self.edges = edges
        self.places = [at for at, _, _ in edges]
        self.handled = "PSNativeCommandUseErrorActionPreference" in code

    def unseen(self, index: int, statements: list[tuple[int, int]], chained: list[bool]) -> bool:
        """Whether a command's failure is surely replaced by the exit code of a later one that nothing asks between.

        Shape: `statements` are (offset, end) of all commands in order; `chained` says which are only reached where the one
               before succeeds.
        """
        end = statements[index][1]
        if (self.handled and not self.batch) or not self._plain(end):
            return False
        depth = lowest = 0
        at = bisect_right(self.places, end - 1)
        for other in range(index + 1, min(len(statements), index + MAX_LOOKED_AHEAD)):
            start = statements[other][0]
            while at < len(self.edges) and self.places[at] < start:
                depth += self.edges[at][1]
                if depth < lowest and self.edges[at][2].head in ("function", "filter", "task"):
                    return False
                lowest = min(lowest, depth)
                at += 1
            if _CHECK.search(self.code, end, start):
                return False
            if depth <= lowest and not chained[other]:
                return True
        return False

    def forgotten(self, end: int) -> bool:
        """Whether nothing behind a place looks at an exit code, where the script's own end does not hand it on."""
        return not self.handled and self._plain(end) and _CHECK.search(self.code, end) is None

    def _plain(self, place: int) -> bool:
        """Whether a place stands in no block but those of plain control flow and of functions."""
        if self.batch:
            return True
        open_ones: list[Block] = []
        for _, change, block in self.edges[: bisect_right(self.places, place - 1)]:
            if change > 0:
                open_ones.append(block)
            elif open_ones:
                open_ones.pop()
        return all(block.head in _CONTROL or block.head in ("function", "filter") for block in open_ones)
