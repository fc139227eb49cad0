"""Nodes that know the file they stand in."""

from opslint.parse.values.sourced import sourced
from opslint.source.node import Mapping, Node, Scalar, Sequence, path_of
from opslint.source.yaml import parse_yaml


def root(text: str) -> Mapping:
    (document,) = parse_yaml(text.encode()).documents
    assert isinstance(document, Mapping)
    return document


def copied(text: str, path: str = "a.yml") -> Mapping:
    node = sourced(root(text), path)
    assert isinstance(node, Mapping)
    return node


def test_every_node_knows_its_file_and_keeps_its_place() -> None:
    node = copied("a:\n  b: [c, !t d]\n")
    key, inner = node.pairs["a"]
    assert isinstance(inner, Mapping)
    items = inner.sequence("b")
    assert items is not None
    nodes: list[Node] = [node, key, inner, items, *items]
    assert [path_of(one, "other") for one in nodes] == ["a.yml"] * 6
    assert [(one.line, one.column) for one in items] == [(2, 7), (2, 10)]
    assert (items.items[1].tag, items.end_column) == ("!t", 15)


def test_default_stands_in_when_a_node_does_not_know_its_file() -> None:
    assert path_of(root("a: b\n"), "x.yml") == "x.yml"
    assert path_of(None, "x.yml") == "x.yml"


def test_file_stays_when_a_node_is_copied_for_another() -> None:
    inner = copied("a: {b: c}\n")
    again = sourced(inner, "b.yml")
    assert isinstance(again, Mapping)
    value = again.mapping("a")
    assert value is not None
    assert {path_of(again, ""), path_of(value, ""), path_of(value.get("b"), "")} == {"a.yml"}


def test_shared_nodes_stay_shared() -> None:
    node = copied("a: &x [1]\nb: *x\n")
    assert node.get("a") is node.get("b")


def test_scalars_are_changed_when_asked_and_keys_only_to_scalars() -> None:
    replacement = Sequence(None, None, 1, 1)

    def change(scalar: Scalar) -> Node | None:
        return replacement if scalar.value == "x" else None

    node = sourced(root("x: x\ny: [x, z]\n"), "a.yml", change)
    assert isinstance(node, Mapping)
    assert node.get("x") is replacement
    items = node.sequence("y")
    assert items is not None
    assert items.items[0] is replacement
