"""Conditions of MSBuild, as far as they compare literal values."""

from __future__ import annotations

from opslint.source.words.late import late

MAX_CONDITION = 500

_COMPARED = late(r"^\s*'([^']*)'\s*(==|!=)\s*'([^']*)'\s*$")
_AND = late(r"\s+and\s+", 2)
_OR = late(r"\s+or\s+", 2)
_PROPERTY = late(r"\$\(([\w.]+)\)")
_OF_THE_SDK = ("msbuild", "target", "os", "platform", "istest", "isaot", "usingmicrosoft", "language", "output", "assembly", "runtime")
"""How the names of properties begin that the SDK sets by itself."""


def holds(condition: str, properties: dict[str, str]) -> bool | None:
    """Whether a condition holds with some properties (names in lower case); None where that cannot be known.

    Source: MSBuild, "Conditions"; a property that nothing sets is empty.
    """
    if not condition.strip():
        return True
    if len(condition) > MAX_CONDITION:
        return None
    if len(either := _OR.split(condition)) > 1:
        answers = [holds(part, properties) for part in either] if "(" not in condition.replace("$(", "") else [None]
        return True if True in answers else None if None in answers else False
    if len(both := _AND.split(condition)) > 1:
        answers = [holds(part, properties) for part in both]
        return False if False in answers else None if None in answers else True
    found = _COMPARED.match(condition)
    if found is None:
        return None
    left, right = filled(found[1], properties), filled(found[3], properties)
    if left is None or right is None:
        return None
    return (left.lower() == right.lower()) == (found[2] == "==")


def filled(text: str, properties: dict[str, str]) -> str | None:
    """A value with its properties filled in, None where one is not known."""
    names = [match[1].lower() for match in _PROPERTY.finditer(text)]
    if any(name not in properties and name.startswith(_OF_THE_SDK) for name in names):
        return None
    filled = _PROPERTY.sub(lambda match: properties.get(match[1].lower(), ""), text)
    return None if "…" in filled or "$(" in filled or "@(" in filled or "%(" in filled else filled
