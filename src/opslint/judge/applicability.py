"""Which practices mean something in this repository, and why."""

from __future__ import annotations

from collections.abc import Callable

from opslint.knowledge.types import Applies
from opslint.model.result import Because

Places = Callable[[str], tuple[Because, ...]]


def judge_applies(applies: Applies, places: Places) -> tuple[bool, tuple[Because, ...]]:
    """Hold an `applies` map against the facts.

    Shape: (whether it applies, the places that make it so; where it does not, none).
    """
    told: list[Because] = []
    if applies.any:
        for word in applies.any:
            told.extend(place for place in places(word) if place not in told)
        if not told:
            return False, ()
    for word in applies.all:
        found = places(word)
        if not found:
            return False, ()
        told.extend(place for place in found if place not in told)
    if any(places(word) for word in applies.none):
        return False, ()
    return True, tuple(told[:3])


def looked_for(applies: Applies) -> str:
    """The words for why something does not apply."""
    words = [*applies.any, *applies.all]
    return f"nothing here shows: {', '.join(words)}" if words else "it never applies by itself"
