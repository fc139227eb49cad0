"""What a GitLab pipeline is part of: the files around it, and the pipeline that starts it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from opslint.model.pipeline import Include
from opslint.parse.gitlab.when.scenarios import SCENARIOS, Scenario
from opslint.source.node import Node

Exists: TypeAlias = Callable[[tuple[str, ...]], bool | None]
"""Whether a file that fits one of some `rules:exists` patterns is there; None where that cannot be told."""


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a pipeline beyond the mapping it is read from.

    Shape: `head` is the node it is placed at, None for the mapping's first key; `includes` those whose files are not here, None
           where the mapping's own `include` tells them; `confined` the keys of the scenarios in which a job is there at all,
           for jobs of files that are included under a condition; `words` those of such conditions; `scenarios` the kinds of
           pipelines there are, `variables` what the pipeline that starts this one hands on.
    """

    head: Node | None = None
    includes: tuple[Include, ...] | None = None
    confined: dict[str, frozenset[str]] = {}
    words: frozenset[str] = frozenset()
    scenarios: tuple[Scenario, ...] = SCENARIOS
    variables: dict[str, str] = {}
    exists: Exists | None = None


ALONE = Context()
"""A file that is looked at by itself."""
