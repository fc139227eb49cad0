"""What one Gradle build script says of plugins and tasks, read from its statements."""

from __future__ import annotations

import shlex

import msgspec

from opslint.resolve.follow.build.gradle.script import Statement, arguments, literal, statements
from opslint.resolve.follow.build.gradle.table import MAINS, TYPES
from opslint.source.words.late import late

MAX_COMMANDS = 20

_ID = late(r"""^(?:id)\s*\(?\s*["']([\w.-]+)["']""")
_KOTLIN = late(r"""^kotlin\s*\(\s*["']([\w.-]+)["']\s*\)""")
_ALIAS = late(r"^alias\s*\(?\s*(\w+)\.plugins\.([\w.]+)")
_BARE = late(r"^`?([\w-]+)`?$")
_NOT_APPLIED = late(r"\bapply\s*\(?\s*false\b")
_APPLY = late(r"""^(?:[\w.]*\.)?apply\s*\(?\s*plugin\s*[:=]\s*["']([\w.-]+)["']""")
_APPLY_TYPE = late(r"^(?:[\w.]*\.)?apply\s*(?:<\s*(?:[\w.]+\.)?(\w+)Plugin\s*>|\(?\s*plugin\s*[:=]\s*(?:[\w.]+\.)?(\w+)Plugin\b)")
_APPLY_NAMED = late(r"""^(?:[\w.]*\.)?(?:plugins|pluginManager)\.apply\s*\(?\s*["']([\w.-]+)["']""")
_APPLY_BARE = late(r"""^apply\s*\(\s*["']([\w.-]+)["']\s*\)$""")
_APPLY_ALIAS = late(
    r"""^(?:[\w.]*\.)?apply\s*\(\s*(?:plugin\s*=\s*)?(\w+)\."""
    r"""(?:findPlugin\(\s*["']([\w.-]+)["']\)|plugins\.([\w.]+?)\.get\(\))"""
)
_FROM = late(r"""^(?:[\w.]*\.)?apply\s*\(?\s*from\s*[:=]\s*(?:(?:root[Pp]roject\.|project\.)?file\s*\()?\s*["']([^"'\n]+)["']""")
_REGISTER = late(r"""^(?:va[lr]\s+\w+\s*=\s*|def\s+\w+\s*=\s*)?(?:project\.)?(?:tasks\.)?(?:register|create|maybeCreate)"""
                 r"""(?:<\s*([\w.]+)\s*>)?\s*\(\s*["']([\w.-]+)["'](.*)$""")
_BY = late(r"^va[lr]\s+`?(\w+)`?\s+by\s+(?:project\.)?(?:tasks\.?)?(?:registering|creating|existing|getting)\s*(?:\(\s*([\w.]+).*)?$")
_GROOVY = late(r"""^task\b(?!\.)\s*(?:<\s*([\w.]+)\s*>)?\s*\(?\s*["']?([\w-]+)["']?\s*(.*)$""")
_NAMED = late(r"""^(?:project\.)?(?:tasks\.)?(?:named|getByName|findByName)\s*(?:<[^>]*>)?\s*\(\s*["']([\w-]+)["']([^)]*)\)(.*)$""")
_INDEXED = late(r"""^(?:project\.)?tasks\[["']([\w-]+)["']\](.*)$""")
_PLAIN = late(r"^(?:project\.)?(?:tasks\.)?`?([A-Za-z]\w*)`?((?:\.(?:get\(\)|configure|dependsOn|finalizedBy|enabled|isEnabled)\b.*)?)$")
_CONFIGURED = late(r"^configure\s*\(\s*([\w]+)\s*\)$")
_TYPED = late(r"^(?:project\.)?(?:tasks\.)?withType\s*[(<]?\s*(?:[\w.]+\.)?(\w+)")
_TYPE_NAME = late(r"(?:type\s*[:=]\s*|,\s*)(?:[\w.]+\.)?([A-Z]\w*)")
_DEPENDS_MAP = late(r"dependsOn\s*:\s*(\[[^\]]*\]|[^,)]+)")
_EXTENSION = late(r"^(?:[\w.]*\.)?(?:configure|the|getByType)\s*(?:<\s*(?:[\w.]+\.)?(\w+)Extension\s*>|\(\s*(?:[\w.]+\.)?(\w+)Extension)")
_WORD = late(r"^(?:\w+\.)?(dependsOn|finalizedBy|commandLine|executable|args|workingDir|mainClass|main|setDependsOn)\b\s*(.*)$")
_SET = late(r"^(?:[\w.]+\.)?(\w+)\s*(?:=|\(|\s)\s*\(?\s*(.*?)\)?$")
_TASK_OF = late(r"""(?:tasks\.)?(?:named|getByName|findByName|task)\s*(?:<[^>]*>)?\s*\(\s*["']([\w:-]+)["']|tasks\.([A-Za-z]\w*)"""
                r"""|tasks\[["']([\w-]+)["']\]""")
