"""The words of evidence: what was found, and what weakens it, each said once."""

from __future__ import annotations

from opslint.match.tools.argv import MARKS, glob
from opslint.match.tools.catalogue import Hit
from opslint.model.activity import Activity, ActivityKind
from opslint.model.evidence import Status

LONGEST_WORD = 40
RUNS = " runs"
DECLARED = frozenset({ActivityKind.RESOURCE, ActivityKind.BLOCK, ActivityKind.CHART})


def told_of(hit: Hit) -> str:
    """What one hit is, as a sentence without its end: `Trivy runs`, `mvn checkstyle:check runs`, `a message goes to Slack`."""
    activity, name = hit.activity, _name(hit)
    if hit.entry.signal.does == ("notify",):
        return f"a message goes out by {name}" if _family(hit) else f"a message goes to {name}"
    if activity.kind in DECLARED:
        return f"{name} is declared"
    if activity.kind in (ActivityKind.TEMPLATE, ActivityKind.COMPONENT):
        return f"{name} is included"
    return f"{name} is reported" if activity.kind is ActivityKind.REPORT else f"{name}{RUNS}"


def weakened(told: str, status: Status, weak: str) -> str:
    """What was found together with what weakens it; `weak` as `strength` gives it."""
    if not weak:
        return told
    runs = told.endswith(RUNS)
    if status is Status.MANUAL:
        return f"{told} only when a person starts it" if runs else f"{told}, but only when a person starts it"
    if status is Status.DISABLED:
        return f"{told.removesuffix(RUNS)} is written, but cannot run: {weak}" if runs else f"{told}, but to no effect: {weak}"
    return f"{told}, but {weak}"


def _name(hit: Hit) -> str:
    """A tool's name; for a family of tools, and for templates, what stands there."""
    activity = hit.activity
    if activity.kind in (ActivityKind.TEMPLATE, ActivityKind.COMPONENT):
        return f"the {activity.kind.value} {activity.name}"
    if not _family(hit):
        return hit.entry.name
    if activity.kind is ActivityKind.COMMAND:
        return _command(hit) or hit.entry.name
    if activity.kind is ActivityKind.RESOURCE:
        return activity.name.rpartition("/")[2]
    return activity.name or hit.entry.name


def _family(hit: Hit) -> bool:
    """Whether an entry stands for several things: it says so, or its name is a phrase in the plural (`Sentry releases`)."""
    name = hit.entry.name
    last = name.rpartition(" ")[2]
    return hit.entry.group or " and " in name or "," in name or (last != name and last.islower() and last[-1] == "s")


def _command(hit: Hit) -> str:
    """The words of a command by which it was recognised."""
    activity = hit.activity
    if activity.command is None or not hit.form:
        return _program(activity)
    layers = [*reversed(activity.command.layers), activity.command.argv]
    argv = next((layer for layer in layers if layer and _base(layer[0]) == hit.form[0]), activity.command.argv)
    said = [_base(argv[0])]
    for word in hit.form[1:]:
        if word.startswith(("-", *MARKS)):
            continue
        there = next((given for given in argv[1:] if glob(given, word)), "")
        if there and len(there) <= LONGEST_WORD and "://" not in there:
            said.append(there)
    return " ".join(said)


def _program(activity: Activity) -> str:
    return _base(activity.command.argv[0]) if activity.command is not None and activity.command.argv else ""


def _base(word: str) -> str:
    return word.rpartition("/")[2] if "/" in word else word
