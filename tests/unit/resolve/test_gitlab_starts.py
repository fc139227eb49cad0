"""GitLab scripts with the values their matrix and their rules give: what is reached, what is only named, what stays unknown."""

import time

import pytest

from opslint.model.activity import Activity, ActivityKind
from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import resolve
from opslint.source.trees.memory import MemoryTree

LIMIT = 30
"""Seconds of processor time that only a blow-up takes, on the slowest machine."""

ENTRY = ".gitlab-ci.yml"


def run(files: dict[str, str]) -> list[Activity]:
    tree = MemoryTree(dict(files))
    return [one for one in resolve(read_repository(tree), tree).activities if one.kind is ActivityKind.COMMAND]


def argvs(files: dict[str, str]) -> set[tuple[str, ...]]:
    return {one.command.argv for one in run(files) if one.command is not None}


def reached(text: str, **files: str) -> set[str]:
    return {" ".join(argv) for argv in argvs({ENTRY: text, **files})}


def test_tool_is_reached_through_a_leg_of_the_matrix_when_its_values_are_literal() -> None:
    text = "job:\n  script: [make $TARGET]\n  parallel: {matrix: [{TARGET: [lint, test], PY: ['3.11', '3.12']}, {TARGET: docs}]}\n"
    files = {ENTRY: text, "Makefile": "lint:\n\tbandit -r src\ntest:\n\tpytest\n"}
    (bandit,) = [one for one in run(files) if one.name == "bandit"]
    assert [(hop.path, hop.line) for hop in bandit.chain] == [(ENTRY, 2), ("Makefile", 2)]
    assert bandit.blocking
    assert {("make", "docs"), ("make", "lint"), ("make", "test"), ("pytest",)} <= argvs(files)


def test_command_is_told_once_when_legs_differ_in_what_it_does_not_name() -> None:
    text = "job:\n  script: [bandit -r src]\n  parallel: {matrix: [{PY: ['1', '2', '3']}]}\n"
    assert len(run({ENTRY: text})) == 1


def test_leg_keeps_only_its_own_row_when_rows_set_different_variables() -> None:
    text = "job:\n  script: [run $A $B]\n  variables: {B: none}\n  parallel: {matrix: [{A: one, B: two}, {A: three}]}\n"
    assert reached(text) == {"run one two", "run three none"}


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("[{if: $CI_COMMIT_TAG, variables: {T: b}}, {if: $CI_COMMIT_BRANCH}]", {"run a", "run b"}),
        ("[{if: $CI_COMMIT_TAG, variables: {T: b}}, {if: $CI_COMMIT_BRANCH, variables: {T: c}}]", {"run b", "run c"}),
        ("[{if: $CI_COMMIT_TAG, variables: {T: b}, when: never}, {if: $CI_COMMIT_BRANCH}]", {"run a"}),
    ],
)
def test_rules_give_a_variable_every_value_it_may_have_when_they_set_it(rules: str, expected: set[str]) -> None:
    assert reached(f"job:\n  variables: {{T: a}}\n  rules: {rules}\n  script: [run $T]\n") == expected


def test_workflow_sets_a_variable_when_the_job_does_not() -> None:
    top = "workflow: {rules: [{if: $CI_COMMIT_TAG, variables: {T: tag}}, {when: always}]}\nvariables: {T: top}\n"
    assert reached(f"{top}job: {{script: [run $T]}}\n") == {"run top", "run tag"}
    assert reached(f"{top}job: {{script: [run $T], variables: {{T: own}}}}\n") == {"run own"}


def test_value_is_filled_in_when_another_variable_stands_in_it() -> None:
    text = "variables: {TOOL: bandit, CMD: '$TOOL -r ${DIR}', DIR: src}\njob: {script: [$CMD]}\n"
    assert reached(text) == {"bandit -r src"}


def test_value_stays_unknown_when_variables_name_one_another_in_a_ring() -> None:
    text = "variables: {A: $B, B: $A}\njob: {script: [run $A]}\n"
    assert reached(text) == {"run …"}


def test_tool_is_not_reached_when_only_a_variable_nobody_runs_names_it() -> None:
    text = "variables: {T: bandit}\njob:\n  script: [echo done]\n  parallel: {matrix: [{TOOL: [bandit]}]}\n"
    assert not any(one.name == "bandit" for one in run({ENTRY: text}))


def test_target_is_not_followed_when_no_leg_names_one_that_is_there() -> None:
    text = "job:\n  script: [make $T]\n  parallel: {matrix: [{T: [missing]}]}\n"
    assert reached(text, Makefile="lint:\n\tbandit -r src\n") == {"make missing"}


def test_starts_are_bounded_when_a_matrix_and_rules_are_huge() -> None:
    values = ", ".join(f"v{number}" for number in range(300))
    names = [f"N{number}" for number in range(30)]
    rules = ", ".join(f"{{if: $X{number}, variables: {{N0: r{number}}}}}" for number in range(3000))
    row = ", ".join(f"{name}: [{values}]" for name in names)
    text = f"job:\n  script: [run {' '.join('$' + name for name in names)}]\n  rules: [{rules}]\n  parallel: {{matrix: [{{{row}}}]}}\n"
    begin = time.process_time()
    assert 1 <= len(run({ENTRY: text})) <= 40
    assert time.process_time() - begin < LIMIT


def test_value_is_left_when_filling_it_in_would_make_it_huge() -> None:
    lines = "".join(f"  V{number}: $V{number + 1}$V{number + 1}\n" for number in range(40))
    assert run({ENTRY: f"variables:\n{lines}  V40: xxxxxxxxxx\njob: {{script: [run $V0]}}\n"})
