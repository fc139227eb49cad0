"""Literal values of Dockerfiles, Compose and bake files: variables filled in, exec forms and lists of words read."""

from __future__ import annotations

import re

from opslint.source.words.late import late

MAX_VALUE = 8192
MAX_WORDS = 512
UNKNOWN = "…"

_VARIABLE = late(r"\$(?:\{([A-Za-z_]\w*)(?:(:?[-+?])([^{}]*))?\}|([A-Za-z_]\w*))")
_WORKSPACE = late(r"\$\{\{\s*github\.workspace\s*\}\}|\$\{?(?:GITHUB_WORKSPACE|CI_PROJECT_DIR|PWD)\b\}?")
_EXPRESSION = late(r"\$\{\{.*?\}\}|\$\[\[.*?\]\]|\{\{.*?\}\}", re.DOTALL)


def filled(text: str, variables: dict[str, str]) -> str:
    """A text with `$X`, `${X}` and `${X:-default}` filled in; what is not known becomes "…".

    Units: at most MAX_VALUE code points; a value that is filled in is not looked into again.
    Source: Dockerfile reference, "Environment replacement"; Compose specification, "Interpolation".
    """
    if "$" not in text:
        return text[:MAX_VALUE]

    def value(found: re.Match[str]) -> str:
        known = variables.get(found[1] or found[4])
        operator = found[2] or ""
        if operator.endswith("-"):
            absent = known is None or (operator == ":-" and not known)
            return (found[3] or "") if absent else known or ""
        if operator.endswith("+"):
            return UNKNOWN if known is None or known == UNKNOWN else (found[3] or "")
        return UNKNOWN if known is None else known

    return _VARIABLE.sub(value, text[:MAX_VALUE])[:MAX_VALUE]


def literal(text: str) -> str:
    """An input of an action as a path or name: the workspace is ".", any other expression "…"."""
    text = _WORKSPACE.sub(".", text.strip()[:MAX_VALUE])
    return _EXPRESSION.sub(UNKNOWN, text) if "{{" in text or "$[[" in text else text


def exec_form(text: str) -> tuple[str, ...] | None:
    """The words of a JSON list (`["npm", "test"]`), None where the text is none."""
    if not text.lstrip().startswith("["):
        return None
    import json

    try:
        words = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        return None
    return tuple(words[:MAX_WORDS])


def split(text: str) -> tuple[str, ...]:
    """The words of a text as a shell would cut it, by blanks alone where its quotes do not close."""
    import shlex

    try:
        return tuple(shlex.split(text[:MAX_VALUE])[:MAX_WORDS])
    except ValueError:
        return tuple(text[:MAX_VALUE].split()[:MAX_WORDS])


def quoted(words: tuple[str, ...]) -> str:
    """Words as a script that runs exactly them."""
    import shlex

    return shlex.join(words)


def options(words: tuple[str, ...], valued: frozenset[str]) -> tuple[dict[str, list[str]], list[str]]:
    """The options of a command line with their values, in order, and its operands.

    Shape: `valued` are the options whose value may be a word of its own; a flag has the value "".
    """
    given: dict[str, list[str]] = {}
    rest: list[str] = []
    index = 0
    while index < len(words):
        word = words[index]
        index += 1
        if word == "--":
            rest.extend(words[index:])
            break
        if not word.startswith("-") or len(word) < 2:
            rest.append(word)
            continue
        name, equals, value = word.partition("=")
        if not equals and name in valued and index < len(words):
            value = words[index]
            index += 1
        elif not equals and not name.startswith("--") and name[:2] in valued and len(name) > 2:
            name, value = name[:2], name[2:]
        given.setdefault(name, []).append(value)
    return given, rest