_PROJECT = late(r"""project\s*\(\s*["']([\w:.-]+)["']""")
_GIVEN = late(r"""^["']?(spotbugs|detekt)Plugins["']?\s*\(?\s*["']?([\w.:-]+)""")
_SCOPE = late(r"""^(?:rootProject\.)?(allprojects|subprojects)(?:\.(?:each|forEach|configureEach))?$"""
              r"""|^configure\s*\(.*?\b(allprojects|subprojects)\b|^project\s*\(\s*["']([\w:.-]+)["']\s*\)$""")
_THROUGH = late(
    r"^(?:(?:[\w ]+ )?class \w+.*\bPlugin<.*|override fun apply\b.*|public void apply\b.*|void apply\(.*|target\.run|afterEvaluate"
    r"|(?:project\.)?(?:plugins|pluginManager)\.\w+.*|project|with\s*\(.*|gradle\.projectsEvaluated|apply|run|project\.afterEvaluate"
    r"|tasks|project\.tasks)$"
)
_MAYBE = late(r"^(?:if|else|when|for|while|try|catch|switch)\b")
_INSIDE = late(r"^(?:doLast|doFirst|(?:[\w.]+\.)?exec|(?:[\w.]+\.)?javaexec|(?:[\w.]+\.)?configure)\b")


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What one place of a script says of a task.

    Shape: `needs` are names of tasks, `:project:task` in other projects; `commands` are (script, line, folder, ignored);
           `off` where it is switched off, `new` where it is made here; `settings` its other words.
    """

    name: str
    line: int
    type: str = ""
    needs: tuple[str, ...] = ()
    commands: tuple[tuple[str, int, str, bool], ...] = ()
    settings: dict[str, str] = {}
    off: bool = False
    new: bool = False


class Said(msgspec.Struct, frozen=True):
    """One thing a script says: `scope` is "" for its own project, "all", "sub", or the path of a project."""

    scope: str
    what: str
    line: int


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """One build script; `blocks` are the settings of extensions and task types by name."""

    path: str
    plugins: tuple[Said, ...]
    sources: tuple[Said, ...]
    tasks: tuple[tuple[str, Task], ...]
    blocks: dict[str, dict[str, str]]


class Reader:
    """Reads one script."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.plugins: list[Said] = []
        self.sources: list[Said] = []
        self.tasks: list[tuple[str, Task]] = []
        self.blocks: dict[str, dict[str, str]] = {}

    def read(self, text: str) -> Script:
        """Everything the script says."""
        self._walk(statements(text), "")
        return Script(path=self.path, plugins=tuple(self.plugins), sources=tuple(self.sources), tasks=tuple(self.tasks),
                      blocks=self.blocks)

    def _walk(self, found: tuple[Statement, ...], scope: str) -> None:
        """Statements of a project; what stands behind a condition is not known, and passed over."""
        for one in found:
            text, block = one.text, one.block
            if _MAYBE.match(text):
                continue
            if text == "plugins" and block is not None:
                self._applied(block)
            elif self._applies(one, scope):
                continue
            elif block is not None and (scoped := _SCOPE.match(text)) is not None:
                within = scoped[1] or scoped[2] or scoped[3]
                self._walk(block, scope or {"allprojects": "all", "subprojects": "sub"}.get(within, within))
            elif block is not None and _THROUGH.match(text):
                self._walk(block, scope)
            else:
                self._says(one, scope)

    def _applied(self, block: tuple[Statement, ...]) -> None:
        """The `plugins` block."""
        for one in block:
            if _NOT_APPLIED.search(one.text):
                continue
            if (found := _ID.match(one.text)) is not None:
                name = found[1]
            elif (found := _KOTLIN.match(one.text)) is not None:
                name = f"org.jetbrains.kotlin.{found[1]}"
            elif (found := _ALIAS.match(one.text)) is not None:
                name = f"{found[1]}:{found[2].removesuffix('.asProvider')}"
            elif (found := _BARE.match(one.text)) is not None:
                name = found[1]
            else:
                continue
            self.plugins.append(Said("", name, one.line))

    def _applies(self, one: Statement, scope: str) -> bool:
        """Whether a statement applies a plugin or another script; it is taken in."""
        found = _APPLY.match(one.text) or _APPLY_NAMED.match(one.text) or _APPLY_BARE.match(one.text)
        if found is not None:
            self.plugins.append(Said(scope, found[1], one.line))
            return True
        if (alias := _APPLY_ALIAS.match(one.text)) is not None:
            self.plugins.append(Said(scope, f"{alias[1]}:{(alias[2] or alias[3]).replace('-', '.').removesuffix('.asProvider')}", one.line))
            return True
        if (typed := _APPLY_TYPE.match(one.text)) is not None:
            name = typed[1] or typed[2]
            self.plugins.append(Said(scope, name[0].lower() + name[1:], one.line))
            return True
        if (source := _FROM.match(one.text)) is not None:
            self.sources.append(Said(scope, source[1], one.line))
            return True
        return False

    def _says(self, one: Statement, scope: str) -> None:
        """A statement that makes or configures a task, or the block of an extension."""
        block = one.block or ()
        if one.text == "dependencies":
            self._given(block)
            return
        if (extension := _EXTENSION.match(one.text)) is not None:
            name = extension[1] or extension[2]
            self._settings(name[0].lower() + name[1:], block)
            return
        if (typed := _TYPED.match(one.text)) is not None:
            if typed[1] in TYPES:
                self._settings(TYPES[typed[1]], block)
            return
        task = _task(one)
        if task is not None:
            self.tasks.append((scope, task))
            if not task.new:
                self._settings(task.name, block)

    def _given(self, block: tuple[Statement, ...]) -> None:
        """What is given to tools beside the code: `spotbugsPlugins 'group:name:version'`."""
        for one in block:
            if (found := _GIVEN.match(one.text)) is not None:
                settings = self.blocks.setdefault(found[1], {})
                settings["dependency"] = f"{settings.get('dependency', '')} {found[2]}".strip()[:1_000]

    def _settings(self, name: str, block: tuple[Statement, ...]) -> None:
        settings = _settings_of(block)
        if settings:
            self.blocks.setdefault(name, {}).update(settings)


