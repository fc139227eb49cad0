"""From text to argv, with places."""

from __future__ import annotations

import pytest

from opslint.model.activity import Command
from opslint.resolve.shell import commands_of


def _argvs(script: str, **options: object) -> list[tuple[str, ...]]:
    return [command.argv for command in commands_of(script, **options)]  # type: ignore[arg-type]  # options by name


def _only(script: str) -> Command:
    found = commands_of(script)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("script", "argv"),
    [
        ("a b c", ("a", "b", "c")),
        ("a 'b c' \"d e\" f\\ g", ("a", "b c", "d e", "f g")),
        ("a b\"c\"'d'", ("a", "bcd")),
        ("a \\\n  b \\\n  c", ("a", "b", "c")),
        ("a $'x\\ty'", ("a", "x\ty")),
        ('a "x \\"y\\" \\$z"', ("a", 'x "y" $z')),
        ("X=1 Y=2 a b", ("a", "b")),
        ("TOOL=bandit\n$TOOL -r src", ("bandit", "-r", "src")),
        ('ARGS="-r src"\nbandit $ARGS', ("bandit", "-r", "src")),
        ('ARGS="-r src"\nbandit "$ARGS"', ("bandit", "-r src")),
        ("ARGS=(-r 'a b')\nbandit \"${ARGS[@]}\"", ("bandit", "-r", "a b")),
        ("ARGS=(-r)\nARGS+=(src)\nbandit ${ARGS[@]}", ("bandit", "-r", "src")),
        ("bandit ${DIR:-src}", ("bandit", "src")),
        ("bandit $UNKNOWN", ("bandit", "…")),
        ("bandit pre-$UNKNOWN-post", ("bandit", "pre-…-post")),
        ("bandit ${{ inputs.dir }}", ("bandit", "…")),
        ('bandit "a/${{ inputs.dir }}/b"', ("bandit", "a/…/b")),
        ("bandit $[[ inputs.dir ]]", ("bandit", "…")),
        ("bandit {{inputs.parameters.dir}}", ("bandit", "…")),
        ("bandit ${{ env.A }}${{ github.ref }}", ("bandit", "…")),
        ("bandit $((1 + 2))", ("bandit", "…")),
        ("$(which bandit) -r .", ("bandit", "-r", ".")),
        ("bandit -r . > out.txt 2>&1", ("bandit", "-r", ".")),
        ("time bandit -r .", ("bandit", "-r", ".")),
        ("if true; then X=a; else X=b; fi\nbandit $X", ("bandit", "…")),
        ("if true; then X=a; else X=a; fi\nbandit $X", ("bandit", "a")),
        ("export X=a\nbandit $X", ("bandit", "a")),
        ("(X=a)\nbandit $X", ("bandit", "…")),
        ("unset X\nbandit x", ("bandit", "x")),
        ("$GITHUB_WORKSPACE/ci/x.sh", ("./ci/x.sh",)),
        ("f() { bandit \"$@\" -q; }\nf a 'b c'", ("bandit", "a", "b c", "-q")),
        ("f() { bandit $1 $3; }\nf a b", ("bandit", "a")),
    ],
)
def test_argv_is_what_the_command_gets(script: str, argv: tuple[str, ...]) -> None:
    assert _argvs(script)[-1] == argv


@pytest.mark.parametrize(
    ("script", "argv"),
    [
        ('again() { n=$1; shift; "$@"; }\nagain 5 flake8 src', ("flake8", "src")),
        ('again() { shift 2; "$@"; }\nagain 5 -q flake8 src', ("flake8", "src")),
        ('again() { if [ "$1" = -q ]; then shift; fi; "$@"; }\nagain flake8 src', ("flake8", "src")),
    ],
)
def test_shift_takes_arguments_away_only_where_it_is_surely_come_to(script: str, argv: tuple[str, ...]) -> None:
    assert argv in {one.argv for one in commands_of(script)}


@pytest.mark.parametrize(
    "script", ["", "   \n", "# bandit -r src", ": bandit", "set -e", "true", "exit 0", "X=1", "export X=1", "local y"]
)
def test_nothing_is_told_when_nothing_runs(script: str) -> None:
    assert commands_of(script) == ()


def test_words_of_an_echo_are_no_commands() -> None:
    assert _argvs('echo "run bandit -r src && mypy"') == [("echo", "run bandit -r src && mypy")]


