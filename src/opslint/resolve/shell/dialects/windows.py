"""PowerShell and cmd blocks: a best effort at the programs they start, of low confidence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from opslint.resolve.shell.dialects.blocks import Sequence, blocks_of, code_of, without_unused
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
LAST_PROGRAM = "PowerShell goes on when a program fails, and a later one replaces its exit code"

NO_EXIT = "`-File` ends with 0 unless the script says otherwise"

_HERE_STRING = late(r"@(['\"])[^\n]*\n.*?\n\s*\1@", re.DOTALL)
_BLOCK_COMMENT = late(r"<#.*?#>", re.DOTALL)
_TOKEN = late(
    r'"((?:[^"`]|`.)*)"|\'((?:[^\']|\'\')*)\'|(\|\||&&|[;|&{}()])|((?:\$\{[^{}\n]*\}|[^\s"\'|&;{}()])+)'
)
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
_PROGRAMS = words_in("npm npx yarn pnpm bun mvn mvnw gradle gradlew az gcloud code composer tsc eslint pip poetry ng grunt gulp bower")
_CMDLET = late(r"[A-Za-z]+-[A-Z][A-Za-z]+")
_PROGRAM = late(r"\.{0,2}[\\/]?[A-Za-z][\w.\\/-]*")
_FAILING = late(r"\s*[({]?\s*(?:exit\b(?!\s+(?:/b\s+)?0\b)|throw\b|goto\b)", re.IGNORECASE)
_VARIABLE = late(r"\$\{?(?:env:)?(\w+)\}?|%(\w+)%")


def windows_commands(
    outer: Emitter, one: Peel, layers: tuple[Words, ...], flow: str, *, base: int, place: tuple[int, int]
) -> None:
    """Tell the programs that the lines of a PowerShell or cmd block start.

    Shape:  with `pipefail` the platform looks at every line's outcome; without `errexit` it is a file PowerShell was given by `-File`.
    Source: about_Pwsh; GitHub Actions, "Exit codes and error action preference"; GitLab Runner, shells/powershell.go.
    """
    from opslint.resolve.shell.commands import masked
    from opslint.resolve.shell.syntax.words import Scope

    emitter = outer.nested(one, layers, base=base, place=place)
    emitter.confidence = "low"
    text = masked(one.script, Scope({}, {}))[0][:MAX_TEXT]
    batch = one.dialect == "cmd"
    text = _blanked(text, batch)
    code = code_of(text)
    blocks = blocks_of(code, batch=batch)
    if not batch:
        text = without_unused(text, code, blocks)
    statements = _statements(text, batch)[:MAX_LINES]
    order = Sequence(code, blocks, batch=batch)
    places, chained = [(one[0], one[1]) for one in statements], [one[4] for one in statements]
    why = LAST_LINE if batch else LAST_PROGRAM
    for index, (offset, end, words, caught, _) in enumerate(statements):
        goes = flow or caught
        if not goes and not one.pipefail and not _is_cmdlet(words):
            goes = why if order.unseen(index, places, chained) else "" if one.errexit or batch else _unsaid(order, end)
        where = (base + offset, base + end) if base >= 0 else place
        emitter.tell(layers_of(words), goes, *where)


def _unsaid(order: Sequence, end: int) -> str:
    """Why a program's failure does not fail `pwsh -File`, "" where it may.

    Source: about_Pwsh, "-File" (with normal termination the exit code is always 0).
    """
    return NO_EXIT if order.forgotten(end) else ""


def _is_cmdlet(words: Words) -> bool:
    """Whether a command is one of PowerShell's own or a function: it may throw."""
    return _CMDLET.fullmatch(words[0]) is not None


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


def _statements(text: str, batch: bool) -> list[tuple[int, int, Words, str, bool]]:
    """(offset, end, words, why soft, whether it only runs where the one before succeeds) of each statement that starts a program."""
    found: list[tuple[int, int, Words, str, bool]] = []
    at = 0
    for line in text.split("\n"):
        words: list[str] = []
        start = end = at
        bare = chained = False
        for token in _TOKEN.finditer(line):
            double, single, separator, plain = token.groups()
            if separator:
                if separator == "&" and not batch and not words:
                    continue
                caught = "`||`" if separator == "||" and not _FAILING.match(line, token.end()) else ""
                _close(found, words, (start, end), batch, caught, chained, bare)
                words, chained = [], separator == "&&"
                continue
            if not words:
                start = at + token.start()
                bare = plain is not None
            end = at + token.end()
            words.append(
                _value(double if double is not None else single if single is not None else plain, literal=single is not None)
            )
        _close(found, words, (start, end), batch, "", chained, bare)
        at += len(line) + 1
    return found


def _close(
    found: list[tuple[int, int, Words, str, bool]],
    words: list[str],
    place: tuple[int, int],
    batch: bool,
    why: str,
    chained: bool,
    bare: bool,
) -> None:
    """End one statement: it is kept where it starts a program."""
    while batch and words and words[0].lower() in ("call", "@call", "start", "@"):
        words = words[1:]
    if not batch and len(words) > 2 and bare and words[1] in ("=", "+=") and words[0].startswith("$"):
        words = words[2:] if _PROGRAM.fullmatch(words[2]) else []
    if not batch and words and words[0].lower() in ("iex", "invoke-expression") and len(words) == 2:
        words = words[1].split()
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
    if head.endswith((".cmd", ".bat")) and "/" not in head and "\\" not in head and head[:-4] not in _PROGRAMS:
        words = ["./" + words[0], *words[1:]]
    found.append((*place, tuple(words), why, chained))


def _value(text: str, *, literal: bool) -> str:
    if literal:
        return text
    return re.sub(
        "\x01+", UNKNOWN, _VARIABLE.sub(UNKNOWN, text) if ("$" in text and not text.startswith("$")) or "%" in text else text
    )
