"""Regular expressions that are compiled when they are first used."""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast

METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split", "pattern", "flags", "groups", "groupindex")


class _LatePattern:
    """Stands in for a compiled pattern; the first use compiles it, later ones cost what a pattern's own would."""

    def __init__(self, pattern: Any, flags: int) -> None:
        self._source = (pattern, flags)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        ready = re.compile(*self._source)
        for method in METHODS:
            self.__dict__[method] = getattr(ready, method)
        return getattr(ready, name)


def late(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """A pattern for a module's top level: most runs never use most of them, and each costs 0.1 to 5 ms to compile.

    Raises: re.error at the first use, not here; tests use every one.
    """
    return cast("re.Pattern[AnyStr]", _LatePattern(pattern, flags))
