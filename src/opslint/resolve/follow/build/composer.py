"""composer: the scripts of composer.json, and those its own commands set off."""

from __future__ import annotations

import re
import shlex
from typing import Any

from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.jobs.places import Files
from opslint.resolve.wrappers.form import operand, option
from opslint.resolve.wrappers.tables import words_in
from opslint.source.span import Span
from opslint.source.words.late import late

MAX_ENTRIES = 60

_VALUED = words_in("-d --working-dir --timeout")
_BUILT_IN = words_in(
    "about archive audit browse bump check-platform-reqs clear-cache clearcache cc completion config create-project depends why diagnose "
    "dump-autoload dumpautoload exec fund global help home info init install i licenses list outdated prohibits why-not reinstall remove "
    "rm uninstall repository repo require r run-script run search self-update selfupdate show status suggests update u upgrade validate"
)
_INSTALL = ("pre-install-cmd", "post-install-cmd", "pre-autoload-dump", "post-autoload-dump")
_UPDATE = ("pre-update-cmd", "post-update-cmd", "pre-autoload-dump", "post-autoload-dump")
EVENTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("install", "i"), _INSTALL),
    **dict.fromkeys(("update", "u", "upgrade", "require", "remove"), _UPDATE),
    **dict.fromkeys(("dump-autoload", "dumpautoload"), _UPDATE[2:]),
    "create-project": ("post-root-package-install", *_INSTALL, "post-create-project-cmd"),
    "archive": ("pre-archive-cmd", "post-archive-cmd"),
    "status": ("pre-status-cmd", "post-status-cmd"),
}
"""Commands -> the events whose scripts they run, in order."""

_CALLBACK = late(r"^[A-Za-z_\\][\w\\]*(?:::\w+)?$")


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The scripts that a Composer command runs; None where there is no composer.json or nothing is said.

    Source: Composer, "Scripts".
    """
    del env
    from opslint.resolve.shell.state import joined

    to = option(argv, ("-d", "--working-dir"))
    at = joined(folder, to) if to else folder
    path = f"{at}/composer.json" if at else "composer.json"
    index = operand(argv, 1, _VALUED)
    word = argv[index] if index < len(argv) else ""
    if not word or "…" in at or at.startswith("..") or not files.tree.has(path):
        return None
    if word in EVENTS:
        names: tuple[str, ...] = () if "--no-scripts" in argv else EVENTS[word]
        rest: tuple[str, ...] = ()
        explicit = False
    else:
        explicit = word in ("run-script", "run")
        if explicit:
            index = operand(argv, index + 1, _VALUED)
            word = argv[index] if index < len(argv) else ""
        elif word in _BUILT_IN:
            return None
        names, rest = (word,), tuple(one for one in argv[index + 1 :] if one != "--")
    scripts, text = files.kept(("composer", path), lambda: _scripts(files.text(path) or ""))
    if explicit and word and "…" not in word and scripts and word not in scripts:
        return Led(dead=f'composer.json has no script "{word}"')
    leads = [lead for name in names if name in scripts for lead in _leads(name, scripts[name], rest, path, text, at)]
    return Led(leads=tuple(leads)) if leads else None


def _scripts(text: str) -> tuple[dict[str, list[str]], str]:
    """The scripts by name, each a list of its entries; and the text they stand in."""
    import json

    try:
        root: Any = json.loads(text)
    except (ValueError, RecursionError):
        return {}, text
    scripts = root.get("scripts") if isinstance(root, dict) else None
    found: dict[str, list[str]] = {}
    for name, value in scripts.items() if isinstance(scripts, dict) else ():
        entries = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        found[name] = [one for one in entries if isinstance(one, str)][:MAX_ENTRIES]
    return found, text


def _leads(name: str, entries: list[str], rest: tuple[str, ...], path: str, text: str, folder: str) -> list[Lead]:
    """What the entries of a script run; callbacks in PHP are not read."""
    found: list[Lead] = []
    env: dict[str, str] = {}
    offset = _key(text, name)
    for entry in entries:
        line = _line(text, entry, offset)
        if entry.startswith("@putenv "):
            variable, _, value = entry[len("@putenv ") :].strip().partition("=")
            env = {**env, variable: value}
            continue
        script = _command(entry)
        if script:
            more = "".join(f" {one if '…' in one else shlex.quote(one)}" for one in rest)
            found.append(Lead(script=script + more, span=Span(path=path, line=line), folder=folder, env=env))
    return found


def _command(entry: str) -> str:
    """The command of an entry as the shell gets it, "" for a callback."""
    if entry.startswith("@php "):
        words = entry[len("@php ") :].split()
        while words and words[0].startswith("-"):
            words.pop(0)
        return " ".join(words) if words and not words[0].endswith(".php") else f"php {' '.join(words)}"
    if entry.startswith("@composer "):
        return entry[1:]
    if entry.startswith("@"):
        return f"composer run-script {entry[1:]}"
    first = entry.partition(" ")[0]
    return "" if "::" in first or ("\\" in first and _CALLBACK.match(entry)) else entry


def _key(text: str, name: str) -> int:
    """Where the key of a script stands in the text."""
    import json

    start = max(0, text.find('"scripts"'))
    found = re.compile(rf"{re.escape(json.dumps(name))}\s*:").search(text, start)
    return found.start() if found is not None else start


def _line(text: str, entry: str, offset: int) -> int:
    """The line of an entry, else that of its script."""
    import json

    written = (json.dumps(entry, ensure_ascii=False), json.dumps(entry, ensure_ascii=False).replace("/", "\\/"))
    at = next((place for one in written if (place := text.find(one, offset)) >= 0), offset)
    return text.count("\n", 0, at) + 1
