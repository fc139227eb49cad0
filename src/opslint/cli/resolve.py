"""`opslint resolve`: what the pipelines really run, down to the tool."""

from __future__ import annotations

import click

from opslint.cli.options import FileName, option, speaks_unicode, terminal_width, wants_color, write_output
from opslint.source.tree import open_tree

FORMATS = {"text": "opslint.report.running.text", "json": "opslint.report.running.json"}


@click.command("resolve", epilog="Every option has a variable: --job is OPSLINT_RESOLVE_JOB.")
@click.argument("target", default=".", type=FileName())
@option("--rev", metavar="REV", help="Read this revision of a git repository, without a checkout.")
@option("--job", metavar="NAME", default="", envvar="OPSLINT_RESOLVE_JOB", help="Only the jobs of this id or name.")
@option("--format", "-f", "format_", type=click.Choice(tuple(FORMATS)), default="text", show_default=True,
        envvar="OPSLINT_RESOLVE_FORMAT", help="How to print.")
@option("--output", "-o", type=FileName(), metavar="FILE", help="Where to write; default stdout.")
@option("--color", type=click.Choice(("auto", "always", "never")), default="auto", show_default=True)
def command(target: str, rev: str | None, job: str, format_: str, output: str | None, color: str) -> None:
    """Show what really runs: jobs, when, and the tree of commands.

    A command is followed through Makefiles, scripts, task runners, included files and actions of the repository, each step with
    its file and line. TARGET is a directory (default: this one), a bare git repository, or a .tar.gz or .zip archive.
    """
    tree = open_tree(target, rev, identify=format_ == "json")
    try:
        from importlib import import_module

        from opslint.app.resolve import resolve_tree
        from opslint.knowledge.load import load_index
        from opslint.report.look import RenderOptions

        running = resolve_tree(tree, load_index(), job)
    finally:
        tree.close()
    path = None if output == "-" else output
    look = RenderOptions(width=terminal_width(), color=wants_color(color, to_file=path is not None),
                         unicode=speaks_unicode(to_file=path is not None))
    write_output(import_module(FORMATS[format_]).render_running(running, look), path, machine=format_ == "json")
