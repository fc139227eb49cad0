"""make: the recipes of the targets a command asks for, and of those they need."""

from __future__ import annotations

import re

import msgspec

from opslint.model.activity import Hop
from opslint.resolve.follow.follower import Lead, Led, shown
from opslint.resolve.follow.runners.make.expansion import Value
from opslint.resolve.follow.runners.make.makefile import Makefile, Need, Recipe, Rule, read_makefile
from opslint.resolve.follow.runners.written import UNKNOWN, inside
from opslint.resolve.jobs.places import Files
from opslint.resolve.wrappers.tables import words_in
from opslint.source.span import Span

MAX_TARGETS = 200
MAX_NESTING = 40
MAX_HOPS = 6
NAMES = ("GNUmakefile", "makefile", "Makefile")
IGNORED = "make ignores its failure (`-`)"
IGNORES_ALL = "make ignores failures (`-i`, `.IGNORE`)"

_VALUED = words_in(
    "-C -f -j -I -l -o -W -O --directory --file --makefile --include-dir --jobs --old-file --what-if --new-file --eval --shuffle"
)
_NUMERIC = frozenset({"-j", "--jobs", "-l", "-O", "--shuffle"})
_NOTHING = frozenset(
    {"--dry-run", "--just-print", "--recon", "--question", "--version", "--help", "--touch", "--print-data-base"}
)
_QUIET_LETTERS = frozenset("nqtvph")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a command line of make says. `ignores` is True under `-i`, `runs` False where nothing is run (`-n`, `-v`)."""

    folder: str
    names: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
    given: dict[str, str] = {}
    included: tuple[str, ...] = ()
    ignores: bool = False
    runs: bool = True


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The recipes of the goals of a `make` command, prerequisites first; None where no makefile is found or nothing is run.

    Source: GNU make manual, "How make Processes a Makefile", "Errors in Recipes", "Options/Recursion".
    """
    asked = asked_of(argv, folder)
    if UNKNOWN in asked.folder or asked.folder.startswith("..") or not asked.runs:
        return None
    paths = _paths(asked, files)
    if not paths:
        return None
    handed = {}
    for word in env.get("MAKEFLAGS", "").split("\x1f"):
        key, equals, value = word.partition("=")
        if equals and re.fullmatch(r"[\w.-]+", key):
            handed[key] = value
    given = {**handed, **asked.given}
    makefile = read_makefile(paths, asked.folder, given, env, list(asked.included), files)
    run = _Run(makefile, asked, given)
    for goal in asked.goals or ((makefile.goal,) if makefile.goal else ()):
        run.tell(goal, (), {}, frozenset(), 0)
    return Led(leads=tuple(run.leads))


def _paths(asked: Asked, files: Files) -> list[str]:
    from opslint.resolve.shell.state import joined

    if asked.names:
        found = [joined(asked.folder, name) for name in asked.names]
        return found if all(files.tree.has(path) for path in found) else []
    return [path for name in NAMES if files.tree.has(path := inside(asked.folder, name))][:1]


def asked_of(argv: tuple[str, ...], folder: str) -> Asked:
    """Take a command line of make apart."""
    from opslint.resolve.shell.state import joined

    names: list[str] = []
    goals: list[str] = []
    included: list[str] = []
    given: dict[str, str] = {}
    ignores, runs, index = False, True, 1
    while index < len(argv):
        word = argv[index]
        key, equals, value = word.partition("=")
        index += 1
        if word.startswith("-") and len(word) > 1:
            if key in _VALUED and not equals:
                value = argv[index] if index < len(argv) else ""
                index += 0 if key in _NUMERIC and not value.isdigit() else 1
            elif word[:2] in _VALUED and not word.startswith("--") and len(word) > 2:
                key, value = word[:2], word[2:]
            elif not word.startswith("--"):
                letters = set(word[1:])
                ignores |= "i" in letters
                runs &= not letters & _QUIET_LETTERS
            if key in ("-C", "--directory"):
                folder = joined(folder, value)
            elif key in ("-f", "--file", "--makefile"):
                names.append(value)
            elif key in ("-I", "--include-dir"):
                included.append(value)
            ignores |= key == "--ignore-errors"
            runs &= key not in _NOTHING
        elif equals and re.fullmatch(r"[\w.-]+:{0,3}[+?]?", key):
            given[key.rstrip(":+?")] = value
        else:
            goals.append(word)
    return Asked(
        folder=folder, names=tuple(names), goals=tuple(goals), given=given, included=tuple(included), ignores=ignores, runs=runs
    )


