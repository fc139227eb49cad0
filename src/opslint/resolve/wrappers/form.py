"""The shape of an answer, and the two questions every wrapper is asked: where do options end, what is the value of one."""

from __future__ import annotations

import msgspec

from opslint.resolve.wrappers.naming import Words
from opslint.source.words.late import late

_ASSIGNMENT = late(r"^[A-Za-z_]\w*=")


class Peel(msgspec.Struct, frozen=True, kw_only=True):
    """What one wrapper runs: another argv, or the text of a script.

    Shape: `dialect`, `errexit`, `pipefail` belong to `script`; `keep` says the wrapper is told in its own right too; `soft` why
           it does not hand on the exit status, "" where it does; `image` is what `docker run` starts.
    """

    argv: Words = ()
    script: str = ""
    dialect: str = "sh"
    errexit: bool = False
    pipefail: bool = False
    image: str = ""
    remote: bool = False
    soft: str = ""
    keep: bool = False


def operand(argv: Words, start: int, valued: frozenset[str], *, assignments: bool = False) -> int:
    """The index of the first word that is no option, nor an option's value; len(argv) where there is none."""
    index = start
    while index < len(argv):
        word = argv[index]
        if word == "--":
            return index + 1
        if word.startswith("-") and len(word) > 1:
            index += 2 if word in valued else 1
        elif assignments and _ASSIGNMENT.match(word):
            index += 1
        else:
            return index
    return len(argv)


def option(argv: Words, names: tuple[str, ...], start: int = 1) -> str | None:
    """The value of an option written `--x value` or `--x=value`, before any `--`."""
    for index in range(start, len(argv)):
        word = argv[index]
        if word == "--":
            return None
        if word in names:
            return argv[index + 1] if index + 1 < len(argv) else None
        for name in names:
            if name.startswith("--") and word.startswith(name + "="):
                return word[len(name) + 1 :]
    return None
