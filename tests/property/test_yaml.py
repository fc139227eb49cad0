"""Properties of the YAML layer: what holds for every text."""

from __future__ import annotations

import json

from hypothesis import example, given, settings
from hypothesis import strategies as st

from opslint.errors import UnreadableFile
from opslint.source.node import Mapping, Node, Scalar, Sequence
from opslint.source.plain import plain
from opslint.source.reading.actions import actions_in, blocks_of
from opslint.source.reading.templates import mask_actions
from opslint.source.words.expressions import expressions_in, mask_expressions
from opslint.source.yaml import YamlFile, parse_yaml

WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Co", "Cn"), exclude_characters="\ufeff\u2028\u2029\x85")
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=20,
)
PIECES = st.sampled_from(
    [
        "a",
        "b",
        ":",
        ": ",
        "- ",
        "\n",
        "  ",
        "    ",
        "{{ ",
        " }}",
        "{{- if x }}",
        "{{- end }}",
        "{{ else }}",
        "[",
        "]",
        "{",
        "}",
        ",",
        "'",
        '"',
        "|",
        ">",
        "&x",
        "*x",
        "!t ",
        "<<: ",
        "#",
        "${{",
        "$[[",
        "]]",
        "\t",
        "?",
        "%",
        "---\n",
        "...\n",
        "`",
        "\\",
        "é",
        "𝄞",
        "{%",
        "%}",
        "/*",
        "*/",
        "\r\n",
    ]
)
TEXTS = st.lists(PIECES, max_size=40).map("".join)


def parsed_or_refused(data: bytes) -> YamlFile | UnreadableFile:
    """What parsing comes to, a refusal as a value."""
    try:
        return parse_yaml(data)
    except UnreadableFile as error:
        return error


def places(node: Node, lines: list[str]) -> None:
    """Every node stands inside the text, and its end is not before its start."""
    stack = [node]
    while stack:
        one = stack.pop()
        assert 1 <= one.line <= len(lines) + 1
        assert one.column >= 1
        assert (one.end_line, one.end_column) >= (one.line, one.column)
        if isinstance(one, Sequence):
            stack.extend(one.items)
        elif isinstance(one, Mapping):
            for key, value in one.pairs.values():
                stack += [key, value]


@given(VALUES)
def test_json_means_itself_when_it_is_read_as_yaml(value: object) -> None:
    documents = parse_yaml(json.dumps([value], ensure_ascii=False).encode()).documents
    assert plain(documents[0]) == json.loads(json.dumps([value]))


@given(TEXTS)
@example("a: {{ if x }}\n{{ end }}")
@example("{{ x }}: {{ y }}")
@example("? {{ x }}\n: &x [*x]")
@settings(max_examples=300)
def test_any_text_is_read_or_refused_with_a_reason_when_it_is_put_together_from_yaml(text: str) -> None:
    read = parsed_or_refused(text.encode())
    if isinstance(read, UnreadableFile):
        assert read.reason
        assert read.line is None or 1 <= read.line <= text.count("\n") + text.count("\r") + 2
        return
    for document in read.documents:
        places(document, text.splitlines() or [""])
        plain(document)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_with_a_reason(data: bytes) -> None:
    read = parsed_or_refused(data)
    assert not isinstance(read, UnreadableFile) or read.reason


@given(TEXTS)
def test_mask_keeps_length_and_newlines_when_expressions_are_hidden(text: str) -> None:
    masked = mask_expressions(text)
    assert len(masked) == len(text)
    assert [at for at, sign in enumerate(masked) if sign in "\r\n"] == [at for at, sign in enumerate(text) if sign in "\r\n"]
    for one in expressions_in(text):
        assert set(masked[one.start : one.end]) <= set("_\r\n")


@given(TEXTS)
def test_template_mask_keeps_lines_and_columns_when_actions_are_hidden(text: str) -> None:
    actions = list(actions_in(text))
    masked = mask_actions(text, actions, blocks_of(actions)[0])
    before, after = text.split("\n"), masked.split("\n")
    assert len(before) == len(after)
    for old, new in zip(before, after, strict=True):
        assert new == "" or len(new) == len(old)
        assert all(there in (here, " ") or "\ue000" <= there <= "\uf8ff" for here, there in zip(old, new, strict=False))


@given(st.lists(st.tuples(st.from_regex(r"[a-z]{1,6}", fullmatch=True), WORDS), min_size=1, max_size=6))
def test_scalar_stands_where_the_text_says_when_its_line_is_cut_out(pairs: list[tuple[str, str]]) -> None:
    text = "".join(f"- {key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in pairs)
    lines = text.split("\n")
    document = parse_yaml(text.encode()).documents[0]
    assert isinstance(document, Sequence)
    for item, (key, value) in zip(document.items, pairs, strict=True):
        assert isinstance(item, Mapping)
        node = item.get(key)
        assert isinstance(node, Scalar)
        assert json.loads(lines[node.line - 1][node.column - 1 : node.end_column - 1]) == value
