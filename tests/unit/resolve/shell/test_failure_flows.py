"""What a command's failure does to its block."""

from __future__ import annotations

import pytest

from opslint.resolve.shell import commands_of

STOPPING = [
    "flake8",
    "flake8 || exit 1",
    "flake8 || { echo failed; exit 1; }",
    "flake8 || (echo failed; exit 1)",
    "flake8 || false",
    "flake8 || exit $?",
    "flake8 || { rc=$?; echo failed; exit $rc; }",
    "if ! flake8; then echo failed; exit 1; fi",
    "if flake8; then echo ok; else exit 1; fi",
    'if [ -n "$(flake8)" ]; then exit 1; fi',
    'test -z "$(flake8)"',
    '[ -z "$(flake8)" ] || exit 1',
    '[[ -z "$(flake8)" ]] || { echo failed; exit 1; }',
    "if flake8 | grep -q .; then exit 1; fi",
    'out=$(flake8)\nif [ -n "$out" ]; then exit 1; fi',
    "FAILED=0\nflake8 || FAILED=1\nif [ $FAILED -ne 0 ]; then exit 1; fi",
    "errors=0\nflake8 || errors=$((errors + 1))\n[ $errors -eq 0 ] || exit 1",
    "rc=0\nflake8 || rc=$?\necho done\nexit $rc",
    "(cd src && flake8)\necho done",
    "for d in a b; do flake8; done\necho done",
    "for d in a b c; do flake8 || exit 1; done",
    "while read f; do flake8; done < files",
    "case $x in a) flake8 ;; esac\necho done",
    "lint() { flake8; }\nlint\necho done",
    "lint() { flake8 || return 1; }\nlint\necho done",
    "die() { echo $1; exit 1; }\nflake8 || die failed",
    "set -x\nflake8\necho done",
    "bash -ec 'flake8; echo done'",
    "bash <<EOF\nflake8\nEOF",
    "timeout 60 bash -c 'until flake8; do sleep 1; done'\necho done",
    "until flake8; do n=$((n+1)); [ $n -lt 5 ] || exit 1; done\necho done",
    "x=$(flake8)\necho $x",
    "set -o pipefail\nflake8 | tee log\necho done",
    "set +e\nset -e\nflake8\necho done",
    "set +e\nflake8\nif [ $? -ne 0 ]; then exit 1; fi\necho done",
    "set +e\nflake8\nrc=$?\nset -e\necho done\nexit $rc",
    "flake8 & wait $!",
    "exec flake8",
    "trap 'exit 1' ERR\nflake8\necho done",
    "find . -exec flake8 {} +",
    "true && flake8\necho done",
    'retry() { n=$1; shift; "$@"; }\nretry 5 flake8\necho done',
    'retry() { for i in 1 2; do "$@" && return 0; sleep 1; done; return 1; }\nlint() { flake8; }\nretry lint\necho done',
]

SOFT = [
    ("flake8 || true", "`|| true`"),
    ("flake8 || :", "`|| :`"),
    ("flake8 || echo failed", "`|| echo failed`"),
    ("flake8 || exit 0", "`|| exit 0`"),
    ("flake8 || { echo failed; exit 0; }", "`|| { echo failed; exit 0; }`"),
    (
        'retry() { for i in 1 2; do "$@" && return 0; done; return 1; }\nlint() { flake8; echo done; }\nretry lint',
        "a later command replaces its exit status",
    ),
    ("flake8 && echo ok || echo failed", "`|| echo failed`"),
    ("flake8 && echo ok\necho done", "`set -e` ignores a failure left of `&&`"),
    ("set +e\nflake8\necho done", "a later command replaces its exit status"),
    ("set +e\nflake8; exit 0", "a later command replaces its exit status"),
    ("set +o errexit\nflake8\ntrue", "a later command replaces its exit status"),
    ("flake8 | tee log", "no pipefail: the last command of the pipe decides"),
    ("set -o pipefail\nset +o pipefail\nflake8 | tee log", "no pipefail: the last command of the pipe decides"),
    ("if flake8; then echo ok; fi", "its status is only the condition of an `if`"),
    ("while ! flake8; do sleep 1; done", "its status is only the condition of a loop"),
    ("flake8 &\necho done", "it runs in the background"),
    ("! flake8", "`!` inverts its exit status"),
    ("echo $(flake8)", "its exit status is lost inside $( )"),
    ("export X=$(flake8)", "`export` hides the status of $( )"),
    ("f() { local x=$(flake8); }\nf", "`local` hides the status of $( )"),
    ("trap 'flake8' EXIT", "it runs in a trap"),
    ("trap 'exit 0' EXIT\nflake8\necho done", "a trap exits with 0"),
    ("find . -name x -exec flake8 {} \\;", "`find -exec … \\;` ignores its exit status"),
    ("bash -c 'flake8; echo done'", "a later command replaces its exit status"),
    ("flake8 || rc=$?\necho $rc", "`|| rc=$?`"),
    ("(flake8) || true", "`|| true`"),
    ("f() { flake8; }\nf || true", "`|| true`"),
]


