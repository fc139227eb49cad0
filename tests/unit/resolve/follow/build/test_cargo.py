"""Cargo: aliases, cargo-make, and programs that run commands."""

from __future__ import annotations

import pytest
from tests.unit.resolve.follow.build.followed import followed, names, places

CONFIG = """
[build]
jobs = 2
[alias]
lint = "clippy --all-targets -- -D warnings"
ci = ["run", "--package", "xtask", "--"]
aa = "bb"
bb = "aa"
"""


def test_alias_is_the_command_it_stands_for() -> None:
    found = followed("cargo lint --locked", {".cargo/config.toml": CONFIG})
    assert [one.name for one in found] == ["cargo", "cargo"]
    assert found[1].command is not None
    assert found[1].command.argv == ("cargo", "clippy", "--all-targets", "--", "-D", "warnings", "--locked")
    assert places(found[1]) == [(".cargo/config.toml", 4)]


@pytest.mark.parametrize(
    "run", ["cargo test", "cargo build --config alias.lint=x", "cargo nothing", "cargo --version", "cargo +nightly fmt"]
)
def test_command_that_is_no_alias_leads_nowhere(run: str) -> None:
    assert names(run, {".cargo/config.toml": CONFIG}) == []


def test_aliases_that_stand_for_one_another_end() -> None:
    assert names("cargo aa", {".cargo/config.toml": CONFIG}) == ["cargo", "cargo"]


def test_configuration_of_a_folder_above_counts() -> None:
    assert names("cargo lint", {".cargo/config.toml": CONFIG}, "crates/a") == ["cargo"]


@pytest.mark.parametrize("text", ["[alias", "alias = 1", "[alias]\nlint = 1", ""])
def test_configuration_that_says_no_alias_leads_nowhere(text: str) -> None:
    assert names("cargo lint", {".cargo/config.toml": text}) == []


XTASK = """
use xshell::{cmd, Shell};
// cmd!(sh, "semgrep scan")
fn main() {
    match args.subcommand().as_deref() {
        Some("lint") => lint(&sh),
        Some("ship") => { cmd!(sh, "cargo publish").run() }
        Some("docs") => docs::run(&sh),
        _ => println!("cmd!(sh, \\"bandit\\")"),
    }
}
fn lint(sh: &Shell) {
    let _text = "fn other() { }";
    cmd!(sh, "cargo deny check {what}").run()?;
    let version = cmd!(sh, "typos --version").read()?;
    Command::new("yamllint").arg("-s").args(["a.yaml", "b.yaml"]).arg(path).status()?;
    lint(sh);
}
"""
DOCS = "pub fn run(sh: &Shell) {\n    cmd!(sh, \"mdbook build\").run()\n}\n"
MANIFEST = '[package]\nname = "xtask"\n'
PROGRAM = {".cargo/config.toml": CONFIG, "xtask/Cargo.toml": MANIFEST, "xtask/src/main.rs": XTASK, "xtask/src/docs.rs": DOCS}


def test_commands_of_a_subcommand_are_those_it_reaches() -> None:
    found = followed("cargo ci lint", PROGRAM)
    assert [one.name for one in found] == ["cargo", "cargo", "cargo", "typos", "yamllint"]
    deny, typos, yamllint = found[2:]
    assert places(deny) == [(".cargo/config.toml", 5), ("xtask/src/main.rs", 13)]
    assert deny.command is not None
    assert (deny.command.argv, deny.command.confidence, deny.blocking) == (("cargo", "deny", "check", "…"), "low", True)
    assert not typos.blocking
    assert yamllint.command is not None
    assert yamllint.command.argv == ("yamllint", "-s", "a.yaml", "b.yaml", "…")


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("cargo run -p xtask -- ship", ["cargo"]),
        ("cargo run --manifest-path xtask/Cargo.toml -- docs", ["mdbook"]),
        ("cargo run -p xtask -- nothing", []),
        ("cargo run -p xtask", []),
        ("cargo run -p other -- lint", []),
        ("cargo run -p $WHAT -- lint", []),
    ],
)
def test_program_runs_what_its_words_choose(run: str, expected: list[str]) -> None:
    assert names(run, PROGRAM) == expected


def test_arms_of_an_enumeration_are_chosen_by_name() -> None:
    text = """
fn main() { match c { Command::CheckAll(_) => check(), Command::Other => other() } }
fn check() { cmd!(sh, "typos").run() }
fn other() { cmd!(sh, "vale .").run() }
"""
    assert names("cargo run -p xtask -- check-all", {**PROGRAM, "xtask/src/main.rs": text}) == ["typos"]


MAKEFILE = """
[tasks.ci]
dependencies = ["lint", { name = "again" }, "test"]

[tasks.lint]
command = "cargo"
args = ["deny", "check", "${WHAT}"]

[tasks.again]
extend = "lint"
ignore_errors = true
run_task = "ci"

[tasks.audit-all]
script = ["cargo audit", "typos"]

[tasks.duck]
script_runner = "@duckscript"
script = "exec bandit"
"""


def test_tasks_of_cargo_make_run_what_they_need_first() -> None:
    found = followed("cargo make --profile x ci", {"Makefile.toml": MAKEFILE})
    assert [one.command.argv[:3] for one in found[1:] if one.command] == [
        ("cargo", "deny", "check"), ("cargo", "deny", "check"), ("cargo", "test"),
    ]
    assert [one.blocking for one in found[1:]] == [True, False, True]
    assert places(found[1]) == [("Makefile.toml", 4)]


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("cargo make audit-all", ["cargo", "typos"]),
        ("cargo make duck", []),
        ("cargo make nothing", []),
        ("cargo make --cwd sub ci", []),
        ("cargo make --makefile other.toml ci", []),
    ],
)
def test_tasks_of_cargo_make_run_when_they_are_there(run: str, expected: list[str]) -> None:
    assert names(run, {"Makefile.toml": MAKEFILE}) == expected
