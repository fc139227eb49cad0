"""Whether a gate stands before a deploy: the jobs a deploying job waits for, through reusable workflows too."""

from __future__ import annotations

from opslint.match.jobs import Jobs, JobView
from opslint.model.pipeline import Event

BEFORE, BESIDE = "before-deploy", "beside-deploy"
QUALITY = frozenset({"DO201", "DO204"})
"""Practices that are gates of quality; those of security are the ones whose rules mind when they run."""
_LATE = frozenset({Event.PUSH_DEFAULT, Event.TAG, Event.RELEASE, Event.UPSTREAM, Event.SCHEDULE})
_VALIDATING = frozenset({Event.CHANGE, Event.PUSH})


class Reach:
    """The deploying jobs of a tree, and what stands before each.

    Shape: a site of documents is no deploy here; neither is what only a person starts or what validates a change.
    """

    def __init__(self, jobs: Jobs) -> None:
        self.jobs = jobs
        self._deploying: list[JobView] | None = None
        self._told: dict[tuple[str, int, str], tuple[str, str]] = {}

    def of(self, gate: JobView) -> tuple[str, str]:
        """Where a gate stands to the deploys that run with it, and the deploying job that does not wait for it.

        Shape: BEFORE where one of them waits for it, BESIDE where none does, "" where none runs with it or only before it.
        """
        if gate.key not in self._told:
            self._told[gate.key] = self._of(gate)
        return self._told[gate.key]

    def _of(self, gate: JobView) -> tuple[str, str]:
        beside = ""
        for view in self._deploys():
            common = gate.events & view.events or (Event.PUSH in gate.events and Event.PUSH_DEFAULT in view.events)
            if view.key == gate.key or not common or not self.jobs.together(gate, view):
                continue
            if gate.key in view.upstream:
                return BEFORE, ""
            if view.key not in gate.upstream:
                beside = beside or view.job.id
        return (BESIDE, beside) if beside else ("", "")

    def _deploys(self) -> list[JobView]:
        if self._deploying is None:
            self._deploying = [
                view for view in self.jobs.alive()
                if "deploy" in view.does and "deploy-site" not in view.does and not view.job.manual and view.events & _LATE
                and not view.events & _VALIDATING
            ]
        return self._deploying
