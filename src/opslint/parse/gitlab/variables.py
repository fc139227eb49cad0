"""GitLab's variables: those a mapping declares, those of a matrix and of rules, and what stands for `$NAME` in another value."""

from __future__ import annotations

import re
from collections.abc import Mapping as Table

from opslint.parse.gitlab.keywords import flat_items
from opslint.source.node import Mapping, Node, Scalar, strings_of, text_of
from opslint.source.words.late import late

MAX_NESTED = 10
"""Variables that stand in one another's values."""

MAX_VALUE = 10_000
"""Characters of a value after `$NAME` in it was replaced; a longer one stays as it is written."""

MAX_ROWS = 200
"""Rows of a matrix, and rules, that are asked for variables."""

MAX_VALUES = 200
"""Values of one variable of a matrix, as GitLab allows no more jobs."""

_NAMED = late(r"\$\{?(\w+)")
_REFERENCE = late(r"\$\$|\$(\w+)|\$\{(\w+)\}")


def variables_of(declared: Mapping | None) -> dict[str, str]:
    """Variables as texts, whether written as a word or as a mapping with `value`."""
    found: dict[str, str] = {}
    for name, _, node in declared.items() if declared is not None else ():
        value = node.get("value") if isinstance(node, Mapping) else node
        if isinstance(value, Scalar):
            found[name] = text_of(value) or ""
    return found


def names_in(text: str) -> set[str]:
    """The variables that a text names as `$NAME` or `${NAME`."""
    return {match.group(1) for match in _NAMED.finditer(text)} if "$" in text else set()


def filled(text: str, variables: Table[str, str]) -> str:
    """A text with the variables that are known in the place of their names; the others, and `$$`, stay.

    Source: GitLab CI/CD, "Where variables can be used", nested variable expansion.
    """
    return _Filler(variables).fill(text, frozenset()) if "$" in text else text


class _Filler:
    """Fills in variables, each worked out once; one that names itself stays."""

    def __init__(self, variables: Table[str, str]) -> None:
        self.variables = variables
        self.done: dict[str, str] = {}

    def fill(self, text: str, within: frozenset[str]) -> str:
        length = len(text)

        def one(match: re.Match[str]) -> str:
            nonlocal length
            name = match.group(1) or match.group(2)
            value = self.value(name, within) if name else None
            if value is None or length + len(value) > MAX_VALUE:
                return match.group()
            length += len(value)
            return value

        return _REFERENCE.sub(one, text)

    def value(self, name: str, within: frozenset[str]) -> str | None:
        written = self.variables.get(name)
        if written is None or "$" not in written:
            return written
        if name in within or len(within) >= MAX_NESTED:
            return None
        if name not in self.done:
            self.done[name] = self.fill(written, within | {name})
        return self.done[name]


def matrix_of(job: Mapping) -> list[dict[str, tuple[str, ...]]]:
    """The rows of `parallel:matrix`: each variable with its values.

    Source: GitLab CI/CD YAML syntax reference, `parallel:matrix`.
    """
    parallel = job.mapping("parallel")
    rows = flat_items(parallel.get("matrix")) if parallel is not None else []
    mappings = [row for row in rows[:MAX_ROWS] if isinstance(row, Mapping)]
    found = [{name: strings_of(value)[:MAX_VALUES] for name, _, value in row.items()} for row in mappings]
    return [row for row in found if row]


def ruled_variables(rules: Node | None) -> list[dict[str, str]]:
    """What each rule that lets something run sets; an empty mapping for one that sets nothing.

    Source: GitLab CI/CD YAML syntax reference, `rules:variables`, `workflow:rules:variables`.
    """
    live = [rule for rule in flat_items(rules)[:MAX_ROWS] if isinstance(rule, Mapping) and rule.text("when") != "never"]
    found = {tuple(told.items()): told for rule in live for told in (variables_of(rule.mapping("variables")),)}
    return list(found.values()) if any(found) else []
