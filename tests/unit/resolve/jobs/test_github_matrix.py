"""What a GitHub job runs with the values of its matrix, its variables and the outputs of its steps."""

from __future__ import annotations

import pytest

from opslint.model.activity import Activity
from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import resolve
from opslint.source.trees.memory import MemoryTree

CI = ".github/workflows/ci.yml"
MAKEFILE = "lint:\n\tflake8 .\naudit:\n\tbandit -r src\nloop: loop\n\tmypy src\n"


def _resolve(job: str, files: dict[str, str] | None = None, head: str = "on: pull_request\n") -> list[Activity]:
    tree = MemoryTree({CI: f"{head}jobs:\n  test:\n{job}", "Makefile": MAKEFILE, **(files or {})})
    return [one for one in resolve(read_repository(tree), tree).activities if one.job is not None]


def _job(matrix: str, steps: str, more: str = "") -> str:
    return f"    runs-on: ubuntu-latest\n{more}    strategy:\n      matrix: {matrix}\n    steps:\n{steps}"


def _names(job: str, head: str = "on: pull_request\n") -> list[str]:
    return [activity.name for activity in _resolve(job, head=head) if not activity.disabled]


def test_command_runs_once_for_each_value_when_the_matrix_names_it() -> None:
    found = _resolve(_job("{task: [lint, audit]}", "      - run: make ${{ matrix.task }}\n"))
    assert [(one.name, one.chain[0].text) for one in found] == [
        ("make", "make lint"),
        ("flake8", "make lint"),
        ("make", "make audit"),
        ("bandit", "make audit"),
    ]
    bandit = found[3]
    assert [(hop.path, hop.line) for hop in bandit.chain] == [(CI, 8), ("Makefile", 4)]
    assert bandit.blocking


def test_command_is_read_once_when_no_value_makes_a_difference() -> None:
    assert _names(_job("{python: [a, b, c]}", "      - run: make lint\n")) == ["make", "flake8"]


def test_nothing_is_found_when_the_value_is_only_named_in_words() -> None:
    steps = "      # make audit\n      - run: echo ${{ matrix.task }}\n      - name: bandit ${{ matrix.task }}\n        run: 'true'\n"
    assert "bandit" not in _names(_job("{task: [lint, bandit]}", steps))


def test_target_that_is_missing_leads_nowhere_when_a_value_names_it() -> None:
    assert _names(_job("{task: [nope]}", "      - run: make ${{ matrix.task }}\n")) in ([], ["make"])


def test_following_ends_when_a_value_leads_into_a_cycle() -> None:
    assert "mypy" in _names(_job("{task: [loop]}", "      - run: make ${{ matrix.task }}\n"))


def test_word_stays_unknown_when_the_matrix_is_made_by_another_job() -> None:
    found = _resolve(_job('"${{ fromJSON(needs.plan.outputs.matrix) }}"', "      - run: make ${{ matrix.task }}\n"))
    assert [one.command.argv for one in found if one.command] == [("make", "…")]


@pytest.mark.parametrize(
    ("matrix", "argv"),
    [
        ("{a: [1, 2], b: [x], exclude: [{a: 1}]}", {("tool", "2", "x")}),
        ("{a: [1], include: [{a: 1, b: y}]}", {("tool", "1", "y")}),
        ("{a: [1], include: [{a: 2, b: y}]}", {("tool", "1"), ("tool", "2", "y")}),
        ("{include: [{a: p, b: q}, {a: r}]}", {("tool", "p", "q"), ("tool", "r")}),
        ("{a: ['1.20'], b: [true]}", {("tool", "1.20", "true")}),
        ("{a: [1.20], b: [null]}", {("tool", "1.2")}),
        ("\n        a: ${{ fromJSON('[\"u\", \"v\"]') }}\n        b: [x]", {("tool", "u", "x"), ("tool", "v", "x")}),
        ("{a: [x y], b: ['-z']}", {("tool", "x", "y", "-z")}),
    ],
)
def test_legs_are_those_github_makes_when_entries_are_added_and_taken_away(matrix: str, argv: set[tuple[str, ...]]) -> None:
    found = _resolve(_job(matrix, "      - run: tool ${{ matrix.a }} ${{ matrix.b }}\n"))
    assert {one.command.argv for one in found if one.command} == argv


