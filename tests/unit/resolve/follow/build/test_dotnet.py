""".NET: local tools, and analyzers of a build."""

from __future__ import annotations

import pytest
from tests.unit.resolve.follow.build.followed import followed, names, places

from opslint.resolve.follow.build.dotnet.conditions import holds

TOOLS = '{"tools": {"csharpier": {"version": "1", "commands": ["csharpier"]}, "x": {"commands": ["dotnet-stryker"]}}}'
PROJECT = """
<Project Sdk="Microsoft.NET.Sdk">
  <ItemGroup>
    <!-- <PackageReference Include="Roslynator.Analyzers" /> -->
    <PackageReference Include="StyleCop.Analyzers" Version="1" PrivateAssets="all" />
    <PackageReference Include="Newtonsoft.Json" Version="1" />
    <PackageReference Include="SonarAnalyzer.CSharp" Condition="'$(SKIP)' == ''" />
    <PackageReference Include="AsyncFixer" Condition="'$(TargetFramework)' == 'net8.0'" />
  </ItemGroup>
</Project>
"""
STYLECOP, SONAR = "nuget StyleCop.Analyzers", "nuget SonarAnalyzer.CSharp"
HARD = "<Project><PropertyGroup><TreatWarningsAsErrors>true</TreatWarningsAsErrors></PropertyGroup></Project>"


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("dotnet csharpier check .", ["csharpier"]),
        ("dotnet stryker", ["dotnet-stryker"]),
        ("dotnet nothing", []),
        ("dotnet app.dll", []),
        ("dotnet format --verify-no-changes", []),
    ],
)
def test_local_tool_is_the_program_of_its_manifest(run: str, expected: list[str]) -> None:
    assert names(run, {".config/dotnet-tools.json": TOOLS}) == expected


def test_manifest_is_where_the_chain_leads() -> None:
    activity = followed("dotnet csharpier check .", {".config/dotnet-tools.json": TOOLS}, "src")[1]
    assert places(activity) == [(".config/dotnet-tools.json", 1)]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"tools": []}', '{"tools": {"a": 1}}', '{"tools": {"a": {"commands": [1]}}}'])
def test_manifest_that_cannot_be_read_says_nothing(text: str) -> None:
    assert names("dotnet csharpier", {".config/dotnet-tools.json": text}) == []


def test_build_runs_the_analyzers_a_project_refers_to() -> None:
    found = followed("dotnet build", {"app.csproj": PROJECT})
    assert [one.name for one in found[1:]] == [STYLECOP, SONAR]
    assert places(found[1]) == [("app.csproj", 4)]
    assert found[1].soft_why == "its findings are warnings, which do not fail the build"


@pytest.mark.parametrize(
    "run", ["dotnet build", "dotnet test -c Release", "dotnet publish app.csproj", "msbuild app.csproj", "dotnet build -p:X=1"]
)
def test_analyzer_bites_when_warnings_are_errors(run: str) -> None:
    found = followed(run, {"app.csproj": PROJECT, "Directory.Build.props": HARD})
    assert [(one.name, one.blocking) for one in found[1:]] == [(STYLECOP, True), (SONAR, True)]


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("dotnet build -p:SKIP=1", [STYLECOP]),
        ("dotnet test --no-build", []),
        ("dotnet build -p:RunAnalyzers=false", []),
        ("dotnet restore", []),
        ("dotnet build other.csproj", []),
    ],
)
def test_analyzer_runs_only_when_it_is_built(run: str, expected: list[str]) -> None:
    assert names(run, {"app.csproj": PROJECT}) == expected


@pytest.mark.parametrize(
    "run", ["dotnet build -warnaserror", "dotnet build /warnaserror", "dotnet build --property:TreatWarningsAsErrors=true"]
)
def test_command_makes_warnings_errors(run: str) -> None:
    assert followed(run, {"app.csproj": PROJECT})[1].blocking


