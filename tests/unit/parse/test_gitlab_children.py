"""Child pipelines of GitLab: pipelines of their own that inherit how they start."""

from opslint.model.pipeline import Event, Pipeline
from opslint.parse.discovery.discover import read_repository
from opslint.source.trees.memory import MemoryTree

ENTRY = ".gitlab-ci.yml"
CHILD = "test:\n  script: [pytest]\n"


def pipelines(files: dict[str, str]) -> list[Pipeline]:
    return list(read_repository(MemoryTree(dict(files))).pipelines)


def test_child_pipeline_stands_beside_its_parent_and_has_its_events() -> None:
    trigger = "start:\n  rules: [{if: $CI_COMMIT_TAG}]\n  trigger: {include: ci/child.yml, strategy: depend}\n"
    parent, child = pipelines({ENTRY: trigger, "ci/child.yml": "include: more.yml\n" + CHILD, "more.yml": "more: {script: [x]}\n"})
    assert (parent.path, parent.entry, [job.id for job in parent.jobs]) == (ENTRY, True, ["start"])
    assert (child.path, child.kind, child.entry, child.span.path) == ("ci/child.yml", "gitlab.pipeline", False, "ci/child.yml")
    assert [(job.id, job.span.path, job.pipeline) for job in child.jobs] == [
        ("more", "more.yml", "ci/child.yml"),
        ("test", "ci/child.yml", "ci/child.yml"),
    ]
    assert child.events == child.jobs[1].events == {Event.TAG, Event.MANUAL}


def test_child_of_a_merge_request_pipeline_runs_jobs_with_rules_only() -> None:
    trigger = "start:\n  rules: [{if: $CI_PIPELINE_SOURCE == 'merge_request_event'}]\n  trigger: {include: c.yml, strategy: mirror}\n"
    rules = {
        "plain": "",
        "asked": "  rules: [{if: $CI_MERGE_REQUEST_ID}]\n",
        "wrong": "  rules: [{if: $CI_PIPELINE_SOURCE == 'merge_request_event'}]\n",
        "right": "  rules: [{if: $CI_PIPELINE_SOURCE == 'parent_pipeline'}]\n",
    }
    text = "".join(f"{name}:\n  script: [x]\n{rule}" for name, rule in rules.items())
    _, child = pipelines({ENTRY: trigger, "c.yml": text})
    events = {job.id: job.events for job in child.jobs}
    assert events == {"plain": frozenset(), "asked": {Event.CHANGE}, "wrong": frozenset(), "right": {Event.CHANGE}}


def test_child_stops_nothing_when_its_parent_does_not_wait() -> None:
    _, child = pipelines({ENTRY: "start:\n  trigger: {include: c.yml}\n", "c.yml": CHILD})
    assert (child.jobs[0].may_fail, child.jobs[0].may_fail_why) == (True, '"start" starts its pipeline without `strategy: depend`')
    _, child = pipelines({ENTRY: "start:\n  trigger: {include: c.yml, strategy: depend}\n", "c.yml": CHILD})
    assert not child.jobs[0].may_fail
    soft = "start:\n  allow_failure: true\n  trigger: {include: c.yml, strategy: depend}\n"
    assert pipelines({ENTRY: soft, "c.yml": CHILD})[1].jobs[0].may_fail


def test_child_is_manual_or_dead_when_its_parent_job_is() -> None:
    manual = "start:\n  when: manual\n  trigger: {include: c.yml, strategy: depend}\n"
    assert pipelines({ENTRY: manual, "c.yml": CHILD})[1].jobs[0].manual
    dead = "start:\n  rules: [{when: never}]\n  trigger: {include: c.yml, strategy: depend}\n"
    assert 'the job "start"' in pipelines({ENTRY: dead, "c.yml": CHILD})[1].jobs[0].disabled


def test_child_gets_variables_and_inputs_of_the_job_that_starts_it() -> None:
    trigger = (
        "variables: {GLOBAL: g}\nstart:\n  variables: {MODE: fast}\n  trigger:\n    strategy: depend\n"
        "    include:\n      - local: c.yml\n        inputs: {name: given}\n"
    )
    text = (
        'spec: {inputs: {name: }}\n---\n"$[[ inputs.name ]]":\n  script: [x]\n  variables: {MODE: slow}\n'
        '  rules: [{if: $MODE == "slow"}]\n'
    )
    _, child = pipelines({ENTRY: trigger, "c.yml": text})
    (job,) = child.jobs
    assert (job.id, job.variables) == ("given", {"GLOBAL": "g", "MODE": "fast"})
    assert Event.PUSH not in job.events
    kept = trigger.replace("    strategy", "    forward: {yaml_variables: false}\n    strategy")
    assert pipelines({ENTRY: kept, "c.yml": text})[1].jobs[0].variables == {"MODE": "slow"}


def test_children_are_put_together_when_several_jobs_start_the_same_one() -> None:
    trigger = "{}:\n  rules: [{{if: {}}}]\n  trigger: {{include: c.yml, strategy: depend}}\n"
    text = trigger.format("a", "$CI_COMMIT_TAG") + trigger.format("b", "$CI_PIPELINE_SOURCE == 'schedule'")
    found = pipelines({ENTRY: text, "c.yml": CHILD})
    assert len(found) == 2
    assert {Event.TAG, Event.SCHEDULE} <= found[1].events


def test_children_of_one_file_stay_apart_when_their_inputs_differ() -> None:
    trigger = "{0}:\n  trigger:\n    strategy: depend\n    include: {{local: c.yml, inputs: {{n: {0}}}}}\n"
    text = 'spec: {inputs: {n: }}\n---\n"x-$[[ inputs.n ]]":\n  script: [x]\n'
    found = pipelines({ENTRY: trigger.format("a") + trigger.format("b"), "c.yml": text})
    assert [[job.id for job in one.jobs] for one in found] == [["a", "b"], ["x-a"], ["x-b"]]
    assert len({(one.path, one.span.line) for one in found}) == 3


def test_two_levels_of_children_are_followed_and_cycles_end() -> None:
    trigger = "{}:\n  rules: [{{when: always}}]\n  trigger: {{include: {}, strategy: depend}}\n"
    found = pipelines({ENTRY: trigger.format("a", "b.yml"), "b.yml": trigger.format("b", "c.yml"), "c.yml": trigger.format("c", "b.yml")})
    assert [one.path for one in found] == [ENTRY, "b.yml", "c.yml"]


def test_trigger_stays_a_step_when_what_it_starts_is_not_here() -> None:
    text = "a:\n  trigger: {include: [{artifact: x.yml, job: make}]}\nb:\n  trigger: group/project\nc:\n  trigger: {include: gone.yml}\n"
    (only,) = pipelines({ENTRY: text})
    assert [step.uses for job in only.jobs for step in job.steps] == ["x.yml", "group/project", "./gone.yml"]
