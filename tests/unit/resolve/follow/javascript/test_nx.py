"""Nx: the targets of projects, by executors, scripts, plugins and defaults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from opslint.model.activity import Activity

Run = Callable[[str, Mapping[str, Any]], list[Activity]]
Leaves = Callable[[str, Mapping[str, Any]], list[str]]

NX: dict[str, Any] = {
    "plugins": [
        {"plugin": "@nx/jest/plugin", "options": {"targetName": "unit"}, "exclude": ["e2e/**"]},
        "@nx/playwright/plugin",
        {"plugin": "@nx/js/typescript", "options": {"typecheck": False, "build": {"targetName": "compile"}}},
    ],
    "targetDefaults": {
        "build": {"dependsOn": ["^build"]},
        "check": {"executor": "nx:run-commands", "options": {"command": "knip", "cwd": "{projectRoot}"}},
        "@nx/vite:test": {"dependsOn": ["lint"]},
    },
}
APP: dict[str, Any] = {
    "name": "app",
    "tags": ["type:app"],
    "implicitDependencies": ["lib"],
    "targets": {
        "lint": {"executor": "@nx/eslint:lint", "options": {"lintFilePatterns": ["{projectRoot}/src"], "maxWarnings": 0}},
        "test": {"executor": "@nx/vite:test", "configurations": {"ci": {"coverage": True}}},
        "build": {"command": "tsc -p {projectRoot}"},
        "check": {},
        "deploy": {
            "executor": "nx:run-commands",
            "dependsOn": ["build", {"target": "lint", "projects": ["lib"]}],
            "options": {"commands": ["aws s3 sync .", {"command": "echo {args.x}"}], "cwd": "apps/app"},
        },
        "odd": {"executor": "@acme/odd:odd"},
    },
}
FILES: dict[str, Any] = {
    "package.json": {"workspaces": ["libs/*"], "scripts": {"lint": "nx run-many -t lint"}},
    "nx.json": NX,
    "apps/app/project.json": APP,
    "apps/app/tsconfig.json": "{}",
    "libs/lib/package.json": {
        "name": "@s/lib",
        "scripts": {"build": "rollup -c", "lint": "nx lint"},
        "nx": {"name": "lib", "targets": {"lint": {"executor": "@nx/eslint:lint", "options": {"force": True}}}},
    },
    "libs/lib/jest.config.ts": "export default {}",
    "e2e/web/project.json": {"name": "web-e2e"},
    "e2e/web/playwright.config.ts": "export default {}",
    "e2e/web/jest.config.ts": "export default {}",
}


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("npx nx lint app", ["eslint apps/app/src --max-warnings=0"]),
        ("npx nx run app:lint --fix", ["eslint apps/app/src --max-warnings=0 --fix"]),
        ("pnpm nx run-many -t lint", ["eslint apps/app/src --max-warnings=0", "eslint libs/lib"]),
        ("nx affected --target=lint --base=main --parallel 3", ["eslint apps/app/src --max-warnings=0", "eslint libs/lib"]),
        ("nx affected:lint", ["eslint apps/app/src --max-warnings=0", "eslint libs/lib"]),
        ("nx run-many -t lint --projects=lib,web-e2e", ["eslint libs/lib"]),
        ("nx run-many -t lint -p 'tag:type:app'", ["eslint apps/app/src --max-warnings=0"]),
        ("nx run-many -t lint --exclude=app", ["eslint libs/lib"]),
        ("cd apps/app && nx lint", ["eslint apps/app/src --max-warnings=0"]),
        ("nx build app", ["libs/lib$ rollup -c", "tsc -p apps/app"]),
        ("nx build app --exclude-task-dependencies", ["tsc -p apps/app"]),
        ("nx test app -c ci", ["eslint apps/app/src --max-warnings=0", "apps/app$ vitest run --coverage"]),
        ("nx run app:test:ci", ["eslint apps/app/src --max-warnings=0", "apps/app$ vitest run --coverage"]),
        ("nx check app", ["apps/app$ knip"]),
        (
            "nx deploy app",
            ["libs/lib$ rollup -c", "tsc -p apps/app", "eslint libs/lib", "apps/app$ aws s3 sync .", "apps/app$ echo …"],
        ),
        ("nx run-many -t unit e2e", ["libs/lib$ jest", "e2e/web$ playwright test"]),
        ("nx run-many -t compile", ["apps/app$ tsc --build"]),
        ("nx run-many -t typecheck", []),
        ("nx odd app", []),
        ("nx check lib", []),
        ("nx lint nothing", []),
        ("nx show projects --with-target lint", []),
        ("nx graph lint", []),
        ("nx run-many -t lint --graph", []),
        ("nx format:check", []),
        ("echo nx lint app", []),
        ("npm install nx", []),
    ],
)
def test_targets_are_run_when_nx_names_them(leaves: Leaves, command: str, found: list[str]) -> None:
    ran = leaves(f"true\n          {command}", FILES) if command.startswith("cd ") else leaves(command, FILES)
    assert [leaf for leaf in ran if "nx " not in leaf] == found


def test_chain_names_the_executor_when_a_target_has_one(run: Run) -> None:
    found = run("npm run lint", FILES)
    assert [one.name for one in found] == ["npm", "nx", "eslint", "eslint"]
    assert [(hop.path, hop.line) for hop in found[2].chain] == [
        (".github/workflows/ci.yml", 7),
        ("package.json", 6),
        ("apps/app/project.json", 11),
    ]
    assert [one.soft_why for one in found[2:]] == ["", "`force` makes it exit with 0"]


def test_chain_names_the_plugin_when_it_makes_the_target(run: Run) -> None:
    found = run("nx e2e web-e2e", FILES)[-1]
    assert [(hop.path, hop.text) for hop in found.chain[1:]] == [("nx.json", "playwright test")]
    assert found.span.line == 12


def test_vite_config_makes_a_test_target_when_it_configures_tests(leaves: Leaves) -> None:
    files = {**FILES, "nx.json": {"plugins": ["@nx/vite/plugin"]}, "libs/lib/vite.config.ts": "export default { test: { globals: true } }"}
    assert leaves("nx run-many -t test -p lib", files) == ["libs/lib$ vitest run"]
    files["libs/lib/vite.config.ts"] = "export default { plugins: [] }"
    assert leaves("nx run-many -t test -p lib", files) == []


def test_eslint_is_made_a_target_when_a_configuration_stands_above(leaves: Leaves) -> None:
    files = {**FILES, "nx.json": {"plugins": ["@nx/eslint/plugin"]}, "eslint.config.mjs": ""}
    assert leaves("nx lint web-e2e", files) == ["e2e/web$ eslint ."]


def test_old_workspace_file_is_read_when_it_lists_the_projects(leaves: Leaves) -> None:
    listed = {"projects": {"shop": {"root": "apps/shop", "architect": {"test": {"builder": "@angular-builders/jest:run"}}}}}
    assert leaves("nx test shop", {"nx.json": {}, "angular.json": listed}) == ["apps/shop$ jest"]


def test_targets_that_need_each_other_end_when_they_form_a_ring(leaves: Leaves) -> None:
    ring = {"name": "a", "targets": {"x": {"command": "eslint .", "dependsOn": ["y"]}, "y": {"command": "nx x a", "dependsOn": ["x"]}}}
    assert len(leaves("nx x a", {"nx.json": {}, "a/project.json": ring})) < 20


def test_nothing_is_followed_when_files_are_missing_or_odd(leaves: Leaves) -> None:
    assert leaves("nx lint app", {name: text for name, text in FILES.items() if name != "nx.json"}) == []
    odd = '{"name": "app", "targets": {"lint": {"options": 3, "executor": 1}}}'
    for text in ("[]", "{", '{"targets": []}', '{"targets": {"lint": []}}', odd):
        assert leaves("nx lint app", {**FILES, "apps/app/project.json": text}) == []
    odd = '{"plugins": [3, {"options": 1}], "targetDefaults": {"lint": 1}}'
    for text in ("[]", "{", '{"plugins": {"a": 1}, "targetDefaults": []}', odd):
        assert leaves("nx run-many -t lint -p app", {**FILES, "nx.json": text}) == ["eslint apps/app/src --max-warnings=0"]
