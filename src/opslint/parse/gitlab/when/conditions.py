"""Whether a GitLab condition holds in a kind of pipeline: yes, no, or it depends (None)."""

from __future__ import annotations

from collections.abc import Mapping as Table
from functools import lru_cache

from opslint.parse.gitlab.when.expressions import Expression, Opaque, Operation, Pattern, Text, Variable, parse_expression
from opslint.parse.gitlab.when.scenarios import BY_KEY, UNKNOWN, OneOf, Scenario, Some, Unknown, Value, predefined
from opslint.parse.values.bounds import Bounds
from opslint.parse.values.branches import LASTING_NAMES, TOPIC_FAMILIES

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
_EVERYTHING = frozenset({"", ".*", ".+", "^.*$", "^.+$", "^.*", ".*$", "^", "$", "^.+", ".+$"})


def decide(text: str, scenario: Scenario, variables: Table[str, str], bounds: Bounds) -> bool | None:
    """Whether the condition `text` holds; what GitLab would refuse, or comes after too many others, stays undecided."""
    if not bounds.evaluation():
        return None
    if _names_in(text).isdisjoint(variables):
        return _decided(text, scenario.key)
    tree = parse_expression(text)
    return holds(tree, scenario, variables) if tree is not None else None


@lru_cache(maxsize=8192)
def _decided(text: str, key: str) -> bool | None:
    """The answer where no variable of the file has a say: the same in every file."""
    tree = parse_expression(text)
    return holds(tree, BY_KEY[key], {}) if tree is not None else None


@lru_cache(maxsize=4096)
def _names_in(text: str) -> frozenset[str]:
    """The variables a condition reads."""
    found: set[str] = set()
    tree = parse_expression(text)
    stack = [tree] if tree is not None else []
    while stack:
        node = stack.pop()
        if isinstance(node, Variable):
            found.add(node.name)
        elif isinstance(node, Operation):
            stack.extend(node.operands)
    return frozenset(found)


def holds(tree: Expression, scenario: Scenario, variables: Table[str, str]) -> bool | None:
    """Evaluate a condition in three-valued logic.

    Shape:  `variables` are those of the file and the job as written; they count in scenarios where nobody sets others.
    Source: GitLab CI/CD, "CI/CD job rules", section "CI/CD variable expressions".
    """
    if isinstance(tree, Operation):
        return _operation(tree, scenario, variables)
    return _truth(_value(tree, scenario, variables))


def _operation(tree: Operation, scenario: Scenario, variables: Table[str, str]) -> bool | None:
    if tree.sign in {"&&", "||"}:
        decisive = tree.sign == "||"
        answers = [holds(operand, scenario, variables) for operand in tree.operands]
        if decisive in answers:
            return decisive
        return None if None in answers else not decisive
    if tree.sign == "!":
        return _not(holds(tree.operands[0], scenario, variables))
    left, right = tree.operands
    if tree.sign in {"=~", "!~"}:
        found = matches(_value(left, scenario, variables), right) if isinstance(right, Pattern) else None
        return found if tree.sign == "=~" else _not(found)
    same = _equal(_value(left, scenario, variables), _value(right, scenario, variables))
    return same if tree.sign == "==" else _not(same)


def _value(tree: Expression, scenario: Scenario, variables: Table[str, str]) -> Value:
    if isinstance(tree, Text):
        return tree.value
    if isinstance(tree, Variable):
        written = variables.get(tree.name)
        if written is None or tree.name in scenario.variables:
            return predefined(scenario, tree.name)
        return written if scenario.settled and "$" not in written else UNKNOWN
    if isinstance(tree, Opaque | Pattern):
        return UNKNOWN
    answer = _operation(tree, scenario, variables)
    return UNKNOWN if answer is None else "true" if answer else None


def _truth(value: Value) -> bool | None:
    """A variable alone holds when it is set and not empty."""
    if isinstance(value, Unknown):
        return None
    return True if isinstance(value, Some | OneOf) else bool(value)