def _task(one: Statement) -> Task | None:
    """What a statement says of a task; None where it is about none."""
    kind, name, rest, new = "", "", "", True
    if (found := _REGISTER.match(one.text)) is not None:
        name, rest = found[2], found[3]
        kind = (found[1] or "").rpartition(".")[2]
    elif (found := _BY.match(one.text)) is not None:
        name, kind = found[1], (found[2] or "").rpartition(".")[2] if found[2] != "tasks" else ""
    elif one.text.startswith("task") and (found := _GROOVY.match(one.text)) is not None:
        name, rest = found[2], found[3]
        kind = (found[1] or "").rpartition(".")[2]
    else:
        new = False
        found = _NAMED.match(one.text)
        if found is not None:
            name, rest = found[1], found[3]
        elif (found := _INDEXED.match(one.text) or _PLAIN.match(one.text)) is not None:
            name, rest = found[1], found[2]
        elif (found := _CONFIGURED.match(one.text)) is not None:
            name = found[1]
        if not name or (one.block is None and not rest):
            return None
    if new and not kind and (typed := _TYPE_NAME.search(rest)) is not None:
        kind = typed[1]
    return _filled_in(Task(name=name, line=one.line, type=kind, new=new), rest, one.block or ())


def _filled_in(task: Task, rest: str, block: tuple[Statement, ...]) -> Task:
    """A task with what its block and the rest of its line say."""
    needs: list[str] = []
    mapped = _DEPENDS_MAP.search(rest)
    if mapped is not None:
        needs += names_in(mapped[1])
    behind = rest.removeprefix(".get()").removeprefix(".configure").removeprefix(".")
    if (word := _WORD.match(behind)) is not None and word[1] in ("dependsOn", "finalizedBy"):
        needs += names_in(word[2])
    commands: list[tuple[str, int, str, bool]] = []
    settings = _settings_of(block)
    _body(block, task.type, needs, commands)
    off = "false" in (settings.get("enabled"), settings.get("isEnabled")) or behind.replace(" ", "") in (
        "enabled=false", "isEnabled=false"
    ) or any(one.text == "onlyIf" and [inner.text for inner in one.block or ()] == ["false"] for one in block)
    return msgspec.structs.replace(task, needs=tuple(needs), commands=tuple(commands[:MAX_COMMANDS]), settings=settings, off=off)


