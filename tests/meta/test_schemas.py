"""The schemas are schemas, and every rule and tool file keeps to them."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from opslint.knowledge.read import load_data

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = sorted((ROOT / "schemas").glob("*.schema.json"))
TOOLS = sorted((ROOT / "rules" / "tools").glob("*.yaml"))
RULES = sorted(path for path in (ROOT / "rules").glob("*/*.yaml") if path.parent.name != "tools")
MAX_WIDTH = 130
MAX_TOOL_LINES = 80


def schema_of(name: str) -> dict[str, Any]:
    """One of our schemas as plain values."""
    loaded: dict[str, Any] = json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
    return loaded


@functools.cache
def load(path: Path) -> Any:
    """A rule or tool file as plain values, parsed once for all tests."""
    return load_data(str(path))


def errors_of(schema: str, data: Any) -> list[str]:
    """Where a value breaks a schema, in words."""
    validator = Draft202012Validator(schema_of(schema))
    return [f"{'.'.join(map(str, error.absolute_path))}: {error.message}" for error in validator.iter_errors(data)]


def minimal_tool() -> dict[str, Any]:
    """The smallest tool file that is whole."""
    examples = {"match": [{"run": "x", "shows": ["DS101"], "status": "enforced"}], "no-match": [{"run": "pip install x"}]}
    return {"tool": "x", "name": "X", "home": "https://x.example", "signals": [{"shows": ["DS101"], "commands": [["x"]]}],
            "examples": examples}


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_schema_is_valid_draft_2020_12_when_checked(path: Path) -> None:
    Draft202012Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", ["tool", "rule"])
def test_schema_describes_every_property_when_read(name: str) -> None:
    bare: list[str] = []

    def walk(node: Any, place: str) -> None:
        if isinstance(node, dict):
            properties = node.get("properties")
            for key, value in properties.items() if isinstance(properties, dict) else ():
                if "description" not in value and "$ref" not in value:
                    bare.append(f"{place}.{key}")
            for key, value in node.items():
                walk(value, f"{place}.{key}")
        elif isinstance(node, list):
            for number, value in enumerate(node):
                walk(value, f"{place}.{number}")

    walk(schema_of(name), name)
    assert bare == []


def test_tool_files_validate_when_held_against_the_schema() -> None:
    validator = Draft202012Validator(schema_of("tool"))
    broken = [f"{path.name}: {'.'.join(map(str, error.absolute_path))}: {error.message[:200]}"
              for path in TOOLS for error in validator.iter_errors(load(path))]
    assert TOOLS
    assert broken == []


def test_rule_files_validate_when_held_against_the_schema() -> None:
    validator = Draft202012Validator(schema_of("rule"))
    broken = [f"{path.name}: {'.'.join(map(str, error.absolute_path))}: {error.message[:200]}"
              for path in RULES for error in validator.iter_errors(load(path))]
    assert RULES
    assert broken == []


def test_tool_file_is_named_after_its_tool_when_listed() -> None:
    assert [path.name for path in TOOLS if load(path)["tool"] != path.stem] == []


def test_tool_file_stays_readable_when_measured() -> None:
    texts = {path.name: path.read_text(encoding="utf-8").splitlines() for path in TOOLS}
    assert [name for name, lines in texts.items() if len(lines) > MAX_TOOL_LINES] == []
    assert [name for name, lines in texts.items() if max(map(len, lines)) > MAX_WIDTH] == []


def test_tool_practices_exist_when_the_rules_are_listed() -> None:
    known = {path.name.partition("-")[0] for path in RULES}
    named = {(path.name, code) for path in TOOLS for signal in load(path)["signals"]
             for code in (*signal.get("shows", ()), *signal.get("against", ()))}
    assert sorted(f"{name}: {code}" for name, code in named if code not in known) == []


def test_tool_words_match_the_how_to_when_compared() -> None:
    guide = (ROOT / "docs" / "how-to" / "tool.md").read_text(encoding="utf-8")
    signal = schema_of("tool")["$defs"]["signal"]["properties"]
    rows = re.findall(r"^\| ([a-z, -]+) \|", guide.partition("**Effects**")[2], re.MULTILINE)
    effects = {name for row in rows for name in row.split(", ")} - {"effect"}
    contexts = set(re.findall(r"`([a-z-]+)`", guide.partition("**Contexts**")[2]))
    assert set(signal["does"]["items"]["enum"]) == effects
    assert set(signal["context"]["items"]["enum"]) == contexts
    for key in signal:
        assert f"{key}:" in guide, key


def test_rule_keys_match_the_how_to_when_compared() -> None:
    guide = (ROOT / "docs" / "how-to" / "rule.md").read_text(encoding="utf-8")
    schema = schema_of("rule")
    for key in (*schema["properties"], *schema["$defs"]["field"]["properties"], *schema["$defs"]["example"]["properties"]):
        assert f"{key}:" in guide, key


def test_rule_subjects_match_the_how_to_when_compared() -> None:
    guide = (ROOT / "docs" / "how-to" / "rule.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| ([a-z., -]+?) \|", guide.partition("**Subjects**")[2], re.MULTILINE)
    told = {name for row in table for name in row.split(", ")} - {"subject"}
    assert set(schema_of("rule")["$defs"]["field"]["properties"]["for-each"]["enum"]) == told


def test_minimal_tool_is_accepted_when_whole() -> None:
    assert errors_of("tool", minimal_tool()) == []


@pytest.mark.parametrize(("change", "place"), [
    pytest.param({"tool": "Not Kebab"}, "tool", id="id"),
    pytest.param({"home": "x.example"}, "home", id="home"),
    pytest.param({"signals": []}, "signals", id="no-signal"),
    pytest.param({"signals": [{"shows": ["DS101"]}]}, "signals.0", id="no-form"),
    pytest.param({"signals": [{"commands": [["x"]]}]}, "signals.0", id="says-nothing"),
    pytest.param({"signals": [{"shows": ["sast"], "commands": [["x"]]}]}, "signals.0.shows.0", id="no-code"),
    pytest.param({"signals": [{"does": ["dance"], "commands": [["x"]]}]}, "signals.0.does.0", id="effect"),
    pytest.param({"signals": [{"shows": ["DS101"], "commands": ["x"]}]}, "signals.0.commands.0", id="argv"),
    pytest.param({"signals": [{"shows": ["DS101"], "images": ["x:latest"]}]}, "signals.0.images.0", id="image-tag"),
    pytest.param({"signals": [{"shows": ["DS101"], "actions": ["o/r@v1"]}]}, "signals.0.actions.0", id="action-version"),
    pytest.param({"signals": [{"shows": ["DS101"], "comands": [["x"]]}]}, "signals.0", id="unknown-key"),
    pytest.param({"examples": {"match": [], "no-match": [{"run": "y"}]}}, "examples.match", id="no-sample"),
    pytest.param({"examples": {"match": [{"run": "x", "uses": "o/r@v1"}], "no-match": [{"run": "y"}]}}, "examples.match.0",
                 id="two-forms"),
    pytest.param({"examples": {"match": [{"run": "x"}], "no-match": [{"run": "y", "shows": ["DS101"]}]}}, "examples.no-match.0",
                 id="look-alike-that-shows"),
])
def test_tool_is_refused_when_a_key_is_wrong(change: dict[str, Any], place: str) -> None:
    errors = errors_of("tool", minimal_tool() | change)
    assert any(error.startswith(f"{place}:") for error in errors), errors
