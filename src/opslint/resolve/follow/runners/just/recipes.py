"""just: the recipes a command asks for, with those they need."""

from __future__ import annotations

import msgspec

from opslint.model.activity import Hop
from opslint.resolve.follow.follower import Lead, Led, shown
from opslint.resolve.follow.runners.just.expressions import Evaluator, filled, string_of, tokens_of
from opslint.resolve.follow.runners.just.justfile import Justfile, Recipe, located_justfile, read_justfile
from opslint.resolve.follow.runners.written import UNKNOWN, asked_of, inside, upward
from opslint.resolve.jobs.places import Files
from opslint.resolve.wrappers.tables import words_in
from opslint.source.span import Span

MAX_RECIPES = 200
MAX_NESTING = 8
IGNORED = "just ignores its failure (`-`)"

_VALUED = words_in(
    "-f --justfile -d --working-directory --set --shell --shell-arg --dotenv-filename -E --dotenv-path --color --chooser --tempdir "
    "--list-heading --list-prefix --timestamp-format --command-color --cygpath --alias-style --ceiling --group"
)
_NOTHING = words_in(
    "-n --dry-run -l --list --summary -s --show --evaluate --fmt --dump --choose --init -e --edit -V --version -h --help --man "
    "--completions -c --command --variables --groups --changelog --usage --json"
)


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One recipe with its arguments, and the hops that lead to it."""

    recipe: Recipe
    arguments: tuple[str, ...]
    via: tuple[Hop, ...] = ()


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The recipes a `just` command runs; None where no justfile is found or the command runs none.

    Source: the Just Programmer's Manual ("Running Recipes in a Different Directory", "Dependencies", "Shebang Recipes").
    """
    asked = asked_of(argv, _VALUED, stops=True)
    if asked.flags & _NOTHING:
        return None
    words = (*asked.words, *(asked.after or ()))
    if "--set" in asked.options:  # takes two words: the name, which is an option's value here, and the value
        words = words[len(asked.options["--set"]) :]
    given = dict(zip(asked.options.get("--set", ()), asked.words, strict=False))
    while words and "=" in words[0] and words[0].partition("=")[0].replace("-", "_").isidentifier():
        name, _, value = words[0].partition("=")
        given[name] = value
        words = words[1:]
    path, inner, words = _file(asked.last("-f", "--justfile"), folder, words, files)
    if not path:
        return None
    if asked.last("-d", "--working-directory"):
        inner = _joined(folder, asked.last("-d", "--working-directory"))
    run = Run(path, inner, folder, env, given, files)
    return run.led(words)


def _joined(folder: str, to: str) -> str:
    from opslint.resolve.shell.state import joined

    return joined(folder, to)


def _file(name: str, folder: str, words: tuple[str, ...], files: Files) -> tuple[str, str, tuple[str, ...]]:
    """The justfile a command reads, where its recipes run, and the words left: `just sub/build` reads that of `sub`."""
    if name:
        path = _joined(folder, name)
        return (path if files.tree.has(path) else ""), path.rpartition("/")[0], words
    if words and "/" in words[0] and not words[0].startswith("/"):
        below, _, rest = words[0].rpartition("/")
        folder = _joined(folder, below)
        words = (rest, *words[1:]) if rest else words[1:]
    if UNKNOWN in folder or folder.startswith(".."):
        return "", folder, words
    for one in upward(folder):
        if path := located_justfile(one, files):
            return path, one, words
    return "", folder, words


