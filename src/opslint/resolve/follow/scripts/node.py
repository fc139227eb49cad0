"""Node programs of the repository: the commands that literal calls of `child_process`, execa and zx start. A best effort."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import pairwise

from opslint.resolve.follow.follower import Lead, Led, is_script
from opslint.resolve.follow.scripts.paths import MAX_SCRIPT, located
from opslint.resolve.jobs.places import Files
from opslint.resolve.shell.dialects.blocks import blanked, blocks_of
from opslint.resolve.wrappers.tables import words_in
from opslint.source.span import Span
from opslint.source.words.late import late

MAX_CALLS = 100
MAX_TRIES = 100
MAX_LINE = 2000
UNCHECKED = "the program goes on whatever it returns"
CAUGHT = "the program catches its error and goes on"
SUFFIXES = (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts")

_VALUED = words_in("-r --require --import --loader --experimental-loader -C --conditions --env-file --tsconfig -P --project")
_COMMENT = late(r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)|//[^\n]*|/\*.*?(?:\*/|\Z)""", re.DOTALL)
_STRING = r"""(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`)"""
_STARTERS = "execSync|exec|execCommand|execaCommandSync|execaCommand|spawnSync|spawn|execFileSync|execFile|execaSync|execa"
_TOLD = r"\(\s*" + _STRING + r"\s*(?:,\s*\[((?:[^\[\]]|\[[^\[\]]{0,400}\]){0,4000})\])?"
_CALL = late(r"(?<![\w$.])(?:([\w$]+)\.)?(" + _STARTERS + r")" + _TOLD)
_BODY = (
    r"(?:\{\s*)?(?:(?:return|(?:const|let|var)\s[\w${}, ]{1,80}=)\s*)?(?:await\s+)?(?:[\w$]{1,80}\.)?(" + _STARTERS + r")\(\s*\2\s*[,)]"
)
_FIRST = r"\s*([\w$]{1,80})(?![\w$])"
_TYPED = r"\s*(?::[^={}()]{0,80})?"
_WRAPPED = (
    late(
        r"\b(?:const|let|var)\s+([\w$]{1,80})\s*=\s*(?:async\b\s*)?\(?" + _FIRST + r"(?:[^()]{0,300}\)" + _TYPED + r")?\s*=>\s*" + _BODY
    ),
    late(r"\bfunction\s+([\w$]{1,80})\s*\(" + _FIRST + r"[^()]{0,300}\)" + _TYPED + r"\s*" + _BODY),
)
_RAW = late(r"\{([^{}]{0,400})\}\s*(?:from\s*|=\s*require\(\s*)[\"'](?:node:)?child_process[\"']")
_NESTED = late(r"\[[^\[\]]*\](?:\s*\.\w{1,40}\([^()]{0,100}\)){0,3}")
_TAGGED = late(r"(?<![\w$.])\$(?:\(\{[^{}]{0,400}\}\))?`((?:[^`\\]|\\.)*)`")
_ITEM = late(_STRING)
_HOLE = late(r"\$\{[^{}]*\}")
_LISTED = frozenset({"spawnSync", "spawn", "execFileSync", "execFile", "execaSync", "execa"})
_WAITED = frozenset({"spawn", "exec", "execFile"})
_FAILS = late(r"process\.exit|exitCode|\bthrow\b|\breject\b|setFailed")
_OWNERS = frozenset({"cp", "child_process", "childProcess", "childprocess", "proc", "shell", "sh", "exec", "execa", "shelljs"})


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """What the program behind `node x.mjs`, `tsx x.ts` or `zx x.mjs` starts; None where it is not here or starts nothing literal.

    Shape: `node --run x` starts a script of package.json instead.
    """
    index = 1
    while index < len(argv) and argv[index].startswith("-"):
        if argv[0] == "node" and argv[index].partition("=")[0] == "--run":
            from opslint.resolve.follow.javascript import packages

            return packages.follow(argv, folder, env, files)
        if argv[index] in ("-e", "-p", "--eval", "--print", "--test", "-"):
            return None
        index += 2 if argv[index] in _VALUED else 1
    word = argv[index] if index < len(argv) else ""
    path = located(word, folder) if word.endswith(SUFFIXES) and is_script(word) else ""
    if not path or not files.tree.has(path):
        return None

    def read() -> Led | None:
        text = files.text(path)
        return node_led(path, text, folder) if text is not None else None

    return files.kept(("node", path, folder), read)


