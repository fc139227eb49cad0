"""The report for people: true, in order, and never wider than the terminal."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opslint.app.scan import ScanOptions, scan_tree
from opslint.knowledge.index import Index
from opslint.model.activity import Hop
from opslint.model.evidence import Confidence, Evidence, Status
from opslint.model.repository import FileEntry, FileStatus
from opslint.model.result import (
    Finding,
    FindingKind,
    MethodologyResult,
    PracticeResult,
    PrincipleResult,
    Report,
    Severity,
    Verdict,
)
from opslint.report.look import RenderOptions
from opslint.report.paint import columns
from opslint.report.text import percent, render_report
from opslint.source.span import Span
from opslint.source.trees.memory import MemoryTree

CI = ".github/workflows/ci.yml"
WORKFLOW = """\
on: pull_request
jobs:
  test:
    runs-on: x
    steps:
      - uses: actions/checkout@v4
      - run: make check || true
"""
FILES: dict[str, str | bytes] = {CI: WORKFLOW, "Makefile": "check:\n\tpytest\n", "src/a.py": "x = 1\n", ".gitlab-ci.yml": "a: [\n"}
WORDS = st.text(alphabet=st.one_of(st.characters(), st.sampled_from(" /.-_ab中🎉\x1b\u202e\n")), max_size=90)
NAMES = st.text(alphabet="abc-", min_size=1, max_size=40)  # the rule schema allows no more
TITLES = st.text(alphabet="abcde ", min_size=1, max_size=40)
PLACES = st.builds(Span, path=WORDS, line=st.integers(1, 10**9))
EVIDENCE = st.builds(Evidence, span=PLACES, status=st.sampled_from(Status), why=WORDS, tool=WORDS,
                     when=st.sampled_from(["", "before-merge", "scheduled"]),
                     chain=st.lists(st.builds(Hop, path=WORDS, line=st.integers(1, 9999), text=WORDS), max_size=4).map(tuple))
FINDINGS = st.builds(Finding, code=st.sampled_from(["DO1", "DO101", "DO102"]), kind=st.sampled_from(FindingKind),
                     severity=st.sampled_from(Severity), message=WORDS, how=WORDS, location=PLACES, docs=WORDS)
COVERAGE = st.one_of(st.none(), st.floats(0, 1))


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """A report of one methodology with any words in it."""
    practices = tuple(PracticeResult(code=code, name=name, level=1, status=draw(st.sampled_from(Status)), confidence=Confidence.HIGH,
                                     evidence=tuple(draw(st.lists(EVIDENCE, max_size=2))), because=())
                      for code, name in (("DO101", "change-validation"), ("DO102", draw(NAMES))))
    principles = tuple(PrincipleResult(code=f"DO{number}", name=name, verdict=draw(st.sampled_from(Verdict)), coverage=draw(COVERAGE),
                                       practices=practices if number == 1 else ())
                       for number, name in ((1, "Collaboration"), (2, draw(TITLES)), (3, "Monitoring and Feedback")))
    methodology = MethodologyResult(code="DO", name="DevOps", applies=draw(st.booleans()), because=(), coverage=draw(COVERAGE),
                                    principles=principles)
    files = draw(st.lists(st.builds(FileEntry, path=WORDS, kind=st.just("x"), status=st.sampled_from(FileStatus), reason=WORDS,
                                    line=st.one_of(st.none(), st.integers(1, 9999))), max_size=3))
    platforms = draw(st.sets(st.sampled_from(["github", "gitlab", "argo"])))
    return Report(version="1", knowledge="k", name=draw(WORDS), revision=draw(st.one_of(st.none(), st.just("0" * 40))),
                  platforms=tuple(sorted(platforms)), files=tuple(files),
                  coverage=draw(COVERAGE), methodologies=(methodology,), findings=tuple(draw(st.lists(FINDINGS, max_size=3))), level=2)


@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large])
@given(report=reports(), width=st.sampled_from([40, 80, 120]), unicode=st.booleans(), evidence=st.booleans(), quiet=st.booleans())
def test_every_line_fits_and_moves_nothing_when_any_report_is_rendered(request: pytest.FixtureRequest, report: Report, width: int,
                                                                       unicode: bool, evidence: bool, quiet: bool) -> None:
    look = RenderOptions(width=width, unicode=unicode, explain_evidence=evidence, verbose=1, quiet=quiet, seconds=12.3)
    text = render_report(report, request.getfixturevalue("index"), look)
    assert [line for line in text.split("\n") if columns(line) > width] == []
    assert [one for one in text if (ord(one) < 32 and one != "\n") or one in "\x7f\u202e"] == []
    assert unicode or text.isascii()


@pytest.fixture(scope="module")
def report(index: Index) -> Report:
    """The report of a small repository with a file that cannot be read."""
    return scan_tree(MemoryTree(FILES, "shop"), index, ScanOptions(level=3)).report


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("color", [True, False])
def test_real_report_fits_when_rendered_for_any_terminal(index: Index, report: Report, width: int, color: bool) -> None:
    text = render_report(report, index, RenderOptions(width=width, explain_evidence=True, color=color))
    plain = render_report(report, index, RenderOptions(width=width, explain_evidence=True))
    assert ("\x1b[" in text) == color
    assert max(columns(line) for line in plain.splitlines()) <= width


@pytest.mark.parametrize(("wanted", "used"), [(10, 40), (40, 40), (500, 120)])
def test_width_stays_readable_when_the_terminal_is_tiny_or_huge(index: Index, report: Report, wanted: int, used: int) -> None:
    text = render_report(report, index, RenderOptions(width=wanted))
    assert text == render_report(report, index, RenderOptions(width=used))


def test_matrix_comes_first_when_rendered(index: Index, report: Report) -> None:
    lines = render_report(report, index, RenderOptions()).splitlines()
    assert lines[0].startswith("opslint shop · GitHub Actions")
    assert [line.split()[0] for line in lines[2:20] if line[:1].isalpha() and not line.startswith("n/a")] == [
        "DevOps", "DevSecOps", "GitOps", "MLOps", "LLMOps", "FinOps"]
    assert "● covered   ◐ weak   ○ missing   ? unknown   · not applicable" in lines


@pytest.mark.parametrize("width", [40, 80, 120])
def test_matrix_shows_every_principle_with_its_figure_when_rendered(index: Index, report: Report, width: int) -> None:
    text = render_report(report, index, RenderOptions(width=width)).partition("● covered")[0]
    for methodology in report.methodologies:
        for principle in methodology.principles:
            assert all(word in text for word in principle.name.split())
    figures = [report.coverage, *(one.coverage for one in report.methodologies if one.applies),
               *(principle.coverage for one in report.methodologies for principle in one.principles)]
    assert text.count("%") == sum(figure is not None for figure in figures)


def test_finding_tells_code_place_and_cure_when_rendered(index: Index, report: Report) -> None:
    text = render_report(report, index, RenderOptions(width=120))
    for finding in report.findings:
        assert f"{finding.code:<6}" in text
        assert f"{finding.location.path}:{finding.location.line}" in text
        assert finding.how.split(".")[0].split(",")[0][:40] in text


def test_suppressed_finding_is_left_out_when_rendered(index: Index, report: Report) -> None:
    import msgspec

    hidden = msgspec.structs.replace(report, findings=tuple(msgspec.structs.replace(one, suppressed="agreed") for one in report.findings))
    assert "↳" not in render_report(hidden, index, RenderOptions())


def test_unreadable_file_is_told_with_line_and_reason_when_rendered(index: Index, report: Report) -> None:
    text = render_report(report, index, RenderOptions(width=120))
    assert "1 file could not be read" in text
    assert "  .gitlab-ci.yml:" in text
    assert "1 unreadable" in text.splitlines()[-2]


def test_evidence_shows_the_chain_when_asked(index: Index, report: Report) -> None:
    text = render_report(report, index, RenderOptions(width=120, explain_evidence=True))
    assert f"{CI}:7 → Makefile:2" in text
    assert "DO201 automated-tests" in text
    assert f"{CI}:7 → Makefile:2" not in render_report(report, index, RenderOptions(width=120))


def test_footer_counts_what_the_report_holds_when_rendered(index: Index, report: Report) -> None:
    practices = [one for methodology in report.methodologies for principle in methodology.principles for one in principle.practices]
    foot = " ".join(render_report(report, index, RenderOptions(quiet=True, seconds=0.05)).split())
    missing = sum(one.status is Status.MISSING for one in practices)
    unknown = sum(one.status is Status.UNKNOWN for one in practices)
    assert f"{missing} missing · {unknown} unknown · 1 unreadable · 0.05 s" in foot


def test_text_is_the_same_words_when_painted(index: Index, report: Report) -> None:
    import re

    painted = render_report(report, index, RenderOptions(color=True))
    plain = re.sub(r"\x1b\[[0-9;]*m", "", painted)
    assert [line.rstrip() for line in plain.splitlines()] == render_report(report, index, RenderOptions()).splitlines()


@pytest.mark.parametrize(("coverage", "words"), [(None, "-"), (0.0, "0%"), (0.005, "0%"), (0.666, "67%"), (1.0, "100%")])
def test_coverage_is_a_whole_percentage_when_told(coverage: float | None, words: str) -> None:
    assert percent(coverage) == words
