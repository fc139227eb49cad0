"""Whatever a build tool's files say, following it ends, soon and without an error."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import resolve
from opslint.resolve.follow.build.gradle.script import arguments, statements
from opslint.resolve.follow.follower import MAX_FOLLOWED
from opslint.source.trees.memory import MemoryTree

LIMIT = 30
"""Seconds of processor time that only a blow-up takes, on the slowest machine."""

RUNS = {
    "pom.xml": "mvn verify checkstyle:check",
    "build.gradle": "gradle check a",
    "settings.gradle": "gradle check",
    "gradle/libs.versions.toml": "gradle check",
    ".cargo/config.toml": "cargo a",
    "Makefile.toml": "cargo make a",
    "src/main.rs": "cargo run -- a",
    "composer.json": "composer a",
    "Rakefile": "rake a",
    "mix.exs": "mix a",
    "build.sbt": "sbt a",
    "app.csproj": "dotnet build",
    "Directory.Build.props": "dotnet build",
    ".config/dotnet-tools.json": "dotnet a",
    "main.go": "go run . && go generate ./...",
}
BESIDE = {"build.gradle": "plugins { alias(libs.plugins.a) }", "app.csproj": "<Project/>", "Cargo.toml": '[package]\nname = "a"\n'}


def _words(text: str) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from([*text.split(" "), " ", "\n", '"', "'", "\\", "é", "$", "#"]), max_size=40).map("".join)


TEXTS = {
    "pom.xml": _words(
        "<project> </project> <build> </build> <plugins> </plugins> <plugin> </plugin> <artifactId> </artifactId> a <executions> "
        "</executions> <execution> </execution> <goals> </goals> <goal> </goal> <phase> </phase> verify ${a} <properties> </properties> "
        "<a> </a> <parent> </parent> <modules> </modules> <module> </module> . .. <profiles> </profiles> <!-- --> &a; ]]>"
    ),
    "build.gradle": _words(
        "{ } ( ) [ ] ; , = plugins id apply plugin: tasks. register named task a b dependsOn commandLine allprojects if /* */ // ''' "
        '""" checkstyle ignoreFailures true .configure withType<Checkstyle> from: ${x} type: Exec'
    ),
    "src/main.rs": _words('{ } ( ) fn main a match "a" => cmd!(sh, ) Command::new( .arg( .args([ ]) impl A for ; r#" "# // /* */ :: , \'a'),
    "Rakefile": _words(
        "task :a => [ ] :b do end sh ` namespace { } %w[ load Dir[ <<~A A |t| #{x} RSpec::Core::RakeTask.new( ) , system | ok"
    ),
    "mix.exs": _words('defp aliases do end [ ] a: "a" "b": , & fun ( ) { } #{x} ~w[ cmd aliases:'),
    "build.sbt": _words('addCommandAlias( "a" , ) ; + """ // a lint'),
    "main.go": _words("//go:generate exec.Command( CommandContext( ctx, ) , a ... os.Args go generate ./... .Output"),
    "app.csproj": _words(
        "<Project> </Project> <ItemGroup> </ItemGroup> <PackageReference Include=\"StyleCop.Analyzers\" /> "
        "<Import Project=\"app.csproj\" /> "
        "<PropertyGroup Condition=\"'$(A)' == ''\"> </PropertyGroup> <NuGetAudit> </NuGetAudit> $(A) $( "
    ),
    "Makefile.toml": _words('[tasks.a] [tasks.b] command= "a" dependencies= ["b"] ["a"] run_task= {name="a"} extend= script= args= [[ ]]'),
    "composer.json": _words('{ } [ ] "scripts": "a": "@a" "b" , "@php "@putenv A=b" null 1'),
}

GROWING = "".join(f"<p{n}>{f'${{p{n + 1}}}' * 40}</p{n}>" for n in range(200))
GROWING_BACK = "".join(f"<P{n}>{f'$(P{n - 1})' * 40}</P{n}>" for n in range(200))
BOUND = (
    "<plugin><artifactId>${a}</artifactId><executions><execution><phase>test</phase><goals><goal>x</goal></goals></execution>"
    "</executions></plugin>"
)


def _count(path: str, text: str, beside: dict[str, str] | None = None) -> int:
    workflow = f"on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: {RUNS[path]}\n"
    tree = MemoryTree({".github/workflows/ci.yml": workflow, **BESIDE, path: text, **(beside or {})})
    return len(resolve(read_repository(tree), tree).activities)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(TEXTS)).flatmap(lambda path: st.tuples(st.just(path), TEXTS[path])))
