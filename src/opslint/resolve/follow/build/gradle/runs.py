"""gradle: the plugins and commands behind the tasks that a command asks for."""

from __future__ import annotations

from opslint.resolve.follow.build.gradle.projects import Applied, Build, Project, build_of, root_of
from opslint.resolve.follow.build.gradle.says import Task
from opslint.resolve.follow.build.gradle.table import PLUGINS, PUBLISHING, RUNS, TESTING, Brings
from opslint.resolve.follow.follower import Lead, Led, Plugin
from opslint.resolve.jobs.places import Files
from opslint.resolve.wrappers.tables import words_in
from opslint.source.span import Span

MAX_TASKS = 4_000
MAX_PLUGINS = 120
MAX_PLACES = 3
"""Places at which projects have one task that are told."""
IGNORED = '"ignoreFailures" is true'

_VALUED = words_in(
    "-p --project-dir -x --exclude-task -b --build-file -c --settings-file -I --init-script -g --gradle-user-home --include-build "
    "--max-workers --priority --console --warning-mode --configure --tests -F --dependency-verification -M --write-verification-metadata"
)


class _Asked:
    """The words of a command, sorted: tasks, those left out, the folder, and whether nothing really runs."""

    def __init__(self, words: tuple[str, ...]) -> None:
        self.tasks: list[str] = []
        self.without: set[str] = set()
        self.folder = ""
        self.dry = False
        self.properties: dict[str, str] = {}
        index = 0
        while index < len(words):
            word = words[index]
            index += 1
            key, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
            if key[:2] in ("-x", "-p") and len(key) > 2 and not key.startswith("--"):
                key, value = key[:2], key[2:]
            elif key in _VALUED and not equals and index < len(words):
                value = words[index]
                index += 1
            if key in ("-x", "--exclude-task"):
                self.without.add(value)
            elif key in ("-p", "--project-dir"):
                self.folder = value
            elif key in ("-m", "--dry-run"):
                self.dry = True
            elif word.startswith("-P") and len(word) > 2:
                name, _, said = word[2:].partition("=")
                self.properties[name] = said or "true"
            elif not word.startswith("-") and "…" not in word:
                self.tasks.append(word)


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """What the tasks of a Gradle command run; None where no build script is found or nothing is known of them.

    Source: Gradle, "Command-Line Interface Reference", "Understanding Tasks".
    """
    del env
    return files.kept(("gradle", folder, *argv), lambda: _led(argv, folder, files))


def _led(argv: tuple[str, ...], folder: str, files: Files) -> Led | None:
    from opslint.resolve.shell.state import joined

    asked = _Asked(argv[1:])
    at = joined(folder, asked.folder) if asked.folder else folder
    root = root_of(at, files) if "…" not in at and not at.startswith("..") else None
    if root is None or not asked.tasks or asked.dry:
        return None
    walk = _Walk(build_of(root, files), asked)
    here = next((one.path for one in walk.build.projects.values() if one.folder == at), None)
    if here is None:
        return None
    for task in asked.tasks:
        walk.ask(task, here)
    if not walk.plugins and not walk.leads:
        return None
    soft = next(iter(walk.plugins.values())).soft_why if walk.all_soft(asked.tasks) else ""
    return Led(leads=tuple(walk.leads.values()), plugins=tuple(walk.plugins.values()), soft_why=soft)