def test_object_of_the_matrix_is_looked_into_when_a_step_names_its_key() -> None:
    assert "bandit" in _names(_job("{t: [{name: audit, os: x}]}", "      - run: make ${{ matrix.t.name }}\n"))


def test_legs_are_bounded_when_the_matrix_is_large() -> None:
    values = ", ".join(f"v{number}" for number in range(200))
    found = _resolve(_job(f"{{a: [{values}], b: [{values}]}}", "      - run: tool ${{ matrix.a }} ${{ matrix.b }}\n"))
    assert len(found) == 40


@pytest.mark.parametrize(
    ("condition", "runs"),
    [
        ("matrix.os == 'linux'", True),
        ("matrix.os == 'plan9'", False),
        ("matrix.os != 'linux' && matrix.os != 'mac'", False),
        ("matrix.extra", False),
        ("matrix.os == 'plan9' || github.actor == 'x'", True),
        ("startsWith(matrix.os, 'lin') && github.event_name == 'schedule'", False),
        ("runner.os == 'Linux'", True),
        ("runner.os == 'Windows'", False),
    ],
)
def test_step_runs_only_where_a_leg_gets_past_its_condition(condition: str, runs: bool) -> None:
    steps = f"      - if: {condition}\n        run: bandit -r src\n"
    assert ("bandit" in _names(_job("{os: [linux, mac]}", steps))) is runs


def test_windows_leg_is_read_in_its_own_shell_when_a_step_is_confined_to_it() -> None:
    job = "    runs-on: ${{ matrix.os }}\n    strategy: {matrix: {os: [ubuntu-latest, windows-latest]}}\n    steps:\n"
    found = _resolve(job + "      - if: runner.os == 'Windows'\n        run: Get-Item x | bandit -r src\n      - run: bandit -r app\n")
    assert [(one.command.argv[-1], one.command.confidence) for one in found if one.command and one.name == "bandit"] == [
        ("src", "low"), ("app", "high")]


@pytest.mark.parametrize(
    ("soft", "matrix", "blocking"),
    [
        ("${{ matrix.experimental }}", "{include: [{t: lint, experimental: true}]}", False),
        ("${{ matrix.experimental }}", "{include: [{t: lint, experimental: true}, {t: audit}]}", False),
        ("${{ matrix.experimental }}", "{include: [{t: lint, experimental: false}]}", True),
        ("${{ matrix.experimental }}", "{t: [lint], experimental: [true, false]}", True),
        ("${{ matrix.t == 'lint' }}", "{t: [lint, audit]}", False),
        ("${{ matrix.t != 'lint' }}", "{t: [lint, audit]}", True),
    ],
)
@pytest.mark.parametrize("where", ["job", "step"])
def test_leg_has_teeth_when_its_own_values_say_so(soft: str, matrix: str, blocking: bool, where: str) -> None:
    at_step = f"        continue-on-error: {soft}\n" if where == "step" else ""
    at_job = f"    continue-on-error: {soft}\n" if where == "job" else ""
    found = _resolve(_job(matrix, f"      - run: make ${{{{ matrix.t }}}}\n{at_step}", at_job))
    assert [one.blocking for one in found if one.name == "flake8"] == [blocking]


