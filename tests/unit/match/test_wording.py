"""What evidence says: a name, what becomes of it, and what weakens it, each once."""

from __future__ import annotations

import pytest

from opslint.knowledge.index import IndexedSignal
from opslint.knowledge.types import ToolSignal
from opslint.match.tools.catalogue import Hit
from opslint.match.tools.wording import told_of, weakened
from opslint.model.activity import Activity, ActivityKind, Command
from opslint.model.evidence import Status
from opslint.source.span import Span


def hit(kind: ActivityKind, name: str, *, group: bool = False, words: tuple[str, ...] = (), form: tuple[str, ...] = (),
        does: tuple[str, ...] = ("scan",)) -> Hit:
    """One hit of a tool called Trivy."""
    command = Command(argv=words, layers=(words,), offset=0, end=0, line=1, column=1, end_line=1, end_column=1,
                      blocking=True) if words else None
    activity = Activity(kind=kind, name=name, span=Span(path="ci.yml"), chain=(), command=command)
    entry = IndexedSignal(tool="trivy", name="Trivy", group=group, signal=ToolSignal(does=does))
    return Hit(activity=activity, position=0, entry=entry, form=form)


@pytest.mark.parametrize(("one", "told"), [
    (hit(ActivityKind.COMMAND, "trivy", words=("trivy", "fs", "."), form=("trivy", "fs")), "Trivy runs"),
    (hit(ActivityKind.COMMAND, "mvn", group=True, words=("mvn", "-q", "checkstyle:check"), form=("mvn", "checkstyle:*")),
     "mvn checkstyle:check runs"),
    (hit(ActivityKind.COMMAND, "curl", group=True, words=("curl", "https://chat.example.com/v1"), form=("curl", "*chat*")),
     "curl runs"),
    (hit(ActivityKind.COMMAND, "/kaniko/executor", group=True, words=("/kaniko/executor", "--destination", "x"),
         form=("executor", "--destination")), "executor runs"),
    (hit(ActivityKind.ACTION, "owner/scan", group=True), "owner/scan runs"),
    (hit(ActivityKind.TEMPLATE, "Jobs/SAST.gitlab-ci.yml"), "the template Jobs/SAST.gitlab-ci.yml is included"),
    (hit(ActivityKind.RESOURCE, "kyverno.io/ClusterPolicy", group=True), "ClusterPolicy is declared"),
    (hit(ActivityKind.COMMAND, "curl", words=("curl", "…"), form=("curl", "$*SLACK*"), does=("notify",)),
     "a message goes to Trivy"),
])
def test_told_of_names_what_stands_there_when_the_entry_is_a_family(one: Hit, told: str) -> None:
    assert told_of(one) == told


@pytest.mark.parametrize(("told", "status", "weak", "sentence"), [
    ("Trivy runs", Status.ENFORCED, "", "Trivy runs"),
    ("Trivy runs", Status.ADVISORY, "its failure stops nothing: `|| true`", "Trivy runs, but its failure stops nothing: `|| true`"),
    ("Trivy runs", Status.MANUAL, "only a person starts it", "Trivy runs only when a person starts it"),
    ("Trivy runs", Status.DISABLED, "no workflow calls it", "Trivy is written, but cannot run: no workflow calls it"),
    ("results go to code scanning", Status.MANUAL, "only a person starts it",
     "results go to code scanning, but only when a person starts it"),
    ("a.yml names owners", Status.DISABLED, "no platform reads it", "a.yml names owners, but to no effect: no platform reads it"),
])
def test_weakened_says_the_reason_once_when_something_weakens_it(told: str, status: Status, weak: str, sentence: str) -> None:
    assert weakened(told, status, weak) == sentence
