"""Paths that GitLab files name: included files, components of the repository itself, `rules:exists` patterns."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable

from opslint.parse.discovery.registry import YAML_ENDINGS
from opslint.source.tree import Tree
from opslint.source.words.late import late

MAX_WILDCARDS = 12
"""Wildcards of one pattern: more make the search slow and nothing clearer."""

MAX_COMPARISONS = 2_000_000
"""Comparisons of a path with a `rules:exists` pattern for one repository."""

_STARS = late(r"\*+")
_PIECE = late(r"\*\*/|\*+|\?|\[[^\]/]+\]|[^*?\[]+|.")
_OWN_COMPONENT = late(
    r"(?:\$\{?CI_SERVER_(?:FQDN|HOST)\}?|[\w.-]+(?::\d+)?)/"
    r"(?:\$\{?CI_PROJECT_PATH\}?|\$\{?CI_PROJECT_NAMESPACE\}?/\$\{?CI_PROJECT_NAME\}?)/([\w./-]+)"
)
_OWN_PROJECT = late(r"\$\{?CI_PROJECT_PATH\}?|\$\{?CI_PROJECT_NAMESPACE\}?/\$\{?CI_PROJECT_NAME\}?")


def included_files(name: str, origin: str, tree: Tree) -> list[str]:
    """The files of the tree that a local include in `origin` names: a path from the root, or a pattern with `*` and `**`.

    Shape:  none where a variable stands in the name; `a/**/b.yml` asks for at least one folder between.
    Source: GitLab CI/CD YAML syntax reference, `include:local`, "Use include:local with wildcard file paths".
    """
    if "$" in name:
        return []
    path = posixpath.normpath(name.lstrip("/"))
    if "*" in path:
        pieces = _STARS.split(path)
        if len(pieces) > MAX_WILDCARDS:
            return []
        stars = [".*" if len(found) > 1 else "[^/]*" for found in _STARS.findall(path)]
        pattern = re.compile("".join(re.escape(piece) + star for piece, star in zip(pieces, [*stars, ""], strict=True)))
        return [found for found in tree.paths() if found.endswith(YAML_ENDINGS) and pattern.fullmatch(found)]
    if tree.has(path):
        return [path]
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(origin), name))
    return [beside] if name.startswith("./") and tree.has(beside) else []


def component_files(name: str, tree: Tree) -> list[str]:
    """The file of a component that the repository offers itself: `templates/<name>.yml` or `templates/<name>/template.yml`.

    Source: GitLab CI/CD components, "Directory structure".
    """
    own = _OWN_COMPONENT.fullmatch(name)
    if own is None:
        return []
    candidates = (f"templates/{own.group(1)}.yml", f"templates/{own.group(1)}/template.yml")
    return [path for path in candidates if tree.has(path)][:1]


def is_own_project(name: str) -> bool:
    """Whether `include:project` names the project the pipeline stands in."""
    return _OWN_PROJECT.fullmatch(name) is not None


class Presence:
    """Answers `rules:exists` for one tree.

    Source: GitLab CI/CD YAML syntax reference, `rules:exists`: Ruby's `File.fnmatch` with `PATHNAME`, `DOTMATCH` and `EXTGLOB`.
    """

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.left = MAX_COMPARISONS
        self.known: dict[str, bool | None] = {}

    def __call__(self, patterns: tuple[str, ...]) -> bool | None:
        """Whether a file fits one of the patterns; None where a variable or too much searching is asked for."""
        answers = []
        for pattern in patterns:
            if pattern not in self.known:
                self.known[pattern] = self._one(pattern)
            if self.known[pattern]:
                return True
            answers.append(self.known[pattern])
        return None if None in answers else False

    def _one(self, pattern: str) -> bool | None:
        if "$" in pattern:
            return None
        path = pattern.removeprefix("./").lstrip("/")
        if not any(sign in path for sign in "*?[{"):
            return self.tree.has(path)
        self.left -= len(self.tree.paths())
        fits = _matcher(path) if self.left > 0 else None
        return any(fits(candidate) for candidate in self.tree.paths()) if fits is not None else None


def _matcher(pattern: str) -> Callable[[str], object] | None:
    """A pattern with wildcards as a test; None for one that is too long to be searched for."""
    alternatives = _braces(pattern)
    if alternatives is None or any(one.count("*") + one.count("?") > MAX_WILDCARDS for one in alternatives):
        return None
    try:
        compiled = re.compile("|".join(_expression(one) for one in alternatives))
    except re.error:
        return None
    return compiled.fullmatch


def _braces(pattern: str, most: int = 64) -> list[str] | None:
    """The patterns that `{a,b}` stands for; None for more than `most`."""
    done: list[str] = []
    waiting = [pattern]
    while waiting:
        current = waiting.pop()
        close = current.find("}")
        begin = current.rfind("{", 0, close) if close >= 0 else -1
        if begin < 0:
            done.append(current)
        else:
            waiting += [current[:begin] + word + current[close + 1 :] for word in current[begin + 1 : close].split(",")]
        if len(done) + len(waiting) > most:
            return None
    return done


def _expression(pattern: str) -> str:
    found: list[str] = []
    for piece in _PIECE.findall(pattern):
        if piece == "**/":
            if found[-1:] != ["(?:[^/]+/)*"]:
                found.append("(?:[^/]+/)*")
        elif piece[0] == "*":
            found.append("[^/]*")
        elif piece == "?":
            found.append("[^/]")
        elif piece[0] == "[" and len(piece) > 2:
            negated = piece[1] in "!^"
            found.append("[" + ("^" if negated else "") + re.sub(r"([\\\[])", r"\\\1", piece[1 + negated : -1]) + "]")
        else:
            found.append(re.escape(piece))
    return "".join(found)
