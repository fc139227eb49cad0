"""The kinds of GitLab pipelines, and what the predefined variables hold in each."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from opslint.model.pipeline import Event


class Unknown(msgspec.Struct, frozen=True):
    """Any value, or none."""


class Some(msgspec.Struct, frozen=True):
    """A text that is not empty.

    Shape: `kind` is `topic` for the name of a change's branch, `default` for that of the default branch, `lasting` for that of
           another named branch, `tag` for a tag, "" where nothing is known.
    """

    kind: str = ""


class OneOf(msgspec.Struct, frozen=True):
    """One of several texts."""

    values: tuple[str, ...]


Value: TypeAlias = Unknown | Some | OneOf | str | None

UNKNOWN = Unknown()


class Scenario(msgspec.Struct, frozen=True):
    """One kind of pipeline.

    Shape: `name` is the trigger's name in the model; `refs` the words of `only`/`except` that it answers to; `variables` the
           predefined variables that are known; `words` which, standing in a condition of the file, show that such pipelines are
           in use (none: they always are); `settled` whether variables of the file hold, because nobody sets others.
    """

    name: str
    event: Event
    refs: frozenset[str]
    variables: dict[str, Value]
    words: frozenset[str] = frozenset()
    settled: bool = True
    ref_kind: str = ""

    @property
    def key(self) -> str:
        """A name no other scenario has."""
        return f"{self.name}/{self.ref_kind}"


def _variables(source: Value, branch: Value, tag: Value, ref: Value, protected: Value) -> dict[str, Value]:
    return {
        "CI_PIPELINE_SOURCE": source,
        "CI_COMMIT_BRANCH": branch,
        "CI_COMMIT_TAG": tag,
        "CI_COMMIT_REF_NAME": ref,
        "CI_COMMIT_REF_SLUG": ref,
        "CI_COMMIT_REF_PROTECTED": protected,
    }


_CHANGE = {
    **_variables("merge_request_event", None, None, Some("topic"), UNKNOWN),
    "CI_MERGE_REQUEST_IID": Some(),
    "CI_MERGE_REQUEST_ID": Some(),
    "CI_MERGE_REQUEST_PROJECT_PATH": Some(),
    "CI_MERGE_REQUEST_PROJECT_ID": Some(),
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": Some(),
    "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": Some(),
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": Some(),
    "CI_MERGE_REQUEST_REF_PATH": Some(),
    "CI_MERGE_REQUEST_EVENT_TYPE": OneOf(("detached", "merged_result", "merge_train")),
    "CI_OPEN_MERGE_REQUESTS": Some(),
}
_UPSTREAM_SOURCES = OneOf(("api", "trigger", "pipeline", "parent_pipeline", "external", "security_orchestration_policy"))
_UPSTREAM_WORDS = frozenset({
    "trigger", "pipeline", "parent_pipeline", "api", "triggers", "pipelines", "external", "CI_PIPELINE_TRIGGERED",
})  # fmt: skip
_WEB_SOURCES = OneOf(("web", "chat", "webide", "ondemand_dast_scan", "ondemand_dast_validation"))


def _both_refs(
    name: str, event: Event, sources: OneOf, refs: frozenset[str], words: frozenset[str] = frozenset()
) -> tuple[Scenario, Scenario]:
    """A kind of pipeline that somebody starts for a branch or for a tag."""
    branch = _variables(sources, Some(), None, Some(), UNKNOWN)
    tag = _variables(sources, None, Some("tag"), Some("tag"), UNKNOWN)
    return (
        Scenario(name, event, refs | {"branches"}, branch, words=words, settled=False, ref_kind="any"),
        Scenario(name, event, refs | {"tags"}, tag, words=words, settled=False, ref_kind="tag"),
    )


SCENARIOS: tuple[Scenario, ...] = (
    Scenario("merge_request_event", Event.CHANGE, frozenset({"merge_requests"}), _CHANGE),
    Scenario(
        "external_pull_request_event",
        Event.CHANGE,
        frozenset({"external_pull_requests"}),
        {
            **_variables("external_pull_request_event", None, None, Some("topic"), "false"),
            "CI_EXTERNAL_PULL_REQUEST_IID": Some(),
            "CI_MERGE_REQUEST_IID": None,
        },
        words=frozenset({"external_pull_request_event", "external_pull_requests", "CI_EXTERNAL_PULL_REQUEST_IID"}),
    ),
    Scenario(
        "push",
        Event.PUSH,
        frozenset({"branches", "pushes"}),
        _variables("push", Some("topic"), None, Some("topic"), "false") | {"CI_OPEN_MERGE_REQUESTS": UNKNOWN},
        ref_kind="topic",
    ),
    Scenario(
        "push",
        Event.PUSH_DEFAULT,
        frozenset({"branches", "pushes"}),
        _variables("push", Some("default"), None, Some("default"), "true"),
        ref_kind="default",
    ),
    Scenario(
        "push",
        Event.PUSH_DEFAULT,
        frozenset({"branches", "pushes"}),
        _variables("push", Some("lasting"), None, Some("lasting"), UNKNOWN) | {"CI_OPEN_MERGE_REQUESTS": UNKNOWN},
        ref_kind="lasting",
    ),
    Scenario(
        "tag",
        Event.TAG,
        frozenset({"tags", "pushes"}),
        _variables("push", None, Some("tag"), Some("tag"), UNKNOWN),
        ref_kind="tag",
    ),
    Scenario(
        "schedule",
        Event.SCHEDULE,
        frozenset({"branches", "schedules"}),
        _variables("schedule", Some("default"), None, Some("default"), UNKNOWN),
        words=frozenset({"schedule", "schedules"}),
        settled=False,
        ref_kind="default",
    ),
    *_both_refs(
        "pipeline", Event.UPSTREAM, _UPSTREAM_SOURCES, frozenset({"pipelines", "triggers", "api", "external"}), _UPSTREAM_WORDS
    ),
    *_both_refs("web", Event.MANUAL, _WEB_SOURCES, frozenset({"web", "chat"})),
)
"""The kinds of pipelines that matter, in the order of their triggers.