def test_files_are_followed_to_an_end(case: tuple[str, str]) -> None:
    path, text = case
    assert _count(path, text) >= 1


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(RUNS)), st.text(max_size=80))
def test_files_of_any_text_are_followed_to_an_end(path: str, text: str) -> None:
    assert _count(path, text) >= 1


@settings(max_examples=200, deadline=None)
@given(TEXTS["build.gradle"])
def test_statements_keep_their_lines_in_order(text: str) -> None:
    lines = [one.line for one in statements(text) if one.text]
    assert lines == sorted(lines)
    assert all(1 <= line <= text.count("\n") + 1 for line in lines)
    assert all(isinstance(word, str) and word for word in arguments(text))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("build.gradle", "a {" * 30_000),
        ("build.gradle", "a(" * 30_000),
        ("build.gradle", "/*" * 30_000),
        ("build.gradle", '"' * 50_000),
        ("build.gradle", "'''" * 20_001),
        ("build.gradle", "task a(dependsOn: [" + "b, " * 20_000),
        ("build.gradle", "\n".join(f"task t{n}(dependsOn: 't{n + 1}')" for n in range(3_000)) + "\ntask a { dependsOn 't0' }"),
        ("build.gradle", "task a { dependsOn " + ",".join(f"'t{n}'" for n in range(3_000)) + " }"),
        ("build.gradle", "register(" * 5_000),
        ("build.gradle", "x" + " " * 60_000 + "="),
        ("build.gradle", "tasks." * 10_000),
        ("settings.gradle", "\n".join(f"include ':p{n}'" for n in range(5_000))),
        ("settings.gradle", "include '" + "a:" * 5_000 + "'"),
        ("pom.xml", f"<project><properties>{GROWING}</properties><modules><module>${{p0}}</module></modules></project>"),
        ("pom.xml", "<a>" * 5_000),
        ("pom.xml", f"<project><build><plugins>{BOUND * 3_000}</plugins></build></project>"),
        ("src/main.rs", "fn main() {" * 10_000),
        ("src/main.rs", "fn a" * 10_000),
        ("src/main.rs", "impl A " * 10_000 + "{"),
        ("src/main.rs", 'fn main() { match x { "a" => a() } } fn a() { ' + "a(); " * 10_000 + "}"),
        ("src/main.rs", 'fn main() { match x { "a" => {' + 'cmd!(sh, "' * 10_000),
        ("src/main.rs", 'fn main() { match x { "a" => {' + "Command::new(\"a\").arg(" * 5_000),
        ("Rakefile", "task a: [" + ":b, " * 10_000),
        ("Rakefile", "task :a do\n" + 'sh "b' * 10_000),
        ("Rakefile", "task :a do\n" + "sh 'b', " * 3_000),
        ("Rakefile", "\n".join(f"task t{n}: :t{n + 1}" for n in range(3_000)) + "\ntask a: :t0"),
        ("Rakefile", "namespace :a do\n" * 3_000),
        ("mix.exs", "defp aliases do [" * 3_000),
        ("mix.exs", 'defp aliases do [a: ["' + "#{" * 10_000),
        ("build.sbt", 'addCommandAlias("a", ' + '"b" + ' * 10_000),
        ("build.sbt", "addCommandAlias(" * 10_000),
        ("build.sbt", 'addCommandAlias("a", ' + '"a;a;a;a"' * 500 + ")"),
        ("main.go", "exec.Command(" * 10_000),
        ("main.go", 'exec.Command("a"' + ', "b"' * 10_000),
        ("main.go", "//go:generate go generate ./...\n" * 3_000),
        ("app.csproj", "<Project>" + '<Import Project="app.csproj" />' * 3_000 + "</Project>"),
        ("app.csproj", "<Project><PropertyGroup Condition=\"" + "'$(A)' == '' and " * 3_000 + "\"/></Project>"),
        ("app.csproj", f"<Project><PropertyGroup>{GROWING_BACK}</PropertyGroup></Project>"),
        ("Makefile.toml", "\n".join(f'[tasks.t{n}]\ndependencies = ["t{n + 1}"]' for n in range(2_000)) + '\n[tasks.a]\nrun_task = "t0"'),
        ("composer.json", '{"scripts": {"a": ["@a", "@a", "@a", "@b", "@b"], "b": ["@a", "@a", "@b"]}}'),
    ],
)
def test_hostile_files_cost_little(path: str, text: str) -> None:
    before = time.process_time()
    assert _count(path, text) <= MAX_FOLLOWED + 1
    assert time.process_time() - before < LIMIT
