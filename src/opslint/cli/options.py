"""What several commands share: options with their variables, and how output looks."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from opslint.errors import UsageError

Command = TypeVar("Command", bound=Callable[..., Any])


class FileName(click.ParamType[str]):
    """A name of a file or folder, taken as it stands; in a variable several are parted as in PATH, so that a name may hold a space."""

    name = "path"
    envvar_list_splitter = os.pathsep


def option(*names: str, **settings: Any) -> Callable[[Command], Command]:
    """A click option that also reads `OPSLINT_<NAME>`."""
    long = next(name for name in names if name.startswith("--")).partition("/")[0]
    settings.setdefault("envvar", "OPSLINT_" + long.lstrip("-").upper().replace("-", "_"))
    return click.option(*names, **settings)


def codes(_: click.Context, __: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    """Codes given several times or with commas, as one list."""
    return tuple(word.strip() for item in value for word in item.split(",") if word.strip())


def wants_color(choice: str, *, to_file: bool) -> bool:
    """Whether to paint: what was asked for, else NO_COLOR and FORCE_COLOR, else whether the stream is a terminal.

    Source: no-color.org, force-color.org. A file is painted only where `--color always` asks for it.
    """
    if choice != "auto":
        return choice == "always"
    if to_file or os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


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


def write_stdout(text: str, *, machine: bool = False) -> None:
    """Write to standard output at once; what a machine reads is UTF-8 whatever the locale says.

    A pipe that was closed is no failure: the reader has had enough.
    Raises: UsageError where the stream cannot take it (a full disk).
    """
    encoding = "utf-8" if machine else sys.stdout.encoding or "ascii"
    try:
        buffer = getattr(sys.stdout, "buffer", None)
        if buffer is None:
            sys.stdout.write(text)
        else:
            sys.stdout.flush()
            buffer.write(text.encode(encoding, "backslashreplace"))
        sys.stdout.flush()
    except BrokenPipeError:
        silence_stdout()
    except OSError as error:
        silence_stdout()
        raise UsageError(f"standard output cannot be written: {error.strerror}",
                         hint="make room, or name a file by --output") from error


def silence_stdout() -> None:
    """Let what is still buffered, and all that follows, go nowhere."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, 1)
    os.close(devnull)


def write_output(text: str, path: str | None, *, machine: bool = False) -> None:
    """Write to standard output, or to a file whole or not at all (a device or pipe is written as it stands).

    Raises: UsageError where it cannot be written.
    """
    if path is None:
        write_stdout(text, machine=machine)
        return
    try:
        if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
            with open(path, "wb") as stream:
                stream.write(text.encode("utf-8", "backslashreplace"))
            return
        _replace(os.path.realpath(path), text.encode("utf-8", "backslashreplace"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its name holds a NUL character"
        raise UsageError(f'"{path}" cannot be written: {reason}',
                         hint="name a file in a folder that exists and is writable") from error


def _replace(path: str, data: bytes) -> None:
    if os.path.isdir(path):
        raise IsADirectoryError(21, "it is a directory", path)
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        with open(temporary, "wb") as stream:
            stream.write(data)
        if os.path.exists(path):
            os.chmod(temporary, os.stat(path).st_mode & 0o7777)
        os.replace(temporary, path)
    except OSError:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise
