"""PowerShell and cmd blocks: a best effort at the programs they start, of low confidence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from opslint.resolve.shell.syntax.words import UNKNOWN
from opslint.resolve.wrappers import Peel, Words, layers_of
from opslint.resolve.wrappers.tables import words_in
from opslint.source.words.late import late

if TYPE_CHECKING:  # no import cycle at run time
    from opslint.resolve.shell.emit import Emitter

MAX_TEXT = 64 * 1024
MAX_LINES = 2000
MAX_OPENINGS = 200
LAST_LINE = "cmd only hands on the status of the last line"

_HERE_STRING = late(r"@(['\"])[^\n]*\n.*?\n\s*\1@", re.DOTALL)
_BLOCK_COMMENT = late(r"<#.*?#>", re.DOTALL)
_TOKEN = late(r'"((?:[^"`]|`.)*)"|\'((?:[^\']|\'\')*)\'|(\|\||&&|[;|&{}()])|([^\s"\'|&;{}()]+)')
_KEYWORDS = words_in(
    "if else elseif foreach for while do switch try catch finally function param return throw begin process end exit break "
    "continue in trap filter class using write-host write-output write-error write-warning write-verbose set-location "
    "push-location pop-location new-item remove-item copy-item move-item get-content set-content add-content out-file "
    "test-path join-path import-module start-sleep set-variable get-variable select-object where-object foreach-object "
    "sort-object out-null select-string"
)
_CMD_KEYWORDS = words_in(
    "echo @echo set setlocal endlocal if for goto call rem exit cd chdir pushd popd md mkdir rd rmdir del copy xcopy move "
    "type pause title ver path shift start"
)
_VARIABLE = late(r"\$\{?(?:env:)?(\w+)\}?|%(\w+)%")


def windows_commands(
    outer: Emitter, one: Peel, layers: tuple[Words, ...], flow: str, *, base: int, place: tuple[int, int]
) -> None:
    """Tell the programs that the lines of a PowerShell or cmd block start."""
    from opslint.resolve.shell.commands import masked
    from opslint.resolve.shell.syntax.words import Scope

    emitter = outer.nested(one, layers, base=base, place=place)
    emitter.confidence = "low"
    text = masked(one.script, Scope({}, {}))[0][:MAX_TEXT]
    batch = one.dialect == "cmd"
    text = _blanked(text, batch)
    statements = list(_statements(text, batch))[:MAX_LINES]
    for index, (offset, end, words, caught) in enumerate(statements):
        goes = flow or caught or (LAST_LINE if batch and not one.errexit and index < len(statements) - 1 else "")
        where = (base + offset, base + end) if base >= 0 else place
        emitter.tell(layers_of(words), goes, *where)


def _blanked(text: str, batch: bool) -> str:
    """The text with comments and here-strings made blanks of equal length, continued lines joined in place."""

    def blank(found: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", found.group())

    if batch:
        text = re.sub(r"(?im)^\s*(?:@?rem\b|::).*$", blank, text)
        return re.sub(r"\^\n", "  ", text)
    if text.count("<#") <= MAX_OPENINGS:
        text = _BLOCK_COMMENT.sub(blank, text)
    if text.count("@'") + text.count('@"') <= MAX_OPENINGS:
        text = _HERE_STRING.sub(blank, text)
    text = re.sub(r"(?m)(?:(?<=\s)|^)#.*$", blank, text)
    return re.sub(r"`\n", "  ", text)


def _statements(text: str, batch: bool) -> list[tuple[int, int, Words, str]]:
    """(offset, end, words, why soft) of each statement that starts a program."""
    found: list[tuple[int, int, Words, str]] = []
    at = 0
    for line in text.split("\n"):
        words: list[str] = []
        start = end = at
        for token in _TOKEN.finditer(line):
            double, single, separator, bare = token.groups()
            if separator:
                if separator == "&" and not batch and not words:
                    continue
                _close(found, words, start, end, batch, "`||`" if separator == "||" else "")
                words = []
                continue
            if not words:
                start = at + token.start()
            end = at + token.end()
            words.append(
                _value(double if double is not None else single if single is not None else bare, literal=single is not None)
            )
        _close(found, words, start, end, batch, "")
        at += len(line) + 1
    return found


def _close(found: list[tuple[int, int, Words, str]], words: list[str], start: int, end: int, batch: bool, why: str) -> None:
    if not words:
        return
    while batch and words and words[0].lower() in ("call", "@call", "start", "@"):
        words = words[1:]
    if not words:
        return
    head = words[0].lower().lstrip("@" if batch else "")
    if head in (_CMD_KEYWORDS if batch else _KEYWORDS) or head.startswith(
        ("$", "[", "-", "%", "#", ":", UNKNOWN, "@", "+", "=", ".net", ",")
    ):
        return
    if not batch and len(words) > 1 and words[1] in ("=", "+="):
        return
    if not re.match(r"[\w./\\~]", head):
        return
    found.append((start, end, tuple(words), why))


def _value(text: str, *, literal: bool) -> str:
    if literal:
        return text
    return re.sub(
        "\x01+", UNKNOWN, _VARIABLE.sub(UNKNOWN, text) if ("$" in text and not text.startswith("$")) or "%" in text else text
    )
