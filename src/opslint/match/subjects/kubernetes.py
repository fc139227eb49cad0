"""Subjects of manifests: workloads, their containers and images, and any resource."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from opslint.match.subjects.charts import value_images
from opslint.match.subjects.subject import Stage, Subject, dig
from opslint.match.tools.argv import glob
from opslint.match.tools.catalogue import image_name
from opslint.model.activity import Hop
from opslint.model.pipeline import Image
from opslint.model.resource import Resource
from opslint.source.node import Mapping, Node, boolean_of, strings_of, text_of
from opslint.source.span import Span
from opslint.source.words.late import late

POD_AT = {
    "apps/Deployment": "spec.template", "apps/StatefulSet": "spec.template", "apps/DaemonSet": "spec.template",
    "apps/ReplicaSet": "spec.template", "batch/Job": "spec.template", "batch/CronJob": "spec.jobTemplate.spec.template",
    "argoproj.io/Rollout": "spec.template", "serving.knative.dev/Service": "spec.template", "/Pod": "",
}
CONTAINERS = ("initContainers", "containers", "ephemeralContainers")
ACCELERATORS = ("nvidia.com/", "amd.com/gpu", "google.com/tpu", "aws.amazon.com/neuron", "habana.ai/", "gpu.intel.com/")
MODEL_KINDS = frozenset({"serving.kserve.io/InferenceService", "serving.kserve.io/LLMInferenceService", "ray.io/RayService",
                         "machinelearning.seldon.io/SeldonDeployment", "mlops.seldon.io/Model"})
SCALERS = frozenset({"autoscaling/HorizontalPodAutoscaler", "keda.sh/ScaledObject", "keda.sh/ScaledJob"})


def workload_kinds() -> tuple[str, ...]:
    """`group/Kind` of everything that carries a pod template and runs until told otherwise, or to an end."""
    return tuple(POD_AT)


def pod_of(resource: Resource) -> Mapping | None:
    """The pod template of a workload (the Pod itself for a Pod)."""
    at = POD_AT.get(f"{resource.group}/{resource.kind}")
    if at is None:
        return None
    node = dig(resource.node, at) if at else resource.node
    return node if isinstance(node, Mapping) else None


def containers_of(pod: Mapping | None, *, init: bool = False) -> list[Mapping]:
    """The containers of a pod template or pod spec."""
    spec = dig(pod, "spec") if pod is not None and "spec" in pod else pod
    if not isinstance(spec, Mapping):
        return []
    keys = CONTAINERS if init else ("containers",)
    listed = [spec.sequence(key) for key in keys]
    return [one for sequence in listed if sequence is not None for one in sequence if isinstance(one, Mapping)]


def secured(spec: Node | None, holder: Node | None) -> bool:
    """Whether pods run confined: not as root, without privilege escalation, capabilities dropped.

    Shape:  `spec` is the pod spec (or Workflow spec) whose own securityContext speaks for all; `holder` has the containers
            (a pod spec, or a Workflow template with `container` or `script`).
    Source: Kubernetes Pod Security Standards, restricted.
    """
    outer = dig(spec, "securityContext")
    containers = containers_of(holder) if isinstance(holder, Mapping) and "containers" in holder else [
        one for key in ("container", "script") if isinstance(one := dig(holder, key), Mapping)]
    if not containers:
        return boolean_of(dig(outer, "runAsNonRoot")) is True
    for container in containers:
        own = dig(container, "securityContext")
        template = dig(holder, "securityContext")
        nonroot = [boolean_of(dig(node, "runAsNonRoot")) for node in (own, template, outer)]
        root = next((value for value in nonroot if value is not None), None)
        if root is not True:
            return False
        if boolean_of(dig(own, "privileged")) is True or boolean_of(dig(own, "allowPrivilegeEscalation")) is True:
            return False
    return True


def limit_of(node: Node | None) -> int:
    """A limit as written, -1 where there is none (or a variable)."""
    value = text_of(node)
    return int(value) if value is not None and value.isdigit() else -1


MOVING = late(r"latest.*|stable|main|master|develop|dev|edge|nightly|canary|rolling|current|lts|HEAD|trunk|beta|alpha", re.IGNORECASE)
"""Tags that name whatever was built last. A word such as `alpine` or `blue` may move too, but does not say so."""

HOOK = "argocd.argoproj.io/hook"
HELM_HOOK = "helm.sh/hook"
HELM_PHASES = {"post-install": "PostSync", "post-upgrade": "PostSync", "pre-install": "PreSync", "pre-upgrade": "PreSync"}
IDLE = frozenset({"sleep", "echo", "true", ":", "date", "printf", "exit"})


def hooks_of(resource: Resource) -> list[str]:
    """The sync phases a manifest hooks into; Helm's hooks read as Argo CD maps them (its test hooks are ignored)."""
    given = resource.annotations.get(HOOK, "")
    phases = [word.strip() for word in given.split(",") if word.strip()]
    if not phases:
        phases = [HELM_PHASES[word.strip()] for word in resource.annotations.get(HELM_HOOK, "").split(",")
                  if word.strip() in HELM_PHASES]
    return sorted(set(phases))


