"""Rule and tool files become values, and what is wrong with one is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from opslint.errors import RuleFileError
from opslint.knowledge.read import (
    MAX_BYTES,
    address_of,
    applies_from,
    load_data,
    rule_from,
    rule_samples,
    tool_from,
    tool_samples,
    yaml_files,
)
from opslint.knowledge.types import ActionForm, Applies, HookForm, PluginForm


@pytest.mark.parametrize("written", [
    "https://github.com/PyCQA/bandit", "https://github.com/PyCQA/bandit.git", "http://github.com/pycqa/bandit/",
    "git@github.com:PyCQA/bandit.git",
    "ssh://git@github.com/PyCQA/bandit", "git://github.com/PyCQA/bandit.git", "github.com/PyCQA/bandit",
])
def test_address_is_the_same_when_spelled_another_way(written: str) -> None:
    assert address_of(written).replace("git@", "") == "github.com/pycqa/bandit"


def test_files_are_sorted_and_links_to_folders_left_when_listed(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.yml", "c.txt", "sub/d.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("a: 1\n")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    assert [Path(path).relative_to(tmp_path).as_posix() for path in yaml_files(str(tmp_path))] == ["a.yml", "b.yaml", "sub/d.yaml"]


def test_values_keep_their_yaml_1_2_meaning_when_loaded(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("on: push\nyes: no\na: &x [1, two]\nb: *x\nc: [https://a.example/b:c, d]\n")
    assert load_data(str(path)) == {"on": "push", "yes": "no", "a": [1, "two"], "b": [1, "two"], "c": ["https://a.example/b:c", "d"]}


@pytest.mark.parametrize(("text", "line", "message"), [
    pytest.param(b"a: 1\nb: [2\nc: 3\n", 3, "is no YAML", id="unclosed"),
    pytest.param(b"a: 1\n\tb: 2\n", 2, "is no YAML", id="tab"),
    pytest.param(b"a: 1\na: 2\n", 2, "is no YAML", id="duplicate-key"),
    pytest.param(b"a: 1\nb: \xff\n", 2, "UTF-8", id="not-utf-8"),
    pytest.param(b"a: *x\n", 1, "stands for nothing", id="unknown-alias"),
    pytest.param(b"a: &x\n  b: *x\n", 2, "stands for nothing", id="alias-in-itself"),
    pytest.param(b"a: !!python/name:os.system x\n", 1, "is no YAML", id="python-tag"),
    pytest.param(b"a:\n" + b"".join(b" " * depth + b"- \n" for depth in range(1, 100)), 60, "nested deeper", id="depth"),
])
def test_error_names_path_and_line_when_a_file_is_broken(tmp_path: Path, text: bytes, line: int, message: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(text)
    with pytest.raises(RuleFileError) as caught:
        load_data(str(path))
    assert caught.value.message.startswith(f"{path}:{line}: ")
    assert message in caught.value.message
    assert caught.value.hint


def test_error_says_why_when_a_file_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(RuleFileError, match="cannot be read: No such file"):
        load_data(str(tmp_path / "none.yaml"))


def test_file_is_refused_when_it_is_larger_than_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"a: '" + b"x" * MAX_BYTES + b"'\n")
    with pytest.raises(RuleFileError, match="larger than"):
        load_data(str(path))


def test_tool_is_a_value_when_every_form_is_given() -> None:
    tool = tool_from({"tool": "x", "name": "X", "home": "https://x.example", "group": True, "note": "n", "signals": [{
        "shows": ["DS101"], "against": ["DS303"], "does": ["scan"], "commands": [["x", "run"], ["y", 1]], "not-commands": [["x", "-h"]],
        "requires": ["--a"], "excludes": ["--b"], "teeth": "soft", "hard": ["--fail"], "soft": ["--warn"], "context": ["scheduled"],
        "confidence": "low", "actions": ["Own/Repo", {"uses": "Own/Other", "with": {"fail": False, "n": 3}}], "not-actions": ["Own/No"],
        "workflows": ["Own/R/.github/workflows/X.yml"], "images": ["GHCR.io/Own/X"], "templates": ["Jobs/X.gitlab-ci.yml"],
        "components": ["own/x"], "reports": ["sast"], "hooks": [{"repo": "https://github.com/Own/X.git", "id": "x"}],
        "plugins": [{"system": "maven", "id": "x"}], "charts": ["x"], "kinds": ["x.example/X"], "resources": ["aws_*"],
        "env": ["X=true"], "why": "because"}]})
    signal = tool.signals[0]
    assert (tool.group, tool.note) == (True, "n")
    assert signal.commands == (("x", "run"), ("y", "1"))
    assert signal.actions == (ActionForm(uses="own/repo"), ActionForm(uses="own/other", inputs={"fail": "false", "n": "3"}))
    assert signal.hooks == (HookForm(repo="github.com/own/x", id="x"),)
    assert signal.plugins == (PluginForm(system="maven", id="x"),)
    assert signal.images == ("ghcr.io/own/x",)
    assert signal.workflows == ("own/r/.github/workflows/x.yml",)
    assert (signal.teeth, signal.hard, signal.soft, signal.confidence, signal.why) == ("soft", ("--fail",), ("--warn",), "low", "because")


def test_tool_samples_come_with_what_they_must_do_when_read() -> None:
    data = {"examples": {"match": [{"run": "x", "shows": ["DS101"], "status": "enforced"}, {"uses": "o/r@v1", "with": {"a": True}}],
                         "no-match": [{"env": {"X": 1}}]}}
    samples = tool_samples(data)
    assert [must for must, _ in samples] == [True, True, False]
    assert samples[0][1].shows == ("DS101",)
    assert samples[1][1].inputs == {"a": "true"}
    assert samples[2][1].env == {"X": "1"}
    assert tool_samples({}) == []


def test_rule_is_a_value_with_defaults_when_only_the_needed_is_given() -> None:
    data = {"code": "DS101", "name": "sast", "title": "T", "level": 1, "mode": "any", "why": "w", "counts": "c",
            "applies": {"any": ["source"]}, "missing": "m", "how": {"text": "t", "github": "a: 1\n"}, "sources": ["https://x.example"],
            "fields": [{"for-each": "job", "holds": "true", "why": "y"}]}
    rule = rule_from(data)
    assert (rule.soft, rule.late, rule.by_itself, rule.not_counts) == (True, False, False, "")
    assert (rule.how, rule.snippets) == ({"text": "t"}, {"github": "a: 1\n"})
    assert (rule.fields[0].subject, rule.fields[0].counts, rule.fields[0].confidence) == ("job", True, "high")
    assert data["how"] == {"text": "t", "github": "a: 1\n"}, "the data is left as it was"
    assert rule_samples(data) == []


def test_applies_is_empty_when_absent() -> None:
    assert applies_from(None) == Applies()
    assert applies_from({"any": "source"}) == Applies(any=("source",))