Whether schedules, upstream pipelines and external pull requests exist stands in the project's settings: they are taken to exist
where a condition of the file names them.
"""



def _child(parent: Scenario) -> Scenario:
    """The kind of a child pipeline that a pipeline of another kind starts."""
    kinds = {"topic": "branches", "default": "branches", "lasting": "branches", "any": "branches", "tag": "tags"}
    refs = {"parent_pipelines"} | ({kinds[parent.ref_kind]} if parent.ref_kind else set())
    source = {"CI_PIPELINE_SOURCE": "parent_pipeline"}
    return msgspec.structs.replace(
        parent,
        name=f"parent_pipeline of {parent.name}",
        refs=frozenset(refs),
        variables={**parent.variables, **source},
        words=frozenset(),
    )


CHILDREN: tuple[Scenario, ...] = tuple(_child(scenario) for scenario in SCENARIOS)
"""The kinds of child pipelines, in the order of the kinds that start them.

Source: GitLab CI/CD, "Downstream pipelines": `CI_PIPELINE_SOURCE` is `parent_pipeline`, the variables of a merge request are handed
on, and jobs without `rules` run in branch and tag pipelines only.
"""

BY_KEY: dict[str, Scenario] = {scenario.key: scenario for scenario in (*SCENARIOS, *CHILDREN)}

_SET_EVERYWHERE = ("CI_PROJECT_", "CI_SERVER_", "CI_API_", "GITLAB_USER_", "CI_COMMIT_SHA", "CI_COMMIT_SHORT_SHA", "CI_REGISTRY")
_SET = frozenset({"CI_PIPELINE_ID", "CI_PIPELINE_IID", "CI_JOB_ID", "CI_JOB_NAME", "CI_COMMIT_TITLE", "CI_COMMIT_MESSAGE"})
_TRUE = frozenset({"CI", "GITLAB_CI"})


def predefined(scenario: Scenario, name: str) -> Value:
    """What a variable that GitLab sets holds in a scenario; unknown for every other one."""
    if name in scenario.variables:
        return scenario.variables[name]
    if name in _TRUE:
        return "true"
    if name == "CI_DEFAULT_BRANCH":
        return Some("default")
    if name.startswith("CI_MERGE_REQUEST_") or name == "CI_OPEN_MERGE_REQUESTS":
        return UNKNOWN if scenario.event is Event.CHANGE else None
    if name.startswith("CI_EXTERNAL_PULL_REQUEST_"):
        return UNKNOWN if scenario.name == "external_pull_request_event" else None
    if name.startswith(_SET_EVERYWHERE) or name in _SET:
        return Some()
    return UNKNOWN