def _flake8(script: str, *, errexit: bool = True, pipefail: bool = False) -> tuple[bool, str]:
    found = [command for command in commands_of(script, errexit=errexit, pipefail=pipefail) if command.argv[0] == "flake8"]
    assert len(found) == 1, [command.argv for command in commands_of(script, errexit=errexit, pipefail=pipefail)]
    return found[0].blocking, found[0].soft_why


@pytest.mark.parametrize("script", STOPPING)
def test_failure_fails_the_block_when_the_shell_stops_or_hands_it_on(script: str) -> None:
    assert _flake8(script) == (True, "")


@pytest.mark.parametrize(("script", "why"), SOFT)
def test_failure_is_soft_with_its_reason_when_something_swallows_it(script: str, why: str) -> None:
    assert _flake8(script) == (False, why)


@pytest.mark.parametrize(
    ("script", "blocking"),
    [
        ("flake8", True),
        ("flake8\necho done", False),
        ("flake8 && echo done", True),
        ("flake8\nexit", True),
        ("flake8\nexit $?", True),
        ("flake8\n[ $? -eq 0 ] || exit 1\necho done", True),
        ("flake8 || exit 1\necho done", True),
        ("set -e\nflake8\necho done", True),
        ("flake8 | tee log; exit ${PIPESTATUS[0]}", True),
        ("flake8 && mypy\necho done", False),
    ],
)
def test_only_the_last_status_counts_when_errexit_is_off(script: str, *, blocking: bool) -> None:
    assert _flake8(script, errexit=False)[0] is blocking


def test_pipe_members_block_when_pipefail_is_on() -> None:
    assert _flake8("flake8 | tee log\necho done", pipefail=True) == (True, "")


def test_code_is_not_told_when_an_exit_stands_before_it() -> None:
    assert [command.argv[0] for command in commands_of("flake8\nexit 0\nmypy")] == ["flake8"]


def test_code_is_told_when_the_exit_before_it_is_conditional() -> None:
    assert [command.argv[0] for command in commands_of("[ -f x ] && exit 0\nmypy")] == ["mypy"]


def test_function_is_not_told_when_nothing_calls_it() -> None:
    assert commands_of("lint() { flake8; }\necho lint")[0].argv == ("echo", "lint")
    assert len(commands_of("lint() { flake8; }\necho lint")) == 1


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ('if [ "$DRY" = 1 ]; then aws() { echo "aws $*"; }; fi\naws s3 sync a s3://b', ["echo", "aws"]),
        ('if [ "$DRY" = 1 ]; then aws() { echo a; }; else aws() { cat b; }; fi\naws s3 sync a s3://b', ["cat"]),
        ('aws() { cat b; }\nif [ "$DRY" = 1 ]; then aws() { echo a; }; fi\naws s3 sync a s3://b', ["echo"]),
        ('f() { if [ "$DRY" = 1 ]; then echo a; fi; }\nf', ["echo"]),
    ],
)
def test_program_is_told_beside_the_function_that_takes_its_name_only_sometimes(script: str, told: list[str]) -> None:
    assert [command.argv[0] for command in commands_of(script)] == told


def test_recursive_functions_end() -> None:
    assert [c.argv[0] for c in commands_of("a() { flake8; b; }\nb() { a; mypy; }\na")] == ["flake8", "mypy"]


def test_the_serious_one_stays_when_the_same_command_runs_twice() -> None:
    found = commands_of("lint() { flake8; }\nlint || true\nlint")
    assert [(command.argv, command.blocking) for command in found] == [(("flake8",), True)]