class Run:
    """One run of just: the justfile, what the command gave, the recipes told so far."""

    def __init__(self, path: str, folder: str, called_in: str, env: dict[str, str], given: dict[str, str], files: Files) -> None:
        self.files = files
        self.file = self._read(path)
        self.folder = folder
        self.called_in = called_in
        self.env = env
        self.given = given
        self.leads: list[Lead] = []
        self.told: set[tuple[str, str, tuple[str, ...]]] = set()

    def _read(self, path: str) -> Justfile:
        return self.files.kept(("just", path), lambda: read_justfile(path, self.files))

    def led(self, words: tuple[str, ...]) -> Led | None:
        """What the recipes named run; dead where the first of them is not there and all the justfile says was read."""
        if not words:
            first = self.file.first()
            if first is not None and not any(one.default is None and one.kind != "*" for one in first.parameters):
                self._tell(self.file, Call(recipe=first, arguments=()), 0)
            return Led(leads=tuple(self.leads)) if self.leads else None
        index = 0
        while index < len(words):
            file, recipe, index = self._named(words, index)
            if file is None or recipe is None:
                missing = words[min(index, len(words)) - 1]
                if self.leads or not self.file.whole or UNKNOWN in "".join(words) or self.file.flag("fallback") or self.file.modules:
                    break
                return Led(dead=f'{self.file.path} has no recipe "{missing}"')
            most = len(words) if any(one.kind for one in recipe.parameters) else index + len(recipe.parameters)
            self._tell(file, Call(recipe=recipe, arguments=words[index:most]), 0)
            index = most
        return Led(leads=tuple(self.leads)) if self.leads else None

    def _named(self, words: tuple[str, ...], index: int) -> tuple[Justfile | None, Recipe | None, int]:
        """The justfile and recipe some words name (`lint`, `web::lint`, `web lint`), and where its arguments begin."""
        file = self.file
        parts = words[index].split("::")
        index += 1
        for _ in range(MAX_NESTING):
            target = file.modules.get(parts[0])
            if target is None or file.recipe(parts[0]) is not None:
                break
            file = self._read(target)
            parts = parts[1:]
            if not parts:
                if index >= len(words):
                    return file, file.first(), index
                parts = words[index].split("::")
                index += 1
        return file, file.recipe(parts[0]) if len(parts) == 1 else None, index

    def _tell(self, file: Justfile, call: Call, depth: int) -> None:
        """A recipe after those it needs, each with the same arguments once."""
        recipe = call.recipe
        key = (recipe.path, recipe.name, call.arguments)
        if key in self.told or len(self.told) >= MAX_RECIPES or depth > MAX_NESTING:
            return
        self.told.add(key)
        scope = Scope(file, recipe, call.arguments, self)
        via = (*call.via, Hop(path=recipe.path, line=recipe.line, text=shown(recipe.header)))
        for needs in (recipe.before, None, recipe.after):
            if needs is None:
                self.leads.extend(scope.leads(self._place(file, recipe, scope), call.via))
                continue
            for need in needs:
                arguments = tuple(scope.evaluator.of_tokens(list(one)) for one in need.arguments)
                inner, found, _ = self._needed(file, need.name)
                if found is not None:
                    self._tell(inner, Call(recipe=found, arguments=arguments, via=via), depth + 1)

    def _needed(self, file: Justfile, name: str) -> tuple[Justfile, Recipe | None, int]:
        *modules, last = name.split("::")
        for module in modules:
            target = file.modules.get(module)
            if target is None:
                return file, None, 0
            file = self._read(target)
        return file, file.recipe(last), 0

    def _place(self, file: Justfile, recipe: Recipe, scope: Scope) -> str:
        """Where a recipe runs: beside its justfile, for a module beside the module's, or where its attribute says."""
        if "no-cd" in recipe.attributes or file.flag("no-cd"):
            return self.called_in
        folder = self.folder if file is self.file else file.path.rpartition("/")[0]
        setting = file.settings.get("working-directory", "")
        if setting:
            folder = _joined(folder, scope.evaluator.value(setting))
        own = recipe.attributes.get("working-directory", "")
        return _joined(folder, scope.evaluator.value(own)) if own else folder


