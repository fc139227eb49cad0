"""invoke: the tasks of tasks.py and of the modules its collections take in, their functions read and never run."""

from __future__ import annotations

import ast

import msgspec

from opslint.resolve.follow.follower import Led
from opslint.resolve.follow.python.reading.calls import keywords_of
from opslint.resolve.follow.python.reading.source import Function, Source, full_name, source_of
from opslint.resolve.follow.python.reading.started import Leads, environment, started, worded
from opslint.resolve.follow.python.reading.values import Handle, Scope, Value, items_of, text_of, truth_of, value_of
from opslint.resolve.follow.python.reading.walk import Call, Walker, Way
from opslint.resolve.jobs.places import Files
from opslint.resolve.shell.state import joined
from opslint.resolve.shell.syntax.words import UNKNOWN

MAX_UP = 8
MAX_TASKS = 60
MAX_MODULES = 30
WARNED = "invoke only warns of its failure (`warn=True`)"

_VALUED = frozenset({"-c", "--collection", "-r", "--search-root", "-f", "--config", "-F", "--list-format", "-T", "--command-timeout"})
_TELLING = frozenset({"-l", "--list", "-h", "--help", "-V", "--version"})


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One task: its function, the file it stands in, and the functions that run before and after it."""

    function: Function
    source: Source
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The commands of the tasks of an `inv` command; None where no tasks are found.

    Source: invoke, "Defining and running task functions", "Constructing namespaces", `invoke` command line.
    """
    del env
    words, collection, root = _asked(argv)
    where = _file(joined(folder, root) if root else folder, collection, files)
    if not words or where is None:
        return None
    tasks, default = _tasks(where, files)
    names = [task for word in words if (task := _name(word)) in tasks] or ([default] if default and not words else [])
    if not names:
        return None
    leads: list[Leads] = []
    done: list[Task] = []
    for name in names[:MAX_TASKS]:
        _run(tasks[name], tasks, done, leads, where.path.rpartition("/")[0].removesuffix(collection).rstrip("/"))
    found = tuple(lead for one in leads for lead in one.all())
    return Led(leads=found)


def _asked(argv: tuple[str, ...]) -> tuple[list[str], str, str]:
    """The words that may be tasks, the collection's name and the folder it is looked for in."""
    words: list[str] = []
    collection, root = "tasks", ""
    index = 1
    while index < len(argv):
        key, equals, value = argv[index].partition("=")
        index += 1
        if not words and key in _VALUED:
            value = value if equals else argv[index] if index < len(argv) else ""
            index += not equals
            collection = value if key in ("-c", "--collection") else collection
            root = value if key in ("-r", "--search-root") else root
        elif not words and key in _TELLING:
            return [], collection, root
        elif key == "--":
            break
        elif not key.startswith("-"):
            words.append(argv[index - 1])
    return words, collection, root


def _file(folder: str, collection: str, files: Files) -> Source | None:
    """The nearest collection upwards from a folder, a module or a package."""
    for _ in range(MAX_UP):
        for ending in (".py", "/__init__.py"):
            found = files.made(source_of, f"{folder}/{collection}{ending}" if folder else f"{collection}{ending}")
            if found is not None:
                return found
        if not folder or UNKNOWN in folder:
            return None
        folder = folder.rpartition("/")[0]
    return None


def _name(word: str) -> str:
    """A task's name with its underscores as invoke shows them."""
    return word.replace("_", "-").strip("-")


def _tasks(source: Source, files: Files, prefix: str = "", depth: int = 0) -> tuple[dict[str, Task], str]:
    """The tasks of a file and of the modules it imports for its collections, by name; and the default one."""
    found: dict[str, Task] = {}
    default = ""
    scope = Scope(source, "")
    for function in source.functions.values():
        for decorator in function.decorator_list:
            call = decorator if isinstance(decorator, ast.Call) else None
            name = full_name(call.func if call is not None else decorator, source.imports)
            if name.rpartition(".")[2] != "task":
                continue
            given = keywords_of(call, scope) if call is not None else {}
            task = Task(function=function, source=source, before=_needs(call, "pre"), after=_needs(call, "post"))
            names = [text_of(given.get("name") or function.name)]
            aliases = given.get("aliases")
            names += list(map(text_of, aliases)) if isinstance(aliases, list) else []
            for one in names:
                found[prefix + _name(one)] = task
            default = prefix + _name(names[0]) if given.get("default") is True else default
    by_function = {task.function.name: task for task in found.values()}
    for name, wanted in _renamed(source):
        if wanted in by_function:
            found.setdefault(prefix + _name(name), by_function[wanted])
    if depth < 2:
        for name, module in _modules(source, files):
            inner, first = _tasks(module, files, f"{prefix}{_name(name)}.", depth + 1)
            found = {**inner, **found}
            if first:
                found.setdefault(prefix + _name(name), inner[first])
    return found, default


