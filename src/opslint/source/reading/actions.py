"""The actions of a Go template in a text: where they stand, which blocks they open and close."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from opslint.source.words.late import late

MAX_ACTION_CHARS = 10_000
MAX_MISSES = 1_000  # openings without an end that are looked at before the rest of a text is taken as it is
OPENING = late(r"\{[{%]")
BRANCH = late(r"(if|with|range|define|block|else|end)\b")

Region: TypeAlias = tuple[int, int]  # offsets of the first character and of the one after the last


class Action(NamedTuple):
    """One action: offsets of its first character and of the one after its last, and what stands between the braces."""

    start: int
    end: int
    inner: str


def actions_in(text: str) -> Iterator[Action]:
    """The actions of a template, in order: `{{ … }}` and `{% … %}`, quotes respected, `${{ … }}` left alone.

    Shape: an action that does not end, or is longer than `MAX_ACTION_CHARS`, is none.
    """
    position = misses = 0
    while misses < MAX_MISSES:
        opening = OPENING.search(text, position)
        if opening is None:
            return
        start = opening.start()
        end = action_end(text, start + 2, "}}" if text[start + 1] == "{" else "%}")
        if end is None or (start and text[start - 1] == "$"):
            misses += end is None
            position = start + 2
            continue
        yield Action(start, end, text[start + 2 : end - 2].strip("-").strip())
        position = end


def action_end(text: str, position: int, close: str) -> int | None:
    """The offset after the end of an action whose inner text begins at `position`, or None."""
    limit = min(len(text), position + MAX_ACTION_CHARS)
    if text.find(close, position, limit) < 0:
        return None
    if text.startswith(("/*", "- /*"), position):
        comment = text.find("*/", position, limit)
        end = text.find(close, comment, limit) if comment >= 0 else -1
        return end + 2 if end >= 0 else None
    quote = ""
    while position < limit:
        character = text[position]
        if quote:
            if character == "\\" and quote == '"':
                position += 1
            elif character == quote or (character == "\n" and quote != "`"):
                quote = ""
        elif character in "\"`":
            quote = character
        elif character == close[0] and text.startswith(close, position):
            return position + 2
        position += 1
    return None


def blocks_of(actions: list[Action]) -> tuple[list[Region], list[Region]]:
    """The blocks of a template: the regions of their `else` branches, and the whole blocks from `if` to `end`."""
    branches: list[Region] = []
    blocks: list[Region] = []
    stack: list[list[int]] = []  # of every open block where it began, and where its else branch did, if it has one
    for action in actions:
        word = BRANCH.match(action.inner)
        if word is None:
            continue
        if word.group() == "else":
            if stack and len(stack[-1]) == 1:
                stack[-1].append(action.end)
        elif word.group() != "end":
            stack.append([action.start])
        elif stack:
            began = stack.pop()
            blocks.append((began[0], action.end))
            branches += [(middle, action.start) for middle in began[1:]]
    return branches, blocks


def strip_actions(line: str) -> str:
    """A piece of a line without its whole actions and outer blanks."""
    if "{{" not in line and "{%" not in line:
        return line.strip()
    kept, position = [], 0
    for action in actions_in(line):
        kept.append(line[position : action.start])
        position = action.end
    return "".join([*kept, line[position:]]).strip()
