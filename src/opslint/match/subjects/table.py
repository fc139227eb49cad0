"""The table of subjects, and the scene that makes each list when a rule first asks."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from opslint.match.jobs import Jobs
from opslint.match.subjects.subject import Stage, Subject
from opslint.model.pipeline import Platform
from opslint.model.repository import Repository
from opslint.model.result import Because

SUBJECTS: dict[str, str] = {
    **dict.fromkeys(("pipeline", "github.workflow", "gitlab.pipeline", "job", "github.job", "gitlab.job", "argo.template", "step",
                     "checkout", "reference"), "ci"),
    **dict.fromkeys(("argocd.application", "argocd.project", "argo.workflow", "rollout"), "argo"),
    **dict.fromkeys(("flux.kustomization", "flux.helmrelease"), "flux"),
    **dict.fromkeys(("workload", "resource", "image"), "kubernetes"),
    **dict.fromkeys(("block", "companion", "dependency-file", "file", "sign"), "files"),
}
"""Each subject with the module beside this one whose MAKERS make it; a module is imported when a rule first asks."""
_OF_MANIFESTS = frozenset({"argo", "flux", "kubernetes"})
"""Modules whose subjects come from manifests and what belongs to them."""


class Scene:
    """Every subject of one tree, made once and only where a rule asks."""

    def __init__(self, repository: Repository, jobs: Jobs, signs: dict[str, Any], shown: dict[str, tuple[Because, ...]]) -> None:
        self.stage = Stage(repository=repository, jobs=jobs, signs=signs, shown=shown)
        self._made: dict[str, tuple[Subject, ...]] = {}
        self._has_manifests = bool(repository.resources or repository.companions) or any(
            pipeline.platform is Platform.ARGO for pipeline in repository.pipelines)

    def subjects(self, name: str) -> tuple[Subject, ...]:
        """Every subject of one kind, in the order of the tree; an unknown kind has none."""
        made = self._made.get(name)
        if made is None:
            module = SUBJECTS.get(name)
            made = ()
            if module is not None and (module not in _OF_MANIFESTS or self._has_manifests):
                made = tuple(import_module(f"opslint.match.subjects.{module}").MAKERS[name](self.stage))
            self._made[name] = made
        return made
