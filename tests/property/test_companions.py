"""Whatever the bytes: a companion parser gives a result or a reason, in bounded time, with places inside the file."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opslint.errors import UnreadableFile
from opslint.model.repository import Parsed
from opslint.parse.argo.depends import dependence_of
from opslint.parse.companion.infrastructure.headers import headers_of, string_end
from opslint.parse.companion.table import COMPANIONS, companion_kind, parse_companion
from opslint.parse.kubernetes import parse_manifests
from opslint.source.span import Span
from opslint.source.yaml import parse_yaml

NAMES = {"setup.py": "setup.py", "conan": "conanfile.txt", "terraform": "main.tf", "pom": "pom.xml", "notebook": "n.ipynb"}
WORDS = st.sampled_from(
    [
        "a",
        "1.0",
        "\n",
        "  ",
        "\t",
        ":",
        "- ",
        "[",
        "]",
        "{",
        "}",
        "(",
        ")",
        '"',
        "'",
        "=",
        "==",
        ">=",
        ",",
        "#",
        "//",
        "/*",
        "<<EOF",
        "EOF",
        "\\",
        "${",
        "{{",
        "}}",
        "$",
        "%",
        "<a>",
        "</a>",
        "<",
        "@x",
        "@",
        "gem ",
        "pod ",
        "RUN ",
        "FROM x",
        "require ",
        "dependencies",
        "[dependencies]",
        "resource ",
        '"x" ',
        "import ",
        "from x import y",
        "on",
        "name",
        "version",
        "---",
        "&a ",
        "*a",
        "!t ",
        "é",
        "\x00",
        "\r\n",
        "group :test do",
        "end",
        "deps",
        "kind: List",
        "apiVersion: v1",
        "items:",
    ]
)
TEXTS = st.lists(WORDS, max_size=60).map("".join)


def read(kind: str, path: str, data: bytes) -> Parsed | None:
    """What a parser gives, None where it gives a reason; anything else it raises fails the test."""
    try:
        return parse_companion(kind, path, data, aside=False)
    except UnreadableFile:
        return None


def spans_of(parsed: Parsed) -> list[Span]:
    found = [one.span for group in (parsed.dependencies, parsed.companions, parsed.blocks, parsed.hooks) for one in group]
    return found + [span for dockerfile in parsed.dockerfiles for _, _, span in dockerfile.instructions]


@pytest.mark.parametrize("kind", sorted(kind for kind, row in COMPANIONS.items() if row.reads))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=TEXTS)
def test_parser_gives_a_result_or_a_reason_for_any_text(kind: str, text: str) -> None:
    path = NAMES.get(kind, "a/file")
    parsed = read(kind, path, text.encode())
    if parsed is None:
        return
    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    for span in spans_of(parsed):
        assert span.path == path
        assert 1 <= span.line <= lines + 1
        assert span.column >= 1


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=200), kind=st.sampled_from(sorted(kind for kind, row in COMPANIONS.items() if row.reads)))
def test_parser_gives_a_result_or_a_reason_for_any_bytes(data: bytes, kind: str) -> None:
    read(kind, NAMES.get(kind, "a/file"), data)


@given(path=st.text(max_size=80))
def test_kind_is_known_or_none_for_any_path(path: str) -> None:
    kind = companion_kind(path)
    assert kind is None or kind in COMPANIONS


@given(text=st.text(alphabet='"${}\\\n ab%', max_size=60))
def test_string_ends_inside_the_text(text: str) -> None:
    assert 1 <= string_end('"' + text, 0) <= len(text) + 1


@given(text=TEXTS)
def test_outline_is_ordered_and_inside_the_text(text: str) -> None:
    last = 0
    for header in headers_of(text):
        assert last <= header.start < header.end <= len(text)
        last = header.end


@given(expression=st.text(alphabet="ab.&|!() Failed", max_size=60))
def test_depends_is_read_for_any_expression(expression: str) -> None:
    found = dependence_of(expression)
    assert found.when in {"", "always", "on-failure"}
    assert set(found.handled) <= set(found.names)


KEYS = st.sampled_from(
    [
        "spec",
        "templates",
        "name",
        "steps",
        "dag",
        "tasks",
        "template",
        "depends",
        "container",
        "image",
        "command",
        "args",
        "script",
        "source",
        "onExit",
        "hooks",
        "exit",
        "entrypoint",
        "workflowSpec",
        "suspend",
        "triggers",
        "inline",
        "templateRef",
        "metadata",
        "items",
        "argoWorkflow",
        "resource",
        "containerSet",
        "containers",
        "when",
        "continueOn",
        "failed",
        "kind",
        "dependencies",
        "k8s",
    ]
)
VALUES = st.recursive(
    st.sampled_from(["a", "b", "sh", "-c", "", "a.Failed", "Workflow", "true", "{{x}}"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=25,
)


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(["Workflow", "CronWorkflow", "WorkflowTemplate", "Sensor", "EventSource", "List", "Deployment"]),
    spec=VALUES,
)
def test_manifest_is_read_whatever_stands_in_it(kind: str, spec: object) -> None:
    import json

    text = json.dumps(
        {"apiVersion": "argoproj.io/v1alpha1", "kind": kind, "metadata": {"name": "x"}, "spec": spec, "items": spec}
    )
    parsed = parse_manifests("m.yaml", parse_yaml(text.encode()), aside=False)
    assert parsed.file.path == "m.yaml"
    for pipeline in parsed.pipelines:
        ids = {job.id for job in pipeline.jobs}
        assert all(set(job.needs) <= ids - {job.id} or job.id == "hooks" for job in pipeline.jobs)