def is_idle(resource: Resource) -> bool:
    """Whether all that a manifest's containers do is wait or print."""
    containers = containers_of(pod_of(resource))
    return bool(containers) and all(_idle(container) for container in containers)


def _idle(container: Mapping) -> bool:
    words = [*strings_of(container.get("command")), *strings_of(container.get("args"))]
    if words and words[0].rpartition("/")[2] in ("sh", "bash") and len(words) > 1:
        parts = [part.split() for part in words[-1].replace("&&", ";").replace("\n", ";").split(";")]
        return all(part[0] in IDLE for part in parts if part)
    return bool(words) and words[0].rpartition("/")[2] in IDLE


def _resources(container: Mapping, key: str) -> bool:
    node = dig(container, f"resources.{key}")
    return isinstance(node, Mapping) and bool(node.pairs)


def _accelerated(container: Mapping) -> bool:
    for key in ("limits", "requests"):
        node = dig(container, f"resources.{key}")
        if isinstance(node, Mapping) and any(name.startswith(ACCELERATORS) for name in node):
            return True
    return False


def _labels(resource: Resource, pod: Mapping | None) -> dict[str, str]:
    labels = dict(resource.labels)
    node = dig(pod, "metadata.labels")
    if isinstance(node, Mapping):
        labels |= {key: text_of(value) or "" for key, _, value in node.items()}
    return labels


def _scaled(stage: Stage) -> set[str]:
    names: set[str] = set()
    for resource in stage.resources(*SCALERS):
        names.add(text_of(dig(resource.node, "spec.scaleTargetRef.name")) or "")
    return names


def _model_images(stage: Stage) -> tuple[str, ...]:
    images = [*(stage.signs.get("llm", {}).get("images", ())), *(stage.signs.get("ml", {}).get("images", ()))]
    return tuple(image_name(str(image)) for image in images)


def serves_model(resource: Resource, images: tuple[str, ...]) -> bool:
    """Whether a manifest deploys a model server: by its kind, or by the images of its containers."""
    if f"{resource.group}/{resource.kind}" in MODEL_KINDS:
        return True
    return any(glob(image_name(image.name), pattern) for image in resource.images for pattern in images)


def workloads(stage: Stage) -> Iterator[Subject]:
    """Every workload: Deployment, StatefulSet, DaemonSet, Job, CronJob, Rollout, Pod, Knative Service, model servers."""
    scaled, images = _scaled(stage), _model_images(stage)
    for resource in stage.manifests(*workload_kinds(), *MODEL_KINDS):
        pod = pod_of(resource)
        containers = containers_of(pod)
        if not containers and f"{resource.group}/{resource.kind}" not in MODEL_KINDS:
            continue
        spec = dig(pod, "spec")
        annotations = {**resource.annotations}
        measured = containers or _model_containers(resource)
        minimum = [text_of(dig(resource.node, path)) for path in ("spec.predictor.minReplicas", "spec.predictor.maxReplicas")]
        it = {
            "name": resource.name, "path": resource.path, "platform": "argo", "kind": resource.kind, "group": resource.group,
            "requests": bool(measured) and all(_resources(one, "requests") for one in measured),
            "limits": bool(measured) and all(_resources(one, "limits") for one in measured),
            "some_resources": any(_resources(one, key) for one in measured for key in ("requests", "limits")),
            "history_limit": limit_of(dig(resource.node, "spec.revisionHistoryLimit")),
            "open_resources": any("{{" in (text_of(one.get("resources")) or "") for one in measured),
            "accelerator": any(_accelerated(one) for one in containers) or any(
                _accelerated(one) for one in _model_containers(resource)),
            "serves_model": serves_model(resource, images),
            "scaled": resource.name in scaled or any("autoscaling" in key for key in annotations)
            or any(value is not None for value in minimum),
            "secured": secured(spec, spec), "labels": _labels(resource, pod), "containers": len(containers),
        }
        yield Subject(name=f"{resource.kind}/{resource.name}", span=resource.span, it=it, node=resource.node, root=resource.node,
                      patch=resource.patch, hops=resource.hops)


def _model_containers(resource: Resource) -> list[Mapping]:
    found: list[Mapping] = []
    predictor = dig(resource.node, "spec.predictor")
    if isinstance(predictor, Mapping):
        for key in ("model", "pytorch", "tensorflow", "triton", "huggingface"):
            node = predictor.get(key)
            if isinstance(node, Mapping):
                found.append(node)
        found.extend(containers_of(predictor))
    return found


