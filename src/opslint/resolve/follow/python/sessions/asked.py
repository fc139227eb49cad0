"""What a `nox` command asks for."""

from __future__ import annotations

import msgspec

from opslint.resolve.shell.commands import opaque
from opslint.resolve.shell.state import joined

_MANY = {"-s": "sessions", "-e": "sessions", "--session": "sessions", "--sessions": "sessions", "-t": "tags", "--tags": "tags",
         "-p": "pythons", "--python": "pythons", "--pythons": "pythons", "-P": "", "--force-python": "", "--force-pythons": "",
         "--extra-python": "", "--extra-pythons": ""}
_ONE = frozenset({"-k", "--keywords", "-f", "--noxfile", "--envdir", "--report", "-db", "--default-venv-backend", "-fb",
                  "--force-venv-backend", "--download-python", "--script-mode", "--script-venv-backend", "-j"})
_TELLING = frozenset({"-l", "--list", "--list-sessions", "-h", "--help", "--version"})


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Sessions, tags, Pythons and keywords that are asked for, where the noxfile is, and the words behind `--`."""

    path: str
    sessions: tuple[str, ...] | None
    tags: tuple[str, ...] = ()
    pythons: tuple[str, ...] = ()
    keywords: str = ""
    posargs: tuple[str, ...] = ()
    only_installs: bool = False


def asked(argv: tuple[str, ...], folder: str, env: dict[str, str]) -> Asked | None:
    """What a command line and NOXSESSION ask for; None where nothing is run.

    Source: nox, "Command-line usage".
    """
    many: dict[str, list[str]] = {"sessions": [], "tags": [], "pythons": [], "": []}
    one: dict[str, str] = {}
    words = argv[1:]
    posargs = words[words.index("--") + 1:] if "--" in words else ()
    words = words[: words.index("--")] if "--" in words else words
    index, named = 0, False
    while index < len(words):
        key, equals, value = words[index].partition("=")
        index += 1
        if key in _TELLING:
            return None
        attached = key[:2] in ("-s", "-e", "-t", "-p", "-f", "-k") and len(key) > 2 and key[:2] != key and not key.startswith("--")
        if attached and key not in _ONE:
            key, equals, value = key[:2], "=", words[index - 1][2:]
        if key in _MANY:
            named |= _MANY[key] == "sessions"
            while not equals and index < len(words) and not words[index].startswith("-"):
                many[_MANY[key]].append(words[index])
                index += 1
            if equals:
                many[_MANY[key]].append(value)
        elif key in _ONE:
            one[key] = value if equals or index >= len(words) else words[index]
            index += not equals
    noxfile = one.get("-f", one.get("--noxfile", "noxfile.py"))
    if not named and env.get("NOXSESSION"):
        named, many["sessions"] = True, opaque(env["NOXSESSION"]).split(",")
    sessions = tuple(part.strip() for name in many["sessions"] for part in _parted(name))
    return Asked(path=joined(folder, noxfile), sessions=sessions if named else None, tags=tuple(many["tags"]),
                 pythons=tuple(many["pythons"]), keywords=one.get("-k", one.get("--keywords", "")), posargs=posargs,
                 only_installs="--install-only" in words)


def _parted(name: str) -> list[str]:
    """A word that names several sessions: `-s "lint tests"`, as a variable often leaves them."""
    return [name] if "(" in name else name.split()
