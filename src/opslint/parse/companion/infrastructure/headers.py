"""The outline of an HCL file: its top-level blocks, told apart without reading their bodies."""

from __future__ import annotations

import re

import msgspec

from opslint.source.words.late import late

_TOKEN = late(
    r"""(?P<space>[ \t\r]+)|(?P<newline>\n)|(?P<comment>\#[^\n]*|//[^\n]*|/\*.*?(?:\*/|\Z))"""
    r"""|(?P<heredoc><<[-~]?[ \t]*"?(?P<tag>[A-Za-z_][\w-]*)"?[^\n]*\n)|(?P<quote>")|(?P<open>[{\[(])|(?P<close>[}\])])"""
    r"""|(?P<word>[A-Za-z_][\w.-]*)|(?P<equals>=(?!=|>))|(?P<other>.)""",
    re.DOTALL,
)

_STRING = -1


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """One top-level block.

    Shape: `labels` without quotes; `start` and `end` are offsets of the block's first and behind its last character; `closed`
           is False where the file ends inside it.
    """

    kind: str
    labels: tuple[str, ...]
    start: int
    end: int
    closed: bool


def headers_of(text: str) -> tuple[Header, ...]:
    """Split a file into its top-level blocks, with strings, templates, here-documents and comments respected.

    Shape: never fails; text that is no block is passed over.
    Source: HCL native syntax specification, structural elements.
    """
    found: list[Header] = []
    words: list[tuple[str, int]] = []
    depth = 0
    offset = 0
    while offset < len(text):
        match = _TOKEN.match(text, offset)
        if match is None:
            break
        kind = match.lastgroup if match.lastgroup != "tag" else "heredoc"
        offset = match.end()
        if kind == "quote":
            end = string_end(text, match.start())
            if depth == 0 and words:
                words.append((text[match.end() : end - 1], match.start()))
            offset = end
        elif kind == "heredoc":
            offset = _document_end(text, match.end(), match.group("tag"))
        elif kind == "word" and depth == 0:
            words.append((match.group(), match.start()))
        elif kind == "open":
            depth += 1
            if depth == 1 and match.group() == "{" and words:
                found.append(
                    Header(
                        kind=words[0][0],
                        labels=tuple(word for word, _ in words[1:]),
                        start=words[0][1],
                        end=len(text),
                        closed=False,
                    )
                )
        elif kind == "close" and depth:
            depth -= 1
            if depth == 0 and found and not found[-1].closed and words:
                found[-1] = msgspec.structs.replace(found[-1], end=match.end(), closed=True)
                words = []
        elif depth == 0 and kind in {"newline", "equals", "other"}:
            words = []
    return tuple(found)


def string_end(text: str, start: int) -> int:
    """The offset behind a quoted string that starts at `start`; `${ }` and `%{ }` inside may hold strings of their own.

    Shape: a string that its line does not close ends with the line.
    """
    stack = [_STRING]  # _STRING, or the number of braces open in a template
    offset = start + 1
    while offset < len(text):
        char = text[offset]
        offset += 1
        if stack[-1] != _STRING:
            if char == '"':
                stack.append(_STRING)
            elif char == "{":
                stack[-1] += 1
            elif char == "}" and stack[-1]:
                stack[-1] -= 1
            elif char == "}":
                stack.pop()
        elif char == "\\":
            offset += 1
        elif char == '"':
            stack.pop()
            if not stack:
                return offset
        elif char == "\n" and len(stack) == 1:
            return offset - 1
        elif char in "$%" and text.startswith("{", offset) and not text.startswith(char, offset - 2):
            stack.append(0)
            offset += 1
    return len(text)


def _document_end(text: str, start: int, tag: str) -> int:
    match = re.compile(rf"^[ \t]*{re.escape(tag)}[ \t]*(?:\r?$|\Z)", re.MULTILINE).search(text, start)
    return match.end() if match is not None else len(text)
