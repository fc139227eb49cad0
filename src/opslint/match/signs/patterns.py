"""The regular expressions of the signs over foreign text: compiled late, asked only where a text they need is there.

All work on bytes, so that `\\w`, `\\b` and `\\d` mean ASCII as in RE2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from opslint.source.words.late import late

LONG = 300
"""Bytes of a line, or of a word in it, beyond which a text was not written by a person."""
_LONG_WORD = late(rb"(?<![\w-])[\w-]{%d,}" % LONG)
_INLINE_FLAGS = late(r"\(\?[a-zA-Z]+\)")


def tamed(data: bytes) -> bytes:
    """A text with its line ends made one kind and its overlong words blanked, lines kept.

    No pattern can then take more than a few hundred steps from any place of a word, whatever the text is made of.
    """
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
    return _LONG_WORD.sub(b"_", data) if max(map(len, data.split(b"\n"))) >= LONG else data


def alternatives(pattern: str) -> list[str]:
    """The branches of a pattern's outermost alternation; one with flags in front stays whole."""
    if _INLINE_FLAGS.match(pattern):
        return [pattern]
    found, start, at, depth = [], 0, 0, 0
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            at += 1
        elif char == "[":
            at = _class_end(pattern, at)
        elif char in "()":
            depth += 1 if char == "(" else -1
        elif char == "|" and not depth:
            found.append(pattern[start:at])
            start = at + 1
        at += 1
    return [*found, pattern[start:]]


def literal_in(pattern: str) -> str:
    """The longest text that stands in every match of a pattern without outer alternation, "" where none can be told."""
    if _INLINE_FLAGS.match(pattern):
        return ""
    best, run, at, depth = "", "", 0, 0
    while at < len(pattern):
        char, ends = pattern[at], True
        if char == "\\":
            at += 1
            plain = at < len(pattern) and not pattern[at].isalnum()
            if plain and not depth:
                run, ends = run + pattern[at], False
        elif char == "[":
            at = _class_end(pattern, at)
        elif char in "()":
            depth += 1 if char == "(" else -1
        elif char in "*?{":
            run = run[:-1]
            at = pattern.find("}", at) if char == "{" and "}" in pattern[at:] else at
        elif char not in ".^$|+" and not depth:
            run, ends = run + char, False
        if ends:
            best, run = max(best, run, key=len), ""
        at += 1
    return max(best, run, key=len)


def _class_end(pattern: str, at: int) -> int:
    """The index of the bracket that closes a class."""
    at += 2 if pattern[at + 1:at + 2] == "^" else 1
    if pattern[at:at + 1] == "]":
        at += 1
    while at < len(pattern) and pattern[at] != "]":
        at += 2 if pattern[at] == "\\" else 1
    return at


class Words:
    """A list of patterns of which one must match."""

    __slots__ = ("_branches",)

    def __init__(self, patterns: Iterable[str]) -> None:
        self._branches: list[tuple[bytes, str, re.Pattern[bytes] | None]] = [
            (literal_in(branch).encode(), branch, None) for pattern in patterns for branch in alternatives(pattern)]

    def search(self, data: bytes) -> re.Match[bytes] | None:
        """The match of the first pattern of the list that has one."""
        for number, (literal, branch, known) in enumerate(self._branches):
            if literal not in data:
                continue
            regex = known or re.compile(branch.encode(), re.MULTILINE)
            if known is None:
                self._branches[number] = (literal, branch, regex)
            found = regex.search(data)
            if found is not None:
                return found
        return None


def import_form(form: str, names: Iterable[str]) -> re.Pattern[bytes]:
    """A form of `import-forms` for some modules.

    Shape: a form that begins with "^" begins with a line end instead, which is found much faster: search in "\\n" + text.
    """
    joined = "|".join(re.escape(name) for name in names)
    text = form.replace("NAMES", joined)
    return re.compile(("\\n" + text[1:] if text.startswith("^") else text).encode(), re.MULTILINE)
