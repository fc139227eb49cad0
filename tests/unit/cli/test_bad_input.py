"""Whatever it is given, opslint says what is wrong and what to do, with the right exit code, and never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from opslint.cli import main as command_line
from opslint.cli import options

Run = Callable[..., Any]
WORKFLOW = """\
on: pull_request
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: pytest
"""
CI = ".github/workflows/ci.yml"
ALIASES = "\n".join(["on: push", "a0: &a0 [x, x, x, x, x, x, x, x, x, x]",
                     *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 40)), "jobs: *a39", ""])
MERGES = "\n".join(["on: push", "x0: &a0 {run: make test}",
                    *(f"x{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}], k{n}: [*a{n - 1}, *a{n - 1}]}}" for n in range(1, 40)),
                    "jobs: {t: {runs-on: x, env: *a39, steps: [*a39, *a39]}}", ""])
HOSTILE = {
    "50-mb": b"on: push\njobs:\n" + b"  a: {runs-on: x, steps: [{run: make test}]}\n" * 1_200_000,
    "flow-depth": b"on: push\njobs: " + b"[" * 100_000 + b"]" * 100_000,
    "block-depth": ("on: push\njobs:\n" + "".join("  " * depth + "a:\n" for depth in range(1, 1500))).encode(),
    "alias-bomb": ALIASES.encode(),
    "merge-bomb": MERGES.encode(),
    "binary": bytes(range(256)) * 80,
    "one-long-line": b"on: push\njobs: {a: {runs-on: x, steps: [{run: '" + b"x" * 4_000_000 + b"'}]}}\n",
    "many-documents": b"---\n" * 200_000,
}
MEASURED = """
import sys
from opslint.cli.main import execute
code = execute(sys.argv[1:])
with open("/proc/self/status") as status:
    peak = next(line.split()[1] for line in status if line.startswith("VmHWM"))
