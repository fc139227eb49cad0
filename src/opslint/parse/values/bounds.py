"""How much one pipeline file may grow to while it is read: aliases and inheritance can repeat a few lines many thousand times."""

from __future__ import annotations

MAX_STEPS = 20_000
MAX_VARIABLES = 300_000
MAX_EVALUATIONS = 300_000


class Bounds:
    """What is left for one file; `exceeded` tells that something was left out."""

    def __init__(self) -> None:
        self.steps = MAX_STEPS
        self.variables = MAX_VARIABLES
        self.evaluations = MAX_EVALUATIONS
        self.exceeded = False

    def step(self) -> bool:
        """Whether one more step may be read."""
        self.steps -= 1
        if self.steps < 0:
            self.exceeded = True
        return self.steps >= 0

    def evaluation(self) -> bool:
        """Whether one more condition may be evaluated; if not, it counts as undecided."""
        self.evaluations -= 1
        if self.evaluations < 0:
            self.exceeded = True
        return self.evaluations >= 0

    def evaluations_left(self) -> bool:
        """Whether any condition may still be evaluated, without taking one."""
        self.exceeded = self.exceeded or self.evaluations <= 0
        return self.evaluations > 0

    def merged(self, base: dict[str, str], own: dict[str, str]) -> dict[str, str]:
        """`own` variables over those of `base`, the same object where nothing is added; `own` alone once too many were merged."""
        if not own:
            return base
        if not base:
            return own
        self.variables -= len(base)
        if self.variables < 0:
            self.exceeded = True
            return own
        return {**base, **own}

    @property
    def reason(self) -> str | None:
        """The sentence for the file's entry, None where everything was read."""
        return (
            "the file expands to more steps, variables or conditions than are read; the rest was left out"
            if self.exceeded
            else None
        )