class _Run:
    """One run of make: what was told so far."""

    def __init__(self, makefile: Makefile, asked: Asked, given: dict[str, str]) -> None:
        self.makefile = makefile
        self.asked = asked
        self.given = given
        self.leads: list[Lead] = []
        self._told: set[str] = set()
        ignore = makefile.rules.get(".IGNORE")
        self._ignored = {need.name for need in ignore.needs} if ignore is not None else set()
        self._ignores = asked.ignores or (ignore is not None and not ignore.needs)
        self._whole = ".ONESHELL" in makefile.rules

    def tell(
        self, name: str, via: tuple[Hop, ...], sets: dict[str, Value], exports: frozenset[str], depth: int
    ) -> None:
        """A target's recipe after those of what it needs, each target once."""
        if name in self._told or len(self._told) >= MAX_TARGETS or depth > MAX_NESTING:
            return
        rule = self.makefile.rule(name)
        if rule is None:
            return
        self._told.add(name)
        sets, exports = self._with(rule, sets, exports)
        for need in rule.needs:
            self.tell(need.name, _farther(via, need), sets, exports, depth + 1)
        own = {
            "@": name, "*": rule.stem, "<": rule.needs[0].name if rule.needs else "", "?": UNKNOWN,
            "^": " ".join(dict.fromkeys(need.name for need in rule.needs)), "+": " ".join(need.name for need in rule.needs),
        }  # fmt: skip
        expander = self.makefile.expander
        before = {key: expander.variables.get(key) for key in sets}
        expander.variables.update(sets)
        try:
            for recipe in rule.recipes:
                self._recipe(name, recipe, own, via, exports)
        finally:
            for key, value in before.items():
                if value is None:
                    expander.variables.pop(key, None)
                else:
                    expander.variables[key] = value

    def _with(self, rule: Rule, sets: dict[str, Value], exports: frozenset[str]) -> tuple[dict[str, Value], frozenset[str]]:
        """The variables that hold for a target and for what it needs."""
        for name, operator, text, exported in rule.sets:
            known = sets.get(name) or self.makefile.variables.get(name)
            if name in self.given or (operator == "?=" and known is not None):
                continue
            value = Value(text)
            if operator == "+=" and known is not None:
                value = Value(f"{known.text} {text}".strip(), known.again)
            elif operator not in ("=", "?="):
                value = Value(self.makefile.expander.expand(text), False)
            sets = {**sets, name: value}
            exports = exports | {name} if exported else exports
        return sets, exports

    def _recipe(self, name: str, recipe: list[Recipe], own: dict[str, str], via: tuple[Hop, ...], exports: frozenset[str]) -> None:
        env = self._environment(exports, own)
        dialect, errexit, pipefail = self._shell()
        scripts = [one for line in recipe for one in self._scripts(line, own)]
        if self._whole and scripts:
            scripts = [("\n".join(text for text, _, _, _ in scripts), scripts[0][1], scripts[0][2], True)]
        for text, line, soft, several in scripts:
            why = IGNORES_ALL if self._ignores or name in self._ignored else IGNORED if soft else ""
            span = Span(path=recipe[0].path, line=line.line, column=2, end_line=line.line)
            self.leads.append(
                Lead(
                    script=text, span=span, folder=self.asked.folder, soft_why=why, line_step=1 if several else 0, shell=dialect,
                    errexit=errexit, pipefail=pipefail, env=env, via=via,
                )
            )

    def _scripts(self, line: Recipe, own: dict[str, str]) -> list[tuple[str, Recipe, bool, bool]]:
        """What the shell gets for a line of a recipe: (script, line, whether its failure is ignored, whether lines are the file's)."""
        stripped, soft = _bare(line.text)
        text = self.makefile.expander.expand(stripped, own)
        several = text.count("\n") == stripped.count("\n")
        found: list[tuple[str, Recipe, bool, bool]] = []
        for piece in [text] if several else _logical(text):
            script, more = _bare(piece)
            if script.strip("… ;\n\\"):
                found.append((script, line, soft or more, several))
        return found

    def _shell(self) -> tuple[str, bool, bool]:
        """The dialect of recipes, whether errors stop them, and whether those of pipes count: `SHELL` and `.SHELLFLAGS`."""
        from opslint.resolve.shell import shell_semantics

        expander = self.makefile.expander
        flags = "$(.SHELLFLAGS)" if ".SHELLFLAGS" in self.makefile.variables else "-ec" if ".POSIX" in self.makefile.rules else "-c"
        dialect, errexit, pipefail = shell_semantics("make", expander.expand(f"$(SHELL) {flags}"))
        return ("sh" if UNKNOWN in dialect else dialect), errexit, pipefail

    def _environment(self, exports: frozenset[str], own: dict[str, str]) -> dict[str, str]:
        makefile = self.makefile
        names = set(makefile.exported) | exports | set(self.given)
        if makefile.exports_all:
            names |= {name for name, value in list(makefile.variables.items())[:500] if name.isidentifier() and len(value.text) < 500}
            names -= {"MAKE", "CURDIR", "PWD", "SHELL", "MAKEFILE_LIST", "RM", "CI", "GITHUB_ACTIONS"}
        env = {name: makefile.expander.expand(f"$({name})", own) for name in sorted(names) if name in makefile.variables}
        if self.given:
            env["MAKEFLAGS"] = "\x1f".join(f"{name}={value}" for name, value in sorted(self.given.items()))
        return env


def _farther(via: tuple[Hop, ...], need: Need) -> tuple[Hop, ...]:
    """The hops to what a rule needs; of long ways the middle is left out."""
    hop = Hop(path=need.path, line=need.line, text=shown(need.text))
    return (*via, hop) if len(via) < MAX_HOPS else (*via[: MAX_HOPS - 1], hop)


def _bare(text: str) -> tuple[str, bool]:
    """A line of a recipe without its `@`, `-` and `+`, and whether make ignores its failure."""
    stripped, soft = text.lstrip(" \t"), False
    while stripped[:1] in ("@", "-", "+"):
        soft |= stripped[0] == "-"
        stripped = stripped[1:].lstrip(" \t")
    return stripped.rstrip(), soft


def _logical(text: str) -> list[str]:
    """The lines that an expansion made, those that end in a backslash together with the ones they go on over."""
    found: list[str] = []
    going_on = False
    for line in text.split("\n")[:500]:
        if going_on:
            found[-1] += f"\n{line}"
        else:
            found.append(line)
        going_on = line.endswith("\\")
    return found
