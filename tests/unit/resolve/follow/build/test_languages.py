"""Go, Mix and sbt: generated commands, and aliases."""

from __future__ import annotations

import pytest
from tests.unit.resolve.follow.build.followed import followed, names, places

GO = """
package a

//go:generate mockgen -source=a.go
// //go:generate bandit
 //go:generate semgrep
//go:generate -command foo bar
var x = "//go:generate vale"
"""


def test_go_generate_runs_the_directives_of_its_packages() -> None:
    found = followed("go generate ./...", {"a/a.go": GO, "vendor/b/b.go": GO, "a/a_test.go": GO})
    assert [one.name for one in found] == ["go", "mockgen"]
    assert places(found[1]) == [("a/a.go", 3)]
    assert found[1].command is not None
    assert found[1].command.folder == "a"


@pytest.mark.parametrize("run", ["go generate", "go generate ./b/...", "go generate -n ./...", "go vet ./...", "go generate example.com/a"])
def test_go_generate_leaves_other_packages_alone(run: str) -> None:
    assert names(run, {"a/a.go": GO}) == []


def test_go_directives_that_generate_again_end() -> None:
    text = "//go:generate go generate ./...\n//go:generate stringer"
    assert names("go generate ./...", {"a.go": text}) == ["go", "stringer", "stringer"]


PROGRAM = """
package main
// exec.Command("bandit")
func main() {
\tcmd := exec.Command("golangci-lint", "run", path)
\tout, err := exec.CommandContext(ctx, "git", "describe").Output()
}
"""


def test_go_run_follows_a_program_of_the_repository() -> None:
    found = followed("go run ./hack/lint", {"hack/lint/main.go": PROGRAM})
    assert [one.name for one in found] == ["go", "golangci-lint", "git"]
    lint = found[1].command
    assert lint is not None
    assert (lint.argv, lint.confidence) == (("golangci-lint", "run", "…"), "low")
    assert places(found[1]) == [("hack/lint/main.go", 4)]
    assert [one.blocking for one in found] == [True, True, False]


@pytest.mark.parametrize("text", [PROGRAM.replace("func main() {", "func main() { switch os.Args[1] {}"), "package main", ""])
def test_go_run_says_nothing_when_the_program_chooses(text: str) -> None:
    assert names("go run ./hack/lint", {"hack/lint/main.go": text}) == []


MIX = """
defmodule App.MixProject do
  def project, do: [aliases: aliases()]
  # "ci: credo"
  defp aliases do
    [
      ci: ["lint", "cmd npm test", &custom/1, "test #{x} --cover"],
      "lint.all": "sobelow",
      lint: ["credo --strict"],
      test: ["ecto.create --quiet", "test"],
      nested: [fun(["dialyzer"])]
    ]
  end
  defp deps do
    [{:bandit, "~> 1.0"}]
  end
end
"""


def test_mix_alias_runs_its_tasks_in_turn() -> None:
    found = followed("mix ci", {"mix.exs": MIX})
    argvs = [one.command.argv for one in found if one.command]
    assert argvs[:3] == [("mix", "ci"), ("mix", "lint"), ("mix", "credo", "--strict")]
    assert ("npm", "test") in argvs
    assert ("mix", "test", "…", "--cover") in argvs
    assert places(found[2]) == [("mix.exs", 6), ("mix.exs", 8)]


@pytest.mark.parametrize(("run", "count"), [("mix lint.all", 1), ("mix deps.get", 0), ("mix test", 2), ("mix bandit", 0), ("mix", 0)])
def test_mix_aliases_end_and_others_lead_nowhere(run: str, count: int) -> None:
    assert len(names(run, {"mix.exs": MIX})) == count


SBT = """
// addCommandAlias("lint", "bandit")
addCommandAlias("lint", "scalafmtCheckAll; scalafix --check")
addCommandAlias("ci", ";clean" +
  ";lint" + ";Test/test")
addCommandAlias("loop", "loop; test")
"""


def test_sbt_alias_is_the_commands_it_stands_for() -> None:
    found = followed("sbt +ci ci", {"build.sbt": SBT})
    assert [one.command.argv for one in found if one.command] == [
        ("sbt", "+ci", "ci"), ("sbt", "clean", "lint", "Test/test"), ("sbt", "scalafmtCheckAll", "scalafix --check"),
    ]
    assert places(found[2]) == [("build.sbt", 3), ("build.sbt", 2)]


@pytest.mark.parametrize(("run", "count"), [("sbt test", 0), ("sbt loop", 1), ("sbt 'clean; lint'", 1), ("sbt", 0)])
def test_sbt_aliases_end_and_others_lead_nowhere(run: str, count: int) -> None:
    assert len(names(run, {"project/Aliases.scala": "x\n", "build.sbt": SBT})) == count
