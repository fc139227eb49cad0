"""Exit codes a step hands on as an output, for a later step to fail by."""

from __future__ import annotations

import re

from opslint.model.activity import Command
from opslint.model.pipeline import Platform, Step
from opslint.resolve.jobs.places import Files
from opslint.resolve.jobs.site import Site
from opslint.resolve.shell.walk import REPLACED
from opslint.source.words.late import late

_KEPT = late(r"""\s*(?:export\s+|local\s+)?(\w+)=["']?\$\{?\?\}?["']?\s*$""")
_HANDED = late(r"""(?:echo|printf)\s.*?["' ](\w[\w-]*)=(\$\{?(?:\w+|\?)\}?).*>>\s*["']?\$\{?GITHUB_OUTPUT\b""")
_FAILING = late(r"\bexit\s+(?:[1-9]|[\"']?\$)|\bsetFailed\b")
_ENDING = late(r"\bexit\s*\(\s*[1-9]|\bexit\s+[1-9]|\bSystemExit\(|\bprocess\.exit\(")
_SCRIPT = late(r"(?<![\w$/.-])(?:\./)?(\w?[\w./-]*\.(?:py|sh|js|mjs|rb))\b")


def judged_later(command: Command, step: Step, position: int, steps: tuple[Step, ...], site: Site, files: Files) -> bool:
    """Whether the exit code of a command is handed on as its step's output, and a later step of the job fails by it.

    Shape: `code=$?` (or the output itself) stands right behind the command; the later step names the output in its condition,
           script or environment, and ends with a failure: in its script, or in the script of the tree that it starts.
    """
    if command.soft_why != REPLACED or site.job.platform is not Platform.GITHUB or not step.id:
        return False
    output = _output(step.script.split("\n")[command.end_line:])
    if not output:
        return False
    named = re.compile(rf"steps\.{re.escape(step.id)}\.outputs\.{re.escape(output)}\b")
    for later in steps[position + 1:]:
        variables = [name for name, value in later.env.items() if named.search(value)]
        if later.may_fail or not (variables or named.search(later.condition) or named.search(later.script)):
            continue
        if _FAILING.search(later.script) or any(_ends_by(path, variables, files) for path in _SCRIPT.findall(later.script)):
            return True
    return False


def _output(lines: list[str]) -> str:
    """The output that the lines behind a command give its exit code to, "" where there is none."""
    rest = [line for line in lines if line.strip()]
    kept = _KEPT.match(rest[0]) if rest else None
    sought = {f"${kept[1]}", f"${{{kept[1]}}}"} if kept else {"$?", "${?}"}
    for line in rest[1:] if kept else rest[:1]:
        found = _HANDED.search(line)
        if found and found[2] in sought:
            return found[1]
    return ""


def _ends_by(path: str, variables: list[str], files: Files) -> bool:
    """Whether a script of the tree names one of the variables and may end with a failure."""
    text = files.text(path) if variables and files.tree.has(path) else None
    return text is not None and any(name in text for name in variables) and bool(_ENDING.search(text))
