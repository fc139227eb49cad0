"""What is known of GitHub's contexts when a certain event starts a workflow."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from opslint.model.pipeline import Event, Trigger
from opslint.parse.github.triggers import CHANGE_TYPES, DEFAULT_CHANGE_TYPES
from opslint.parse.github.values import PRESENT, UNKNOWN, OneOf, Text, Value


class Scenario(msgspec.Struct, frozen=True):
    """One way a workflow starts.

    Shape: `name` is `github.event_name`, "" where several are possible; `facts` values by dotted path; `inputs` whether
           `inputs.*` can be set.
    """

    name: str
    facts: dict[str, Value]
    inputs: bool


_PULLS = frozenset({"pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment"})
_PAYLOAD: dict[str, frozenset[str]] = {
    "pull_request": _PULLS,
    "number": frozenset({"pull_request", "pull_request_target"}),
    "issue": frozenset({"issues", "issue_comment"}),
    "comment": frozenset({"issue_comment", "pull_request_review_comment", "commit_comment", "discussion_comment"}),
    "review": frozenset({"pull_request_review"}),
    "release": frozenset({"release"}),
    "workflow_run": frozenset({"workflow_run"}),
    "client_payload": frozenset({"repository_dispatch"}),
    "deployment": frozenset({"deployment", "deployment_status"}),
    "deployment_status": frozenset({"deployment_status"}),
    "check_suite": frozenset({"check_suite"}),
    "check_run": frozenset({"check_run"}),
    "merge_group": frozenset({"merge_group"}),
    "discussion": frozenset({"discussion", "discussion_comment"}),
    "head_commit": frozenset({"push"}),
    "commits": frozenset({"push"}),
    "pusher": frozenset({"push"}),
    "schedule": frozenset({"schedule"}),
    "inputs": frozenset({"workflow_dispatch", "workflow_call"}),
}
"""Which events carry a key of `github.event`; elsewhere it is null."""

_WITHOUT_ACTION = frozenset({"push", "schedule", "workflow_dispatch", "create", "delete", "status", "fork", "deployment"})
_OBJECTS = frozenset(_PAYLOAD) - {"number", "schedule", "commits", "head_commit", "inputs"}
_ALWAYS_SET = frozenset({
    "repository", "repository_owner", "actor", "triggering_actor", "sha", "workflow", "workflow_ref", "job", "run_id",
    "run_number", "server_url", "api_url", "token", "workspace", "repository_id", "repository_owner_id", "actor_id",
})  # fmt: skip
_ANY_REF = frozenset({"workflow_dispatch", "create", "delete", "deployment", "deployment_status", "registry_package"})
_DEFAULT_BRANCH = Text(kind="lasting")

_GENERIC: dict[Event, tuple[str, ...]] = {
    Event.CHANGE: ("pull_request", "pull_request_target", "merge_group"),
    Event.PUSH: ("push",),
    Event.PUSH_DEFAULT: ("push",),
    Event.TAG: ("push",),
    Event.RELEASE: ("release",),
    Event.SCHEDULE: ("schedule",),
    Event.MANUAL: ("workflow_dispatch",),
}
"""Names an event may come under where no trigger of the file tells: a called workflow has those of its caller."""


def scenarios_of(event: Event, triggers: tuple[Trigger, ...]) -> list[Scenario]:
    """Every way `event` can start a workflow with these triggers; generic ones where none of them sends it."""
    called = any(trigger.name == "workflow_call" for trigger in triggers)
    found = [
        _scenario(
            trigger.name,
            event,
            trigger.filters.get("branches", ()),
            trigger.filters.get("types", ()),
            trigger.filters.get("cron", ()),
            called or trigger.name == "workflow_dispatch",
        )
        for trigger in triggers
        if event in trigger.events or (event is Event.PUSH_DEFAULT and Event.PUSH in trigger.events)
    ]
    if not found or (called and event is not Event.CALL):
        found += [_scenario(name, event, (), (), (), True) for name in _GENERIC.get(event, ("",))]
    return found


def look_up(scenario: Scenario, path: tuple[str, ...]) -> Value:
    """The value of a context in a scenario, as far as it is known."""
    known = scenario.facts.get(".".join(path))
    if known is not None:
        return known
    if path[0] == "inputs":
        return UNKNOWN if scenario.inputs else None
    if path[0] != "github" or len(path) < 2:
        return UNKNOWN
    if path[1] == "event":
        return _payload(scenario, path[2:])
    return Text() if path[1] in _ALWAYS_SET and len(path) == 2 else UNKNOWN


def _payload(scenario: Scenario, path: tuple[str, ...]) -> Value:
    if not path:
        return PRESENT
    if path[0] == "action" and scenario.name in _WITHOUT_ACTION:
        return None
    owners = _PAYLOAD.get(path[0])
    if owners is None or not scenario.name or (path[0] == "inputs" and scenario.inputs):
        return UNKNOWN
    if scenario.name not in owners:
        return None
    return PRESENT if len(path) == 1 and path[0] in _OBJECTS else UNKNOWN


@lru_cache(maxsize=1024)
def _scenario(
    name: str, event: Event, branches: tuple[str, ...], types: tuple[str, ...], crons: tuple[str, ...], inputs: bool
) -> Scenario:
    facts: dict[str, Value] = {"github.event.repository.default_branch": _DEFAULT_BRANCH}
    if not name or event is Event.CALL:
        return Scenario("", facts, True)
    facts["github.event_name"] = name
    facts.update(_ref_facts(name, event, branches, types))
    facts.update(_action_facts(name, event, types))
    if name == "schedule":
        facts["github.event.schedule"] = OneOf(crons) if crons else UNKNOWN
    if name == "create":
        facts["github.event.ref_type"] = "tag" if event is Event.TAG else "branch"
    return Scenario(name, facts, inputs)


def _ref_facts(name: str, event: Event, branches: tuple[str, ...], types: tuple[str, ...]) -> dict[str, Value]:
    """`github.ref` and its kin, `head_ref` and `base_ref`."""
    change = name in {"pull_request", "pull_request_target"}
    facts: dict[str, Value] = {
        "github.head_ref": Text() if change else "",
        "github.base_ref": _names(branches) if change else "",
    }
    if name in _ANY_REF and event is not Event.TAG:
        return facts
    if change and "closed" in types and event in {Event.ACTIVITY, Event.PUSH_DEFAULT}:
        return facts
    prefix, ref_name, kind = _ref(name, event, branches)
    facts["github.ref_name"] = ref_name
    facts["github.ref_type"] = kind
    facts["github.ref"] = (
        OneOf(tuple(prefix + one for one in ref_name.values))
        if isinstance(ref_name, OneOf)
        else Text(prefix + ref_name.prefix, ref_name.kind)
    )
    if name == "push":
        facts["github.event.ref"] = facts["github.ref"]
        facts["github.event.deleted"] = False
    return facts


def _ref(name: str, event: Event, branches: tuple[str, ...]) -> tuple[str, Text | OneOf, str]:
    """(beginning of the ref, what is known of its short name, its type)."""
    if event in {Event.TAG, Event.RELEASE} or name == "release":
        return "refs/tags/", Text(kind="tag"), "tag"
    if name in {"pull_request", "pull_request_review", "pull_request_review_comment"}:
        return "refs/pull/", Text(kind="topic"), "branch"
    if name == "merge_group":
        return "refs/heads/", Text("gh-readonly-queue/"), "branch"
    if name == "push" and event is Event.PUSH:
        return "refs/heads/", Text(kind="topic"), "branch"
    if name in {"push", "pull_request_target"}:
        return "refs/heads/", _names(branches), "branch"
    return "refs/heads/", _DEFAULT_BRANCH, "branch"


def _names(branches: tuple[str, ...]) -> Text | OneOf:
    """The branches a filter lets through: the literal names where it holds nothing else."""
    if not branches or any(mark in pattern for pattern in branches for mark in "*?[]!+$"):
        return _DEFAULT_BRANCH
    return OneOf(branches)


def _events_of_type(word: str) -> frozenset[Event]:
    """What one activity type of a change amounts to."""
    if word == "closed":
        return frozenset({Event.PUSH_DEFAULT})
    return frozenset({Event.CHANGE if word in CHANGE_TYPES else Event.ACTIVITY})


def _action_facts(name: str, event: Event, types: tuple[str, ...]) -> dict[str, Value]:
    """`github.event.action`, and that a change under validation is neither merged nor closed."""
    if name in {"pull_request", "pull_request_target"}:
        chosen = tuple(word for word in types or DEFAULT_CHANGE_TYPES if event in _events_of_type(word))
        facts: dict[str, Value] = {"github.event.action": OneOf(chosen) if chosen else UNKNOWN}
        if event is Event.CHANGE:
            facts |= {"github.event.pull_request.merged": False, "github.event.pull_request.state": "open"}
        return facts
    return {"github.event.action": OneOf(types)} if types and name not in _WITHOUT_ACTION else {}
