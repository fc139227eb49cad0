"""Filling in and matrices never fail on foreign bytes, and places stay inside the text."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from opslint.parse.discovery.discover import read_repository
from opslint.parse.github.matrix import legs_of
from opslint.resolve.activities import resolve
from opslint.resolve.jobs.github.facts import filled
from opslint.source.node import Mapping
from opslint.source.trees.memory import MemoryTree
from opslint.source.yaml import parse_yaml

PIECES = st.sampled_from([
    "${{ matrix.a }}", "${{ inputs.b }}", "${{ format('{0}{0}', matrix.a) }}", "${{", "}}", "echo x=1 >> $GITHUB_OUTPUT\n", "'", '"', "\n",
    "make ", "${{ steps.s.outputs.x }}", "${{ env.E }}", " && ", "é", "\x01", "{0}", "bandit -r src\n",
])
TEXTS = st.lists(PIECES, max_size=20).map("".join)
FACTS = {"matrix.a": "long value\nof two lines", "inputs.b": ""}


@given(TEXTS)
def test_offsets_lead_back_into_the_written_text_when_anything_is_filled_in(text: str) -> None:
    told = filled(text, FACTS)
    places = [told.back(offset) for offset in range(len(told.text) + 1)]
    assert places == sorted(places)
    assert all(0 <= place <= len(text) for place in places)
    if not told.cuts:
        assert told.text == text


LEAVES = st.sampled_from(["a", "1.0", "true", "null", "'x'", "\"${{ fromJSON('[1,2]') }}\"", "'${{ x'"])


@given(st.recursive(LEAVES, lambda inner: st.one_of(
    st.lists(inner, max_size=4).map(lambda items: "[" + ", ".join(items) + "]"),
    st.dictionaries(st.sampled_from(["a", "b", "include", "exclude"]), inner, max_size=4).map(
        lambda items: "{" + ", ".join(f"{key}: {value}" for key, value in items.items()) + "}")), max_leaves=20))
def test_legs_agree_in_their_keys_when_the_matrix_is_anything(matrix: str) -> None:
    job = parse_yaml(f"strategy: {{matrix: {matrix}}}\n".encode()).documents[0]
    legs = legs_of(job if isinstance(job, Mapping) else None)
    if legs is not None:
        assert 0 < len(legs.legs) <= 256
        assert len({frozenset(leg) for leg in legs.legs}) == 1


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS)
def test_resolving_never_fails_when_steps_hold_anything(first: str, second: str) -> None:
    def block(text: str) -> str:
        return "".join(f"\n          {line}" for line in text.replace("\x01", "?").split("\n"))

    workflow = ("on: [push, workflow_call]\njobs:\n  a:\n    runs-on: x\n    strategy: {matrix: {a: [x, y]}}\n    steps:\n"
                f"      - id: s\n        run: |{block(first)}\n      - run: |{block(second)}\n")
    tree = MemoryTree({".github/workflows/ci.yml": workflow, "Makefile": "all:\n\tbandit .\n"})
    assert all(one.span.line >= 1 and one.span.column >= 1 for one in resolve(read_repository(tree), tree).activities)
