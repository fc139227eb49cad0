"""TOML as plain values, without the keys that make the parser spend the square of their parts."""

from __future__ import annotations

from typing import Any

from opslint.errors import UnreadableFile
from opslint.source.words.late import late

_DEEP = late(r"(?:[\w-]{1,60}[ \t]?\.[ \t]?){80}")
_LINE = late(r"line (\d+)")


def parse_toml(text: str) -> dict[str, Any]:
    """The tables of a TOML document.

    Source: TOML 1.0, by tomllib; a key of more than eighty parts is refused (a hundred thousand take 4 GB).
    Raises: UnreadableFile with the parser's words and, where it tells, the line.
    """
    import tomllib

    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if _DEEP.search(text.replace('"', "").replace("'", "")):
        raise UnreadableFile("a key of it has more than 80 parts")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise UnreadableFile("it nests too deep") from None
    except tomllib.TOMLDecodeError as error:
        line = _LINE.search(str(error))
        raise UnreadableFile(f"it is not TOML: {error}", int(line[1]) if line else None) from None
