"""The index comes from the wheel, from the cache, or is compiled; a broken or locked cache is no error."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from opslint.errors import OpslintError
from opslint.knowledge import load, where
from opslint.knowledge.index import Index
from opslint.knowledge.load import encode_index, load_index

compiled: list[tuple[str, ...]] = []


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, index: Index) -> Iterator[Path]:
    """A checkout whose compilation is counted and free, and a cache of its own."""
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "a.yaml").write_text("a: 1\n")

    def compile_index(folders: Any, **_: object) -> Index:
        compiled.append(tuple(folders))
        return index

    compiled.clear()
    monkeypatch.setattr("opslint.knowledge.compile.compile_index", compile_index)
    monkeypatch.setattr(load, "knowledge_folder", lambda name: str(tmp_path / name))
    monkeypatch.setattr(load, "bundled_index", lambda: None)
    monkeypatch.setenv("OPSLINT_CACHE_DIR", str(tmp_path / "cache"))
    yield tmp_path
    compiled.clear()


def cached(checkout: Path) -> list[Path]:
    """The compiled indexes that are kept."""
    return sorted((checkout / "cache").glob("*"))


def test_index_is_compiled_once_when_nothing_changes(checkout: Path, index: Index) -> None:
    assert load_index() == index == load_index()
    assert compiled == [(str(checkout / "rules"),)]
    assert len(cached(checkout)) == 1


def test_index_is_compiled_again_when_a_rule_changes(checkout: Path) -> None:
    load_index()
    (checkout / "rules" / "a.yaml").write_text("a: 12345\n")
    load_index()
    (checkout / "rules" / "b.yaml").write_text("b: 1\n")
    load_index()
    assert len(compiled) == 3


def test_cache_keeps_only_the_newest_when_rules_change_often(checkout: Path) -> None:
    for number in range(8):
        (checkout / "rules" / "a.yaml").write_text("a: " + "x" * number)
        load_index()
    assert len(cached(checkout)) == load.KEPT


@pytest.mark.parametrize("damage", ["empty", "text", "half", "noise", "other-format", "folder"])
def test_index_is_compiled_again_when_the_cache_is_damaged(checkout: Path, index: Index, damage: str) -> None:
    load_index()
    path = cached(checkout)[0]
    data = path.read_bytes()
    path.unlink()
    if damage == "folder":
        path.mkdir()
    else:
        path.write_bytes({"empty": b"", "text": b"no index", "half": data[: len(data) // 2], "noise": os.urandom(5000),
                          "other-format": encode_index(index).replace(b"\xa6format", b"\xa6fxrmat", 1)}[damage])
    assert load_index() == index
    assert len(compiled) == 2


@pytest.mark.parametrize("place", ["file", "below-a-file", "proc"])
def test_index_is_compiled_without_a_cache_when_it_cannot_be_written(checkout: Path, index: Index, monkeypatch: pytest.MonkeyPatch,
                                                                     place: str) -> None:
    (checkout / "file").write_text("x")
    monkeypatch.setenv("OPSLINT_CACHE_DIR", {"file": str(checkout / "file"), "below-a-file": str(checkout / "file" / "x"),
                                             "proc": "/proc/opslint"}[place])
    assert load_index() == index
    assert (checkout / "file").read_text() == "x"


def test_index_is_compiled_without_a_cache_when_there_is_no_home(checkout: Path, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPSLINT_CACHE_DIR", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    assert where.user_cache() is None
    assert load_index() == index


def test_index_of_the_wheel_is_taken_when_it_is_there(checkout: Path, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    (checkout / "index.bin").write_bytes(encode_index(index))
    monkeypatch.setattr(load, "bundled_index", lambda: str(checkout / "index.bin"))
    assert load_index() == index
    assert compiled == []
    (checkout / "index.bin").write_bytes(b"broken")
    assert load_index() == index, "compiled from the rules beside it"
    assert len(compiled) == 1


def test_own_folders_are_compiled_with_ours_when_given(checkout: Path) -> None:
    load_index(("/mine",))
    assert compiled == [(str(checkout / "rules"), "/mine")]


def test_bytes_come_back_the_same_when_encoded_and_decoded(index: Index, tmp_path: Path) -> None:
    path = tmp_path / "index.bin"
    path.write_bytes(encode_index(index))
    assert load._decode(str(path)) == index


@pytest.mark.parametrize(("variables", "expected"), [
    ({"OPSLINT_CACHE_DIR": "/a", "XDG_CACHE_HOME": "/b"}, "/a"), ({"XDG_CACHE_HOME": "/b"}, "/b/opslint"),
    ({"HOME": "/h"}, "/h/.cache/opslint"),
])
def test_cache_is_where_the_variables_say_when_set(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: str) -> None:
    for name in ("OPSLINT_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert where.user_cache() == expected


def test_error_says_what_to_do_when_neither_wheel_nor_checkout_has_the_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(where, "PACKAGE", str(tmp_path / "a" / "b"))
    monkeypatch.setattr(where, "BUNDLED", str(tmp_path / "c"))
    with pytest.raises(OpslintError, match='"rules" is neither') as caught:
        where.knowledge_folder("rules")
    assert "install opslint again" in caught.value.hint
