"""Which templates of a Workflow are reached, how softly, and what runs before them."""

from __future__ import annotations

from collections.abc import Mapping as Table
from collections.abc import Sequence

import msgspec

from opslint.parse.argo.calls import Call

MAX_ROUNDS = 64
"""Passes over the call graph before a fixed point is given up: deeper nestings than any real workflow has."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a template stands in its Workflow.

    Shape: `runs_always` is "", "on-failure" or "always"; `soft_why` says why no failure of it counts, "" where one does;
           `needs` are the templates that end before it starts, on some way to it.
    """

    reached: bool = False
    runs_always: str = ""
    soft_why: str = ""
    needs: tuple[str, ...] = ()


def standings(
    names: Sequence[str], calls: Table[str, Sequence[Call]], entries: Sequence[str], handlers: Table[str, str]
) -> dict[str, Standing]:
    """Follow the calls from the entry points and the exit handlers.

    Shape: `handlers` maps a template to "always" or "on-failure". A template that is called from several places has the needs of
           all of them (so two templates may need each other), is soft only where every way to it is, and runs after failures only
           where no way to it asks for success.
    """
    index = {name: position for position, name in enumerate(names)}
    below = _descendants(names, calls, index)
    ways = _ways(calls, index, entries, handlers)
    before = _before(names, calls, index, below, entries, handlers)
    found: dict[str, Standing] = {}
    for name in names:
        reached = ways.get(name, {})
        modes = {mode for mode, _ in reached}
        hard = any(not soft for _, soft in reached)
        mask = before.get(name, 0) & ~(1 << index[name])
        found[name] = Standing(
            reached=bool(reached),
            runs_always="" if not modes or "" in modes else "always" if "always" in modes or len(modes) > 1 else _single(modes),
            soft_why="" if hard or not reached else next(iter(reached.values())),
            needs=tuple(other for position, other in enumerate(names) if mask >> position & 1),
        )
    return found


def _single(modes: set[str]) -> str:
    mode = next(iter(modes))
    return "" if mode == "on-success" else mode


def _descendants(names: Sequence[str], calls: Table[str, Sequence[Call]], index: Table[str, int]) -> dict[str, int]:
    """For each template the set of templates it calls, directly or not, as bits by position."""
    below = dict.fromkeys(names, 0)
    for _ in range(MAX_ROUNDS):
        changed = False
        for name in reversed(names):
            mask = below[name]
            for call in calls.get(name, ()):
                if call.target in index:
                    mask |= 1 << index[call.target] | below[call.target]
            if mask != below[name]:
                below[name] = mask
                changed = True
        if not changed:
            break
    return below


def _never(call: Call) -> bool:
    return call.condition.strip() in {"false", "False"}


def _ways(
    calls: Table[str, Sequence[Call]], index: Table[str, int], entries: Sequence[str], handlers: Table[str, str]
) -> dict[str, dict[tuple[str, bool], str]]:
    """For each template the (mode, soft) pairs it is reached in, with the words that make it soft."""
    ways: dict[str, dict[tuple[str, bool], str]] = {}
    waiting: list[tuple[str, str, str]] = [(entry, "", "") for entry in entries]
    waiting += [(name, mode, "") for name, mode in handlers.items()]
    while waiting:
        name, mode, why = waiting.pop()
        if name not in index or (mode, bool(why)) in ways.setdefault(name, {}):
            continue
        ways[name][mode, bool(why)] = why
        for call in calls.get(name, ()):
            if call.target and not _never(call):
                waiting.append((call.target, _after(mode, call.mode), why or call.soft_why))
    return {name: found for name, found in ways.items() if found}


def _after(outer: str, inner: str) -> str:
    """The mode of a call inside a template that is itself reached in a mode."""
    if inner == "on-success":
        return "" if outer == "" else "on-success"
    if inner == "on-failure" or outer == "on-failure":
        return "on-failure"
    return inner or outer


def _before(
    names: Sequence[str],
    calls: Table[str, Sequence[Call]],
    index: Table[str, int],
    below: Table[str, int],
    entries: Sequence[str],
    handlers: Table[str, str],
) -> dict[str, int]:
    """For each template the set of templates that end before it starts, as bits by position."""
    before = dict.fromkeys(names, 0)
    whole = 0
    for entry in entries:
        if entry in index:
            whole |= 1 << index[entry] | below[entry]
    for name in handlers:
        if name in index and name not in entries:
            before[name] = whole & ~(1 << index[name])
    local = {name: _local(calls.get(name, ()), index, below) for name in names}
    for _ in range(MAX_ROUNDS):
        changed = False
        for name in names:
            for call, mask in zip(calls.get(name, ()), local[name], strict=True):
                if call.target not in index:
                    continue
                wider = before[call.target] | mask | before[name]
                if wider != before[call.target]:
                    before[call.target] = wider
                    changed = True
        if not changed:
            break
    return before


def _local(calls: Sequence[Call], index: Table[str, int], below: Table[str, int]) -> list[int]:
    """For each call of one template what ends before it: earlier calls, all that these call, and theirs in turn."""
    masks = [0] * len(calls)
    for _ in range(MAX_ROUNDS):
        changed = False
        for position, call in enumerate(calls):
            mask = masks[position]
            for earlier in call.before:
                target = calls[earlier].target
                mask |= masks[earlier]
                if target in index:
                    mask |= 1 << index[target] | below[target]
            if mask != masks[position]:
                masks[position] = mask
                changed = True
        if not changed:
            break
    return masks
