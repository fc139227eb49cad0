"""A justfile: its recipes, variables, settings, aliases, imports and modules."""

from __future__ import annotations

import re

import msgspec

from opslint.resolve.follow.runners.just.expressions import Token, string_of, tokens_of
from opslint.resolve.follow.runners.written import UNKNOWN, inside
from opslint.resolve.jobs.places import Files
from opslint.source.words.late import late

MAX_TEXT = 512 * 1024
MAX_FILES = 40
MAX_LINE = 8000
MAX_RECIPES = 2000

_SETTING = late(r"^set\s+([\w-]+)\s*(?::=\s*(.*))?$")
_ALIAS = late(r"^alias\s+([\w-]+)\s*:=\s*([\w:-]+)")
_IMPORT = late(r"^import(\?)?\s+(['\"].*)$")
_MODULE = late(r"^mod(\?)?\s+([\w-]+)(?:\s+(['\"][^#]*))?\s*(?:#.*)?$")
_VARIABLE = late(r"^(export\s+|unexport\s+|eager\s+)?([A-Za-z_][\w-]*)\s*:=\s*([\s\S]*)$")
_HEADER = late(r"^@?([A-Za-z_][\w-]*)(?=[\s:])(.*)$")
_ATTRIBUTE = late(r"([\w-]+)(?:\s*(?::\s*|\()\s*((?:'[^']*'|\"[^\"]*\"|[^,\]\)'\"])*(?:,\s*(?:'[^']*'|\"[^\"]*\"))*)\)?)?")


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter of a recipe.

    Shape: `kind` is "", "+" (one or more) or "*" (any number); `default` the tokens of its default, None without one.
    """

    name: str
    kind: str = ""
    default: tuple[Token, ...] | None = None
    exported: bool = False


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """A recipe that another one needs, with the tokens of each argument it is given."""

    name: str
    arguments: tuple[tuple[Token, ...], ...] = ()


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """One recipe. `lines` are (number, text without the common indentation); `attributes` name -> argument as written."""

    name: str
    path: str
    line: int
    header: str
    quiet: bool = False
    parameters: tuple[Parameter, ...] = ()
    before: tuple[Need, ...] = ()
    after: tuple[Need, ...] = ()
    lines: tuple[tuple[int, str], ...] = ()
    attributes: dict[str, str] = {}


class Justfile(msgspec.Struct, frozen=True, kw_only=True):
    """A justfile with what it imports.

    Shape: `variables` maps a name to its expression; `modules` a name to the path of its file; `settings` a name to its value as
           written; `whole` is False where something it imports is not there or could not be read.
    """

    path: str
    recipes: dict[str, Recipe]
    aliases: dict[str, str]
    variables: dict[str, str]
    exported: frozenset[str]
    settings: dict[str, str]
    modules: dict[str, str]
    whole: bool

    def recipe(self, name: str) -> Recipe | None:
        """The recipe of a name or an alias."""
        return self.recipes.get(self.aliases.get(name, name))

    def first(self) -> Recipe | None:
        """The recipe that runs when none is named: the one marked `[default]`, else the first of the file itself."""
        own = [one for one in self.recipes.values() if one.path == self.path] or list(self.recipes.values())
        return next((one for one in own if "default" in one.attributes), own[0] if own else None)

    def flag(self, name: str) -> bool:
        """Whether a setting is on."""
        return self.settings.get(name, "false") in ("", "true")


def read_justfile(path: str, files: Files) -> Justfile:
    """Read a justfile and what it imports; what stands in it wins over what it imports."""
    reader = _Reader(files)
    waiting = [path]
    seen: set[str] = set()
    while waiting and len(seen) < MAX_FILES:
        current = waiting.pop(0)
        if current in seen:
            continue
        seen.add(current)
        text = files.text(current) if files.tree.has(current) else None
        if text is None:
            reader.whole = False
            continue
        waiting.extend(reader.read(current, text[:MAX_TEXT]))
    return Justfile(
        path=path,
        recipes=reader.recipes,
        aliases=reader.aliases,
        variables=reader.variables,
        exported=frozenset(reader.exported),
        settings=reader.settings,
        modules=reader.modules,
        whole=reader.whole and not waiting,
    )


class _Reader:
    """Collects what the files of one justfile say."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.recipes: dict[str, Recipe] = {}
        self.aliases: dict[str, str] = {}
        self.variables: dict[str, str] = {}
        self.exported: set[str] = set()
        self.settings: dict[str, str] = {}
        self.modules: dict[str, str] = {}
        self.whole = True

    def read(self, path: str, text: str) -> list[str]:
        """Read one file; the files it imports."""
        imported: list[str] = []
        recipes: dict[str, Recipe] = {}
        attributes: dict[str, str] = {}
        lines = text.replace("\r\n", "\n").split("\n")
        index = 0
        while index < len(lines) and len(recipes) < MAX_RECIPES:
            number, line = index + 1, lines[index][:MAX_LINE].rstrip()
            index += 1
            if not line or line.startswith("#") or line[0] in " \t":
                continue
            if line.startswith("["):
                attributes.update({found[1]: (found[2] or "").strip() for found in _ATTRIBUTE.finditer(line[1:].rstrip("]"))})
                continue
            line, index = _whole(line, lines, index)
            if not self._declared(path, line, imported):
                recipe = _recipe(path, number, line, attributes)
                if recipe is not None:
                    end = _body_end(lines, index)
                    recipe = msgspec.structs.replace(recipe, lines=_body(lines, index, end))
                    index = end
                    known = recipes.get(recipe.name)
                    if known is None or _runs_here(recipe) or not _runs_here(known):
                        recipes[recipe.name] = recipe
            attributes = {}
        for name, recipe in recipes.items():
            self.recipes.setdefault(name, recipe)
        return imported

    def _declared(self, path: str, line: str, imported: list[str]) -> bool:
        """Whether a line is a setting, an alias, an import, a module or an assignment, which is then kept."""
        folder = path.rpartition("/")[0]
        if (found := _SETTING.match(line)) is not None:
            self.settings.setdefault(found[1], (found[2] or "").partition(" #")[0].strip())
        elif (found := _ALIAS.match(line)) is not None:
            self.aliases.setdefault(found[1], found[2])
        elif (found := _IMPORT.match(line)) is not None:
            target = _literal(found[2])
            place = _placed(folder, target)
            if place and (self.files.tree.has(place) or not found[1]):
                imported.append(place)
        elif (found := _MODULE.match(line)) is not None and ":" not in line.partition("#")[0].partition("'")[0]:
            place = self._module(folder, found[2], _literal(found[3]) if found[3] else "")
            if place:
                self.modules.setdefault(found[2], place)
            elif not found[1]:
                self.whole = False
        elif (found := _VARIABLE.match(line)) is not None:
            self.variables.setdefault(found[2], found[3])
            if (found[1] or "").startswith("export"):
                self.exported.add(found[2])
        else:
            return False
        return True

    def _module(self, folder: str, name: str, target: str) -> str:
        """The file of a module: `x.just`, `x/mod.just`, `x/justfile` or `x/.justfile`, or what its path says."""
        base = _placed(folder, target or name)
        if not base:
            return ""
        ways = ([base] if target else [f"{base}.just"]) + [f"{base}/{file}" for file in ("mod.just", "justfile", "Justfile", ".justfile")]
        return next((way for way in ways if self.files.tree.has(way)), "")


