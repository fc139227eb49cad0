"""What a pipeline changes about GitLab templates it includes."""

import pytest

from opslint.knowledge.types import ToolSignal
from opslint.match.tools.overrides import overridden
from opslint.model.activity import Activity, ActivityKind
from opslint.model.pipeline import Event
from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import resolve
from opslint.source.trees.memory import MemoryTree

SOFT = "it does not fail by default"
SECRETS = ToolSignal(teeth="soft", jobs=("secret_detection",), bases=(".secret-analyzer",), off=("SECRET_DETECTION_DISABLED",))
SAST = ToolSignal(teeth="soft", jobs=("semgrep-sast", "brakeman-sast"), bases=(".sast-analyzer",), off=("SAST_DISABLED",))
LISTED = ToolSignal(teeth="soft", off=("SAST_DISABLED", "SAST_EXCLUDED_ANALYZERS=kubesec,pmd-apex,semgrep,sobelow,spotbugs"))


def changed(text: str, signal: ToolSignal = SECRETS, files: dict[str, str] | None = None) -> tuple[Activity, str]:
    tree = MemoryTree({".gitlab-ci.yml": "include:\n  - template: Jobs/X.gitlab-ci.yml\n  - local: '/ci/*.yml'\n" + text, **(files or {})})
    activities = resolve(read_repository(tree), tree).activities
    return overridden(next(one for one in activities if one.kind is ActivityKind.TEMPLATE), signal, SOFT)


def test_template_stays_soft_when_the_pipeline_says_nothing() -> None:
    activity, soft_by = changed("x: {script: [y]}\n")
    assert (activity.disabled, activity.manual, soft_by, len(activity.chain)) == ("", False, SOFT, 1)


@pytest.mark.parametrize(
    "text",
    [
        "secret_detection: {allow_failure: false}\n",
        ".secret-analyzer: {allow_failure: false}\n",
        ".strict: {allow_failure: false}\nsecret_detection: {extends: .strict}\n",
        "secret_detection: {rules: [{if: $CI_COMMIT_TAG, when: never}, {if: $CI_COMMIT_BRANCH, allow_failure: false}]}\n",
    ],
)
def test_template_gets_teeth_when_its_job_may_not_fail(text: str) -> None:
    activity, soft_by = changed(text)
    assert (activity.disabled, soft_by) == ("", "")
    assert activity.chain[-1].text.endswith("allow_failure: false")


def test_override_is_told_where_it_is_written() -> None:
    activity, soft_by = changed("", files={"ci/scan.yml": "\nsecret_detection:\n  allow_failure: false\n"})
    assert soft_by == ""
    assert (activity.chain[-1].path, activity.chain[-1].line) == ("ci/scan.yml", 3)


@pytest.mark.parametrize(
    "text",
    ["secret_detection: {allow_failure: true}\n", "secret_detection: {stage: x}\n", "sast: {allow_failure: false}\n"],
)
def test_template_stays_soft_when_the_override_gives_no_teeth(text: str) -> None:
    assert changed(text)[1] == SOFT


def test_template_is_disabled_or_manual_when_its_only_job_is() -> None:
    assert changed("secret_detection: {rules: [{when: never}]}\n")[0].disabled == "its `rules` never add it to a pipeline"
    activity, soft_by = changed("secret_detection: {when: manual, allow_failure: false}\n")
    assert (activity.manual, soft_by) == (True, SOFT)


def test_template_runs_when_the_rules_of_its_job_say() -> None:
    activity, _ = changed("secret_detection: {rules: [{if: $CI_PIPELINE_SOURCE == 'merge_request_event'}]}\n")
    assert activity.events == {Event.CHANGE}
    ruled = "workflow: {rules: [{if: $CI_PIPELINE_SOURCE == 'merge_request_event'}]}\n"
    assert changed(ruled)[0].disabled
    activity, _ = changed(ruled + "secret_detection: {rules: [{when: on_success}]}\n")
    assert not activity.disabled
    assert activity.events == {Event.CHANGE}


def test_other_jobs_still_run_when_one_of_several_is_taken_out() -> None:
    never = "semgrep-sast: {rules: [{when: never}]}\n"
    assert changed(never, SAST)[0].disabled == ""
    assert changed(never + "brakeman-sast: {rules: [{when: never}]}\n", SAST)[0].disabled
    assert not changed("semgrep-sast: {when: manual}\n", SAST)[0].manual
    assert changed("semgrep-sast: {rules: [{if: $CI_MERGE_REQUEST_IID}]}\n", SAST)[0].events >= {Event.PUSH, Event.CHANGE}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("'true'", "SAST_DISABLED: true switches it off"),
        ("1", "SAST_DISABLED: 1 switches it off"),
        ("'false'", ""),
        ("''", ""),
    ],
)
def test_template_is_disabled_when_a_variable_switches_it_off(value: str, reason: str) -> None:
    assert changed(f"variables: {{SAST_DISABLED: {value}}}\n", SAST)[0].disabled == reason
    assert changed("", SAST, {"ci/v.yml": f"variables: {{SAST_DISABLED: {value}}}\n"})[0].disabled == reason


@pytest.mark.parametrize(
    ("value", "off"),
    [
        ("semgrep, kubesec, pmd-apex, sobelow,spotbugs", True),
        ("brakeman semgrep kubesec pmd-apex sobelow spotbugs", True),
        ("spotbugs, kubesec", False),
        ("semgrep-rules, kubesec, pmd-apex, sobelow, spotbugs", False),
    ],
)
def test_template_is_disabled_when_every_one_of_its_analyzers_is_excluded(value: str, off: bool) -> None:
    assert bool(changed(f"variables: {{SAST_EXCLUDED_ANALYZERS: '{value}'}}\n", LISTED)[0].disabled) is off
