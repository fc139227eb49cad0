"""TOML files: their tables, and on which line each key stands."""

from __future__ import annotations

import msgspec

from opslint.errors import UnreadableFile
from opslint.resolve.jobs.places import Files
from opslint.source.words.late import late
from opslint.source.words.toml import parse_toml

MAX_TEXT = 1024 * 1024
MAX_UP = 12

_HEADER = late(r"^\s*\[\[?([^\[\]]{1,400})\]\]?\s*(?:#.*)?$")
_KEY = late(r"""^\s*((?:[\w-]+|"[^"\n]{0,200}"|'[^'\n]{0,200}')(?:\s*\.\s*(?:[\w-]+|"[^"\n]{0,200}"|'[^'\n]{0,200}')){0,12})\s*=""")
_PART = late(r"""[\w-]+|"[^"\n]*"|'[^'\n]*'""")


class Toml(msgspec.Struct, frozen=True, kw_only=True):
    """A TOML file: its tables and the lines of its headers and keys, by their full path."""

    path: str
    text: str
    root: dict[str, object]
    lines: dict[tuple[str, ...], int]

    @property
    def folder(self) -> str:
        """The folder it stands in."""
        return self.path.rpartition("/")[0]

    def table(self, *keys: str) -> dict[str, object]:
        """A table, empty where there is none."""
        return table_of(self.root, *keys)

    def line(self, *keys: str, holding: str = "", after: int = 0) -> int:
        """The line of a key, or of the nearest above it; of `holding` behind it and behind the line `after` where that is found."""
        at = next((self.lines[keys[:end]] for end in range(len(keys), 0, -1) if keys[:end] in self.lines), 1)
        needle = holding.partition("\n")[0].partition('"')[0].partition("\\")[0].strip()[:60]
        if not needle:
            return at
        start = 0
        for _ in range(max(at - 1, after)):
            start = self.text.find("\n", start) + 1 or len(self.text)
        found = self.text.find(needle, start, start + 20_000)
        return self.text.count("\n", 0, found) + 1 if found >= 0 else at


def toml_of(path: str, text: str) -> Toml | None:
    """A TOML file parsed, None where it cannot be.

    Source: TOML 1.0; of 1.1 the inline tables that run over several lines, which pixi allows.
    """
    if len(text) > MAX_TEXT:
        return None
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    for form in (str, _inlined):
        try:
            root = parse_toml(form(text))
        except UnreadableFile:
            continue
        return Toml(path=path, text=text, root=root, lines=_lines(text))
    return None


def table_of(root: object, *keys: str) -> dict[str, object]:
    """A table inside another, empty where there is none."""
    for key in keys:
        root = root.get(key) if isinstance(root, dict) else None
    return root if isinstance(root, dict) else {}


def texts_of(value: object) -> list[str]:
    """A text, or the texts of a list."""
    if isinstance(value, str):
        return [value]
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def variables_of(value: object) -> dict[str, str]:
    """The variables of a table of texts."""
    return {name: one for name, one in value.items() if isinstance(one, str)} if isinstance(value, dict) else {}


def nearest(folder: str, names: tuple[tuple[str, tuple[str, ...]], ...], files: Files) -> Toml | None:
    """The nearest file upwards from a folder that has a table.

    Shape: `names` are (file name, keys of the table), the first that holds wins.
    """
    for _ in range(MAX_UP):
        for name, keys in names:
            found = files.made(toml_of, f"{folder}/{name}" if folder else name)
            if found is not None and found.table(*keys):
                return found
        if not folder:
            return None
        folder = folder.rpartition("/")[0]
    return None


def _lines(text: str) -> dict[tuple[str, ...], int]:
    found: dict[tuple[str, ...], int] = {}
    header: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), 1):
        if "=" not in line and "[" not in line:
            continue
        named = _HEADER.match(line[:2000])
        if named:
            header = _parts(named[1])
            found.setdefault(header, number)
            continue
        key = _KEY.match(line[:2000])
        if key:
            found.setdefault((*header, *_parts(key[1])), number)
    return found


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(text))


def _inlined(text: str) -> str:
    """The text with inline tables put on one line each, comments in them and commas at their end taken off."""
    parts: list[str] = []
    depth: list[str] = []
    at = 0
    while at < len(text):
        one = text[at]
        if one in "\"'":
            end = _string_end(text, at)
            parts.append(text[at:end])
            at = end
            continue
        if one == "#":
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            parts.append("" if "{" in depth else text[at:end])
            at = end
            continue
        opens_list = one == "[" and (depth or "".join(parts[-3:]).rstrip(" \t").endswith("="))
        if one == "{" or opens_list:
            depth.append(one)
        elif one in "}]" and depth:
            depth.pop()
            if one == "}":
                while parts and parts[-1] in (" ", "\t", ","):
                    parts.pop()
        parts.append(" " if one == "\n" and "{" in depth else one)
        at += 1
    return "".join(parts)


def _string_end(text: str, at: int) -> int:
    """Where a string that begins at `at` ends."""
    quote = text[at] * 3 if text.startswith(text[at] * 3, at) else text[at]
    end = at + len(quote)
    while end < len(text):
        if text[end] == "\\" and text[at] == '"':
            end += 2
        elif text.startswith(quote, end):
            return end + len(quote)
        elif text[end] == "\n" and len(quote) == 1:
            return end
        else:
            end += 1
    return len(text)
