"""The legs of a job's matrix as its steps see them: one for each distinct set of the values a step names."""

from __future__ import annotations

from collections.abc import Iterable

from opslint.model.pipeline import Job, Step
from opslint.parse.github.matrix import Leg, Legs, legs_of
from opslint.parse.github.values import UNKNOWN, Value, truth_of, word_of
from opslint.resolve.jobs.github.facts import Facts, filled, paths_in
from opslint.source.node import Mapping, strings_of
from opslint.source.words.expressions import expressions_in

MAX_VARIANTS = 40
"""Distinct sets of values that one step is read with."""

SOFT = "#soft"
"""Under this path a leg says whether its job may fail: `continue-on-error` of the matrix."""
WHOLE = "#whole"
"""This path stands in the legs of a matrix of which all is known: a key that none of them has is null."""
_SYSTEMS = (("windows", "Windows"), ("macos", "macOS"), ("ubuntu", "Linux"))


def job_legs(job: Job, facts: Facts) -> tuple[Leg, ...]:
    """The legs of a job with what they decide for all of it: `runner.os`, and whether the job may fail; none without a matrix.

    Shape: legs that may not fail stand first, those on Windows last.
    """
    known = legs_of(job.node, facts)
    system = _system(job.runner)
    if known is None:
        return ({"runner.os": system},) if system else ()
    soft = job.node.text("continue-on-error") if job.node is not None else None
    legs = [_told(leg, job, soft or "", known, facts) for leg in known.legs]
    return tuple(sorted(legs, key=lambda leg: (leg.get(SOFT) is True, leg.get("runner.os") == "Windows")))


def _told(leg: Leg, job: Job, soft: str, known: Legs, facts: Facts) -> Leg:
    labels = tuple(filled(label, {**facts, **leg}).text for label in job.runner)
    told = {**leg, "runner.os": _system(labels) or UNKNOWN}
    if known.whole:
        told[WHOLE] = True
    if "${{" in soft and known.whole:
        truth = truth_of(_whole_value(soft, {**facts, **leg}))
        if truth is not None:
            told[SOFT] = truth
    return told


def _whole_value(text: str, facts: Facts) -> Value:
    from opslint.parse.github.matrix import expression_value

    return expression_value(text, facts)


def _system(labels: tuple[str, ...]) -> str:
    """`runner.os` of a GitHub-hosted runner by its label, "" where that does not tell."""
    for label in labels:
        for start, system in _SYSTEMS:
            if label.lower().startswith(start):
                return system
    return ""


def variants(legs: tuple[Leg, ...], texts: Iterable[str]) -> list[Leg]:
    """The distinct sets of the values that texts name, in the order of the legs; one empty set where they name none.

    Shape: whether the job may fail counts where the legs differ in it.
    """
    if not legs:
        return [{}]
    named = named_paths(texts)
    keys = [key for key in legs[0] if key == SOFT or key in named or any(path.startswith(key + ".") for path in named)]
    absent: Leg = {}
    if WHOLE in legs[0]:
        absent = {path: "" for path in named if path.startswith("matrix.") and path not in legs[0] and "*" not in path}
    found: dict[tuple[object, ...], Leg] = {}
    for leg in legs:
        told = {**absent, **{key: leg[key] for key in keys if key in leg}}
        found.setdefault(tuple((key, word_of(value), type(value).__name__) for key, value in told.items()), told)
        if len(found) >= MAX_VARIANTS:
            break
    return list(found.values())


def named_paths(texts: Iterable[str]) -> set[str]:
    """The contexts that the expressions of some texts name."""
    found: set[str] = set()
    for text in texts:
        if "${{" in text:
            for _, _, inner in expressions_in(text):
                found.update(paths_in(inner))
    return found


def texts_of_step(step: Step) -> list[str]:
    """The texts of a step that expressions may stand in; a condition as an expression."""
    node = step.node
    texts = [step.script, *step.inputs.values(), step.uses]
    if step.condition:
        texts.append(step.condition if "${{" in step.condition else "${{" + step.condition + "}}")
    if isinstance(node, Mapping):
        texts += [text for key in ("continue-on-error", "working-directory", "shell") for text in strings_of(node.get(key))]
    return texts


def runner_of(job: Job, legs: tuple[Leg, ...]) -> tuple[str, ...]:
    """The labels of the runner a step starts on in these legs: Windows only where all of them are there."""
    if not legs or not any("${{" in label for label in job.runner):
        return job.runner
    return ("windows-latest",) if {leg.get("runner.os") for leg in legs} == {"Windows"} else job.runner