def test_platform_variables_are_filled_in_and_their_expressions_unknown() -> None:
    known = {"DIR": "src", "REF": "${{ github.ref }}", "MIX": "a-$OTHER"}
    assert _argvs("bandit $DIR $REF ${MIX} ${{ env.DIR }}", variables=known) == [("bandit", "src", "…", "a-…", "src")]


def test_loops_are_unrolled_when_their_items_are_known() -> None:
    assert _argvs("for t in flake8 mypy; do $t src; done") == [("flake8", "src"), ("mypy", "src")]


def test_loops_are_read_once_when_their_items_are_unknown() -> None:
    assert _argvs("for f in *.py; do flake8 $f; done") == [("flake8", "…")]


def test_here_document_is_a_script_when_a_shell_reads_it() -> None:
    assert ("pytest", "-x") in _argvs("bash -e <<'EOF'\npytest -x\nEOF")
    assert _argvs("cat <<EOF > f\npytest -x\nEOF") == [("cat",)]


def test_here_document_goes_on_with_its_line() -> None:
    found = commands_of("cat <<EOF | kubectl apply -f -\nkind: x\nEOF\nnext")
    assert [command.argv for command in found] == [("cat",), ("kubectl", "apply", "-f", "-"), ("next",)]
    assert found[0].stdout_to == "|"
    assert found[0].pipe_to == ("kubectl", "apply", "-f", "-")
    assert found[1].blocking


def test_assignments_on_a_line_of_their_own_are_no_environment() -> None:
    found = commands_of("A=1 B=$(date)\npytest")
    assert [command.argv for command in found] == [("date",), ("pytest",)]
    assert found[1].env == {}
    assert found[1].line == 2


def test_environment_of_a_command_is_told() -> None:
    assert _only("A=1 env B=2 sudo C=3 pytest").env == {"A": "1", "B": "2", "C": "3"}
    assert commands_of("export A=1\npytest")[0].env == {"A": "1"}


@pytest.mark.parametrize(
    ("script", "target"),
    [
        ("a > out.txt", "out.txt"),
        ("a >> $GITHUB_STEP_SUMMARY", "$GITHUB_STEP_SUMMARY"),
        ('a >> "$GITHUB_STEP_SUMMARY"', "$GITHUB_STEP_SUMMARY"),
        ("{ a; } > out.txt", "out.txt"),
        ("a 2> err.txt", ""),
        ("a", ""),
    ],
)
def test_standard_output_is_followed_to_its_file(script: str, target: str) -> None:
    assert _only(script).stdout_to == target


def test_places_count_code_points_and_lines_from_one() -> None:
    found = commands_of('echo "é"\n  pytest -q\n')
    assert (found[1].line, found[1].column, found[1].end_line, found[1].end_column) == (2, 3, 2, 12)
    assert (found[1].offset, found[1].end) == (11, 20)


def test_places_stay_true_behind_expressions() -> None:
    script = "echo ${{ matrix.x }} && pytest -q"
    found = commands_of(script)[1]
    assert script[found.offset : found.end] == "pytest -q"


def test_places_of_a_quoted_script_are_inside_the_quotes() -> None:
    script = "bash -c 'flake8 .; mypy .'"
    assert [script[c.offset : c.end] for c in commands_of(script)] == ["flake8 .", "mypy ."]


def test_clusters_of_the_block_mark_what_follows() -> None:
    found = commands_of("kubectl apply -f a\nkind create cluster\nkubectl apply -f b")
    assert [command.throwaway_cluster for command in found] == [False, False, True]


def test_folder_follows_cd() -> None:
    found = {
        command.argv[-1]: command.folder
        for command in commands_of("make a\ncd x/y && make b\ncd ..\nmake c\n(cd z; make d)\nmake e\ncd $X\nmake f")
    }
    assert {key: found[key] for key in "abcdef"} == {"a": "", "b": "x/y", "c": "x", "d": "x/z", "e": "x", "f": "…"}


def test_broken_text_still_tells_the_commands_around_it() -> None:
    found = _argvs("pytest -q\nif [ ; then\nflake8\n")
    assert ("pytest", "-q") in found
    assert ("flake8",) in found