def node_led(path: str, text: str, folder: str) -> Led | None:
    """The commands a program's literal calls start, each as a lead of low confidence.

    Shape:  `execSync("…")` and zx throw where the command fails, and so does what is awaited and not child_process's own; the
            outcome of the others is only known to be lost where the call stands for itself. A function that hands its first
            argument on to one of them starts what it is called with. What is filled in with `${…}` is not known.
    Source: Node.js, "Child process"; google/zx, "API"; sindresorhus/execa, "API".
    """
    if len(text) > MAX_SCRIPT or not any(word in text for word in ("`", "exec", "spawn")):
        return None
    code = _COMMENT.sub(lambda found: found[1] or re.sub(r"[^\n]", " ", found.group()), text)
    strings = [one.span() for one in _ITEM.finditer(code)]
    found = _started(code, strings)
    if "zx" in text:
        found.extend((call.start(), _filled(call[1]), "") for call in list(_TAGGED.finditer(code))[:MAX_CALLS])
    caught = _caught(code, strings)
    found = [(at, command, soft or (CAUGHT if any(start < at < end for start, end in caught) else "")) for at, command, soft in found]
    leads = [_lead(path, text, folder, one) for one in sorted(found) if one[1].strip() and len(one[1]) <= MAX_LINE]
    return Led(leads=tuple(leads)) if leads else None


def _started(code: str, strings: list[tuple[int, int]]) -> list[tuple[int, str, str]]:
    """Where literal calls start what, and why their outcome may be lost."""
    found: list[tuple[int, str, str]] = []
    starts = [start for start, _ in strings]
    fails = _FAILS.search(code) is not None
    raw = {word.strip() for one in _RAW.finditer(code) for word in one[1].split(",")}
    own = {one[1]: one[3] for form in _WRAPPED for one in list(form.finditer(code))[:MAX_CALLS]}
    calls = list(_CALL.finditer(code))[:MAX_CALLS]
    if own:
        named = "|".join(re.escape(name) for name in own)
        calls.extend(list(re.finditer(r"(?<![\w$.])()(" + named + r")" + _TOLD, code))[:MAX_CALLS])
    for call in calls:
        before = bisect_right(starts, call.start()) - 1
        if before >= 0 and call.start() < strings[before][1]:
            continue  # it stands in a string
        if call[1] and call[1] not in _OWNERS:
            continue
        name = own.get(call[2], call[2])
        leading = code[max(0, call.start() - 80) : call.start()]
        alone = re.search(r"(?:^|[;{}\n])\s*(?:await\s+)?$", leading) is not None
        promised = name != "spawn" and name not in raw and re.search(r"\bawait\s+$", leading) is not None
        looked_at = call[2] in own and fails
        unseen = (name == "spawnSync" and alone and not looked_at) or (name in _WAITED and not fails and not promised)
        found.append((call.start(), _command(call, name), UNCHECKED if unseen else ""))
    return found


def _command(call: re.Match[str], name: str) -> str:
    """The command a call names; of its list, what a condition puts in by a list of its own is not known."""
    command, listed = _filled(call[3] or call[4] or call[5] or ""), call[6]
    if listed is None and not (name in _LISTED and name.startswith(("spawn", "execF"))):
        return command
    items = _ITEM.finditer(_NESTED.sub("", listed or ""))
    words = [command, *(_filled(one[1] or one[2] or one[3] or "") for one in items)]
    return " ".join("'" + word.replace("'", "'\\''") + "'" for word in words)


def _caught(code: str, strings: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where errors are caught and not passed on: the `try` blocks whose `catch` neither throws nor ends the program."""
    plain = blanked(code, strings)
    blocks = blocks_of(plain)
    found: list[tuple[int, int]] = []
    for block, later in pairwise(sorted((one for one in blocks if one.head in ("try", "catch")), key=lambda one: one.open)[:MAX_TRIES]):
        if block.head == "try" and later.head == "catch" and not _FAILS.search(plain, later.open, later.close):
            found.append((block.open, block.close))
    return found


def _lead(path: str, text: str, folder: str, found: tuple[int, str, str]) -> Lead:
    offset, command, soft = found
    line = text.count("\n", 0, offset) + 1
    column = offset - text.rfind("\n", 0, offset)
    return Lead(
        script=command,
        span=Span(path=path, line=line, column=column),
        folder=folder,
        soft_why=soft,
        confidence="low",
    )


def _filled(text: str) -> str:
    """A string's content with what is filled in unknown."""
    return _HOLE.sub("…", text.replace("\\\n", " ").replace("\\n", "\n"))