sys.stderr.write("\\npeak " + peak)
sys.stdout.flush()
sys.exit(code)
"""


def assert_told(outcome: Any, code: int, *words: str) -> None:
    """The exit code, one line that says what, one that says what to do, and no traceback."""
    error = outcome.err
    assert outcome.code == code, error
    assert error.startswith("opslint: error: ")
    assert "\n  hint: " in error
    assert "Traceback" not in error
    for word in words:
        assert word in error


@pytest.mark.parametrize(("arguments", "code", "words"), [
    pytest.param(["scan", "nowhere"], 3, ['"nowhere"', ".tar.gz"], id="missing-path"),
    pytest.param(["scan", "a\0b"], 2, ["NUL"], id="nul-in-path"),
    pytest.param(["scan", "https://example.com/x.git"], 2, ["offline", "git clone"], id="address"),
    pytest.param(["sacn"], 2, ['no command "sacn"', 'did you mean "scan"?'], id="misspelt-command"),
    pytest.param(["frobnicate"], 2, ["the commands are scan, resolve, explain"], id="unknown-command"),
    pytest.param(["scan", "--frmat", "json"], 2, ["--frmat", "--format"], id="misspelt-option"),
    pytest.param(["scan", "--level", "9"], 2, ["--level: 9 is not in the range", "opslint scan --help"], id="level"),
    pytest.param(["scan", "--level", "high"], 2, ["--level: 'high'"], id="level-word"),
    pytest.param(["scan", "--fail-on", "sometimes"], 2, ["'error', 'warning', 'note', 'never'"], id="fail-on"),
    pytest.param(["scan", "--min-coverage", "101"], 2, ["--min-coverage: 101"], id="min-coverage"),
    pytest.param(["scan", "--color", "blue"], 2, ["'auto', 'always', 'never'"], id="color"),
    pytest.param(["scan", "--format", "yaml"], 2, ["'json'", "'text'"], id="format"),
    pytest.param(["scan", "-f", "text", "-f", "json"], 2, ["two formats", "--output"], id="two-formats-to-stdout"),
    pytest.param(["scan", "-f", "text", "-f", "json", "-o", "x", "-o", "./x"], 2, ["same file"], id="one-file-twice"),
    pytest.param(["scan", "-o", "x", "-o", "y"], 2, ["2 --output but 1 --format"], id="more-files-than-formats"),
    pytest.param(["scan", "a", "b", "-f", "json"], 2, ["several targets", "one by one"], id="several-targets-as-json"),
    pytest.param(["explain"], 2, ["CODE"], id="explain-nothing"),
    pytest.param(["explain", "DS909"], 2, ['"DS909"', "did you mean"], id="explain-unknown-code"),
    pytest.param(["explain", "sats"], 2, ["did you mean"], id="explain-misspelt-name"),
    pytest.param(["explain", "zzzzzzzz"], 2, ["opslint rules"], id="explain-nonsense"),
    pytest.param(["explain", "a\0b\x1b[31m"], 2, ["\\u0000", "\\u001b"], id="explain-control-characters"),
    pytest.param(["rules", "--select", "XX"], 2, ['"XX"', "opslint rules"], id="rules-unknown-code"),
    pytest.param(["tools", "--select", "DS999"], 2, ['"DS999"', "--select DS"], id="tools-unknown-code"),
    pytest.param(["test-rules", "nowhere"], 3, ['no folder "nowhere"'], id="rules-folder-missing"),
    pytest.param(["test-rules", "a\0b"], 3, ["\\u0000"], id="rules-folder-nul"),
])
def test_command_line_says_what_and_how_when_words_are_wrong(opslint_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                             arguments: list[str], code: int, words: list[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert_told(opslint_run(*arguments), code, *words)


def test_command_line_shows_its_help_when_given_nothing(opslint_run: Run) -> None:
    outcome = opslint_run()
    assert outcome.code == 2
    assert "Commands:" in outcome.err


@pytest.mark.parametrize("option", ["--select", "--extend-select", "--ignore"])
@pytest.mark.parametrize(("word", "hint"), [("DS110", "did you mean DS107"), ("sast", "did you mean DS101?"), ("QQ", "opslint rules"),
                                            ("DO9", "opslint rules --select DO")])
def test_scan_names_the_closest_codes_when_one_is_unknown(opslint_run: Run, make_tree: Run, option: str, word: str, hint: str) -> None:
    root = make_tree({CI: WORKFLOW})
    assert_told(opslint_run("scan", str(root), option, word), 2, f'"{word}"', hint)


def test_option_names_its_variable_when_the_value_comes_from_there(opslint_run: Run, make_tree: Run,
                                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSLINT_LEVEL", "nine")
    assert_told(opslint_run("scan", str(make_tree({CI: WORKFLOW}))), 2, "--level", "OPSLINT_LEVEL")


@pytest.mark.parametrize("files", [
    pytest.param({}, id="empty"),
    pytest.param({"src/app.py": "print(1)\n", "README.md": "# x\n"}, id="no-pipelines"),
    pytest.param({"config.yml": "a: 1\n", ".github/workflows/notes.txt": "on: push\n"}, id="other-yaml"),
])
def test_scan_says_there_is_nothing_when_no_pipeline_is_found(opslint_run: Run, make_tree: Run, files: dict[str, str]) -> None:
    assert_told(opslint_run("scan", str(make_tree(files))), 3, "no GitHub workflow", "root of a repository")


def test_scan_refuses_a_file_when_it_is_no_archive(opslint_run: Run, make_tree: Run) -> None:
    root = make_tree({CI: WORKFLOW})
    assert_told(opslint_run("scan", str(root / CI)), 3, "is a file", ".tar.gz")


@pytest.mark.parametrize("name", ["x.tar.gz", "x.zip", "x.tar"])
@pytest.mark.parametrize("data", [b"", b"no archive at all", bytes(range(256)) * 40], ids=["empty", "text", "noise"])
def test_scan_refuses_an_archive_when_it_is_broken(opslint_run: Run, make_tree: Run, name: str, data: bytes) -> None:
    root = make_tree({name: data})
    outcome = opslint_run("scan", str(root / name))
    assert outcome.code in (2, 3)
    assert_told(outcome, outcome.code)


@pytest.mark.parametrize(("text", "reason"), [
    pytest.param("on: push\njobs:\n  a: [unclosed\n  b: }\n", "it is not YAML", id="invalid-yaml"),
    pytest.param(HOSTILE["binary"], "binary", id="binary"),
    pytest.param(b"on: push\njobs: {\xff\xfe: 1}\n", "", id="not-utf-8"),
])
def test_scan_reports_a_file_when_it_cannot_be_read(opslint_run: Run, make_tree: Run, text: str | bytes, reason: str) -> None:
    root = make_tree({CI: text})
    outcome = opslint_run("scan", str(root))
    assert outcome.code == 0
    assert "1 file could not be read" in outcome.out
    assert f"{CI}" in outcome.out
    assert reason in " ".join(outcome.out.split())
    assert "1 unreadable" in outcome.out


def test_scan_names_the_file_and_line_when_strict_meets_one_that_cannot_be_read(opslint_run: Run, make_tree: Run) -> None:
    root = make_tree({CI: "on: push\njobs:\n  a: [unclosed\n  b: }\n"})
    assert_told(opslint_run("scan", str(root), "--strict"), 4, f"{CI}:4", "mend the file")


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="peak memory is read from Linux's /proc")
@pytest.mark.parametrize("kind", sorted(HOSTILE))
def test_scan_stays_within_bounds_when_a_file_is_hostile(make_tree: Run, kind: str) -> None:
    root = make_tree({CI: HOSTILE[kind], "ok/.gitlab-ci.yml": "a: {script: make}\n", ".gitlab-ci.yml": HOSTILE[kind]})
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-c", MEASURED, "scan", str(root), "--fail-on", "never"], capture_output=True, timeout=60,
                          check=False, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    error = done.stderr.decode()
    assert done.returncode == 0, error
    assert time.monotonic() - started < 30
    assert int(error.rpartition("peak ")[2]) < 250_000, "more than 250 MB"


@pytest.mark.parametrize("output", ["missing/folder/report.txt", ".", "a\0b", ""])
def test_scan_says_why_when_the_output_cannot_be_written(opslint_run: Run, make_tree: Run, monkeypatch: pytest.MonkeyPatch,
                                                         output: str) -> None:
    root = make_tree({CI: WORKFLOW})
    monkeypatch.chdir(root)
    assert_told(opslint_run("scan", "-o", output), 2, "cannot be written", "writable")
    assert sorted(os.listdir(root)) == [".github"]


def test_output_goes_into_a_pipe_when_the_name_is_one(make_tree: Run) -> None:
    root: Path = make_tree({CI: WORKFLOW})
    pipe = root / "pipe"
    os.mkfifo(pipe)
    reader = subprocess.Popen([sys.executable, "-c", "import sys; print(len(open(sys.argv[1]).read()))", str(pipe)],
                              stdout=subprocess.PIPE)
    options.write_output("told", str(pipe))
    assert reader.communicate(timeout=30)[0] == b"4\n"
    assert pipe.is_fifo()


def test_output_file_keeps_its_rights_and_link_when_replaced(tmp_path: Path) -> None:
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    options.write_output("new", str(link))
    assert link.is_symlink()
    assert (real.read_text(), real.stat().st_mode & 0o777) == ("new", 0o640)


@pytest.mark.parametrize("revision", ["nope", "HEAD~7", "", "HEAD:src", "--output=x", "a\0b", "v1..v2"])
def test_scan_refuses_a_revision_when_there_is_none(opslint_run: Run, make_tree: Run, revision: str) -> None:
    root = make_tree({CI: WORKFLOW})
    for words in (["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "-qm", "x"]):
        subprocess.run(["git", "-C", str(root), *words], check=True, capture_output=True)
    assert_told(opslint_run("scan", str(root), "--rev", revision), 2, "revision")


def test_scan_refuses_a_revision_when_the_target_is_no_repository(opslint_run: Run, make_tree: Run) -> None:
    assert_told(opslint_run("scan", str(make_tree({CI: WORKFLOW})), "--rev", "main"), 2, "no git repository")


def test_scan_leaves_quietly_when_the_reader_closes_the_pipe(make_tree: Run) -> None:
    root = make_tree({CI: WORKFLOW})
    for arguments in (["scan", str(root), "-v", "--level", "3"], ["rules"], ["--help"]):
        process = subprocess.Popen([sys.executable, "-m", "opslint", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.wait(60) in (0, 1)
        assert process.stderr.read() == b""
        process.stderr.close()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_scan_says_so_when_the_disk_is_full(opslint_process: Run, make_tree: Run) -> None:
    root = make_tree({CI: WORKFLOW})
    with open("/dev/full", "wb") as full:
        done = opslint_process("scan", str(root), stdout=full)
    assert done.returncode == 2
    assert done.stderr.decode().count("cannot be written") == 1


def test_scan_keeps_its_exit_code_when_there_is_no_standard_output(make_tree: Run) -> None:
    root = make_tree({CI: WORKFLOW})
    done = subprocess.run(["sh", "-c", '"$0" -m opslint scan "$1" --fail-on never >&- 2>&-', sys.executable, str(root)], timeout=60,
                          check=False, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    assert done.returncode == 0


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_output_is_readable_when_the_stream_is_no_utf_8(opslint_process: Run, make_tree: Run, encoding: str) -> None:
    root = make_tree({".github/workflows/prüfung-中.yml": WORKFLOW})
    for arguments in (["scan", str(root), "-v", "--fail-on", "never"], ["explain", "DS302"], ["rules"], ["scan", "--help"]):
        done = opslint_process(*arguments, env={"PYTHONIOENCODING": encoding})
        assert done.returncode == 0, done.stderr
        assert done.stdout.isascii(), arguments
    done = opslint_process("scan", str(root), "-f", "json", "--fail-on", "never", env={"PYTHONIOENCODING": encoding})
    assert "prüfung-中.yml" in done.stdout.decode("utf-8")


NAMES = {
    "escape": ".github/workflows/c\x1b[31mi.yml",
    "bidirectional": ".github/workflows/c\u202eiy.yml",
    "newline": ".github/workflows/c\ni.yml",
    "bell": ".github/workflows/c\x07.yml",
}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_text_holds_no_control_character_when_a_name_has_one(opslint_run: Run, make_tree: Run, name: str) -> None:
    text = 'name: "a\\0b\\e[31m"\non: push\njobs: {"j\\a": {name: "x\\e]0;t\\a", runs-on: x, steps: [{run: "pytest \\e[1m || true"}]}}\n'
    root = make_tree({NAMES[name]: text, ".gitlab-ci.yml": "a: [b\n"})
    outcome = opslint_run("scan", str(root), "-v", "--explain-evidence", "--fail-on", "never", "--color", "never")
    assert outcome.code == 0, outcome.err
    assert [one for one in outcome.out if (ord(one) < 32 and one != "\n") or one in "\x7f\u202e"] == []


def test_scan_reads_on_when_names_are_no_text(opslint_run: Run, tmp_path: Path) -> None:
    root = os.fsencode(tmp_path) + b"/d\xff"
    os.makedirs(root + b"/.github/workflows")
    with open(root + b"/.github/workflows/c\xfe.yml", "w", encoding="utf-8") as stream:
        stream.write(WORKFLOW)
    for form in ("text", "json"):
        outcome = opslint_run("scan", os.fsdecode(root), "--fail-on", "never", "-f", form)
        assert outcome.code == 0, outcome.err
        outcome.out.encode("utf-8")


def test_defect_is_told_in_one_line_when_opslint_itself_fails(opslint_run: Run, make_tree: Run, monkeypatch: pytest.MonkeyPatch,
                                                              tmp_path: Path) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("opslint.app.scan.scan_tree", broken)
    outcome = opslint_run("scan", str(make_tree({CI: WORKFLOW})))
    assert outcome.code == 70
    assert outcome.err.count("\n") == 1
    logs = [path for path in tmp_path.iterdir() if path.suffix == ".log"]
    assert len(logs) == 1
    assert "ZeroDivisionError: a defect" in logs[0].read_text()
    assert str(logs[0]) in outcome.err


def test_interrupt_ends_with_130_when_a_person_stops_it(opslint_run: Run, make_tree: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("opslint.app.scan.scan_tree", stopped)
    outcome = opslint_run("scan", str(make_tree({CI: WORKFLOW})))
    assert outcome.code == 130
    assert outcome.err.strip() == "opslint: interrupted"


def test_every_command_has_a_help_text_when_asked(opslint_run: Run) -> None:
    for name in command_line.COMMANDS:
        outcome = opslint_run(name, "--help")
        assert outcome.code == 0
        assert f"Usage: opslint {name}" in outcome.out