class Scope:
    """What the words of one recipe mean: its arguments, and the variables of its justfile."""

    def __init__(self, file: Justfile, recipe: Recipe, arguments: tuple[str, ...], run: Run) -> None:
        self.file = file
        self.recipe = recipe
        self.run = run
        self.arguments = arguments
        self._values: dict[str, str] = dict(run.given)
        self._open: set[str] = set()
        self.evaluator = Evaluator(self.value, run.env)
        left = list(arguments)
        for parameter in recipe.parameters:
            if parameter.kind and left:
                self._values[parameter.name], left = " ".join(left), []
            elif left:
                self._values[parameter.name] = left.pop(0)
            elif parameter.default is not None:
                self._values[parameter.name] = Evaluator(self.value, run.env).of_tokens(list(parameter.default))
            else:
                self._values[parameter.name] = "" if parameter.kind == "*" else UNKNOWN

    def value(self, name: str) -> str:
        """The value of a parameter or variable; UNKNOWN for one that needs itself or is not there."""
        if name in self._values:
            return self._values[name]
        if name in self._open or name not in self.file.variables:
            return UNKNOWN
        self._open.add(name)
        self._values[name] = Evaluator(self.value, self.run.env).value(self.file.variables[name])
        self._open.discard(name)
        return self._values[name]

    def environment(self) -> dict[str, str]:
        """What a recipe finds in its environment beside what the platform sets."""
        every = self.file.flag("export") if "export" in self.file.settings else False
        names = set(self.file.variables) if every else set(self.file.exported)
        names |= {one.name for one in self.recipe.parameters if one.exported or every}
        return {**self._dotenv(), **{name: self.value(name) for name in sorted(names)}}

    def _dotenv(self) -> dict[str, str]:
        """The variables of `.env`, where the justfile loads it and it is part of the tree."""
        if not any(name in self.file.settings and self.file.flag(name) for name in ("dotenv-load",)):
            return {}
        path = inside(self.run.folder, ".env")
        text = self.run.files.text(path) if self.run.files.tree.has(path) else None
        pairs = [line.removeprefix("export ").partition("=") for line in (text or "").split("\n")[:500] if not line.startswith("#")]
        return {
            name.strip(): value.strip().strip("'\"") for name, equals, value in pairs if equals and name.strip().isidentifier()
        }

    def leads(self, folder: str, via: tuple[Hop, ...]) -> list[Lead]:
        """The scripts of a recipe: one a line, or one for all of it where it has a first line `#!` or a `[script]`."""
        lines = self.recipe.lines
        positional = self.arguments if "positional-arguments" in self.file.settings or (
            "positional-arguments" in self.recipe.attributes) else None
        env = self.environment()
        first = lines[0][1].strip() if lines else ""
        if first.startswith("#!") or "script" in self.recipe.attributes or (lines and self.file.settings.get("default-script") == ""):
            lead = self._program(first, folder)
            return [msgspec.structs.replace(lead, via=via, env=env, arguments=positional)] if lead is not None else []
        dialect, errexit, pipefail = _shell(self.file.settings)
        found: list[Lead] = []
        for number, text in _joined_lines(lines):
            soft, script = _stripped(text)
            script = filled(script, self.evaluator)
            if not script.strip("… ;\n\\") or script.startswith("#"):
                continue
            span = Span(path=self.recipe.path, line=number, column=1)
            found.append(
                Lead(
                    script=script, span=span, folder=folder, errexit=errexit, pipefail=pipefail, line_step=1, shell=dialect,
                    soft_why=IGNORED if soft else "", env=env, arguments=positional, via=via,
                )
            )
        return found

    def _program(self, first: str, folder: str) -> Lead | None:
        """A recipe that is one script of its own, None where its language is not read."""
        lines = self.recipe.lines
        words: list[str] = []
        wanted = self.recipe.attributes.get("script", "")
        if first.startswith("#!"):
            words = [word for word in first[2:].split() if word != "-S" and "=" not in word]
            words = words[1:] if words and words[0].endswith("env") else words
        elif wanted:
            words = [string_of(word) for kind, word in tokens_of(wanted) if kind == "text"]
        words = words or _list(self.file.settings.get("script-interpreter", "")) or ["sh", "-eu"]
        from opslint.resolve.shell import shell_semantics

        dialect, errexit, pipefail = shell_semantics("just", " ".join(words))
        if dialect not in ("bash", "sh", "zsh", "ksh", "python", "pwsh", "powershell"):
            return None
        script = "\n".join(text for _, text in lines)
        return Lead(
            script=filled(script, self.evaluator), span=Span(path=self.recipe.path, line=lines[0][0]), folder=folder,
            errexit=errexit, pipefail=pipefail, line_step=1, shell=dialect,
        )


def _shell(settings: dict[str, str]) -> tuple[str, bool, bool]:
    """The dialect of a recipe's lines, whether errors stop it, and whether those of pipes count: `sh -cu` unless it is set."""
    from opslint.resolve.shell import shell_semantics

    return shell_semantics("just", " ".join(_list(settings.get("shell", ""))) or "sh -cu")


def _list(text: str) -> list[str]:
    return [string_of(word) for kind, word in tokens_of(text) if kind == "text"]


def _joined_lines(lines: tuple[tuple[int, str], ...]) -> list[tuple[int, str]]:
    """The lines of a recipe, those that end in a backslash together with the ones they go on over."""
    found: list[tuple[int, str]] = []
    going_on = False
    for number, text in lines:
        if going_on:
            found[-1] = (found[-1][0], f"{found[-1][1]}\n{text}")
        else:
            found.append((number, text))
        going_on = text.endswith("\\")
    return found


def _stripped(text: str) -> tuple[bool, str]:
    """Whether a line's failure is ignored, and the line without its `@` and `-`."""
    stripped = text.lstrip()
    soft = False
    while stripped[:1] in ("@", "-"):
        soft |= stripped[0] == "-"
        stripped = stripped[1:].lstrip()
    return soft, stripped
