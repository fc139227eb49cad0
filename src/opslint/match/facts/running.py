"""Facts of what pipelines do: build, publish, deploy, test, notify."""

from __future__ import annotations

from collections.abc import Iterator

from opslint.match.facts.setting import Fact, Setting, alive, because, of_kinds, pipelines_of
from opslint.match.facts.standing import applications, rollouts
from opslint.match.subjects.ci import references
from opslint.match.subjects.subject import Stage
from opslint.match.tools.argv import prefix_length
from opslint.match.unknown import unreadable_pipelines
from opslint.model.evidence import PRESENT
from opslint.model.pipeline import Event, Platform, StepKind
from opslint.model.result import Because


def a_pipeline(setting: Setting) -> Iterator[Because]:
    for pipeline in sorted(pipelines_of(setting), key=lambda one: not one.entry):
        yield because(pipeline.span, f"a pipeline: {pipeline.name or pipeline.path}")
    for entry in unreadable_pipelines(setting.repository):
        yield Because(path=entry.path, line=entry.line or 1, why="a pipeline that could not be read")


def actions(setting: Setting) -> Iterator[Because]:
    for pipeline in pipelines_of(setting, Platform.GITHUB):
        for job in pipeline.jobs:
            for step in job.steps:
                if step.kind in (StepKind.ACTION, StepKind.WORKFLOW) and not step.uses.startswith("."):
                    yield because(step.span, f"uses {step.uses}")


def on_platform(platform: Platform) -> Fact:
    def fact(setting: Setting) -> Iterator[Because]:
        for pipeline in pipelines_of(setting, platform):
            yield because(pipeline.span, f"a {platform.value} pipeline")
    return fact


def doing(*effects: str) -> Fact:
    wanted = frozenset(effects)

    def fact(setting: Setting) -> Iterator[Because]:
        for view in alive(setting):
            if not wanted & view.does:
                continue
            if wanted & view.declared:
                yield because(view.job.span, f"{view.job.name or view.job.id} by its keywords")
            for hit in view.hits:
                if wanted & set(hit.entry.signal.does) and id(hit) in view.order and not hit.activity.disabled:
                    yield because(hit.activity.span, f"{hit.entry.name} in {view.job.name or view.job.id}")
    return fact


def deploys(setting: Setting) -> Iterator[Because]:
    yield from doing("deploy")(setting)
    yield from controllers(setting)


def controllers(setting: Setting) -> Iterator[Because]:
    yield from applications(setting)
    yield from rollouts(setting)
    yield from of_kinds("kustomize.toolkit.fluxcd.io/Kustomization", "helm.toolkit.fluxcd.io/HelmRelease")(setting)


def deploys_workload(setting: Setting) -> Iterator[Because]:
    for view in alive(setting):
        for hit in view.hits:
            does = set(hit.entry.signal.does)
            if "deploy" in does and "deploy-site" not in does and id(hit) in view.order and not hit.activity.disabled:
                yield because(hit.activity.span, f"{hit.entry.name} in {view.job.name or view.job.id}")
    yield from controllers(setting)


def deploys_kubernetes(setting: Setting) -> Iterator[Because]:
    yield from doing("deploy-kubernetes")(setting)
    yield from controllers(setting)


def practice(prefix: str) -> Fact:
    def fact(setting: Setting) -> Iterator[Because]:
        for signal in setting.signals:
            if signal.practice.startswith(prefix) and not signal.against and signal.evidence.status in PRESENT:
                yield because(signal.evidence.span, signal.evidence.why)
    return fact


def on_change(setting: Setting) -> Iterator[Because]:
    for view in alive(setting):
        if view.events & {Event.CHANGE, Event.PUSH} and view.pipeline.kind != "github.action":
            yield because(view.job.span, f"{view.job.name or view.job.id} runs on changes")


def artifacts(setting: Setting) -> Iterator[Because]:
    yield from doing("upload")(setting)
    for view in alive(setting):
        if view.job.platform is Platform.GITLAB and view.job.node is not None and "artifacts" in view.job.node:
            yield because(view.job.span, f"{view.job.id} keeps artifacts")
    yield from on_platform(Platform.ARGO)(setting)


def self_hosted(setting: Setting) -> Iterator[Because]:
    for view in alive(setting):
        if "self-hosted" in view.job.runner:
            yield because(view.job.span, f"{view.job.name or view.job.id} runs on a self-hosted runner")


def id_tokens(setting: Setting) -> Iterator[Because]:
    for view in alive(setting):
        if view.job.platform is Platform.GITLAB and view.job.node is not None and "id_tokens" in view.job.node:
            yield because(view.job.span, f"{view.job.id} asks for an id token")


def cloud_access(setting: Setting) -> Iterator[Because]:
    for signal in setting.signals:
        if signal.practice == "DS303":
            yield because(signal.evidence.span, signal.evidence.why)


def third_party(setting: Setting) -> Iterator[Because]:
    for subject in references(Stage(repository=setting.repository, jobs=setting.jobs)):
        if not subject.it["first_party"]:
            yield because(subject.span, f"uses {subject.name}")


def imperative(setting: Setting) -> Iterator[Because]:
    yield from doing("deploy-kubernetes")(setting)
    for signal in setting.signals:
        if signal.practice == "GO103" and signal.against:
            yield because(signal.evidence.span, signal.evidence.why)


def tool(name: str, *words: str) -> Fact:
    def fact(setting: Setting) -> Iterator[Because]:
        for view in alive(setting):
            for activity in view.activities:
                command = activity.command
                runs = command is not None and not command.building and not activity.disabled
                if runs and command is not None and prefix_length((name, *words), command.argv):
                    yield because(activity.span, " ".join((name, *words)))
    return fact


def rollback_job(setting: Setting) -> Iterator[Because]:
    for view in alive(setting):
        for hit in view.hits:
            if "GO303" in hit.entry.signal.shows and "deploy" not in view.does:
                yield because(hit.activity.span, f"{view.job.name or view.job.id} rolls back")


def publish_environment(setting: Setting) -> Iterator[Because]:
    for view in alive(setting):
        if "publish" in view.does and view.job.environment:
            yield because(view.job.environment_span or view.job.span, f"{view.job.name or view.job.id} names an environment")


def installs_on_change(setting: Setting) -> Iterator[Because]:
    for view in alive(setting):
        prepares = view.does & {"install", "build", "build-image"} or {"test", "cache"} <= view.does
        if prepares and view.events & {Event.CHANGE, Event.PUSH}:
            yield because(view.job.span, f"{view.job.name or view.job.id} installs or builds on changes")


def workflow_scanner(setting: Setting) -> Iterator[Because]:
    for hit in setting.matcher.hits:
        if "DS106" in hit.entry.signal.shows and "only-workflows" in hit.entry.signal.context:
            yield because(hit.activity.span, f"{hit.entry.name} scans the workflows")


def sign(name: str) -> Fact:
    def fact(setting: Setting) -> Iterator[Because]:
        yield from setting.signs.get(name, ())
    return fact
