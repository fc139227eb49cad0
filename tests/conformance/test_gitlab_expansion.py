"""Our expansion of GitLab pipelines is that of `gitlab-ci-local`, save where a case says why not.

Skipped where it is not installed: `npm ci --ignore-scripts` beside a copy of `gitlab/package.json` and its lock file, and
`OPSLINT_GITLAB_CI_LOCAL` naming that folder.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.conformance.expansion import ENTRY, VARIABLE, Preview, disagreements, previews, reference_here

CASES = Path(__file__).resolve().parent / "gitlab"
LEAST = 60


class Case(msgspec.Struct, frozen=True):
    """One pipeline: its files, and what we knowingly tell otherwise, by place, with the reason."""

    files: dict[str, str]
    differs: dict[str, str]


def read_cases() -> dict[str, Case]:
    """Every case of every file, by its name."""
    from ruamel.yaml import YAML

    found: dict[str, Case] = {}
    for path in sorted(CASES.glob("*.yaml")):
        for name, told in YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")).items():
            assert name not in found, f"two cases are named {name}"
            differs = told.pop("differs", {})
            found[name] = Case(files=told, differs=differs)
    return found


ALL = read_cases()


@pytest.fixture(scope="module")
def reference() -> dict[str, Preview]:
    """What the other implementation makes of every case; all at once, because its start is what costs."""
    here = reference_here()
    if here is None:
        pytest.skip(f"gitlab-ci-local and Node 22 are not here; {VARIABLE} may name the folder of their node_modules")
    return previews(here, {name: case.files for name, case in ALL.items()}, "--no-json-schema-validation")  # it knows no null


def test_cases_are_many_and_begin_with_a_pipeline_when_counted() -> None:
    assert len(ALL) >= LEAST
    assert [name for name, case in ALL.items() if ENTRY not in case.files] == []


@pytest.mark.xdist_group("gitlab-ci-local")
@pytest.mark.parametrize("name", sorted(ALL))
def test_expansion_is_the_same_when_two_implementations_read_one_pipeline(name: str, reference: dict[str, Preview]) -> None:
    preview = reference[name]
    assert preview.pipeline is not None, preview.error
    found = disagreements(ALL[name].files, preview)
    assert {place: told for place, told in found.items() if place not in ALL[name].differs} == {}
    assert set(ALL[name].differs) - set(found) == set(), "the case says that these differ, but they do not"
