"""Structural rules: CEL asked of every subject, and the signals that follow."""

from __future__ import annotations

import re
from typing import Any

from opslint.knowledge.index import Index, Programs
from opslint.knowledge.types import FieldCheck, Rule
from opslint.match.facts import Facts
from opslint.match.signals import moment, strength
from opslint.match.subjects.subject import Subject, place_at
from opslint.match.subjects.table import Scene
from opslint.model.activity import Activity, ActivityKind, Hop
from opslint.model.evidence import RANK, Confidence, Evidence, Signal, Status
from opslint.source.plain import plain

NAMED = re.compile(r"\{it\.([a-z_]+)\}")


class Asker:
    """Runs the compiled programs; each is deserialised when the first subject of its kind occurs."""

    def __init__(self, index: Index, scene: Scene, facts: Facts) -> None:
        self.index = index
        self.scene = scene
        self.facts = facts
        self._repo: dict[str, bool] | None = None
        self._environment: Any = None
        self._programs: dict[bytes, Any] = {}
        self._activations: dict[int, Any] = {}

    def signals(self, rule: Rule) -> list[Signal]:
        """The signals of one rule's field checks, for and (in mode `every`) against."""
        found: list[Signal] = []
        for field, programs in zip(rule.fields, self.index.programs.get(rule.code, ()), strict=True):
            for subject in self.scene.subjects(field.subject):
                if programs.when and not self._true(programs.when, subject):
                    continue
                signal = self._ask(rule, field, programs, subject)
                if signal is not None:
                    found.append(signal)
        return found

    def _ask(self, rule: Rule, field: FieldCheck, programs: Programs, subject: Subject) -> Signal | None:
        holds = self._true(programs.holds, subject)
        if not field.counts:
            return self._signal(rule, field, subject, Status.MISSING, field.why, against=True) if holds else None
        if holds:
            status, weak = self._strength(rule, subject)
            if programs.status:
                word = self._value(programs.status, subject)
                status = weaker(status, str(word))
            return self._signal(rule, field, subject, status, f"{field.why}, but {weak}" if weak else field.why, against=False)
        if programs.partly and self._true(programs.partly, subject):
            return self._signal(rule, field, subject, Status.PARTIAL, field.why_not or field.why, against=False)
        if rule.mode == "every":
            return self._signal(rule, field, subject, Status.MISSING, field.why_not or f"not so: {field.why}", against=True)
        return None

    @staticmethod
    def _strength(rule: Rule, subject: Subject) -> tuple[Status, str]:
        """In mode `any` a subject of a job shares the job's softness, manual start or deadness; a field is just set."""
        view = subject.view
        if rule.mode == "every" or view is None:
            return Status.ENFORCED, ""
        job = view.job
        seen = Activity(kind=ActivityKind.ACTION, name="", span=subject.span, chain=(), events=job.events, manual=job.manual,
                        disabled=job.disabled, blocking=not job.may_fail, soft_why=job.may_fail_why)
        return strength(seen, soft_exists=rule.soft)

    def _signal(self, rule: Rule, field: FieldCheck, subject: Subject, status: Status, why: str, *, against: bool) -> Signal:
        place = place_at(subject, field.at)
        told = NAMED.sub(lambda match: str(subject.it.get(match.group(1), "")), why)
        when = moment(subject.view.job.events) if subject.view is not None else ""
        return Signal(practice=rule.code, against=against, subject=f"{subject.span.path}#{subject.name}", evidence=Evidence(
            span=place, status=status, why=told, when=when, confidence=Confidence(field.confidence),
            chain=(Hop(path=place.path, line=place.line, text=subject.name),)))

    def _truths(self) -> dict[str, bool]:
        if self._repo is None:
            self._repo = self.facts.truths()
        return self._repo

    def _true(self, program: bytes, subject: Subject) -> bool:
        return self._value(program, subject) is True

    def _value(self, program: bytes, subject: Subject) -> object:
        if self._environment is None:
            from opslint.knowledge.cel import cel_environment

            self._environment = cel_environment()
        ready = self._programs.get(program)
        if ready is None:
            ready = self._programs[program] = self._environment.deserialize(program)
        activation = self._activations.get(id(subject))
        if activation is None:
            activation = self._activations[id(subject)] = self._environment.Activation({
                "it": subject.it, "raw": _mapping(subject.node), "root": _mapping(subject.root), "repo": self._truths()})
        value = ready.eval(activation)
        return value.value() if value.type().name() not in ("*error*", "ERROR") else None


def weaker(status: Status, word: str) -> Status:
    """The weaker of a status and what a rule's `status:` says; a word that is no status changes nothing."""
    if word not in {one.value for one in Status}:
        return status
    return max(status, Status(word), key=lambda one: RANK[one])


def _mapping(node: Any) -> object:
    value = plain(node) if node is not None else {}
    return value if isinstance(value, dict) else {}
