"""Whatever the files of a JavaScript repository say, following its commands ends, soon and without an error."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import resolve
from opslint.resolve.follow.javascript.manifest import manifest_at
from opslint.resolve.follow.javascript.workspaces import workspace_of
from opslint.resolve.jobs.places import Files
from opslint.source.trees.memory import MemoryTree

LIMIT = 30
"""Seconds of processor time that only a blow-up takes, on the slowest machine."""

COMMANDS = [
    "npm run a", "npm ci", "npm run a -ws", "yarn workspaces run a", "yarn a", "pnpm -r a", "pnpm -F '...a^...' a", "pnpm run '/a.*/'",
    "bun --filter '*' a", "node --run a", "npx run-s a 'a:*'", "npx run-p '!(a)'", "npx concurrently npm:a* 'npm:(!a)*'", "turbo run a b",
    "turbo a --filter={a}[b]", "nx run-many -t a b", "nx a", "nx run a:a:a", "nx affected -t a", "lerna run a", "deno task a",
    "deno task -r 'a*'", "lint-staged --diff=a", "rush a", "rush build",
    "moon ci", "moon run :a p:a",
]  # fmt: skip
KEYS = ["a", "b", "a:b", "a#b", "^a", "//#a", "$a", "", "./..:a", "../b:a", "*", "**", "!a", "packages/**", "wireit", "nx", "a" * 300]
SECTIONS = [
    "scripts", "wireit", "workspaces", "packages", "tasks", "pipeline", "targets", "targetDefaults", "plugins", "plugin", "options",
    "dependsOn", "command", "commands", "dependencies", "executor", "extends", "projects", "projectFolder", "name", "packageManager",
    "lint-staged", "configurations", "workspace", "cwd", "args", "implicitDependencies", "root", "nx", "include", "targetName", "phases",
    "deps", "globs", "sources", "script", "dependsOn",
]  # fmt: skip
VALUES = ["turbo run a", "nx a", "npm run a && pnpm -r a", "wireit", "@nx/jest/plugin", "nx:run-commands", "@nx/eslint:lint", "yarn@4"]
FILES = [
    "package.json", "p/package.json", "turbo.json", "p/turbo.json", "nx.json", "p/project.json", "angular.json", "deno.json",
    "p/deno.jsonc", "lerna.json", "rush.json", "common/config/rush/command-line.json", ".lintstagedrc", "pnpm-workspace.yaml",
    ".moon/workspace.yml", ".moon/tasks.yml", "p/moon.yml",
]  # fmt: skip
TREES = st.recursive(
    st.sampled_from([None, True, 3, *KEYS, *VALUES]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*KEYS, *SECTIONS]), inner, max_size=6),
    max_leaves=25,
)
ROOTS = st.dictionaries(st.sampled_from(SECTIONS), TREES, max_size=6)


@settings(deadline=None)
@given(files=st.dictionaries(st.sampled_from(FILES), ROOTS, max_size=6), command=st.sampled_from(COMMANDS))
def test_following_ends_when_files_say_anything(files: dict[str, Any], command: str) -> None:
    started = time.process_time()
    _resolve(command, {path: json.dumps(said) for path, said in files.items()})
    assert time.process_time() - started < LIMIT, (files, command)


@settings(deadline=None)
@given(text=st.text(max_size=200) | st.text(alphabet='{}[]":,ab/*\\ \n', max_size=200), path=st.sampled_from(FILES))
def test_following_ends_when_a_file_is_no_json(text: str, path: str) -> None:
    for command in COMMANDS[:: 1 + len(text) % 7]:
        _resolve(command, {path: text})


NAMES = st.text(alphabet='ab":\\é{}\n ', max_size=8)


@given(scripts=st.dictionaries(NAMES, NAMES, max_size=8), indent=st.sampled_from([None, 2]), plain=st.booleans())
def test_script_stands_where_its_key_does_when_package_json_is_read(scripts: dict[str, str], indent: int | None, plain: bool) -> None:
    text = json.dumps({"name": '"scripts": {', "files": ["scripts"], "scripts": scripts}, indent=indent, ensure_ascii=plain)
    manifest = manifest_at("", Files(MemoryTree({"package.json": text})))
    assert manifest is not None
    assert {name: script.text for name, script in manifest.scripts.items()} == scripts
    lines = text.split("\n")
    for name, script in manifest.scripts.items():
        assert lines[script.span.line - 1][script.span.column - 1 :].startswith(json.dumps(name, ensure_ascii=plain))


@pytest.mark.parametrize("count", [100, 1000])
def test_package_json_is_read_once_when_many_commands_ask_for_it(count: int) -> None:
    reads: list[str] = []

    class Counting(MemoryTree):
        def read(self, path: str, limit: int = 5 << 20) -> bytes:
            reads.append(path)
            return super().read(path, limit)

    files = Files(Counting({"package.json": '{"workspaces": ["p/*"]}', "p/a/package.json": "{}", "p/b/package.json": "{}"}))
    for at in range(count):
        assert len(workspace_of(f"p/{at % 3}", files).packages) == 2
    assert sorted(reads) == ["p/a/package.json", "p/b/package.json", "package.json"]


def _resolve(command: str, files: dict[str, str]) -> None:
    workflow = f"on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n          {command}\n          cd p && {command}\n"
    tree = MemoryTree({".github/workflows/ci.yml": workflow, **files})
    assert len(resolve(read_repository(tree), tree).activities) < 5000
