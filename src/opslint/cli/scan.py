"""`opslint scan`: the main job."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import click

from opslint.cli.options import FileName, codes, option, speaks_unicode, terminal_width, wants_color, write_output
from opslint.errors import StrictError, UsageError
from opslint.report.registry import REPORTERS
from opslint.source.tree import open_tree

if TYPE_CHECKING:
    from opslint.model.result import Report

FAIL_ON = ("error", "warning", "note", "never")
"""The severities of findings, and none."""


@click.command("scan", epilog="Every option has a variable: --fail-on is OPSLINT_FAIL_ON.")
@click.argument("targets", metavar="[TARGET]...", nargs=-1, type=FileName())
@option("--rev", metavar="REV", help="Scan this revision of a git repository, without a checkout.")
@option("--format", "-f", "formats", multiple=True, type=click.Choice(sorted(REPORTERS)), help="How to print; default text.")
@option("--output", "-o", "outputs", multiple=True, type=FileName(), metavar="FILE",
        help="Where to write, in the order of the formats; default stdout.")
@option("--select", multiple=True, callback=codes, metavar="CODES", help="Only these practices (prefixes: DS, DS1, DS101).")
@option("--extend-select", multiple=True, callback=codes, metavar="CODES", help="These too.")
@option("--ignore", multiple=True, callback=codes, metavar="CODES", help="Not these.")
@option("--level", type=click.IntRange(1, 3), default=2, show_default=True,
        help="What becomes a finding: 1 essential, 2 established, 3 advanced.")
@option("--fail-on", type=click.Choice(FAIL_ON), default="error", show_default=True,
        help="Exit 1 on a finding at least this severe.")
@option("--min-coverage", type=click.FloatRange(0, 100), metavar="PERCENT", help="Exit 1 where coverage is lower.")
@option("--strict", is_flag=True, help="Exit 4 where something could not be read or resolved.")
@option("--explain-evidence", is_flag=True, help="Show every evidence with the chain that led there.")
@option("--color", type=click.Choice(("auto", "always", "never")), default="auto", show_default=True)
@option("-q", "--quiet", is_flag=True, help="Only the last line.")
@option("-v", "--verbose", count=True, help="Every practice; all files that could not be read.")
def command(targets: tuple[str, ...], rev: str | None, formats: tuple[str, ...], outputs: tuple[str, ...],
            select: tuple[str, ...], extend_select: tuple[str, ...], ignore: tuple[str, ...], level: int, fail_on: str,
            min_coverage: float | None, strict: bool, explain_evidence: bool, color: str, quiet: bool, verbose: int) -> int:
    """Report which practices a repository's pipelines carry out.

    TARGET is a directory (default: this one), a bare git repository, or a .tar.gz or .zip archive.
    """
    pairs = pair_outputs(formats or ("text",), outputs)
    targets = targets or (".",)
    if len(targets) > 1 and pairs != [("text", None)]:
        raise UsageError("several targets can only be printed as text to standard output",
                         hint="scan them one by one for another format or a file")
    code = 0
    for target in targets:
        started = time.perf_counter()
        tree = open_tree(target, rev, identify=any(name != "text" for name, _ in pairs))
        try:  # git lists the files while all that a scan needs is imported
            from opslint.app.scan import ScanOptions, scan_tree
            from opslint.knowledge.load import load_index
            from opslint.report.look import RenderOptions
            from opslint.report.registry import renderer

            index = load_index()
            options = ScanOptions(level=level, select=select, extend_select=extend_select, ignore=ignore)
            report = scan_tree(tree, index, options).report
        finally:
            tree.close()
        seconds = time.perf_counter() - started
        for name, path in pairs:
            look = RenderOptions(width=terminal_width(), color=wants_color(color, to_file=path is not None),
                                 unicode=speaks_unicode(to_file=path is not None), explain_evidence=explain_evidence, quiet=quiet,
                                 verbose=verbose, seconds=seconds)
            write_output(renderer(name)(report, index, look), path, machine=name != "text")
        code = max(code, gate(report, fail_on, min_coverage))
        if strict:
            check_strict(report)
    return code


def pair_outputs(formats: tuple[str, ...], outputs: tuple[str, ...]) -> list[tuple[str, str | None]]:
    """Each format with its file, in order; at most one goes to standard output.

    Raises: UsageError where there are more files than formats, or two formats for standard output.
    """
    if len(outputs) > len(formats):
        raise UsageError(f"{len(outputs)} --output but {len(formats)} --format", hint="give one --format for each --output")
    paths = [*outputs, *[None] * (len(formats) - len(outputs))]
    pairs = [(name, None if path == "-" else path) for name, path in zip(formats, paths, strict=True)]
    if sum(path is None for _, path in pairs) > 1:
        raise UsageError("two formats would go to standard output", hint="give an --output for each format but one")
    files = [os.path.realpath(path) for _, path in pairs if path is not None and "\0" not in path]
    if len(set(files)) < len(files):
        raise UsageError("two formats would go to the same file", hint="give each format an --output of its own")
    return pairs


def gate(report: Report, fail_on: str, min_coverage: float | None) -> int:
    """The exit code of the gate: 1 where a finding is severe enough or coverage too low."""
    from opslint.model.result import SEVERITY_RANK, Severity

    failed = False
    if fail_on != "never":
        limit = SEVERITY_RANK[Severity(fail_on)]
        failed = any(SEVERITY_RANK[finding.severity] <= limit and not finding.suppressed for finding in report.findings)
    if min_coverage is not None and report.coverage is not None and report.coverage * 100 < min_coverage:
        sys.stderr.write(f"opslint: coverage {report.coverage * 100:.1f} % is under --min-coverage {min_coverage:g} %\n")
        failed = True
    return int(failed)


def check_strict(report: Report) -> None:
    """Hold a report against --strict.

    Raises: StrictError that names the first thing that could not be read or resolved.
    """
    from opslint.model.evidence import Status
    from opslint.model.repository import FileStatus

    for entry in report.files:
        if entry.status is FileStatus.UNREADABLE:
            raise StrictError(f"{entry.path}:{entry.line or 1}: {entry.reason}", hint="mend the file, or scan without --strict")
    for methodology in report.methodologies:
        for principle in methodology.principles:
            for practice in principle.practices:
                if practice.status is Status.UNKNOWN:
                    why = practice.evidence[0].why if practice.evidence else "something could not be resolved"
                    raise StrictError(f"{practice.code} {practice.name} cannot be told: {why}", hint="scan without --strict")
