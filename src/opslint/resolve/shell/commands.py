"""The commands of a block: its dialect chosen, its expressions masked, its script walked, nested scripts entered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from opslint.model.activity import Command
from opslint.resolve.shell.emit import Budget, Emitter, Lines
from opslint.resolve.shell.state import Level, Way, settled
from opslint.resolve.shell.syntax.names import names_in
from opslint.resolve.shell.syntax.words import MASK, ROOT, UNKNOWN, Scope, Source
from opslint.resolve.shell.walk import Walker
from opslint.resolve.wrappers import Peel, Words
from opslint.source.words.late import late

if TYPE_CHECKING:  # for signatures only: the grammar is imported when a script is met
    from tree_sitter import Node

__all__ = ["commands_of", "forget", "masked", "walk_into"]

_EXPRESSION = late(r"\{\{|\$\[\[")
_ENV_EXPRESSION = late(r"\s*env\.([A-Za-z_]\w*)\s*")
_ROOTS = {**dict.fromkeys(("GITHUB_WORKSPACE", "CI_PROJECT_DIR", "BUILDKITE_BUILD_CHECKOUT_PATH"), ROOT), "PWD": "."}
_WORKSPACE = late(r"\s*github\.workspace\s*")
_CASE_LABEL = late(r"\s*\(?[^\s()$`]+(?:\s*\|\s*[^\s()$`|]+)*\)(?:\s|$)")
_CACHE: dict[tuple[object, ...], tuple[Command, ...]] = {}
_CACHE_SIZE = 4096


def commands_of(
    script: str,
    *,
    shell: str = "bash",
    errexit: bool = True,
    pipefail: bool = False,
    variables: Mapping[str, str] | None = None,
    arguments: tuple[str, ...] | None = None,
    names: tuple[str, ...] = (),
    folder: str = "",
) -> tuple[Command, ...]:
    """The commands a block runs, in order, wrappers taken off, each with what its failure does to the block.

    Shape:  `shell` is a dialect as `shell_semantics` gives it; `variables` are those the platform sets, expressions allowed;
            `arguments` the positional ones of a script, `names` the variables behind those of them that are not known;
            `folder` is where it begins, relative to the root, and so are then the commands' own folders.
    Units:  offsets count code points into `script`.
    Never raises, whatever the text; identical blocks are read once.
    """
    known = (
        {
            name: value
            for name, value in variables.items()
            if "$" + name in script or "${" + name in script or "env." + name in script
        }
        if variables
        else {}
    )
    key = (script, shell, errexit, pipefail, arguments, names, folder, *sorted(known.items()))
    cached = _CACHE.get(key)
    if cached is None:
        if len(_CACHE) >= _CACHE_SIZE:
            _CACHE.clear()
        told = _read(script, shell, errexit, pipefail, known, arguments, names)
        cached = _CACHE[key] = tuple(settled(command, folder) for command in told)
    return cached


def forget() -> None:
    """Drop what was read so far: each repository begins afresh, so that none depends on the one before."""
    from opslint.resolve.shell.syntax.grammar import calm

    _CACHE.clear()
    calm()


def _read(
    script: str,
    shell: str,
    errexit: bool,
    pipefail: bool,
    known: dict[str, str],
    arguments: tuple[str, ...] | None,
    names: tuple[str, ...],
) -> tuple[Command, ...]:
    if not script.strip():
        return ()
    found: list[Command] = []
    given = list(arguments) if arguments is not None else None
    scope = Scope({**_ROOTS, **{name: opaque(value) for name, value in known.items()}}, {}, given, {"@": names})
    for name, value in known.items():
        if UNKNOWN in scope.variables[name] and value != UNKNOWN:
            scope.origins[name] = names_in(value, scope)
    emitter = Emitter(Source("", {}), Lines(script), Budget(), found)
    level = Level(errexit=errexit, pipefail=pipefail, scope=scope)
    one = Peel(script=script, dialect=shell, errexit=errexit, pipefail=pipefail)
    walk_into(emitter, one, (), level, "", base=0, place=(0, len(script)), depth=0)
    return _distinct(found)


def _distinct(found: list[Command]) -> tuple[Command, ...]:
    """Without repetitions that loops and repeated calls make; the more serious of two that differ only in that stays."""
    kept: dict[tuple[int, Words, bool], Command] = {}
    for command in found:
        kept.setdefault((command.offset, command.argv, command.blocking), command)
    for offset, argv, blocking in list(kept):
        if not blocking and (offset, argv, True) in kept:
            del kept[offset, argv, False]
    return tuple(kept.values())


def opaque(value: str) -> str:
    """A variable's value with expressions and references it cannot know made UNKNOWN."""
    if "$" in value or "{{" in value:
        value = re.sub(r"\$\{\{.*?\}\}|\$\[\[.*?\]\]|\{\{.*?\}\}|\$\{[^}]*\}|\$\w+", UNKNOWN, value, flags=re.DOTALL)
    return value


