"""Commands that a Rust program of the workspace starts for one of its own sub-commands, as far as they are literal."""

from __future__ import annotations

import re
import shlex

import msgspec

from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.jobs.places import Files
from opslint.source.span import Span
from opslint.source.words.late import late

MAX_FILES = 60
MAX_TEXT = 256 * 1024
MAX_FUNCTIONS = 400
MAX_COMMANDS = 60
MAX_REACHED = 80

_TOKEN = late(
    r"//[^\n]*|/\*(?s:.*?)(?:\*/|\Z)|r(#{1,4})\"(?s:.*?)(?:\"\1|\Z)|r\"[^\"]*\"?|\"(?:[^\"\\]|\\(?s:.))*\"?|'(?:\\.|[^'\\\n])'|[{}()\[\]]"
)
_FUNCTION = late(r"\bfn\s+(\w+)")
_IMPL = late(r"\bimpl\b([^{;]{0,300})\{")
_TYPE = late(r"(\w+)\s*(?:<[^{]*)?$")
_CALL = late(r"(?:\b(\w+)::|(\.))?\b(\w+)\s*(?:::<[^>;]*>)?\(")
_HERE = frozenset({"", "self", "Self", "crate", "super"})
_SHELL = late(r"\bcmd!\s*\(\s*(?:&?\w+\s*,\s*)?(\"(?:[^\"\\]|\\(?s:.))*\")((?:\s*,\s*[^)]*)?)\)([^;{}]{0,200})")
_NEW = late(r"\bCommand::new\(\s*(\"(?:[^\"\\]|\\.)*\")\s*\)([^;{}]{0,1500})")
_ARGUMENT = late(r"\.args?\(\s*&?(?:vec!)?(\[[^\]]*\]|\"(?:[^\"\\]|\\.)*\"|[^)]*)\)")
_STRING = late(r"\"((?:[^\"\\]|\\(?s:.))*)\"")
_INSERTED = late(r"\{[^{}]*\}")
_CONTINUED = late(r"\\\n\s*")
_READ = ("ignore_status", ".read(", ".output(", "is_ok(", "is_err(")
SOFT = "the program only looks at what it says"


class Function(msgspec.Struct, frozen=True, kw_only=True):
    """One function: its body's text and where that begins; `owner` is the type of its `impl`, else the module's name."""

    name: str
    owner: str
    path: str
    line: int
    body: str


def commands_of_package(package: str, wanted: str, folder: str, files: Files) -> Led | None:
    """The commands that a package's program starts for a sub-command; None where nothing says which are for it.

    Shape:  `wanted` is the first word the program is given, "" for none: then the program must not choose by its words.
    Source: cargo-xtask, "Polyfills" and "Defining xtasks"; xshell, `cmd!`.
    """
    functions = files.kept(("cargo.xtask", package), lambda: _functions(package, files))
    starts = [arm for one in functions for arm in _arms(one, wanted)] if wanted else _simple(functions)
    leads: list[Lead] = []
    for function in _reached(starts, functions):
        for script, offset, soft in _commands(function.body):
            if len(leads) < MAX_COMMANDS:
                line = function.line + function.body.count("\n", 0, offset)
                place = Span(path=function.path, line=line)
                leads.append(Lead(script=script, span=place, folder=folder, confidence="low", soft_why=SOFT if soft else ""))
    return Led(leads=tuple(leads)) if leads else None


def _simple(functions: list[Function]) -> list[Function]:
    """The program's own function, where it does not choose by what it is given."""
    return [one for one in functions if one.name == "main" and "match " not in one.body]


def _functions(package: str, files: Files) -> list[Function]:
    """The functions of a package's sources."""
    start = f"{package}/src/" if package else "src/"
    paths = [path for path in files.below(start.rstrip("/")) if path.endswith(".rs")]
    found: list[Function] = []
    for path in paths[:MAX_FILES]:
        text = files.text(path) or ""
        if len(text) <= MAX_TEXT:
            found += _of_file(path, text.replace("\r\n", "\n"))
    return found[:MAX_FUNCTIONS]


def _of_file(path: str, text: str) -> list[Function]:
    """The functions of one file, by its braces; strings and comments hold none."""
    module = path.rpartition("/")[2].removesuffix(".rs")
    module = path.split("/")[-2] if module == "mod" else module
    closing = _closings(text)
    opens = sorted(closing)
    impls: list[tuple[int, int, str]] = []
    for match in _IMPL.finditer(text):
        named = _TYPE.search(match[1].partition(" where ")[0].rpartition(" for ")[2].strip())
        if named is not None and (opened := match.end() - 1) in closing:
            impls.append((opened, closing[opened], named[1]))
    found: list[Function] = []
    for match in _FUNCTION.finditer(text):
        opened = _next(opens, match.end(), text)
        if opened < 0:
            continue
        owner = next((name for first, last, name in impls if first < match.start() < last), module)
        body = text[opened + 1 : closing[opened]]
        found.append(Function(name=match[1], owner=owner, path=path, line=text.count("\n", 0, opened + 1) + 1, body=_plain(body)))
        if len(found) >= MAX_FUNCTIONS:
            break
    return found


