"""The table of subjects, and the scene that makes each list when a rule first asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from opslint.match.jobs import Jobs
from opslint.match.subjects import argo, ci, files, flux, kubernetes
from opslint.match.subjects.subject import Stage, Subject
from opslint.model.repository import Repository
from opslint.model.result import Because

SUBJECTS: dict[str, Callable[[Stage], Iterator[Subject]]] = {
    **ci.MAKERS, **argo.MAKERS, **flux.MAKERS, **kubernetes.MAKERS, **files.MAKERS}


class Scene:
    """Every subject of one tree, made once and only where a rule asks."""

    def __init__(self, repository: Repository, jobs: Jobs, signs: dict[str, Any], shown: dict[str, tuple[Because, ...]]) -> None:
        self.stage = Stage(repository=repository, jobs=jobs, signs=signs, shown=shown)
        self._made: dict[str, tuple[Subject, ...]] = {}

    def subjects(self, name: str) -> tuple[Subject, ...]:
        """Every subject of one kind, in the order of the tree; an unknown kind has none."""
        made = self._made.get(name)
        if made is None:
            maker = SUBJECTS.get(name)
            made = self._made[name] = tuple(maker(self.stage)) if maker is not None else ()
        return made