def _not(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


def _equal(left: Value, right: Value) -> bool | None:
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return None
    if isinstance(left, OneOf):
        return _agree([_equal(text, right) for text in left.values])
    if isinstance(right, OneOf):
        return _agree([_equal(left, text) for text in right.values])
    if isinstance(left, Some):
        return _equal_some(left, right)
    if isinstance(right, Some):
        return _equal_some(right, left)
    return left == right


def _equal_some(some: Some, other: Some | str | None) -> bool | None:
    """A name that is only known by kind: the branch of a change is never one that is written down."""
    if isinstance(other, Some):
        if some.kind == other.kind == "default":
            return True
        return False if some.kind and other.kind and some.kind != other.kind else None
    if not other or some.kind == "topic":
        return False
    if some.kind == "tag" and other in LASTING_NAMES:
        return False
    return None


def _agree(answers: list[bool | None]) -> bool | None:
    kinds = set(answers)
    return kinds.pop() if len(kinds) == 1 else None


def matches(value: Value, pattern: Pattern) -> bool | None:
    """Whether a text matches, without running the pattern: plain alternatives are compared, everything else depends."""
    if pattern.source in _EVERYTHING:
        return None if isinstance(value, Unknown) else value is not None
    if value is None:
        return False
    if isinstance(value, Unknown):
        return None
    alternatives = _alternatives(pattern)
    if isinstance(value, Some):
        return _matches_some(value, pattern.source, alternatives)
    if isinstance(value, OneOf):
        return _agree([matches(text, pattern) for text in value.values])
    if alternatives is None:
        return None
    text = value.lower() if "i" in pattern.flags else value
    return any(_fits(text, *alternative) for alternative in alternatives)


def _matches_some(value: Some, source: str, alternatives: list[tuple[str, bool, bool]] | None) -> bool | None:
    """The branch of a change matches no pattern that begins with a lasting branch's name."""
    if value.kind != "topic":
        return None
    if alternatives is not None:
        families = (word.split("/")[0].lower().rstrip("-_") for word, start, end in alternatives if not (start and end))
        return None if any(family in TOPIC_FAMILIES for family in families) else False
    source = source.replace("\\A", "^", 1) if source.startswith("\\A") else source
    rest = source.removeprefix("^").lstrip("(?:").replace("\\/", "/")
    word = rest[: next((index for index, sign in enumerate(rest) if sign not in _PLAIN), len(rest))]
    if not source.startswith("^") or not word or "|" in source:
        return None
    return None if word.lower().rstrip("-_") in TOPIC_FAMILIES else False


def _fits(text: str, word: str, start: bool, end: bool) -> bool:
    if start and end:
        return text == word
    if start:
        return text.startswith(word)
    return text.endswith(word) if end else word in text


def _alternatives(pattern: Pattern) -> list[tuple[str, bool, bool]] | None:
    """(word, bound to the start, bound to the end) of each alternative; None for a pattern that is more than words.

    Shape: `^(a|b)$` binds all, `^a|b$` each its own side.
    """
    source = pattern.source.lower() if "i" in pattern.flags else pattern.source
    start, end = source.startswith("^("), source.endswith(")$")
    inner = source
    if start and end:
        inner = source[2:-2].removeprefix("?:")
    elif source.startswith("("):
        inner = source.removeprefix("(").removesuffix(")")
    found: list[tuple[str, bool, bool]] = []
    for part in inner.split("|"):
        bound_left, bound_right = part.startswith("^"), part.endswith("$")
        word = part.removeprefix("^").removesuffix("$").replace("\\/", "/").replace("\\-", "-").replace("\\.", "\0")
        if not word or any(sign not in _PLAIN and sign not in "/\0" for sign in word):
            return None
        found.append((word.replace("\0", "."), bound_left or (start and end), bound_right or (start and end)))
    return found
