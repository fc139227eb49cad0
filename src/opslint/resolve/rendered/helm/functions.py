"""What the functions of Helm's templates give, for values that are known."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from opslint.source.words.late import late

MAX_TEXT = 1 << 16
MAX_WEIGHT = 50_000
MAX_NUMBER = 1 << 62


class _Unknown:
    """What cannot be known from the files."""

    def __repr__(self) -> str:
        return "…"


UNKNOWN: Final = _Unknown()

Value = Any  # a plain value of YAML, or UNKNOWN
PLACEHOLDER = late(r"%[-+ #0]*\d*(?:\.\d+)?[a-zA-Z%]")


def truth(value: Value) -> bool:
    """Go's idea of what is true: not empty, not zero, not nil."""
    return bool(value)


def weighed(value: Value) -> tuple[bool, int]:
    """Whether a value, or something in it, is unknown, and how much there is of it; too much counts as unknown.

    Units: one for each value in it, and one for every 64 characters.
    """
    stack, weight = [value], 0
    while stack:
        one = stack.pop()
        weight += 1 + (len(one) >> 6 if isinstance(one, str) else 0)
        if one is UNKNOWN or weight > MAX_WEIGHT:
            return True, weight
        stack.extend(one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())
    return False, weight


def too_much(value: Value) -> bool:
    """Whether a result is larger than any template needs."""
    if isinstance(value, (str, list, dict)):
        return len(value) > MAX_TEXT
    return isinstance(value, int) and abs(value) > MAX_NUMBER


def text_of(value: Value) -> Value:
    """A value as a template writes it; unknown where that is a mapping or a list."""
    if value is UNKNOWN or isinstance(value, (dict, list)):
        return UNKNOWN
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value == math.floor(value) and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def to_yaml(value: Value) -> Value:
    """A value as YAML in block style; every scalar that could be read as something else is quoted."""
    if weighed(value)[0]:
        return UNKNOWN
    lines: list[str] = []
    _lines(value, 0, lines)
    return "\n".join(lines)


def _lines(value: Value, depth: int, lines: list[str]) -> None:
    pad = "  " * depth
    if isinstance(value, dict) and value:
        for key, inner in sorted(value.items()):
            if isinstance(inner, (dict, list)) and inner:
                lines.append(f"{pad}{_scalar(key)}:")
                _lines(inner, depth + (1 if isinstance(inner, dict) else 0), lines)
            else:
                lines.append(f"{pad}{_scalar(key)}: {_scalar(inner)}")
    elif isinstance(value, list) and value:
        for inner in value:
            start = len(lines)
            _lines(inner, depth + 1, lines)
            lines[start] = f"{pad}- {lines[start].lstrip(' ')}"
    else:
        lines.append(pad + _scalar(value))


def _scalar(value: Value) -> str:
    import json

    if isinstance(value, str):
        return value if value.replace("/", "a").replace("-", "a").isalnum() and value[:1].isalpha() and not _special(value) \
            else json.dumps(value, ensure_ascii=False)
    if value is None:
        return "null"
    if isinstance(value, (dict, list)):
        return "{}" if isinstance(value, dict) else "[]"
    return str(text_of(value))


def _special(word: str) -> bool:
    return word.lower() in ("true", "false", "null", "yes", "no", "on", "off", "y", "n")


def indented(count: Value, text: Value) -> Value:
    """Every line of a text moved to the right."""
    pad = " " * max(0, min(int(count), 200))
    return "\n".join(pad + line for line in str(text).split("\n"))


def formatted(form: Value, *values: Value) -> Value:
    """`printf` with the verbs that write a value as it is."""
    given = list(values)

    def one(verb: str) -> str:
        if verb == "%%":
            return "%"
        if not given or verb[-1] not in "svdqt":
            raise ValueError(verb)
        text = text_of(given.pop(0))
        if text is UNKNOWN:
            raise ValueError(verb)
        return f'"{text}"' if verb[-1] == "q" else str(text)

    return PLACEHOLDER.sub(lambda match: one(match[0]), str(form))


def picked(holder: Value, *keys: Value) -> Value:
    """`index`: what stands below some keys."""
    for key in keys:
        if isinstance(holder, dict):
            holder = holder.get(key)
        elif isinstance(holder, list) and isinstance(key, int) and 0 <= key < len(holder):
            holder = holder[key]
        else:
            return None
        if holder is UNKNOWN:
            return UNKNOWN
    return holder


def dug(*arguments: Value) -> Value:
    """`dig KEY … DEFAULT HOLDER`."""
    *keys, fallback, holder = arguments
    for key in keys:
        if not isinstance(holder, dict) or key not in holder:
            return fallback
        holder = holder[key]
    return holder


def together(first: dict[str, Value], second: dict[str, Value], *, over: bool) -> dict[str, Value]:
    """Two mappings as one, the second winning where `over`."""
    found = dict(first)
    for key, value in second.items():
        known = found.get(key)
        if isinstance(known, dict) and isinstance(value, dict):
            found[key] = together(known, value, over=over)
        elif over or key not in found:
            found[key] = value
    return found


def _same(first: Value, *others: Value) -> bool:
    return any((type(first) is type(one) and first == one) or
               (isinstance(first, (int, float)) and isinstance(one, (int, float)) and first == one) for one in others)


def _pairs(*words: Value) -> dict[str, Value]:
    return {str(words[at]): words[at + 1] if at + 1 < len(words) else "" for at in range(0, len(words), 2)}


def _number(value: Value) -> int:
    return int(float(value)) if value not in (None, "") else 0


def _kind(value: Value) -> str:
    kinds: list[tuple[type, str]] = [(bool, "bool"), (str, "string"), (int, "int"), (float, "float64"), (dict, "map"), (list, "slice")]
    return next((name for kind, name in kinds if isinstance(value, kind)), "invalid")


def _join(by: Value, words: Value) -> str:
    if weighed(words)[1] > MAX_TEXT >> 6:
        raise ValueError(by)
    return str(by).join(str(text_of(word)) for word in words)


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "quote": lambda *words: " ".join('"' + str(text_of(word)).replace("\\", "\\\\").replace('"', '\\"') + '"' for word in words),
    "squote": lambda *words: " ".join(f"'{text_of(word)}'" for word in words),
    "toYaml": to_yaml, "indent": indented, "nindent": lambda count, text: "\n" + indented(count, text),
    "toString": text_of, "trim": lambda text: str(text).strip(), "trimAll": lambda cut, text: str(text).strip(cut),
    "trimSuffix": lambda end, text: str(text).removesuffix(end), "trimPrefix": lambda begin, text: str(text).removeprefix(begin),
    "trunc": lambda count, text: str(text)[:count] if count >= 0 else str(text)[count:],
    "lower": lambda text: str(text).lower(), "upper": lambda text: str(text).upper(),
    "replace": lambda old, new, text: str(text).replace(old, new)[:MAX_TEXT],
    "contains": lambda part, text: part in str(text), "hasPrefix": lambda begin, text: str(text).startswith(begin),
    "hasSuffix": lambda end, text: str(text).endswith(end), "hasKey": lambda holder, key: key in (holder or {}),
    "get": lambda holder, key: (holder or {}).get(key, ""), "dict": _pairs, "list": lambda *words: list(words),
    "tuple": lambda *words: list(words), "first": lambda words: words[0] if words else None,
    "last": lambda words: words[-1] if words else None, "len": lambda value: len(value or ()),
    "printf": formatted, "print": lambda *words: "".join(str(text_of(word)) for word in words),
    "eq": _same, "ne": lambda one, other: not _same(one, other), "lt": lambda one, other: one < other,
    "le": lambda one, other: one <= other, "gt": lambda one, other: one > other, "ge": lambda one, other: one >= other,
    "not": lambda value: not truth(value), "empty": lambda value: not truth(value), "index": picked, "dig": dug,
    "coalesce": lambda *values: next((value for value in values if truth(value)), None),
    "ternary": lambda yes, no, which: yes if which else no, "required": lambda _, value: value,
    "int": _number, "int64": _number, "float64": lambda value: float(value or 0), "add": lambda *numbers: sum(map(_number, numbers)),
    "add1": lambda number: _number(number) + 1, "sub": lambda one, other: _number(one) - _number(other),
    "mul": lambda one, other: _number(one) * _number(other), "join": _join, "splitList": lambda by, text: str(text).split(by),
    "concat": lambda *lists: [one for each in lists for one in each or ()], "append": lambda words, one: [*words, one],
    "has": lambda one, words: one in (words or ()), "keys": lambda holder: sorted(holder or {}),
    "kindIs": lambda kind, value: _kind(value) == kind,
    "omit": lambda holder, *names: {key: value for key, value in (holder or {}).items() if key not in names},
    "pick": lambda holder, *names: {key: value for key, value in (holder or {}).items() if key in names},
    "merge": lambda first, *rest: _merge(first, rest, over=False), "mergeOverwrite": lambda first, *rest: _merge(first, rest, over=True),
    "deepCopy": lambda value: value, "typeIs": lambda kind, value: _kind(value) == kind,
}  # fmt: skip
"""Functions whose arguments must all be known; those that look at less stand in the renderer.

Source: Helm, "Template Function List".
"""


def _merge(first: Value, rest: tuple[Value, ...], *, over: bool) -> Value:
    found = dict(first or {})
    for one in rest:
        found = together(found, one or {}, over=over)
    return found
