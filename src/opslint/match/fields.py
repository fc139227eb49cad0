"""Structural rules: CEL asked of every subject, and the signals that follow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec

from opslint.knowledge.index import Index
from opslint.knowledge.types import FieldCheck, Rule
from opslint.match.facts.table import Facts
from opslint.match.subjects.subject import Subject, place_at, speaks_of
from opslint.match.subjects.table import Scene
from opslint.match.tools.signals import moment, strength
from opslint.match.tools.wording import weakened
from opslint.model.activity import Activity, ActivityKind, Hop
from opslint.model.evidence import RANK, Confidence, Evidence, Signal, Status
from opslint.source.node import Node
from opslint.source.plain import plain
from opslint.source.words.late import late

NAMED = late(r"\{it\.([a-z_]+)\}")
AS_WRITTEN = late(r"\b(?:raw|root)\b")


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One expression of a check; `written` where it asks for the document as written, which has to be made plain first."""

    program: bytes
    written: bool


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One field check of a rule, ready to be asked."""

    rule: Rule
    field: FieldCheck
    when: Question | None
    holds: Question
    partly: Question | None
    status: Question | None


class Asker:
    """Runs the compiled programs: subject by subject, so that what a subject says is made plain at most once and let go of."""

    def __init__(self, index: Index, scene: Scene, facts: Facts) -> None:
        self.index = index
        self.scene = scene
        self.facts = facts
        self._environment: Any = None
        self._programs: dict[bytes, Any] = {}
        self._repo: dict[str, bool] | None = None
        self._root: tuple[Node | None, object] = (None, {})

    def signals(self, rules: Iterable[Rule]) -> list[Signal]:
        """The signals of every field check of some rules, for and (in mode `every`) against."""
        checks: dict[str, list[Check]] = defaultdict(list)
        for rule in rules:
            for field, programs in zip(rule.fields, self.index.programs.get(rule.code, ()), strict=True):
                asked = {key: _question(getattr(programs, key), getattr(field, key)) for key in ("when", "partly", "status")}
                checks[field.subject].append(Check(
                    rule=rule, field=field, holds=Question(program=programs.holds, written=_written(field.holds)), **asked))
        found: list[Signal] = []
        for name, asking in checks.items():
            for subject in self.scene.subjects(name):
                found.extend(self._about(subject, asking))
        return found

    def _about(self, subject: Subject, checks: list[Check]) -> list[Signal]:
        view = _View(self, subject)
        found = []
        for check in checks:
            if check.when is not None and view.value(check.when) is not True:
                continue
            signal = self._ask(check, subject, view)
            if signal is not None:
                found.append(signal)
        return found

    def _ask(self, check: Check, subject: Subject, view: _View) -> Signal | None:
        rule, field = check.rule, check.field
        if subject.patch and not speaks_of(subject, field.at):
            return None
        holds = view.value(check.holds) is True
        if not field.counts:
            return self._signal(check, subject, Status.MISSING, field.why, against=True) if holds else None
        if holds:
            status, weak = self._strength(rule, subject)
            if check.status is not None:
                before, status = status, weaker(status, str(view.value(check.status)))
                weak = weak if status is before else _weakness(status, subject)
            return self._signal(check, subject, status, weakened(field.why, status, weak), against=False)
        if check.partly is not None and view.value(check.partly) is True:
            return self._signal(check, subject, Status.PARTIAL, field.why_not or field.why, against=False)
        if rule.mode == "every":
            return self._signal(check, subject, Status.MISSING, field.why_not or f"not so: {field.why}", against=True)
        return None

    @staticmethod
    def _strength(rule: Rule, subject: Subject) -> tuple[Status, str]:
        """In mode `any` a subject of a job shares the job's softness, manual start or deadness; a field is just set."""
        view = subject.view
        if rule.mode == "every" or view is None:
            return Status.ENFORCED, ""
        job = view.job
        seen = Activity(kind=ActivityKind.ACTION, name="", span=subject.span, chain=(), events=view.events, manual=job.manual,
                        disabled=job.disabled, blocking=not job.may_fail, soft_why=job.may_fail_why)
        return strength(seen, soft_exists=rule.soft)

    @staticmethod
    def _signal(check: Check, subject: Subject, status: Status, why: str, *, against: bool) -> Signal:
        place = place_at(subject, check.field.at)
        told = NAMED.sub(lambda match: str(subject.it.get(match.group(1), "")), why) if "{it." in why else why
        when = moment(subject.view.events) if subject.view is not None else ""
        return Signal(practice=check.rule.code, against=against, subject=f"{subject.span.path}#{subject.name}", evidence=Evidence(
            span=place, status=status, why=told, when=when, confidence=Confidence(check.field.confidence),
            chain=(*subject.hops, Hop(path=place.path, line=place.line, text=subject.name))))

    def environment(self) -> Any:
        """The CEL environment, made when the first expression is asked."""
        if self._environment is None:
            from opslint.knowledge.cel import cel_environment

            self._environment = cel_environment()
        return self._environment

    def program(self, serialized: bytes) -> Any:
        """A program, deserialised when it is first asked."""
        ready = self._programs.get(serialized)
        if ready is None:
            ready = self._programs[serialized] = self.environment().deserialize(serialized)
        return ready

    def truths(self) -> dict[str, bool]:
        """The facts of the repository, worked out once."""
        if self._repo is None:
            self._repo = self.facts.truths()
        return self._repo

    def root_of(self, subject: Subject) -> object:
        """The document of a subject as plain values; neighbours share theirs."""
        if self._root[0] is not subject.root:
            self._root = (subject.root, _mapping(subject.root))
        return self._root[1]


class _View:
    """One subject as CEL sees it, made as far as it is asked."""

    def __init__(self, asker: Asker, subject: Subject) -> None:
        self.asker = asker
        self.subject = subject
        self._facts: Any = None
        self._written: Any = None

    def value(self, question: Question) -> object:
        """What an expression gives; None where it errs."""
        ready = self.asker.program(question.program)
        value = ready.eval(self._as_written() if question.written else self._facts_only())
        return value.value() if value.type().name() != "ERROR" else None

    def _facts_only(self) -> Any:
        if self._facts is None:
            self._facts = self.asker.environment().Activation({"it": self.subject.it, "repo": self.asker.truths()})
        return self._facts

    def _as_written(self) -> Any:
        if self._written is None:
            root = self.asker.root_of(self.subject)
            raw = root if self.subject.node is self.subject.root else _mapping(self.subject.node)
            self._written = self.asker.environment().Activation(
                {"it": self.subject.it, "repo": self.asker.truths(), "raw": raw, "root": root})
        return self._written


def _question(program: bytes, source: str) -> Question | None:
    return Question(program=program, written=_written(source)) if program else None


def _written(source: str) -> bool:
    return ("raw" in source or "root" in source) and AS_WRITTEN.search(source) is not None


def _weakness(status: Status, subject: Subject) -> str:
    """What a rule's `status:` says of a place, in words for `weakened`."""
    if status is Status.DISABLED:
        return str(subject.it.get("why") or "it is switched off, or nothing reads it here")
    return {Status.ADVISORY: "its failure stops nothing", Status.MANUAL: "only a person starts it"}.get(status, "")


def weaker(status: Status, word: str) -> Status:
    """The weaker of a status and what a rule's `status:` says; a word that is no status changes nothing."""
    if word not in {one.value for one in Status}:
        return status
    return max(status, Status(word), key=lambda one: RANK[one])


def _mapping(node: Node | None) -> object:
    value = plain(node) if node is not None else {}
    return value if isinstance(value, dict) else {}
