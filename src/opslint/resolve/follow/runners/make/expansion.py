"""Make's variables and functions, worked out as far as they are literal."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from opslint.resolve.follow.runners.make.functions import LISTS, Words, patsubst
from opslint.resolve.follow.runners.written import UNKNOWN
from opslint.resolve.wrappers.tables import words_in
from opslint.source.words.late import late

MAX_TEXT = 16_000
MAX_REFERENCES = 600
MAX_NESTING = 24
MAX_TURNS = 60

_FUNCTION = late(r"^([a-z][a-z-]*)(?:[ \t\n]+|$)")
_CONTROL = words_in("if or and foreach call eval shell info warning error value origin flavor let")
_SHELLS = {
    "pwd": ".",
    "git rev-parse --show-toplevel": ".",
    "uname": "Linux",
    "uname -s": "Linux",
    "uname -m": "x86_64",
    "go env GOOS": "linux",
    "go env GOARCH": "amd64",
    "nproc": UNKNOWN,
}
"""What some commands print on the Linux machine a pipeline is taken for."""
_CLOSING = {"(": ")", "{": "}"}


class Value(msgspec.Struct, frozen=True):
    """A variable's text, and whether it is expanded each time it is used (`=`) rather than once (`:=`)."""

    text: str
    again: bool = True


def split_at(text: str, characters: str, start: int = 0) -> int:
    """The place of the first of some characters outside every `$( )` and `${ }`, -1 where there is none."""
    index = start
    while index < len(text):
        character = text[index]
        if character == "$" and text[index + 1 : index + 2] in ("(", "{"):
            index = closing(text, index + 1) + 1
            continue
        if character == "$":
            index += 2
            continue
        if character in characters:
            return index
        index += 1
    return -1


def closing(text: str, start: int) -> int:
    """Where the bracket at a place is closed, the end of the text where it is not."""
    opened, depth = text[start], 0
    close = _CLOSING[opened]
    for index in range(start, len(text)):
        if text[index] == opened:
            depth += 1
        elif text[index] == close:
            depth -= 1
            if not depth:
                return index
    return len(text)


