"""What is known of a value while GitHub evaluates an expression, and how such values compare."""

from __future__ import annotations

from math import isnan
from typing import TypeAlias

import msgspec

from opslint.parse.values.branches import LASTING_NAMES


class Unknown(msgspec.Struct, frozen=True):
    """Any value at all."""


class Present(msgspec.Struct, frozen=True):
    """An object or a list of unknown content: true, and equal to nothing that is written down."""


class Text(msgspec.Struct, frozen=True):
    """A string that is not empty and of which only the beginning is known.

    Shape: `kind` is `topic` for a branch of somebody's change (its name stands in no condition), `lasting` for a branch that
           a condition may name (main, release/1), `tag` for a tag, "" where none of this is known.
    """

    prefix: str = ""
    kind: str = ""


class OneOf(msgspec.Struct, frozen=True):
    """One of several strings."""

    values: tuple[str, ...]


class Items(msgspec.Struct, frozen=True):
    """A list whose items are known."""

    values: tuple[Value, ...]


Value: TypeAlias = Unknown | Present | Text | OneOf | Items | str | float | bool | None

UNKNOWN = Unknown()
PRESENT = Present()


def truth_of(value: Value) -> bool | None:
    """Whether a value counts as true; None where it depends.

    Source: GitHub Actions, "Evaluate expressions": falsy are false, 0, -0, "", null.
    """
    if isinstance(value, Unknown):
        return None
    if isinstance(value, Present | Text | Items):
        return True
    if isinstance(value, OneOf):
        kinds = {bool(text) for text in value.values}
        return kinds.pop() if len(kinds) == 1 else None
    if isinstance(value, float):
        return not isnan(value) and value != 0
    return bool(value)


def equal(left: Value, right: Value) -> bool | None:
    """Whether two values are equal in GitHub's loose sense; None where it depends."""
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return None
    if isinstance(left, Present | Items) or isinstance(right, Present | Items):
        return False
    if isinstance(left, OneOf):
        return _agree([equal(text, right) for text in left.values])
    if isinstance(right, OneOf):
        return _agree([equal(left, text) for text in right.values])
    if isinstance(left, Text):
        return _text_equal(left, right)
    if isinstance(right, Text):
        return _text_equal(right, left)
    return _literal_equal(left, right)


def starts_with(text: Value, prefix: Value) -> bool | None:
    """`startsWith`, without regard to case; None where it depends."""
    if isinstance(text, OneOf):
        return _agree([starts_with(one, prefix) for one in text.values])
    if isinstance(prefix, OneOf):
        return _agree([starts_with(text, one) for one in prefix.values])
    wanted = _word(prefix)
    if wanted is None or isinstance(text, Unknown):
        return None
    if isinstance(text, Text):
        known = text.prefix.lower()
        if known.startswith(wanted):
            return True
        if not wanted.startswith(known):
            return False
        return False if text.kind == "topic" else None
    word = _word(text)
    return word.startswith(wanted) if word is not None else False


def ends_with(text: Value, suffix: Value) -> bool | None:
    """`endsWith`, without regard to case; None where it depends."""
    if isinstance(text, OneOf):
        return _agree([ends_with(one, suffix) for one in text.values])
    wanted, word = _word(suffix), _word(text)
    if wanted is None or isinstance(text, Unknown | Text):
        return True if wanted == "" else None
    return word.endswith(wanted) if word is not None else False


def contains(search: Value, item: Value) -> bool | None:
    """`contains` on a list or a string; None where it depends."""
    if isinstance(search, Items):
        return _any([equal(one, item) for one in search.values])
    if isinstance(search, OneOf):
        return _agree([contains(one, item) for one in search.values])
    if isinstance(item, OneOf):
        return _agree([contains(search, one) for one in item.values])
    wanted = _word(item)
    if wanted is None or isinstance(search, Unknown | Present):
        return None
    if isinstance(search, Text):
        known = search.prefix.lower()
        if wanted in known:
            return True
        if wanted.startswith("refs/") and known.startswith("refs/") and not wanted.startswith(known):
            return False
        return False if search.kind == "topic" else None
    word = _word(search)
    return wanted in word if word is not None else False


def word_of(value: Value) -> str | None:
    """The text of a literal, as GitHub casts it to a string; None for what is not literal."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    if isinstance(value, str):
        return value
    return "" if value is None else None


def _word(value: Value) -> str | None:
    """The text of a literal in lower case: GitHub compares without regard to case."""
    word = word_of(value)
    return word.lower() if word is not None else None


def _text_equal(text: Text, other: Value) -> bool | None:
    if isinstance(other, Text):
        if not (text.prefix.startswith(other.prefix) or other.prefix.startswith(text.prefix)):
            return False
        return False if "lasting" in {text.kind, other.kind} and {text.kind, other.kind} & {"topic", "tag"} else None
    if not isinstance(other, str):
        return False if other is None else None
    known, wanted = text.prefix.lower(), other.lower()
    if not wanted.startswith(known) or wanted == "":
        return False
    return False if text.kind == "topic" or (text.kind == "tag" and wanted[len(known) :] in LASTING_NAMES) else None


def _literal_equal(left: str | float | bool | None, right: str | float | bool | None) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left.lower() == right.lower()
    if type(left) is type(right):
        return left == right
    first, second = number_of(left), number_of(right)
    return first is not None and first == second


def number_of(value: str | float | bool | None) -> float | None:
    """A literal as GitHub casts it to a number, None for what is none."""
    if value is None:
        return 0.0
    if isinstance(value, str):
        if not value.strip():
            return 0.0
        try:
            return float(value)
        except ValueError:
            return None
    return float(value)


def _agree(answers: list[bool | None]) -> bool | None:
    """The one answer all give, else None."""
    kinds = set(answers)
    return kinds.pop() if len(kinds) == 1 else None


def _any(answers: list[bool | None]) -> bool | None:
    if True in answers:
        return True
    return None if None in answers else False