def _body(block: tuple[Statement, ...], kind: str, needs: list[str], commands: list[tuple[str, int, str, bool]]) -> None:
    """The commands that a task's block starts, and what it needs."""
    words: dict[str, list[str]] = {}
    line = 0
    for one in block:
        if one.block is not None and _INSIDE.match(one.text):
            _body(one.block, kind, needs, commands)
        found = _WORD.match(one.text)
        if found is None:
            continue
        key, given = found[1], found[2].strip()
        if key in ("dependsOn", "finalizedBy", "setDependsOn"):
            needs += names_in(given.removeprefix("="))
            continue
        given = given.removeprefix(".set").strip()
        words.setdefault(key, []).extend(literal(_inner(word)) or "…" for word in arguments(given))
        line = line or one.line
    main = words.get("mainClass") or words.get("main") or [""]
    argv = words.get("commandLine") or [*words.get("executable", ()), *words.get("args", ())]
    if kind == "JavaExec" or not (words.get("commandLine") or words.get("executable")):
        argv = [MAINS[main[0]], *words.get("args", ())] if main[0] in MAINS else []
    if argv:
        settings = _settings_of(block)
        ignored = "true" in (settings.get("ignoreExitValue"), settings.get("isIgnoreExitValue"), settings.get("setIgnoreExitValue"))
        folder = (words.get("workingDir") or [""])[0]
        commands.append((" ".join(word if word == "…" else shlex.quote(word) for word in argv), line, folder, ignored))


def _inner(word: str) -> str:
    """The string inside `file("x")`, else the word."""
    word = word.strip()
    for opening in ("file(", "project.file(", "rootProject.file(", "layout.projectDirectory.dir("):
        if word.startswith(opening) and word.endswith(")"):
            return word[len(opening) : -1]
    return word


def _settings_of(block: tuple[Statement, ...]) -> dict[str, str]:
    """Plain settings of a block, `name = value`, `name.set(value)` and `name value`; the names of the blocks in it are kept too."""
    found: dict[str, str] = {}
    for one in block:
        if one.block is not None:
            name = one.text.partition("(")[0].strip()
            if name in ("lint", "lintOptions"):  # of an Android project, which has its settings inside its own
                found.update(_settings_of(one.block))
            if name and len(name) < 60:
                found.setdefault(name, " ".join(inner.text.partition("(")[0].strip() for inner in one.block)[:400])
        elif (match := _SET.match(one.text.replace(".set(", "("))) is not None and len(match[2]) < 400:
            value = match[2].strip()
            found[match[1]] = literal(value) or value.removesuffix(".toFloat()").removesuffix("f").removesuffix("F")
    return found


def names_in(text: str) -> list[str]:
    """The tasks that the arguments of `dependsOn` name; what cannot be known is left out."""
    found: list[str] = []
    for word in arguments(text):
        plain = literal(word)
        if plain:
            found.append(plain)
            continue
        if "includedBuild" in word or "map" in word or "withType" in word or "matching" in word:
            continue
        named = _TASK_OF.search(word)
        name = (named[1] or named[2] or named[3]) if named is not None else word if word.isidentifier() else ""
        if name and (other := _PROJECT.search(word)) is not None:
            name = f"{other[1]}:{name}"
        if name:
            found.append(name)
    return [name for name in found if "…" not in name]
