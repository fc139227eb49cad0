"""Functions that a script reads in from another (`source lib.sh`) and calls later."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from opslint.model.activity import Activity
from opslint.resolve.follow.follower import Lead
from opslint.source.words.late import late

MAX_NAMES = 400

_DEFINED = late(r"(?m)^[ \t]*(?:function[ \t]+([\w:.-]+)[ \t]*(?:\([ \t]*\))?|([\w:.-]+)[ \t]*\([ \t]*\))[ \t]*(?:$|[{(\n#])")


@lru_cache(maxsize=256)
def names_in(script: str) -> tuple[str, ...]:
    """The names of the functions a shell script defines, as they are written."""
    return tuple(dict.fromkeys(found[1] or found[2] for found in list(_DEFINED.finditer(script))[:MAX_NAMES]))


def called(argv: tuple[str, ...], lead: Lead, activity: Activity) -> Lead:
    """A call of a function as a script: only the definitions of the script that was read in, and the call behind them.

    Shape: the lines stay those of the file; the shell's options are those of the caller, of which nothing is known but that
           errors are most often looked at.
    """
    import shlex

    folder = activity.command.folder if activity.command is not None else ""
    script = f"{_definitions(lead.script)}\n{shlex.join(argv)}"
    return msgspec.structs.replace(lead, script=script, folder=folder, soft_why=activity.soft_why)


@lru_cache(maxsize=64)
def _definitions(script: str) -> str:
    """A script in which everything but the definitions of functions is made blanks of equal length."""
    from opslint.resolve.shell.dialects.blocks import blanked
    from opslint.resolve.shell.syntax.grammar import bounded, root_of
    from opslint.resolve.shell.syntax.words import Source

    text = bounded(script)
    source = Source(text, {})
    ranges: list[tuple[int, int]] = []
    at = 0
    for node in root_of(source.data).named_children:
        if node.type == "function_definition":
            ranges.append((at, source.offset(node.start_byte)))
            at = source.offset(node.end_byte)
    ranges.append((at, len(text)))
    return blanked(text, ranges)
