"""devbox: the scripts of devbox.json that `devbox run` runs."""

from __future__ import annotations

import re
from typing import Any

from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.follow.runners.written import UNKNOWN, asked_of, inside, upward
from opslint.resolve.jobs.places import Files
from opslint.resolve.wrappers.tables import words_in
from opslint.source.span import Span
from opslint.source.words.late import late

MAX_TEXT = 512 * 1024

_VALUED = words_in("-c --config -e --env --env-file --environment")
_COMMENT = late(r'"(?:[^"\\\n]|\\.)*"?|//[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/)?')
_TRAILING = late(r'"(?:[^"\\\n]|\\.)*"?|,(?=\s{0,200}[}\]])')


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The script named; None where devbox.json is not there or has none of that name (what stands there is a command then).

    Source: devbox, "devbox run", "devbox.json Reference"; a script's lines are one file that begins with `set -e`.
    """
    del env
    asked = asked_of(argv, _VALUED, stops=True)
    if asked.words[:1] != ("run",) or UNKNOWN in folder:
        return None
    inner = asked_of(asked.words, _VALUED, stops=True)
    if not inner.words or inner.flags & {"-l", "--list", "-h", "--help"}:
        return None
    path = _path(inner.last("-c", "--config") or asked.last("-c", "--config"), folder, files)
    text = (files.text(path) or "")[:MAX_TEXT] if path else ""
    scripts = _table(_table(_loaded(text), "shell"), "scripts")
    script = scripts.get(inner.words[0])
    lines = [script] if isinstance(script, str) else script if isinstance(script, list) else []
    words = [line for line in lines if isinstance(line, str)]
    if not words:
        return None
    found = re.compile(r'"' + re.escape(inner.words[0]) + r'"\s*:').search(text, max(0, text.find('"scripts"')))
    at = found.start() if found else 0
    first = text.find(_quoted(words[0]), at)
    line = text.count("\n", 0, max(first, at)) + 1
    rest = " ".join(inner.words[1:])
    body = "\n".join(words)
    lead = Lead(
        script=f"{body} {rest}" if rest else body, span=Span(path=path, line=line), folder=path.rpartition("/")[0], errexit=True,
        line_step=1 if isinstance(script, list) and all("\n" not in word for word in words) else 0,
    )
    return Led(leads=(lead,))


def _path(given: str, folder: str, files: Files) -> str:
    from opslint.resolve.shell.state import joined

    if given:
        place = joined(folder, given)
        return next((way for way in (place, inside(place, "devbox.json")) if way.endswith(".json") and files.tree.has(way)), "")
    return next((inside(one, "devbox.json") for one in upward(folder) if files.tree.has(inside(one, "devbox.json"))), "")


def _loaded(text: str) -> object:
    """The value of JSON with comments and trailing commas."""
    import json

    plain = _COMMENT.sub(lambda found: found[0] if found[0].startswith('"') else " ", text)
    plain = _TRAILING.sub(lambda found: found[0] if found[0].startswith('"') else " ", plain)
    try:
        value: object = json.loads(plain)
    except (ValueError, RecursionError):
        return None
    return value


def _table(root: object, key: str) -> dict[str, Any]:
    value = root.get(key) if isinstance(root, dict) else None
    return value if isinstance(value, dict) else {}


def _quoted(word: str) -> str:
    import json

    return json.dumps(word, ensure_ascii=False)
