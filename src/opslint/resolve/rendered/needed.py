"""Whether anything in a repository renders or deploys its manifests: only then is the rest of this package imported."""

from __future__ import annotations

import msgspec

from opslint.model.pipeline import Platform
from opslint.model.repository import Repository
from opslint.source.tree import Tree

OWNERS = frozenset({"Application", "ApplicationSet", "Kustomization", "HelmRelease"})
BUILDERS = frozenset({"kustomization", "helm-chart"})


def as_rendered(repository: Repository, tree: Tree) -> Repository:
    """The repository with its manifests as they are deployed; the same one where nothing renders and nothing deploys them.

    Shape: a manifest that kustomizations build in several ways is there once for each; a patch that was laid over another manifest
           is gone. `hops` lead from the outermost Application over paths and kustomizations to the file. Argo Workflows have the
           parameters that are literal.
    """
    if any(one.platform is Platform.ARGO and not one.aside for one in repository.pipelines):
        from opslint.resolve.rendered.parameters import with_parameters

        repository = msgspec.structs.replace(repository, pipelines=with_parameters(repository.pipelines))
    rendered = any(one.kind in BUILDERS and not one.aside for one in repository.companions)
    if not rendered and not any(one.kind in OWNERS and not one.aside for one in repository.resources):
        return repository
    from opslint.resolve.rendered.render import Rendering

    return Rendering(repository, tree).repository()
