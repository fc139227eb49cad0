"""A Taskfile: its tasks by their full names, those of the files it includes among them."""

from __future__ import annotations

import msgspec

from opslint.errors import UnreadableFile
from opslint.resolve.follow.runners.written import UNKNOWN, inside
from opslint.resolve.jobs.places import Files
from opslint.source.node import Mapping, Node, Scalar, Sequence, boolean_of, strings_of, text_of

MAX_FILES = 60
MAX_TASKS = 4000
MAX_BYTES = 1 << 20
NAMES = (
    "Taskfile.yml", "taskfile.yml", "Taskfile.yaml", "taskfile.yaml",
    "Taskfile.dist.yml", "taskfile.dist.yml", "Taskfile.dist.yaml", "taskfile.dist.yaml",
)  # fmt: skip


class Task(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One task.

    Shape: `name` is its full name (`docs:build`), `space` the namespace its own references begin in, "" at the top; `node` what
           stands below its key, `path` and `line` where; `folder` is where it runs but for its own `dir`; `home` that of its file;
           `variables` and `env` are those of its file, the nearest last.
    """

    name: str
    space: str
    node: Node
    path: str
    line: int
    folder: str
    home: str
    variables: tuple[Mapping, ...] = ()
    env: tuple[Mapping, ...] = ()
    options: tuple[str, ...] = ()


class Taskfile(msgspec.Struct, frozen=True, kw_only=True):
    """All tasks a Taskfile offers. `names` maps aliases to full names; `whole` is False where something included is not here."""

    path: str
    tasks: dict[str, Task]
    names: dict[str, str]
    whole: bool

    def find(self, name: str) -> tuple[Task | None, tuple[str, ...]]:
        """The task of a name, and what its wildcards stand for."""
        found = self.tasks.get(name) or self.tasks.get(self.names.get(name, "")) or self.tasks.get(f"{name}:default")
        if found is not None:
            return found, ()
        for task in self.tasks.values():
            if "*" in task.name:
                matches = _matched(task.name, name)
                if matches is not None:
                    return task, matches
        return None, ()


def _matched(pattern: str, name: str) -> tuple[str, ...] | None:
    """What the `*` of a task's name stand for in a name, each as little as possible."""
    pieces = pattern.split("*")
    if not name.startswith(pieces[0]):
        return None
    at, found = len(pieces[0]), []
    for number, piece in enumerate(pieces[1:], 1):
        last = number == len(pieces) - 1
        if last and not name.endswith(piece):
            return None
        end = len(name) - len(piece) if last else name.find(piece, at)
        if end < at:
            return None
        found.append(name[at:end])
        at = end + len(piece)
    return tuple(found)


def located_taskfile(folder: str, files: Files) -> str:
    """The Taskfile of a folder, "" where it has none."""
    return next((inside(folder, name) for name in NAMES if files.tree.has(inside(folder, name))), "")


def read_taskfile(path: str, files: Files) -> Taskfile | None:
    """Read a Taskfile and those it includes, None where it is none."""
    reader = _Reader(files)
    if not reader.read(path, _Place(folder=path.rpartition("/")[0])):
        return None
    return Taskfile(path=path, tasks=reader.tasks, names=reader.names, whole=reader.whole)


class _Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where an included file stands in the whole."""

    folder: str
    space: str = ""
    spaces: tuple[str, ...] = ()  # other names of the namespace
    variables: tuple[Mapping, ...] = ()
    env: tuple[Mapping, ...] = ()
    excluded: frozenset[str] = frozenset()
    above: tuple[str, ...] = ()


class _Reader:
    """Collects the tasks of a Taskfile and its includes."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.tasks: dict[str, Task] = {}
        self.names: dict[str, str] = {}
        self.whole = True
        self._count = 0

    def _root(self, path: str) -> Mapping | None:
        from opslint.source.yaml import parse_yaml

        try:
            documents = parse_yaml(self.files.tree.read(path, MAX_BYTES)).documents
        except UnreadableFile:
            return None
        return documents[0] if documents and isinstance(documents[0], Mapping) else None

    def read(self, path: str, place: _Place) -> bool:
        """Read one file into its place; False where it cannot be read."""
        self._count += 1
        if path in place.above or self._count > MAX_FILES:
            return False
        root = self._root(path)
        if root is None:
            return False
        variables = (*place.variables, *_maps(root.get("vars")))
        env = (*place.env, *_maps(root.get("env")))
        options = strings_of(root.get("set"))
        for name, key, node in (root.mapping("tasks") or Mapping(tag=None, anchor=None, line=1, column=1)).items():
            if len(self.tasks) >= MAX_TASKS or name in place.excluded:
                continue
            full = f"{place.space}{name}"
            task = Task(
                name=full, space=place.space, node=node, path=path, line=key.line, folder=place.folder, home=path.rpartition("/")[0],
                variables=variables, env=env, options=options,
            )
            self.tasks.setdefault(full, task)
            aliases = strings_of(node.get("aliases")) if isinstance(node, Mapping) else ()
            for space in (place.space, *place.spaces):
                for alias in (name, *aliases):
                    self.names.setdefault(f"{space}{alias}", full)
                    if name == "default" and space:
                        self.names.setdefault(space.removesuffix(":"), full)
        here = _Place(folder=place.folder, space=place.space, variables=variables, env=env, above=(*place.above, path))
        for name, _, node in (root.mapping("includes") or Mapping(tag=None, anchor=None, line=1, column=1)).items():
            self._include(name, node, path, here)
        return True

    def _include(self, name: str, node: Node, path: str, here: _Place) -> None:
        from opslint.resolve.shell.state import joined

        body = node if isinstance(node, Mapping) else None
        target = (body.text("taskfile") if body is not None else text_of(node)) or ""
        target = target.replace("{{OS}}", "linux").replace("{{ OS }}", "linux").replace("{{.TASKFILE_DIR}}/", "")
        optional = body is not None and boolean_of(body.get("optional")) is True
        if not target or "{{" in target or "://" in target or target.startswith("git@"):
            self.whole &= optional
            return
        place = joined(path.rpartition("/")[0], target)
        if not self.files.tree.has(place):
            place = located_taskfile(place, self.files) if UNKNOWN not in place else ""
        own = body.text("dir") if body is not None else None
        flat = body is not None and boolean_of(body.get("flatten")) is True
        aliases = strings_of(body.get("aliases")) if body is not None else ()
        inner = _Place(
            folder=joined(here.folder, own) if own and "{{" not in own else UNKNOWN if own else here.folder,
            space=here.space if flat else f"{here.space}{name}:",
            spaces=() if flat else tuple(f"{here.space}{alias}:" for alias in aliases),
            variables=(*here.variables, *_maps(body.get("vars") if body is not None else None)),
            env=here.env,
            excluded=frozenset(strings_of(body.get("excludes"))) if body is not None else frozenset(),
            above=here.above,
        )
        if not (place and self.read(place, inner)):
            self.whole &= optional


def _maps(node: Node | None) -> tuple[Mapping, ...]:
    return (node,) if isinstance(node, Mapping) else ()


def commands_under(task: Task) -> list[Node]:
    """The entries of a task: of its `cmds`, its `cmd`, or the task itself where it is written as a line or a list."""
    node = task.node
    listed = (node.get("cmds") or node.get("cmd")) if isinstance(node, Mapping) else node
    if isinstance(listed, Sequence):
        return listed.items[:500]
    return [listed] if isinstance(listed, (Scalar, Mapping)) else []
