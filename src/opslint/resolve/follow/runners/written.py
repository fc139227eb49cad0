"""Where the scripts of task runners stand: in scalars of YAML, below keys of TOML; and the words of their command lines."""

from __future__ import annotations

import msgspec

from opslint.resolve.follow.follower import Lead
from opslint.source.node import Scalar
from opslint.source.span import Span
from opslint.source.words.late import late

UNKNOWN = "…"

_HEADER = late(r"^\s*\[\[?([^\[\]#]{1,300})\]")
_KEY = late(r"""^\s*((?:"[^"\n]*"|'[^'\n]*'|[\w-]+)(?:\s*\.\s*(?:"[^"\n]*"|'[^'\n]*'|[\w-]+))*)\s*=\s*(.*)$""")
_PART = late(r""""([^"\n]*)"|'([^'\n]*)'|([\w-]+)""")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A command line taken apart.

    Shape: `options` maps each option that takes a value to its values; `flags` are the other options; `words` what is left, in
           order; `after` what stands behind `--`, None where that is not there.
    """

    options: dict[str, tuple[str, ...]]
    flags: frozenset[str]
    words: tuple[str, ...]
    after: tuple[str, ...] | None = None

    def last(self, *names: str) -> str:
        """The value an option was given last under any of its names, "" where it was not given."""
        return next((values[-1] for name in names if (values := self.options.get(name))), "")


def asked_of(argv: tuple[str, ...], valued: frozenset[str], *, stops: bool = False) -> Asked:
    """Take a command line apart: `valued` are the options whose value is a word of its own.

    Shape: with `stops` all that follows the first word that is no option belongs to the words, options too.
    """
    options: dict[str, tuple[str, ...]] = {}
    flags: set[str] = set()
    words: list[str] = []
    after: tuple[str, ...] | None = None
    index = 1
    while index < len(argv):
        word = argv[index]
        index += 1
        if word == "--":
            after = argv[index:]
            break
        if not word.startswith("-") or word == "-":
            if stops:
                words.extend(argv[index - 1 :])
                break
            words.append(word)
            continue
        key, equals, value = word.partition("=")
        if key in valued:
            if not equals:
                value = argv[index] if index < len(argv) else ""
                index += 1
            options[key] = (*options.get(key, ()), value)
        elif not word.startswith("--") and word[:2] in valued:
            options[word[:2]] = (*options.get(word[:2], ()), word[2:].removeprefix("="))
        else:
            flags.add(key)
    return Asked(options=options, flags=frozenset(flags), words=tuple(words), after=after)


def lead_of(node: Scalar, path: str, script: str, folder: str) -> Lead:
    """A script that stands in a scalar of a YAML file: the lines of a literal block are the file's own.

    Shape: `script` is the scalar's value, or that value with the runner's own templates filled in.
    """
    block = node.style == "|" and script.count("\n") == node.value.count("\n")
    first = node.line + 1 if node.style == "|" else node.line  # the text of a block begins on the next line
    return Lead(script=script, span=Span(path=path, line=first, column=node.column), folder=folder, line_step=1 if block else 0)


def toml_lines(text: str) -> dict[tuple[str, ...], int]:
    """The line of every table and key of a TOML file, by its path; of arrays of tables the last.

    Units: lines start at 1.
    """
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    closing = ""
    for number, whole in enumerate(text.split("\n"), 1):
        line = whole[:4000]
        if closing:
            if closing in line:
                closing = ""
            continue
        header = _HEADER.match(line)
        if header is not None and "=" not in header[1]:
            table = _parts(header[1])
            found[table] = number
            continue
        key = _KEY.match(line)
        if key is not None:
            found.setdefault((*table, *_parts(key[1])), number)
        for quotes in ('"""', "'''"):
            if line.count(quotes) % 2:
                closing = quotes
    return found


def _parts(path: str) -> tuple[str, ...]:
    return tuple(part[1] or part[2] or part[3] for part in _PART.finditer(path))


def line_of(text: str, needle: str, line: int) -> int:
    """The line at or behind another one where some text stands, that line where it does not.

    Units: lines start at 1; the next 200 lines are looked into.
    """
    wanted = needle.strip().partition("\n")[0].strip()
    lines = text.split("\n", line + 200)
    if wanted:
        for number in range(line, min(len(lines), line + 200) + 1):
            if wanted in lines[number - 1]:
                return number
    return line


def upward(folder: str) -> list[str]:
    """A folder and those above it, the nearest first, the root "" last."""
    found = [folder]
    while folder:
        folder = folder.rpartition("/")[0]
        found.append(folder)
    return found[:32]


def inside(folder: str, name: str) -> str:
    """The path of a file in a folder of the tree."""
    return f"{folder}/{name}" if folder else name
