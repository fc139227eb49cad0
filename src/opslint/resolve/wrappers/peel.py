"""Taking wrappers off: from `sudo -E poetry run pytest -q` to `pytest -q`, and every form between."""

from __future__ import annotations

from opslint.resolve.wrappers.containers import ELSEWHERE
from opslint.resolve.wrappers.form import Peel, operand, option
from opslint.resolve.wrappers.naming import Words, named, unpinned
from opslint.resolve.wrappers.packages import binary_of
from opslint.resolve.wrappers.runners import RUNNERS
from opslint.resolve.wrappers.tables import (
    MORE,
    PARALLEL_VALUED,
    PLAIN,
    POWERSHELL_VALUED,
    SHELLS,
    XARGS_VALUED,
    Wrapper,
    words_in,
)

MAX_LAYERS = 12


def peel(argv: Words) -> list[Peel]:
    """What a command runs in turn; empty where it is no wrapper.

    Shape: `argv` is named (see `named`) and not empty.
    """
    head = argv[0]
    special = _SPECIAL.get(head)
    if special is not None:
        found = special(argv)
        if found:
            return found
    program = binary_of(head)
    if program and program != head:
        return [Peel(argv=(program, *argv[1:]))]
    row = PLAIN.get(head)
    if row is not None and not (head == "command" and argv[1:2] in (("-v",), ("-V",))):  # asks where a program is, runs none
        inner = _inner(argv, row)
        if inner:
            return inner
    for row in MORE.get(head, ()):
        inner = _inner(argv, row)
        if inner:
            return inner
    return []


def _inner(argv: Words, row: Wrapper) -> list[Peel]:
    index = 1
    valued = words_in(row.valued)
    for verb in row.verbs.split():
        index = operand(argv, index, valued)
        if index >= len(argv) or argv[index] != verb:
            return []
        index += 1
    if row.dashes:
        if "--" not in argv[index:]:
            return []
        rest = argv[argv.index("--", index) + 1 :]
        return [Peel(argv=rest, remote=row.remote)] if rest else []
    image = ""
    for _ in range(row.skip):
        index = operand(argv, index, valued, assignments=row.assignments)
        image = argv[index] if row.operand == "image" and index < len(argv) else ""
        index += 1
    index = operand(argv, index, valued, assignments=row.assignments)
    rest = argv[index:]
    if argv[0] == "hatch" and rest:
        while rest and rest[0].startswith("+"):  # a part of a matrix: `+py=3.12`
            rest = rest[1:]
        rest = (rest[0].rpartition(":")[2] or rest[0], *rest[1:]) if rest else ()
    if argv[0] in ("uv", "pdm") and row.verbs == "run" and rest and rest[0].endswith(".py"):
        rest = ("python", *rest)
    if row.strip_version and rest:
        rest = (unpinned(rest[0]), *rest[1:])
    return [Peel(argv=rest, image=image, remote=row.remote)] if rest and rest[0] else []


def _shell(argv: Words) -> list[Peel]:
    """`bash -ec 'script'`: the script, with the options that say whether errors stop it."""
    errexit = pipefail = command = False
    index = 1
    while index < len(argv):
        word = argv[index]
        if word in ("-o", "+o") and index + 1 < len(argv):
            errexit |= argv[index + 1] == "errexit"
            pipefail |= argv[index + 1] == "pipefail"
            index += 2
        elif word in ("-O", "--rcfile", "--init-file"):
            index += 2
        elif word.startswith("-") and not word.startswith("--") and len(word) > 1:
            errexit |= "e" in word
            command |= "c" in word
            if word.endswith("o") and index + 1 < len(argv):
                pipefail |= argv[index + 1] == "pipefail"
                errexit |= argv[index + 1] == "errexit"
                index += 1
            index += 1
        elif word.startswith("--") and len(word) > 2:
            index += 1
        else:
            break
    if not command or index >= len(argv):
        return []
    return [Peel(script=argv[index], dialect=argv[0], errexit=errexit, pipefail=pipefail)]


def _switch_user(argv: Words) -> list[Peel]:
    script = option(argv, ("-c", "--command"))
    return [Peel(script=script)] if script else []


