"""What a task's `depends` and a step's `when` say about failures before it."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

import msgspec

from opslint.source.words.late import late

_WORD = late(r"\s*(&&|\|\||!|\(|\)|[A-Za-z0-9_{}.-]+)")
_STATUSES = frozenset({"Succeeded", "Failed", "Errored", "Skipped", "Omitted", "Daemoned", "AnySucceeded", "AllFailed"})
_ON_SUCCESS = frozenset({"", "Succeeded", "AnySucceeded"})
_ON_FAILURE = frozenset({"Failed", "Errored", "AllFailed"})
_PRECEDENCE = {"||": 1, "&&": 2, "!": 3}
_STATUS = late(r"\bstatus\b[\s\"'}\])]{0,8}(==|!=|=~)[\s\"'(^]{0,8}(\w{1,20})")

MAX_WORDS = 100


class Dependence(msgspec.Struct, frozen=True, kw_only=True):
    """What a `depends` expression means.

    Shape: `names` are the tasks it speaks of, in order; `when` is "" (only after success), "on-failure" or "always";
           `handled` are the tasks whose failure alone lets it run.
    """

    names: tuple[str, ...] = ()
    when: str = ""
    handled: tuple[str, ...] = ()


def dependence_of(expression: str) -> Dependence:
    """Read a DAG task's `depends`; what cannot be read is taken as plain names that must succeed.

    Source: Argo Workflows, enhanced depends logic.
    """
    words = _WORD.findall(expression[:4_000])[:MAX_WORDS]
    operands = [word for word in words if word not in _PRECEDENCE and word not in {"(", ")"}]
    names = tuple(dict.fromkeys(_split(word)[0] for word in operands))
    program = _postfix(words)
    if not program:
        return Dependence(names=names)
    after_success = _evaluate(program, frozenset())
    handled = tuple(name for name in names if _evaluate(program, {name}))
    after_failure = bool(handled) or _evaluate(program, frozenset(names))
    when = "" if not after_failure else "always" if after_success else "on-failure"
    return Dependence(names=names, when=when, handled=handled)


def condition_mode(condition: str) -> str:
    """When a `when` or `expression` on a status lets its template run: "on-failure", "on-success" or "" (it does not say)."""
    found = set()
    for operator, status in _STATUS.findall(condition[:2000]):
        good = status == "Succeeded"
        if status in {"Succeeded", "Failed", "Error", "Errored"}:
            found.add("on-success" if good == (operator != "!=") else "on-failure")
    if not found and "workflow.failures" in condition:
        return "on-failure"
    return found.pop() if len(found) == 1 else ""


def _split(word: str) -> tuple[str, str]:
    name, _, status = word.rpartition(".")
    return (name, status) if name and status in _STATUSES else (word, "")


def _postfix(words: list[str]) -> list[str]:
    """Dijkstra's shunting yard: no recursion, so nesting costs nothing; empty where the brackets do not match."""
    output: list[str] = []
    waiting: list[str] = []
    for word in words:
        if word in {"(", "!"}:
            waiting.append(word)
        elif word == ")":
            while waiting and waiting[-1] != "(":
                output.append(waiting.pop())
            if not waiting:
                return []
            waiting.pop()
        elif word in _PRECEDENCE:
            while waiting and waiting[-1] != "(" and _PRECEDENCE[waiting[-1]] >= _PRECEDENCE[word]:
                output.append(waiting.pop())
            waiting.append(word)
        else:
            output.append(word)
    if "(" in waiting:
        return []
    return output + waiting[::-1]


def _evaluate(program: list[str], failed: AbstractSet[str]) -> bool:
    """The truth of a postfix program when exactly the tasks `failed` names have failed and the others have succeeded."""
    stack: list[bool] = []
    for word in program:
        if word == "!":
            if not stack:
                return False
            stack.append(not stack.pop())
        elif word in _PRECEDENCE:
            if len(stack) < 2:
                return False
            right, left = stack.pop(), stack.pop()
            stack.append((left and right) if word == "&&" else (left or right))
        else:
            name, status = _split(word)
            stack.append(status in (_ON_FAILURE if name in failed else _ON_SUCCESS))
    return len(stack) == 1 and stack[0]
