"""The template words of a Taskfile (`{{.NAME}}`), filled in where they are literal."""

from __future__ import annotations

from collections.abc import Callable

from opslint.resolve.follow.runners.written import UNKNOWN
from opslint.source.words.late import late

MAX_VALUE = 4000
MAX_ACTIONS = 200

_NAME = late(r"^\.([A-Za-z_]\w*)$")
_DEFAULT = late(r"""^(?:\.([A-Za-z_]\w*)\s*\|\s*default\s+(?:"([^"]*)"|'([^']*)'|`([^`]*)`|\.([A-Za-z_]\w*)|(\d+|true|false)))$""")
_DEFAULT_FIRST = late(r"""^default\s+(?:"([^"]*)"|'([^']*)'|`([^`]*)`|\.([A-Za-z_]\w*)|(\d+|true|false))\s+\.([A-Za-z_]\w*)$""")
_INDEX = late(r"^index\s+\.MATCH\s+(\d+)$")
_QUOTED = late(r"""^(?:"([^"{}]*)"|`([^`]*)`)$""")
_FIXED = {"OS": "linux", "ARCH": "amd64", "exeExt": ""}


def filled(text: str, value: Callable[[str], str | None], matches: tuple[str, ...] = ()) -> str:
    """A text with its actions filled in; those that are not understood become "…", what stands between `if` and `end` stays.

    Shape: `value` gives a variable's value, None where it is not set; `matches` are what the wildcards of the task stand for.
    """
    if "{{" not in text:
        return text
    parts: list[str] = []
    at = 0
    while (start := text.find("{{", at)) >= 0 and len(parts) < MAX_ACTIONS * 2:
        end = text.find("}}", start)
        if end < 0:
            break
        parts.append(text[at:start])
        parts.append(_action(text[start + 2 : end].strip("- \t\n"), value, matches))
        at = end + 2
    rest = text[at:]
    if "{{" in rest:
        rest = rest.partition("{{")[0] + UNKNOWN
    return ("".join(parts) + rest)[: MAX_VALUE * 4]


def _action(inner: str, value: Callable[[str], str | None], matches: tuple[str, ...]) -> str:
    name = _NAME.match(inner)
    if name is not None:
        known = value(name[1])
        return UNKNOWN if known is None else known
    found = _DEFAULT.match(inner)
    if found is not None:
        return value(found[1]) or _first(found[2], found[3], found[4], found[6]) or (value(found[5]) or "" if found[5] else "")
    found = _DEFAULT_FIRST.match(inner)
    if found is not None:
        return value(found[6]) or _first(found[1], found[2], found[3], found[5]) or (value(found[4]) or "" if found[4] else "")
    found = _INDEX.match(inner)
    if found is not None:
        index = int(found[1][:4])
        return matches[index] if index < len(matches) else UNKNOWN
    found = _QUOTED.match(inner)
    if found is not None:
        return found[1] if found[1] is not None else found[2]
    return _FIXED.get(inner, UNKNOWN)


def _first(*values: str | None) -> str:
    return next((value for value in values if value), "")
