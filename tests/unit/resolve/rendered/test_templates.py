"""Go templates rendered without Helm."""

from __future__ import annotations

import pytest

from opslint.resolve.rendered.helm.functions import UNKNOWN
from opslint.resolve.rendered.helm.syntax import NotUnderstood, parts_of
from opslint.resolve.rendered.helm.template import Renderer, TooMuch, assembled, define_of

ROOT = {"Values": {"a": "x", "n": 3, "list": [1, 2], "map": {"k": "v", "j": {"i": True}}, "off": False, "empty": {}, "text": "b: c",
                   "tpl": "{{ .Values.a }}!", "num": "0123"},
        "Chart": {"Name": "web", "AppVersion": "1.0"}, "Release": {"Name": UNKNOWN}, "Capabilities": UNKNOWN}
NAMED = define_of(parts_of('{{ define "n" }}<{{ .Values.a }}>{{ end }}{{ define "open" }}{{ .Release.Name }}{{ end }}'
                           '{{ define "loop" }}{{ include "loop" . }}{{ end }}'))


def _render(text: str) -> str:
    return assembled(Renderer(ROOT, NAMED).render(parts_of(text)))[0]


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("plain", "plain"),
        ("{{ .Values.a }}", "x"),
        ("{{ $.Values.map.j.i }}", "true"),
        ("a {{- .Values.n -}} b", "a3b"),
        ("{{ .Values.none | default \"d\" | quote }}", '"d"'),
        ("{{ default .Values.a .Values.off }}", "x"),
        ("{{ .Values.map | toYaml | nindent 2 }}", "\n  j:\n    i: true\n  k: v"),
        ("{{ toYaml .Values.list }}", "- 1\n- 2"),
        ("{{ toYaml .Values.num }}", '"0123"'),
        ("{{ printf \"%s-%d\" .Values.a .Values.n | trunc 3 | trimSuffix \"-\" }}", "x-3"),
        ("{{ if and .Values.a (not .Values.off) }}yes{{ else }}no{{ end }}", "yes"),
        ("{{ if .Values.off }}a{{ else if eq .Values.n 3 }}b{{ else }}c{{ end }}", "b"),
        ("{{ with .Values.map.j }}{{ .i }}{{ end }}{{ with .Values.empty }}x{{ else }}y{{ end }}", "truey"),
        ("{{ range $i, $x := .Values.list }}{{ $i }}={{ $x }};{{ end }}", "0=1;1=2;"),
        ("{{ range $k, $v := .Values.map }}{{ $k }} {{ end }}", "j k "),
        ("{{ range .Values.list }}{{ . }}{{ $.Values.a }}{{ end }}", "1x2x"),
        ("{{ $x := .Values.a }}{{ if true }}{{ $x = \"z\" }}{{ end }}{{ $x }}", "z"),
        ("{{ include \"n\" . | upper }}{{ template \"n\" . }}", "<X><x>"),
        ("{{ (index .Values.list 1) }}{{ (dict \"q\" 7).q }}", "27"),
        ("{{ tpl .Values.tpl . }}", "x!"),
        ("{{/* a comment }} */}}{{- /* b */ -}} c", "c"),
        ("{{ ternary \"a\" \"b\" .Values.off }}{{ coalesce nil \"\" \"w\" }}{{ hasKey .Values \"a\" }}", "bwtrue"),
        ("{{ `raw }}` }}{{ \"\\\"q\\\"\" }}", 'raw }}"q"'),
    ],
)
def test_template_gives_what_helm_gives_when_all_is_known(text: str, rendered: str) -> None:
    assert _render(text) == rendered


