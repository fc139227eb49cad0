"""Which variables and secrets stand behind the words of a command that cannot be known."""

from __future__ import annotations

from opslint.resolve.shell.syntax.words import MASK, UNKNOWN, Scope, Source
from opslint.source.words.late import late

MAX_NAMES = 64
MAX_TEXT = 16 * 1024

_VARIABLE = late(r"(?<!\\)\$\{?([A-Za-z_]\w*|[@*1-9])")
_CONTEXT = late(r"(?<![\w.-])(secrets|vars|env|inputs|github)(?:\.([\w-]+)|\[\s*['\"]([\w-]+)['\"]\s*\])")
_BACKQUOTED = late(r"`[^`]*`")


def names_between(source: Source, scope: Scope, start: int, end: int) -> tuple[str, ...]:
    """The names of what is not known between two byte offsets: variables, and secrets and inputs that expressions name.

    Shape: sorted; names as `names_in` gives them.
    """
    text = source.slice(start, end)
    if "$" not in text and MASK not in text:
        return ()
    return names_in(text, scope, source.written(start, end) if MASK in text else "")


def names_in(text: str, scope: Scope, written: str | None = None) -> tuple[str, ...]:
    """The names behind what a text leaves unknown.

    Shape: `written` is the text with its expressions (default: the text itself). A variable whose value is known to come from
           elsewhere gives the names of that (`TOKEN: ${{ secrets.DEPLOY_KEY }}` is DEPLOY_KEY, one set by `$( )` nothing). An
           input of an action or workflow is `INPUTS.NAME`, `github.token` is GITHUB_TOKEN. In capitals, dashes made underscores.
    """
    found: set[str] = set()
    for match in _VARIABLE.finditer(_outside_substitutions(text[:MAX_TEXT])):
        found.update(_behind(match[1], scope))
    for match in _CONTEXT.finditer((text if written is None else written)[:MAX_TEXT]):
        context, name = match[1], match[2] or match[3]
        if context == "env":
            found.update(_behind(name, scope))
        elif context == "inputs":
            found.add(_shown(f"INPUTS.{name}"))
        elif context != "github" or name == "token":
            found.add(_shown("GITHUB_TOKEN" if context == "github" else name))
    return tuple(sorted(found)[:MAX_NAMES])


def _behind(name: str, scope: Scope) -> tuple[str, ...]:
    """The names a variable's unknown value comes from: its own where nothing here set it."""
    if name in ("@", "*") or name.isdigit():
        known = scope.arguments is not None and not any(UNKNOWN in word for word in scope.arguments)
        return () if known else scope.origins.get("@", ())
    value = scope.value(name)
    if value is None or (UNKNOWN in value and name not in scope.origins):
        return (_shown(name),)
    return scope.origins.get(name, ()) if UNKNOWN in value else ()


def _shown(name: str) -> str:
    return name.upper().replace("-", "_")


def _outside_substitutions(text: str) -> str:
    """A text without what stands in `$( )` and backquotes: what a command prints is no variable's value."""
    if "`" in text:
        text = _BACKQUOTED.sub("", text)
    if "$(" not in text:
        return text
    kept: list[str] = []
    at = depth = 0
    while at < len(text):
        if depth:
            depth += (text[at] == "(") - (text[at] == ")")
        elif text.startswith("$(", at):
            depth, at = 1, at + 1
        else:
            kept.append(text[at])
        at += 1
    return "".join(kept)
