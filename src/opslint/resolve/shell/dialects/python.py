"""Python blocks of pipelines: the programs they start by literal calls. A best effort, so of low confidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opslint.resolve.shell.syntax.words import UNKNOWN
from opslint.resolve.wrappers import Peel, Words, layers_of

if TYPE_CHECKING:  # `ast` is imported when a Python block is met
    import ast

    from opslint.resolve.shell.emit import Emitter
    from opslint.resolve.shell.state import Level

MAX_TEXT = 64 * 1024
UNCHECKED = "the Python block does not check its exit status"

_CHECKING = frozenset({"check_call", "check_output"})
_STARTING = frozenset({"run", "call", "Popen", "getoutput", "getstatusoutput", *_CHECKING})


def python_commands(
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
    """Tell the commands that `subprocess` and `os.system` calls with literal arguments start."""
    import ast

    from opslint.resolve.shell.commands import masked, walk_into

    emitter = outer.nested(one, layers, base=base, place=place)
    emitter.confidence = "low"
    text = masked(one.script, level.scope)[0][:MAX_TEXT].replace("\x01", "_").replace("\0", " ")
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset))[:200]:
        name = _called(call)
        if not name or not call.args:
            continue
        goes = flow or ("" if _checked(name, call) else UNCHECKED)
        offset = starts[call.lineno - 1] + call.col_offset
        where = (base + offset, base + offset + 1) if base >= 0 else place
        argument = call.args[0]
        if isinstance(argument, (ast.List, ast.Tuple)):
            words = tuple(_text(item) for item in argument.elts)
            if words and words[0] != UNKNOWN:
                every = layers_of(words)
                emitter.tell(every, goes, *where)
        elif _text(argument) != UNKNOWN:
            emitter.layers = layers
            walk_into(
                emitter, Peel(script=_text(argument), dialect="sh"), layers, level, goes, base=-1, place=where, depth=depth + 1
            )


def _called(call: ast.Call) -> str:
    """`run` of `subprocess.run(…)`, `system` of `os.system(…)`, else ""."""
    function = call.func
    owner = getattr(getattr(function, "value", None), "id", "")
    name = str(getattr(function, "attr", "") or getattr(function, "id", ""))
    if owner in ("subprocess", "sp") and name in _STARTING:
        return name
    if owner == "os" and name in ("system", "popen"):
        return name
    return name if not owner and name in _CHECKING else ""


def _checked(name: str, call: ast.Call) -> bool:
    if name in _CHECKING:
        return True
    return name == "run" and any(word.arg == "check" and getattr(word.value, "value", None) is True for word in call.keywords)


def _text(node: ast.expr) -> str:
    """A literal string, the literal parts of an f-string, UNKNOWN for anything else."""
    import ast

    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) if isinstance(part, ast.Constant) else UNKNOWN for part in node.values)
    if isinstance(node, ast.Attribute) and node.attr == "executable":
        return "python"
    return UNKNOWN
