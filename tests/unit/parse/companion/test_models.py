"""Model cards, pipelines of data, notebooks and API descriptions are recognised by what they say."""

from __future__ import annotations

import json

import pytest

from opslint.model.repository import FileStatus
from opslint.parse.companion.imports import imports_in
from opslint.parse.companion.table import parse_companion


@pytest.mark.parametrize(
    ("source", "modules"),
    [
        ("import torch\nfrom sklearn.linear_model import X\n", {"torch", "sklearn"}),
        ("import a.b as c, d\n", {"a", "d"}),
        ("    import lazy\n", {"lazy"}),
        ("from . import x\nfrom .a import b\n", set()),
        ("# import no\nx = 'import no'\nimportant = 1\n", set()),
        ("from __future__ import annotations\n", {"__future__"}),
    ],
)
def test_python_imports_are_top_level_modules(source: str, modules: set[str]) -> None:
    assert imports_in("a.py", source.encode()) == modules


def test_notebook_imports_are_found_in_its_cells() -> None:
    cells = [
        {"cell_type": "code", "source": ["import torch\n", "from openai import OpenAI\n"]},
        {"cell_type": "code", "source": "x=1\nimport mlflow"},
    ]
    data = json.dumps({"cells": cells}).encode()
    assert imports_in("n.ipynb", data) == {"torch", "openai", "mlflow"}
    facts = parse_companion("notebook", "n.ipynb", data, aside=False).companions[0].facts
    assert facts == {"imports": ["mlflow", "openai", "torch"]}


def test_script_imports_are_packages() -> None:
    source = (
        b"import OpenAI from 'openai';\n"
        b"import {\n"
        b"  A,\n"
        b'} from "@huggingface/inference/x";\n'
        b"const x = require('langchain/llms');\n"
        b"import './y';\n"
    )
    assert imports_in("a.ts", source) == {"openai", "@huggingface/inference", "langchain"}


def test_imports_end_in_bounded_time_when_a_file_is_one_line() -> None:
    assert imports_in("a.js", b"import " + b"a" * 3_000_000) == frozenset()
    assert imports_in("a.py", b"import " + b"a, " * 1_000_000) == {"a"}


CARD = b"---\nlibrary_name: transformers\nbase_model: meta-llama/x\nlicense: mit\n---\n# Model\nText here.\n"


def test_readme_is_a_model_card_when_its_front_matter_is() -> None:
    found = parse_companion("readme", "README.md", CARD, aside=False)
    (card,) = found.companions
    assert found.file.kind == "modelcard"
    assert (card.kind, card.facts["base_model"], card.facts["license"], card.facts["words"]) == (
        "modelcard",
        ["meta-llama/x"],
        "mit",
        4,
    )
    assert card.facts["dataset"] is False


@pytest.mark.parametrize("data", [b"# Hello\n", b"---\ntitle: x\n---\nText\n", b"---\n: [\n---\n"])
def test_readme_is_none_when_it_is_not(data: bytes) -> None:
    assert parse_companion("readme", "README.md", data, aside=False).companions == ()


def test_dvc_tells_its_stages_and_commands() -> None:
    text = (
        b"stages:\n"
        b"  prepare: {cmd: python p.py}\n"
        b"  train:\n"
        b"    foreach: [1]\n"
        b"    do: {cmd: [python t.py, echo], metrics: [m.json]}\n"
    )
    facts = parse_companion("dvc", "dvc.yaml", text, aside=False).companions[0].facts
    assert facts == {
        "stages": ["prepare", "train"],
        "commands": ["python p.py", "python t.py", "echo"],
        "metrics": True,
        "plots": False,
    }


def test_mlproject_tells_its_entry_points() -> None:
    text = b"name: x\nentry_points:\n  main: {command: python train.py}\n"
    facts = parse_companion("mlproject", "MLproject", text, aside=False).companions[0].facts
    assert facts == {"name": "x", "entry_points": ["main"], "commands": ["python train.py"]}


def test_api_description_is_told_by_its_version() -> None:
    facts = parse_companion("openapi", "openapi.yaml", b"info: {}\nopenapi: 3.1.0\n", aside=False).companions[0].facts
    assert facts == {"dialect": "openapi", "version": "3.1.0"}
    assert parse_companion("openapi", "openapi.yaml", b"a: 1\n", aside=False).file.status is FileStatus.SKIPPED


def test_prompt_tells_its_tool() -> None:
    assert parse_companion("prompt", "promptfooconfig.yaml", b"", aside=False).companions[0].facts == {"tool": "promptfoo"}
