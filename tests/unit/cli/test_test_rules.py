"""What `opslint test-rules` says of rule and tool files, right ones and broken ones."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from opslint.knowledge.where import knowledge_folder

Run = Callable[..., Any]
RULE = """\
code: DS390
name: named-owner
title: The policy names an owner
level: 3
mode: any
why: Somebody must answer.
counts: A security policy.
applies: {any: [operated]}
fields:
  - for-each: companion
    when: it.kind == 'security-policy'
    holds: it.effective
    why: the security policy says how to report
missing: Nothing names an owner.
how:
  text: Add SECURITY.md.
  github: |
    # SECURITY.md
    Write to security@example.com.
sources: [https://example.com/owner]
examples:
  - name: good-1
    platform: github
    status: enforced
    files:
      SECURITY.md: Write to security@example.com.
      .github/workflows/ci.yml: "on: push\\njobs: {a: {runs-on: x, steps: [{run: make}]}}"
  - name: good-2
    platform: gitlab
    status: enforced
    files:
      SECURITY.md: Write to security@example.com.
      .gitlab-ci.yml: "a: {script: make}"
  - name: bad-1
    platform: github
    status: missing
    files:
      .github/workflows/ci.yml: "on: push\\njobs: {a: {runs-on: x, steps: [{run: make}]}}"
  - name: bad-2
    platform: gitlab
    status: missing
    files:
      .gitlab-ci.yml: "a: {script: make}"
"""
TOOL = """\
tool: ownercheck
name: Ownercheck
home: https://example.com/ownercheck
signals:
  - shows: [DS306]
    commands: [[ownercheck]]
    not-commands: [[ownercheck, --version]]
    soft: [--warn]
examples:
  match:
    - {run: ownercheck src, shows: [DS306], status: enforced}
    - {run: ownercheck --warn src, shows: [DS306], status: advisory}
  no-match:
    - {run: ownercheck --version}
"""


@pytest.fixture
def ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small stand-in for our own rules, so that each test compiles in milliseconds."""
    rules, small = Path(knowledge_folder("rules")), tmp_path / "ours"
    (small / "devsecops").mkdir(parents=True)
    for name in ("methodologies.yaml", "signs.yaml", "devsecops/DS306-disclosure-policy.yaml"):
        shutil.copy(rules / name, small / name)
    monkeypatch.setattr("opslint.app.samples.knowledge_folder", lambda _: str(small))
    return small


def write(folder: Path, name: str, text: str | bytes) -> str:
    """Put one file into a folder of its own, and give the folder."""
    (folder / "mine").mkdir(exist_ok=True)
    (folder / "mine" / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return str(folder / "mine")


def test_samples_pass_when_files_are_right(opslint_run: Run, ours: Path) -> None:
    write(ours, "DS390-named-owner.yaml", RULE)
    outcome = opslint_run("test-rules", write(ours, "ownercheck.yaml", TOOL), "-v")
    assert outcome.code == 0, outcome
    assert outcome.out.splitlines() == ["ok   DS390/github/good-1", "ok   DS390/gitlab/good-2", "ok   DS390/github/bad-1",
                                        "ok   DS390/gitlab/bad-2", "ok   ownercheck/match-1",
                                        "ok   ownercheck/match-2", "ok   ownercheck/no-match-3", "7 samples passed, 0 failed"]


def test_sample_fails_with_what_came_when_it_expects_something_else(opslint_run: Run, ours: Path) -> None:
    write(ours, "DS390-named-owner.yaml", RULE.replace("status: missing", "status: partial", 1))
    outcome = opslint_run("test-rules", write(ours, "ownercheck.yaml", TOOL.replace("status: advisory", "status: enforced")))
    assert outcome.code == 1
    rule, tool, last = outcome.out.splitlines()
    assert rule.startswith("FAIL DS390/github/bad-1: expected partial, got missing (no evidence)")
    assert rule.endswith("DS390-named-owner.yaml)")
    assert tool.startswith("FAIL ownercheck/match-2: expected enforced, got {'DS306': 'advisory'}")
    assert last == "5 samples passed, 2 failed"


@pytest.mark.parametrize(("change", "message"), [
    pytest.param(("[[ownercheck]]", "[[other]]"), "expected the tool, but no form fits", id="no-form"),
    pytest.param(("src, shows: [DS306]", "src, shows: [DS306], against: [DS306]"), "expected against ['DS306'], got []", id="against"),
    pytest.param(("{run: ownercheck --version}", "{run: ownercheck --all}"), "expected nothing, got ['DS306']", id="look-alike"),
])
def test_tool_sample_fails_when_the_forms_say_otherwise(opslint_run: Run, ours: Path, change: tuple[str, str], message: str) -> None:
    outcome = opslint_run("test-rules", write(ours, "ownercheck.yaml", TOOL.replace(*change)))
    assert outcome.code == 1
    assert message in outcome.out


BROKEN_RULES = {
    "wrong-key": (("missing: ", "mising: "), ':1: "the file": unknown key "mising"; did you mean "missing"?'),
    "missing-key": (("counts: A security policy.\n", ""), 'the key "counts" is missing'),
    "wrong-level": (("level: 3", "level: 7"), ':4: "level": 7 is not one of 1, 2, 3'),
    "wrong-type": (("code: DS390", "code: 390"), ':1: "code": 390 is no string'),
    "wrong-nested-key": (("    holds:", "    hold:"), '"fields.0"'),
    "unknown-subject": (("for-each: companion", "for-each: planet"), ':10: "fields.0.for-each": "planet" is not one of'),
    "unknown-fact": (("[operated]", "[operatd]"), ':8: "applies.any.0": "operatd" is not one of'),
    "bad-cel": (("it.effective", "it.effective =="), ':12: "holds" is no CEL: 1:16: Syntax error'),
    "unknown-cel-variable": (("it.effective", "that.effective"), ':12: "holds" is no CEL'),
    "bad-yaml": (("level: 3", "level: [3"), "is no YAML"),
    "duplicate-key": (("level: 3", "level: 3\nlevel: 2"), "is no YAML"),
    "duplicate-code": (("code: DS390", "code: DS306"), ':1: the code "DS306" is there already, in '),
    "foreign-code": (("code: DS390", "code: ZZ101"), ':1: the code "ZZ101" belongs to no principle'),
    "no-such-principle": (("code: DS390", "code: DS901"), "belongs to no principle"),
    "key-that-is-no-text": (("level: 3", "level: 3\n1: x"), "the key 1 is no text"),
    "second-document": (("sources:", "---\nsources:"), "is no YAML"),
    "python-object": (("level: 3", "level: !!python/object/apply:os.system ['true']"), "is no YAML"),
}


@pytest.mark.parametrize("kind", sorted(BROKEN_RULES))
def test_rule_file_is_refused_with_place_and_cure_when_broken(opslint_run: Run, ours: Path, kind: str) -> None:
    change, message = BROKEN_RULES[kind]
    assert change[0] in RULE
    outcome = opslint_run("test-rules", write(ours, "DS390-named-owner.yaml", RULE.replace(*change)))
    assert outcome.code == 2, outcome
    assert outcome.out == ""
    assert "DS390-named-owner.yaml:" in outcome.err
    assert message in outcome.err
    assert "\n  hint: " in outcome.err
    assert len(outcome.err) < 4000


BROKEN_TOOLS = {
    "other-name": (("tool: ownercheck", "tool: owner-check"), 'expected the name of the file, "ownercheck"'),
    "unknown-practice": (("- shows: [DS306]", "- shows: [DS999]"), ':5: "shows" names "DS999", and there is no such practice'),
    "unknown-effect": (("- shows: [DS306]", "- shows: [DS306]\n    does: [dance]"), '"signals.0.does.0": "dance" is not one of'),
    "no-samples": (("  no-match:\n    - {run: ownercheck --version}\n", ""), 'the key "no-match" is missing'),
    "form-that-is-no-list": (("[[ownercheck]]", "[ownercheck]"), '"signals.0.commands.0": "ownercheck" is no array'),
}


@pytest.mark.parametrize("kind", sorted(BROKEN_TOOLS))
def test_tool_file_is_refused_with_place_and_cure_when_broken(opslint_run: Run, ours: Path, kind: str) -> None:
    change, message = BROKEN_TOOLS[kind]
    assert change[0] in TOOL
    outcome = opslint_run("test-rules", write(ours, "ownercheck.yaml", TOOL.replace(*change)))
    assert outcome.code == 2, outcome
    assert message in outcome.err
    assert "\n  hint: " in outcome.err


def test_second_tool_of_a_name_is_refused_when_the_first_is_known(opslint_run: Run, ours: Path) -> None:
    write(ours, "ownercheck.yaml", TOOL)
    (ours / "mine" / "more").mkdir()
    (ours / "mine" / "more" / "ownercheck.yaml").write_text(TOOL)
    outcome = opslint_run("test-rules", str(ours / "mine"))
    assert outcome.code == 2
    assert 'the tool "ownercheck" is there already, in ' in outcome.err


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 10)}]\n" for number in range(1, 30))


