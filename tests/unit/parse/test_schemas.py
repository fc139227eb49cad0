"""Schemas of CustomResourceDefinitions are taken out before a file is read, and nothing else is."""

from __future__ import annotations

import pytest

from opslint.parse.kubernetes.schemas import SMALL, without_schema_text
from opslint.source.node import Mapping
from opslint.source.yaml import parse_yaml

HEAD = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: a.b.c\nspec:\n  group: b.c\n"
SCHEMA = "  versions:\n  - name: v1\n    schema:\n      x: |\n        words\n\n        more {{ words }}\n"
SCHEMA += "      # filler\n" * (SMALL // 10)
OTHER = "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  versions:\n  - kept\n"


def cut(text: str) -> str:
    """A text after the cut."""
    return without_schema_text(text.encode()).decode()


@pytest.mark.parametrize("after", ["  scope: Namespaced\nstatus: {}\n", OTHER, "", "  names:\n    kind: A\n"])
def test_schemas_are_gone_and_lines_stay_when_a_definition_is_large(after: str) -> None:
    text = HEAD + SCHEMA + after
    short = cut(text)
    assert "schema:" not in short
    assert short.count("\n") == text.count("\n")
    assert short.endswith(after)
    first = parse_yaml(short.encode()).documents[0]
    assert isinstance(first, Mapping)
    assert (first.mapping("spec") or first).text("group") == "b.c"


def test_last_line_goes_too_when_the_file_ends_without_a_line_end() -> None:
    short = cut(HEAD + SCHEMA + "    status: {}")
    assert "schema" not in short
    assert "status" not in short


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "  versions:\n  - name: v1\n",
        HEAD + SCHEMA + "{{- end }}\n",
        (HEAD + SCHEMA).replace("kind: CustomResourceDefinition", "kind: Other # kind: CustomResourceDefinition"),
        OTHER + "# filler\n" * SMALL,
    ],
    ids=["small", "templated", "another-kind", "no-definition"],
)
def test_text_stays_when_it_is_no_plain_large_definition(text: str) -> None:
    assert cut(text) == text
