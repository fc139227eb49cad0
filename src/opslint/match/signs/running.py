"""Signs in what runs: commands of pipelines and of image starts, and what jobs do in sum."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from opslint.match.jobs import JobView
from opslint.match.signs.declared import Facts
from opslint.match.signs.gathered import Add
from opslint.match.signs.globs import Outside, fits
from opslint.match.tools.argv import prefix_length
from opslint.match.tools.signals import Matcher
from opslint.model.activity import Activity, ActivityKind
from opslint.model.pipeline import Pipeline, Platform
from opslint.model.repository import Repository
from opslint.model.resource import Dockerfile

Form = tuple[str, ...]
MAX_START = 8_192
"""Characters of a CMD or ENTRYPOINT that are read."""
SHOWN = 60
"""Characters of a command that are told."""


class Forms:
    """The command forms of all facts, by their first word."""

    def __init__(self, facts: Facts) -> None:
        self._by_word: dict[str, list[tuple[str, Form]]] = {}
        self._known: dict[str, list[tuple[str, Form]]] = {}
        for fact, sign in facts.items():
            for words in sign.get("commands") or ():
                form = tuple(str(word) for word in words)
                self._by_word.setdefault(form[0], []).append((fact, form))

    def of(self, argv: Form) -> Iterator[tuple[str, str]]:
        """The facts whose forms a command begins with, each with the command's own words."""
        word = argv[0].rpartition("/")[2]
        rows = self._known.get(word)
        if rows is None:
            rows = self._known[word] = [row for first, listed in self._by_word.items() if fits(word, first) for row in listed]
        for fact, form in rows:
            if prefix_length(form, (word, *argv[1:])):
                yield fact, " ".join((word, *argv[1:len(form)]))[:SHOWN]

    def marks(self) -> frozenset[str]:
        """For every form a text that stands in any command it fits."""
        return frozenset(max((piece for word in form for piece in word.split("*")), key=len)
                         for listed in self._by_word.values() for _, form in listed)


def read_commands(facts: Facts, repository: Repository, matcher: Matcher, outside: Outside, add: Add) -> None:
    """Hold what pipelines run, and what images start, against `commands`."""
    forms = Forms(facts)
    for activity in matcher.activities:
        building = activity.command is not None and activity.command.building
        if activity.kind is ActivityKind.COMMAND and not activity.disabled and not building and _counts(activity.pipeline, outside):
            for fact, words in _fitting(forms, activity):
                add(fact, "commands", activity.span, f"runs {words}")
    marks: frozenset[str] | None = None
    for dockerfile in repository.dockerfiles:
        if not dockerfile.aside and any(name in ("CMD", "ENTRYPOINT") for name, _, _ in dockerfile.instructions):
            marks = forms.marks() if marks is None else marks
            _read_start(dockerfile, forms, marks, outside, add)


def read_effects(facts: Facts, matcher: Matcher, outside: Outside, add: Add) -> None:
    """Hold what jobs do against `does`."""
    asked = [(fact, frozenset(map(str, sign["does"]))) for fact, sign in facts.items() if sign.get("does")]
    every = frozenset(effect for _, effects in asked for effect in effects)
    for view in matcher.jobs.views.values():
        if not every & view.does or view.job.hidden or view.job.disabled or not _counts(view.pipeline, outside):
            continue
        for fact, effects in asked:
            if effects & view.does:
                _add_effects(view, fact, effects, add)


def _add_effects(view: JobView, fact: str, effects: frozenset[str], add: Add) -> None:
    job = view.job.name or view.job.id
    if effects & view.declared:
        add(fact, "does", view.job.span, f"{job} by its keywords")
    for hit in view.hits:
        if effects & set(hit.entry.signal.does) and id(hit) in view.order and not hit.activity.disabled:
            add(fact, "does", hit.activity.span, f"{hit.entry.name} in {job}")


def _counts(pipeline: Pipeline | None, outside: Outside) -> bool:
    """Whether a pipeline's place counts: those of GitHub and GitLab may be hidden, a Workflow is a manifest like any other."""
    return pipeline is not None and (pipeline.platform is not Platform.ARGO or pipeline.path not in outside)


def _fitting(forms: Forms, activity: Activity) -> Iterator[tuple[str, str]]:
    command = activity.command
    for layer in (command.layers or (command.argv,)) if command is not None else ():
        if layer:
            yield from forms.of(layer)


def _read_start(dockerfile: Dockerfile, forms: Forms, marks: frozenset[str], outside: Outside, add: Add) -> None:
    """Hold CMD and ENTRYPOINT of a Dockerfile, alone and together, against the forms; read only where a form may fit."""
    entry: tuple[str, ...] = ()
    for name, arguments, span in dockerfile.instructions:
        if name == "FROM":
            entry = ()
        if name not in ("CMD", "ENTRYPOINT"):
            continue
        words = _exec_form(arguments[:MAX_START])
        if name == "ENTRYPOINT":
            entry = words
        starts = [words] if words else []
        if words and name == "CMD" and entry:
            starts.append((*entry, *words))
        for text in [_joined(start) for start in starts] or [arguments[:MAX_START]]:
            if any(mark in text for mark in marks) and dockerfile.path not in outside:
                for fact, found in _start_forms(forms, text):
                    add(fact, "commands", span, f"starts {found}")


def _joined(words: Form) -> str:
    import shlex

    return shlex.join(words)


def _start_forms(forms: Forms, text: str) -> Iterator[tuple[str, str]]:
    from opslint.resolve.shell import commands_of

    for command in commands_of(text, shell="sh"):  # noqa: S604  a dialect to read, nothing is run
        for layer in command.layers or (command.argv,):
            if layer:
                yield from forms.of(layer)


def _exec_form(arguments: str) -> tuple[str, ...]:
    """The words of an exec form (a JSON list of texts), none for the shell form.

    Source: Dockerfile reference, shell and exec form.
    """
    if not arguments.startswith("["):
        return ()
    try:
        return tuple(msgspec.json.decode(arguments, type=list[str]))
    except msgspec.DecodeError:
        return ()
