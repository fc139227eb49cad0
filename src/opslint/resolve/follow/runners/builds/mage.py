"""Mage: the literal commands of the targets of a magefile, with those they depend on."""

from __future__ import annotations

import re
import shlex

import msgspec

from opslint.model.activity import Hop
from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.follow.runners.builds.gosource import Call, Function, calls_of, functions_of
from opslint.resolve.follow.runners.written import UNKNOWN, asked_of, inside
from opslint.resolve.jobs.places import Files
from opslint.resolve.wrappers.tables import words_in
from opslint.source.span import Span
from opslint.source.words.late import late

MAX_TEXT = 512 * 1024
MAX_FILES = 60
MAX_TARGETS = 200
MAX_NESTING = 8
MAX_CALLS = 3000

_VALUED = words_in("-d -w -t -gocmd -compile -goos -goarch -ldflags")
_NOTHING = frozenset({"-l", "-h", "-init", "-clean", "-version", "-compile"})
_RUNS = frozenset({"sh.Run", "sh.RunV", "sh.Output", "sh.Exec", "sh.RunWith", "sh.RunWithV", "sh.OutputWith", "exec.Command",
                   "exec.CommandContext"})
_SKIPS = {"sh.RunWith": 1, "sh.RunWithV": 1, "sh.OutputWith": 1, "sh.Exec": 3, "exec.CommandContext": 1}
_NEEDS = frozenset({"mg.Deps", "mg.SerialDeps", "mg.CtxDeps", "mg.SerialCtxDeps"})
_DEFAULT = late(r"^var\s+Default\s*=\s*([\w.]+)", re.MULTILINE)
_ALIAS = late(r'"([\w:-]+)"\s*:\s*([\w.]+)')
_TAG = late(r"^//(?:go:build|\s*\+build)\s+mage\b", re.MULTILINE)

Place = tuple[str, Function]


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The commands of the targets named, of the default one where none is; None where no magefile is found.

    Shape:  what a function of the magefile calls in turn is followed by its name; commands put together by code are not seen.
    Source: magefile.org, "Magefiles", "Dependencies", "Aliases".
    """
    del env
    from opslint.resolve.shell.state import joined

    asked = asked_of(argv, _VALUED)
    if asked.flags & _NOTHING:
        return None
    folder = joined(folder, asked.last("-d")) if asked.last("-d") else folder
    if UNKNOWN in folder or folder.startswith(".."):
        return None
    place = folder
    magefile = files.kept(("mage", place), lambda: _magefile(_sources(place, files)))
    if magefile is None:
        return None
    run = _Run(magefile)
    names = list(asked.words) or ([magefile.default] if magefile.default else [])
    for name in names[:30]:
        run.tell(magefile.aliases.get(name.lower(), name), folder, (), 0)
    return Led(leads=tuple(run.leads)) if run.leads else None


def _sources(folder: str, files: Files) -> list[tuple[str, str]]:
    """(path, text) of the Go files mage compiles: those of `magefiles/`, or those beside with its build tag."""
    below = inside(folder, "magefiles/")
    found: list[tuple[str, str]] = []
    for path in files.tree.paths():
        if not path.endswith(".go") or path.endswith("_test.go"):
            continue
        inner = path.startswith(below)
        if not inner and path.rpartition("/")[0] != folder:
            continue
        text = (files.text(path) or "")[:MAX_TEXT]
        if inner or _TAG.search(text):
            found.append((path, text))
        if len(found) >= MAX_FILES:
            break
    return found


class Magefile(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The functions of the Go files mage compiles by their names in lower case, the default target, and other names of targets."""

    functions: dict[str, Place]
    default: str
    aliases: dict[str, str]


def _magefile(sources: list[tuple[str, str]]) -> Magefile | None:
    """What mage's files say, None where there are none."""
    functions: dict[str, Place] = {}
    aliases: dict[str, str] = {}
    default = ""
    for path, text in sources:
        for function in functions_of(text):
            name = f"{function.receiver}:{function.name}" if function.receiver else function.name
            functions.setdefault(name.lower(), (path, function))
        found = _DEFAULT.search(text)
        default = default or (found[1].replace(".", ":") if found else "")
        start = text.find("var Aliases")
        if start >= 0:
            for alias in _ALIAS.finditer(text, start, text.find("\n}", start) + 1 or len(text)):
                aliases[alias[1].lower()] = alias[2].replace(".", ":")
    return Magefile(functions=functions, default=default, aliases=aliases) if sources else None


class _Run:
    """One run of mage: what was told so far."""

    def __init__(self, magefile: Magefile) -> None:
        self.leads: list[Lead] = []
        self.functions = magefile.functions
        self._told: set[str] = set()
        self._calls = 0

    def tell(self, name: str, folder: str, via: tuple[Hop, ...], depth: int) -> None:
        """The commands of a function in its order, with those of the functions it needs or calls, each once."""
        key = name.lower()
        known = self.functions.get(key)
        if known is None or key in self._told or len(self._told) >= MAX_TARGETS or depth > MAX_NESTING:
            return
        self._told.add(key)
        path, function = known
        for call in calls_of(function) if self._calls < MAX_CALLS else ():
            self._calls += 1
            hop = Hop(path=path, line=call.line, text=f"{function.name}: {call.name}"[:120])
            if call.name in _NEEDS:
                for word in call.words:
                    self.tell(word.replace(".", ":"), folder, (*via, hop), depth + 1)
            elif call.name in _RUNS:
                self._command(call, path, folder, via)
            elif "." not in call.name and call.name != function.name:
                self.tell(call.name, folder, (*via, hop), depth + 1)

    def _command(self, call: Call, path: str, folder: str, via: tuple[Hop, ...]) -> None:
        words = call.arguments[_SKIPS.get(call.name, 0) :]
        if not words or words[0] is None:
            return
        script = " ".join(UNKNOWN if word is None else shlex.quote(word) for word in words)
        soft = "" if call.name not in ("sh.Output", "sh.OutputWith") else "what it prints is read, its failure is the program's to judge"
        self.leads.append(Lead(script=script, span=Span(path=path, line=call.line), folder=folder, via=via, soft_why=soft))
