"""sbt: the aliases of commands that a build adds."""

from __future__ import annotations

import shlex

import msgspec

from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.jobs.places import Files
from opslint.source.span import Span
from opslint.source.words.late import late

MAX_TEXT = 512 * 1024
MAX_FILES = 30

_ALIAS = late(
    r"addCommandAlias\(\s*(?:name\s*=\s*)?\"([^\"\\\n]+)\"\s*,\s*(?:value\s*=\s*)?"
    r"(\"\"\"(?s:.*?)\"\"\"|(?:\"(?:[^\"\\\n]|\\.)*\"[ \t\n+]*)+)"
)
_STRING = late(r"\"\"\"((?s:.*?))\"\"\"|\"((?:[^\"\\\n]|\\.)*)\"")
_COMMENT = late(r"^\s*//[^\n]*", 8)


class Alias(msgspec.Struct, frozen=True):
    """One alias: the commands it stands for, and where it is added."""

    commands: tuple[str, ...]
    path: str
    line: int


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The commands behind the aliases that an sbt command names; None where it names none.

    Source: sbt, "Commands" (addCommandAlias), "Command line reference".
    """
    del env
    aliases = files.kept(("sbt", folder), lambda: _aliases(folder, files))
    if not aliases:
        return None
    leads: list[Lead] = []
    for word in argv[1:]:
        for command in word.split(";"):
            alias = aliases.get(command.strip())
            if alias is not None:
                script = " ".join(("sbt", *(one if "…" in one else shlex.quote(one) for one in alias.commands)))
                leads.append(Lead(script=script, span=Span(path=alias.path, line=alias.line), folder=folder))
    return Led(leads=tuple(leads)) if leads else None


def _aliases(folder: str, files: Files) -> dict[str, Alias]:
    """The aliases that a build's own files add."""
    start = f"{folder}/" if folder else ""
    inner = {path: path[len(start) :] for path in files.below(folder) if path.endswith((".sbt", ".scala"))}
    paths = [path for path, name in inner.items() if (path.endswith(".sbt") and "/" not in name) or name.startswith("project/")]
    found: dict[str, Alias] = {}
    for path in paths[:MAX_FILES]:
        text = _COMMENT.sub("", (files.text(path) or "")[:MAX_TEXT].replace("\r\n", "\n"))
        for match in _ALIAS.finditer(text):
            value = "".join(one[1] if one[1] is not None else one[2] for one in _STRING.finditer(match[2]))
            commands = tuple(one for command in value.split(";") if (one := " ".join(command.replace("|", " ").split())))
            found.setdefault(match[1], Alias(commands, path, text.count("\n", 0, match.start()) + 1))
    return found
