"""Our expansion of GitLab pipelines is that of `gitlab-ci-local`, save where a case says why not.

Skipped where it is not installed: `npm ci --ignore-scripts` beside a copy of `gitlab/package.json` and its lock file, and
`GITLAB_CI_LOCAL_PREFIX` naming that folder.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from tests.conformance.expansion import ENTRY, VARIABLE, disagreements, previews, reference_here

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


def test_cases_are_many_and_begin_with_a_pipeline_when_counted() -> None:
    assert len(ALL) >= LEAST
    assert [name for name, case in ALL.items() if ENTRY not in case.files] == []


def test_expansion_is_the_same_when_two_implementations_read_one_pipeline() -> None:
    """All cases in one test, because the other implementation's start is what costs."""
    here = reference_here()
    if here is None:
        pytest.skip(f"gitlab-ci-local and Node 22 are not here; {VARIABLE} may name the folder of their node_modules")
    given = {name: case.files for name, case in ALL.items()}
    unlike: dict[str, str] = {}
    for name, preview in previews(here, given, "--no-json-schema-validation").items():  # the schema knows no null
        if preview.pipeline is None:
            unlike[name] = preview.error
            continue
        found = disagreements(ALL[name].files, preview)
        unlike |= {f"{name}: {place}": told for place, told in found.items() if place not in ALL[name].differs}
        unlike |= {f"{name}: {place}": "the case says they differ" for place in ALL[name].differs.keys() - found.keys()}
    assert unlike == {}
