"""YAML with positions: what YAML 1.2 says, where it stands, and what hostile files cost."""

from __future__ import annotations

import time

import pytest

from opslint.errors import UnreadableFile
from opslint.source import yaml as yaml_module
from opslint.source.node import Mapping, Scalar, Sequence, boolean_of, is_null, strings_of
from opslint.source.plain import plain
from opslint.source.yaml import YamlFile, parse_yaml

LIMIT = 30
"""Seconds of processor time that only a blow-up takes, on the slowest machine."""


def read(text: str) -> YamlFile:
    return parse_yaml(text.encode())


def root(text: str) -> Mapping:
    document = read(text).documents[0]
    assert isinstance(document, Mapping)
    return document


def reason_for(data: bytes) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as caught:
        parse_yaml(data)
    return caught.value


def test_key_on_stays_text_when_yaml_1_1_would_make_it_true() -> None:
    document = root("on: push\nyes: no\n")
    assert list(document) == ["on", "yes"]
    assert document.text("yes") == "no"


def test_positions_start_at_one_when_read() -> None:
    document = root('a: 1\nb:\n  - "x y"\n')
    key, items = document.key("b"), document.sequence("b")
    assert key is not None
    assert items is not None
    assert (key.line, key.column, key.end_line, key.end_column) == (2, 1, 2, 2)
    item = items.items[0]
    assert (item.line, item.column, item.end_line, item.end_column) == (3, 5, 3, 10)


def test_columns_count_code_points_when_a_line_has_wide_characters() -> None:
    node = root("a: {ü𝄞: x}\n").mapping("a")
    assert node is not None
    value = node.get("ü𝄞")
    assert value is not None
    assert value.column == 9


def test_style_is_kept_when_scalars_are_quoted_or_blocks() -> None:
    document = root("a: x\nb: 'x'\nc: \"x\"\nd: |\n  x\ne: >\n  x\n")
    styles = [value.style for _, _, value in document.items() if isinstance(value, Scalar)]
    assert styles == ["", "'", '"', "|", ">"]


def test_alias_shares_the_node_when_its_anchor_stands_before() -> None:
    document = root("a: &x [1]\nb: *x\n")
    assert document.get("a") is document.get("b")


def test_alias_takes_the_latest_anchor_when_one_is_defined_again() -> None:
    assert plain(root("a: &x 1\nb: &x 2\nc: *x\n")) == {"a": 1, "b": 2, "c": 2}


@pytest.mark.parametrize(("text", "words"), [("a: *x\n", "names no anchor"), ("a: &x [*x]\n", "inside the node")])
def test_alias_is_null_and_told_when_it_leads_nowhere(text: str, words: str) -> None:
    document = read(text)
    assert words in document.problems[0].message
    assert document.problems[0].line == 1


def test_merge_key_gives_its_pairs_when_explicit_ones_do_not_say_otherwise() -> None:
    text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  <<: [*a, *b]\n  x: 3\n"
    merged = root(text).mapping("c")
    assert plain(merged) == {"y": 1, "z": 2, "x": 3}
    assert merged is not None
    assert merged.key("<<") is None


def test_merge_keys_add_up_when_there_are_two_of_them() -> None:
    document = read("a: &a {x: 1}\nb: &b {y: 2}\nc:\n  <<: *a\n  <<: *b\n")
    assert plain(document.documents[0])["c"] == {"x": 1, "y": 2}  # type: ignore[call-overload,index]
    assert document.problems == ()


def test_quoted_merge_sign_is_a_key_when_it_is_quoted() -> None:
    assert plain(root("a: {'<<': {x: 1}}\n")) == {"a": {"<<": {"x": 1}}}


def test_merge_value_is_left_out_and_told_when_it_is_no_mapping() -> None:
    document = read("a:\n  <<: 7\n  x: 1\n")
    assert plain(document.documents[0]) == {"a": {"x": 1}}
    assert "no mapping" in document.problems[0].message


def test_duplicate_key_is_told_and_the_last_wins_when_it_stands_twice() -> None:
    document = read("a: 1\nb: 2\na: 3\n")
    assert plain(document.documents[0]) == {"b": 2, "a": 3}
    assert [(problem.line, problem.message) for problem in document.problems] == [
        (1, 'the key "a" stands again on line 3; the last one wins')
    ]


def test_tag_is_kept_when_it_is_a_custom_one() -> None:
    script = root("a: !reference [.s, script]\n").sequence("a")
    assert script is not None
    assert script.tag == "!reference"
    assert strings_of(script) == (".s", "script")


def test_documents_are_all_read_when_there_are_many_and_empty_ones_fall_away() -> None:
    assert [plain(one) for one in read("a: 1\n---\n# nothing\n---\n- b\n...\n---\nc\n").documents] == [{"a": 1}, ["b"], "c"]


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n", "---\n---\n"])
def test_file_has_no_documents_when_it_is_empty(text: str) -> None:
    assert read(text).documents == ()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_text_is_read_when_it_is_encoded_otherwise(encoding: str) -> None:
    document = parse_yaml("name: ü\n".encode(encoding)).documents[0]
    assert plain(document) == {"name": "ü"}
    assert isinstance(document, Mapping)
    key = document.key("name")
    assert key is not None
    assert key.column == 1


def test_lines_are_counted_once_when_they_end_in_carriage_return_and_newline() -> None:
    document = root("a: |\r\n  x\r\n  y\r\nb: 1\r\n")
    assert document.text("a") == "x\ny\n"
    assert document.pairs["b"][0].line == 4


