"""Workspaces: which packages a repository has, and which of them a command means."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from opslint.model.activity import Activity
from opslint.resolve.follow.javascript.workspaces import braces, glob_matches, matching

LIMIT = 30
"""Seconds of processor time that only a blow-up takes, on the slowest machine."""

Run = Callable[[str, Mapping[str, Any]], list[Activity]]
Leaves = Callable[[str, Mapping[str, Any]], list[str]]


def _package(name: str, **more: Any) -> dict[str, Any]:
    return {"name": f"@s/{name}", "scripts": {"lint": f"eslint {name}"}, **more}


PACKAGES: dict[str, Any] = {
    "package.json": {"name": "top", "workspaces": ["packages/*", "apps/**"], "scripts": {"lint": "eslint top"}},
    "packages/a/package.json": _package("a"),
    "packages/b/package.json": _package("b", dependencies={"@s/a": "workspace:*"}),
    "apps/x/web/package.json": _package("web", devDependencies={"@s/b": "*"}),
    "other/c/package.json": _package("c"),
    "packages/a/node_modules/d/package.json": _package("d"),
}
PNPM = {**PACKAGES, "pnpm-workspace.yaml": "packages:\n  - packages/*\n  - 'apps/**'\n  - '!packages/b'\n"}


def _linted(leaves: list[str]) -> list[str]:
    return [leaf.rpartition(" ")[2] for leaf in leaves if "eslint" in leaf]


@pytest.mark.parametrize(
    ("command", "packages"),
    [
        ("npm run lint --workspaces", ["web", "a", "b"]),
        ("npm run lint -ws --include-workspace-root", ["top", "web", "a", "b"]),
        ("npm run lint -w packages/a", ["a"]),
        ("npm run lint --workspace=@s/b -w @s/a", ["b", "a"]),
        ("npm -w @s/web run lint", ["web"]),
        ("npm run lint -w packages", ["a", "b"]),
        ("npm run lint", ["top"]),
        ("yarn workspace @s/a lint", ["a"]),
        ("yarn workspace @s/a run lint", ["a"]),
        ("yarn workspaces run lint", ["top", "web", "a", "b"]),
        ("yarn workspaces foreach -A run lint", ["top", "web", "a", "b"]),
        ("yarn workspaces foreach -Apt --include '@s/[ab]' run lint", ["a", "b"]),
        ("pnpm -r lint", ["web", "a", "b"]),
        ("pnpm -r --no-bail run lint", ["web", "a", "b"]),
        ("pnpm recursive run lint", ["web", "a", "b"]),
        ("pnpm --filter @s/a lint", ["a"]),
        ("pnpm --filter a lint", ["a"]),
        ("pnpm -F '@s/*' run lint", ["web", "a", "b"]),
        ("pnpm --filter=./packages/** lint", ["a", "b"]),
        ("pnpm --filter './packages/{a,b}' lint", ["a", "b"]),
        ("pnpm --filter 'b...' lint", ["a", "b"]),
        ("pnpm --filter 'b^...' lint", ["a"]),
        ("pnpm --filter '...b' lint", ["web", "b"]),
        ("pnpm --filter '...^@s/a' lint", ["web", "b"]),
        ("pnpm --filter '!@s/a' lint", ["web", "b"]),
        ("pnpm --filter './packages/*' --filter '!b' lint", ["a"]),
        ("pnpm --filter '...[origin/main]' lint", ["top", "web", "a", "b"]),
        ("pnpm --filter '{packages/**}[main]' lint", ["a", "b"]),
        ("pnpm --filter nothing lint", []),
        ("cd packages/a && pnpm -w lint", ["top"]),
        ("bun --filter '@s/a' lint", ["a"]),
        ("bun run --filter './packages/*' lint", ["a", "b"]),
    ],
)
def test_packages_are_chosen_when_a_command_selects_them(leaves: Leaves, command: str, packages: list[str]) -> None:
    assert sorted(_linted(leaves(command, PACKAGES))) == sorted(packages)


def test_pnpm_workspace_file_goes_first_when_both_are_there(leaves: Leaves) -> None:
    assert _linted(leaves("pnpm -r lint", PNPM)) == ["web", "a"]


def test_workspaces_are_read_when_they_stand_in_a_mapping_or_lerna_json(leaves: Leaves) -> None:
    mapped = {**PACKAGES, "package.json": {"workspaces": {"packages": ["packages/*"]}}}
    assert _linted(leaves("yarn workspaces run lint", mapped)) == ["a", "b"]
    lerna = {**PACKAGES, "package.json": {}, "lerna.json": {"packages": ["packages/a"]}}
    assert _linted(leaves("npx lerna run lint", lerna)) == ["a"]


def test_colon_script_of_another_package_is_run_when_yarn_knows_it_alone(leaves: Leaves) -> None:
    files = {**PACKAGES, "packages/a/package.json": {"name": "@s/a", "scripts": {"a:lint": "eslint a"}}}
    assert _linted(leaves("yarn a:lint", files)) == ["a"]
    assert leaves("npm run a:lint", files) == []


def test_package_that_is_not_known_is_only_likely_when_a_variable_names_it(run: Run) -> None:
    found = [one.command for one in run("pnpm --filter ${{ matrix.package }} lint", PACKAGES)[1:]]
    assert {one.confidence for one in found if one is not None} == {"low"}


def test_packages_that_say_the_same_are_followed_a_few_times_when_there_are_many(leaves: Leaves) -> None:
    many = {f"packages/p{at}/package.json": {"name": f"p{at}", "scripts": {"lint": "eslint ."}} for at in range(200)}
    files = {**PACKAGES, **many}
    found = leaves("pnpm -r lint", files)
    assert len(found) == 9
    assert {"apps/x/web$ eslint web", "packages/a$ eslint a", "packages/b$ eslint b"} < set(found)


@pytest.mark.parametrize(
    ("glob", "path", "matches"),
    [
        ("packages/*", "packages/a", True),
        ("packages/*", "packages/a/b", False),
        ("packages/**", "packages/a/b", True),
        ("**", "a/b", True),
        ("**/c", "c", True),
        ("a/**/c", "a/b/b/c", True),
        ("a/**/c", "a/b/d", False),
        ("*", "a", True),
        ("pkg-[ab]", "pkg-c", False),
    ],
)
def test_glob_names_a_folder_when_its_parts_do(glob: str, path: str, matches: bool) -> None:
    assert glob_matches(glob.split("/"), path.split("/")) == matches


def test_globs_stay_cheap_when_they_are_hostile() -> None:
    started = time.process_time()
    matching(["/".join(["**"] * 500), "{a,b}" * 40, "*a" * 2000], ["/".join(["a"] * 200)] * 200)
    assert len(braces("{a,b}" * 40)) <= 64
    assert time.process_time() - started < LIMIT
