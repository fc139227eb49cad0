"""`opslint test-rules`: the samples of rules and tools, run."""

from __future__ import annotations

import os

import click

from opslint.cli.options import FileName, option, write_stdout
from opslint.errors import NoInputError, UsageError
from opslint.report.escape import printable


@click.command("test-rules")
@click.argument("folder", type=FileName(), default="rules")
@option("-v", "--verbose", count=True, help="Name every sample, not only those that fail.")
def command(folder: str, verbose: int) -> int:
    """Check the rule and tool files in FOLDER (default: rules) against their schemas and run their samples."""
    from opslint.app.samples import run_samples

    if os.path.isfile(folder):
        raise UsageError(f'"{folder}" is a file', hint="name the folder it stands in: opslint test-rules FOLDER")
    if not os.path.isdir(folder):
        raise NoInputError(f'there is no folder "{folder}"', hint="opslint test-rules PATH-TO-RULES")
    count = failed = 0
    for outcome in run_samples(folder):
        count += 1
        failed += not outcome.passed
        if not outcome.passed or verbose:
            word = "ok  " if outcome.passed else "FAIL"
            told = f"{word} {outcome.name}" + (f": {outcome.message} ({outcome.path})" if outcome.message else "")
            write_stdout(printable(told) + "\n")
    if not count:
        raise NoInputError(f'"{folder}" holds no rule or tool file with samples', hint="docs/how-to/rule.md shows the form")
    write_stdout(f"{count - failed} samples passed, {failed} failed\n")
    return 1 if failed else 0