@pytest.mark.parametrize("text", ["[a:b]", "{k: a:b}", "!reference [.s:mo, script]", "- [http://x:1/y, 'a:b']"])
def test_colon_in_brackets_is_part_of_the_word_when_libyaml_refuses_it(text: str) -> None:
    assert read(text).documents


def test_colons_come_back_when_the_whole_file_was_read_a_second_time() -> None:
    text = "k: {a: b:c}\nurl: 'http://x:y'\nrun: |\n  echo a:b\nc:d: 1\n"
    assert plain(root(text)) == {"k": {"a": "b:c"}, "url": "http://x:y", "run": "echo a:b\n", "c:d": 1}


def test_version_directive_is_accepted_when_it_says_1_2() -> None:
    assert plain(root("%YAML 1.2\n---\na: 1\n")) == {"a": 1}


def test_complex_key_is_a_question_mark_when_it_is_a_list() -> None:
    assert list(root("? [a, b]\n: 1\n")) == ["?"]


@pytest.mark.parametrize(
    ("data", "words", "line"),
    [
        (b"a: 1\nb: c: d\n", "mapping values are not allowed", 2),
        (b"a: [1, 2\n", "while parsing a flow sequence", 2),
        (b"a:\n\t- b\n", "cannot start any token", 2),
        (b"name: caf\xe9\n", "not UTF-8 text: byte 0xe9 on line 1", 1),
        (b"\x7fELF\x02\x01\x01\x00\x00\x00", "binary", 1),
        (b"a: b\n\x00c: d\n", "binary", 2),
        (b"%d" % 1 + b": \x89PNG\r\n\x1a\n\x00\x00\xff", "binary", None),
    ],
)
def test_reason_and_line_are_told_when_a_file_is_no_yaml(data: bytes, words: str, line: int | None) -> None:
    error = reason_for(data)
    assert words in error.reason
    assert error.line == line


def test_control_characters_are_replaced_and_told_when_they_stand_in_text() -> None:
    document = parse_yaml(b'a: "x\x1by"\nb: 1\n')
    assert plain(document.documents[0]) == {"a": "x\ufffdy", "b": 1}
    assert document.problems[0].line == 1


HOSTILE = {
    "brackets": b"[" * 100_000,
    "braces": b"{" * 100_000,
    "dashes": b"- " * 100_000,
    "question marks": b"? " * 50_000,
    "indents": b"".join(b" " * depth + b"a:\n" for depth in range(1500)),
    "alias bomb": b"a: &a [x,x,x,x,x,x,x,x,x,x]\n"
    + b"".join(b"%c: &%c [%s]\n" % (98 + i, 98 + i, b",".join([b"*%c" % (97 + i)] * 10)) for i in range(12)),
    "alias chain": b"a0: &a0 [1]\n" + b"".join(b"a%d: &a%d [*a%d]\n" % (i, i, i - 1) for i in range(1, 1000)),
    "merge bomb": b"a: &a {"
    + b",".join(b"k%d: 1" % i for i in range(3000))
    + b"}\n"
    + b"".join(b"m%d:\n  <<: *a\n" % i for i in range(1000)),
    "colons": b"[" * 300 + b"a:b" + b"]" * 300,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_refused_quickly_when_it_would_explode(name: str) -> None:
    started = time.process_time()
    error = reason_for(HOSTILE[name])
    assert time.process_time() - started < LIMIT
    assert any(words in error.reason for words in ("deep", "more than"))


def test_number_of_nodes_is_bounded_when_a_file_has_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opslint.source.reading.build.MAX_EVENTS", 100)
    assert "more than 100 nodes" in reason_for(b"- a\n" * 200).reason
    assert len(read("- a\n" * 50).documents) == 1


@pytest.mark.parametrize("text", ["a: [x, 'y']\nb: &z {c: !t d}\ne: *z\nf: |\n  g\n", "- 1\n- [a:b]\n", "a: 1\na: 2\n"])
def test_pure_parser_gives_the_same_when_libyaml_is_missing(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with_c = read(text)
    monkeypatch.setattr(yaml_module, "HAVE_C", False)
    without = read(text)
    assert [plain(one) for one in with_c.documents] == [plain(one) for one in without.documents]
    assert [problem.message for problem in with_c.problems] == [problem.message for problem in without.problems]


def test_pure_parser_refuses_deep_brackets_when_libyaml_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_module, "HAVE_C", False)
    assert "brackets nest deeper" in reason_for(b"[" * 100_000).reason


def test_expression_stays_verbatim_when_the_file_parses_without_masking() -> None:
    document = read('a: "{{workflow.name}}"\nb: x-{{inputs.y}}\nc: ${{ github.ref }}\n')
    assert not document.templated
    assert plain(document.documents[0]) == {"a": "{{workflow.name}}", "b": "x-{{inputs.y}}", "c": "${{ github.ref }}"}


def test_null_is_seen_when_a_value_is_left_out_but_not_when_it_is_quoted() -> None:
    document = root("a:\nb: ~\nc: ''\nd: 'null'\n")
    assert [is_null(document.get(key)) for key in "abcdx"] == [True, True, False, False, True]


def test_boolean_is_seen_when_it_is_one_of_yaml_1_2() -> None:
    document = root("a: true\nb: 'False'\nc: yes\n")
    assert [boolean_of(document.get(key)) for key in "abc"] == [True, False, None]


def test_strings_are_flattened_when_lists_nest() -> None:
    assert strings_of(root("a: [x, [y, [z]], ~]\n").get("a")) == ("x", "y", "z")


def test_length_is_that_of_the_items_when_a_list_is_asked() -> None:
    items = root("a: [x, y]\n").get("a")
    assert isinstance(items, Sequence)
    assert len(items) == 2
    assert [item.value for item in items if isinstance(item, Scalar)] == ["x", "y"]
