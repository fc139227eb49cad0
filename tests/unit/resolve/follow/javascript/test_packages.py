"""npm, yarn, pnpm, bun, node: which scripts of which package a command runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from opslint.model.activity import Activity

Run = Callable[[str, Mapping[str, Any]], list[Activity]]
Leaves = Callable[[str, Mapping[str, Any]], list[str]]

HOOKED = {"scripts": {"pretest": "eslint .", "test": "jest", "posttest": "nyc report"}}
LOCKED = {"package.json": HOOKED}


@pytest.mark.parametrize(
    ("command", "more", "hooks"),
    [
        ("npm test", {}, True),
        ("npm run-script test", {}, True),
        ("yarn test", {}, True),
        ("yarn test", {".yarnrc.yml": "nodeLinker: node-modules\n"}, False),
        ("yarn test", {"package.json": {**HOOKED, "packageManager": "yarn@4.5.0"}}, False),
        ("pnpm test", {}, True),
        ("pnpm test", {"package.json": {**HOOKED, "packageManager": "pnpm@8.15.0"}}, False),
        ("pnpm test", {"package.json": {**HOOKED, "packageManager": "pnpm@8.1.0"}, ".npmrc": "enable-pre-post-scripts=true\n"}, True),
        ("pnpm test", {".npmrc": "enable-pre-post-scripts=false\n"}, False),
        ("bun run test", {}, True),
        ("node --run test", {}, False),
    ],
)
def test_hooks_are_run_when_the_manager_runs_them(leaves: Leaves, command: str, more: dict[str, Any], hooks: bool) -> None:
    assert leaves(command, {**LOCKED, **more}) == (["eslint .", "jest", "nyc report"] if hooks else ["jest"])


@pytest.mark.parametrize(
    "command",
    [
        "npm run lint -- --fix",
        "npm run -s lint -- --fix",
        "npm run lint --if-present -- --fix",
        "yarn lint --fix",
        "yarn run lint --fix",
        "pnpm lint --fix",
        "pnpm run lint -- --fix",
        "bun run lint --fix",
        "bun --silent run lint --fix",
        "node --run lint -- --fix",
        "corepack pnpm lint --fix",
        "corepack yarn@4 lint --fix",
        "npx pnpm run lint --fix",
        "nr lint --fix",
        "jlpm run lint --fix",
    ],
)
def test_words_behind_a_script_are_handed_on_when_it_takes_them(run: Run, command: str) -> None:
    found = run(command, {"package.json": {"scripts": {"lint": "eslint ."}}})
    assert found[-1].command is not None
    assert found[-1].command.argv == ("eslint", ".", "--fix")
    assert [(hop.path, hop.line) for hop in found[-1].chain] == [(".github/workflows/ci.yml", 7), ("package.json", 3)]


@pytest.mark.parametrize(
    "command",
    [
        "npm --prefix web run lint",
        "npm run lint --prefix web",
        "npm -C web run lint",
        "yarn --cwd web lint",
        "yarn --cwd=web lint",
        "pnpm -C web lint",
        "pnpm --dir web run lint",
        "bun --cwd=web run lint",
        "cd web && node --run lint",
    ],
)
def test_script_is_found_when_the_folder_is_named(leaves: Leaves, command: str) -> None:
    files = {"package.json": {}, "web/package.json": {"scripts": {"lint": "eslint ."}}}
    assert leaves(command, files)[-1] == "web$ eslint ."


@pytest.mark.parametrize(
    "command",
    [
        "npm exec lint",
        "npx lint",
        "npm view lint",
        "npm pkg set scripts.lint=true",
        "yarn add lint",
        "yarn why lint",
        "pnpm exec lint",
        "pnpm dlx lint",
        "pnpm add -D lint",
        "bun add lint",
        "bun x lint",
        "bun test lint",
        "node lint.js --run",
        "echo npm run lint",
        "npm install lint",
    ],
)
def test_script_is_not_run_when_it_is_only_named(leaves: Leaves, command: str) -> None:
    scripts = {"lint": "eslint .", "test": "jest", "add": "eslint add", "exec": "eslint exec", "postinstall": "eslint install"}
    assert [leaf for leaf in leaves(command, {"package.json": {"scripts": scripts}}) if "eslint" in leaf or "jest" in leaf] == []


def test_name_in_a_description_is_no_script_when_looked_for(run: Run) -> None:
    found = run("npm run lint", {"package.json": {"description": "run lint: eslint .", "config": {"lint": "eslint ."}}})
    assert [one.name for one in found] == ["npm"]
    assert found[0].disabled == 'package.json has no script "lint"'


@pytest.mark.parametrize(
    ("command", "dead"),
    [
        ("npm run e2e", True),
        ("pnpm run e2e", True),
        ("node --run e2e", True),
        ("yarn run eslint", False),  # yarn and bun run programs too
        ("bun run eslint", False),
        ("pnpm e2e", False),
        ("npm run e2e --if-present", False),
        ("npm run e2e --workspaces", False),
        ("pnpm exec nx run app:e2e", False),
        ("pnpm dlx turbo run e2e", False),
        ("npm run $TASK", False),
    ],
)
def test_missing_script_is_dead_when_nothing_else_can_be_meant(run: Run, command: str, dead: bool) -> None:
    assert bool(run(command, {"package.json": {"scripts": {}}})[0].disabled) == dead


def test_scripts_that_call_each_other_end_when_they_form_a_ring(leaves: Leaves) -> None:
    scripts = {"a": "npm run b && eslint .", "b": "npm run a && jest"}
    assert leaves("npm run a", {"package.json": {"scripts": scripts}}) == ["npm run b", "npm run a", "jest", "eslint ."]


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("npm ci", ["node-gyp-build", "tsc"]),
        ("npm install", ["node-gyp-build", "tsc"]),
        ("npm ci --ignore-scripts", []),
        ("npm install -g x", []),
        ("yarn", ["node-gyp-build", "tsc"]),
        ("yarn install --immutable", ["node-gyp-build", "tsc"]),
        ("pnpm i --frozen-lockfile", ["node-gyp-build", "tsc"]),
        ("bun install", ["node-gyp-build", "tsc"]),
        ("npm cit", ["node-gyp-build", "tsc", "jest"]),
        ("npm publish", ["jest", "tsc"]),
        ("yarn npm publish", ["jest", "tsc"]),
        ("pnpm publish --dry-run", []),
    ],
)
def test_lifecycle_scripts_are_run_when_installing_or_publishing(leaves: Leaves, command: str, found: list[str]) -> None:
    scripts = {"postinstall": "node-gyp-build", "prepare": "tsc", "prepublishOnly": "jest", "test": "jest", "build": "vite build"}
    assert leaves(command, {"package.json": {"scripts": scripts}}) == found


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("/^lint:.*/", ["eslint .", "stylelint ."]),
        ("/^lint:(js|css)$/", ["eslint .", "stylelint ."]),
        ("/lint/", ["eslint .", "stylelint .", "jest"]),
        ("/^test:ts[0-9]{2}$/", ["tsc"]),
        ("/(a+)+$/", []),
        ("/[/", []),
        ("/^nothing/", []),
    ],
)
def test_pnpm_runs_every_script_of_a_pattern_when_it_is_a_plain_one(run: Run, leaves: Leaves, pattern: str, found: list[str]) -> None:
    files = {"package.json": {"scripts": {"lint:js": "eslint .", "lint:css": "stylelint .", "prelint": "jest", "test:ts59": "tsc"}}}
    assert leaves(f'pnpm run "{pattern}"', files) == found
    assert not run(f'pnpm run "{pattern}"', files)[0].disabled


@pytest.mark.parametrize(
    ("script", "stub"),
    [
        ("echo 'nothing to lint'", True),
        ("true", True),
        ("echo skipped && exit 0", True),
        ("echo \"Error: no test specified\" && exit 1", True),
        ("echo start; eslint .", False),
        ("echo $(eslint .)", False),
        ("echo x | tee y", False),
        ("node lint.js", False),
    ],
)
def test_command_is_left_out_when_its_script_only_says_that_there_is_none(run: Run, script: str, stub: bool) -> None:
    files = {"package.json": {"scripts": {"lint": script}}}
    assert ("npm" not in [one.name for one in run("npm run lint", files)]) == stub


def test_command_stays_when_only_one_of_many_scripts_is_a_stub(run: Run) -> None:
    files = {"a/package.json": {"scripts": {"test": "echo none"}}, "b/package.json": {"scripts": {"test": "jest"}}}
    assert [one.name for one in run("pnpm -r test", files)] == ["pnpm", "echo", "jest"]


def test_run_is_yarns_own_when_a_script_of_yarn_two_says_it(leaves: Leaves) -> None:
    files = {"package.json": {"scripts": {"ci": "run lint && run -T jest", "lint": "eslint ."}}}
    assert leaves("yarn ci", {**files, ".yarnrc.yml": ""}) == ["run lint", "eslint .", "jest"]
    assert leaves("npm run ci", files) == ["run lint", "jest"]


@pytest.mark.parametrize(
    "command",
    [
        "cross-env CI=1 npm run lint",
        "npx dotenv -e .env -- npm run lint",
        "npx env-cmd -f .env npm run lint",
        "CI=1 npm run lint",
        "sudo -E npm run lint",
        "timeout 60 npm run lint",
        "xvfb-run -a npm run lint",
        "npx start-server-and-test lint http://localhost:1 lint",
    ],
)
def test_script_is_reached_when_its_manager_is_wrapped(leaves: Leaves, command: str) -> None:
    assert "eslint ." in leaves(command, {"package.json": {"scripts": {"lint": "eslint ."}}})


def test_wireit_runs_the_command_and_what_it_needs_when_a_script_says_wireit(run: Run) -> None:
    wired = {
        "lint": {"command": "eslint .", "dependencies": ["build", {"script": "../b:build"}, "lint"]},
        "build": {"command": "tsc", "dependencies": ["./../b:build"]},
    }
    files = {
        "a/package.json": {"scripts": {"lint": "wireit", "build": "wireit"}, "wireit": wired},
        "b/package.json": {"scripts": {"build": "vite build"}},
    }
    found = run("cd a && npm run lint", files)[2:]
    assert [one.name for one in found] == ["vite", "tsc", "eslint"]
    assert [(one.span.path, one.span.line) for one in found] == [("b/package.json", 3), ("a/package.json", 17), ("a/package.json", 7)]


def test_script_keeps_its_line_when_its_name_stands_elsewhere_too(run: Run) -> None:
    text = '{\n"files": ["scripts", "lint"],\n"lint": {"scripts": 1},\n"scripts": {\n"a": "echo \\"lint\\": x",\n"lint": "eslint ."\n}}'
    assert run("npm run lint", {"package.json": text})[-1].span.line == 6


def test_softness_of_the_caller_reaches_the_script_when_it_is_ignored(run: Run) -> None:
    found = run("npm run lint || true", {"package.json": {"scripts": {"lint": "eslint ."}}})
    assert [(one.name, one.blocking) for one in found] == [("npm", False), ("eslint", False)]


def test_nothing_is_said_when_package_json_cannot_be_read(run: Run) -> None:
    for text in ("{", "[]", '{"scripts": []}', '{"scripts": {"lint": {}}}', "\ufeff{}", '{"workspaces": 3, "wireit": 1}'):
        assert [one.name for one in run("npm run lint", {"package.json": text})] == ["npm"]