def resources(stage: Stage) -> Iterator[Subject]:
    """Every manifest that is neither a fixture nor somebody else's install."""
    for resource in stage.manifests():
        it = {"name": resource.name, "path": resource.path, "platform": "argo", "group": resource.group, "kind": resource.kind,
              "namespace": resource.namespace, "labels": dict(resource.labels), "annotations": dict(resource.annotations),
              "templated": resource.templated, "hooks": hooks_of(resource), "idle": is_idle(resource)}
        yield Subject(name=f"{resource.kind}/{resource.name}", span=resource.span, it=it, node=resource.node, root=resource.node,
                      patch=resource.patch, hops=resource.hops)


class Decided(msgspec.Struct, frozen=True):
    """What a kustomization makes of an image, and where it says so."""

    tag: str
    digest: str
    span: Span


def _kustomized(stage: Stage) -> dict[str, Decided]:
    """Image name → what a kustomization of the tree sets."""
    found: dict[str, Decided] = {}
    for companion in stage.repository.companions:
        listed = companion.node.sequence("images") if companion.kind == "kustomization" and companion.node is not None else None
        for item in listed or ():
            if isinstance(item, Mapping) and (name := item.text("name")):
                place = item.key("newTag") or item.key("digest") or item
                span = Span(path=companion.path, line=place.line, column=place.column, end_line=place.line,
                            end_column=max(place.end_column, place.column + 1))
                found[name] = Decided(item.text("newTag") or "", item.text("digest") or "", span)
    return found


def _skaffolded(stage: Stage) -> dict[str, Span]:
    """Image name → the Skaffold configuration that builds it.

    Source: Skaffold, "Image repository handling" and "Tag policy": what it deploys names the artifact it built, by tag and digest, in
    place of the bare name that the manifest says.
    """
    found: dict[str, Span] = {}
    for companion in stage.repository.companions:
        names = companion.facts.get("artifacts") if companion.kind == "skaffold" and not companion.aside else None
        for name in names if isinstance(names, list) else ():
            found.setdefault(str(name), Span(path=companion.path, line=1))
    return found


def _tagged(image: Image, place: Span, root: Node | None, hops: tuple[Hop, ...]) -> Subject:
    """An image that Skaffold builds and writes the tag and digest of into the manifest as it deploys."""
    reference = f"{image.reference} (tagged by Skaffold)"
    it = {"name": image.name, "path": place.path, "platform": "argo", "reference": reference, "role": image.role,
          "literal": image.literal, "digest": True, "latest": False, "fixed": True}
    return Subject(name=reference, span=place, it=it, root=root, hops=hops)


def _image(image: Image, decided: Decided | None, root: Node | None, hops: tuple[Hop, ...] = ()) -> Subject:
    """One image, as kustomize leaves it: whether it always means the same bytes, or at least the same release."""
    tag, digest, reference, span = image.tag, image.digest, image.reference, image.span
    if decided is not None:
        tag, digest = decided.tag or tag, decided.digest or digest
        reference = f"{image.name}{f':{tag}' if tag else ''}{f'@{digest}' if digest else ''}"
        span = decided.span if decided.tag or decided.digest else span
    latest = not digest and (not tag or bool(MOVING.fullmatch(tag)))
    it = {"name": image.name, "path": span.path, "platform": "argo", "reference": reference, "role": image.role,
          "literal": image.literal, "digest": bool(digest), "latest": latest, "fixed": bool(digest) or not latest}
    return Subject(name=reference, span=span, it=it, root=root, hops=hops)


def images(stage: Stage) -> Iterator[Subject]:
    """Every image of a manifest, Workflow or Rollout, as kustomize and Skaffold leave it, and of a deployed chart's values.

    Shape: where no build of the tree reaches a manifest, a kustomization that names its image still decides: what it builds on may
           be put together elsewhere.
    """
    kustomized, skaffolded = _kustomized(stage), _skaffolded(stage)
    seen: set[tuple[Span, str]] = set()
    listed = [(image, resource.node, bool(resource.built), resource.hops)
              for resource in stage.resources() for image in resource.images]
    listed += [(image, view.pipeline.node, False, ()) for view in stage.views() if view.job.platform == "argo"
               for image in view.job.images if view.pipeline.node is not None]
    for image, root, built, hops in listed:
        if (image.span, image.reference) not in seen:
            seen.add((image.span, image.reference))
            place = skaffolded.get(image.name) if not image.tag and not image.digest else None
            yield (_tagged(image, place, root, hops) if place is not None
                   else _image(image, None if built else kustomized.get(image.name), root, hops))
    for image in value_images(stage):
        yield _image(image, None, None)


MAKERS = {"workload": workloads, "resource": resources, "image": images}
