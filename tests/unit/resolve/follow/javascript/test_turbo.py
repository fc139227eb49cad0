"""Turborepo and Lerna: the scripts of a task in every package that has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from opslint.model.activity import Activity

Run = Callable[[str, Mapping[str, Any]], list[Activity]]
Leaves = Callable[[str, Mapping[str, Any]], list[str]]

TURBO = """{
  // tasks of all packages
  "tasks": {
    "build": { "dependsOn": ["^build", "$NODE_ENV"] },
    "lint": {},
    "test": { "dependsOn": ["build", "@s/a#lint"] },
    "//#format": { "dependsOn": ["@s/b#lint"] },
  },
}
"""


def _package(name: str, *needs: str) -> dict[str, Any]:
    scripts = {task: f"{task}er {name}" for task in ("build", "lint", "test")}
    return {"name": f"@s/{name}", "scripts": scripts, "dependencies": {f"@s/{need}": "*" for need in needs}}


FILES: dict[str, Any] = {
    "package.json": {
        "workspaces": ["packages/*"],
        "packageManager": "yarn@4.0.0",
        "scripts": {"format": "prettier --check .", "lint": "turbo run lint", "postbuild": "echo"},
    },
    "turbo.json": TURBO,
    "packages/a/package.json": _package("a"),
    "packages/b/package.json": _package("b", "a"),
    "packages/c/package.json": {"name": "@s/c", "scripts": {"docs": "typedoc"}},
}


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("npx turbo run lint", ["linter a", "linter b"]),
        ("npx turbo lint --continue --cache-dir=.turbo", ["linter a", "linter b"]),
        ("pnpm exec turbo run build", ["builder a", "builder b"]),
        ("yarn turbo build --filter=@s/b", ["builder a", "builder b"]),
        ("turbo build --filter=@s/b --only", ["builder b"]),
        ("turbo run test --filter ./packages/a", ["builder a", "linter a", "tester a"]),
        ("turbo run @s/a#lint", ["linter a"]),
        ("turbo run format", ["linter b", "prettier --check ."]),
        ("turbo run lint --filter='...[origin/main]'", ["linter a", "linter b"]),
        ("turbo run lint -- --fix", ["linter a --fix", "linter b --fix"]),
        ("cd packages/a && turbo run lint", ["linter a"]),
        ("turbo --cwd packages/b run lint", ["linter b"]),
        ("turbo run docs", []),
        ("turbo run lint --dry-run", []),
        ("turbo prune lint", []),
        ("turbo gen run lint", []),
        ("echo turbo run lint", []),
    ],
)
def test_task_is_run_in_packages_when_turbo_knows_it(leaves: Leaves, command: str, found: list[str]) -> None:
    assert [leaf.rpartition("$ ")[2] for leaf in leaves(command, FILES) if not leaf.startswith("$ turbo") and "er " in leaf] == found


def test_chain_leads_through_the_root_script_when_it_starts_turbo(run: Run) -> None:
    found = run("yarn lint", FILES)[2]
    assert [(hop.path, hop.line, hop.text) for hop in found.chain] == [
        (".github/workflows/ci.yml", 7, "yarn lint"),
        ("package.json", 8, "turbo run lint"),
        ("packages/a/package.json", 5, "linter a"),
    ]
    assert found.blocking


def test_package_overrides_a_task_when_it_has_a_turbo_json_of_its_own(leaves: Leaves) -> None:
    own = {"extends": ["//"], "tasks": {"lint": {"dependsOn": ["build"]}, "docs": {}}}
    files = {**FILES, "packages/c/turbo.json": own, "packages/a/turbo.json": own}
    assert leaves("turbo run lint --filter=@s/a", files) == ["packages/a$ builder a", "packages/a$ linter a"]
    assert leaves("turbo run docs", files) == ["packages/c$ typedoc"]


def test_old_pipeline_is_read_when_turbo_json_has_one(leaves: Leaves) -> None:
    files = {**FILES, "turbo.json": {"pipeline": {"lint": {"dependsOn": []}, "@s/b#build": {"dependsOn": ["lint"]}}}}
    assert leaves("turbo run build", files) == ["packages/b$ linter b", "packages/b$ builder b"]


def test_single_package_is_run_when_there_is_no_workspace(leaves: Leaves) -> None:
    files = {"package.json": {"scripts": {"lint": "eslint ."}}, "turbo.json": {"tasks": {"lint": {}}}}
    assert leaves("npx turbo lint", files) == ["eslint ."]


def test_nothing_is_followed_when_turbo_json_is_missing_or_broken(leaves: Leaves) -> None:
    for text in ("[]", "{", "3", '{"tasks": ["lint"]}', '{"tasks": {"lint": 3}}'):
        assert leaves("turbo run build", {**FILES, "turbo.json": text}) == []
    assert leaves("turbo run lint", {name: text for name, text in FILES.items() if name != "turbo.json"}) == []


def test_tasks_that_need_each_other_end_when_they_form_a_ring(leaves: Leaves) -> None:
    ring = {"tasks": {"lint": {"dependsOn": ["build", "^lint"]}, "build": {"dependsOn": ["lint", "@s/b#build", "build"]}}}
    files = {**FILES, "turbo.json": ring, "packages/a/package.json": _package("a", "b")}
    assert len(leaves("turbo run lint", files)) == 4


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("npx lerna run lint", ["linter a", "linter b"]),
        ("lerna run lint --no-bail --stream --concurrency 2", ["linter a", "linter b"]),
        ("lerna run lint,build --scope @s/a", ["linter a", "builder a"]),
        ("lerna run lint --scope '@s/{a,b}' --ignore '*b'", ["linter a"]),
        ("lerna run lint --since origin/main -- --fix", ["linter a --fix", "linter b --fix"]),
        ("lerna exec -- eslint .", []),
        ("lerna publish lint", []),
        ("lerna run nothing", []),
    ],
)
def test_script_is_run_in_packages_when_lerna_names_it(run: Run, leaves: Leaves, command: str, found: list[str]) -> None:
    assert [leaf.rpartition("$ ")[2] for leaf in leaves(command, FILES)] == found
    assert all(one.blocking for one in run(command, FILES))
