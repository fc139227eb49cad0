"""CODEOWNERS and security policies count only where they are read and say something."""

from __future__ import annotations

import pytest

from opslint.model.resource import Companion
from opslint.parse.companion.table import parse_companion


def owners(text: str, path: str = ".github/CODEOWNERS") -> Companion:
    return parse_companion("codeowners", path, text.encode(), aside=False).companions[0]


def policy(text: str, path: str = "SECURITY.md") -> Companion:
    return parse_companion("security-policy", path, text.encode(), aside=False).companions[0]


@pytest.mark.parametrize("path", ["CODEOWNERS", "docs/CODEOWNERS", ".github/CODEOWNERS", ".gitlab/CODEOWNERS"])
def test_owners_count_when_a_platform_reads_the_place(path: str) -> None:
    found = owners("# who\n* @org/team me@example.org\n", path)
    assert found.effective
    assert found.facts["owners"] == 2
    assert found.span.line == 2


@pytest.mark.parametrize(
    ("text", "path", "why"),
    [
        ("* @a\n", "src/CODEOWNERS", "place"),
        ("", "CODEOWNERS", "owner"),
        ("# * @a\n", "CODEOWNERS", "owner"),
        ("*\n", "CODEOWNERS", "owner"),
        ("* nobody\n", "CODEOWNERS", "owner"),
    ],
)
def test_owners_do_not_count_when_nobody_reads_or_owns(text: str, path: str, why: str) -> None:
    found = owners(text, path)
    assert not found.effective
    assert why in found.why


def test_owner_of_a_section_counts_for_its_lines() -> None:
    found = owners("[Docs][2] @writers\ndocs/\n", ".gitlab/CODEOWNERS")
    assert found.effective
    assert found.facts["rules"] == 1


@pytest.mark.parametrize(
    "text",
    [
        "Mail security@example.org.\n",
        "Report it at https://github.com/o/r/security/advisories/new\n",
        "Please do not report security vulnerabilities through public GitHub issues. Mail sec@x.org instead.\n",
        "Use the private vulnerability reporting feature.\n\nFor a hole in a dependency, please **do not report it here**.\n",
        "Use the private vulnerability reporting form.\n",
        "To report a vulnerability,\nopen an issue and we will get back to you.\n",
        "security [at] example [dot] org\n",
        "Contact: https://example.org/s\n",
        "Do not report vulnerabilities in public issues, contact the maintainers.\n",
    ],
)
def test_policy_counts_when_it_names_a_way_to_report(text: str) -> None:
    found = policy(text)
    assert found.effective, found.why


@pytest.mark.parametrize(
    ("text", "path", "why"),
    [
        ("# Security\n| Version | Supported |\n|---|---|\n| 1.0 | yes |\n", "SECURITY.md", "no way"),
        ("Please do not report vulnerabilities to us.\n", "SECURITY.md", "not to report"),
        ("Mail security@example.org.\n", "sub/SECURITY.md", "place"),
        ("", "SECURITY.md", "no way"),
        ("There is no process yet. Please do not report security problems in issues.\n", "SECURITY.md", "no way"),
        ("For vulnerabilities, please don't open an issue.\n", "SECURITY.md", "no way"),
    ],
)
def test_policy_does_not_count_when_nothing_can_be_reported(text: str, path: str, why: str) -> None:
    found = policy(text, path)
    assert not found.effective
    assert why in found.why


def test_policy_is_read_in_bounded_time_when_it_is_one_long_word() -> None:
    assert not policy("report" + "a" * 1_000_000).effective


def test_settings_tell_protected_branches() -> None:
    text = b"repository: {name: x}\nbranches: [{name: main, protection: {enforce_admins: true}}, {name: dev}]\n"
    facts = parse_companion("settings", ".github/settings.yml", text, aside=False).companions[0].facts
    assert facts == {"keys": ["repository", "branches"], "protected": ["main"], "rulesets": False}
