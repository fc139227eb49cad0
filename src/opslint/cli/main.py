"""The group of commands, each imported only when it is asked for, and the one place that catches."""

from __future__ import annotations

import gc

gc.disable()  # a scan makes no cycles worth collecting; measured: a third off the cold start

import os  # noqa: E402  the collector is off before the first large import
import sys  # noqa: E402
from typing import Any  # noqa: E402

from opslint.cli.late import put_off  # noqa: E402

put_off()

import click  # noqa: E402

from opslint import __version__  # noqa: E402
from opslint.errors import OpslintError, UsageError  # noqa: E402

COMMANDS = {
    "scan": ("opslint.cli.scan", "Report which practices a repository's pipelines carry out."),
    "resolve": ("opslint.cli.resolve", "Show what the pipelines really run, down to the tool."),
    "explain": ("opslint.cli.explain", "Tell what a practice is, why it matters and how to add it."),
    "rules": ("opslint.cli.rules", "List the practices opslint knows."),
    "tools": ("opslint.cli.tools", "List the tools opslint recognises."),
    "test-rules": ("opslint.cli.test_rules", "Run the samples inside rule and tool files."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are used; help needs only the table."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """The commands in the order a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  click's signature
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        from importlib import import_module

        command: click.Command = import_module(COMMANDS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  click's signature
        """Write the commands from the table, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Say what was meant where a command is misspelt."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            close = difflib.get_close_matches(args[0], COMMANDS, n=1)
            raise UsageError(f'there is no command "{args[0]}"',
                             hint=f'did you mean "{close[0]}"?' if close else f"the commands are {', '.join(COMMANDS)}")
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", prog_name="opslint", message="%(prog)s %(version)s")
def main() -> None:
    """Read a repository's pipelines and say which operating principles they really carry out.

    \b
    Begin with:  opslint scan
    """


def fail(error: OpslintError) -> int:
    """Tell a known failure in one line with the next step; give its exit code."""
    from opslint.report.escape import printable

    click.echo(f"opslint: error: {printable(error.message)}", err=True)
    if error.hint:
        click.echo(f"  hint: {printable(error.hint)}", err=True)
    return error.exit_code


def usage_error(error: click.ClickException) -> OpslintError:
    """Click's complaint in our words: the option first, what was wrong with it, where else its value may come from."""
    message = error.format_message()
    context = getattr(error, "ctx", None)
    parameter = getattr(error, "param", None)
    hint = f"{context.command_path if context else 'opslint'} --help lists what it takes"
    if isinstance(error, click.BadParameter) and not isinstance(error, click.MissingParameter) and parameter is not None:
        message = f"{max(parameter.opts, key=len)}: {error.message}"
        variable = parameter.envvar
        if context is not None and context.get_parameter_source(parameter.name) is click.core.ParameterSource.ENVIRONMENT:
            hint = f"the value comes from the variable {variable}; {hint}"
    return UsageError(message, hint=hint)


def report_defect(error: BaseException) -> int:
    """Tell a defect of opslint in one line: what, where the log is, that the report is wanted."""
    import tempfile
    import traceback

    text = "".join(traceback.format_exception(error))
    where = "standard error (no file could be written)"
    try:
        with tempfile.NamedTemporaryFile("w", prefix="opslint-crash-", suffix=".log", delete=False, encoding="utf-8") as log:
            log.write(f"opslint {__version__}\nPython {sys.version}\n{text}")
            where = log.name
    except OSError:
        click.echo(text, err=True)
    told = f"this is a defect of opslint ({type(error).__name__}); the log is in {where}; please report it"
    click.echo(f"opslint: {told}", err=True)
    return 70


def execute(arguments: list[str] | None = None) -> int:
    """Run one command line and give its exit code; nothing escapes."""
    try:
        outcome: Any = main.main(args=arguments, prog_name="opslint", standalone_mode=False)
        return outcome if isinstance(outcome, int) else 0
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return 2
    except click.ClickException as error:
        return fail(usage_error(error))
    except OpslintError as error:
        return fail(error)
    except (click.Abort, KeyboardInterrupt):
        click.echo("opslint: interrupted", err=True)
        return 130
    except (BrokenPipeError, SystemExit):  # click leaves by SystemExit, and only where a pipe was closed
        from opslint.cli.options import silence_stdout

        silence_stdout()
        return 0
    except (Exception, RecursionError) as error:
        return report_defect(error)


def _open_closed_streams() -> None:
    """Give a process that was started without standard output or error one that goes nowhere."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  lives as long as the process
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  the same


def run() -> None:
    """The console script: run, flush, and leave without tearing the interpreter down."""
    _open_closed_streams()
    code = execute()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # told already, or nobody listens
        code = code or 2
    os._exit(code)
