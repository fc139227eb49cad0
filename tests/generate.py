"""The generated files: the expected report of every example, and the table of all practices.

    python -m tests.generate            write them
    python -m tests.generate --check    compare; exit 1 and name what differs
"""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterator, Sequence

import msgspec

from opslint.app.resolve import resolve_tree
from opslint.app.scan import ScanOptions, scan_tree
from opslint.knowledge.index import Index
from opslint.knowledge.load import load_index
from opslint.model.result import Report
from opslint.report import json, text
from opslint.report.look import RenderOptions
from opslint.report.running.text import render_running
from opslint.source.tree import open_tree

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
EXAMPLES = os.path.join(ROOT, "examples")
CASES = os.path.join("tests", "cases")
RULE_TABLE = os.path.join("docs", "rules", "index.md")
ENDINGS = (".json", ".txt")
MOST_DIFF_LINES = 60
README_BEGIN = "<!-- generated: examples/devsecops-weak (python -m tests.generate) -->"
README_END = "<!-- end -->"
README_EXAMPLE = "devsecops-weak"
CHAINS_BEGIN = "<!-- generated: examples/chains (python -m tests.generate) -->"
CHAINS_END = "<!-- end of chains -->"
CHAINS_EXAMPLE, CHAINS_JOB = "chains", "check"
EXAMPLE_FOLDER = "examples/"
README_FINDINGS = 18
LOOK = RenderOptions(width=80)


def example_names() -> list[str]:
    """The folders of examples/, sorted."""
    with os.scandir(EXAMPLES) as entries:
        return sorted(entry.name for entry in entries if entry.is_dir())


def scanned(name: str, index: Index) -> Report:
    """The report of one example, without what changes with every release: opslint's version and the digest of its knowledge."""
    tree = open_tree(os.path.join(EXAMPLES, name))
    try:
        report = scan_tree(tree, index, ScanOptions()).report
    finally:
        tree.close()
    return msgspec.structs.replace(report, version="…", knowledge="…", revision=None)


def example_reports(name: str, index: Index) -> dict[str, str]:
    """The expected files of one example: path below the root -> text."""
    report = scanned(name, index)
    return {
        os.path.join(CASES, name + ".json"): json.render_report(report, index, LOOK),
        os.path.join(CASES, name + ".txt"): text.render_report(report, index, LOOK),
    }


def rule_table(index: Index) -> str:
    """One Markdown table of all practices, in the order of the methodologies."""
    rows = [
        "# The practices",
        "",
        "Generated from `rules/` by `python -m tests.generate`; `opslint explain CODE` tells all about one of them.",
        "",
        "| code | name | level | what counts |",
        "|---|---|---|---|",
    ]
    rows += [f"| {rule.code} | {rule.name} | {rule.level} | {cell(rule.counts)} |" for rule in index.rules]
    return "\n".join(rows) + "\n"


def cell(words: str) -> str:
    """A sentence on one line, harmless inside a Markdown table."""
    return " ".join(words.split()).replace("|", "\\|")


def readme(index: Index) -> str:
    """README.md with the beginning of a real report between its marks."""
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as stream:
        before, begin, rest = stream.read().partition(README_BEGIN)
    _, end, after = rest.partition(README_END)
    lines = text.render_report(scanned(README_EXAMPLE, index), index, LOOK).split("\n")
    start = next(number for number, line in enumerate(lines) if line.startswith("DevSecOps › Automated"))
    shown = [*lines[: lines.index("")], "", *matrix_of(lines), "", *lines[start : start + README_FINDINGS], "…"]
    report = f"{before}{begin}\n```text\n$ opslint scan {EXAMPLE_FOLDER}{README_EXAMPLE}\n" + "\n".join(shown) + f"\n```\n{end}{after}"
    before, begin, rest = report.partition(CHAINS_BEGIN)
    _, end, after = rest.partition(CHAINS_END)
    told = resolved(CHAINS_EXAMPLE, CHAINS_JOB, index)
    return f"{before}{begin}\n```text\n$ opslint resolve {EXAMPLE_FOLDER}{CHAINS_EXAMPLE} --job {CHAINS_JOB}\n{told}```\n{end}{after}"


def resolved(name: str, job: str, index: Index) -> str:
    """What a job of an example runs, as people see it."""
    tree = open_tree(os.path.join(EXAMPLES, name))
    try:
        return render_running(resolve_tree(tree, index, job), LOOK)
    finally:
        tree.close()


def matrix_of(lines: list[str]) -> list[str]:
    """The matrix of a text report, which ends at the legend."""
    legend = next(number for number, line in enumerate(lines) if line.startswith("● covered"))
    return lines[lines.index("") + 1 : legend + 1]


def generated(index: Index) -> Iterator[tuple[str, str]]:
    """Every generated file: path below the root and its text."""
    for name in example_names():
        yield from example_reports(name, index).items()
    yield RULE_TABLE, rule_table(index)
    yield "README.md", readme(index)


def stored(path: str) -> str | None:
    """The text of a generated file as it stands, None where there is none."""
    try:
        with open(os.path.join(ROOT, path), encoding="utf-8", newline="") as stream:
            return stream.read()
    except FileNotFoundError:
        return None


def stale() -> list[str]:
    """Expected reports that belong to no example."""
    names = {name + ending for name in example_names() for ending in ENDINGS}
    folder = os.path.join(ROOT, CASES)
    return sorted(os.path.join(CASES, name) for name in os.listdir(folder) if name.endswith(ENDINGS) and name not in names)


def difference(path: str, new: str) -> str:
    """What would change in a generated file, as a unified diff of at most some sixty lines; empty where nothing would."""
    old = stored(path)
    if old == new:
        return ""
    lines = list(difflib.unified_diff((old or "").splitlines(), new.splitlines(), f"{path} as it stands", f"{path} as generated",
                                      lineterm="", n=2))
    if len(lines) > MOST_DIFF_LINES:
        lines = [*lines[:MOST_DIFF_LINES], f"… and {len(lines) - MOST_DIFF_LINES} more lines of difference"]
    return "\n".join(lines)


def write(path: str, new: str) -> None:
    """Write a generated file."""
    full = os.path.join(ROOT, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "w", encoding="utf-8", newline="") as stream:
        stream.write(new)


def main(words: Sequence[str]) -> int:
    """Write or compare every generated file; 0 where all is well, 1 where something differs, 2 for other words."""
    if [word for word in words if word != "--check"]:
        sys.stderr.write("usage: python -m tests.generate [--check]\n")
        return 2
    check = "--check" in words
    changed = 0
    for path, new in generated(load_index()):
        told = difference(path, new)
        if told:
            changed += 1
            sys.stdout.write(f"{told}\n" if check else f"wrote {path}\n")
            if not check:
                write(path, new)
    for path in stale():
        changed += 1
        sys.stdout.write(f"{path} belongs to no example\n" if check else f"removed {path}\n")
        if not check:
            os.unlink(os.path.join(ROOT, path))
    if check and changed:
        sys.stdout.write(f"{changed} generated files differ; look at each, then: python -m tests.generate\n")
    return 1 if check and changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
