"""The `on:` of a GitHub workflow: every trigger with its filters, and the events it amounts to."""

from __future__ import annotations

from opslint.model.pipeline import Event, Trigger
from opslint.parse.values.branches import TOPIC_FAMILIES
from opslint.parse.values.places import span_of
from opslint.source.node import Mapping, Node, Scalar, Sequence, scalars_of, strings_of

CHANGE_TRIGGERS = frozenset({"pull_request", "pull_request_target", "merge_group"})

CHANGE_TYPES = frozenset(
    {"opened", "synchronize", "reopened", "ready_for_review", "auto_merge_enabled", "enqueued", "checks_requested"}
)
"""Activity types after which the content of a change is to be judged; of the others `closed` comes after the merge (or in its
place), labeled, edited and their kin are activity."""

DEFAULT_CHANGE_TYPES = ("opened", "synchronize", "reopened")
"""What `pull_request` and `pull_request_target` listen to when no `types` are given."""

RELEASE_TYPES = frozenset({"published", "created", "released", "prereleased"})

EVENTS_OF: dict[str, frozenset[Event]] = {
    "schedule": frozenset({Event.SCHEDULE}),
    "workflow_dispatch": frozenset({Event.MANUAL}),
    "workflow_call": frozenset({Event.CALL}),
    "create": frozenset({Event.TAG, Event.ACTIVITY}),
    **dict.fromkeys(
        ("workflow_run", "repository_dispatch", "check_run", "check_suite", "status", "deployment", "deployment_status",
         "registry_package", "page_build", "image_version"),
        frozenset({Event.UPSTREAM}),
    ),
}  # fmt: skip
"""Triggers whose filters change nothing; `push`, `release` and the change triggers are decided by theirs, others are activity."""


def triggers_of(path: str, node: Node | None) -> tuple[Trigger, ...]:
    """Read `on:` in each of its forms: a word, a list of words, a mapping.

    Source: GitHub Actions, "Events that trigger workflows" and "Workflow syntax: on".
    """
    if isinstance(node, Mapping):
        return tuple(_trigger(path, name, key, value) for name, key, value in node.items())
    return tuple(_trigger(path, word.value, word, None) for word in scalars_of(node))


def _trigger(path: str, name: str, key: Scalar, value: Node | None) -> Trigger:
    filters = _filters(name, value)
    return Trigger(name=name, events=events_of(name, filters), span=span_of(path, key), filters=filters)


def _filters(name: str, value: Node | None) -> dict[str, tuple[str, ...]]:
    """The filter lists by key; `schedule` gives `cron` and `timezone`, inputs give their names."""
    if isinstance(value, Sequence) and name == "schedule":
        entries = [item for item in value.items if isinstance(item, Mapping)]
        found = {word: tuple(entry.text(word) or "" for entry in entries if word in entry) for word in ("cron", "timezone")}
        return {word: texts for word, texts in found.items() if texts}
    if not isinstance(value, Mapping):
        return {}
    filters: dict[str, tuple[str, ...]] = {}
    for word, _, node in value.items():
        filters[word] = tuple(node) if isinstance(node, Mapping) else strings_of(node)
    return filters


def events_of(name: str, filters: dict[str, tuple[str, ...]]) -> frozenset[Event]:
    """What a trigger amounts to in the vocabulary of the model, given its filters.

    A `push` without `branches` reaches every branch, and every tag unless only branches are named. Types that only follow a
    change's life (labeled, assigned …) are activity; `closed` is what a merged change ends with, as the push to its branch is.
    """
    if name == "push":
        return _push_events(filters)
    if name in CHANGE_TRIGGERS:
        types = frozenset(filters.get("types", ()))
        if not types:
            return frozenset({Event.CHANGE})
        events = {Event.CHANGE} if types & CHANGE_TYPES else set()
        after = {Event.PUSH_DEFAULT} if "closed" in types else set()
        return frozenset(events | after | ({Event.ACTIVITY} if types - CHANGE_TYPES - {"closed"} else set()))
    if name == "release":
        types = frozenset(filters.get("types", ()))
        return frozenset({Event.RELEASE if not types or types & RELEASE_TYPES else Event.ACTIVITY})
    return EVENTS_OF.get(name, frozenset({Event.ACTIVITY}))


def _push_events(filters: dict[str, tuple[str, ...]]) -> frozenset[Event]:
    branches, tags = filters.get("branches"), filters.get("tags")
    by_branch = branches is not None or "branches-ignore" in filters
    by_tag = tags is not None or "tags-ignore" in filters
    events: set[Event] = set()
    if by_branch or not by_tag:
        events.add(
            Event.PUSH if branches is None or any(is_topic_pattern(pattern) for pattern in branches) else Event.PUSH_DEFAULT
        )
    if (by_tag or not by_branch) and not {"*", "**"} & set(filters.get("tags-ignore", ())):
        events.add(Event.TAG)
    return frozenset(events)


def is_topic_pattern(pattern: str) -> bool:
    """Whether a branch pattern lets the branches of changes through, not only named, lasting ones."""
    if pattern.startswith("!"):
        return False
    if not pattern.strip("*/"):
        return True
    first, slash, rest = pattern.partition("/")
    return bool(slash) and "*" in rest and (first.lower() in TOPIC_FAMILIES or first in {"*", "**"})
