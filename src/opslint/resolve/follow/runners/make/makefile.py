"""A makefile with what it includes: rules, variables, and which branches of its conditionals hold."""

from __future__ import annotations

import msgspec

from opslint.resolve.follow.runners.make.conditions import Conditions
from opslint.resolve.follow.runners.make.expansion import Expander, Value, split_at
from opslint.resolve.follow.runners.make.functions import stem
from opslint.resolve.follow.runners.written import UNKNOWN, inside
from opslint.resolve.jobs.places import Files
from opslint.source.words.late import late

MAX_TEXT = 1024 * 1024
MAX_LINE = 8000
MAX_INCLUDES = 60
MAX_RULES = 20_000
MAX_EVALUATED = 2000
MAX_FOUND = 300
MAX_READINGS = 16
"""Sets of values that the same makefiles are kept for."""

_INCLUDE = late(r"^[-s]?include\s+(.+)$")
_DEFINE = late(r"^(?:(?:override|export)\s+)*define\s+([^\s=:?+]+)")
_MODIFIER = late(r"^(export|override|private|unexport)\s+")
_NAME = late(r"[A-Za-z_]\w*")
_OPERATOR = late(r"(\?|\+|!|:{1,3})?$")

Line = tuple[int, str]


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """A prerequisite, and the line of the rule that names it."""

    name: str
    path: str
    line: int
    text: str


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a recipe; one that goes on over several keeps its backslashes."""

    text: str
    path: str
    line: int


class Rule(msgspec.Struct, kw_only=True, eq=False):
    """What is said of one target: prerequisites, recipes (several with `::`), variables that hold for it, the stem's part."""

    needs: list[Need]
    recipes: list[list[Recipe]]
    sets: list[tuple[str, str, str, bool]]
    stem: str = ""


