"""Variables filled in, and starts of a job, for any text: they end, stay bounded, and never raise."""

from hypothesis import given, settings
from hypothesis import strategies as st

from opslint.parse.discovery.discover import read_repository
from opslint.parse.gitlab.variables import MAX_VALUE, filled, names_in
from opslint.resolve.activities import resolve
from opslint.source.trees.memory import MemoryTree

NAMES = st.sampled_from(["A", "B", "C", "D"])
PIECES = st.sampled_from(["$A", "${B}", "$C", "${D", "$$", "$", "{", "}", "x", " ", "$[[ inputs.a ]]", "é"])
TEXTS = st.lists(PIECES, max_size=12).map("".join)


@given(TEXTS, st.dictionaries(NAMES, TEXTS))
def test_filling_in_ends_and_stays_bounded_for_any_variables(text: str, variables: dict[str, str]) -> None:
    result = filled(text, variables)
    assert len(result) <= max(MAX_VALUE, len(text))
    assert filled(text, {}) == text
    if not names_in(text) & variables.keys():
        assert result == text


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(NAMES, TEXTS), st.lists(st.dictionaries(NAMES, st.lists(TEXTS, max_size=3)), max_size=3), TEXTS)
def test_starts_are_read_without_an_exception_for_any_matrix(
    variables: dict[str, str], matrix: list[dict[str, list[str]]], script: str
) -> None:
    import json

    job = {"script": ["run " + script], "variables": variables, "parallel": {"matrix": matrix}}
    tree = MemoryTree({".gitlab-ci.yml": json.dumps({"job": job})})
    assert len(resolve(read_repository(tree), tree).activities) <= 40 * 20
