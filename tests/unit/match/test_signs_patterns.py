"""The expressions of the signs over foreign text: what they need, and that no text makes them slow."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opslint.knowledge.read import load_data
from opslint.knowledge.where import knowledge_folder
from opslint.match.signs.globs import NameTable, fits
from opslint.match.signs.patterns import LONG, Words, alternatives, import_form, literal_in, tamed


def shipped() -> list[str]:
    """Every word of every `texts` of rules/signs.yaml, alternations taken apart."""
    signs = load_data(f"{knowledge_folder('rules')}/signs.yaml")
    entries = [entry for sign in signs.values() if isinstance(sign, dict) for entry in sign.get("texts") or ()]
    words = [word for entry in entries for word in (*entry.get("words", ()), *entry.get("also", ()))]
    return sorted({branch for word in words for branch in alternatives(word)})


@pytest.mark.parametrize(("pattern", "literal"), [
    (r"\.fit(?:_a|_b)?\(", ".fit"), (r"\b\w*ForCausalLM\b", "ForCausalLM"), (r"vectorstores?\b", "vectorstore"), (r"ab*c", "a"),
    (r"ab{2}cd", "cd"), (r"[\]a]bc[^]x]d", "bc"), (r"(?:abc|def)", ""), (r"(?i)abc", ""), (r"ab+c", "ab"), (r"a\.b\w\(", "a.b"),
    (r"^x.yz$", "yz"), (r"((a)b)cd", "cd"),
])  # fmt: skip
def test_literal_is_the_longest_text_every_match_holds(pattern: str, literal: str) -> None:
    assert literal_in(pattern) == literal


@pytest.mark.parametrize(("pattern", "branches"), [
    ("a|b", ["a", "b"]), ("(a|b)c|d", ["(a|b)c", "d"]), (r"a\|b", [r"a\|b"]), ("[a|b]", ["[a|b]"]), ("(?i)a|b", ["(?i)a|b"]),
])  # fmt: skip
def test_alternation_is_taken_apart_when_it_is_the_outermost(pattern: str, branches: list[str]) -> None:
    assert alternatives(pattern) == branches


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(shipped()).flatmap(lambda pattern: st.tuples(
    st.just(pattern), st.from_regex(re.compile(pattern, re.MULTILINE | re.ASCII)))))
def test_shipped_word_is_found_when_its_pattern_matches(case: tuple[str, str]) -> None:
    pattern, text = case
    assert literal_in(pattern) in text
    assert Words([pattern]).search(text.encode()) is not None


@given(st.text(alphabet="ab-_ .(\r\n", max_size=2000))
def test_taming_keeps_lines_and_leaves_short_words(text: str) -> None:
    data = text.encode()
    lines = data.replace(b"\r\n", b"\n").split(b"\n")
    told = tamed(data).split(b"\n")
    assert len(told) == len(lines)
    assert all(after == before for before, after in zip(lines, told, strict=True) if len(before) < LONG)


def test_overlong_word_is_blanked() -> None:
    assert tamed(b"import torch\n" + b"fetch_" * 20_000 + b"\nfetch_a()") == b"import torch\n_\nfetch_a()"


def test_import_is_found_on_the_first_line_and_below() -> None:
    regex = import_form(r"^[ \t]*import[ \t]+(?:NAMES)(?:[. ]|$)", ["a.b", "c"])
    assert regex.search(b"\nimport c")
    assert regex.search(b"\nx\n  import a.b\n")
    assert not regex.search(b"\nx import c\nimport axb")


@pytest.mark.parametrize(("name", "pattern", "shown"), [
    ("abc", "abc", True), ("abc", "ab", False), ("abc", "*", True), ("abc", "a*c", True), ("ac", "a*c", True),
    ("a", "a*a", False), ("abcbd", "*b*d", True), ("abd", "a*b*b*d", False), ("a/b/c", "*/c", True),
    ("abc", "a?c", True), ("abc", "[ab]bc", True),
])  # fmt: skip
def test_name_fits_a_glob_as_a_whole(name: str, pattern: str, shown: bool) -> None:
    assert fits(name, pattern) is shown
    assert bool(NameTable({("fact", "key"): [pattern]}).rows(name)) is shown
