"""What the options of `opslint scan` do."""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from opslint.cli import options
from opslint.cli.scan import pair_outputs
from opslint.errors import UsageError

Run = Callable[..., Any]
CI = ".github/workflows/ci.yml"
WEAK = """\
on: pull_request
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: pytest || true
      - run: bandit -r src
"""
FILES = {CI: WEAK, "src/app.py": "print(1)\n"}


def codes_of(outcome: Any) -> set[str]:
    """The codes of all practices of a JSON report."""
    return {practice["code"] for methodology in json.loads(outcome.out)["methodologies"] for principle in methodology["principles"]
            for practice in principle["practices"]}


def finding_codes(outcome: Any) -> set[str]:
    """The codes of all findings of a JSON report."""
    return {finding["code"] for finding in json.loads(outcome.out)["findings"]}


def test_scan_reports_all_practices_when_nothing_is_selected(opslint_run: Run, make_tree: Run) -> None:
    outcome = opslint_run("scan", str(make_tree(FILES)), "-f", "json")
    assert len(codes_of(outcome)) == 87
    assert outcome.code == 1
    assert outcome.err == ""


def test_scan_takes_the_working_directory_when_no_target_is_named(opslint_run: Run, make_tree: Run,
                                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(make_tree(FILES, "here"))
    assert json.loads(opslint_run("scan", "-f", "json").out)["target"] == {"name": "here", "revision": None}


@pytest.mark.parametrize(("words", "expected"), [
    (["--select", "DS1"], {"DS101", "DS102", "DS103", "DS104", "DS105", "DS106", "DS107"}),
    (["--select", "ds101,DO201"], {"DS101", "DO201"}),
    (["--select", "DS101", "--select", "DO201"], {"DS101", "DO201"}),
    (["--select", "DS101", "--extend-select", "DO2"], {"DS101", "DO201", "DO202", "DO203", "DO204", "DO205", "DO206"}),
    (["--select", "DS1", "--ignore", "DS10"], set()),
    (["--select", "DS", "--ignore", "DS1,DS2"], {"DS301", "DS302", "DS303", "DS304", "DS305", "DS306"}),
    (["--select", "DS1", "--ignore", "DS", "--extend-select", "DS305"],
     {"DS101", "DS102", "DS103", "DS104", "DS105", "DS106", "DS107", "DS305"}),
    (["--select", "DS101", "--ignore", "DS101"], set()),
])
def test_scan_judges_only_some_practices_when_they_are_selected(opslint_run: Run, make_tree: Run, words: list[str],
                                                                expected: set[str]) -> None:
    assert codes_of(opslint_run("scan", str(make_tree(FILES)), "-f", "json", *words)) == expected


def test_scan_leaves_practices_out_when_they_are_ignored(opslint_run: Run, make_tree: Run) -> None:
    left = codes_of(opslint_run("scan", str(make_tree(FILES)), "-f", "json", "--ignore", "DO,ML101"))
    assert len(left) == 87 - 15 - 1
    assert "ML101" not in left


def test_findings_grow_with_the_level_when_it_rises(opslint_run: Run, make_tree: Run) -> None:
    root = str(make_tree(FILES))
    found = [finding_codes(opslint_run("scan", root, "-f", "json", "--level", level)) for level in ("1", "2", "3")]
    assert found[0] < found[1] < found[2]
    assert found[1] == finding_codes(opslint_run("scan", root, "-f", "json")), "the default is 2"
    assert "DO102" in found[1] - found[0]
    assert "DO304" in found[2] - found[1]


@pytest.mark.parametrize(("select", "fail_on", "code"), [
    ("DS103", "error", 0), ("DO202", "error", 1), ("DO201", "error", 0), ("DO201", "warning", 1), ("DO102", "error", 0),
    ("DO102", "warning", 1), ("DO304", "note", 1), ("DO304", "warning", 0), ("DO202", "never", 0), ("DS101", "note", 0),
])
def test_gate_fails_when_a_finding_is_severe_enough(opslint_run: Run, make_tree: Run, select: str, fail_on: str, code: int) -> None:
    outcome = opslint_run("scan", str(make_tree(FILES)), "--select", select, "--fail-on", fail_on, "--level", "3", "-f", "json")
    # the finding of a principle that is missing as a whole is as severe as the practice: it changes no row of this table
    assert outcome.code == code, outcome.out


@pytest.mark.parametrize(("percent", "code"), [("0", 0), ("50", 0), ("50.1", 1), ("100", 1)])
def test_gate_fails_when_coverage_is_too_low(opslint_run: Run, make_tree: Run, percent: str, code: int) -> None:
    outcome = opslint_run("scan", str(make_tree(FILES)), "--select", "DO201", "--fail-on", "never", "--min-coverage", percent, "-q")
    assert outcome.code == code, outcome.out
    assert ("under --min-coverage" in outcome.err) == bool(code)


def test_gate_holds_when_nothing_could_be_evaluated(opslint_run: Run, make_tree: Run) -> None:
    assert opslint_run("scan", str(make_tree(FILES)), "--select", "ML", "--min-coverage", "100", "-q").code == 0


def test_strict_names_the_practice_when_it_cannot_be_told(opslint_run: Run, make_tree: Run) -> None:
    call = "on: push\njobs:\n  all:\n    uses: acme/shared/.github/workflows/ci.yml@v1\n"
    root = str(make_tree({CI: call, "src/app.py": "x = 1\n"}))
    assert opslint_run("scan", root, "--fail-on", "never", "-q").code == 0
    outcome = opslint_run("scan", root, "--fail-on", "never", "-q", "--strict")
    assert outcome.code == 4
    assert "cannot be told" in outcome.err
    assert "acme/shared" in outcome.err


def test_strict_changes_nothing_when_all_is_read(opslint_run: Run, make_tree: Run) -> None:
    assert opslint_run("scan", str(make_tree(FILES)), "--strict", "--fail-on", "never", "-q").code == 0


def test_evidence_is_shown_with_its_chain_when_asked(opslint_run: Run, make_tree: Run) -> None:
    files = {CI: WEAK.replace("bandit -r src", "make lint"), "Makefile": "lint:\n\tbandit -r src\n", "src/app.py": "x = 1\n"}
    root = str(make_tree(files))
    chain = "→ Makefile:2"
    assert chain not in opslint_run("scan", root, "--level", "1", "--select", "DS101").out
    assert chain in " ".join(opslint_run("scan", root, "--explain-evidence", "--select", "DS101").out.split())
    assert chain in " ".join(opslint_run("scan", root, "-v", "--select", "DS101").out.split())


def test_quiet_prints_only_the_last_line_when_asked(opslint_run: Run, make_tree: Run) -> None:
    out = opslint_run("scan", str(make_tree(FILES)), "-q").out
    assert out.count("\n") == 1
    assert " enforced · " in out


def test_last_line_names_the_next_command_when_something_is_missing(opslint_run: Run, make_tree: Run) -> None:
    last = opslint_run("scan", str(make_tree(FILES)), "--select", "DO202").out.splitlines()[-1]
    assert last == "next: opslint explain DO2 · opslint scan --explain-evidence"


def test_unreadable_files_are_all_listed_when_verbose(opslint_run: Run, make_tree: Run) -> None:
    root = str(make_tree({f".github/workflows/w{number}.yml": "a: [\n" for number in range(8)}))
    assert "… and 3 more; -v lists them" in opslint_run("scan", root).out
    assert all(f"w{number}.yml:" in opslint_run("scan", root, "-v").out for number in range(8))


def test_output_files_are_written_in_order_when_formats_are_several(opslint_run: Run, make_tree: Run, tmp_path: Path) -> None:
    root, first, second = str(make_tree(FILES)), tmp_path / "a.json", tmp_path / "b.txt"
    outcome = opslint_run("scan", root, "-f", "json", "-o", str(first), "-f", "text", "-o", str(second))
    assert outcome.out == ""
    assert json.loads(first.read_text())["schema"] == "opslint.report/1"
    assert second.read_text(encoding="utf-8").startswith("opslint repository · GitHub Actions")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "b.txt", "repository"]


