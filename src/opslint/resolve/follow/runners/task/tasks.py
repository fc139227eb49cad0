"""Task: the commands of the tasks a `task` command asks for, with those they depend on and call."""

from __future__ import annotations

import msgspec

from opslint.model.activity import Hop
from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.follow.runners.task.taskfile import Task, Taskfile, commands_under, located_taskfile, read_taskfile
from opslint.resolve.follow.runners.task.templates import filled
from opslint.resolve.follow.runners.written import UNKNOWN, asked_of, lead_of, upward
from opslint.resolve.jobs.places import Files
from opslint.resolve.wrappers.tables import words_in
from opslint.source.node import Mapping, Node, Scalar, Sequence, boolean_of, is_null, strings_of, text_of

MAX_CALLS = 300
MAX_NESTING = 8
MAX_TURNS = 40
IGNORED = "task ignores its failure (`ignore_error`)"
DEFERRED = "task ignores the failure of what is deferred"

_VALUED = words_in(
    "-t --taskfile -d --dir -C --concurrency -o --output --output-group-begin --output-group-end -I --interval --sort --timeout "
    "--cacert --cert --cert-key"
)
_NOTHING = words_in(
    "-n --dry -l --list -a --list-all --status --summary -i --init --version -h --help --completion --json -j --new --experiments "
    "--download --clear-cache"
)


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One task that is called: with the variables it is given, why its failure is ignored, and the hops that lead to it."""

    name: str
    given: dict[str, str] = {}
    soft: str = ""
    via: tuple[Hop, ...] = ()
    depth: int = 0


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The commands of the tasks named, of `default` where none is; None where no Taskfile is found or nothing is run.

    Source: taskfile.dev, "Guide" and "Schema Reference"; tasks run in mvdan/sh with `-e`.
    """
    asked = asked_of(argv, _VALUED)
    if asked.flags & _NOTHING or UNKNOWN in folder or folder.startswith(".."):
        return None
    from opslint.resolve.shell.state import joined

    named, moved = asked.last("-t", "--taskfile"), asked.last("-d", "--dir")
    folder = joined(folder, moved) if moved else folder
    if named:
        path = joined(folder, named)
        path = path if files.tree.has(path) else located_taskfile(path, files)
    else:
        path = next((found for one in upward(folder) if (found := located_taskfile(one, files))), "") if UNKNOWN not in folder else ""
    taskfile = files.kept(("task", path), lambda: read_taskfile(path, files)) if path else None
    if taskfile is None:
        return None
    names = [word for word in asked.words if "=" not in word] or ["default"]
    given = dict(word.split("=", 1) for word in asked.words if "=" in word)
    import shlex

    given["CLI_ARGS"] = shlex.join(asked.after or ())
    run = Run(taskfile, env)
    for name in names[:50]:
        run.call(Call(name=name, given=given), "")
    if not run.leads and taskfile.whole and UNKNOWN not in "".join(names) and not any(taskfile.find(name)[0] for name in names):
        return Led(dead=f'{path} has no task "{names[0]}"')
    return Led(leads=tuple(run.leads)) if run.leads else None


