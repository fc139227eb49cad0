"""Rules and tools compile to tables that are looked up by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from opslint.errors import RuleFileError
from opslint.knowledge.compile import compile_index
from opslint.knowledge.index import Index

TOOL = """\
tool: {name}
name: {name}
home: https://github.com/own/{name}
signals:
  - shows: [DS101]
    commands: [[{name}], [{name}, sub], ["{name}*"]]
    actions: [own/{name}, "own/*/scan"]
    images: [ghcr.io/own/{name}]
    hooks: [{{repo: github.com/own/{name}, id: {name}}}]
    plugins: [{{system: npm, id: {name}}}]
    kinds: [{name}.example/Scan]
    resources: ["aws_{name}_*"]
    env: ["{name}_ON=true"]
    reports: [sast]
examples:
  match: [{{run: {name}, shows: [DS101], status: enforced}}]
  no-match: [{{run: echo}}]
"""


def folder(tmp_path: Path, **tools: str) -> str:
    """A folder of tools by their file names."""
    for name, text in tools.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    return str(tmp_path)


def test_names_lead_to_signals_when_compiled(tmp_path: Path) -> None:
    index = compile_index([folder(tmp_path, b=TOOL.format(name="b"), a=TOOL.format(name="a"))])
    assert [index.signal(position).tool for position in range(len(index.signals))] == ["a", "b"], "sorted by tool"
    assert index.commands == {"a": (0,), "b": (1,)}
    assert index.command_globs == {"a*": (0,), "b*": (1,)}
    assert index.actions == {"own/a": (0,), "own/b": (1,)}
    assert index.action_globs == {"own/*/scan": (0, 1)}
    assert index.images["ghcr.io/own/a"] == (0,)
    assert index.hooks["github.com/own/a a"] == (0,)
    assert index.plugins["npm a"] == (0,)
    assert index.kinds["a.example/Scan"] == (0,)
    assert index.resource_globs["aws_a_*"] == (0,)
    assert index.env["a_ON"] == (0,)
    assert index.reports["sast"] == (0, 1)


def test_digest_tells_the_content_when_files_change_place_or_words(tmp_path: Path) -> None:
    first, second = tmp_path / "one", tmp_path / "two"
    first.mkdir()
    second.mkdir()
    one = compile_index([folder(first, a=TOOL.format(name="a"))]).digest
    assert compile_index([folder(second, a=TOOL.format(name="a") + "# a comment\n")]).digest == one, "neither place nor comment"
    assert compile_index([folder(second, a=TOOL.format(name="a").replace("[DS101]", "[DS102]"))]).digest != one
    assert compile_index([folder(second, b=TOOL.format(name="b"))]).digest != one


def test_rule_is_found_by_its_code_when_asked(index: Index) -> None:
    rule = index.rule("FO203")
    assert rule is not None
    assert rule.name == "bounded-run-time"
    assert index.rule("FO999") is None


def test_programs_stand_beside_their_fields_when_compiled(index: Index) -> None:
    for rule in index.rules:
        programs = index.programs[rule.code]
        assert len(programs) == len(rule.fields)
        for field, program in zip(rule.fields, programs, strict=True):
            for key in ("when", "holds", "partly", "status"):
                assert bool(getattr(field, key)) == bool(getattr(program, key)), f"{rule.code} {key}"


def test_rules_come_in_the_order_of_the_methodologies_when_listed(index: Index) -> None:
    families = [rule.code[:2] for rule in index.rules]
    assert list(dict.fromkeys(families)) == ["DO", "DS", "GO", "ML", "LM", "FO"]
    for family in set(families):
        codes = [rule.code for rule in index.rules if rule.code[:2] == family]
        assert codes == sorted(codes)


def test_tool_is_refused_when_its_file_has_another_name(tmp_path: Path) -> None:
    with pytest.raises(RuleFileError, match='expected the name of the file, "c"'):
        compile_index([folder(tmp_path, c=TOOL.format(name="a"))])


def test_own_names_are_refused_when_a_second_folder_has_them(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    ours.mkdir()
    theirs.mkdir()
    (theirs / "methodologies.yaml").write_text("methodologies: []\n")
    with pytest.raises(RuleFileError, match=r"methodologies\.yaml:1"):
        compile_index([str(ours), str(theirs)])