def _closings(text: str) -> dict[int, int]:
    """Where each curly bracket closes."""
    found: dict[int, int] = {}
    waiting: list[int] = []
    for match in _TOKEN.finditer(text):
        if match[0] == "{":
            waiting.append(match.start())
        elif match[0] == "}" and waiting:
            found[waiting.pop()] = match.start()
    return found


def _next(opens: list[int], at: int, text: str) -> int:
    """The curly bracket that opens the body of what begins before a place, -1 where it has none."""
    from bisect import bisect_left

    index = bisect_left(opens, at)
    if index >= len(opens) or ";" in text[at : opens[index]].partition("->")[0].partition(")")[2]:
        return -1
    return opens[index]


def _plain(body: str) -> str:
    """A body with its comments blanked, so that what they name is not taken for code."""
    return _TOKEN.sub(lambda match: re.sub(r"[^\n]", " ", match[0]) if match[0].startswith(("//", "/*")) else match[0], body)


def _arms(function: Function, wanted: str) -> list[Function]:
    """The arms of a function's matches that a sub-command chooses: `"ci" =>`, `Command::Ci =>`, `Flags::Ci(args) =>`."""
    if "=>" not in function.body:
        return []
    camel = "".join(part[:1].upper() + part[1:] for part in wanted.replace("_", "-").split("-"))
    pattern = re.compile(
        rf'(?:"{re.escape(wanted)}"|\b(?:\w+::)+{re.escape(camel)}\b)(?:\s*\([^)=]*\)|\s*\{{[^}}=]*\}})?\s*(?:\|[^=;]{{0,200}})?\)*\s*=>\s*'
    )
    found: list[Function] = []
    closing = _closings(function.body)
    for match in pattern.finditer(function.body):
        at = match.end()
        end = closing.get(at, -1) if function.body[at : at + 1] == "{" else _arm_end(function.body, at)
        line = function.line + function.body.count("\n", 0, at)
        body = function.body[at : end if end > 0 else at]
        found.append(Function(name=f"{camel}=>", owner=camel, path=function.path, line=line, body=body))
    return found


def _arm_end(text: str, at: int) -> int:
    """Where an arm without curly brackets ends: at the next comma outside brackets."""
    depth = 0
    for match in re.compile(r"[(\[{]|[)\]}]|,|\"(?:[^\"\\]|\\(?s:.))*\"").finditer(text, at):
        piece = match[0]
        if piece in "([{":
            depth += 1
        elif piece in ")]}":
            depth -= 1
        if depth < 0 or (piece == "," and not depth):
            return match.start()
    return len(text)


def _reached(starts: list[Function], functions: list[Function]) -> list[Function]:
    """The functions that some code calls, itself first; one that several modules have only where the call names the module."""
    by_name: dict[str, list[Function]] = {}
    for one in functions:
        by_name.setdefault(one.name, []).append(one)
    found = list(starts)
    seen = {id(one) for one in starts}
    for one in found:
        for match in _CALL.finditer(one.body):
            fitting = by_name.get(match[3], [])
            owner = one.owner if match[2] else match[1] or ""  # a method: of the type at hand, as far as that is known
            if owner not in _HERE:
                fitting = [other for other in fitting if other.owner == owner]
            elif len(fitting) > 1:
                fitting = [other for other in fitting if other.owner == one.owner]
            if len(fitting) == 1 and id(fitting[0]) not in seen and len(found) < MAX_REACHED and match[3] != "main":
                seen.add(id(fitting[0]))
                found.append(fitting[0])
    return found


def _commands(body: str) -> list[tuple[str, int, bool]]:
    """(script, offset, soft) of each command that stands literally in a function."""
    found: list[tuple[str, int, bool]] = []
    for match in _SHELL.finditer(body):
        first = _INSERTED.sub("…", _CONTINUED.sub(" ", match[1][1:-1]).replace('\\"', '"'))
        more = [shlex.quote(word) for word in _STRING.findall(match[2])]
        found.append((" ".join((first, *more)), match.start(), any(word in match[3] for word in _READ)))
    for match in _NEW.finditer(body):
        words = [match[1][1:-1]]
        for argument in _ARGUMENT.finditer(match[2]):
            texts = _STRING.findall(argument[1])
            words += texts or ["…"]
        script = " ".join("…" if "…" in word else shlex.quote(word) for word in words)
        found.append((script, match.start(), any(word in match[2] for word in _READ)))
    return sorted(found, key=lambda one: one[1])
