"""YAML events, from libyaml where it is installed and from ruamel.yaml's own parser where it is not or errs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ruamel.yaml.error import MarkedYAMLError, YAMLError

from opslint.errors import UnreadableFile
from opslint.source.words.late import late

try:
    from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]  # re-exported from the compiled module
except ImportError:  # pragma: no cover  the C parser is an optional wheel; tests set HAVE_C instead
    CParser = None

HAVE_C = CParser is not None
MAX_FLOW_DEPTH = 100  # of brackets, for the pure parser, which is quadratic in depth
MAX_PURE_CHARS = 1 << 18  # of a file given to the pure parser after libyaml refused it: a second or two

# What libyaml 0.1.7 takes for an indicator inside brackets: a ":" between two characters of a word.
COLON = late(r"""(?<=[^\s"'\[\]{},:]):(?=[^\s"'\[\]{},])""")
COLON_STAND_IN = "\ue002"  # a private-use character, which is part of a word
BRACKETS = late(r"[\[\]{}]")


def fast_events(text: str) -> Callable[[], Any]:
    """The function that gives the next of libyaml's events of a text, None after the last."""
    get: Callable[[], Any] = CParser(text).get_event
    return get


def pure_events(text: str) -> Callable[[], Any]:
    """The same events from the parser written in Python: slower, but right about `[a:b]`.

    Raises: UnreadableFile where brackets nest deeper than `MAX_FLOW_DEPTH`.
    """
    from ruamel.yaml import YAML

    if flow_depth(text) > MAX_FLOW_DEPTH:
        raise UnreadableFile(f"brackets nest deeper than {MAX_FLOW_DEPTH}")
    stream = iter(YAML(typ="safe", pure=True).parse(text))
    return lambda: next(stream, None)


def flow_depth(text: str) -> int:
    """An upper bound of how deep brackets nest, counted without regard to quotes or comments."""
    depth = deepest = 0
    for found in BRACKETS.finditer(text):
        if found.group() in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif depth:
            depth -= 1
    return deepest


def is_wrong_about_colons(error: YAMLError) -> bool:
    """Whether libyaml 0.1.7 may be wrong about a text: it takes the ":" of `[a:b]` for an indicator."""
    return isinstance(error, MarkedYAMLError) and "unexpected ':'" in str(error.problem)


def unreadable_from(error: YAMLError) -> UnreadableFile:
    """Say in one sentence, with its line, what a parser did not like."""
    if not isinstance(error, MarkedYAMLError):
        words = " ".join(str(getattr(error, "reason", "") or error).split())
        return UnreadableFile(f"it is not YAML: {words}")
    mark = error.problem_mark or error.context_mark
    problem = (error.problem or error.context or "the parser gave up").rstrip(".")
    if mark is None:
        return UnreadableFile(f"it is not YAML: {problem}")
    line, column = mark.line + 1, mark.column + 1
    context = ""
    if error.problem and error.context and error.context_mark is not None:
        context = f" ({error.context}, which began on line {error.context_mark.line + 1})"
    return UnreadableFile(f"it is not YAML: {problem} at line {line}, column {column}{context}", line)