def test_remote_commands_are_flagged_and_ssh_itself_is_told() -> None:
    found = commands_of("ssh -i key user@host 'docker compose up -d'")
    assert [(command.argv[0], command.remote) for command in found] == [("ssh", False), ("docker", True)]
    assert found[1].layers[0][0] == "ssh"


def test_python_blocks_tell_their_subprocesses_with_low_confidence() -> None:
    script = (
        "import subprocess, os\n"
        'subprocess.run(["pytest", "-q"], check=True)\n'
        'subprocess.run(["mypy"])\n'
        'subprocess.check_call("flake8 src", shell=True)\n'
        "os.system(f'bandit {x}')\n"
        "subprocess.run(cmd)\n"
    )
    found = commands_of(script, shell="python")
    assert [(c.argv, c.blocking, c.line) for c in found] == [
        (("pytest", "-q"), True, 2),
        (("mypy",), False, 3),
        (("flake8", "src"), True, 4),
        (("bandit", "…"), False, 5),
    ]
    assert {command.confidence for command in found} == {"low"}


def test_powershell_blocks_tell_their_programs_with_low_confidence() -> None:
    script = (
        "$x = 1\n# pytest\nWrite-Host 'pytest'\nif ($x) { dotnet test --no-build }\n"
        '& "C:\\py\\python.exe" -m pytest `\n  -q\nnpm ci; npm test'
    )
    found = commands_of(script, shell="pwsh")
    assert [command.argv for command in found] == [
        ("dotnet", "test", "--no-build"),
        ("pytest", "-q"),
        ("npm", "ci"),
        ("npm", "test"),
    ]
    assert all(command.confidence == "low" for command in found)
    assert [command.blocking for command in found] == [False, False, False, True]


@pytest.mark.parametrize("check", ["if ($LASTEXITCODE -ne 0) { throw 'x' }", "if (!$?) { exit 1 }", "if ($LastExitCode) { exit 1 }"])
def test_powershell_program_blocks_when_its_exit_code_is_asked(check: str) -> None:
    found = commands_of(f"dotnet test\n{check}\ndotnet pack\n", shell="pwsh")
    assert [command.blocking for command in found] == [True, True]


@pytest.mark.parametrize("script", ["Exec { dotnet test }\ndotnet pack", "dotnet test || exit 1\ndotnet pack",
                                    "$PSNativeCommandUseErrorActionPreference = $true\ndotnet test\ndotnet pack",
                                    "if ($x) { dotnet test } else { dotnet x }\nif ($LASTEXITCODE) { exit 1 }\ndotnet pack"])
def test_powershell_program_is_not_said_to_be_soft_when_something_may_look_at_it(script: str) -> None:
    found = commands_of(script, shell="pwsh")
    assert next(command for command in found if command.argv == ("dotnet", "test")).blocking


def test_powershell_lines_all_block_when_the_platform_looks_at_each() -> None:
    found = commands_of("dotnet test\ndotnet pack", shell="pwsh", pipefail=True)
    assert [command.blocking for command in found] == [True, True]


def test_powershell_assignment_runs_a_program_only_when_it_is_written_bare() -> None:
    script = "$a = dotnet list package\n$b.Name = 'gotestsum.exe'\n$c = \"pytest -q\"\n$d = 5\n$e = Get-Content x\n$f = $g\n"
    assert [command.argv[0] for command in commands_of(script, shell="pwsh")] == ["dotnet"]


def test_powershell_function_is_left_out_when_nothing_calls_it() -> None:
    script = "function Test-All {\n  dotnet test\n}\nfunction Build-All { dotnet build }\nBuild-All\n"
    assert [command.argv for command in commands_of(script, shell="pwsh")] == [("dotnet", "build"), ("Build-All",)]


def test_cmd_blocks_only_hand_on_the_last_status() -> None:
    found = commands_of("@echo off\nrem pytest\ncall npm ci\nnpm test", shell="cmd", errexit=False)
    assert [(command.argv, command.blocking) for command in found] == [(("npm", "ci"), False), (("npm", "test"), True)]


def test_blocks_of_other_programs_tell_nothing() -> None:
    assert commands_of("system('pytest')", shell="ruby") == ()


def test_identical_blocks_are_read_once() -> None:
    assert commands_of("pytest -q # once") is commands_of("pytest -q # once")
