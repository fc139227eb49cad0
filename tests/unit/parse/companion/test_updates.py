"""Dependabot, Renovate, pre-commit and GoReleaser are told by what they are set to do."""

from __future__ import annotations

import pytest

from opslint.errors import UnreadableFile
from opslint.model.repository import Parsed
from opslint.parse.companion.table import parse_companion


def read(kind: str, path: str, text: str) -> Parsed:
    return parse_companion(kind, path, text.encode(), aside=False)


def test_dependabot_counts_when_it_updates_something() -> None:
    text = "version: 2\nupdates:\n- package-ecosystem: pip\n  directory: /\n  schedule: {interval: weekly}\n  groups: {all: {}}\n"
    (found,) = read("dependabot", ".github/dependabot.yml", text).companions
    assert found.effective
    assert found.span.line == 3
    assert found.facts == {"updates": 1, "ecosystems": ["pip"], "groups": True, "schedules": ["weekly"], "paused": False}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".github/dependabot.yml", "version: 2\nupdates: []\n"),
        ("dependabot.yml", "updates: [{package-ecosystem: pip}]\n"),
        (".github/dependabot.yml", ""),
    ],
)
def test_dependabot_does_not_count_when_empty_or_misplaced(path: str, text: str) -> None:
    (found,) = read("dependabot", path, text).companions
    assert not found.effective
    assert found.why


def test_renovate_is_read_when_it_has_comments_and_no_quotes() -> None:
    text = '// https://x\n{\n  extends: [\'config:recommended\'], /* all\n  */ "automerge": true,\n  "url": "http://a//b",\n}\n'
    (found,) = read("renovate", "renovate.json5", text).companions
    assert found.effective
    assert found.facts == {"extends": ["config:recommended"], "enabled": True, "managers": [], "automerge": True}
    assert found.node is not None
    assert found.node.text("url") == "http://a//b"


@pytest.mark.parametrize(
    ("path", "text"), [("renovate.json", '{"enabled": false}'), ("a/b/renovate.json", "{}"), ("renovate.json", "[]")]
)
def test_renovate_does_not_count_when_off_or_misplaced(path: str, text: str) -> None:
    (found,) = read("renovate", path, text).companions
    assert not found.effective


def test_renovate_is_found_when_it_lives_in_package_json() -> None:
    found = read("package.json", "package.json", '{"name": "x", "renovate": {"extends": ["config:base"]}}')
    assert [one.kind for one in found.companions] == ["package.json", "renovate"]
    assert found.companions[1].effective


PRECOMMIT = """
default_stages: [pre-commit]
ci: {autofix_prs: false, skip: [mypy]}
repos:
- repo: https://github.com/PyCQA/bandit
  rev: 1.7.5
  hooks:
  - id: bandit
    args: [-c, pyproject.toml]
- repo: local
  hooks:
  - {id: test, entry: pytest, language: system, stages: [manual]}
"""


def test_hooks_are_read_with_their_stages() -> None:
    found = read("pre-commit", ".pre-commit-config.yaml", PRECOMMIT)
    bandit, test = found.hooks
    assert (bandit.repo, bandit.id, bandit.version, bandit.args, bandit.stages, bandit.span.line) == (
        "https://github.com/PyCQA/bandit",
        "bandit",
        "1.7.5",
        ("-c", "pyproject.toml"),
        ("pre-commit",),
        8,
    )
    assert (test.repo, test.entry, test.version, test.stages, test.language) == ("local", "pytest", None, ("manual",), "system")
    assert found.companions[0].facts == {"hooks": 2, "ci": True, "ci_skip": ["mypy"], "autofix": False, "autoupdate": "weekly"}


def test_hooks_do_not_count_when_pre_commit_does_not_read_the_name() -> None:
    found = read("pre-commit", ".pre-commit-config.yml", PRECOMMIT)
    assert found.hooks == ()
    assert not found.companions[0].effective


def test_hooks_are_read_when_prek_has_them_in_toml() -> None:
    text = '[[repos]]\nrepo = "https://github.com/a/b"\nrev = "v1"\nhooks = [{ id = "one" }, { id = "two", args = ["-x"] }]\n'
    found = read("pre-commit", "prek.toml", text)
    assert [(hook.id, hook.version, hook.span.line, hook.args) for hook in found.hooks] == [
        ("one", "v1", 4, ()),
        ("two", "v1", 4, ("-x",)),
    ]


def test_reason_names_the_line_when_the_file_is_no_yaml() -> None:
    with pytest.raises(UnreadableFile) as caught:
        read("pre-commit", ".pre-commit-config.yaml", "repos:\n- a: [\n")
    assert caught.value.line


def test_goreleaser_tells_what_it_signs() -> None:
    text = (
        "builds: [{main: .}]\n"
        "signs: [{cmd: cosign}]\n"
        "sboms: []\n"
        "changelog: {disable: true}\n"
        "dockers: [{build_flag_templates: [--sbom=true]}]\n"
    )
    facts = read("goreleaser", ".goreleaser.yaml", text).companions[0].facts
    assert (facts["builds"], facts["signs"], facts["sboms"], facts["changelog"], facts["attestations"]) == (
        True,
        True,
        False,
        False,
        True,
    )
