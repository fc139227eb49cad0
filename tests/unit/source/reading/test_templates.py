"""Helm charts are read as far as they can be, with their places and their actions kept."""

from __future__ import annotations

import contextlib
import time

import pytest

from opslint.errors import UnreadableFile
from opslint.source.node import Mapping
from opslint.source.plain import Plain, plain
from opslint.source.yaml import YamlFile, parse_yaml

LIMIT = 30
"""Seconds of processor time that only a blow-up takes, on the slowest machine."""


def read(text: str) -> YamlFile:
    return parse_yaml(text.encode())


def values(text: str) -> Plain:
    document = read(text)
    assert document.templated
    return plain(document.documents[0])


def test_action_stands_verbatim_in_the_value_when_it_is_inline() -> None:
    assert values("image: {{ .Values.image }}:{{ .Values.tag | quote }}\n") == {
        "image": "{{ .Values.image }}:{{ .Values.tag | quote }}"
    }


def test_action_stands_verbatim_in_the_key_when_it_is_one() -> None:
    assert values("a:\n  {{ $key }}: x\nb: {{ y }}\n") == {"a": {"{{ $key }}": "x"}, "b": "{{ y }}"}


def test_lines_and_columns_are_those_of_the_file_when_actions_are_masked() -> None:
    document = read("{{- if .Values.on }}\nkind: X\n{{- end }}\nspec:\n  n: {{ .n }}  # why\n").documents[0]
    assert isinstance(document, Mapping)
    spec = document.mapping("spec")
    assert spec is not None
    value = spec.get("n")
    assert value is not None
    assert (value.line, value.column, value.end_column) == (5, 6, 14)


def test_both_branches_are_read_when_they_fit_together() -> None:
    assert values("a:\n{{- if .x }}\n  - 1\n{{- else }}\n  - 2\n{{- end }}\nb: {{ c }}\n") == {"a": [1, 2], "b": "{{ c }}"}


def test_first_branch_is_read_when_the_others_do_not_fit() -> None:
    text = "a:\n{{- if .x }}\n  - 1\n{{- else }}\n  k: v\n{{- end }}\nb: {{ c }}\n"
    assert values(text) == {"a": [1], "b": "{{ c }}"}


def test_block_is_left_out_when_yaml_breaks_in_it() -> None:
    text = "a:\n  - 1\n{{- if .x }}\n    - : : 2\n{{- end }}\nb: {{ c }}\n"
    assert values(text) == {"a": [1], "b": "{{ c }}"}


def test_value_is_the_action_when_it_stands_alone_below_its_key() -> None:
    assert values("resources:\n  {{- toYaml .Values.resources | nindent 2 }}\nb: 1\n") == {
        "resources": "{{- toYaml .Values.resources | nindent 2 }}",
        "b": 1,
    }


def test_value_is_what_follows_when_an_include_only_begins_it() -> None:
    text = 'labels: {{- include "x" . | nindent 2 }}\n  app: y\nother:\n  {{- include "x" . | nindent 2 }}\n  app: z\n'
    assert values(text) == {"labels": {"app": "y"}, "other": {"app": "z"}}


def test_block_scalar_survives_when_a_deeper_control_line_comes_first() -> None:
    text = "data:\n  run: |\n      {{- if .x }}\n    echo {{ .y }}\n      {{- end }}\n"
    assert values(text) == {"data": {"run": "\necho {{ .y }}\n"}}


def test_comment_action_is_gone_when_it_holds_braces_and_quotes() -> None:
    assert values("{{- /* it's \"}} */ -}}\na: {{ b }}\n") == {"a": "{{ b }}"}


def test_quotes_are_respected_when_braces_stand_in_them() -> None:
    assert values('a: {{ printf "}}" }}\n') == {"a": '{{ printf "}}" }}'}


def test_action_of_several_lines_keeps_the_line_numbers_when_masked() -> None:
    document = read("a: {{ dict\n  1\n}}\nb: 2\n").documents[0]
    assert isinstance(document, Mapping)
    assert document.pairs["b"][0].line == 4


def test_duplicate_keys_are_no_problem_when_branches_make_them() -> None:
    assert read("{{ if x }}\na: 1\n{{ else }}\na: 2\n{{ end }}\n").problems == ()


def test_jinja_statements_are_masked_when_they_stand_on_lines_of_their_own() -> None:
    assert values("{% if x %}\na: 1\n{% endif %}\nb: {{ c }}\n") == {"a": 1, "b": "{{ c }}"}


def test_unquoted_expression_is_read_as_text_when_yaml_would_see_braces() -> None:
    assert values("a: {{workflow.name}}\n") == {"a": "{{workflow.name}}"}


def test_github_expression_is_not_masked_when_the_file_is_broken_elsewhere() -> None:
    with pytest.raises(UnreadableFile, match="line 2"):
        read("a: ${{ x }}\nb: c: d\n")


def test_reason_speaks_of_masking_when_a_template_is_still_no_yaml() -> None:
    with pytest.raises(UnreadableFile, match="once its template actions are masked"):
        read("a: b: {{ c }}\n")


@pytest.mark.parametrize(
    "text",
    [
        "a: " + '{{ "' * 200_000,
        "{{ x }}\n" * 50_000,
        "a: " + "{{ x }}" * 50_000,
        "{{ if x }}\n" * 20_000 + "a: {{ b\n" + "{{ end }}\n" * 20_000,
        "{{ if }}\n" * 200 + "a: b: c {{ x }}\n" + "{{ end }}\n" * 200,
    ],
)
def test_hostile_template_is_done_quickly_when_it_has_many_actions(text: str) -> None:
    started = time.process_time()
    with contextlib.suppress(UnreadableFile):
        read(text)
    assert time.process_time() - started < LIMIT