@pytest.mark.parametrize(
    "text",
    [
        "{{ .Release.Name }}",
        "a: {{ include \"open\" . | quote }}",
        "{{ include \"missing\" . }}",
        "{{ lookup \"v1\" \"Secret\" \"a\" \"b\" }}",
        "{{ .Values.a | unheardOf }}",
        "{{ printf \"%s\" .Release.Name }}",
        "{{ .Values.map }}",
        "{{ if .Capabilities.x }}a{{ else }}b{{ end }}",
        "{{ range .Capabilities.x }}a{{ end }}",
        "{{ index .Values.list }}",
        "{{ .Values.a | }}",
    ],
)
def test_template_stays_as_written_when_something_is_unknown(text: str) -> None:
    assert _render(text) == text


def test_blanks_stay_beside_what_is_written_as_it_stands() -> None:
    text = "labels:\n  {{- include \"open\" . | nindent 2 }}\n{{- if .Capabilities }}\nx: {{ .Values.a }}\n{{- end }}\n"
    assert _render(text) == text.replace("{{ .Values.a }}", "x").replace("{{- end }}", "{{ end }}")


def test_branch_behind_a_false_one_is_written_as_a_condition_of_its_own() -> None:
    assert _render("{{ if .Values.off }}a{{ else if .Capabilities }}b{{ else }}c{{ end }}") == "{{ if . }}b{{ else }}c{{ end }}"


def test_variable_is_unknown_when_a_branch_that_may_not_run_sets_it() -> None:
    assert _render("{{ $x := 1 }}{{ if .Capabilities }}{{ $x = 2 }}{{ end }}{{ $x }}").endswith("{{ $x }}")


def test_and_is_false_when_a_part_is_whatever_the_unknown_ones_are() -> None:
    assert _render("{{ if and .Capabilities .Values.off }}a{{ else }}b{{ end }}") == "b"
    assert _render("{{ if or .Values.a .Capabilities }}a{{ end }}") == "a"


def test_lines_are_those_of_the_template_when_text_is_left_out_or_added() -> None:
    text = "a: 1\n{{- if .Values.off }}\nb: 2\n{{- end }}\nc:\n  {{- toYaml .Values.map | nindent 2 }}\nd: 4\n"
    rendered, lines = assembled(Renderer(ROOT, NAMED).render(parts_of(text)))
    assert dict(zip(rendered.splitlines(), lines, strict=False)) == {
        "a: 1": 1, "c:": 5, "  j:": 6, "    i: true": 6, "  k: v": 6, "d: 4": 7}


@pytest.mark.parametrize("text", ["{{ if .x }}", "{{ end }}", "{{ else }}", "{{ define \"x\" }}", "{{ range .x }}{{ break }}{{ end }}",
                                  "{{ if .x }}" * 100 + "{{ end }}" * 100])
def test_template_is_refused_when_its_blocks_do_not_fit(text: str) -> None:
    with pytest.raises(NotUnderstood):
        parts_of(text)


BOMB = "{{ $x := list 1 1 }}" + "{{ $x = concat $x $x }}" * 60
TEXT = "{{ $x := \"aaaaaaaaaaaaaaaa\" }}" + "{{ $x = printf \"%s%s\" $x $x }}" * 40
NUMBER = "{{ $x := 99999 }}" + "{{ $x = mul $x $x }}" * 60
NESTED = "{{ range list 1 2 3 4 5 6 7 8 9 }}" * 12 + "x" + "{{ end }}" * 12


@pytest.mark.parametrize("text", [TEXT, NUMBER, NESTED, "{{ include \"loop\" . }}"], ids=["text", "number", "rounds", "self"])
def test_template_is_given_up_when_it_grows_without_end(text: str) -> None:
    with pytest.raises(TooMuch):
        _render(text)


def test_list_is_unknown_when_it_grows_without_end() -> None:
    assert _render(BOMB + "{{ len $x }}") == "{{ len $x }}"


def test_shared_values_are_not_walked_without_end() -> None:
    text = "{{ $x := list 1 1 }}" + "{{ $x = list $x $x }}" * 60 + "{{ toYaml $x }}{{ if eq $x $x }}a{{ end }}"
    assert _render(text) == "{{ toYaml $x }}{{ if eq $x $x }}a{{ end }}"