class Run:
    """One run of task: what was told so far."""

    def __init__(self, taskfile: Taskfile, env: dict[str, str]) -> None:
        self.taskfile = taskfile
        self.env = env
        self.leads: list[Lead] = []
        self._told: set[tuple[str, tuple[tuple[str, str], ...]]] = set()

    def call(self, call: Call, space: str) -> None:
        """A task: what it depends on, then its commands; each with the same variables once."""
        name = call.name[1:] if call.name.startswith(":") else f"{space}{call.name}"
        task, matches = self.taskfile.find(name)
        key = (name, tuple(sorted(call.given.items())))
        if task is None or key in self._told or len(self._told) >= MAX_CALLS or call.depth > MAX_NESTING:
            return
        self._told.add(key)
        scope = Scope(task, call.given, matches, self.env)
        body = task.node if isinstance(task.node, Mapping) else None
        if body is not None and not _for_linux(body):
            return
        soft = call.soft or (IGNORED if body is not None and boolean_of(body.get("ignore_error")) else "")
        inner = msgspec.structs.replace(call, soft=soft, depth=call.depth + 1)
        dependencies = body.get("deps") if body is not None else None
        for entry in dependencies.items[:200] if isinstance(dependencies, Sequence) else []:
            if isinstance(entry, Scalar):
                self._called(entry, entry, scope, inner, task)
            elif isinstance(entry, Mapping):
                for turn in scope.turns(entry.get("for")):
                    self._called(entry.get("task"), entry, turn, inner, task)
        late: list[Node] = []
        for entry in commands_under(task):
            if isinstance(entry, Mapping) and "defer" in entry:
                late.append(entry)
            else:
                self._entry(entry, scope, inner, task)
        for entry in reversed(late):
            self._entry(entry, scope, msgspec.structs.replace(inner, soft=inner.soft or DEFERRED), task)

    def _called(self, name: Node | None, entry: Node, scope: Scope, call: Call, task: Task) -> None:
        """Another task that an entry names."""
        word = text_of(name)
        if not word:
            return
        given = entry.mapping("vars") if isinstance(entry, Mapping) else None
        values = {key: scope.literal(value) for key, _, value in given.items()} if given is not None else {}
        if "CLI_ARGS" in call.given:
            values.setdefault("CLI_ARGS", call.given["CLI_ARGS"])
        hop = Hop(path=task.path, line=entry.line, text=f"{task.name}: {scope.fill(word)}"[:120])
        self.call(
            msgspec.structs.replace(call, name=scope.fill(word), given=values, via=(*call.via, hop)),
            task.space,
        )

    def _entry(self, entry: Node, scope: Scope, call: Call, task: Task) -> None:
        """One entry of `cmds`: a command, a call of another task, either of them in a loop or deferred."""
        if isinstance(entry, Scalar):
            self._command(entry, scope, call, task)
            return
        if not isinstance(entry, Mapping) or not _for_linux(entry):
            return
        deferred = entry.get("defer")
        if deferred is not None:
            self._entry(deferred, scope, call, task)
            return
        if boolean_of(entry.get("ignore_error")):
            call = msgspec.structs.replace(call, soft=call.soft or IGNORED)
        options = strings_of(entry.get("set"))
        for turn in scope.turns(entry.get("for")):
            command = entry.get("cmd")
            if isinstance(command, Scalar):
                self._command(command, turn, call, task, options)
            else:
                self._called(entry.get("task"), entry, turn, call, task)

    def _command(self, node: Scalar, scope: Scope, call: Call, task: Task, options: tuple[str, ...] = ()) -> None:
        if is_null(node):
            return
        lead = lead_of(node, task.path, scope.fill(node.value), scope.folder())
        own = strings_of(task.node.get("set")) if isinstance(task.node, Mapping) else ()
        piped = "pipefail" in (*task.options, *own, *options)
        self.leads.append(
            msgspec.structs.replace(  # noqa: S604  starts no process
                lead, shell="bash", errexit=True, pipefail=piped, soft_why=call.soft, via=call.via, env=scope.environment()
            )
        )


def _for_linux(node: Mapping) -> bool:
    """Whether a task or command is for Linux, or for every system."""
    platforms = strings_of(node.get("platforms"))
    return not platforms or any(one.partition("/")[0] in ("linux", "amd64", "arm64") for one in platforms)