def walk_into(
    outer: Emitter,
    one: Peel,
    layers: tuple[Words, ...],
    level: Level,
    flow: str,
    *,
    base: int,
    place: tuple[int, int],
    depth: int,
) -> None:
    """Read one script, outermost or nested, into the emitter's list.

    Shape: `base` is where the script begins in the outermost one, -1 where it stands there in another form; then `place`
           stands for it.
    """
    if one.dialect == "python":
        from opslint.resolve.shell.dialects.python import python_commands

        python_commands(outer, one, layers, level, flow, base=base, place=place, depth=depth)
        return
    if one.dialect in ("pwsh", "powershell", "cmd"):
        from opslint.resolve.shell.dialects.windows import windows_commands

        windows_commands(outer, one, layers, level, flow, base=base, place=place, depth=depth)
        return
    if one.dialect not in ("bash", "sh", "dash", "ash", "zsh", "ksh"):
        return
    from opslint.resolve.shell.syntax.grammar import bounded, root_of

    text, values = masked(one.script, level.scope)
    text = bounded(text)
    source = Source(text, values, one.script[: len(text)] if values else "")
    root = root_of(source.data)
    emitter = outer if depth == 0 and not layers else outer.nested(one, layers, base=base, place=place)
    emitter.source = source
    inner = Level(
        errexit=one.errexit,
        pipefail=one.pipefail,
        scope=level.scope if depth == 0 else level.scope.copy(),
        kill=flow,
        back=flow,
        folder=level.folder,
    )
    walker = Walker(source, root, emitter, keeps_errexit=one.dialect != "bash")
    if root.has_error and _lost(root):
        _by_lines(emitter, source, inner, flow, one.dialect)
    else:
        walker.block(root.named_children, Way(inner, flow, "", depth + 1))
    outer.throwaway |= emitter.throwaway


def masked(text: str, scope: Scope) -> tuple[str, dict[int, tuple[int, str]]]:
    """The text with every expression masked at equal length, and what is known of each by its offset."""
    values: dict[int, tuple[int, str]] = {}
    if MASK in text:
        text = text.replace(MASK, " ")
    if not _EXPRESSION.search(text):
        return text, values
    from opslint.source.words.expressions import expressions_in

    parts: list[str] = []
    at = 0
    for start, end, inner in expressions_in(text):
        if start < at:
            continue
        named = _ENV_EXPRESSION.fullmatch(inner)
        known = scope.variables.get(named[1], UNKNOWN) if named else ROOT if _WORKSPACE.fullmatch(inner) else UNKNOWN
        values[start] = (end, known)
        parts.append(text[at:start])
        parts.append(MASK * (end - start))
        at = end
    parts.append(text[at:])
    return "".join(parts), values


def _lost(root: Node) -> bool:
    """Whether the grammar's errors cover so much of a script that its statements cannot be trusted."""
    size = root.end_byte - root.start_byte
    if root.type == "ERROR":
        return True
    broken = sum(child.end_byte - child.start_byte for child in root.children if child.type == "ERROR")
    return broken * 2 > size


def _by_lines(emitter: Emitter, whole: Source, level: Level, flow: str, dialect: str) -> None:
    """A script that cannot be read as a whole, read line by line: low confidence, no control flow."""
    from opslint.resolve.shell.syntax.grammar import root_of

    emitter.confidence = "low"
    text, values, original = whole.text, whole.values, whole.original
    shift = emitter.base
    for found in list(re.finditer(r"[^\n]*?(?:\\\n[^\n]*?)*(?:\n|$)", text))[:500]:
        line = found.group()
        if not line.strip() or len(line) > 4000 or _CASE_LABEL.match(line):
            continue
        if shift >= 0:
            emitter.base = shift + found.start()
        here = {
            start - found.start(): (end - found.start(), value)
            for start, (end, value) in values.items()
            if found.start() <= start < found.end()
        }
        source = Source(line, here, original[found.start() : found.end()])
        emitter.source = source
        root = root_of(source.data)
        Walker(source, root, emitter, keeps_errexit=dialect != "bash").block(root.named_children, Way(level, flow, "", 1))
    emitter.base = shift