class Makefile(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What a makefile says once all of it is read. `patterns` are the rules whose target has a `%`, in the file's order."""

    rules: dict[str, Rule]
    patterns: list[tuple[str, Rule]]
    variables: dict[str, Value]
    exported: frozenset[str]
    exports_all: bool
    goal: str
    expander: Expander

    def rule(self, name: str) -> Rule | None:
        """The rule of a target: its own, with the recipe of a pattern that fits where it has none."""
        own = self.rules.get(name)
        if (own is not None and any(own.recipes)) or name.startswith("."):
            return own
        fits = [(len(part), pattern, rule) for pattern, rule in self.patterns[:500]
                if pattern != "%" and any(rule.recipes) and (part := stem(pattern, name)) is not None]
        if not fits:
            return own
        _, pattern, rule = min(fits, key=lambda one: one[0])
        part = stem(pattern, name) or ""
        needs = [msgspec.structs.replace(need, name=need.name.replace("%", part, 1)) for need in rule.needs]
        return Rule(needs=[*(own.needs if own else []), *needs], recipes=rule.recipes, sets=[*(own.sets if own else []), *rule.sets],
                    stem=part)


def lines_of(path: str, files: Files) -> list[Line]:
    """(number of the first line, text) of a file, lines that end in a backslash together with those they go on over."""
    found: list[Line] = []
    pieces: list[str] = []
    start = 0
    text = (files.text(path) or "")[:MAX_TEXT].replace("\r\n", "\n")
    for number, line in enumerate(text.split("\n"), 1):
        start = start or number
        pieces.append(line.removeprefix("\t") if pieces and pieces[0].startswith("\t") else line)
        if not line.endswith("\\") or line.endswith("\\\\"):
            found.append((start, "\n".join(pieces)[:MAX_LINE]))
            pieces, start = [], 0
    if pieces:
        found.append((start, "\n".join(pieces)[:MAX_LINE]))
    return found


def read_makefile(
    paths: list[str], folder: str, given: dict[str, str], env: dict[str, str], included: list[str], files: Files
) -> Makefile:
    """Read makefiles in order; `given` are the variables of the command line, which win over what the files say.

    Shape: the same files are read once for each set of values of the variables that they name.
    """
    key = ("make.read", folder, tuple(paths), tuple(sorted(given.items())), tuple(included))
    known = files.kept(key, list[_Reading])
    for reading in known:
        if reading.told == {name: env[name] for name in env.keys() & reading.names}:
            return reading.makefile
    reader = _Reader(folder, given, env, included, files)
    for path in paths:
        reader.read(path)
    goal = reader.variables.get(".DEFAULT_GOAL")
    makefile = Makefile(
        rules=reader.rules,
        patterns=reader.patterns,
        variables=reader.variables,
        exported=frozenset(reader.exported | set(given)),
        exports_all=reader.exports_all,
        goal=(reader.expander.expand(goal.text).strip() if goal is not None else "") or reader.goal,
        expander=Expander(reader.variables, reader.wildcard),
    )
    if len(known) < MAX_READINGS:
        names = reader.names() | (env.keys() if makefile.exports_all else frozenset())
        known.append(_Reading(names=names, told={name: env[name] for name in env.keys() & names}, makefile=makefile))
    return makefile


class _Reading(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Makefiles as they were read with some values of the variables they name."""

    names: frozenset[str]
    told: dict[str, str]
    makefile: Makefile


class _Reader:
    """Collects what makefiles say, from the first line to the last."""

    def __init__(
        self, folder: str, given: dict[str, str], env: dict[str, str], included: list[str], files: Files
    ) -> None:
        self.folder = folder
        self.files = files
        self.given = given
        self.search = ["", *included]
        self.variables: dict[str, Value] = {"CI": Value("true", False), "GITHUB_ACTIONS": Value("true", False)}
        self.variables.update({name: Value(UNKNOWN if "$" in text or "{{" in text else text, False) for name, text in env.items()})
        fixed = {"MAKE": "make", "CURDIR": ".", "PWD": ".", "SHELL": "/bin/sh", "MAKEFILE_LIST": "", "RM": "rm -f", ",": ","}
        self.variables.update({name: Value(text, False) for name, text in {**fixed, **given}.items()})
        self.environment = set(env) | {"CI", "GITHUB_ACTIONS"}
        self.rules: dict[str, Rule] = {}
        self.patterns: list[tuple[str, Rule]] = []
        self.exported: set[str] = set()
        self.exports_all = False
        self.goal = ""
        self.expander = Expander(self.variables, self.wildcard, self._evaluated)
        self._seen: list[str] = []
        self._count = 0
        self._place: tuple[str, int] = ("", 0)

    def wildcard(self, pattern: str) -> list[str]:
        """The files of a pattern, relative to where make runs."""
        from opslint.resolve.shell.state import joined

        place = joined(self.folder, pattern)
        if UNKNOWN in place or place.startswith(".."):
            return []
        if not any(mark in pattern for mark in "*?["):
            return [pattern] if self.files.tree.has(place) or self.files.below(place) else []
        found = self.files.kept(("glob", place), lambda: _globbed(place, self.files))
        cut = len(self.folder) + 1 if self.folder else 0
        return [path[cut:] for path in found]

    def read(self, path: str) -> None:
        """Read one file."""
        if self._seen.count(path) or len(self._seen) >= MAX_INCLUDES or not self.files.tree.has(path):
            return
        self._seen.append(path)
        listed = path[len(self.folder) + 1 :] if self.folder and path.startswith(self.folder + "/") else path
        known = self.variables["MAKEFILE_LIST"].text
        self.variables["MAKEFILE_LIST"] = Value(f"{known} {listed}".strip(), False)
        self._lines(path, self.files.kept(("make", path), lambda: lines_of(path, self.files)))

    def names(self) -> frozenset[str]:
        """Every word of the files that were read that may name a variable."""
        found: set[str] = set()
        for path in self._seen:
            found.update(_NAME.findall((self.files.text(path) or "")[:MAX_TEXT]))
        return frozenset(found)

    def _evaluated(self, text: str) -> None:
        """What `$(eval …)` gives is read as part of the makefile."""
        path, number = self._place
        lines = text.replace("\\\n", " ").split("\n")
        if self._count + len(lines) <= MAX_EVALUATED:
            self._count += len(lines)
            self._lines(path, [(number, line) for line in lines])
            self._place = (path, number)

    def _lines(self, path: str, lines: list[Line]) -> None:
        conditions = Conditions(self.expander)
        rules: list[Rule] | None = None
        index = 0
        while index < len(lines) and len(self.rules) < MAX_RULES:
            number, whole = lines[index]
            index += 1
            self._place = (path, number)
            prefix = self.variables.get(".RECIPEPREFIX")
            mark = prefix.text[:1] if prefix is not None and prefix.text else "\t"
            if whole.startswith(mark) and rules is not None:
                if conditions.active:
                    for rule in rules:
                        rule.recipes[-1].append(Recipe(text=whole[1:], path=path, line=number))
                continue
            line = _uncommented(whole)
            if not line or conditions.met(line):
                continue
            defined = _DEFINE.match(line)
            if defined is not None:
                end = _define_end(lines, index)
                if conditions.active:
                    text = "\n".join(body for _, body in lines[index:end])
                    self._assign(self.expander.expand(defined[1]), "=", text, conditions.certain)
                index, rules = end + 1, None
                continue
            if conditions.active:
                rules = self._declared(line, path, number, conditions.certain)

    def _declared(self, line: str, path: str, number: int, certain: bool) -> list[Rule] | None:
        """An assignment, an include, a directive or a rule; the rules that the recipe lines below belong to."""
        include = _INCLUDE.match(line)
        if include is not None:
            for name in self.expander.expand(include[1]).split():
                self._include(name)
            return None
        exporting = False
        while (modifier := _MODIFIER.match(line)) is not None:
            exporting |= modifier[1] == "export"
            line = line[modifier.end() :]
        if line == "export":
            self.exports_all = True
            return None
        at = split_at(line, ":=")
        if at >= 0 and (line[at] == "=" or line[at:].lstrip(":").startswith("=")):
            equals = line.index("=", at)
            operator = _OPERATOR.search(line[:equals])
            name = self.expander.expand(line[: equals - len(operator[0] if operator else "")]).strip()
            if exporting:
                self.exported.add(name)
            self._assign(name, f"{operator[0] if operator else ''}=", line[equals + 1 :].strip(), certain)
            return None
        if exporting:
            self.exported.update(self.expander.expand(line).split())
            return None
        if at < 0:
            if line.startswith("$"):
                self.expander.expand(line)  # for what it evaluates
            return None
        return self._rule(line, at, path, number, certain)

    def _include(self, name: str) -> None:
        from opslint.resolve.shell.state import joined

        if UNKNOWN in name:
            return
        for below in self.search:
            wanted = inside(below, name) if below else name
            found = self.wildcard(wanted)
            for one in found[:MAX_INCLUDES]:
                self.read(joined(self.folder, one))
            if found:
                return

    def _assign(self, name: str, operator: str, text: str, certain: bool) -> None:
        """One assignment; in a branch of which nobody knows whether it holds, a second value makes a variable unknown."""
        known = self.variables.get(name)
        if not name or name in self.given or (operator == "?=" and known is not None):
            return
        text = text[:MAX_LINE]
        if operator == "!=":
            value = Value(self.expander.expand(f"$(shell {text})"), False)
        elif operator == "+=":
            before = known if known is not None else Value("")
            value = Value(f"{before.text} {text if before.again else self.expander.expand(text)}".strip()[:MAX_LINE], before.again)
        else:
            again = operator in ("=", "?=")
            value = Value(text if again else self.expander.expand(text), again)
        if not certain and known is not None and known != value and name not in self.environment:
            value = Value(f"{known.text} {UNKNOWN}" if operator == "+=" else UNKNOWN, known.again if operator == "+=" else False)
        self.variables[name] = value

    def _rule(self, line: str, at: int, path: str, number: int, certain: bool) -> list[Rule] | None:
        """A rule, or a variable that holds for targets."""
        double = line[at : at + 2] == "::"
        names = [name for name in self.expander.expand(line[:at].rstrip("&")).split() if UNKNOWN not in name]
        rest = line[at + (2 if double else 1) :].strip()
        modifier, body = "", rest
        while (found := _MODIFIER.match(body)) is not None:
            modifier, body = modifier + found[1], body[found.end() :]
        equals = split_at(body, "=;")
        if equals > 0 and body[equals] == "=":
            operator = _OPERATOR.search(body[:equals])
            sign = operator[0] if operator else ""
            one = (body[: equals - len(sign)].strip(), f"{sign}=", body[equals + 1 :].strip(), "export" in modifier)
            for name in names:
                self._of(name).sets.append(one)
            return None
        semicolon = split_at(rest, ";")
        recipe = rest[semicolon + 1 :].strip() if semicolon >= 0 else ""
        rest = rest[:semicolon] if semicolon >= 0 else rest
        colon = split_at(rest, ":")
        pattern = self.expander.expand(rest[:colon]).strip() if colon >= 0 else ""
        words = [word for word in self.expander.expand(rest[colon + 1 :]).split() if word != "|" and UNKNOWN not in word]
        shown = line.partition("\n")[0].rstrip("\\").strip()
        rules: list[Rule] = []
        for name in names:
            part = stem(pattern, name) if pattern else ""
            rule = self._of(name)
            rule.stem = part or rule.stem
            filled = [word.replace("%", part, 1) if part else word for word in words]
            rule.needs.extend(Need(name=word, path=path, line=number, text=shown) for word in filled[:MAX_FOUND])
            rule.recipes.append([Recipe(text=recipe, path=path, line=number)] if recipe else [])
            if not double and certain and len(rule.recipes) > 1:
                rule.recipes = [_Late(rule.recipes[:-1], rule.recipes[-1])]
            rules.append(rule)
            if not self.goal and not name.startswith(".") and "%" not in name:
                self.goal = name
        return rules

    def _of(self, name: str) -> Rule:
        if "%" in name:
            rule = Rule(needs=[], recipes=[], sets=[])
            self.patterns.append((name, rule))
            return rule
        return self.rules.setdefault(name, Rule(needs=[], recipes=[], sets=[]))


class _Late(list[Recipe]):
    """The recipe of a rule that stands again: the later one where it has any line, else the one before."""

    def __init__(self, before: list[list[Recipe]], now: list[Recipe]) -> None:
        super().__init__([line for recipe in before for line in recipe])
        self._fresh = bool(now)
        if now:
            self[:] = now

    def append(self, line: Recipe) -> None:
        """A first line of the later recipe puts the earlier one away."""
        if not self._fresh:
            self.clear()
            self._fresh = True
        super().append(line)


def _uncommented(whole: str) -> str:
    """A line without its comment, what goes on over several lines put together."""
    line = whole.replace("\\\n", " ") if "\n" in whole else whole
    at = line.find("#")
    while at > 0 and line[at - 1] == "\\":
        at = line.find("#", at + 1)
    return (line[:at] if at >= 0 else line).strip()


def _define_end(lines: list[Line], index: int) -> int:
    """Where a `define` ends; those within it are stepped over."""
    depth = 1
    while index < len(lines):
        text = lines[index][1].strip()
        depth += (_DEFINE.match(text) is not None) - (text.partition("#")[0].strip() == "endef")
        if not depth:
            break
        index += 1
    return index


def _globbed(pattern: str, files: Files) -> list[str]:
    from fnmatch import fnmatchcase

    parts = pattern.split("/")
    before = pattern[: min((pattern.find(mark) for mark in "*?[" if mark in pattern), default=0)].rpartition("/")[0]
    found: list[str] = []
    for path in files.tree.paths():
        if before and not path.startswith(before + "/"):
            continue
        own = path.split("/")
        if len(own) == len(parts) and all(fnmatchcase(one, part) for one, part in zip(own, parts, strict=True)):
            found.append(path)
            if len(found) >= MAX_FOUND:
                break
    return found