@pytest.mark.parametrize(
    ("steps", "head", "runs"),
    [
        ("      - run: make ${{ env.T }}\n", "env: {T: audit}\n", True),
        ("      - run: make ${{ env.T }}\n        env: {T: audit}\n", "", True),
        ("      - run: make ${{ env.T }}\n        env: {T: lint}\n", "env: {T: audit}\n", False),
        ("      - run: echo T=audit >> $GITHUB_ENV\n      - run: make $T\n", "", True),
        ("      - run: echo \"T=$(date)\" >> $GITHUB_ENV\n      - run: make $T\n", "env: {T: audit}\n", True),
        ("      - run: make $T\n      - run: echo T=audit >> $GITHUB_ENV\n", "", False),
        ("      - id: a\n        run: echo t=audit >> \"$GITHUB_OUTPUT\"\n      - run: make ${{ steps.a.outputs.t }}\n", "", True),
        ("      - id: a\n        run: echo '::set-output name=t::audit'\n      - run: make ${{ steps.a.outputs.t }}\n", "", True),
        ("      - id: a\n        run: echo t=$X >> $GITHUB_OUTPUT\n      - run: make ${{ steps.a.outputs.t }}\n", "", False),
        ("      - id: a\n        run: echo t=audit\n      - run: make ${{ steps.a.outputs.t }}\n", "", False),
        ("      - run: make ${{ vars.T }} ${{ secrets.T }}\n", "", False),
    ],
)
def test_target_is_reached_when_a_variable_or_output_is_literal(steps: str, head: str, runs: bool) -> None:
    job = f"    runs-on: ubuntu-latest\n    steps:\n{steps}"
    assert ("bandit" in _names(job, f"on: pull_request\n{head}")) is runs


def test_output_of_a_needed_job_is_known_when_its_step_writes_it() -> None:
    plan = ("    runs-on: x\n    outputs: {t: '${{ steps.a.outputs.t }}'}\n    steps:\n"
            "      - id: a\n        run: echo t=audit >> $GITHUB_OUTPUT\n"
            "  use:\n    needs: test\n    runs-on: x\n    steps:\n      - run: make ${{ needs.test.outputs.t }}\n")
    assert "bandit" in _names(plan)


def test_step_stays_when_an_output_could_be_set_or_not() -> None:
    steps = ("    runs-on: x\n    steps:\n      - id: a\n        run: |\n          if [ -f x ]; then echo skip=true >> $GITHUB_OUTPUT; fi\n"
             "      - if: steps.a.outputs.skip != 'true'\n        run: bandit -r src\n")
    assert "bandit" in _names(steps)


def test_step_stays_when_a_step_before_it_may_set_its_variable() -> None:
    steps = ("    runs-on: x\n    env: {RUN: 'false'}\n    steps:\n      - run: echo RUN=true >> $GITHUB_ENV\n"
             "      - if: env.RUN == 'true'\n        run: bandit -r src\n")
    assert "bandit" in _names(steps)
    assert "bandit" not in _names(steps.replace("echo RUN=true >> $GITHUB_ENV", "echo"))


@pytest.mark.parametrize(
    "step",
    [
        "      - run: ./x.sh\n        working-directory: ${{ matrix.dir }}\n",
        "      - run: bash ${{ github.workspace }}/${{ matrix.dir }}/x.sh\n        working-directory: other\n",
        "      - run: bash $GITHUB_WORKSPACE/ci/x.sh\n        working-directory: other/deep\n",
        "      - uses: nick-fields/retry@v3\n        with: {command: 'bash ${{ matrix.dir }}/x.sh'}\n",
    ],
)
def test_script_is_found_when_a_value_says_where_it_stands(step: str) -> None:
    found = _resolve(_job("{dir: [ci]}", step), {"ci/x.sh": "bandit -r src\n", "other/deep/y": ""})
    assert "bandit" in [one.name for one in found]


def test_place_is_that_of_the_command_when_what_was_filled_in_is_longer() -> None:
    steps = "      - run: |\n          echo ${{ matrix.a }}; make lint\n          bandit -r ${{ matrix.a }} && mypy src\n"
    found = {one.name: one for one in _resolve(_job("{a: ['a rather long value']}", steps))}
    assert (found["make"].span.line, found["make"].span.column) == (9, 33)
    assert (found["mypy"].span.line, found["mypy"].span.column) == (10, 40)
