"""Facts of what stands in the tree: sources, manifests, infrastructure code, images, charts."""

from __future__ import annotations

from collections.abc import Iterator

from opslint.errors import UnreadableFile
from opslint.match.facts.setting import Setting, alive, because, companions, either, of_kinds, resources_of
from opslint.model.activity import ActivityKind
from opslint.model.pipeline import Platform
from opslint.model.result import Because
from opslint.parse.discovery.aside import aside as is_aside
from opslint.parse.discovery.languages import count_languages, without_tooling
from opslint.source.words.late import late

TAG_RULE = late(r'rule\s+"\w*_missing_tags"')

TAG_WORDS = late(r"\b(tags|labels)\b")

INFRASTRUCTURE = frozenset({"cloudformation", "pulumi", "bicep", "cdk", "ansible", "serverless", "sam"})


def flux(setting: Setting) -> Iterator[Because]:
    for resource in resources_of(setting):
        if resource.group.endswith("toolkit.fluxcd.io"):
            yield because(resource.span, f"Flux {resource.kind} {resource.name}")

APPLICATIONS = ("argoproj.io/Application", "argoproj.io/ApplicationSet")

applications = of_kinds(*APPLICATIONS)

argocd = of_kinds(*APPLICATIONS, "argoproj.io/AppProject")

rollouts = of_kinds("argoproj.io/Rollout")

gitops = either(argocd, rollouts, flux)


def source_code(setting: Setting) -> Iterator[Because]:
    counts, samples = setting.repository.languages, setting.repository.language_samples
    if counts and next(declarative(setting), None) is not None:
        counts, samples = count_languages(without_tooling(setting.repository.paths))
    for language, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        yield Because(path=samples[language], line=1, why=f"{count} {language} file{'s' if count != 1 else ''}")


def dependencies(setting: Setting) -> Iterator[Because]:
    """Entries of language manifests and lock files; provider versions of infrastructure code are none."""
    for dependency in setting.repository.dependencies:
        if not dependency.aside and dependency.ecosystem != "terraform":
            yield because(dependency.span, f"depends on {dependency.name}")


def dockerfile(setting: Setting) -> Iterator[Because]:
    for dockerfile in setting.repository.dockerfiles:
        if not dockerfile.aside:
            yield Because(path=dockerfile.path, line=1, why="a Dockerfile")


def iac(setting: Setting) -> Iterator[Because]:
    for block in setting.repository.blocks:
        if not block.aside and block.kind in ("resource", "module", "data"):
            yield because(block.span, f"Terraform {block.kind} {block.type}")
    yield from companions(setting, INFRASTRUCTURE)
    for resource in resources_of(setting):
        if ".crossplane.io" in resource.group or resource.group.endswith((".upbound.io", "aws.upbound.io")):
            yield because(resource.span, f"Crossplane {resource.kind}")


def manifests(setting: Setting) -> Iterator[Because]:
    for resource in resources_of(setting):
        yield because(resource.span, f"{resource.kind} {resource.name}")
    yield from companions(setting, ("helm-chart", "kustomization"))


def images_named(setting: Setting) -> Iterator[Because]:
    for resource in resources_of(setting):
        for image in resource.images:
            yield because(image.span, f"image {image.reference}")
    for view in alive(setting):
        if view.job.platform is Platform.ARGO:
            for image in view.job.images:
                yield because(image.span, f"image {image.reference}")


def workloads(setting: Setting) -> Iterator[Because]:
    from opslint.match.subjects.kubernetes import workload_kinds

    kinds = workload_kinds()
    for resource in resources_of(setting):
        if f"{resource.group}/{resource.kind}" in kinds:
            yield because(resource.span, f"{resource.kind} {resource.name}")


def http(setting: Setting) -> Iterator[Because]:
    yield from setting.signs.get("http", ())
    for dockerfile in setting.repository.dockerfiles:
        if not dockerfile.aside:
            for name, _, span in dockerfile.instructions:
                if name == "EXPOSE":
                    yield because(span, "a Dockerfile exposes a port")
    yield from of_kinds("networking.k8s.io/Ingress", "extensions/Ingress", "gateway.networking.k8s.io/HTTPRoute",
                         "networking.istio.io/VirtualService", "route.openshift.io/Route", "traefik.io/IngressRoute")(setting)
    yield from companions(setting, ("openapi",))


def declarative(setting: Setting) -> Iterator[Because]:
    yield from manifests(setting)
    yield from iac(setting)


def charts(setting: Setting) -> Iterator[Because]:
    for activity in setting.matcher.activities:
        if activity.kind is ActivityKind.CHART:
            yield because(activity.span, f"chart {activity.name}")


def default_tags(setting: Setting) -> Iterator[Because]:
    for block in setting.repository.blocks:
        if not block.aside and block.kind == "provider" and {"default_tags", "default_labels"} & set(block.body):
            yield because(block.span, f"provider {block.type} tags everything")


def tag_policy(setting: Setting) -> Iterator[Because]:
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
