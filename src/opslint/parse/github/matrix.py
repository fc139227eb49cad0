"""`strategy.matrix`: the legs a job runs in, as far as they are written down."""

from __future__ import annotations

from collections.abc import Mapping as Values
from itertools import islice, product

import msgspec

from opslint.parse.github.conditions import evaluate
from opslint.parse.github.contexts import Scenario
from opslint.parse.github.expressions import ExpressionError, parse_expression
from opslint.parse.github.values import UNKNOWN, Items, Value, equal
from opslint.source.node import Mapping, Node, Scalar, Sequence, boolean_of, is_null
from opslint.source.words.late import late

MAX_LEGS = 256
"""GitHub's own bound for the jobs of one matrix."""
MAX_DEPTH = 6

_NUMBER = late(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_WHOLE = late(r"\s*\$\{\{((?:[^'}]|'[^']*')*)\}\}\s*")

Leg = dict[str, Value]
"""The values of one leg by dotted path in lower case: `matrix.os`, `matrix.config.cc`."""


class Legs(msgspec.Struct, frozen=True):
    """The legs of a job.

    Shape: every leg has every key, "" where GitHub gives null and UNKNOWN where its value is not written down. `whole` is False
           where there may be legs that are not told here.
    """

    legs: tuple[Leg, ...]
    whole: bool = True


def legs_of(job: Mapping | None, known: Values[str, Value] | None = None) -> Legs | None:
    """The legs of a job by its `strategy.matrix`; None where it has none or nothing of them is written down.

    Shape:  `known` are the values of contexts by dotted path, for dimensions that are expressions.
    Source: GitHub Actions, "Workflow syntax: jobs.<job_id>.strategy.matrix", include and exclude.
    """
    strategy = job.mapping("strategy") if job is not None else None
    matrix = strategy.mapping("matrix") if strategy is not None else None
    if matrix is None:
        return None
    facts = known or {}
    open_keys: set[str] = set()
    names: list[str] = []
    dimensions: list[list[Leg]] = []
    for name, _, node in matrix.items():
        if name in ("include", "exclude"):
            continue
        values = _dimension(name.lower(), node, facts)
        if values is None:
            open_keys.add(f"matrix.{name.lower()}")
            continue
        names.append(f"matrix.{name.lower()}")
        dimensions.append(values)
    combined = [_merged(parts) for parts in islice(product(*dimensions), MAX_LEGS)] if dimensions or open_keys else []
    exclude, _ = _entries(matrix.get("exclude"), facts)
    combined = [leg for leg in combined if not any(_excluded(leg, one) for one in exclude)]
    include, readable = _entries(matrix.get("include"), facts)
    whole = readable and not open_keys
    legs = _included(combined, include, names, open_keys)
    if not readable:
        legs.append(dict.fromkeys((key for leg in legs for key in leg), UNKNOWN))
    if not legs or not any(legs):
        return None
    keys = {key for leg in legs for key in leg}
    rest: Value = "" if whole else UNKNOWN
    told = tuple({**dict.fromkeys(keys, rest), **dict.fromkeys(open_keys, UNKNOWN), **leg} for leg in legs[:MAX_LEGS])
    return Legs(told, whole)


def value_of(node: Node | None, known: Values[str, Value] | None = None) -> Value:
    """The value of a scalar as GitHub types it: a plain boolean, number or null is one, everything else a string.

    Shape: UNKNOWN for lists, mappings and expressions that are not decided by `known`.
    """
    if is_null(node):
        return ""
    if not isinstance(node, Scalar):
        return UNKNOWN
    if "${{" in node.value:
        return expression_value(node.value, known or {})
    if not node.style and node.tag is None:
        truth = boolean_of(node)
        if truth is not None:
            return truth
        if len(node.value) <= 40 and _NUMBER.fullmatch(node.value):
            return float(node.value)
    return node.value


def expression_value(text: str, known: Values[str, Value]) -> Value:
    """The value of a text that is one expression and nothing else; UNKNOWN where it is more or is not decided."""
    found = _WHOLE.fullmatch(text)
    if found is None:
        return UNKNOWN
    try:
        return evaluate(parse_expression(found.group(1)), Scenario("", dict(known), True), None)
    except ExpressionError:
        return UNKNOWN


def _dimension(name: str, node: Node, known: Values[str, Value]) -> list[Leg] | None:
    """The values of one dimension, each with what it sets; None where they are not written down."""
    if isinstance(node, Sequence):
        return [_flat(f"matrix.{name}", item, known) for item in node.items[:MAX_LEGS]]
    value = value_of(node, known)
    if isinstance(value, Items):
        return [{f"matrix.{name}": item} for item in value.values]
    return None


def _flat(path: str, node: Node, known: Values[str, Value], depth: int = 0) -> Leg:
    """A value by its path; a mapping also by the paths of what it holds."""
    if not isinstance(node, Mapping):
        return {path: value_of(node, known)}
    leg: Leg = {path: UNKNOWN}
    if depth < MAX_DEPTH:
        for key, _, value in node.items():
            leg |= _flat(f"{path}.{key.lower()}", value, known, depth + 1)
    return leg


def _merged(parts: tuple[Leg, ...]) -> Leg:
    leg: Leg = {}
    for part in parts:
        leg |= part
    return leg


def _entries(node: Node | None, known: Values[str, Value]) -> tuple[list[Leg], bool]:
    """The entries of `include` or `exclude`, and whether all of them are written down."""
    if node is None or is_null(node):
        return [], True
    if not isinstance(node, Sequence):
        return [], False
    entries = [item for item in node.items[:MAX_LEGS] if isinstance(item, Mapping)]
    told = [_merged(tuple(_flat(f"matrix.{key.lower()}", value, known) for key, _, value in item.items())) for item in entries]
    return told, len(entries) == len(node.items)


def _excluded(leg: Leg, entry: Leg) -> bool:
    """Whether a leg surely has every value an `exclude` names."""
    return bool(entry) and all(_same(leg.get(key, ""), value) for key, value in entry.items() if not _holder(key, entry))


def _holder(key: str, entry: Leg) -> bool:
    """Whether a path only holds others, which are compared themselves."""
    return any(other.startswith(key + ".") for other in entry)


def _same(one: Value, other: Value) -> bool:
    return equal(one, other) is True


def _included(combined: list[Leg], include: list[Leg], names: list[str], open_keys: set[str]) -> list[Leg]:
    """Legs after `include`: an entry extends those whose own values it does not change, else it is a leg of its own."""
    fixed = [dict(leg) for leg in combined]
    legs = [dict(leg) for leg in combined]
    alone: list[Leg] = []
    for entry in include:
        if open_keys & entry.keys():
            alone.append(dict(entry))
            continue
        fits = [
            index
            for index, leg in enumerate(fixed)
            if all(_same(leg.get(key, ""), value) for key, value in entry.items() if _rooted(key, names) and not _holder(key, entry))
        ]
        for index in fits:
            legs[index] |= {key: value for key, value in entry.items() if not _rooted(key, names)}
        if not fits:
            alone.append(dict(entry))
    return legs + alone


def _rooted(key: str, names: list[str]) -> bool:
    """Whether a path belongs to one of the matrix's own dimensions."""
    return any(key == name or key.startswith(name + ".") for name in names)
