"""The harmonic sum."""

import math
from collections.abc import Iterable
from typing import NamedTuple


class Constituent(NamedTuple):
    """One tidal constituent: metres, degrees an hour, degrees."""

    amplitude: float
    speed: float
    phase: float


def height(constituents: Iterable[Constituent], hours: float, mean: float = 0.0) -> float:
    """The height above the datum, in metres, some hours after the epoch."""
    return mean + sum(one.amplitude * math.cos(math.radians(one.speed * hours - one.phase)) for one in constituents)
