"""YAML with positions: one pass over libyaml's events onto our own nodes."""

from __future__ import annotations

import gc

import msgspec
from ruamel.yaml.error import YAMLError

from opslint.errors import UnreadableFile
from opslint.source.node import Node
from opslint.source.reading.build import Built, build, rewrite
from opslint.source.reading.events import (
    COLON,
    COLON_STAND_IN,
    HAVE_C,
    MAX_PURE_CHARS,
    fast_events,
    is_wrong_about_colons,
    pure_events,
    unreadable_from,
)
from opslint.source.words.text import decode, printable


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something odd that did not keep a file from being read. `line` starts at 1; `message` is a clause without a full stop."""

    line: int
    message: str


class YamlFile(msgspec.Struct, frozen=True, kw_only=True):
    """One YAML file, read.

    Shape: `documents` are the roots of its non-empty documents; `problems` sorted by line; `templated` says that Go-template
           actions were masked to read it (inline ones stand verbatim in the values, control lines are gone); `text` is the
           file's text without a byte order mark, to which every line and column refers.
    """

    documents: tuple[Node, ...]
    problems: tuple[Problem, ...] = ()
    templated: bool = False
    text: str = ""


def parse_yaml(data: bytes) -> YamlFile:
    """Read one YAML file into positioned nodes.

    Shape:  values are text as YAML 1.2 sees them (`on` and `yes` are strings); aliases share the node they name.
    Raises: UnreadableFile with reason and line, for what is no YAML, is binary, nests or expands beyond the caps.
    """
    text = decode(data)
    was_enabled = gc.isenabled()
    gc.disable()  # nothing here is garbage before the end: halves the time
    try:
        return parse_text(text)
    finally:
        if was_enabled:
            gc.enable()


def parse_text(text: str) -> YamlFile:
    """Read the text of one YAML file; see `parse_yaml`."""
    problems: list[Problem] = []
    refused: UnreadableFile | None = None
    try:
        built = events_to_nodes(text)
        if not built.suspicious:
            return finish(built, problems, text, templated=False)
    except UnreadableFile as error:
        refused = error
        text, line = printable(text)
        if line is not None:
            problems.append(Problem(line=line, message="a control character, which YAML does not allow, was read as U+FFFD"))
            try:
                return finish(events_to_nodes(text), problems, text, templated=False)
            except UnreadableFile as second:
                refused = second
    if has_action(text):
        from opslint.source.reading.templates import parse_template

        try:
            read = parse_template(text, events_to_nodes)
        except UnreadableFile as error:
            read = None
            if refused is not None and stands_at_action(text, refused.line):
                refused = UnreadableFile(f"{error.reason}, once its template actions are masked", error.line)
        if read is not None:
            return finish(read, problems, text, templated=True)
    if refused is not None:
        raise refused
    return finish(built, problems, text, templated=False)


def has_action(text: str) -> bool:
    """Whether a text may be a template: Go's `{{ }}` or Jinja's `{% %}`."""
    return "{{" in text or "{%" in text


def stands_at_action(text: str, line: int | None) -> bool:
    """Whether a template action stands on the line a parser complained about, and so may be all that is wrong with it."""
    return line is not None and has_action("\n".join(text.split("\n", line)[max(line - 2, 0) : line]))


def events_to_nodes(text: str) -> Built:
    """Build nodes from libyaml's events, or by a way around where libyaml is known to err.

    Raises: UnreadableFile.
    """
    if not HAVE_C:
        return pure_events_to_nodes(text)
    try:
        return build(fast_events(text))
    except YAMLError as error:
        if not is_wrong_about_colons(error):
            raise unreadable_from(error) from None
        refused = error
    try:
        built = build(fast_events(COLON.sub(COLON_STAND_IN, text)))
    except YAMLError:
        if len(text) > MAX_PURE_CHARS:
            raise unreadable_from(refused) from None
        return pure_events_to_nodes(text)
    rewrite(built.documents, lambda value: value.replace(COLON_STAND_IN, ":"))
    return built


def pure_events_to_nodes(text: str) -> Built:
    """Build nodes from the events of the parser written in Python.

    Raises: UnreadableFile, also for that parser's own defects on hostile text.
    """
    try:
        return build(pure_events(text))
    except YAMLError as error:
        raise unreadable_from(error) from None
    except (RecursionError, ValueError, IndexError, AttributeError, TypeError, AssertionError) as error:
        raise UnreadableFile(f"it is not YAML: the parser gave up ({type(error).__name__})") from None


def finish(built: Built, problems: list[Problem], text: str, *, templated: bool) -> YamlFile:
    """Put together what was read; duplicate keys of template branches are no problem."""
    if not templated:
        problems = problems + [Problem(line=line, message=message) for line, message in built.problems]
    return YamlFile(documents=tuple(built.documents), problems=tuple(sorted(problems, key=lambda problem: problem.line)),
                    templated=templated, text=text)
