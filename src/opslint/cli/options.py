"""What several commands share: options with their variables, and how output looks."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def option(*names: str, **settings: Any) -> Callable[[Command], Command]:
    """A click option that also reads `OPSLINT_<NAME>`."""
    long = next(name for name in names if name.startswith("--")).partition("/")[0]
    settings.setdefault("envvar", "OPSLINT_" + long.lstrip("-").upper().replace("-", "_"))
    return click.option(*names, **settings)


def codes(_: click.Context, __: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    """Codes given several times or with commas, as one list."""
    return tuple(word.strip() for item in value for word in item.split(",") if word.strip())


def wants_color(choice: str, *, to_file: bool) -> bool:
    """Whether to paint: what was asked for, else NO_COLOR and FORCE_COLOR, else whether the stream is a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return not to_file and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def terminal_width() -> int:
    """The terminal's columns, 80 where the stream is none."""
    if not sys.stdout.isatty():
        return 80
    import shutil

    return shutil.get_terminal_size((80, 24)).columns


def speaks_unicode(*, to_file: bool) -> bool:
    """Whether the stream can carry our marks."""
    if to_file:
        return True
    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
    return encoding.startswith("utf")


def write_output(text: str, path: str | None) -> None:
    """Write to standard output, or to a file whole or not at all.

    Raises: UsageError where the file cannot be written.
    """
    if path is None or path == "-":
        sys.stdout.write(text)
        return
    from opslint.errors import UsageError

    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        with open(temporary, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        os.replace(temporary, path)
    except OSError as error:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise UsageError(f'"{path}" cannot be written: {error.strerror}', hint="name a folder that exists and is writable") from error
