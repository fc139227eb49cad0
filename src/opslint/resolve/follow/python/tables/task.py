"""One task of a table as leads: what every such runner shares."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from opslint.resolve.follow.follower import Lead
from opslint.resolve.follow.python.tables.toml import Toml
from opslint.resolve.jobs.places import Files
from opslint.resolve.shell.state import joined
from opslint.resolve.shell.syntax.words import UNKNOWN
from opslint.source.span import Span
from opslint.source.words.late import late

MAX_STEPS = 100

_ENTRY = late(r"\s*([\w.]{1,200}):([A-Za-z_]\w{0,100})\s*(?:\(|$)")
_FIELD = late(r"\{([\w. -]{1,60})(?::([^{}]*))?\}")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One command of a task, as it is written.

    Shape: `soft` says why the runner goes on when it fails, `sure` is "low" where it is only likely that it runs.
    """

    script: str
    folder: str = ""
    soft: str = ""
    sure: str = ""
    env: dict[str, str] = {}
    written: str = ""


def leads_of(lines: list[Line], toml: Toml, keys: tuple[str, ...]) -> tuple[Lead, ...]:
    """Leads for the commands of a task that stands below `keys`."""
    found: list[Lead] = []
    for line in lines[:MAX_STEPS]:
        if not line.script.strip() or line.script.strip() == UNKNOWN:
            continue
        number = toml.line(*keys, holding=line.written or line.script)
        whole = "\n" in line.script.strip() and toml.text.find(line.script)
        if whole and whole > 0:  # a script over several lines, as it stands in the file
            number = toml.text.count("\n", 0, whole) + 1
        span = Span(path=toml.path, line=number, end_line=number, end_column=1 + len(line.script.partition("\n")[0]))
        found.append(Lead(script=line.script, span=span, folder=joined(toml.folder, line.folder) if line.folder else toml.folder,
                          soft_why=line.soft, confidence=line.sure, env=line.env,
                          line_step=1 if whole and whole > 0 else 0))
    return tuple(found)


def called(entry: object, folder: str, files: Files) -> tuple[Lead, ...]:
    """Leads of a task that is a function of the repository: `package.module:function`, with or without arguments behind it."""
    found = _ENTRY.match(entry) if isinstance(entry, str) else None
    if found is None:
        return ()
    from opslint.resolve.follow.python.programs import function_leads

    return function_leads(found[1], found[2], folder, files)


def filled(text: str, known: Callable[[str, str | None], str | None]) -> str:
    """A text with its `{field}` and `{field:default}` filled in.

    Shape: `known` is given name and default (None where there is none) and answers None where the field stays as it is.
    """
    for _ in range(3):
        before = text
        text = _FIELD.sub(lambda one: one[0] if (value := known(one[1], one[2])) is None else value, text)
        if text == before:
            break
    return text


def words_of(words: tuple[str, ...]) -> str:
    """Words behind a task's name as they are handed on."""
    from opslint.resolve.follow.python.reading.calls import script_of

    return script_of(list(words))
