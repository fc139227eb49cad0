"""A file that breaks its schema is told with line, place and what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from opslint.errors import RuleFileError
from opslint.knowledge.read import load_data
from opslint.knowledge.validate import check, line_of

TOOL = """\
tool: x
name: X
home: https://x.example
signals:
  - shows: [DS101]
    commands: [[x]]
examples:
  match:
    - {run: x, shows: [DS101], status: enforced}
  no-match:
    - {run: pip install x}
"""


def told(tmp_path: Path, text: str) -> str:
    """The message for a tool file, without its path."""
    path = tmp_path / "x.yaml"
    path.write_text(text)
    with pytest.raises(RuleFileError) as caught:
        check(str(path), load_data(str(path)), "tool")
    assert caught.value.hint == "docs/how-to/tool.md shows the form"
    return caught.value.message.removeprefix(f"{path}:")


def test_file_passes_when_it_keeps_to_the_schema(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(TOOL)
    check(str(path), load_data(str(path)), "tool")


@pytest.mark.parametrize(("old", "new", "message"), [
    ("name: X", "nmae: X", '1: "the file": unknown key "nmae"; did you mean "name"?'),
    ("    commands", "    qqqqqq", '5: "signals.0": unknown key "qqqqqq"; expected one of '),
    ("name: X\n", "", '1: "the file": the key "name" is missing'),
    ("name: X", "name: [X]", '2: "name": ["X"] is no string'),
    ("name: X", "name: ''", '2: "name": 0 characters, expected at least 1'),
    ("home: https://x.example", "home: x.example", '3: "home": "x.example" does not fit '),
    ("    commands: [[x]]", "    commands: [[x]]\n    teeth: sharp",
     '7: "signals.0.teeth": "sharp" is not one of "hard", "soft", "external"'),
    ("    - {run: x, shows: [DS101], status: enforced}\n", "    []\n", '8: "examples.match": 0 entries, expected at least 1'),
])
def test_message_says_what_and_expected_when_a_key_is_wrong(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in TOOL
    assert told(tmp_path, TOOL.replace(old, new)).startswith(message)


def test_message_stays_short_when_the_value_is_long(tmp_path: Path) -> None:
    assert len(told(tmp_path, TOOL.replace("name: X", f"name: [{'x' * 5000}]"))) < 200


def test_line_is_the_first_when_the_place_is_unknown(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("a:\n  b:\n    - c: 1\n    - d: 2\n")
    assert line_of(str(path), ["a", "b", 1, "d"]) == 4
    assert line_of(str(path), ["a", "b", 9]) == 2
    assert line_of(str(path), ["z"]) == 1
    assert line_of(str(tmp_path / "none.yaml"), ["a"]) == 1
    path.write_text("a: [\n")
    assert line_of(str(path), ["a"]) == 1