def test_second_format_goes_to_standard_output_when_one_file_is_named(opslint_run: Run, make_tree: Run, tmp_path: Path) -> None:
    outcome = opslint_run("scan", str(make_tree(FILES)), "-f", "json", "-f", "text", "-o", str(tmp_path / "a.json"))
    assert outcome.out.startswith("opslint repository")


@pytest.mark.parametrize(("formats", "outputs", "pairs"), [
    (("text",), (), [("text", None)]),
    (("json",), ("-",), [("json", None)]),
    (("json", "text"), ("-", "x"), [("json", None), ("text", "x")]),
])
def test_formats_are_paired_with_files_when_both_are_given(formats: tuple[str, ...], outputs: tuple[str, ...],
                                                           pairs: list[tuple[str, str | None]]) -> None:
    assert pair_outputs(formats, outputs) == pairs


def test_dash_is_refused_when_it_stands_for_two_formats() -> None:
    with pytest.raises(UsageError, match="two formats"):
        pair_outputs(("json", "text"), ("-", "-"))


def test_several_targets_are_printed_one_by_one_when_named(opslint_run: Run, make_tree: Run) -> None:
    good, bad = make_tree({CI: WEAK}, "good"), make_tree(FILES, "bad")
    outcome = opslint_run("scan", str(good), str(bad), "--select", "DO202")
    assert [line.split()[1] for line in outcome.out.splitlines() if line.startswith("opslint ")] == ["good", "bad"]
    assert outcome.code == 1, "the worst decides"


