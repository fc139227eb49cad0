"""What the repository is about: the facts by which practices apply, each with the place that shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from opslint.errors import UnreadableFile
from opslint.match.argv import prefix_length
from opslint.match.jobs import Jobs, JobView
from opslint.match.signals import Matcher
from opslint.match.subjects.ci import references
from opslint.match.subjects.kubernetes import workload_kinds
from opslint.match.subjects.subject import Stage
from opslint.match.unknown import unreadable_pipelines
from opslint.model.activity import ActivityKind
from opslint.model.evidence import PRESENT, Signal
from opslint.model.pipeline import Event, Pipeline, Platform, StepKind
from opslint.model.repository import Repository
from opslint.model.resource import Resource
from opslint.model.result import Because
from opslint.parse.discovery.aside import aside as is_aside
from opslint.parse.discovery.languages import count_languages, without_tooling
from opslint.source.span import Span
from opslint.source.tree import Tree
from opslint.source.words.late import late

TAG_RULE = late(r'rule\s+"\w*_missing_tags"')
TAG_WORDS = late(r"\b(tags|labels)\b")
MOST = 3
"""So many places are told for a fact; one would do, more help a reader who doubts."""

INFRASTRUCTURE = frozenset({"cloudformation", "pulumi", "bicep", "cdk", "ansible", "serverless", "sam"})
DECLARED = frozenset({"helm-chart", "kustomization", "pulumi", "cloudformation", "bicep", "cdk"})
NOT_MANIFESTS = frozenset({"kustomize.config.k8s.io"})


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """What facts are drawn from; `signs` are those of machine learning, LLM and HTTP, already read."""

    repository: Repository
    tree: Tree
    jobs: Jobs
    matcher: Matcher
    signals: tuple[Signal, ...]
    signs: dict[str, tuple[Because, ...]]


Fact = Callable[[Setting], Iterator[Because]]


def because(span: Span, why: str) -> Because:
    """A place and the words for it."""
    return Because(path=span.path, line=span.line, why=why)


def _alive(setting: Setting) -> tuple[JobView, ...]:
    return setting.jobs.alive()


def _pipelines(setting: Setting, platform: Platform | None = None) -> Iterator[Pipeline]:
    for pipeline in setting.repository.pipelines:
        if not pipeline.aside and pipeline.kind != "github.action" and (platform is None or pipeline.platform is platform):
            yield pipeline


def _pipeline(setting: Setting) -> Iterator[Because]:
    for pipeline in sorted(_pipelines(setting), key=lambda one: not one.entry):
        yield because(pipeline.span, f"a pipeline: {pipeline.name or pipeline.path}")
    for entry in unreadable_pipelines(setting.repository):
        yield Because(path=entry.path, line=entry.line or 1, why="a pipeline that could not be read")


def _resources(setting: Setting) -> Iterator[Resource]:
    for resource in setting.repository.resources:
        if resource.name and not resource.aside and not resource.copied and resource.group not in NOT_MANIFESTS:
            yield resource


def _of_kinds(*kinds: str) -> Fact:
    def fact(setting: Setting) -> Iterator[Because]:
        for resource in _resources(setting):
            if f"{resource.group}/{resource.kind}" in kinds:
                yield because(resource.span, f"{resource.kind} {resource.name}")
    return fact


def _flux(setting: Setting) -> Iterator[Because]:
    for resource in _resources(setting):
        if resource.group.endswith("toolkit.fluxcd.io"):
            yield because(resource.span, f"Flux {resource.kind} {resource.name}")


def _either(*facts: Fact) -> Fact:
    def fact(setting: Setting) -> Iterator[Because]:
        for one in facts:
            yield from one(setting)
    return fact


APPLICATIONS = ("argoproj.io/Application", "argoproj.io/ApplicationSet")
_applications = _of_kinds(*APPLICATIONS)
_argocd = _of_kinds(*APPLICATIONS, "argoproj.io/AppProject")
_rollouts = _of_kinds("argoproj.io/Rollout")
_gitops = _either(_argocd, _rollouts, _flux)


def _source(setting: Setting) -> Iterator[Because]:
    counts, samples = setting.repository.languages, setting.repository.language_samples
    if counts and next(_declarative(setting), None) is not None:
        counts, samples = count_languages(without_tooling(setting.repository.paths))
    for language, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        yield Because(path=samples[language], line=1, why=f"{count} {language} file{'s' if count != 1 else ''}")


def _dependencies(setting: Setting) -> Iterator[Because]:
    """Entries of language manifests and lock files; provider versions of infrastructure code are none."""
    for dependency in setting.repository.dependencies:
        if not dependency.aside and dependency.ecosystem != "terraform":
            yield because(dependency.span, f"depends on {dependency.name}")


def _actions(setting: Setting) -> Iterator[Because]:
    for pipeline in _pipelines(setting, Platform.GITHUB):
        for job in pipeline.jobs:
            for step in job.steps:
                if step.kind in (StepKind.ACTION, StepKind.WORKFLOW) and not step.uses.startswith("."):
                    yield because(step.span, f"uses {step.uses}")


def _dockerfile(setting: Setting) -> Iterator[Because]:
    for dockerfile in setting.repository.dockerfiles:
        if not dockerfile.aside:
            yield Because(path=dockerfile.path, line=1, why="a Dockerfile")


def _iac(setting: Setting) -> Iterator[Because]:
    for block in setting.repository.blocks:
        if not block.aside and block.kind in ("resource", "module", "data"):
            yield because(block.span, f"Terraform {block.kind} {block.type}")
    yield from _companions(setting, INFRASTRUCTURE)
    for resource in _resources(setting):
        if ".crossplane.io" in resource.group or resource.group.endswith((".upbound.io", "aws.upbound.io")):
            yield because(resource.span, f"Crossplane {resource.kind}")


def _companions(setting: Setting, kinds: Iterable[str]) -> Iterator[Because]:
    for companion in setting.repository.companions:
        if companion.kind in kinds and not companion.aside:
            yield because(companion.span, f"{companion.kind} file")


def _manifests(setting: Setting) -> Iterator[Because]:
    for resource in _resources(setting):
        yield because(resource.span, f"{resource.kind} {resource.name}")
    yield from _companions(setting, ("helm-chart", "kustomization"))


def _images(setting: Setting) -> Iterator[Because]:
    for resource in _resources(setting):
        for image in resource.images:
            yield because(image.span, f"image {image.reference}")
    for view in _alive(setting):
        if view.job.platform is Platform.ARGO:
            for image in view.job.images:
                yield because(image.span, f"image {image.reference}")


def _workloads(setting: Setting) -> Iterator[Because]:
    kinds = workload_kinds()
    for resource in _resources(setting):
        if f"{resource.group}/{resource.kind}" in kinds:
            yield because(resource.span, f"{resource.kind} {resource.name}")


def _on(platform: Platform) -> Fact:
    def fact(setting: Setting) -> Iterator[Because]:
        for pipeline in _pipelines(setting, platform):
            yield because(pipeline.span, f"a {platform.value} pipeline")
    return fact


def _http(setting: Setting) -> Iterator[Because]:
    yield from setting.signs.get("http", ())
    for dockerfile in setting.repository.dockerfiles:
        if not dockerfile.aside:
            for name, _, span in dockerfile.instructions:
                if name == "EXPOSE":
                    yield because(span, "a Dockerfile exposes a port")
    yield from _of_kinds("networking.k8s.io/Ingress", "extensions/Ingress", "gateway.networking.k8s.io/HTTPRoute",
                         "networking.istio.io/VirtualService", "route.openshift.io/Route", "traefik.io/IngressRoute")(setting)
    yield from _companions(setting, ("openapi",))


def _does(*effects: str) -> Fact:
    wanted = frozenset(effects)

    def fact(setting: Setting) -> Iterator[Because]:
        for view in _alive(setting):
            if not wanted & view.does:
                continue
            if wanted & view.declared:
                yield because(view.job.span, f"{view.job.name or view.job.id} by its keywords")
            for hit in view.hits:
                if wanted & set(hit.entry.signal.does) and id(hit) in view.order and not hit.activity.disabled:
                    yield because(hit.activity.span, f"{hit.entry.name} in {view.job.name or view.job.id}")
    return fact


def _deploys(setting: Setting) -> Iterator[Because]:
    yield from _does("deploy")(setting)
    yield from _controllers(setting)


def _controllers(setting: Setting) -> Iterator[Because]:
    yield from _applications(setting)
    yield from _rollouts(setting)
    yield from _of_kinds("kustomize.toolkit.fluxcd.io/Kustomization", "helm.toolkit.fluxcd.io/HelmRelease")(setting)


def _deploys_workload(setting: Setting) -> Iterator[Because]:
    for view in _alive(setting):
        for hit in view.hits:
            does = set(hit.entry.signal.does)
            if "deploy" in does and "deploy-site" not in does and id(hit) in view.order and not hit.activity.disabled:
                yield because(hit.activity.span, f"{hit.entry.name} in {view.job.name or view.job.id}")
    yield from _controllers(setting)


def _deploys_kubernetes(setting: Setting) -> Iterator[Because]:
    yield from _does("deploy-kubernetes")(setting)
    yield from _controllers(setting)


def _practice(prefix: str) -> Fact:
    def fact(setting: Setting) -> Iterator[Because]:
        for signal in setting.signals:
            if signal.practice.startswith(prefix) and not signal.against and signal.evidence.status in PRESENT:
                yield because(signal.evidence.span, signal.evidence.why)
    return fact


def _on_change(setting: Setting) -> Iterator[Because]:
    for view in _alive(setting):
        if view.events & {Event.CHANGE, Event.PUSH} and view.pipeline.kind != "github.action":
            yield because(view.job.span, f"{view.job.name or view.job.id} runs on changes")


def _artifacts(setting: Setting) -> Iterator[Because]:
    yield from _does("upload")(setting)
    for view in _alive(setting):
        if view.job.platform is Platform.GITLAB and view.job.node is not None and "artifacts" in view.job.node:
            yield because(view.job.span, f"{view.job.id} keeps artifacts")
    yield from _on(Platform.ARGO)(setting)


def _self_hosted(setting: Setting) -> Iterator[Because]:
    for view in _alive(setting):
        if "self-hosted" in view.job.runner:
            yield because(view.job.span, f"{view.job.name or view.job.id} runs on a self-hosted runner")


def _declarative(setting: Setting) -> Iterator[Because]:
    yield from _manifests(setting)
    yield from _iac(setting)


def _id_tokens(setting: Setting) -> Iterator[Because]:
    for view in _alive(setting):
        if view.job.platform is Platform.GITLAB and view.job.node is not None and "id_tokens" in view.job.node:
            yield because(view.job.span, f"{view.job.id} asks for an id token")


def _cloud_access(setting: Setting) -> Iterator[Because]:
    for signal in setting.signals:
        if signal.practice == "DS303":
            yield because(signal.evidence.span, signal.evidence.why)


def _charts(setting: Setting) -> Iterator[Because]:
    for activity in setting.matcher.activities:
        if activity.kind is ActivityKind.CHART:
            yield because(activity.span, f"chart {activity.name}")


def _references(setting: Setting) -> Iterator[Because]:
    for subject in references(Stage(repository=setting.repository, jobs=setting.jobs)):
        if not subject.it["first_party"]:
            yield because(subject.span, f"uses {subject.name}")


def _imperative(setting: Setting) -> Iterator[Because]:
    yield from _does("deploy-kubernetes")(setting)
    for signal in setting.signals:
        if signal.practice == "GO103" and signal.against:
            yield because(signal.evidence.span, signal.evidence.why)


def _tool(name: str, *words: str) -> Fact:
    def fact(setting: Setting) -> Iterator[Because]:
        for view in _alive(setting):
            for activity in view.activities:
                command = activity.command
                if command is not None and not activity.disabled and prefix_length((name, *words), command.argv):
                    yield because(activity.span, " ".join((name, *words)))
    return fact


def _rollback_job(setting: Setting) -> Iterator[Because]:
    for view in _alive(setting):
        for hit in view.hits:
            if "GO303" in hit.entry.signal.shows and "deploy" not in view.does:
                yield because(hit.activity.span, f"{view.job.name or view.job.id} rolls back")


def _publish_environment(setting: Setting) -> Iterator[Because]:
    for view in _alive(setting):
        if "publish" in view.does and view.job.environment:
            yield because(view.job.environment_span or view.job.span, f"{view.job.name or view.job.id} names an environment")


def _installs_on_change(setting: Setting) -> Iterator[Because]:
    for view in _alive(setting):
        if view.does & {"install", "build", "build-image"} and view.events & {Event.CHANGE, Event.PUSH}:
            yield because(view.job.span, f"{view.job.name or view.job.id} installs or builds on changes")


def _workflow_scanner(setting: Setting) -> Iterator[Because]:
    for hit in setting.matcher.hits:
        if "DS106" in hit.entry.signal.shows and "only-workflows" in hit.entry.signal.context:
            yield because(hit.activity.span, f"{hit.entry.name} scans the workflows")


def _default_tags(setting: Setting) -> Iterator[Because]:
    for block in setting.repository.blocks:
        if not block.aside and block.kind == "provider" and {"default_tags", "default_labels"} & set(block.body):
            yield because(block.span, f"provider {block.type} tags everything")


def _tag_policy(setting: Setting) -> Iterator[Because]:
    for path in setting.repository.paths:
        name = path.rpartition("/")[2]
        wanted = TAG_RULE if name == ".tflint.hcl" else TAG_WORDS if name.endswith((".rego", ".sentinel", ".guard")) else None
        if wanted is None or "_test." in name or is_aside(path):
            continue
        try:
            text = setting.tree.read(path, 1 << 18).decode("utf-8", "replace")
        except UnreadableFile:
            continue
        found = wanted.search(text)
        if found:
            yield Because(path=path, line=text.count("\n", 0, found.start()) + 1, why="a policy that speaks of tags or labels")


def _kind_of_file(kind: str) -> Fact:
    def fact(setting: Setting) -> Iterator[Because]:
        yield from _companions(setting, (kind,))
    return fact


def _sign(name: str) -> Fact:
    def fact(setting: Setting) -> Iterator[Because]:
        yield from setting.signs.get(name, ())
    return fact


FACTS: dict[str, Fact] = {
    "pipeline": _pipeline, "gitops": _gitops, "operated": _either(_pipeline, _gitops), "source": _source,
    "dependencies": _dependencies, "actions": _actions, "dockerfile": _dockerfile, "iac": _iac, "manifests": _manifests,
    "images": _images, "workloads": _workloads, "argocd": _argocd, "argocd-or-flux": _either(_argocd, _flux), "flux": _flux,
    "applications": _applications, "rollouts": _rollouts, "argo-workflows": _on(Platform.ARGO), "github": _on(Platform.GITHUB),
    "gitlab": _on(Platform.GITLAB), "argo": _either(_on(Platform.ARGO), _argocd, _rollouts), "http": _http,
    "builds-image": _does("build-image"), "builds": _does("build", "build-image"), "publishes": _does("publish"), "deploys": _deploys,
    "deploys-workload": _deploys_workload, "deploys-kubernetes": _deploys_kubernetes,
    "deploys-infrastructure": _does("infrastructure"), "releases": _does("publish", "release"), "tests": _practice("DO201"),
    "lints": _practice("DO204"),
    "on-change": _on_change, "artifacts": _artifacts, "self-hosted": _self_hosted, "declarative": _declarative,
    "ds1": _practice("DS1"), "id-tokens": _id_tokens, "cloud-access": _cloud_access, "helm": _kind_of_file("helm-chart"),
    "kustomize": _kind_of_file("kustomization"), "charts": _charts, "references": _references, "imperative": _imperative,
    "argocd-sync": _tool("argocd", "app", "sync"), "rollback-job": _rollback_job, "publish-environment": _publish_environment,
    "installs": _does("install", "build", "build-image"), "installs-on-change": _installs_on_change,
    "workflow-scanner": _workflow_scanner, "default-tags": _default_tags, "tag-policy": _tag_policy,
    "canaries": _of_kinds("flagger.app/Canary"),
    **{name: _sign(name) for name in ("ml", "ml-trains", "ml-serves", "ml-data", "llm", "llm-serves", "llm-weights", "llm-tunes",
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
