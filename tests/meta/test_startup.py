"""A command imports what it needs and nothing else: the start is most of what a small scan costs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import opslint
from opslint.knowledge.index import Index

SOURCE = Path(opslint.__file__).resolve().parents[1]
LISTING = """
import json, sys
from opslint.cli.main import execute
code = execute(sys.argv[1:])
json.dump({"code": code, "modules": sorted(sys.modules)}, sys.stderr)
"""
HEAVY = ("rich", "jsonschema", "hcl2", "tomllib", "pathspec", "tarfile", "zipfile", "logging", "concurrent.futures", "subprocess",
         "asyncio", "socket", "unittest", "importlib.metadata", "multiprocessing", "pathlib", "dataclasses", "tempfile", "random", "lark")
WORKFLOW = "on: pull_request\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n"


def modules_of(*arguments: str) -> set[str]:
    """Every module that is loaded once a command line has run in a process of its own."""
    done = subprocess.run([sys.executable, "-c", LISTING, *arguments], capture_output=True, text=True, timeout=60, check=True,
                          env={**os.environ, "PYTHONPATH": str(SOURCE)})
    told = json.loads(done.stderr.splitlines()[-1])
    assert told["code"] in (0, 1), done.stderr
    return set(told["modules"])


def loaded(modules: set[str], names: tuple[str, ...]) -> list[str]:
    """Those of some packages that were loaded."""
    return sorted(name for name in names if name in modules)


@pytest.mark.parametrize("arguments", [("--version",), ("--help",)])
def test_nothing_heavy_is_imported_when_only_the_version_or_help_is_asked(arguments: tuple[str, ...]) -> None:
    modules = modules_of(*arguments)
    assert loaded(modules, (*HEAVY, "ruamel", "msgspec", "tree_sitter", "tree_sitter_bash", "cel_expr_python")) == []
    assert sorted(name for name in modules if name.startswith("opslint")) == ["opslint", "opslint.cli", "opslint.cli.late",
                                                                              "opslint.cli.main",
                                                                              "opslint.errors"]


@pytest.mark.parametrize("form", ["json", "text"])
def test_nothing_heavy_is_imported_when_a_small_repository_is_scanned(index: Index, tmp_path: Path, form: str) -> None:
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    (tmp_path / ".github" / "workflows" / "ci.yml").write_text(WORKFLOW)
    modules = modules_of("scan", str(tmp_path), "--format", form, "--color", "never")
    assert loaded(modules, (*HEAVY, "tree_sitter", "tree_sitter_bash")) == []
    assert [name for name in modules if name.startswith(("opslint.parse.gitlab.", "opslint.parse.argo."))] == []
    assert "opslint.knowledge.compile" not in modules


def test_no_module_of_ours_imports_what_is_slow_when_read() -> None:
    slow = {"import dataclasses", "from dataclasses", "import logging", "import pathlib", "from pathlib", "import asyncio"}
    offenders = [f"{path.name}: {line}" for path in sorted((SOURCE / "opslint").rglob("*.py"))
                 for line in path.read_text(encoding="utf-8").splitlines() if line.startswith(tuple(slow))]
    assert offenders == []
