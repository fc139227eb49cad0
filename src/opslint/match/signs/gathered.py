"""The signs that were found, by fact and key, and the places that are told for a fact."""

from __future__ import annotations

from collections.abc import Callable

from opslint.model.result import Because
from opslint.source.span import Span

MOST = 3
"""Places told for a fact, as match.facts tells them."""

CODE = ("code-packages", "code-dependencies")
"""Keys that count only together with a hit of the fact's `texts`."""

RANKED = (
    "packages", "dependencies", "kinds", "resources", "images", "charts", "blocks", "commands", "does", "files",
    "texts", *CODE, "modules", "notebooks", "hosts", "dev-dependencies", "sub-facts", "implied-by",
)  # fmt: skip
"""Keys of a fact, the most telling first."""

STRONG = frozenset({"files", "kinds", "resources", "images", "charts", "commands", "blocks", "packages"})
"""Keys by which a sub-fact makes its family true."""

Add = Callable[[str, str, Span, str], None]
"""How a reader hands in a sign: fact, key, place, words."""


class Gathered:
    """Signs by fact and key; of each key the best few places are kept: those that stand highest in the tree."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, list[tuple[tuple[int, str, int], str]]]] = {}

    def add(self, fact: str, key: str, span: Span, why: str, *, rank: int | None = None) -> None:
        """Take in one sign; `rank` orders the places of a key instead of their depth."""
        places = self._found.setdefault(fact, {}).setdefault(key, [])
        depth = span.path.count("/") if rank is None else rank
        order = (depth, span.path, span.line)
        if len(places) == MOST and places[-1][0] <= order:
            return
        if all(known != order for known, _ in places):
            places.append((order, why))
            places.sort()
            del places[MOST:]

    def has(self, fact: str, *keys: str) -> bool:
        """Whether a fact has a sign under one of some keys; without keys, one that counts by itself."""
        found = self._found.get(fact, {})
        if keys:
            return any(key in found for key in keys)
        return any(key not in CODE for key in found)

    def places(self, fact: str) -> tuple[Because, ...]:
        """The places that show a fact that holds, at most a few: the best of every key first, then their second best."""
        found = self._found.get(fact, {})
        keys = [key for key in RANKED if key in found]
        told: dict[tuple[str, int], Because] = {}
        for turn in range(MOST):
            for key in keys:
                if turn < len(found[key]) and len(told) < MOST:
                    (_, path, line), why = found[key][turn]
                    told.setdefault((path, line), Because(path=path, line=line, why=why))
        return tuple(told.values())
