"""lefthook: the commands of a hook that `lefthook run` runs."""

from __future__ import annotations

import msgspec

from opslint.errors import UnreadableFile
from opslint.model.activity import Hop
from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.follow.runners.written import UNKNOWN, asked_of, inside, lead_of
from opslint.resolve.jobs.places import Files
from opslint.resolve.wrappers.tables import words_in
from opslint.source.node import Mapping, Node, Scalar, Sequence, boolean_of, strings_of, text_of
from opslint.source.words.late import late

MAX_BYTES = 1 << 20
MAX_FILES = 20
MAX_JOBS = 300
MAX_NESTING = 6
NAMES = tuple(f"{dot}lefthook.{ending}" for dot in ("", ".", ".config/") for ending in ("yml", "yaml", "json"))

_VALUED = words_in("--commands --command --jobs --job --tags --tag --file --files --exclude")
_TEMPLATE = late(r"\{[a-z_0-9]+\}")


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The commands, scripts and jobs of the hook named; None where no configuration is found or the command runs no hook.

    Source: lefthook, "Configuration": `commands`, `scripts`, `jobs`, `skip`, `root`.
    """
    del env
    asked = asked_of(argv, _VALUED)
    if len(asked.words) < 2 or asked.words[0] != "run" or UNKNOWN in folder:
        return None
    path = next((inside(folder, name) for name in NAMES if files.tree.has(inside(folder, name))), "")
    if not path:
        return None
    wanted = {
        word for key in ("--commands", "--command", "--jobs", "--job") for value in asked.options.get(key, ()) for word in value.split(",")
    }
    tags = {word for key in ("--tags", "--tag") for value in asked.options.get(key, ()) for word in value.split(",")}
    run = _Run(folder, wanted, tags, files)
    if not run.read(path, asked.words[1], 0):
        return Led(dead=f'{path} has no hook "{asked.words[1]}"') if run.whole and UNKNOWN not in asked.words[1] else None
    return Led(leads=tuple(run.leads))


class _Run:
    """One run of lefthook: what was told so far."""

    def __init__(self, folder: str, wanted: set[str], tags: set[str], files: Files) -> None:
        self.folder = folder
        self.wanted = wanted
        self.tags = tags
        self.files = files
        self.leads: list[Lead] = []
        self.whole = True
        self._seen: set[str] = set()

    def read(self, path: str, hook: str, depth: int) -> bool:
        """Tell a hook of one file and of those it extends; whether any of them knows it."""
        if path in self._seen or len(self._seen) >= MAX_FILES:
            return False
        self._seen.add(path)
        root = _root(path, self.files)
        if root is None:
            self.whole = False
            return False
        known = False
        self.whole &= "remotes" not in root and "remote" not in root
        for other in strings_of(root.get("extends"))[:MAX_FILES]:
            place = _joined(path.rpartition("/")[0], other)
            if self.files.tree.has(place):
                known |= self.read(place, hook, depth + 1)
            else:
                self.whole = False
        body = root.mapping(hook)
        if body is None:
            return known
        if boolean_of(body.get("skip")):
            return True
        source = _joined(self.folder, root.text("source_dir") or ".lefthook")
        for name, key, node in (body.mapping("commands") or _NONE).items():
            self._job(node, name, path, hook, source, key.line)
        for name, key, node in (body.mapping("scripts") or _NONE).items():
            self._script(node, name, path, hook, source, key.line)
        self._jobs(body.sequence("jobs"), path, hook, source, depth)
        return True

    def _jobs(self, jobs: Sequence | None, path: str, hook: str, source: str, depth: int) -> None:
        for node in jobs.items[:MAX_JOBS] if jobs is not None and depth < MAX_NESTING else ():
            group = node.mapping("group") if isinstance(node, Mapping) else None
            if group is not None:
                self._jobs(group.sequence("jobs"), path, hook, source, depth + 1)
            elif isinstance(node, Mapping):
                self._job(node, node.text("name") or "", path, hook, source, node.line)

    def _job(self, node: Node, name: str, path: str, hook: str, source: str, line: int) -> None:
        """A command or a job; one that is always skipped, or that others were asked for instead of, is left out."""
        if not isinstance(node, Mapping) or boolean_of(node.get("skip")) or len(self.leads) >= MAX_JOBS:
            return
        if (self.wanted and name not in self.wanted) or (self.tags and not self.tags & _tags(node.get("tags"))):
            return
        script = node.text("script")
        if script:
            self._script(node, script, path, hook, source, line)
        command = node.get("run")
        if isinstance(command, Scalar):
            folder = _joined(self.folder, node.text("root") or ".")
            lead = lead_of(command, path, _TEMPLATE.sub(UNKNOWN, command.value), folder)
            via = self._via(path, line, hook, name, command)
            self.leads.append(msgspec.structs.replace(lead, env=_environment(node.get("env")), via=via))

    def _script(self, node: Node, name: str, path: str, hook: str, source: str, line: int) -> None:
        """A script of the hook's folder, by the program that is to run it."""
        from opslint.resolve.follow.scripts.paths import follow as follow_script

        if isinstance(node, Mapping) and boolean_of(node.get("skip")):
            return
        runner = (node.text("runner") if isinstance(node, Mapping) else None) or ""
        word = f"{source}/{hook}/{name}"
        led = follow_script((*(runner.split()[:1] or ()), word) if runner in ("bash", "sh", "zsh") else (word,), "", {}, self.files)
        hop = Hop(path=path, line=line, text=f"{hook}: {name}")
        for lead in led.leads if led is not None else ():
            self.leads.append(msgspec.structs.replace(lead, folder=self.folder, via=(hop,)))

    def _via(self, path: str, line: int, hook: str, name: str, command: Scalar) -> tuple[Hop, ...]:
        """The hop that names a job, where that is another line than its command's."""
        return () if line == command.line else (Hop(path=path, line=line, text=f"{hook}: {name}" if name else hook),)


_NONE = Mapping(tag=None, anchor=None, line=1, column=1)


def _root(path: str, files: Files) -> Mapping | None:
    from opslint.source.yaml import parse_yaml

    try:
        documents = parse_yaml(files.tree.read(path, MAX_BYTES)).documents
    except UnreadableFile:
        return None
    return documents[0] if documents and isinstance(documents[0], Mapping) else None


def _joined(folder: str, to: str) -> str:
    from opslint.resolve.shell.state import joined

    return joined(folder, to)


def _tags(node: Node | None) -> set[str]:
    return {word for text in strings_of(node) for word in text.replace(",", " ").split()}


def _environment(node: Node | None) -> dict[str, str]:
    pairs = node.items() if isinstance(node, Mapping) else ()
    return {name: text for name, _, value in pairs if (text := text_of(value)) is not None}
