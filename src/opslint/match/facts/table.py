"""The table of facts by which practices apply, each with the places that show it."""

from __future__ import annotations

import msgspec

from opslint.match.facts.running import (
    a_pipeline,
    actions,
    artifacts,
    cloud_access,
    deploys,
    deploys_kubernetes,
    deploys_workload,
    doing,
    id_tokens,
    imperative,
    installs_on_change,
    on_change,
    on_platform,
    practice,
    publish_environment,
    rollback_job,
    self_hosted,
    sign,
    third_party,
    tool,
    workflow_scanner,
)
from opslint.match.facts.setting import Fact, Setting, either, kind_of_file, of_kinds
from opslint.match.facts.standing import (
    applications,
    argocd,
    charts,
    declarative,
    default_tags,
    dependencies,
    dockerfile,
    flux,
    gitops,
    http,
    iac,
    images_named,
    manifests,
    rollouts,
    source_code,
    tag_policy,
    workloads,
)
from opslint.model.evidence import Signal
from opslint.model.pipeline import Platform
from opslint.model.result import Because

MOST = 3
"""So many places are told for a fact; one would do, more help a reader who doubts."""

FACTS: dict[str, Fact] = {
    "pipeline": a_pipeline, "gitops": gitops, "operated": either(a_pipeline, gitops), "source": source_code,
    "dependencies": dependencies, "actions": actions, "dockerfile": dockerfile, "iac": iac, "manifests": manifests,
    "images": images_named, "workloads": workloads, "argocd": argocd, "argocd-or-flux": either(argocd, flux), "flux": flux,
    "applications": applications, "rollouts": rollouts, "argo-workflows": on_platform(Platform.ARGO),
    "github": on_platform(Platform.GITHUB),
    "gitlab": on_platform(Platform.GITLAB), "argo": either(on_platform(Platform.ARGO), argocd, rollouts), "http": http,
    "builds-image": doing("build-image"), "builds": doing("build", "build-image"), "publishes": doing("publish"), "deploys": deploys,
    "deploys-workload": deploys_workload, "deploys-kubernetes": deploys_kubernetes,
    "deploys-infrastructure": doing("infrastructure"), "releases": doing("publish", "release"), "tests": practice("DO201"),
    "lints": practice("DO204"),
    "on-change": on_change, "artifacts": artifacts, "self-hosted": self_hosted, "declarative": declarative,
    "ds1": practice("DS1"), "id-tokens": id_tokens, "cloud-access": cloud_access, "helm": kind_of_file("helm-chart"),
    "kustomize": kind_of_file("kustomization"), "charts": charts, "references": third_party, "imperative": imperative,
    "argocd-sync": tool("argocd", "app", "sync"), "rollback-job": rollback_job, "publish-environment": publish_environment,
    "installs": doing("install", "build", "build-image"), "installs-on-change": installs_on_change,
    "workflow-scanner": workflow_scanner, "default-tags": default_tags, "tag-policy": tag_policy,
    "canaries": of_kinds("flagger.app/Canary"),
    **{name: sign(name) for name in ("ml", "ml-trains", "ml-serves", "ml-data", "llm", "llm-serves", "llm-weights", "llm-tunes",
                                      "llm-adapts")},
}
"""Every fact a rule may name; docs/how-to/rule.md lists them."""

OF_SIGNALS = ("tests", "lints", "ds1", "cloud-access", "imperative")


class Facts:
    """The facts of one repository, each worked out when it is first asked."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._known: dict[str, tuple[Because, ...]] = {}

    def take(self, signals: tuple[Signal, ...]) -> None:
        """Take in the signals of the structural rules too; the facts that speak of signals are worked out again."""
        self._setting = msgspec.structs.replace(self._setting, signals=signals)
        for name in OF_SIGNALS:
            self._known.pop(name, None)

    def places(self, name: str) -> tuple[Because, ...]:
        """The places that show a fact, at most a few; empty where it does not hold.

        Raises: KeyError for a word that is no fact.
        """
        known = self._known.get(name)
        if known is None:
            found: list[Because] = []
            for place in FACTS[name](self._setting):
                if place not in found:
                    found.append(place)
                if len(found) == MOST:
                    break
            known = self._known[name] = tuple(found)
        return known

    def truths(self) -> dict[str, bool]:
        """Every fact as true or false: the map `repo` of CEL."""
        return {name: bool(self.places(name)) for name in FACTS}
