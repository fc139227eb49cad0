"""Sizes that read well: modules, functions, folders."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import opslint

SOURCE = Path(opslint.__file__).resolve().parent
MODULES = sorted(SOURCE.rglob("*.py"))
FOLDERS = sorted({path.parent for path in MODULES})
MAX_MODULE, MAX_FUNCTION, MAX_CHILDREN = 400, 50, 10


def names(paths: list[Path]) -> list[str]:
    """Paths as test ids."""
    return [path.relative_to(SOURCE.parent).as_posix() for path in paths]


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a module."""
    return [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def test_module_is_short_enough_when_counted() -> None:
    long = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in zip(names(MODULES), MODULES, strict=True)}
    assert {name: lines for name, lines in long.items() if lines > MAX_MODULE} == {}


def test_function_is_short_enough_when_counted() -> None:
    long = {f"{name}:{node.name}": (node.end_lineno or 0) - node.lineno + 1
            for name, path in zip(names(MODULES), MODULES, strict=True) for node in functions(path)}
    assert {name: lines for name, lines in long.items() if lines > MAX_FUNCTION} == {}


def test_folder_has_few_children_when_counted() -> None:
    def children(folder: Path) -> int:
        return sum(1 for path in folder.iterdir()
                   if (path.suffix == ".py" and path.name not in ("__init__.py", "__main__.py")) or (path / "__init__.py").is_file())

    crowded = {name: children(folder) for name, folder in zip(names(FOLDERS), FOLDERS, strict=True) if folder != SOURCE}
    assert {name: count for name, count in crowded.items() if count > MAX_CHILDREN} == {}


def test_package_has_exactly_the_floors_when_listed() -> None:
    floors = {"cli", "app", "report", "judge", "match", "resolve", "parse", "model", "source", "knowledge"}  # design/architecture.md
    assert {path.name for path in SOURCE.iterdir() if (path / "__init__.py").is_file()} == floors
    assert {path.name for path in SOURCE.glob("*.py")} == {"__init__.py", "__main__.py", "errors.py"}


@pytest.mark.parametrize("path", MODULES, ids=names(MODULES))
def test_module_says_what_it_is_for_in_a_sentence_when_read(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring
    assert docstring.split("\n")[0].endswith("."), "the first line is a full sentence"


def test_no_module_is_named_after_nothing_when_listed() -> None:
    assert {path.stem for path in MODULES} & {"utils", "util", "helpers", "helper", "common", "manager", "misc"} == set()