class _Walk:
    """Goes from tasks to those they need, each once in each project."""

    def __init__(self, build: Build, asked: _Asked) -> None:
        self.build = build
        self.asked = asked
        self.seen: set[tuple[str, str]] = set()
        self.plugins: dict[tuple[str, str, int, str], Plugin] = {}
        self.leads: dict[tuple[str, str, int], Lead] = {}

    def ask(self, word: str, here: str) -> None:
        """A task of the command line: in one project where its path says so, else in all from here on down that have it."""
        path, colon, name = word.rpartition(":")
        if colon:
            full = path if word.startswith(":") else f"{here.rstrip(':')}:{path}"
            self._run(full or ":", name)
            return
        for project in list(self.build.projects):
            if project == here or project.startswith(here.rstrip(":") + ":"):
                self._run(project, name)

    def all_soft(self, tasks: list[str]) -> bool:
        """Whether what is asked for are only plugins' own tasks, none of which can fail the build."""
        names = {word.rpartition(":")[2] for word in tasks}
        return bool(self.plugins) and names <= {one.id for one in self.plugins.values()} and all(
            one.soft_why for one in self.plugins.values()
        )

    def _run(self, path: str, name: str) -> None:
        waiting = [(path, name)]
        while waiting and len(self.seen) < MAX_TASKS:
            at, task = waiting.pop()
            project = self.build.projects.get(at)
            if project is None or (at, task) in self.seen or not {task, f"{at.rstrip(':')}:{task}"}.isdisjoint(self.asked.without):
                continue
            self.seen.add((at, task))
            waiting += [self._place(at, need) for need in reversed(self._needs(project, task))]

    def _place(self, at: str, need: str) -> tuple[str, str]:
        path, colon, name = need.rpartition(":")
        if not colon:
            return at, need
        return (path if need.startswith(":") else f"{at.rstrip(':')}:{path}") or ":", name

    def _needs(self, project: Project, name: str) -> list[str]:
        """What a task needs; what it runs itself is taken down."""
        said = [(path, task) for path, task in project.tasks if task.name == name]
        needs = [*RUNS.get(name, ()), *(need for _, task in said for need in task.needs)]
        under = "publish" if name.startswith(PUBLISHING) and name != "publishToMavenLocal" else name
        for applied in project.plugins.values():
            brings = PLUGINS.get(applied.id)
            if brings is None:
                continue
            if brings.under == under and not self._loose(brings, project):
                needs += brings.hung
            if under == "bootJar" and applied.id == "org.cyclonedx.bom" and "org.springframework.boot" in project.plugins:
                needs.append("cyclonedxBom")  # Spring Boot puts it into the archive
            if name in brings.hung or name in brings.more:
                self._plug(applied, brings, name, project, said)
        self._tests(project, name, said)
        if not any(task.off for _, task in said):
            for path, task in said:
                self._lead(path, task, project)
        return needs

    def _loose(self, brings: Brings, project: Project) -> bool:
        """Whether a plugin is told not to hang its tasks on `check`."""
        settings = project.blocks.get(brings.extension, {})
        return "false" in (settings.get("enforceCheck"), settings.get("isEnforceCheck"))

    def _plug(self, applied: Applied, brings: Brings, name: str, project: Project, said: list[tuple[str, Task]]) -> None:
        if len(self.plugins) >= MAX_PLUGINS or any(task.off for _, task in said):
            return
        own = {key: value for _, task in said for key, value in task.settings.items()}
        inputs = {"plugin": applied.id, **self.asked.properties, **project.blocks.get(brings.extension, {}), **own}
        if "false" in (inputs.get("enabled"), inputs.get("isEnabled")) or inputs.get("skip") == "true":
            return
        soft = IGNORED if "true" in (inputs.get("ignoreFailures"), inputs.get("isIgnoreFailures")) else ""
        if name.startswith("lint") and "false" in (inputs.get("abortOnError"), inputs.get("isAbortOnError")):
            soft = '"abortOnError" is false'
        span = Span(path=applied.path, line=applied.line)
        if sum(key[0] == name and key[3] == soft for key in self.plugins) >= MAX_PLACES:
            return
        key = (name, applied.path, applied.line, soft)
        text = f"{applied.id} ({name})" if name != applied.id else name
        self.plugins.setdefault(key, Plugin(system="gradle", id=name, span=span, text=text, soft_why=soft, inputs=inputs))

    def _tests(self, project: Project, name: str, said: list[tuple[str, Task]]) -> None:
        """A task that tests: of a plugin that brings one, or made of the type `Test`."""
        made = next(((path, task) for path, task in said if task.type == "Test"), None)
        by = next((one for key, one in project.plugins.items() if name in TESTING.get(key, ())), None)
        if (made is None and by is None) or any(task.off for _, task in said) or len(self.plugins) >= MAX_PLUGINS:
            return
        path, line = (made[0], made[1].line) if made is not None else (by.path, by.line) if by is not None else ("", 0)
        own = {key: value for _, task in said for key, value in task.settings.items()}
        settings = {**project.blocks.get("test", {}), **own}
        soft = IGNORED if "true" in (settings.get("ignoreFailures"), settings.get("isIgnoreFailures")) else ""
        plugin = Plugin(system="gradle", id="test", span=Span(path=path, line=line), text=f"{name} (test)" if name != "test" else name,
                        soft_why=soft, inputs=settings)
        self.plugins.setdefault(("test", "", 0, soft), plugin)  # one is enough, however many projects test

    def _lead(self, path: str, task: Task, project: Project) -> None:
        from opslint.resolve.shell.state import joined

        for script, line, folder, ignored in task.commands:
            to = joined(project.folder, folder) if folder else project.folder
            soft = "Gradle ignores its exit value" if ignored else ""
            lead = Lead(script=script, span=Span(path=path, line=line), folder=to, soft_why=soft)
            self.leads.setdefault((script, path, line), lead)
