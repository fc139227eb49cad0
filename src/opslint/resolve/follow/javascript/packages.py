"""npm, yarn, pnpm and bun: the scripts of package.json."""

from __future__ import annotations

import re

from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.jobs.places import Files
from opslint.source.span import Span
from opslint.source.words.late import late

MAX_PACKAGES = 60
"""Workspaces of one run that are looked into."""

_OWN = frozenset({"test", "t", "tst", "start", "stop", "restart"})
_RUN = frozenset({"run", "run-script", "rum", "urn"})
_VALUED = frozenset({"--prefix", "-C", "--cwd", "--dir", "-w", "--workspace", "-F", "--filter", "--loglevel", "--reporter"})
_EVERY = frozenset({"--workspaces", "-ws", "-r", "--recursive", "workspaces", "foreach", "recursive"})
_STUB = late(r"no tests? (?:specified|yet|defined)", re.IGNORECASE)
_SKIPPED = late(r"(?:^|/)(?:node_modules|test|tests|testdata|fixtures|__fixtures__|examples?|vendor)/")


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The scripts a package manager's command runs, `pre` and `post` ones included.

    Source: npm, "scripts"; Yarn and pnpm, "run".
    """
    del env
    name, packages, lenient = _asked(argv, folder, files)
    if not name:
        return None
    leads: list[Lead] = []
    stub = False
    for path in packages[:MAX_PACKAGES]:
        text = files.text(path)
        scripts = _scripts(text) if text else {}
        if name not in scripts:
            continue
        stub |= bool(_STUB.search(scripts[name]))
        for one in (f"pre{name}", name, f"post{name}"):
            if one in scripts:
                line, column = _place(text or "", one)
                span = Span(path=path, line=line, column=column, end_line=line, end_column=column + len(one) + 2)
                extra = _extra(argv) if one == name else ""
                leads.append(Lead(script=f"{scripts[one]}{extra}", span=span, folder=path.rpartition("/")[0]))
    if stub:
        return Led(leads=tuple(leads), stub=True)
    if not leads:
        known = any(files.tree.has(path) for path in packages)
        explicit = argv[0] == "npm" or _RUN & set(argv)
        return (
            Led(dead=f'package.json has no script "{name}"')
            if known and explicit and not lenient and len(packages) == 1
            else None
        )
    return Led(leads=tuple(leads))


def _asked(argv: tuple[str, ...], folder: str, files: Files) -> tuple[str, list[str], bool]:
    """The script's name ("" for none), the package.json files it is looked for in, and whether it may be missing."""
    name, index, run = "", 1, False
    inside, workspaces, every, lenient = folder, [], False, False
    while index < len(argv):
        word = argv[index]
        key, equals, value = word.partition("=")
        if word == "--":
            break
        if key in _VALUED:
            value = value if equals else (argv[index + 1] if index + 1 < len(argv) else "")
            index += 1 if equals else 2
            if key in ("-w", "--workspace", "-F", "--filter"):
                workspaces.append(value)
            elif key not in ("--loglevel", "--reporter"):
                inside = _under(folder, value)
            continue
        index += 1
        every |= word in _EVERY
        lenient |= word == "--if-present"
        if word.startswith("-") or word in _EVERY:
            continue
        if word == "workspace" and argv[0] == "yarn" and index < len(argv):
            workspaces.append(argv[index])
            index += 1
        elif word in _RUN and not run:
            run = True
        elif not name:
            name = word
            if argv[0] != "npm":  # the others hand on what stands behind the name
                break
    if argv[0] == "npm" and not run:
        name = {"t": "test", "tst": "test"}.get(name, name) if name in _OWN else ""
    return name, _packages(inside, workspaces, every, files), lenient


def _under(folder: str, to: str) -> str:
    from opslint.resolve.shell.state import joined

    return joined(folder, to)


def _packages(folder: str, workspaces: list[str], every: bool, files: Files) -> list[str]:
    """The package.json files a command looks into."""
    own = f"{folder}/package.json" if folder else "package.json"
    if not workspaces and not every:
        return [own]
    known = [path for path in files.tree.paths() if path.endswith("/package.json") and not _SKIPPED.search(path)]
    known = [path for path in known if not folder or path.startswith(folder + "/")]
    if every or any("*" in name or "…" in name or "..." in name for name in workspaces):
        return known
    wanted = {name.strip("./") for name in workspaces}
    return [
        path
        for path in known
        if path.rpartition("/")[0] in wanted or path.split("/")[-2] in {name.rpartition("/")[2] for name in wanted}
    ]


def _scripts(text: str) -> dict[str, str]:
    import json

    try:
        root = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    scripts = root.get("scripts") if isinstance(root, dict) else None
    return {key: value for key, value in scripts.items() if isinstance(value, str)} if isinstance(scripts, dict) else {}


def _place(text: str, name: str) -> tuple[int, int]:
    """Line and column of a script's key."""
    start = text.find('"scripts"')
    found = re.compile(rf'"{re.escape(name)}"\s*:').search(text, max(0, start))
    at = found.start() if found else max(0, start)
    return text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1


def _extra(argv: tuple[str, ...]) -> str:
    """What stands behind `--` is handed to the script."""
    import shlex

    return " " + shlex.join(argv[argv.index("--") + 1 :]) if "--" in argv else ""
