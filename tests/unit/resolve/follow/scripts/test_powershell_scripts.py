"""PowerShell and batch scripts of the repository: what they start, and whose failure is seen."""

from __future__ import annotations

from textwrap import dedent

import pytest

from opslint.model.activity import Activity
from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import resolve
from opslint.source.trees.memory import MemoryTree

CI = ".github/workflows/ci.yml"


def resolved(run: str, files: dict[str, str], shell: str = "pwsh") -> dict[str, Activity]:
    """What a step runs, by the first two words of each command."""
    workflow = f"on: pull_request\njobs:\n  test:\n    runs-on: windows-latest\n    steps:\n      - run: {run}\n        shell: {shell}\n"
    tree = MemoryTree({CI: workflow, **{path: dedent(text).lstrip("\n") for path, text in files.items()}})
    return {
        " ".join(activity.command.argv[:2]): activity
        for activity in resolve(read_repository(tree), tree).activities
        if activity.command is not None
    }


BUILD = """
    param([switch]$Test, [switch]$Publish, [string]$Configuration = "Release")
    # dotnet format
    <# dotnet vstest #>
    Write-Output "dotnet pack"

    function Invoke-Unused { dotnet nuget push x }

    dotnet --info
    dotnet restore
    try {
        foreach ($project in Get-ChildItem test/*) {
            & dotnet test $project -c $Configuration
            if ($LASTEXITCODE -ne 0) { throw "Testing failed" }
        }
    } finally {
        Pop-Location
    }
    if ($Publish) {
        dotnet publish
    }
    dotnet build
"""


@pytest.mark.parametrize(("run", "shell"), [
    ("./build.ps1", "pwsh"), (".\\build.ps1 -Configuration Debug", "pwsh"), ("'& ./build.ps1'", "powershell"), ("./Build.ps1", "pwsh"),
    ("pwsh ./build.ps1", "bash"),
    ("pwsh -NoProfile -ExecutionPolicy Bypass -File build.ps1 -Test", "bash"),
    ("pwsh -c ./build.ps1", "bash"),
    ("powershell -Command ./build.ps1", "cmd"), ("cd . && ./build.ps1", "pwsh"),
])
def test_script_is_followed_when_powershell_starts_it(run: str, shell: str) -> None:
    found = resolved(run, {"build.ps1": BUILD}, shell)
    test = found["dotnet test"]
    assert [(hop.path, hop.line) for hop in test.chain][-1] == ("build.ps1", 12)
    assert test.blocking
    assert test.command is not None
    assert test.command.confidence == "low"
    assert not found["dotnet --info"].blocking
    assert not {"dotnet format", "dotnet vstest", "dotnet pack", "dotnet nuget", "dotnet publish"} & set(found)


def test_what_a_switch_guards_runs_when_it_is_given() -> None:
    assert "dotnet publish" in resolved("./build.ps1 -Publish", {"build.ps1": BUILD})
    assert "dotnet publish" in resolved("./build.ps1 -pub", {"build.ps1": BUILD})
    assert "dotnet publish" in resolved("./build.ps1 @options", {"build.ps1": BUILD})
    assert "dotnet publish" in resolved("./build.ps1", {"build.ps1": BUILD.replace("# dotnet format", "$Publish = $true")})


def test_last_program_is_soft_only_when_the_script_is_given_by_file() -> None:
    assert resolved("./build.ps1", {"build.ps1": BUILD})["dotnet build"].blocking
    found = resolved("pwsh -File build.ps1", {"build.ps1": BUILD}, "bash")["dotnet build"]
    assert (found.blocking, found.soft_why) == (False, "`-File` ends with 0 unless the script says otherwise")
    assert resolved("pwsh -File build.ps1", {"build.ps1": BUILD + "    exit $LASTEXITCODE\n"}, "bash")["dotnet build"].blocking


@pytest.mark.parametrize("run", ["./gone.ps1", "echo ./build.ps1", "'# ./build.ps1'", "Write-Host ./build.ps1",
                                 "$script", "'C:/x/build.ps1'"])
def test_script_is_left_alone_when_it_is_only_named_or_not_here(run: str) -> None:
    found = resolved(run, {"build.ps1": BUILD})
    assert "dotnet test" not in found
    assert not any(one.disabled for one in found.values())


def test_scripts_that_call_each_other_end() -> None:
    found = resolved("./a.ps1", {"a.ps1": "./b.ps1\n", "b.ps1": "./a.ps1\nfunction f { g }\nfunction g { f; dotnet test }\nf\n"})
    assert "dotnet test" in found


@pytest.mark.parametrize("run", ["build.cmd lint", "call build.cmd", ".\\build.cmd", "cmd /c build.cmd", "./build.bat"])
def test_batch_file_is_followed(run: str) -> None:
    batch = (
        "@echo off\nrem dotnet format\ncall :sub\ndotnet test || exit /b 1\n"
        "dotnet pack\nif errorlevel 1 goto :bad\ndotnet tool\ndotnet x\n"
    )
    found = resolved(run, {"build.cmd": batch, "build.bat": batch}, "cmd")
    assert found["dotnet test"].chain[-1].line == 4
    assert [found[f"dotnet {word}"].blocking for word in ("test", "pack", "tool", "x")] == [True, True, False, True]
    assert "dotnet format" not in found


PSAKE = """
    task default -depends Test
    task Test -depends Build, 'Lint' { exec { dotnet test } }
    task Build {
      exec { dotnet build }
    }
    task Lint { dotnet format }
    task Publish { dotnet publish }
    task Circle -depends Circle { dotnet pack }
"""


@pytest.mark.parametrize(("run", "there"), [
    ("Invoke-psake", {"dotnet test", "dotnet build", "dotnet format"}), ("Invoke-psake ./psakefile.ps1 -taskList Build", {"dotnet build"}),
    ("Invoke-psake psakefile.ps1 Build,Publish", {"dotnet build", "dotnet publish"}), ("Invoke-psake -taskList Circle", {"dotnet pack"}),
    ("Invoke-psake -buildFile gone.ps1", set()), ("Invoke-Build Build -File psakefile.ps1", {"dotnet build"}),
])
def test_tasks_of_psake_run_with_what_they_depend_on(run: str, there: set[str]) -> None:
    assert {name for name in resolved(run, {"psakefile.ps1": PSAKE}) if name.startswith("dotnet")} == there
