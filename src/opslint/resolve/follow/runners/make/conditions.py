"""Conditionals of a makefile: which branches hold, which cannot be said."""

from __future__ import annotations

from opslint.resolve.follow.runners.make.expansion import Expander, split_at
from opslint.resolve.follow.runners.written import UNKNOWN

MAX_DEPTH = 64


class Conditions:
    """The conditionals open at one line.

    Shape: of each, whether its current branch holds (None: nobody knows), and whether an earlier branch held.
    """

    def __init__(self, expander: Expander) -> None:
        self._expander = expander
        self._open: list[tuple[bool | None, bool | None]] = []

    @property
    def active(self) -> bool:
        """Whether the line may be read: no branch around it is known not to hold."""
        return all(now is not False for now, _ in self._open)

    @property
    def certain(self) -> bool:
        """Whether every branch around the line is known to hold."""
        return all(now for now, _ in self._open)

    def met(self, line: str) -> bool:
        """Take a line in; whether it belonged to a conditional."""
        word, _, rest = line.partition(" ")
        if "(" in word:
            word, _, after = line.partition("(")
            rest = "(" + after
        word, _, behind = word.partition("\t")
        rest = (behind + " " + rest if behind else rest).strip()
        if word in ("ifeq", "ifneq", "ifdef", "ifndef"):
            if len(self._open) < MAX_DEPTH:
                now = self._holds(word, rest)
                self._open.append((now, now))
        elif word == "else":
            if self._open:
                _, before = self._open[-1]
                now = None if before is None else not before
                if rest.startswith("if") and now is not False:
                    inner = self._holds(*_parted(rest))
                    now = inner if now else (False if inner is False else None)
                seen = True if before or now else None if before is None or now is None else False
                self._open[-1] = (now, seen)
        elif word == "endif":
            if self._open:
                self._open.pop()
        else:
            return False
        return True

    def _holds(self, word: str, rest: str) -> bool | None:
        """Whether a condition holds; a variable that nothing sets is empty."""
        if word in ("ifdef", "ifndef"):
            value = self._expander.variables.get(self._expander.expand(rest).strip())
            defined = None if value is not None and value.text == UNKNOWN else value is not None and bool(value.text)
            return None if defined is None else defined is (word == "ifdef")
        pair = _pair(rest)
        if pair is None:
            return None
        left, right = (self._expander.expand(one.strip(), missing="").strip() for one in pair)
        if UNKNOWN in left or UNKNOWN in right:
            return None
        return (left == right) is (word == "ifeq")


def _parted(rest: str) -> tuple[str, str]:
    """A condition behind `else`: its word, and what follows."""
    word = next(iter(rest.partition("(")[0].split()), rest)
    return word, rest[len(word) :].strip()


def _pair(rest: str) -> tuple[str, str] | None:
    """`(a,b)`, `"a" "b"` and `'a' 'b'`."""
    if rest.startswith("("):
        inner = rest[1:].rstrip().removesuffix(")")
        comma = split_at(inner, ",")
        return (inner[:comma], inner[comma + 1 :]) if comma >= 0 else None
    words: list[str] = []
    while rest[:1] in ("'", '"') and len(words) < 2:
        end = rest.find(rest[0], 1)
        if end < 0:
            return None
        words.append(rest[1:end])
        rest = rest[end + 1 :].lstrip()
    return (words[0], words[1]) if len(words) == 2 else None
