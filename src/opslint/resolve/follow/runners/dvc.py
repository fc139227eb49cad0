"""DVC: the commands of the stages that `dvc repro` and `dvc exp run` bring up to date."""

from __future__ import annotations

from opslint.errors import UnreadableFile
from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.jobs.places import Files
from opslint.source.node import Mapping, Node, Scalar, Sequence, strings_of
from opslint.source.span import Span
from opslint.source.yaml import parse_yaml

MAX_STAGES = 200
MAX_BYTES = 1 << 20
UNKNOWN = "…"

_VERBS = (("repro",), ("reproduce",), ("exp", "run"), ("experiments", "run"))
_DRY = frozenset({"--dry"})
_VALUED = frozenset({"-S", "--set-param", "-n", "--name", "-j", "--jobs", "--temp", "--queue", "-m", "--message", "-C", "--cd"})


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The `cmd` lines of the stages a command asks for, all of them where it names none; None where no dvc.yaml is found.

    Shape:  a stage that is named brings the ones it depends on through `deps` and `outs`; `foreach` and `matrix` stages are told once.
    Source: DVC, "dvc repro" and "dvc.yaml Files".
    """
    del env
    targets = _targets(argv)
    if targets is None:
        return None
    folder, path, targets = _file(folder, targets)
    stages = _stages(path, files) if files.tree.has(path) else None
    if stages is None:
        return None
    leads: list[Lead] = []
    for name in _wanted(targets, stages):
        for command in _commands(stages[name]):
            block = command.style == "|"  # its text begins on the next line
            span = Span(path=path, line=command.line + block, column=command.column)
            script = _filled(command.value)
            leads.append(
                Lead(script=script, span=span, folder=_inside(stages[name], folder), errexit=True, line_step=1 if block else 0)
            )
    return Led(leads=tuple(leads))


def _targets(argv: tuple[str, ...]) -> list[str] | None:
    """The stages or files a command names; None where it reproduces nothing."""
    words = argv[1:]
    verb = next((verb for verb in _VERBS if words[: len(verb)] == verb), None)
    if verb is None or _DRY & set(words):
        return None
    found: list[str] = []
    skip = False
    for word in words[len(verb) :]:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word in _VALUED
        else:
            found.append(word)
    return found


def _file(folder: str, targets: list[str]) -> tuple[str, str, list[str]]:
    """Folder and path of the dvc.yaml a command reads, and the stages named: `sub/dvc.yaml:train` stands in another folder."""
    first = targets[0] if targets else ""
    path, colon, _ = first.partition(":")
    if path.endswith(".yaml"):
        inner = path.rpartition("/")[0]
        folder = "/".join(part for part in (folder, inner) if part)
        name = path.rpartition("/")[2]
        return folder, f"{folder}/{name}" if folder else name, [word.partition(":")[2] for word in targets if colon and ":" in word]
    return folder, f"{folder}/dvc.yaml" if folder else "dvc.yaml", targets


def _stages(path: str, files: Files) -> dict[str, Mapping] | None:
    try:
        documents = parse_yaml(files.tree.read(path, MAX_BYTES)).documents
    except UnreadableFile:
        return None
    root = documents[0] if documents and isinstance(documents[0], Mapping) else None
    listed = root.mapping("stages") if root is not None else None
    if listed is None:
        return None
    return {name: node for name, _, node in listed.items() if isinstance(node, Mapping)}


def _wanted(targets: list[str], stages: dict[str, Mapping]) -> list[str]:
    """The stages asked for with those they need, in the file's order."""
    if not targets:
        return list(stages)[:MAX_STAGES]
    makers = {out: name for name, stage in stages.items() for out in _paths(_body(stage).get("outs"))}
    waiting = [name for target in targets for name in stages if name in (target.partition("@")[0], makers.get(target, ""))]
    seen: set[str] = set()
    while waiting and len(seen) < MAX_STAGES:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting.extend(makers[path] for path in _paths(_body(stages[name]).get("deps")) if path in makers)
    return [name for name in stages if name in seen]


def _body(stage: Mapping) -> Mapping:
    """What a stage says; that of a `foreach` stage stands below `do`."""
    return stage.mapping("do") or stage


def _paths(node: Node | None) -> list[str]:
    """The paths of `deps` and `outs`, given as words or as mappings with options."""
    items = node.items if isinstance(node, Sequence) else []
    return [path for item in items for path in (list(item) if isinstance(item, Mapping) else strings_of(item))]


def _commands(stage: Mapping) -> list[Scalar]:
    given = _body(stage).get("cmd")
    items = given.items if isinstance(given, Sequence) else [given]
    return [item for item in items if isinstance(item, Scalar)]


def _inside(stage: Mapping, folder: str) -> str:
    """Where a stage runs: its `wdir`, relative to the file."""
    from opslint.resolve.shell.state import joined

    wdir = _body(stage).text("wdir")
    return joined(folder, wdir) if wdir else folder


def _filled(text: str) -> str:
    """A command with DVC's own templates (`${train.seed}`, `${item}`) made unknown."""
    parts = text.split("${")
    return parts[0] + "".join(f"{UNKNOWN}{rest.partition('}')[2]}" for rest in parts[1:])
