"""Manifests with Go templates (Helm charts): actions are masked at equal length, so that YAML can be read and places stay true.

A line that holds only actions is blanked. An action inside a line becomes a word of private-use characters, one for each
action, and stands verbatim in the values afterwards: `image: {{ .Values.image }}` is read as the text `{{ .Values.image }}`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from opslint.errors import UnreadableFile
from opslint.source.node import Node
from opslint.source.reading.actions import Action, Region, actions_in, blocks_of, strip_actions
from opslint.source.reading.build import Built, rewrite
from opslint.source.words.late import late

MAX_ACTIONS = 64**3  # what three digits of a placeholder can number
MAX_LEFT_OUT = 8  # blocks of one template in which YAML breaks
MAX_LINE_CHARS = 2_000  # of a line that is looked at for standing alone
MAX_LOOK_BELOW = 4_000  # characters after an action that are looked at for the rest of its value
HEAD, FILL, DIGITS = "\ue000", "\ue001", 0xE100  # private-use characters: YAML lets them stand in a plain scalar
PLACEHOLDER = late("\ue000([\ue100-\ue13f]{3})\ue001*")
CONTROL = late(
    r"(?:if|else|end|range|with|define|block|break|continue|elif|endif|for|endfor|set|macro|endmacro|raw|endraw)\b"
    r"|/\*|\$\w*\s*(?:,\s*\$\w+\s*)?:?=")
BLANK_LINE = late(r"(?m)^[ \t]+$")


def parse_template(text: str, parse: Callable[[str], Built]) -> Built | None:
    """Read a template as the YAML it would give, as far as that can be told without its values.

    Shape:  all branches of `if`/`else` are read where they fit together, else the first ones; where even they do not, the
            innermost blocks in which YAML breaks are left out, at most `MAX_LEFT_OUT`. None where there is no action.
    Raises: UnreadableFile with the last complaint.
    """
    actions = list(actions_in(text))
    if not actions or len(actions) > MAX_ACTIONS:
        return None
    branches, blocks = blocks_of(actions)
    attempts: list[list[Region]] = [[], branches] if branches else [[]]
    left_out = 0
    while True:
        hidden = attempts.pop(0)
        try:
            built = parse(mask_actions(text, actions, hidden))
        except UnreadableFile as error:
            if not attempts:
                block = innermost_block(text, error.line, blocks, hidden)
                left_out += 1
                if block is None or left_out > MAX_LEFT_OUT:
                    raise
                attempts.append([*hidden, block])
            continue
        restore(built.documents, text, actions)
        return built


def innermost_block(text: str, line: int | None, blocks: list[Region], hidden: list[Region]) -> Region | None:
    """The smallest block that holds a line, and is not hidden yet."""
    if line is None:
        return None
    begin = line_start(text, line)
    end = text.find("\n", begin)
    end = len(text) if end < 0 else end
    around = [block for block in blocks if block[0] <= end and block[1] >= begin and block not in hidden]
    return min(around, key=lambda block: (block[1] - block[0], block), default=None)


def line_start(text: str, line: int) -> int:
    """The offset of the first character of a line, counted from 1."""
    position = 0
    for _ in range(line - 1):
        following = text.find("\n", position)
        if following < 0:
            break
        position = following + 1
    return position


def mask_actions(text: str, actions: list[Action], hidden: list[Region]) -> str:
    """The text with its actions masked; `hidden` regions are blanked.

    Shape: what is left of a line keeps its columns, and every line its number.
    """
    pieces: list[str] = []
    position = 0
    for number, action in enumerate(actions):
        pieces.append(text[position : action.start])
        raw = text[action.start : action.end]
        if is_structure(text, action):
            pieces.append(blank(raw))
        else:
            first, newline, rest = raw.partition("\n")
            pieces.append(placeholder(number, len(first)) + newline + blank(rest))
        position = action.end
    pieces.append(text[position:])
    masked = "".join(pieces)
    pieces, position = [], 0
    for start, end in sorted(hidden):
        if end > position:
            begin = max(start, position)  # a branch inside a branch
            pieces += [masked[position:begin], blank(masked[begin:end])]
            position = end
    # empty lines, since one deeper than what follows ends a block scalar
    return BLANK_LINE.sub("", "".join([*pieces, masked[position:]]))


def is_structure(text: str, action: Action) -> bool:
    """Whether an action is blanked: it controls, or it writes lines of its own rather than a value."""
    if CONTROL.match(action.inner):
        return True
    begin = text.rfind("\n", 0, action.start) + 1
    end = text.find("\n", action.end)
    before, after = text[begin : action.start], text[action.end : end if end >= 0 else len(text)]
    if len(before) + len(after) > MAX_LINE_CHARS:
        return False
    if strip_actions(after).split("#")[0].strip():
        return False
    if strip_actions(before):
        return "indent" in action.inner and continues_below(text, end, before)
    return not is_whole_value(text, begin, end, before)


def continues_below(text: str, end: int, line: str) -> bool:
    """Whether an action at the end of `line` only begins a value whose rest stands, deeper, on the lines after `end`.

    So it is in `labels: {{- include "labels" . | nindent 4 }}` with more labels below.
    """
    indent = indent_of(line)
    below = next_line(text, end)
    if below is None:
        return False
    deeper = indent_of(below)
    return deeper > indent or (deeper == indent and below.lstrip().startswith("- ") and not line.lstrip().startswith("- "))


def is_whole_value(text: str, begin: int, end: int, before: str) -> bool:
    """Whether an action alone on its line is all there is below a key: `resources:` over `{{- toYaml . | nindent 12 }}`."""
    if before.strip():
        return False
    above = text[text.rfind("\n", 0, max(begin - 1, 0)) + 1 : max(begin - 1, 0)].rstrip()
    if not above.endswith(":") or "{{" in above or above.lstrip().startswith("#"):
        return False
    return len(before) > key_indent(above) and not continues_below(text, end, " " * key_indent(above))


def next_line(text: str, end: int) -> str | None:
    """The first line after an offset that is neither blank, nor a comment, nor begins with an action."""
    if end < 0:
        return None
    for below in text[end + 1 : end + 1 + MAX_LOOK_BELOW].split("\n"):
        words = below.strip()
        if words and not words.startswith(("#", "{{", "{%")):
            return below
    return None


def indent_of(line: str) -> int:
    """The blanks a line begins with."""
    return len(line) - len(line.lstrip(" "))


def key_indent(line: str) -> int:
    """The column of the key on a line, behind the dashes of list items."""
    return len(line) - len(line.lstrip(" -"))


def placeholder(number: int, length: int) -> str:
    """A word of `length` characters that names an action; at least four fit, since an action has its braces."""
    digits = "".join(chr(DIGITS + (number >> shift & 63)) for shift in (12, 6, 0))
    return (HEAD + digits).ljust(length, FILL)[: max(length, 4)]


def blank(text: str) -> str:
    """Spaces of the same length and lines."""
    return re.sub(r"[^\r\n]", " ", text)


def restore(documents: list[Node], text: str, actions: list[Action]) -> None:
    """Write the actions back into the values, as they stand in the file."""

    def original(found: re.Match[str]) -> str:
        high, middle, low = (ord(digit) - DIGITS for digit in found.group(1))
        number = high << 12 | middle << 6 | low
        return text[actions[number].start : actions[number].end] if number < len(actions) else found.group()

    rewrite(documents, lambda value: PLACEHOLDER.sub(original, value) if HEAD in value else value)
