"""make: the recipes of the targets a command asks for, and of those they need."""

from __future__ import annotations

import re

import msgspec

from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.jobs.places import Files
from opslint.source.span import Span
from opslint.source.words.late import late

MAX_TEXT = 1024 * 1024
MAX_TARGETS = 200
MAX_INCLUDES = 30
MAX_VALUE = 4000
MAX_LINE = 8000
MAX_EXPANSIONS = 400
MAX_ROUNDS = 8

NAMES = ("GNUmakefile", "makefile", "Makefile")
IGNORED = "make ignores its failure (`-`)"

_VALUED = frozenset(
    {"-C", "-f", "-j", "-I", "-l", "-o", "-W", "-O", "--directory", "--file", "--makefile", "--include-dir", "--jobs"}
)
_NUMERIC = frozenset({"-j", "--jobs", "-l", "-O"})
_ASSIGNMENT = late(r"^(?:export\s+|override\s+)*([\w.-]+)\s*(\?=|:::?=|:=|\+=|!=|=)\s*(.*)$")
_RULE = late(r"^([^:=#\t]+)::?(?!=)([^;=]*)(?:;(.*))?$")
_INCLUDE = late(r"^-?s?include\s+(.+)$")
_VARIABLE = late(r"\$(?:\(([\w.-]+)\)|\{([\w.-]+)\}|([A-Za-z@<^?*%+|]))")
_CALL = late(r"\$[({](?:[a-z]+[-a-z]*)\s[^(){}]*[)}]")


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a recipe, continued lines joined."""

    text: str
    path: str
    line: int
    column: int


class Makefile(msgspec.Struct, frozen=True, kw_only=True):
    """What a makefile says, its includes read in.

    Shape: `targets` maps a name to (prerequisites, recipe lines), in the file's order.
    """

    targets: dict[str, tuple[list[str], list[Recipe]]]
    variables: dict[str, str]
    goal: str


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The recipes of the goals of a `make` command, prerequisites first; None where no makefile is found.

    Source: GNU make manual, "How make Processes a Makefile", "Errors in Recipes".
    """
    del env
    folder, name, goals, given = _asked(argv, folder)
    if "…" in folder:
        return None
    names = (name,) if name else NAMES
    path = next((one for one in (f"{folder}/{n}" if folder else n for n in names) if files.tree.has(one)), "")
    if not path:
        return None
    makefile = _read(path, files)
    goals = goals or ([makefile.goal] if makefile.goal else [])
    known = [goal for goal in goals if goal in makefile.targets]
    leads: list[Lead] = []
    for recipe in _recipes(known, makefile):
        script, soft = _script(recipe.text, {**makefile.variables, **given})
        if script:
            span = Span(path=recipe.path, line=recipe.line, column=recipe.column, end_line=recipe.line)
            leads.append(Lead(script=script, span=span, folder=folder, soft_why=IGNORED if soft else ""))
    return Led(leads=tuple(leads))


def _asked(argv: tuple[str, ...], folder: str) -> tuple[str, str, list[str], dict[str, str]]:
    """Folder, name of the makefile, goals, and variables of a command line."""
    from opslint.resolve.shell.state import joined

    name, goals, given = "", [], {}
    index = 1
    while index < len(argv):
        word = argv[index]
        key, equals, value = word.partition("=")
        index += 1
        if word.startswith("-"):
            if key in _VALUED and not equals:
                value = argv[index] if index < len(argv) else ""
                index += 0 if key in _NUMERIC and not value.isdigit() else 1
            elif not equals and word[:2] in ("-C", "-f") and len(word) > 2:
                key, value = word[:2], word[2:]
            if key in ("-C", "--directory"):
                folder = joined(folder, value)
            elif key in ("-f", "--file", "--makefile"):
                name = value
        elif equals and re.fullmatch(r"[\w.-]+[:+?]?", key):
            given[key.rstrip(":+?")] = value
        else:
            goals.append(word)
    return folder, name, goals, given


def _recipes(goals: list[str], makefile: Makefile) -> list[Recipe]:
    """The recipe lines of goals, each target once, prerequisites before what needs them."""
    found: list[Recipe] = []
    seen: set[str] = set()
    stack = [(goal, False) for goal in reversed(goals)]
    while stack and len(seen) < MAX_TARGETS:
        name, ready = stack.pop()
        if name not in makefile.targets or (name in seen and not ready):
            continue
        needs, recipe = makefile.targets[name]
        if ready:
            found.extend(recipe)
            continue
        seen.add(name)
        stack.append((name, True))
        stack.extend((need, False) for need in reversed(needs) if need not in seen)
    return found


