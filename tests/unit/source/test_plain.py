"""Plain values: YAML 1.2's core schema, bounded."""

from __future__ import annotations

import pytest

from opslint.source.plain import Plain, plain
from opslint.source.yaml import parse_yaml


def value_of(text: str) -> Plain:
    return plain(parse_yaml(f"- {text}\n".encode()).documents[0])[0]  # type: ignore[index]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("False", False),
        ("on", "on"),
        ("yes", "yes"),
        ("n", "n"),
        ("null", None),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-7", -7),
        ("+3", 3),
        ("0o17", 15),
        ("0x1F", 31),
        ("017", 17),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("-.inf", "-.inf"),
        (".nan", ".nan"),
        ("1.2.3", "1.2.3"),
        ("1e999", "1e999"),
        ("2024-01-01", "2024-01-01"),
        ("'1'", "1"),
        ('"true"', "true"),
        ("!!str 1", "1"),
        ("!!int '1'", 1),
        ("!x 1", "1"),
        ("9223372036854775807", 2**63 - 1),
        ("9223372036854775808", "9223372036854775808"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("{a: [1]}", {"a": [1]}),
    ],
)
def test_value_is_that_of_the_core_schema_when_written_so(text: str, value: Plain) -> None:
    assert value_of(text) == value
    assert type(value_of(text)) is type(value)


def test_rest_is_null_when_there_are_too_many_values() -> None:
    assert plain(parse_yaml(b"[a, b, c]").documents[0], limit=3) == ["a", "b", None]


def test_order_is_the_authors_when_a_mapping_is_made_plain() -> None:
    value = plain(parse_yaml(b"{z: 1, a: 2, m: 3}").documents[0])
    assert isinstance(value, dict)
    assert list(value) == ["z", "a", "m"]


def test_nothing_is_null_when_there_is_no_node() -> None:
    assert plain(None) is None