def _placed(folder: str, target: str) -> str:
    from opslint.resolve.shell.state import joined

    place = joined(folder, target) if target else ""
    return "" if UNKNOWN in place or place.startswith("..") else place


def _literal(text: str) -> str:
    tokens = tokens_of(text)
    return string_of(tokens[0][1]) if tokens and tokens[0][0] == "text" else ""


def _whole(line: str, lines: list[str], index: int) -> tuple[str, int]:
    """A declaration with the lines it goes on over: a backslash, an open bracket, an open triple quote."""
    taken = 0
    while index < len(lines) and taken < 200:
        if line.endswith("\\"):
            line = f"{line[:-1]} {lines[index].strip()}"
        elif ":=" in line and (
            any(line.count(quotes) % 2 for quotes in ("'''", '"""', "```"))
            or line.rstrip().endswith(("(", "{", "+", "[", ","))
            or (line.count("(") > line.count(")") or line.count("[") > line.count("]"))
        ):
            line = f"{line}\n{lines[index]}"
        else:
            break
        index += 1
        taken += 1
        if len(line) > MAX_LINE:
            break
    return line, index


def _body_end(lines: list[str], index: int) -> int:
    while index < len(lines) and (not lines[index].strip() or lines[index][0] in " \t"):
        index += 1
    return index


def _body(lines: list[str], start: int, end: int) -> tuple[tuple[int, str], ...]:
    """The lines of a recipe without the indentation of the first."""
    found = [(number + 1, lines[number][:MAX_LINE]) for number in range(start, end)]
    while found and not found[-1][1].strip():
        found.pop()
    first = next((text for _, text in found if text.strip()), "")
    indent = first[: len(first) - len(first.lstrip())]
    return tuple((number, text.removeprefix(indent) if text.strip() else "") for number, text in found)