def _modules(source: Source, files: Files) -> list[tuple[str, Source]]:
    """The modules beside a file that it imports: `from . import lint`, `import lint`, `from tasks import lint`."""
    folder = source.path.rpartition("/")[0]
    found: list[tuple[str, Source]] = []
    for node in source.tree.body:
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [one.name for one in node.names if "." not in one.name]
        elif isinstance(node, ast.ImportFrom) and (not node.module or node.module == folder.rpartition("/")[2]):
            names = [one.name for one in node.names]
        for name in names:
            module = files.made(source_of, f"{folder}/{name}.py" if folder else f"{name}.py")
            if module is not None and len(found) < MAX_MODULES:
                found.append((name, module))
    return found


def _renamed(source: Source) -> list[tuple[str, str]]:
    """(name, function) of the tasks that collections give another name: `ns.add_task(f, "name")`, `Collection("ci", f, other=g)`."""
    found: list[tuple[str, str]] = []
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call):
            continue
        called = full_name(node.func, source.imports).rpartition(".")[2]
        words = [one.value for one in (*node.args, *(word.value for word in node.keywords if word.arg == "name"))
                 if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        functions = [one.id for one in node.args if isinstance(one, ast.Name)]
        if called == "add_task" and words and functions:
            found.append((words[0], functions[0]))
        elif called == "Collection":
            found.extend((f"{words[0]}.{one}", one) for one in functions if words)
            found.extend((word.arg, word.value.id) for word in node.keywords if word.arg and isinstance(word.value, ast.Name))
    return found


def _needs(call: ast.Call | None, word: str) -> tuple[str, ...]:
    """The functions of `pre=[a, call(b)]`; positional ones are `pre` too."""
    if call is None:
        return ()
    lists = [one.value.elts for one in call.keywords if one.arg == word and isinstance(one.value, (ast.List, ast.Tuple))]
    nodes = [*(call.args if word == "pre" else ()), *(node for one in lists for node in one)]
    names = [node.args[0] if isinstance(node, ast.Call) and node.args else node for node in nodes]
    return tuple(node.id if isinstance(node, ast.Name) else node.attr for node in names if isinstance(node, (ast.Name, ast.Attribute)))


def _run(task: Task, tasks: dict[str, Task], done: list[Task], leads: list[Leads], folder: str) -> None:
    """Walk a task, those before it first; each once, as invoke does."""
    if task in done or len(done) >= MAX_TASKS:
        return
    done.append(task)
    by_function = {one.function.name: one for one in tasks.values() if one.source is task.source}
    for name in task.before:
        if name in by_function:
            _run(by_function[name], tasks, done, leads, folder)
    found = Leads()
    leads.append(found)
    walker = Walker(task.source, lambda call, walker: _told(call, walker, found), folder)
    walker.scope.outer["__name__"] = "tasks"
    walker.module()
    scope = walker.scope.inner()
    arguments = task.function.args
    names = [one.arg for one in (*arguments.posonlyargs, *arguments.args)]
    defaults = [value_of(one, walker.scope) for one in arguments.defaults]
    scope.names = {**dict.fromkeys(names, UNKNOWN), **dict(zip(names[len(names) - len(defaults):], defaults, strict=True))}
    if names:
        scope.names[names[0]] = Handle(kind="context")
    walker.enter(task.function, scope, Way())
    for name in task.after:
        if name in by_function:
            _run(by_function[name], tasks, done, leads, folder)


def _told(call: Call, walker: Walker, leads: Leads) -> bool:
    """Put down what a call of a context runs, or of the standard library."""
    function = call.node.func
    name = full_name(function, call.scope.source.imports)
    owner = value_of(function.value, call.scope) if isinstance(function, ast.Attribute) else None
    if not isinstance(owner, Handle) and name not in ("invoke.run", "invoke.sudo"):
        return started(call, walker.folder, leads)
    verb = name.rpartition(".")[2]
    given = items_of(call.node.args, call.scope)
    keywords: dict[str, Value] = keywords_of(call.node, call.scope)
    if verb == "cd" and given:
        walker.stand(call)
    elif verb in ("run", "sudo"):
        command = worded(given[0] if given else keywords.get("command", UNKNOWN))
        soft = WARNED if truth_of(keywords.get("warn")) is True and not call.used else ""
        leads.add(call, command, walker.folder, soft=soft, env=environment(keywords.get("env")))
    return True