def commit(root: Path, message: str) -> str:
    """Commit all, and give the id."""
    for words in (["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "-qm", message]):
        subprocess.run(["git", "-C", str(root), *words], check=True, capture_output=True)
    return subprocess.run(["git", "-C", str(root), "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()


def test_revision_is_scanned_without_a_checkout_when_named(opslint_run: Run, make_tree: Run) -> None:
    root = make_tree(FILES)
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    first = commit(root, "first")
    (root / CI).write_text(WEAK.replace("pytest || true", "pytest"))
    second = commit(root, "second")
    statuses = {}
    for words in ((), ("--rev", first), ("--rev", "HEAD~1"), ("--rev", "HEAD")):
        report = json.loads(opslint_run("scan", str(root), "-f", "json", "--select", "DO201", *words).out)
        statuses[words] = (report["target"]["revision"], report["methodologies"][0]["principles"][1]["practices"][0]["status"])
    assert statuses[()] == (second, "enforced")
    assert statuses["--rev", first] == statuses["--rev", "HEAD~1"] == (first, "advisory")
    assert statuses["--rev", "HEAD"] == (second, "enforced")
    assert first[:12] in opslint_run("scan", str(root), "--rev", first).out.splitlines()[0]


def test_archive_is_scanned_when_it_is_the_target(opslint_run: Run, make_tree: Run, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "x.tar.gz", "w:gz") as archive:
        archive.add(make_tree(FILES), arcname="x-1.0")
    report = json.loads(opslint_run("scan", str(tmp_path / "x.tar.gz"), "-f", "json").out)
    assert [entry["path"] for entry in report["files"]] == [CI]


@pytest.mark.parametrize(("name", "value", "words"), [
    ("OPSLINT_SELECT", "DS101,DO201", ["--select", "DS101,DO201"]),
    ("OPSLINT_SELECT", "DS101 DO201", ["--select", "DS101,DO201"]),
    ("OPSLINT_IGNORE", "DS", ["--ignore", "DS"]),
    ("OPSLINT_LEVEL", "1", ["--level", "1"]),
    ("OPSLINT_FAIL_ON", "never", ["--fail-on", "never"]),
    ("OPSLINT_MIN_COVERAGE", "99", ["--min-coverage", "99"]),
    ("OPSLINT_EXPLAIN_EVIDENCE", "1", ["--explain-evidence"]),
    ("OPSLINT_QUIET", "true", ["-q"]),
    ("OPSLINT_VERBOSE", "1", ["-v"]),
    ("OPSLINT_COLOR", "always", ["--color", "always"]),
    ("OPSLINT_FORMAT", "json", ["--format", "json"]),
])
def test_variable_does_what_its_option_does_when_set(opslint_run: Run, make_tree: Run, monkeypatch: pytest.MonkeyPatch, name: str,
                                                     value: str, words: list[str]) -> None:
    monkeypatch.setattr("time.perf_counter", lambda: 0.0)
    root = str(make_tree(FILES))
    plain, by_option = opslint_run("scan", root), opslint_run("scan", root, *words)
    monkeypatch.setenv(name, value)
    assert opslint_run("scan", root) == by_option
    assert by_option != plain


def test_output_variable_may_hold_a_space_when_it_names_a_file(opslint_run: Run, make_tree: Run, monkeypatch: pytest.MonkeyPatch,
                                                              tmp_path: Path) -> None:
    monkeypatch.setenv("OPSLINT_OUTPUT", str(tmp_path / "a report.txt"))
    assert opslint_run("scan", str(make_tree(FILES))).out == ""
    assert (tmp_path / "a report.txt").is_file()


def test_option_wins_when_its_variable_says_otherwise(opslint_run: Run, make_tree: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSLINT_FORMAT", "json")
    assert opslint_run("scan", str(make_tree(FILES)), "-f", "text").out.startswith("opslint repository")


@pytest.mark.parametrize(("words", "variables", "colored"), [
    ([], {}, False),
    (["--color", "always"], {}, True),
    (["--color", "always"], {"NO_COLOR": "1"}, True),
    ([], {"FORCE_COLOR": "1"}, True),
    ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ([], {"NO_COLOR": "", "FORCE_COLOR": "1"}, True),
    (["--color", "never"], {"FORCE_COLOR": "1"}, False),
    ([], {"OPSLINT_COLOR": "always"}, True),
])
def test_report_is_coloured_when_asked_for(opslint_run: Run, make_tree: Run, monkeypatch: pytest.MonkeyPatch, words: list[str],
                                           variables: dict[str, str], colored: bool) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b[" in opslint_run("scan", str(make_tree(FILES)), *words).out) == colored


def test_file_is_plain_when_only_the_environment_asks_for_colour(opslint_run: Run, make_tree: Run, tmp_path: Path,
                                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    opslint_run("scan", str(make_tree(FILES)), "-o", str(tmp_path / "x.txt"))
    assert "\x1b[" not in (tmp_path / "x.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(("term", "expected"), [("xterm", True), ("dumb", False)])
def test_terminal_gets_colour_when_it_can_show_it(monkeypatch: pytest.MonkeyPatch, term: str, expected: bool) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", term)
    assert options.wants_color("auto", to_file=False) is expected


def test_width_is_that_of_the_terminal_when_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert options.terminal_width() == 80
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "111")
    assert options.terminal_width() == 111


def test_json_is_the_same_bytes_when_scanned_twice_in_two_processes(opslint_process: Run, make_tree: Run) -> None:
    root = str(make_tree(FILES))
    first = opslint_process("scan", root, "-f", "json", env={"PYTHONHASHSEED": "1"})
    second = opslint_process("scan", root, "-f", "json", env={"PYTHONHASHSEED": "2", "LC_ALL": "C", "TZ": "Asia/Tokyo"})
    assert first.stdout == second.stdout
    assert first.returncode == second.returncode == 1
    assert os.fsencode(root) not in first.stdout, "no absolute path"
