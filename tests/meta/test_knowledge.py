"""The rules are the catalogue: every practice, at its level, in words the engine knows."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from opslint.knowledge.index import Index
from opslint.knowledge.types import Applies, Rule
from opslint.knowledge.where import knowledge_folder
from opslint.match.facts.table import FACTS
from opslint.match.subjects.table import SUBJECTS
from opslint.model.evidence import Status
from opslint.model.pipeline import Platform

LEVELS = {
    1: "DO101 DO201 DO202 DO204 DO205 DS101 DS103 DS104 DS301 DS302 GO101 GO102 GO201 GO301 GO302 ML101 ML201 ML203 LM101 LM201 "
       "LM302 FO201 FO202 FO203",
    2: "DO102 DO103 DO104 DO203 DO206 DO301 DO302 DS102 DS105 DS106 DS201 DS203 DS206 DS303 DS306 GO103 GO104 GO202 GO203 GO303 "
       "GO305 ML102 ML103 ML202 ML204 ML301 ML302 LM102 LM202 LM203 LM303 FO101 FO204 FO205 FO206 FO302",
    3: "DO303 DO304 DO305 DS107 DS202 DS204 DS205 DS304 DS305 GO204 GO205 GO206 GO304 ML104 ML303 LM103 LM104 LM204 LM205 LM301 "
       "LM304 FO102 FO103 FO207 FO301 FO303 FO304",
}
"""Source: design/cli.md, 'Levels, severity, score'."""

FIELD = ("DO103", "DS301", "DS302", "DS303", "DS304", "GO104", "GO201", "GO202", "GO203", "GO204", "GO301", "GO302", "GO303", "GO304",
         "FO201", "FO202", "FO203", "FO204", "FO205", "FO206", "FO302", "LM102")
"""The practices for which `partial` exists. Source: design/practices.md, 'Status'."""

NEVER_ADVISORY = ("DO104", "DO301", "DO303", "DO305", "DS201", "DS206")
"""Those that publish, notify or report. Source: the same."""

TOOL_SIGNAL = json.loads(Path(knowledge_folder("schemas"), "tool.schema.json").read_text(encoding="utf-8"))["$defs"]["signal"]["properties"]
CONTEXTS = set(TOOL_SIGNAL["context"]["items"]["enum"])
EFFECTS = set(TOOL_SIGNAL["does"]["items"]["enum"])
"""The words of tool files; test_schemas holds them against docs/how-to/tool.md."""

SOURCE = Path(__file__).resolve().parents[2] / "src" / "opslint"


def words(applies: Applies) -> set[str]:
    """Every fact an `applies` map names."""
    return {*applies.any, *applies.all, *applies.none}


def cel_of(rule: Rule) -> str:
    """All CEL of a rule in one text."""
    return " ".join(text for field in rule.fields for text in (field.when, field.holds, field.partly, field.status))


def test_every_practice_has_its_level_when_the_rules_are_read(index: Index) -> None:
    expected = {code: level for level, codes in LEVELS.items() for code in codes.split()}
    assert len(expected) == 87
    assert {rule.code: rule.level for rule in index.rules} == expected


def test_rule_file_is_named_after_code_and_name_when_listed(index: Index) -> None:
    folders = {"DO": "devops", "DS": "devsecops", "GO": "gitops", "ML": "mlops", "LM": "llmops", "FO": "finops"}
    root = Path(knowledge_folder("rules"))
    files = {path.relative_to(root).as_posix() for path in root.glob("*/*.yaml") if path.parent.name != "tools"}
    assert files == {f"{folders[rule.code[:2]]}/{rule.code}-{rule.name}.yaml" for rule in index.rules}


def test_names_identify_a_practice_when_compared(index: Index) -> None:
    assert len({rule.name for rule in index.rules}) == len(index.rules)


def test_methodologies_are_six_with_three_principles_when_read(index: Index) -> None:
    assert [one.code for one in index.methodologies] == ["DO", "DS", "GO", "ML", "LM", "FO"]
    for methodology in index.methodologies:
        assert [one.code for one in methodology.principles] == [f"{methodology.code}{number}" for number in (1, 2, 3)]
        for principle in methodology.principles:
            assert any(rule.code.startswith(principle.code) for rule in index.rules)


def test_partial_exists_for_field_practices_only_when_modes_are_read(index: Index) -> None:
    assert {rule.code for rule in index.rules if rule.mode == "every"} == set(FIELD)


def test_practices_that_report_are_never_advisory_when_read(index: Index) -> None:
    assert {rule.code for rule in index.rules if not rule.soft} >= set(NEVER_ADVISORY)


def test_facts_are_known_when_rules_and_methodologies_name_them(index: Index) -> None:
    named = {word for rule in index.rules for word in words(rule.applies)}
    named |= {word for methodology in index.methodologies for word in words(methodology.applies)}
    assert named - set(FACTS) == set()
    written = {word for rule in index.rules for pair in re.findall(r"\brepo\.([a-z_]\w*)|repo\['([a-z0-9-]+)'\]", cel_of(rule))
               for word in pair if word}
    assert written - set(FACTS) == set()


def test_facts_are_those_of_the_schema_when_compared() -> None:
    schema = json.loads(Path(knowledge_folder("schemas"), "rule.schema.json").read_text(encoding="utf-8"))
    assert set(schema["$defs"]["fact"]["enum"]) == set(FACTS)


def test_subjects_are_made_where_the_table_says_when_their_modules_are_read() -> None:
    modules = {module: import_module(f"opslint.match.subjects.{module}").MAKERS for module in set(SUBJECTS.values())}
    assert {name: module for module, makers in modules.items() for name in makers} == SUBJECTS


def test_subjects_are_known_when_rules_name_them(index: Index) -> None:
    assert {field.subject for rule in index.rules for field in rule.fields} - set(SUBJECTS) == set()
    schema = json.loads(Path(knowledge_folder("schemas"), "rule.schema.json").read_text(encoding="utf-8"))
    assert set(schema["$defs"]["field"]["properties"]["for-each"]["enum"]) == set(SUBJECTS)


def test_every_rule_can_show_when_tools_and_fields_are_counted(index: Index) -> None:
    shown = {code for position in range(len(index.signals)) for code in index.signal(position).signal.shows}
    assert [rule.code for rule in index.rules if not rule.fields and rule.code not in shown] == []


def test_tools_show_practices_that_exist_when_read(index: Index) -> None:
    codes = {rule.code for rule in index.rules}
    for position in range(len(index.signals)):
        entry = index.signal(position)
        assert {*entry.signal.shows, *entry.signal.against} <= codes, entry.tool


def test_tools_speak_words_the_engine_knows_when_read(index: Index) -> None:
    for position in range(len(index.signals)):
        entry = index.signal(position)
        assert set(entry.signal.does) <= EFFECTS, entry.tool
        assert set(entry.signal.context) <= CONTEXTS, entry.tool


def test_contexts_are_all_judged_when_the_matcher_is_read() -> None:
    text = (SOURCE / "match" / "tools" / "signals.py").read_text(encoding="utf-8")
    assert [word for word in sorted(CONTEXTS) if f'"{word}"' not in text] == []


def test_effects_that_rules_ask_for_are_known_when_cel_is_read(index: Index) -> None:
    asked = {word for rule in index.rules for word in re.findall(r"'([a-z-]+)' in it\.(?:does|bites|upstream_does|downstream_does)",
                                                                 cel_of(rule))}
    assert asked - EFFECTS == set()


def test_rule_samples_use_words_of_the_model_when_read(index: Index) -> None:
    statuses = {status.value for status in Status}
    for rule in index.rules:
        for field in rule.fields:
            given = re.findall(r"(?:^\s*(?='[a-z-]+'\s*$)|[?:]\s*)'([a-z-]+)'", field.status)
            assert set(given) <= statuses, rule.code
            assert bool(given) == bool(field.status), rule.code
        assert set(rule.snippets) <= {platform.value for platform in Platform}
        assert set(rule.how) == {"text"}


@pytest.mark.parametrize("field", [name for name in Index.__struct_fields__ if name.endswith("_globs")])
def test_globs_stand_in_their_own_table_when_compiled(index: Index, field: str) -> None:
    plain = field.removesuffix("_globs") + "s"
    assert all(any(mark in name for mark in "*?[") for name in getattr(index, field))
    assert [name for name in getattr(index, plain) if "*" in name] == []


def test_every_signal_is_reachable_when_the_tables_are_read(index: Index) -> None:
    tables: list[dict[str, Any]] = [getattr(index, one.name) for one in msgspec.structs.fields(Index)
                                    if get_args(one.type) == (str, tuple[int, ...])]
    placed = {position for table in tables for row in table.values() for position in row}
    unplaced = [position for position in range(len(index.signals)) if position not in placed]
    assert [index.signal(position).tool for position in unplaced] == []
