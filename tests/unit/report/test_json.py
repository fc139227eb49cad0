"""JSON is a contract: its keys, their order, and bytes that depend on nothing but the tree."""

from __future__ import annotations

import json

import msgspec
import pytest

from opslint.app.scan import ScanOptions, scan_tree
from opslint.knowledge.index import Index
from opslint.model.result import Report
from opslint.report.json import evidence_data, render_report, report_data, summary
from opslint.report.look import RenderOptions
from opslint.source.trees.memory import MemoryTree

CI = ".github/workflows/ci.yml"
FILES: dict[str, str | bytes] = {
    CI: "on: pull_request\njobs:\n  test:\n    runs-on: x\n    steps:\n      - run: make check || true\n",
    "Makefile": "check:\n\tpytest\n", "src/a.py": "x = 1\n", ".gitlab-ci.yml": "a: [\n"}


@pytest.fixture(scope="module")
def report(index: Index) -> Report:
    """The report of a small repository."""
    return scan_tree(MemoryTree(FILES, "shop"), index, ScanOptions(level=3)).report


def test_keys_stand_in_the_order_of_the_contract_when_rendered(index: Index, report: Report) -> None:
    data = json.loads(render_report(report, index, RenderOptions()))
    assert list(data) == ["schema", "tool", "target", "platforms", "files", "coverage", "methodologies", "findings", "summary"]
    assert data["schema"] == "opslint.report/1"
    methodology = data["methodologies"][0]
    assert list(methodology) == ["code", "name", "applies", "because", "coverage", "principles"]
    assert list(methodology["principles"][0]) == ["code", "name", "verdict", "coverage", "practices"]
    assert list(methodology["principles"][0]["practices"][0])[:5] == ["code", "name", "level", "status", "confidence"]
    assert set(data["findings"][0]) == {"code", "kind", "severity", "message", "how", "location", "docs", "fingerprint", "suppressed"}


def test_evidence_holds_place_tool_and_chain_when_rendered(report: Report) -> None:
    practice = next(one for methodology in report.methodologies for principle in methodology.principles
                    for one in principle.practices if one.code == "DO201")
    data = evidence_data(practice.evidence[0])
    assert (data["path"], data["line"], data["status"], data["when"]) == (CI, 6, "advisory", "before-merge")
    assert [(hop["path"], hop["line"]) for hop in data["chain"]] == [(CI, 6), ("Makefile", 2)]
    assert data["end_column"] > data["column"] >= 1


def test_summary_counts_what_the_report_holds_when_made(report: Report) -> None:
    counted = summary(report)
    assert sum(counted["practices"].values()) == 87
    assert counted["files"] == {"read": sum(one.status.value == "read" for one in report.files), "unreadable": 1}
    assert sum(counted["findings"].values()) == sum(counted["kinds"].values()) == len(report.findings)
    assert counted["level"] == 3


def test_looks_change_nothing_when_rendered_for_a_machine(index: Index, report: Report) -> None:
    plain = render_report(report, index, RenderOptions())
    assert render_report(report, index, RenderOptions(width=40, color=True, unicode=False, verbose=2, quiet=True, seconds=9.0)) == plain
    assert json.loads(plain) == report_data(report)


def test_nothing_of_time_or_machine_is_told_when_rendered(index: Index, report: Report) -> None:
    text = render_report(report, index, RenderOptions(seconds=1.5))
    assert "seconds" not in text
    assert not any(entry.path.startswith("/") for entry in report.files)


@pytest.mark.parametrize("name", ["d\udcff", "\ud800", "a\udfff/b"])
def test_bytes_are_utf_8_when_a_name_is_half_a_character(index: Index, report: Report, name: str) -> None:
    text = render_report(msgspec.structs.replace(report, name=name), index, RenderOptions())
    assert "\\ud" in json.loads(text.encode("utf-8"))["target"]["name"]


def test_characters_stay_themselves_when_they_are_not_ascii(index: Index, report: Report) -> None:
    text = render_report(msgspec.structs.replace(report, name="prüfung-中🎉"), index, RenderOptions())
    assert '"prüfung-中🎉"' in text
    assert text.endswith("}\n")
