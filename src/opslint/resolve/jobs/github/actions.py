"""Actions of the repository: what their inputs hold for one caller, and the script a container is started with."""

from __future__ import annotations

import re

import msgspec

from opslint.model.activity import Activity, ActivityKind, Command, Hop
from opslint.model.pipeline import Pipeline, Step
from opslint.parse.github.values import UNKNOWN, Value, word_of
from opslint.resolve.calls import local_path
from opslint.resolve.jobs.github.facts import filled
from opslint.resolve.jobs.places import Files
from opslint.source.node import Mapping, Scalar, scalars_of
from opslint.source.span import Span
from opslint.source.words.late import late

MAX_DOCKERFILE = 64 * 1024
MAX_ARGUMENTS = 64

_ENTRYPOINT = late(r"^[ \t]*ENTRYPOINT[ \t]+(.*)$", re.IGNORECASE | re.MULTILINE)
_WORD = late(r"[^\s\[\]\",]+")


def facts_of_action(action: Pipeline, step: Step) -> dict[str, Value]:
    """The inputs of an action as a step gives them, else their defaults; inputs of an action are always strings.

    Shape:  `step` has its own expressions filled in; an input that still holds one is UNKNOWN.
    Source: GitHub Actions, "Metadata syntax": inputs.
    """
    declared = action.node.mapping("inputs") if action.node is not None else None
    given = {name.lower(): value for name, value in step.inputs.items()}
    texts: dict[str, str] = {}
    if declared is not None:
        for name, _, node in declared.items():
            texts[name.lower()] = (node.text("default") or "") if isinstance(node, Mapping) else ""
    texts |= given
    facts: dict[str, Value] = {f"inputs.{name}": UNKNOWN if "${{" in text or "…" in text else text for name, text in texts.items()}
    facts["github.action_path"] = action.path.rpartition("/")[0] or "."
    return facts


def started_by(action: Pipeline, step: Step, above: Activity, files: Files) -> Activity | None:
    """The script of the tree that the container of an action is started with, as a command; None where it is none of the tree.

    Shape:  its entry point is `runs.entrypoint` or the last ENTRYPOINT of its Dockerfile, looked for by its name beside the action;
            it runs at the repository's root with its inputs as INPUT_NAME.
    Source: GitHub Actions, "Metadata syntax": runs for Docker container actions; "Dockerfile support".
    """
    runs = action.jobs[0].node
    if runs is None:
        return None
    folder = action.path.rpartition("/")[0]
    node = runs.get("entrypoint")
    place = Span(path=action.path, line=node.line) if isinstance(node, Scalar) else None
    words = [node.value] if isinstance(node, Scalar) else []
    if place is None:
        dockerfile = local_path(f"{folder}/{runs.text('image') or 'Dockerfile'}")
        text = files.text(dockerfile) or ""
        found = list(_ENTRYPOINT.finditer(text[:MAX_DOCKERFILE]))
        if not found:
            return None
        words = _WORD.findall(found[-1].group(1))[:MAX_ARGUMENTS]
        place = Span(path=dockerfile, line=text.count("\n", 0, found[-1].start()) + 1)
    script = next((path for word in words if (path := local_path(f"{folder}/{word.rpartition('/')[2]}")) and files.tree.has(path)), "")
    if not script:
        return None
    facts = facts_of_action(action, step)
    arguments = [filled(one.value, facts).text for one in scalars_of(runs.get("args"))[:MAX_ARGUMENTS]]
    argv = (f"./{script}", *("…" if "${{" in text else text for text in arguments))
    env = {f"INPUT_{path[7:].upper()}": word for path, value in facts.items()
           if path.startswith("inputs.") and (word := word_of(value)) is not None}
    command = Command(argv=argv, layers=(argv,), offset=0, end=1, line=1, column=1, end_line=1, end_column=2, blocking=True)
    return msgspec.structs.replace(
        above,
        kind=ActivityKind.COMMAND,
        name=argv[0],
        span=place,
        command=command,
        version=None,
        inputs={},
        chain=(*above.chain, Hop(path=place.path, line=place.line, text=" ".join(words))),
        env={**above.env, **env},
    )