def _read(path: str, files: Files) -> Makefile:
    """Read a makefile and the local files it includes; conditionals are read as if every branch held."""
    targets: dict[str, tuple[list[str], list[Recipe]]] = {}
    variables: dict[str, str] = {"MAKE": "make", "CURDIR": ".", "SHELL": "sh"}
    waiting, seen, goal = [path], set[str](), ""
    while waiting and len(seen) < MAX_INCLUDES:
        current = waiting.pop(0)
        text = files.text(current) if current not in seen and files.tree.has(current) else None
        seen.add(current)
        if text is None:
            continue
        included: list[str] = []
        for rule in _lines(current, text[:MAX_TEXT], variables, included):
            names, needs, recipe = rule
            for name in names:
                known = targets.setdefault(name, ([], []))
                known[0].extend(needs)
                known[1].extend(recipe)
            if not goal and names and not names[0].startswith(".") and "%" not in names[0]:
                goal = names[0]
        folder = path.rpartition("/")[0]
        waiting.extend(
            f"{folder}/{name}" if folder else name for name in included if "*" not in name and not name.startswith("/")
        )
    return Makefile(targets=targets, variables=variables, goal=variables.get(".DEFAULT_GOAL") or goal)


def _lines(
    path: str, text: str, variables: dict[str, str], included: list[str]
) -> list[tuple[list[str], list[str], list[Recipe]]]:
    """The rules of one file; variables and includes are filled on the way."""
    rules: list[tuple[list[str], list[str], list[Recipe]]] = []
    defining = False
    for number, whole in _joined(text):
        line = whole[:MAX_LINE]
        if defining or line.startswith("define "):
            defining = not line.startswith("endef")
            continue
        if line.startswith("\t"):
            if rules:
                rules[-1][2].append(Recipe(text=line[1:], path=path, line=number, column=2))
            continue
        stripped = line.partition(" #")[0].strip() if not line.lstrip().startswith("#") else ""
        if not stripped or stripped.split()[0] in ("ifeq", "ifneq", "ifdef", "ifndef", "else", "endif"):
            continue
        assignment, include = _ASSIGNMENT.match(stripped), _INCLUDE.match(stripped)
        if assignment:
            _assign(assignment, variables)
        elif include:
            included.extend(expanded(include[1], variables).split())
        elif (rule := _RULE.match(stripped)) is not None:
            names = expanded(rule[1], variables).split()
            needs = [need for need in expanded(rule[2], variables).split() if need != "|" and "…" not in need]
            recipe = [Recipe(text=rule[3].strip(), path=path, line=number, column=1)] if rule[3] else []
            rules.append((names, needs, recipe))
    return rules


def _joined(text: str) -> list[tuple[int, str]]:
    """(number of the first line, text) with lines that end in a backslash joined."""
    found: list[tuple[int, str]] = []
    buffer, start = "", 0
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        start = start or number
        if line.endswith("\\"):
            buffer += line[:-1] + " "
            continue
        found.append((start, buffer + (line.lstrip("\t") if buffer.startswith("\t") else line)))
        buffer, start = "", 0
    if buffer:
        found.append((start, buffer))
    return found


def _assign(found: re.Match[str], variables: dict[str, str]) -> None:
    name, operator, value = found[1], found[2], found[3]
    if operator == "?=" and name in variables:
        return
    if operator == "!=":
        value = "…"
    elif operator == "+=":
        value = f"{variables.get(name, '')} {value}".strip()
    elif operator != "=":
        value = expanded(value, variables)
    variables[name] = value[:MAX_VALUE]


def _script(text: str, variables: dict[str, str]) -> tuple[str, bool]:
    """A recipe line as the shell gets it, and whether make ignores its failure."""
    stripped = text.strip()
    soft = False
    while stripped[:1] in ("@", "-", "+"):
        soft |= stripped[0] == "-"
        stripped = stripped[1:].lstrip()
    script = expanded(stripped, variables, recipe=True)
    return script if script.strip("… ;") else "", soft


def expanded(text: str, variables: dict[str, str], *, recipe: bool = False) -> str:
    """A text with make's variables filled in; functions and what is unknown become "…"; `$$` becomes `$` in a recipe.

    Units: at most MAX_EXPANSIONS variables are filled in, however they refer to one another.
    """
    if "$" not in text:
        return text
    left = MAX_EXPANSIONS
    text = text[:MAX_VALUE].replace("$$", "\x02")
    for _ in range(MAX_ROUNDS):
        for _ in range(MAX_ROUNDS):
            text, count = _CALL.subn("…", text)
            if not count:
                break
        pieces: list[str] = []
        at = 0
        for found in _VARIABLE.finditer(text):
            left -= 1
            value = variables.get(found[1] or found[2] or "", "…") if left > 0 else "…"
            pieces += (text[at : found.start()], value.replace("$$", "\x02"))
            at = found.end()
        if not pieces:
            break
        text = ("".join(pieces) + text[at:])[: MAX_VALUE * 2]
    return _VARIABLE.sub("…", text).replace("\x02", "$" if recipe else "$$")