SOLUTION = 'Project("{F}") = "App", "src\\App\\App.csproj", "{G}"\nEndProject\n'


@pytest.mark.parametrize(
    ("name", "text"), [("x.sln", SOLUTION), ("x.slnx", '<Solution><Folder><Project Path="src/App/App.csproj" /></Folder></Solution>')]
)
def test_solution_builds_its_projects_and_theirs(name: str, text: str) -> None:
    files = {
        name: text,
        "src/App/App.csproj": r'<Project><ItemGroup><ProjectReference Include="..\Lib\Lib.csproj" /></ItemGroup></Project>',
        "src/Lib/Lib.csproj": '<Project><ItemGroup><ProjectReference Include="../App/App.csproj" />'
        '<PackageReference Include="Roslynator.Analyzers" /></ItemGroup></Project>',
        "src/Other/Other.csproj": PROJECT,
    }
    assert names("dotnet build", files) == ["nuget Roslynator.Analyzers"]


def test_imported_files_count_and_may_name_one_another() -> None:
    files = {
        "src/app.csproj": "<Project />",
        "Directory.Build.props": "<Project><PropertyGroup><Eng>$(MSBuildThisFileDirectory)eng\\</Eng></PropertyGroup>"
        '<Import Project="$(Eng)a.props" /></Project>',
        "eng/a.props": '<Project><Import Project="$(MsBuildThisFileDirectory)a.props" />'
        '<ItemGroup><PackageReference Include="AsyncFixer" /></ItemGroup></Project>',
    }
    activity = followed("dotnet build src/app.csproj", files)
    assert [(one.name, places(one)) for one in activity[1:]] == [("nuget AsyncFixer", [("eng/a.props", 1)])]


def test_shared_files_above_count_when_they_are_imported() -> None:
    found = "$([MSBuild]::GetPathOfFileAbove('Directory.Build.props', '$(MSBuildThisFileDirectory)../'))"
    above = f'<Project><Import Project="{found}" /></Project>'
    files = {"src/app.csproj": PROJECT, "src/Directory.Build.props": above, "Directory.Build.props": HARD}
    assert followed("dotnet build src/app.csproj", files)[1].blocking
    assert not followed("dotnet build src/app.csproj", {**files, "src/Directory.Build.props": "<Project />"})[1].blocking


def test_build_of_what_is_not_known_says_nothing() -> None:
    assert names("dotnet build $SOLUTION", {"app.csproj": PROJECT}) == []


def test_audit_is_told_when_a_project_asks_for_it() -> None:
    props = "<Project><PropertyGroup><NuGetAuditMode>all</NuGetAuditMode>%s</PropertyGroup></Project>"
    files = {"app.csproj": "<Project />", "Directory.Build.props": props % ""}
    assert [(one.name, one.blocking) for one in followed("dotnet build", files)[1:]] == [("nuget NuGetAudit", False)]
    files["Directory.Build.props"] = props % "<WarningsAsErrors>NU1903;NU1904</WarningsAsErrors>"
    assert [(one.name, one.blocking) for one in followed("dotnet build", files)[1:]] == [("nuget NuGetAudit", True)]
    files["Directory.Build.props"] = props % "<NuGetAudit>false</NuGetAudit>"
    assert names("dotnet build", files) == []


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("", True),
        ("'$(A)' == '1'", True),
        ("'$(A)' != '1'", False),
        ("'$(B)' == ''", True),
        ("'$(A)' == '1' and '$(B)' != ''", False),
        ("'$(A)' == '2' Or '$(A)' == '1'", True),
        ("'$(TargetFramework)' == 'net8.0'", None),
        ("'$(TargetFramework)' == 'net8.0' And '$(A)' == '2'", False),
        ("Exists('x')", None),
        ("'$(A)' == '1' or ('$(B)' == '' and Exists('x'))", None),
    ],
)
def test_condition_is_told_as_far_as_it_is_known(condition: str, expected: bool | None) -> None:
    assert holds(condition, {"a": "1"}) is expected
