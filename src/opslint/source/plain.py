"""From positioned nodes to plain values, as YAML 1.2's core schema sees them: what CEL and JSON get."""

from __future__ import annotations

from typing import TypeAlias

from opslint.source.node import FALSE, NULLS, TRUE, Mapping, Node, Scalar, Sequence
from opslint.source.words.late import late

Plain: TypeAlias = "str | int | float | bool | list[Plain] | dict[str, Plain] | None"

MAX_PLAIN = 100_000  # values made of one node, aliases written out
MAX_DIGITS = 19  # of a number: CEL's integers have 64 bits

INTEGER = late(r"[-+]?[0-9]+")
OCTAL = late(r"0o[0-7]+")
HEXADECIMAL = late(r"0x[0-9a-fA-F]+")
FLOAT = late(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
NOT_FINITE = late(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


def plain(node: Node | None, limit: int = MAX_PLAIN) -> Plain:
    """Turn a node into plain values.

    Shape:  keys are the keys' texts; a value with a tag of its own (`!reference`) is what stands behind the tag; numbers
            that 64 bits do not hold, infinities and NaN stay text; beyond `limit` values the rest is null.
    Source: YAML 1.2.2, section 10.3.2 (core schema).
    """
    if node is None:
        return None
    if isinstance(node, Scalar):
        return plain_scalar(node)
    root: list[Plain] = [None]
    # every entry: a node, the container its value goes to, the place there
    stack: list[tuple[Node, list[Plain] | dict[str, Plain], int | str]] = [(node, root, 0)]
    while stack:
        current, holder, place = stack.pop()
        limit -= 1
        if limit < 0:
            break
        if isinstance(current, Scalar):
            holder[place] = plain_scalar(current)  # type: ignore[index]
        elif isinstance(current, Sequence):
            values: list[Plain] = [None] * len(current.items)
            holder[place] = values  # type: ignore[index]
            stack.extend((item, values, index) for index, item in reversed(list(enumerate(current.items))))
        elif isinstance(current, Mapping):
            entries: dict[str, Plain] = dict.fromkeys(current.pairs)
            holder[place] = entries  # type: ignore[index]
            stack.extend((value, entries, text) for text, (_, value) in reversed(current.pairs.items()))
    return root[0]


def plain_scalar(node: Scalar) -> str | int | float | bool | None:
    """The value of one scalar: quoted and tagged ones are text, save for the core schema's own tags."""
    text = node.value
    tag = node.tag
    if tag is not None and tag.startswith("tag:yaml.org,2002:"):
        return text if tag.endswith(":str") else resolve(text)
    if node.style or tag is not None:
        return text
    return resolve(text)


def resolve(text: str) -> str | int | float | bool | None:
    """The value of a plain scalar's text in the core schema."""
    if not text or text[0] not in "~ntfNTF+-.0123456789":
        return text or None
    if text in NULLS:
        return None
    if text in TRUE:
        return True
    if text in FALSE:
        return False
    if len(text) <= MAX_DIGITS + 1:
        if INTEGER.fullmatch(text):
            return whole(int(text), text)
        if OCTAL.fullmatch(text):
            return whole(int(text, 0), text)
        if HEXADECIMAL.fullmatch(text):
            return whole(int(text, 0), text)
    if len(text) <= 400 and FLOAT.fullmatch(text) and not INTEGER.fullmatch(text):
        number = float(text)
        return number if number not in (float("inf"), float("-inf")) else text
    return text


def whole(number: int, text: str) -> int | str:
    """A number that fits CEL's integers, else its text."""
    return number if -(2**63) <= number < 2**63 else text
