"""What steps hand on where it is written down: outputs, and variables for the steps behind them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from opslint.model.activity import Command
from opslint.model.pipeline import Job, Pipeline, Step, StepKind
from opslint.parse.github.values import UNKNOWN, OneOf, Value
from opslint.resolve.jobs.github.facts import filled, paths_in
from opslint.source.words.expressions import expressions_in
from opslint.source.words.late import late

MAX_VALUES = 8
MAX_NEEDED = 200
"""Jobs and steps that are looked at for the outputs one text names."""

_SET_OUTPUT = late(r"::set-output name=([\w-]+)::(.*)", re.DOTALL)
_NAMED = late(r"([A-Za-z_][\w-]*)=(.*)", re.DOTALL)
_PRINTERS = frozenset({"echo", "printf"})

Written = dict[str, tuple[str, ...]]
"""Values by name; none where one of them is not known."""


def written_to(target: str, commands: tuple[Command, ...]) -> Written:
    """What commands write to a file of the runner (`GITHUB_OUTPUT`, `GITHUB_ENV`), line by line.

    Shape:  nothing at all where something is written to it that cannot be read.
    Source: GitHub Actions, "Workflow commands": setting an environment variable, setting an output parameter.
    """
    found: dict[str, list[str]] = {}
    for command in commands:
        line = _line(target, command)
        if line is None:
            continue
        named = (_SET_OUTPUT if line.startswith("::") else _NAMED).fullmatch(line)
        if named is None:
            return {}
        values = found.setdefault(named[1], [])
        if named[2] not in values:
            values.append(named[2])
    return {name: () if any("…" in value for value in values) or len(values) > MAX_VALUES else tuple(values)
            for name, values in found.items()}


def _line(target: str, command: Command) -> str | None:
    """What a command writes to the file: None where it writes nothing to it, "" where that cannot be read."""
    words = command.argv
    text = " ".join(word for word in words[1:] if word not in ("-e", "-n", "-E"))
    if words[0] == "echo" and target == "GITHUB_OUTPUT" and text.startswith("::set-output "):
        return text
    into = command.stdout_to.strip("\"'").strip("${}")
    piped = command.pipe_to[:1] == ("tee",) and any("…" in word for word in command.pipe_to)
    if into != target and not (piped and _NAMED.fullmatch(text)):
        return None
    if words[0] not in _PRINTERS or (words[0] == "printf" and (len(words) != 2 or "%" in text)):
        return ""
    return text.removesuffix("\\n")


def commands_in(step: Step, pipeline: Pipeline, job: Job, env: Mapping[str, str], facts: Mapping[str, Value]) -> tuple[Command, ...]:
    """The commands of a step that runs a script, as the reading of its job sees them."""
    if step.kind is not StepKind.RUN:
        return ()
    from opslint.resolve.shell import commands_of, shell_semantics

    dialect, errexit, pipefail = shell_semantics(job.platform.value, step.shell or job.shell, job.runner)
    text = filled(step.script, facts, env).text
    return commands_of(text, shell=dialect, errexit=errexit, pipefail=pipefail, variables={**pipeline.variables, **env})


class Outputs:
    """The outputs of the steps and jobs of one workflow or action, worked out when an expression names them."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.jobs = {job.id.lower(): job for job in pipeline.jobs}
        self.pipeline = pipeline
        self._steps: dict[tuple[str, str], Written] = {}

    def facts(self, job: Job, texts: list[str], *, sure: bool) -> dict[str, Value]:
        """The values of the outputs some texts of a job name.

        Shape: with `sure` the ones that are certain, for conditions: an output may be unset, so that it is one of its values or "";
               else the one value that is written down.
        """
        found: dict[str, Value] = {}
        for text in texts:
            if "steps." not in text and "needs." not in text:
                continue
            for _, _, inner in expressions_in(text):
                for path in paths_in(inner):
                    if path not in found and path.startswith(("steps.", "needs.")):
                        values = self._values(job, path.split("."))
                        if values:
                            found[path] = OneOf(("", *values)) if sure else values[0] if len(values) == 1 else UNKNOWN
        return found

    def _values(self, job: Job, path: list[str], depth: int = 0) -> tuple[str, ...]:
        if len(path) != 4 or path[2] != "outputs" or depth > 10:
            return ()
        if path[0] == "steps":
            return self._step(job, path[1]).get(path[3], ())
        needed = self.jobs.get(path[1])
        outputs = needed.node.mapping("outputs") if needed is not None and needed.node is not None else None
        text = next((outputs.text(name) or "" for name in outputs if name.lower() == path[3]), "") if outputs is not None else ""
        if needed is None or not text:
            return ()
        expressions = expressions_in(text)
        if not expressions:
            return (text,)
        paths = paths_in(expressions[0].inner)
        whole = len(expressions) == 1 and text.strip() == text[expressions[0].start : expressions[0].end] and len(paths) == 1
        return self._values(needed, paths[0].split("."), depth + 1) if whole and ".".join(paths) == expressions[0].inner.lower() else ()

    def _step(self, job: Job, name: str) -> Written:
        key = (job.id, name)
        if key not in self._steps:
            self._steps[key] = {}
            step = next((one for one in job.steps[:MAX_NEEDED] if one.id.lower() == name), None)
            if step is not None and step.kind is StepKind.RUN and "OUTPUT" in step.script.upper():
                commands = commands_in(step, self.pipeline, job, step.env, {})
                told = written_to("GITHUB_OUTPUT", commands)
                self._steps[key] = {output.lower(): values for output, values in told.items()}
        return self._steps[key]
