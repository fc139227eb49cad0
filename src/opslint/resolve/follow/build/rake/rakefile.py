"""A Rakefile and the files it takes in, as tasks with what they need and run."""

from __future__ import annotations

import re
import shlex
from fnmatch import translate

import msgspec

from opslint.resolve.jobs.places import Files
from opslint.source.words.late import late

NAMES = ("rakefile", "Rakefile", "rakefile.rb", "Rakefile.rb")
MAX_FILES = 60
MAX_LINES = 6_000
MAX_BODY = 400
MAX_LINE = 2_000

_TASK = late(r"^(?:multi)?task\b\s*\(?\s*(.*)$")
_NAMESPACE = late(r"^namespace\s*\(?\s*[:\"']([\w-]+)")
_NAME = late(r"^(?::(\w+[?!]?)|:?[\"']([\w:.-]+)[\"']|(\w+[?!]?)(?=:\s))\s*(?:,\s*\[[^\]]*\]|(?:,\s*:\w+)+)?\s*(?:=>|:)?\s*(.*)$")
_SYMBOL = late(r":(\w+[?!]?)|:?[\"']([\w:./-]+)[\"']")
_WORDS = late(r"%[wi][\[({]([^\])}]*)[\])}]")
_CLASS = late(r"^([A-Z]\w*(?:::\w+)+)\.(?:new|create|install_tasks)\b\s*\(?\s*(?::(\w+)|:?[\"']([\w:]+)[\"'])?")
_LOAD = late(r"^(?:import|load|require_relative)\s*\(?\s*[\"']([^\"'#]+)[\"']")
_GLOB = late(r"Dir(?:\.glob)?\s*[\[(]\s*[\"']([^\"'#]+)[\"']")
_REQUIRE = late(r"^require\s*\(?\s*[\"']([\w/-]+)[\"']")
_INVOKE = late(r"Rake::Task\[\s*(?::(\w+)|[\"']([\w:]+)[\"'])\s*\]\.(?:invoke|execute)")
_SH = late(
    r"(?:^|[\s;{(=])(?:sh|system|exec|ruby)\b\s*\(?\s*"
    r"((?:\*?%w[\[({][^\])}]*[\])}]|%[qQ]?[\[({][^\])}]*[\])}]|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
    r"(?:\s*,\s*(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\*?[\w.:]+(?![\w.:]*\s*(?:=>|:\s))))*)(.*)$"
)
_KIND = late(r"(?:^|[\s;{(=])(sh|system|exec|ruby)\b")
_BACKTICK = late(r"(?:`([^`\n]+)`|%x[\[({]([^\])}]+)[\])}])")
_STRING = late(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'|([\w.:]+)")
_INSERTED = late(r"#\{[^}]*\}")
_SETTING = late(r"^\w+\.(\w+)\s*=\s*(.*)$")
_HEREDOC = late(r"<<[~-]?([\"']?)([A-Z_]+)\1")

CLASSES: dict[str, tuple[str, str]] = {
    "RSpec::Core::RakeTask": ("spec", "rspec"),
    "RuboCop::RakeTask": ("rubocop", "rubocop"),
    "Cucumber::Rake::Task": ("cucumber", "cucumber"),
    "Rake::TestTask": ("test", "minitest"),
    "Minitest::TestTask": ("test", "minitest"),
    "Reek::Rake::Task": ("reek", "reek"),
    "Bundler::Audit::Task": ("bundle:audit", "bundle-audit check"),
    "YARD::Rake::YardocTask": ("yard", "yard doc"),
    "RDoc::Task": ("rdoc", "rdoc"),
    "HamlLint::RakeTask": ("haml_lint", "haml-lint"),
    "SlimLint::RakeTask": ("slim_lint", "slim-lint"),
    "SCSSLint::RakeTask": ("scss_lint", "scss-lint"),
    "PuppetLint::RakeTask": ("lint", "puppet-lint"),
    "FoodCritic::Rake::LintTask": ("foodcritic", "foodcritic ."),
    "Steep::RakeTask": ("steep", "steep check"),
    "Flay::RakeTask": ("flay", "flay"),
    "FlogTask": ("flog", "flog"),
    "Opal::RSpec::RakeTask": ("opal", "rspec"),
    "Jasmine::RakeTask": ("jasmine", "jasmine"),
}
"""Classes of tasks -> the name a task has by default, and the program it runs."""
REQUIRED: dict[str, tuple[str, str]] = {
    "standard/rake": ("standard", "standardrb"),
    "rspec/core/rake_task": ("", ""),
    "bundler/audit/task": ("", ""),
    "minitest/test_task": ("", ""),
    "puppetlabs_spec_helper/rake_tasks": ("lint", "puppet-lint"),
}
"""Libraries that bring a task when they are required."""


class Command(msgspec.Struct, frozen=True):
    """One command of a task's body: its text, line, and why its failure does not fail the task."""

    script: str
    line: int
    soft: str = ""


class Task(msgspec.Struct, kw_only=True):
    """One place that says something of a task."""

    name: str
    path: str
    line: int
    needs: list[str]
    commands: list[Command]


def tasks_of(folder: str, name: str, files: Files) -> dict[str, list[Task]]:
    """The tasks that Rake knows in a folder, in the order of their places; none where there is no Rakefile.

    Source: Rake, "Rakefile Format", "Command Line Usage" (rakelib).
    """
    path = next((one for one in (_at(folder, file) for file in ((name,) if name else NAMES)) if files.tree.has(one)), "")
    if not path:
        return {}
    return files.kept(("rake", path), lambda: _Reader(folder, files).read(path))


def _at(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


class _Reader:
    """Reads a Rakefile and all that it takes in."""

    def __init__(self, folder: str, files: Files) -> None:
        self.folder = folder
        self.files = files
        self.found: dict[str, list[Task]] = {}
        self.waiting: list[str] = []

    def read(self, path: str) -> dict[str, list[Task]]:
        """The tasks by their full names."""
        start = _at(self.folder, "rakelib/")
        self.waiting = [path, *(one for one in self.files.below(start.rstrip("/")) if one.endswith(".rake"))]
        seen: set[str] = set()
        while self.waiting and len(seen) < MAX_FILES:
            at = self.waiting.pop(0)
            if at not in seen:
                seen.add(at)
                self._file(at)
        return self.found

    def _file(self, path: str) -> None:
        """One file, line by line: what is indented below a task or a namespace belongs to it."""
        lines = [line[:MAX_LINE] for line in (self.files.text(path) or "").replace("\r\n", "\n").split("\n")[:MAX_LINES]]
        spaces: list[tuple[int, str]] = []
        index = 0
        while index < len(lines):
            line, number = lines[index], index + 1
            stripped = line.strip()
            indent = len(line) - len(line.lstrip())
            index += 1
            if not stripped or stripped.startswith("#"):
                continue
            while spaces and indent <= spaces[-1][0] and stripped.startswith(("end", "}")):
                spaces.pop()
            joined = stripped
            while _is_open(joined) and index < len(lines):
                joined += " " + lines[index].strip()
                index += 1
            self._loads(joined, path)
            if (space := _NAMESPACE.match(joined)) is not None:
                spaces.append((indent, space[1]))
            elif (task := self._task(joined, ":".join(name for _, name in spaces), path, number)) is not None:
                body, index = _body(lines, index, indent, joined)
                _run(task, body)

    def _task(self, text: str, space: str, path: str, line: int) -> Task | None:
        """The task that a statement makes, with what it needs."""
        needs: list[str] = []
        commands: list[Command] = []
        if (made := _CLASS.match(text)) is not None and made[1] in CLASSES:
            name, script = CLASSES[made[1]]
            name = made[2] or made[3] or name
            commands.append(Command(script, line))
        elif (required := _REQUIRE.match(text)) is not None and REQUIRED.get(required[1], ("",))[0]:
            name, script = REQUIRED[required[1]]
            commands.append(Command(script, line))
        elif (found := _TASK.match(text)) is not None and (named := _NAME.match(found[1])) is not None:
            name = named[1] or named[2] or named[3]
            needs = _needed(named[4])
        else:
            return None
        full = f"{space}:{name}" if space else name
        task = Task(name=full, path=path, line=line, needs=[_inside(need, space) for need in needs], commands=commands)
        self.found.setdefault(full, []).append(task)
        return task

    def _loads(self, text: str, path: str) -> None:
        """Files that a statement takes in."""
        from opslint.resolve.shell.state import joined

        if (glob := _GLOB.search(text)) is not None and ("load" in text or "import" in text or "require" in text):
            pattern = re.compile(translate(_at(self.folder, glob[1].removeprefix("./")).replace("**/", "*")))
            self.waiting += [one for one in self.files.tree.paths() if pattern.match(one)][:MAX_FILES]
        elif (load := _LOAD.match(text)) is not None:
            base = path.rpartition("/")[0] if text.startswith("require_relative") else self.folder
            for name in (load[1], f"{load[1]}.rb", f"{load[1]}.rake"):
                at = joined(base, name)
                if self.files.tree.has(at):
                    self.waiting.append(at)
        elif "Rails.application.load_tasks" in text:
            start = _at(self.folder, "lib/tasks/")
            self.waiting += [one for one in self.files.below(start.rstrip("/")) if one.endswith(".rake")]


def _is_open(text: str) -> bool:
    """Whether a statement goes on in the next line: a bracket of it is still open."""
    return len(text) < MAX_LINE and text.count("[") + text.count("(") > text.count("]") + text.count(")")


def _inside(need: str, space: str) -> str:
    """A needed task's name, with the namespace it may be looked up in first behind a bar."""
    return f"{space}:{need}|{need}" if space and ":" not in need else need


def _needed(text: str) -> list[str]:
    text = text.partition(" do")[0] if text.rstrip().endswith(("do", "|")) else text.partition("{ ")[0]
    found = [word for words in _WORDS.findall(text) for word in words.split()]
    return found + [one[0] or one[1] for one in _SYMBOL.findall(_WORDS.sub("", text))]


def _body(lines: list[str], index: int, indent: int, text: str) -> tuple[list[tuple[int, str]], int]:
    """The (line, text) of a task's block, and the index of the line behind it."""
    opened = text.endswith((" do", "|", "{")) or text == "do"
    if not opened:
        inner = text.partition("{ ")[2] if "{ " in text else ""
        return ([(index, inner.rstrip("} "))] if inner else []), index
    found: list[tuple[int, str]] = []
    while index < len(lines):
        line = lines[index]
        index += 1
        if line.strip() and len(line) - len(line.lstrip()) <= indent and line.strip().startswith(("end", "}")):
            break
        if len(found) < MAX_BODY:
            found.append((index, line.strip()))
    return found, index


def _run(task: Task, body: list[tuple[int, str]]) -> None:
    """What a task's block runs and invokes."""
    index = 0
    while index < len(body):
        line, text = body[index]
        index += 1
        if text.startswith("#"):
            continue
        while text.endswith(("\\", ",")) and index < len(body):
            text = f"{text.removesuffix(chr(92))} {body[index][1]}"
            index += 1
        task.needs += [one[0] or one[1] for one in _INVOKE.findall(text)]
        if (setting := _SETTING.match(text)) is not None and setting[1] == "fail_on_error" and setting[2].startswith("false"):
            task.commands[:] = [Command(one.script, one.line, '"fail_on_error" is false') for one in task.commands]
        if (document := _HEREDOC.search(text)) is not None and _KIND.search(text):
            end = next((at for at in range(index, len(body)) if body[at][1] == document[2]), len(body))
            task.commands.append(Command("\n".join(_INSERTED.sub("…", one[1]) for one in body[index:end]), body[index - 1][0]))
            index = end + 1
        elif (started := _SH.search(text)) is not None:
            task.commands.append(_started(text, started, line))
        elif (ticked := _BACKTICK.search(text)) is not None:
            task.commands.append(Command(_INSERTED.sub("…", ticked[1] or ticked[2]), line, "its output is only read"))


def _started(text: str, started: re.Match[str], line: int) -> Command:
    """A command that `sh`, `system`, `exec` or `ruby` starts."""
    found = _KIND.search(text)
    kind = found[1] if found is not None else "sh"
    words = started[1].strip()
    if "%w" in words:
        script = " ".join(words[words.index("%w") + 3 : -1].split())
    elif words.startswith("%"):
        script = words[3:-1] if words[1] in "qQ" else words[2:-1]
    else:
        parts = [one[0] or one[1] or "…" for one in _STRING.findall(words)]
        script = parts[0] if len(parts) == 1 else " ".join("…" if "…" in one or "#{" in one else shlex.quote(one) for one in parts)
    script = _INSERTED.sub("…", script).replace('\\"', '"')
    soft = ""
    if kind == "system" and not re.search(r"\|\||\bor\b|exception: true|\b(?:abort|exit|raise|fail)\b|\bunless\b", text):
        soft = "`system` goes on when it fails"
    elif kind == "sh" and text.rstrip().endswith(("|ok|", "|ok, res|", "|ok, status|", "|ok, _|", "|ok, _res|")):
        soft = "its block looks at the failure"
    script = f"ruby {script}" if kind == "ruby" else script
    return Command(script.removeprefix("ruby -S "), line, soft)
