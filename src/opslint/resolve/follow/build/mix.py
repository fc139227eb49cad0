"""mix: the aliases of mix.exs."""

from __future__ import annotations

from itertools import islice

import msgspec

from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.jobs.places import Files
from opslint.resolve.wrappers.form import operand
from opslint.source.span import Span
from opslint.source.words.late import late

MAX_TEXT = 256 * 1024
MAX_BLOCKS = 8

_BLOCK = late(r"\bdefp?\s+aliases(?:\(\s*\w*\s*\))?\s*(?:,\s*do:|do\b)|\baliases:\s*(?=\[)")
_TOKEN = late(r"#[^\n]*|\"(?:[^\"\\]|\\.)*\"(:?)|'(?:[^'\\]|\\.)*'|[A-Za-z_]\w*[?!]?:(?=\s)|[\[\](){}]|\bend\b|~[a-z]\[[^\]]*\]")


class Alias(msgspec.Struct, frozen=True):
    """One entry of an alias: its text and line."""

    text: str
    line: int


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """What an alias runs; None for a task that is none.

    Source: Mix, "Aliases".
    """
    del env
    path = f"{folder}/mix.exs" if folder else "mix.exs"
    index = operand(argv, 1, frozenset())
    word = argv[index] if index < len(argv) else ""
    if not word or word == "do" or not files.tree.has(path):
        return None
    entries = files.kept(("mix", path), lambda: _aliases(files.text(path) or "")).get(word)
    if not entries:
        return None
    rest = argv[index + 1 :]
    leads: list[Lead] = []
    for position, entry in enumerate(entries):
        more = f" {' '.join(rest)}" if rest and position == len(entries) - 1 else ""
        script = entry.text[len("cmd ") :].strip() if entry.text.startswith("cmd ") else f"mix {entry.text}{more}"
        leads.append(Lead(script=script, span=Span(path=path, line=entry.line), folder=folder))
    return Led(leads=tuple(leads))


def _aliases(text: str) -> dict[str, list[Alias]]:
    """The aliases of a project by name: the strings of each; functions of one's own are not read."""
    text = text[:MAX_TEXT].replace("\r\n", "\n")
    found: dict[str, list[Alias]] = {}
    for block in islice(_BLOCK.finditer(text), MAX_BLOCKS):
        _entries(text, block.end(), found)
    return found


def _entries(text: str, at: int, found: dict[str, list[Alias]]) -> None:
    """The keyword list that begins behind a place."""
    depth, name, line, end = 0, "", text.count("\n", 0, at) + 1, at
    for match in _TOKEN.finditer(text, at):
        line += text.count("\n", end, match.start())
        end = match.start()
        piece = match[0]
        if piece in "[({":
            depth += 1
        elif piece in "])}":
            depth -= 1
            if depth <= 0:
                return
        elif piece == "end" and not depth:
            return
        elif depth == 1 and piece.endswith(":") and not piece.startswith("#"):
            name = piece[:-1].strip('"')
            found.setdefault(name, [])
        elif depth >= 1 and name and piece.startswith('"') and not match[1]:
            found[name].append(Alias("…".join(_pieces(piece[1:-1])), line))


def _pieces(text: str) -> list[str]:
    """A string cut at what is put into it."""
    found: list[str] = []
    for part in text.replace('\\"', '"').split("#{"):
        found.append(part.partition("}")[2] if found else part)
    return found