class Expander:
    """Expands texts: what is unknown becomes "…".

    Shape: `variables` are shared with who fills them; `wildcard` gives the files of a pattern; `evaluated` takes the text of `eval`.
    """

    def __init__(
        self,
        variables: dict[str, Value],
        wildcard: Callable[[str], list[str]],
        evaluated: Callable[[str], None] | None = None,
    ) -> None:
        self.variables = variables
        self.wildcard = wildcard
        self.evaluated = evaluated
        self._left = 0
        self._depth = 0

    def expand(self, text: str, own: dict[str, str] | None = None, *, missing: str = UNKNOWN) -> str:
        """A text with its references worked out; `own` are automatic variables and arguments, `missing` stands for what is not set."""
        if "$" not in text:
            return text[:MAX_TEXT]
        if not self._depth:
            self._left = MAX_REFERENCES
        self._depth += 1
        try:
            return self._expand(text[:MAX_TEXT], own or {}, missing)
        finally:
            self._depth -= 1

    def _expand(self, text: str, own: dict[str, str], missing: str) -> str:
        if self._depth > MAX_NESTING:
            return UNKNOWN
        parts: list[str] = []
        at = size = 0
        while (found := text.find("$", at)) >= 0 and size < MAX_TEXT:
            parts.append(text[at:found])
            following = text[found + 1 : found + 2]
            at = found + 2
            if following in ("(", "{"):
                end = closing(text, found + 1)
                value = self._reference(text[found + 2 : end], own, missing)
                at = end + 1
            elif following == "$":
                value = "$"
            else:
                value = self._variable(following, own, missing)
            parts.append(value)
            size += len(value)
        return ("".join(parts) + text[at:])[:MAX_TEXT]

    def _reference(self, inner: str, own: dict[str, str], missing: str) -> str:
        self._left -= 1
        if self._left < 0:
            return UNKNOWN
        name = _FUNCTION.match(inner)
        if name is not None and (name[1] in LISTS or name[1] in _CONTROL or name[1] == "wildcard") and len(inner) > len(name[1]):
            return self._function(name[1], inner[name.end() :], own, missing)
        colon = split_at(inner, ":")
        if colon > 0 and "=" in inner[colon:]:
            old, _, new = inner[colon + 1 :].partition("=")
            value = self._variable(self.expand(inner[:colon], own), own, missing)
            old, new = self.expand(old, own), self.expand(new, own)
            return patsubst(old if "%" in old else f"%{old}", new if "%" in old else f"%{new}", value)
        return self._variable(self.expand(inner, own) if "$" in inner else inner, own, missing)

    def _variable(self, name: str, own: dict[str, str], missing: str) -> str:
        if name in own:
            return own[name]
        if len(name) == 2 and name[1] in "DF" and name[0] in own:
            words = own[name[0]].split()
            return " ".join((word.rpartition("/")[0] or ".") if name[1] == "D" else word.rpartition("/")[2] for word in words)
        value = self.variables.get(name)
        if value is None:
            return missing if name else ""
        self._left -= 1
        if not value.again or "$" not in value.text:
            return value.text
        return self.expand(value.text, own, missing=missing) if self._left >= 0 else UNKNOWN

    def _function(self, name: str, rest: str, own: dict[str, str], missing: str) -> str:
        if name in _CONTROL:
            return self._control(name, rest, own, missing)
        given = [self.expand(one, own, missing=missing) for one in _arguments(rest, LISTS[name][0] if name in LISTS else 1)]
        if name == "wildcard":
            return " ".join(path for pattern in given[0].split() for path in self.wildcard(pattern))
        count, function = LISTS[name]
        return function(*given)[:MAX_TEXT] if len(given) == count else UNKNOWN

    def _control(self, name: str, rest: str, own: dict[str, str], missing: str) -> str:
        """A function that decides what of its arguments is expanded."""
        if name == "shell":
            return _SHELLS.get(" ".join(self.expand(rest, own).split()).partition(" 2>")[0], UNKNOWN)
        if name == "eval":
            if self.evaluated is not None:
                self.evaluated(self.expand(rest, own, missing=missing))
            return ""
        if name in ("info", "warning", "error"):
            return ""
        if name in ("origin", "flavor", "let"):
            return UNKNOWN
        given = _arguments(rest, 64)
        if name == "value":
            known = self.variables.get(self.expand(rest, own).strip())
            return known.text if known is not None else missing
        if name == "if":
            return self._if(given, own, missing)
        if name in ("or", "and"):
            value = ""
            for one in given:
                value = self.expand(one.strip(), own, missing=missing)
                if UNKNOWN in value or bool(value) is (name == "or"):
                    return value
            return value
        return self._foreach(given, own, missing) if name == "foreach" else self._call(given, own, missing)

    def _if(self, given: list[str], own: dict[str, str], missing: str) -> str:
        condition = self.expand(given[0].strip(), own, missing=missing)
        then, other = (given[1] if len(given) > 1 else ""), ",".join(given[2:])
        if condition.strip(UNKNOWN) or not condition:
            return self.expand(then if condition else other, own, missing=missing)
        both = self.expand(then, own, missing=missing), self.expand(other, own, missing=missing)
        return both[0] if both[0] == both[1] else UNKNOWN

    def _foreach(self, given: list[str], own: dict[str, str], missing: str) -> str:
        if len(given) < 3:
            return UNKNOWN
        name = self.expand(given[0], own).strip()
        body = ",".join(given[2:])
        words = self.expand(given[1], own, missing=missing).split()[:MAX_TURNS]
        return " ".join(self.expand(body, {**own, name: word}, missing=missing) for word in words)[:MAX_TEXT]

    def _call(self, given: list[str], own: dict[str, str], missing: str) -> str:
        name = self.expand(given[0], own).strip()
        values = {str(number): "" for number in range(len(given), 10)}
        values.update({str(number): self.expand(one, own, missing=missing) for number, one in enumerate(given[1:], 1)})
        value = self.variables.get(name)
        if value is None:
            return UNKNOWN
        return self.expand(value.text, {**own, **values, "0": name}, missing=missing)


def _arguments(rest: str, most: int) -> Words:
    """The arguments of a function: parted by commas outside every bracket, the last taking what is left."""
    found: list[str] = []
    at = start = 0
    depth: list[str] = []
    while at < len(rest) and len(found) < most - 1:
        character = rest[at]
        if character in _CLOSING:
            depth.append(_CLOSING[character])
        elif depth and character == depth[-1]:
            depth.pop()
        elif character == "," and not depth:
            found.append(rest[start:at])
            start = at + 1
        at += 1
    found.append(rest[start:])
    return found
