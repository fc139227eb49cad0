"""What a container of a template runs: its command and arguments as a script, a shell and a place."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

import msgspec

from opslint.source.node import Scalar

_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh", "ksh"})
_PYTHONS = frozenset({"python", "python2", "python3"})
_INITS = frozenset({"env", "tini", "dumb-init", "exec", "nice"})
_VALUED = frozenset({"-o", "+o", "-O", "+O", "--rcfile", "--init-file"})


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """A block of commands.

    Shape: `shell` is the interpreter with its flags (`sh -c`, `bash -euo pipefail -c`, `python`), "" where `text` is one
           command line that no shell of the container reads; `node` is the scalar the text stands in (the command's first
           word for a joined argv).
    """

    text: str
    shell: str
    node: Scalar


def script_of(words: Sequence[Scalar]) -> Script | None:
    """Turn a container's `command` and `args` into what runs; None where there is no word.

    Shape: `[sh, -c, text]` in any split over `command` and `args` gives the text; other argvs are joined with shell quoting.
    Source: Kubernetes' command and args (exec form); POSIX sh, options.
    """
    if not words:
        return None
    start = _after_init(words)
    base = base_name(words[start].value)
    rest = words[start + 1 :]
    if base in _SHELLS:
        inline = _shell_text(base, rest)
    elif base in _PYTHONS or base.startswith("python3."):
        inline = _option_text("python", rest, ("-c",))
    elif base in {"pwsh", "powershell"}:
        inline = _option_text("pwsh", rest, ("-command", "-c"))
    elif base == "cmd":
        inline = _option_text("cmd", rest, ("/c", "/s", "/k"))
    else:
        inline = None
    if inline is not None:
        return inline
    return Script(text=shlex.join(word.value for word in words), shell="", node=words[0])


def interpreter_of(words: Sequence[Scalar]) -> str:
    """The shell of a script template from its `command`: base name and flags, "" where none is written."""
    if not words:
        return ""
    start = _after_init(words)
    base = base_name(words[start].value)
    if base in _PYTHONS or base.startswith("python3."):
        return "python"
    if base == "powershell":
        base = "pwsh"
    return " ".join([base, *(word.value for word in words[start + 1 :])])


def base_name(word: str) -> str:
    """The last part of a program's path, lower case, without `.exe`."""
    return word.replace("\\", "/").rsplit("/", 1)[-1].lower().removesuffix(".exe")


def _after_init(words: Sequence[Scalar]) -> int:
    """Index of the first word behind small init programs and their flags (`/usr/bin/env bash`, `tini -- sh`)."""
    index = 0
    while index < len(words) - 1 and base_name(words[index].value) in _INITS:
        index += 1
        while index < len(words) - 1 and (words[index].value.startswith("-") or "=" in words[index].value):
            index += 1
    return index


def _shell_text(base: str, rest: Sequence[Scalar]) -> Script | None:
    """The text behind `-c` of a POSIX shell, whatever flags stand with it."""
    flags, index, has_command = [base], 0, False
    while index < len(rest) and rest[index].value[:1] in {"-", "+"}:
        flag = rest[index].value
        flags.append(flag)
        index += 1
        bundled = not flag.startswith("--") and len(flag) > 1
        has_command = has_command or (bundled and flag[0] == "-" and "c" in flag[1:])
        if flag in _VALUED or (bundled and len(flag) > 2 and flag.endswith("o")):
            if index < len(rest):
                flags.append(rest[index].value)
            index += 1
    if not has_command or index >= len(rest):
        return None
    return Script(text=rest[index].value, shell=" ".join(flags), node=rest[index])


def _option_text(shell: str, rest: Sequence[Scalar], options: tuple[str, ...]) -> Script | None:
    """The text behind the option that introduces code; `cmd` and PowerShell take all words that follow."""
    for index, word in enumerate(rest[:-1]):
        if word.value.lower() in options:
            following = rest[index + 1 :]
            if following[0].value.lower() not in options:
                text = following[0].value if shell == "python" else " ".join(part.value for part in following)
                return Script(text=text, shell=shell, node=following[0])
        elif not word.value.startswith(("-", "/")):
            return None
    return None