@pytest.mark.parametrize(("data", "message"), [
    pytest.param(b"", '"the file": null is no object', id="empty"),
    pytest.param(b"just text\n", '"the file": "just text" is no object', id="text"),
    pytest.param(b"- a\n- b\n", "is no object", id="list"),
    pytest.param(bytes(range(256)), "is no text in UTF-8", id="binary"),
    pytest.param(b"code: a\0b\n", "is no YAML", id="nul"),
    pytest.param(b"code: " + b"[" * 50_000, "nested deeper than", id="flow-depth"),
    pytest.param("".join("  " * depth + "a:\n" for depth in range(200)).encode(), "nested deeper than", id="block-depth"),
    pytest.param(BOMB.encode(), "aliases come to more than", id="alias-bomb"),
    pytest.param(b"code: " + b"x" * 2_000_000, "larger than", id="too-large"),
    pytest.param(b"code: " + b"x" * 900_000, "unknown", id="long-value"),
    pytest.param(b"a: &a [*a]\n", "", id="alias-in-itself"),
    pytest.param(b"? [a, b]\n: 1\n", "is no", id="key-that-is-a-list"),
    pytest.param(b"\xef\xbb\xbfcode: x\n", "", id="byte-order-mark"),
])
def test_rule_file_is_refused_in_bounded_time_when_hostile(opslint_run: Run, ours: Path, data: bytes, message: str) -> None:
    if b"x" * 900_000 in data:
        message = '"code"' if b"x" * 2_000_000 not in data else "larger than"
        data = RULE.encode().replace(b"code: DS390", data)
    outcome = opslint_run("test-rules", write(ours, "DS390-named-owner.yaml", data))
    assert outcome.code == 2, outcome
    assert message in outcome.err
    assert len(outcome.err) < 4000


def test_folder_without_samples_is_nothing_to_test_when_given(opslint_run: Run, ours: Path) -> None:
    (ours / "mine").mkdir()
    outcome = opslint_run("test-rules", str(ours / "mine"))
    assert outcome.code == 3
    assert "no rule or tool file" in outcome.err


def test_file_is_refused_when_a_folder_is_wanted(opslint_run: Run, ours: Path) -> None:
    outcome = opslint_run("test-rules", str(ours / "signs.yaml"))
    assert outcome.code == 2
    assert "is a file" in outcome.err


def test_part_of_our_own_rules_is_tested_when_it_is_the_folder(opslint_run: Run, ours: Path) -> None:
    outcome = opslint_run("test-rules", str(ours / "devsecops"))
    assert outcome.code == 0, outcome
    assert outcome.out.endswith(" samples passed, 0 failed\n")


def test_names_are_shown_harmless_when_a_file_has_control_characters(opslint_run: Run, ours: Path) -> None:
    write(ours, "DS390-named-owner.yaml", RULE.replace("name: bad-1", 'name: "bad\\e[31m"').replace("status: missing", "status: partial"))
    outcome = opslint_run("test-rules", str(ours / "mine"))
    assert outcome.code in (1, 2)
    assert "\x1b" not in outcome.out + outcome.err
