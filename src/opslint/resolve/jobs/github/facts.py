"""Expressions filled in where their value is known, and the way back to where they stand."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import lru_cache

import msgspec

from opslint.model.activity import Command
from opslint.parse.github.conditions import evaluate
from opslint.parse.github.contexts import Scenario
from opslint.parse.github.expressions import Call, Context, Expression, ExpressionError, parse_expression
from opslint.parse.github.values import UNKNOWN, Text, Value, word_of
from opslint.source.words.expressions import expressions_in

MAX_FILLED = 256 * 1024
"""Code points of a text after filling in."""

Facts = Mapping[str, Value]
"""Values of contexts by dotted path in lower case: `matrix.os`, `inputs.task`, `steps.meta.outputs.tag`."""


class Filled(msgspec.Struct, frozen=True):
    """A text with expressions filled in.

    Shape: `cuts` are (offset in the filled text, its end there, offset in the written text, its end there) of each.
    """

    text: str
    written: str
    cuts: tuple[tuple[int, int, int, int], ...] = ()

    def back(self, offset: int, *, end: bool = False) -> int:
        """The offset in the written text; inside of what was filled in it is that of the expression, or of its end."""
        index = bisect_right(self.cuts, (offset, MAX_FILLED * 2, 0, 0)) - 1
        if index < 0:
            return offset
        start, stop, written, written_end = self.cuts[index]
        if offset >= stop and not (end and offset == start):
            return written_end + offset - stop
        return written_end if end and offset > start else written

    def placed(self, commands: tuple[Command, ...]) -> Iterator[tuple[Command, str]]:
        """Commands of the filled text with their places in the written one, each with its text as filled in."""
        from opslint.resolve.shell.emit import Lines

        lines = Lines(self.written) if self.cuts else None
        for command in commands:
            text = self.text[command.offset : command.end]
            if lines is None:
                yield command, text
                continue
            start, stop = self.back(command.offset), self.back(command.end, end=True)
            line, column = lines.position(start)
            end_line, end_column = lines.position(max(start, stop))
            yield msgspec.structs.replace(
                command, offset=start, end=max(start, stop), line=line, column=column, end_line=end_line, end_column=end_column
            ), text


def filled(text: str, facts: Facts, env: Mapping[str, str] | None = None) -> Filled:
    """Fill in every expression whose value is known; the others stay as they are written.

    Shape:  `env` are the variables `env.NAME` names; one whose own value holds an expression or "…" is not known.
    Never raises, whatever the text.
    """
    if "${{" not in text:
        return Filled(text, text)
    parts: list[str] = []
    cuts: list[tuple[int, int, int, int]] = []
    at = length = 0
    for start, end, inner in expressions_in(text):
        if not text.startswith("${{", start):
            continue
        word = word_of(value_in(inner, facts, env))
        if word is None or "\x01" in word:
            continue
        parts += (text[at:start], word)
        length += start - at
        cuts.append((length, length + len(word), start, end))
        length += len(word)
        at = end
        if length > MAX_FILLED:
            return Filled(text, text)
    if not cuts:
        return Filled(text, text)
    parts.append(text[at:])
    return Filled("".join(parts), text, tuple(cuts))


def all_filled(texts: dict[str, str], facts: Facts, env: Mapping[str, str] | None = None) -> dict[str, str]:
    """Texts by name with their expressions filled in; the same object where there are none."""
    if not any("${{" in text for text in texts.values()):
        return texts
    return {name: filled(text, facts, env).text if "${{" in text else text for name, text in texts.items()}


def value_in(inner: str, facts: Facts, env: Mapping[str, str] | None = None) -> Value:
    """The value of what stands between the braces; UNKNOWN where it depends on what is not known."""
    parsed = _parsed(inner)
    if parsed is None:
        return UNKNOWN
    tree, paths = parsed
    known = {path: facts[path] for path in paths if path in facts}
    for path in paths:
        if env and path.startswith("env.") and path not in known:
            known[path] = variable(path[4:], env)
    value = evaluate(tree, Scenario("", known, True), None)
    return UNKNOWN if isinstance(value, Text) else value


def variable(name: str, env: Mapping[str, str]) -> Value:
    """The value of a variable by its name in lower case."""
    found = [value for key, value in env.items() if key.lower() == name]
    return UNKNOWN if len(found) != 1 or "${{" in found[0] or "…" in found[0] else found[0]


@lru_cache(maxsize=4096)
def paths_in(inner: str) -> tuple[str, ...]:
    """The dotted paths of the contexts an expression reads; none where it cannot be read."""
    parsed = _parsed(inner)
    return parsed[1] if parsed is not None else ()


@lru_cache(maxsize=4096)
def _parsed(inner: str) -> tuple[Expression, tuple[str, ...]] | None:
    """An expression taken apart, with the paths it reads."""
    try:
        tree = parse_expression(inner)
    except ExpressionError:
        return None
    paths: list[str] = []
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, Call):
            stack.extend(node.arguments)
        elif isinstance(node, Context):
            paths.append(".".join(node.path))
    return tree, tuple(dict.fromkeys(paths))



def places_of(site_facts: Facts) -> dict[str, str]:
    """The variable that names the folder of the action that runs; the shell's reader knows the workspace itself."""
    from opslint.resolve.shell.syntax.words import ROOT

    action = site_facts.get("github.action_path")
    if not isinstance(action, str):
        return {}
    return {"GITHUB_ACTION_PATH": ROOT if action == "." else f"{ROOT}/" + action.removeprefix("./")}


def written(text: str, site_facts: Facts, env: Mapping[str, str]) -> Filled:
    """A script with its expressions filled in; the workspace is left to the shell's reader."""
    if "${{" not in text:
        return Filled(text, text)
    facts = {path: value for path, value in site_facts.items() if path != "github.workspace"}
    places = places_of(site_facts)
    if places:
        facts["github.action_path"] = places["GITHUB_ACTION_PATH"]
    return filled(text, facts, env)