class Scope:
    """What the words of one task mean."""

    def __init__(self, task: Task, given: dict[str, str], matches: tuple[str, ...], env: dict[str, str]) -> None:
        self.task = task
        self.matches = matches
        self._nodes: dict[str, Node] = {}
        self._shell = env
        for mapping in task.variables:
            self._nodes.update({name: node for name, _, node in mapping.items()})
        own = task.node.mapping("vars") if isinstance(task.node, Mapping) else None
        self._own = {name: node for name, _, node in own.items()} if own is not None else {}
        self._values: dict[str, str] = {**given, "TASK": task.name, "TASKFILE_DIR": self._relative(task.home), "ROOT_DIR": UNKNOWN}
        self._given = given
        if not task.folder:
            self._values["ROOT_DIR"] = self._values["USER_WORKING_DIR"] = "."
        self._open: set[str] = set()

    def _relative(self, home: str) -> str:
        folder = self.task.folder
        if home == folder:
            return "."
        return home[len(folder) + 1 if folder else 0 :] if not folder or home.startswith(folder + "/") else UNKNOWN

    def value(self, name: str) -> str | None:
        """The value of a variable, None where it is not set; UNKNOWN for what a command gives."""
        if name in self._own and name not in self._open:
            return self._worked_out(name, self._own[name])
        if name in self._values:
            return self._values[name]
        if name in self._nodes and name not in self._open:
            self._values[name] = self._worked_out(name, self._nodes[name])
            return self._values[name]
        known = self._shell.get(name)
        if known is not None:
            return UNKNOWN if "$" in known or "{{" in known else known
        return None

    def _worked_out(self, name: str, node: Node) -> str:
        if len(self._open) > MAX_NESTING:
            return UNKNOWN
        self._open.add(name)
        value = self.literal(node)
        self._open.discard(name)
        return value

    def literal(self, node: Node) -> str:
        """The value of a variable as it is written; UNKNOWN for lists, `sh` and `ref`."""
        return self.fill(node.value) if isinstance(node, Scalar) else UNKNOWN

    def fill(self, text: str) -> str:
        """A text with its template words filled in."""
        return filled(text, self.value, self.matches)

    def folder(self) -> str:
        """Where the task runs."""
        from opslint.resolve.shell.state import joined

        own = self.task.node.text("dir") if isinstance(self.task.node, Mapping) else None
        return joined(self.task.folder, self.fill(own)) if own else self.task.folder

    def environment(self) -> dict[str, str]:
        """What the task's commands find in their environment beside what the platform sets."""
        own = self.task.node.mapping("env") if isinstance(self.task.node, Mapping) else None
        found: dict[str, str] = {}
        for mapping in (*self.task.env, *((own,) if own is not None else ())):
            for name, _, node in mapping.items():
                found[name] = self.literal(node)
        for name in (*self._nodes, *self._own):  # task hands its scalar variables on
            found.setdefault(name, self.value(name) or "")
        return found

    def turns(self, node: Node | None) -> list[Scope]:
        """The scopes of the turns of a loop: one for each item that is written out, one with an unknown item where they are not."""
        if node is None:
            return [self]
        name, items = "ITEM", [UNKNOWN]
        if isinstance(node, Sequence):
            items = [self.literal(one) for one in node.items[:MAX_TURNS]]
        elif isinstance(node, Mapping):
            name = node.text("as") or "ITEM"
            source = node.text("var")
            if source:
                items = self._items(source, node.text("split"))
        found: list[Scope] = []
        for item in dict.fromkeys(items):
            turn = Scope(self.task, self._given, self.matches, self._shell)
            turn._values[name] = item
            found.append(turn)
        return found

    def _items(self, source: str, split: str | None) -> list[str]:
        given = self._own.get(source) or self._nodes.get(source)
        if isinstance(given, Mapping) and isinstance(given.get("list"), Sequence):
            given = given.get("list")
        if isinstance(given, Sequence):
            return [self.literal(one) for one in given.items[:MAX_TURNS]]
        value = self.value(source)
        if not value or UNKNOWN in value:
            return [UNKNOWN]
        return [part for part in (value.split(split) if split else value.split()) if part][:MAX_TURNS]