def _runs_here(recipe: Recipe) -> bool:
    """Whether a recipe is for the system pipelines mostly run on, or for every one."""
    systems = {"windows", "macos", "linux", "unix", "openbsd", "freebsd", "netbsd", "dragonfly", "android"} & set(recipe.attributes)
    return not systems or bool(systems & {"linux", "unix"})


def _recipe(path: str, number: int, line: str, attributes: dict[str, str]) -> Recipe | None:
    """A recipe's header: name, parameters, what it needs before and after."""
    found = _HEADER.match(line)
    if found is None:
        return None
    tokens = tokens_of(found[2])
    depth, colon = 0, -1
    for index, (kind, word) in enumerate(tokens):
        if kind == "mark":
            depth += (word == "(") - (word == ")")
            if word == ":" and not depth:
                colon = index
                break
    if colon < 0:
        return None
    before, after = _needs(tokens[colon + 1 :])
    return Recipe(
        name=found[1],
        path=path,
        line=number,
        header=line.partition("#")[0].strip(),
        quiet=line.startswith("@"),
        parameters=_parameters(found[2]),
        before=before,
        after=after,
        attributes=attributes,
    )


_PARAMETER = late(r"\s*([+*]?)(\$?)([A-Za-z_][\w-]*)\s*(=?)\s*")


def _parameters(text: str) -> tuple[Parameter, ...]:
    found: list[Parameter] = []
    at = 0
    while len(found) < 64 and (match := _PARAMETER.match(text, at)) is not None:
        at = match.end()
        default: tuple[Token, ...] | None = None
        if match[4]:
            rest = text[at:]
            tokens = tokens_of(rest)[:1]
            default = tuple(tokens)
            at += _length(rest)
        found.append(Parameter(name=match[3], kind=match[1], default=default, exported=bool(match[2])))
    return tuple(found)


def _length(rest: str) -> int:
    """How many characters the default of a parameter takes: a word, a string, or what stands in brackets."""
    if rest.startswith("("):
        depth = 0
        for index, character in enumerate(rest):
            depth += (character == "(") - (character == ")")
            if not depth:
                return index + 1
        return len(rest)
    match = re.match(r"'[^']*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`|[\w-]+(?:\([^()]*\))?", rest)
    return match.end() if match else len(rest)


def _needs(tokens: list[Token]) -> tuple[tuple[Need, ...], tuple[Need, ...]]:
    """What stands behind a recipe's colon: what it needs before, and behind `&&` what runs after it."""
    sides: tuple[list[Need], list[Need]] = ([], [])
    side, index = 0, 0
    while index < len(tokens):
        kind, word = tokens[index]
        index += 1
        if word == "&&":
            side = 1
        elif kind == "name":
            name = word
            while tokens[index : index + 2] == [("mark", ":")] * 2 and index + 2 < len(tokens):
                name += f"::{tokens[index + 2][1]}"
                index += 3
            sides[side].append(Need(name=name))
        elif word == "(" and kind == "mark":
            name, arguments, index = _call(tokens, index)
            sides[side].append(Need(name=name, arguments=arguments))
    return tuple(sides[0]), tuple(sides[1])


def _call(tokens: list[Token], index: int) -> tuple[str, tuple[tuple[Token, ...], ...], int]:
    """`(name argument argument)`: arguments are values, joined by `+` and `/` where those stand between."""
    name = tokens[index][1] if index < len(tokens) else ""
    index += 1
    while tokens[index : index + 2] == [("mark", ":")] * 2 and index + 2 < len(tokens):
        name += f"::{tokens[index + 2][1]}"
        index += 3
    arguments: list[list[Token]] = []
    depth, glued = 0, False
    while index < len(tokens):
        token = tokens[index]
        index += 1
        if token == ("mark", ")") and not depth:
            break
        opens = token == ("mark", "(")
        call = opens and arguments and arguments[-1][-1][0] == "name" and not depth
        if depth or glued or (token[0] == "mark" and token[1] in "+/" and arguments) or call:
            arguments[-1].append(token)
        else:
            arguments.append([token])
        depth += opens - (token == ("mark", ")"))
        glued = token[0] == "mark" and token[1] in ("+", "/")
    return name, tuple(tuple(one) for one in arguments), index


def located_justfile(folder: str, files: Files) -> str:
    """The justfile of a folder, "" where it has none; its name may be written in any case."""
    for name in ("justfile", ".justfile", "Justfile", "JUSTFILE"):
        if files.tree.has(inside(folder, name)):
            return inside(folder, name)
    return ""