def _eval(argv: Words) -> list[Peel]:
    text = " ".join(argv[1:])
    return [Peel(script=text, dialect="bash")] if text and text != "…" else []


def _xargs(argv: Words) -> list[Peel]:
    rest = argv[operand(argv, 1, XARGS_VALUED) :]
    return [Peel(argv=rest)] if rest else []


def _parallel(argv: Words) -> list[Peel]:
    rest = argv[operand(argv, 1, PARALLEL_VALUED) :]
    for stop in (":::", "::::", ":::+"):
        if stop in rest:
            rest = rest[: rest.index(stop)]
    if not rest:
        return []
    return [Peel(script=rest[0], dialect="bash")] if len(rest) == 1 and " " in rest[0] else [Peel(argv=rest)]


def _find(argv: Words) -> list[Peel]:
    """`find … -exec cmd {} \\;` ignores the exit status, `-exec cmd {} +` hands it on."""
    found: list[Peel] = []
    end = 0
    for index, word in enumerate(argv):
        if index >= end and word in ("-exec", "-execdir", "-ok", "-okdir"):
            rest = argv[index + 1 :]
            stop = next(
                (at for at, part in enumerate(rest) if part == ";" or (part == "+" and at and rest[at - 1] == "{}")), len(rest)
            )
            end = index + 1 + stop
            if stop:
                plus = stop < len(rest) and rest[stop] == "+"
                found.append(Peel(argv=rest[:stop], soft="" if plus else "`find -exec … \\;` ignores its exit status"))
    return found


def _inline(argv: Words) -> list[Peel]:
    """Wrappers that take the command as the text of an option: `doppler run --command "…"`."""
    script = option(argv, ("--command",))
    return [Peel(script=script)] if script and " run" in f" {' '.join(argv[1:3])}" else []


def _powershell(argv: Words) -> list[Peel]:
    """`pwsh -NoProfile -Command "…"`; what stands behind `-File` is left to followers.

    Source: about_Pwsh, about_PowerShell_exe (where no parameter is named, pwsh takes a file and powershell a command).
    """
    index = 1
    while index < len(argv):
        word = argv[index].lower()
        if word in ("-command", "-c", "/c", "/command"):
            script = " ".join(argv[index + 1 :])
            return [Peel(script=script, dialect="pwsh", errexit=True)] if script else []
        if not word.startswith("-") or word in ("-file", "-f"):
            break
        index += 2 if word in POWERSHELL_VALUED else 1
    if argv[0] == "powershell" and index < len(argv) and not argv[index].startswith("-") and not argv[index].endswith(".ps1"):
        return [Peel(script=" ".join(argv[index:]), dialect="pwsh", errexit=True)]
    return []


def _command_prompt(argv: Words) -> list[Peel]:
    """`cmd /c build.cmd`."""
    for index, word in enumerate(argv[1:6], 1):
        if word.lower() in ("/c", "/k", "//c"):
            script = " ".join(argv[index + 1 :])
            return [Peel(script=script, dialect="cmd")] if script else []
    return []


def _env(argv: Words) -> list[Peel]:
    for index, word in enumerate(argv[1:4], 1):
        if word in ("-S", "--split-string") or word.startswith("-S"):
            text = argv[index + 1 :] if word in ("-S", "--split-string") else (word[2:], *argv[index + 1 :])
            return [Peel(script=" ".join(text))] if text else []
    return []


def layers_of(words: Words) -> tuple[Words, ...]:
    """Every form of a command from the outermost inwards, as far as each wrapper runs exactly one command."""
    layers: tuple[Words, ...] = (named(words),)
    while len(layers) < MAX_LAYERS:
        inner = peel(layers[-1])
        if len(inner) != 1 or not inner[0].argv or inner[0].keep:
            break
        layers = (*layers, named(inner[0].argv))
    return layers


_SPECIAL = {
    **RUNNERS,
    **ELSEWHERE,
    **dict.fromkeys(SHELLS, _shell),
    "su": _switch_user,
    "eval": _eval,
    "xargs": _xargs,
    "gxargs": _xargs,
    "parallel": _parallel,
    "find": _find,
    "gfind": _find,
    "doppler": _inline,
    "env": _env,
    "pwsh": _powershell,
    "powershell": _powershell,
    "cmd": _command_prompt,
}
