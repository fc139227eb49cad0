"""Which events reach a job or a step after its `if:`, told soundly: what cannot be decided is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

import msgspec

from opslint.model.pipeline import Event, Trigger
from opslint.parse.github.contexts import Scenario, look_up, scenarios_of
from opslint.parse.github.expressions import Call, Context, Expression, ExpressionError, Literal, parse_expression
from opslint.parse.github.values import (
    UNKNOWN,
    Items,
    OneOf,
    Text,
    Value,
    contains,
    ends_with,
    equal,
    number_of,
    starts_with,
    truth_of,
    word_of,
)
from opslint.source.words.late import late

_STATUS = frozenset({"success", "failure", "always", "cancelled"})
_RESULTS = OneOf(("success", "skipped"))
_RESULT_ITEMS = Items((_RESULTS,))
_FIELD = late(r"\{\{|\}\}|\{(\d{1,2})\}")
MAX_TEXT = 64 * 1024
"""Code points of a text that is put together; nested `format` calls double theirs."""


class Condition(msgspec.Struct, frozen=True):
    """An `if:` taken apart.

    Shape: `tree` is None where it cannot be read or is empty; `depends` whether the event that started the run can decide it;
           `alone` its truth without any event; `when` is "", `on-failure` or `always`.
    """

    tree: Expression | None
    depends: bool
    alone: bool | None
    when: str


def events_reaching(
    condition: str, events: frozenset[Event], triggers: tuple[Trigger, ...], known: Mapping[str, Value] | None = None
) -> tuple[frozenset[Event], str]:
    """The events of `events` that get past an `if:`, and whether it lets failed runs in.

    Shape:  `condition` is the text of the `if:`, with or without `${{ }}`, "" for none. The second value is "" (only while all
            went well), `on-failure` or `always`. A push to any branch that the condition confines to a named branch or to the
            default branch comes back as `PUSH_DEFAULT`. Events that `triggers` do not send (of a called workflow's caller) are
            looked at with all that is known of them in general. `known` are values of other contexts by dotted path.
    Source: GitHub Actions, "Evaluate expressions", "Contexts" and "Events that trigger workflows".
    """
    parsed = condition_of(condition)
    if parsed.alone is False:
        return frozenset(), parsed.when
    tree = parsed.tree
    if tree is None:
        return events, parsed.when
    facts = {path: known[path] for path in map(".".join, _paths(tree)) if path in known} if known else {}
    if facts and truth_of(evaluate(tree, Scenario("", facts, True), None)) is False:
        return frozenset(), parsed.when
    if not parsed.depends:
        return events, parsed.when
    reached: set[Event] = set()
    for event in events:
        if _possible(tree, event, triggers, facts):
            reached.add(event)
        elif event is Event.PUSH and _possible(tree, Event.PUSH_DEFAULT, triggers, facts):
            reached.add(Event.PUSH_DEFAULT)
    return frozenset(reached), parsed.when


@lru_cache(maxsize=4096)
def condition_of(text: str) -> Condition:
    """Take the text of an `if:` apart; what cannot be read decides nothing."""
    inner, literal = _inner(text)
    if not inner.strip():
        return Condition(None, False, None, "")
    try:
        tree = parse_expression(inner)
    except ExpressionError:
        return Condition(None, False, True if literal else None, "")
    status, depends = _mentions(tree)
    when = _when(tree) if status else ""
    if literal:
        return Condition(None, False, True, "always" if status else "")
    return Condition(tree, depends, truth_of(evaluate(tree, None, None)), when)


def constant_of(text: str) -> bool | None:
    """The truth of an expression that no event, matrix or earlier step decides; None for every other one."""
    inner, literal = _inner(text)
    try:
        return True if literal else truth_of(evaluate(parse_expression(inner), None, None))
    except ExpressionError:
        return None


def contexts_in(text: str) -> frozenset[str]:
    """The names of the contexts (`matrix`, `github`, `inputs` …) an expression reads."""
    try:
        return frozenset(path[0] for path in _paths(parse_expression(_inner(text)[0])))
    except ExpressionError:
        return frozenset()


def _inner(text: str) -> tuple[str, bool]:
    """The expression of an `if:`, and whether it stands inside other text, which makes a string that is always true."""
    stripped = text.strip()
    if "${{" not in stripped:
        return stripped, False
    end = stripped.find("}}")
    if stripped.startswith("${{") and end == len(stripped) - 2:
        return stripped[3:-2], False
    start = stripped.find("${{")
    end = stripped.find("}}", start)
    return stripped[start + 3 : end] if end > 0 else "", True


def _possible(tree: Expression, event: Event, triggers: tuple[Trigger, ...], facts: dict[str, Value]) -> bool:
    scenarios = scenarios_of(event, triggers)
    if facts:
        scenarios = [Scenario(one.name, {**one.facts, **facts}, one.inputs) for one in scenarios]
    return any(truth_of(evaluate(tree, scenario, None)) is not False for scenario in scenarios)


def _when(tree: Expression) -> str:
    """What the status functions of a condition let through."""
    runs = {status: truth_of(evaluate(tree, None, status)) is not False for status in ("success", "failure", "cancelled")}
    if runs["success"]:
        return "always" if runs["failure"] else ""
    return "on-failure" if runs["failure"] or runs["cancelled"] else ""


def _mentions(tree: Expression) -> tuple[bool, bool]:
    """(whether a status function is called, whether a context is read that the event decides)."""
    status = depends = False
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, Call):
            status = status or node.name in _STATUS
            stack.extend(node.arguments)
        elif isinstance(node, Context):
            depends = depends or node.path[0] in {"github", "inputs"}
    return status, depends


def _paths(tree: Expression) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, Call):
            stack.extend(node.arguments)
        elif isinstance(node, Context):
            found.append(node.path)
    return found


def evaluate(tree: Expression, scenario: Scenario | None, status: str | None) -> Value:
    """Evaluate an expression as far as it is known.

    Shape: `scenario` None: nothing is known of the event; `status` is `success`, `failure`, `cancelled` or None for any.
    """
    if isinstance(tree, Literal):
        return tree.value
    if isinstance(tree, Context):
        if status is not None and (tree.path[0] == "needs" or tree.path == ("job", "status")):
            return _status_context(tree.path, status)
        return look_up(scenario, tree.path) if scenario is not None else UNKNOWN
    if tree.name in _STATUS:
        return _status_function(tree.name, status)
    if tree.name in {"&&", "||"}:
        return _logical(tree, scenario, status)
    values = [evaluate(argument, scenario, status) for argument in tree.arguments]
    return _apply(tree.name, values)


def _status_context(path: tuple[str, ...], status: str) -> Value:
    if path[0] == "job":
        return status
    if path[-1] == "result" and status == "success":
        return _RESULT_ITEMS if "*" in path else _RESULTS
    return UNKNOWN


def _status_function(name: str, status: str | None) -> Value:
    if name == "always":
        return True
    return UNKNOWN if status is None else (name == "cancelled" if status == "cancelled" else name == status)


def _logical(tree: Call, scenario: Scenario | None, status: str | None) -> Value:
    """`&&` and `||` give an operand back, as in JavaScript; an operand before it that is unknown makes the result less known."""
    decisive = tree.name == "||"
    unsure = False
    value: Value = None
    for argument in tree.arguments:
        value = evaluate(argument, scenario, status)
        truth = truth_of(value)
        if truth is decisive:
            if not unsure:
                return value
            return Text() if decisive else False
        unsure = unsure or truth is None
    return UNKNOWN if unsure else value


def _apply(name: str, values: list[Value]) -> Value:
    """Functions and comparisons on values; what is not known is unknown."""
    if name == "!" and values:
        truth = truth_of(values[0])
        return UNKNOWN if truth is None else not truth
    if len(values) == 2:
        first, second = values
        match name:
            case "==":
                return _known(equal(first, second))
            case "!=":
                same = equal(first, second)
                return UNKNOWN if same is None else not same
            case "contains":
                return _known(contains(first, second))
            case "startswith":
                return _known(starts_with(first, second))
            case "endswith":
                return _known(ends_with(first, second))
            case "<" | "<=" | ">" | ">=":
                return _known(_ordered(name, first, second))
            case _:
                pass
    if name == "format":
        return _format(values)
    if name == "join" and values and isinstance(values[0], Items):
        return _joined(values)
    if name == "fromjson" and len(values) == 1 and isinstance(values[0], str):
        return _from_json(values[0])
    return UNKNOWN


def _known(answer: bool | None) -> Value:
    return UNKNOWN if answer is None else answer


def _ordered(sign: str, left: Value, right: Value) -> bool | None:
    if isinstance(left, float) and isinstance(right, float):
        first, second = number_of(left), number_of(right)
        if first is not None and second is not None:
            return {"<": first < second, "<=": first <= second, ">": first > second, ">=": first >= second}[sign]
    return None


def _format(values: list[Value]) -> Value:
    """`format` where all is literal, or where a single known name stands at the end: `format('refs/heads/{0}', …)`."""
    if not values or not isinstance(values[0], str):
        return UNKNOWN
    template, arguments = values[0], values[1:]
    if len(arguments) == 1 and template.count("{") == 1 and template.endswith("{0}"):
        prefix, argument = template[:-3], arguments[0]
        if isinstance(argument, str):
            return prefix + argument
        if isinstance(argument, Text):
            return Text(prefix + argument.prefix, argument.kind)
        if isinstance(argument, OneOf):
            return OneOf(tuple(prefix + text for text in argument.values))
    words = [word_of(argument) for argument in arguments]
    if None in words or sum(len(word or "") + 1 for word in words) * (template.count("{") + 1) > MAX_TEXT:
        return template if "{" not in template and "}" not in template else UNKNOWN

    def field(found: re.Match[str]) -> str:
        index = found.group(1)
        return found.group()[0] if index is None else (words[int(index)] or "") if int(index) < len(words) else ""

    return _FIELD.sub(field, template)


def _joined(values: list[Value]) -> Value:
    """`join` of a list of literals."""
    words = [word_of(item) for item in values[0].values] if isinstance(values[0], Items) else [None]
    by = word_of(values[1]) if len(values) > 1 else ","
    return by.join(word or "" for word in words) if by is not None and None not in words else UNKNOWN


def _from_json(text: str) -> Value:
    """A JSON list of literals, or a literal."""
    try:
        value = msgspec.json.decode(text.encode())
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return UNKNOWN
    if isinstance(value, int | float) and not -1e300 < value < 1e300:
        return UNKNOWN
    if isinstance(value, list) and all(
        isinstance(item, str) or (isinstance(item, bool | int | float) and abs(item) < 1e300) for item in value
    ):
        return Items(tuple(item if isinstance(item, str | bool) else float(item) for item in value))
    if isinstance(value, bool | str) or value is None:
        return value
    return float(value) if isinstance(value, int | float) else UNKNOWN
