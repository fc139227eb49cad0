"""What could not be read and might show a practice: unknown is told, never taken for missing."""

from __future__ import annotations

from collections.abc import Iterator

from opslint.knowledge.types import Rule
from opslint.model.activity import Hop
from opslint.model.evidence import Confidence, Evidence, Status
from opslint.model.pipeline import StepKind
from opslint.model.repository import FileEntry, FileStatus, Repository
from opslint.parse.discovery.aside import aside
from opslint.source.span import Span
from opslint.source.words.late import late

PIPELINE_KINDS = ("github.workflow", "gitlab.pipeline")
OF_FILES = ("companion", "dependency-file", "file", "sign")
TOOL_SHAPED = ("DO2", "DO3", "DS1", "DS2")
SAYS_NOTHING = frozenset({"ci", "cd", "ci-cd", "cicd", "main", "pipeline", "common", "shared", "default", "workflow", "reusable", "all",
                          "index", "entry", "base", "generic", "master", "standard", "python", "go", "golang", "node", "java", "rust"})

TELLING = late(r"fuzz|benchmark|linter|release|deploy")
"""Words of a repository's name that say what its reusable workflows are for, where their own names do not."""

JUDGED_ELSEWHERE = ("DO101", "DO104", "DO201", "DO202", "DO203", "DO204", "DO3", "DS1", "DS2")
ELSEWHERE = {
    "Buildkite": late(r"\.buildkite/(?:.+/)?pipeline[^/]*\.ya?ml"),
    "CircleCI": late(r"\.circleci/config\.ya?ml"),
    "Jenkins": late(r"\.?Jenkinsfile|\.?jenkins/(?:.+/)?Jenkinsfile[^/]*"),
    "Azure Pipelines": late(r"\.?azure-pipelines(?:/.+)?\.ya?ml"),
    "Travis CI": late(r"\.travis\.yml"),
    "Cirrus CI": late(r"\.cirrus\.(?:yml|star)"),
    "AppVeyor": late(r"\.?appveyor\.yml"),
    "Drone": late(r"\.drone\.(?:yml|star|jsonnet)"),
    "Woodpecker": late(r"\.woodpecker(?:/.+)?\.ya?ml"),
    "Bitbucket Pipelines": late(r"bitbucket-pipelines\.yml"),
    "Semaphore": late(r"\.semaphore/semaphore\.yml"),
    "TeamCity": late(r"\.teamcity/(?:.+/)?settings\.kts"),
}
"""The pipelines of systems whose files are not read, by the places those systems look for them."""


def _evidence(span: Span, why: str) -> Evidence:
    return Evidence(span=span, status=Status.UNKNOWN, why=why, confidence=Confidence.LOW,
                    chain=(Hop(path=span.path, line=span.line, text=why),))


def unknown_for(rule: Rule, repository: Repository, *, by_tools: bool, validated: bool = True) -> list[Evidence]:
    """The unreadable pipelines, and the calls whose name says nothing, in which a practice may be.

    Shape: `by_tools` whether any tool shows the practice; `validated` whether a pipeline that was read tests or builds: where none
           does and another system's pipeline is there, that one is the repository's own. Empty for structural practices and those
           that only companion files show: their places are all in the files that were read.
    """
    if rule.mode == "every" or rule.code[:2] == "GO" or not (by_tools or any(one.subject not in OF_FILES for one in rule.fields)):
        return []
    found = [
        _evidence(Span(path=entry.path, line=entry.line or 1), f"{entry.path} could not be read ({entry.reason}); mend it and scan again")
        for entry in unreadable_pipelines(repository)]
    if rule.code[:3] in TOOL_SHAPED and not rule.fields:
        found.extend(_calls(repository))
    if not validated and rule.code.startswith(JUDGED_ELSEWHERE):
        found.extend(_elsewhere(repository))
    return found


def unreadable_pipelines(repository: Repository) -> Iterator[FileEntry]:
    """The pipeline files that are there but could not be read, fixtures left out."""
    for entry in repository.files:
        if entry.status is FileStatus.UNREADABLE and entry.kind in PIPELINE_KINDS and not aside(entry.path):
            yield entry


def _elsewhere(repository: Repository) -> list[Evidence]:
    """The first pipeline of each system whose files are not read."""
    found = []
    for system, pattern in ELSEWHERE.items():
        path = next((one for one in repository.paths if pattern.fullmatch(one)), None)
        if path is not None:
            found.append(_evidence(Span(path=path, line=1), f"it may be in {path}, a pipeline of {system}, which is not read"))
    return found


def _calls(repository: Repository) -> list[Evidence]:
    found = []
    for pipeline in repository.pipelines:
        if pipeline.aside:
            continue
        for job in pipeline.jobs:
            for step in job.steps:
                if step.kind is StepKind.WORKFLOW and "/.github/workflows/" in step.uses and not step.uses.startswith("./"):
                    name = step.uses.rpartition("/")[2].rpartition(".")[0].lower()
                    if name in SAYS_NOTHING and not TELLING.search(step.uses.partition("/.github/")[0].lower()):
                        found.append(_evidence(step.span, f"it may be in {step.uses}, which is not here"))
        for include in pipeline.includes:
            if include.kind in ("project", "remote"):
                name = (include.name or "").rpartition("/")[2].split(".")[0].lower()
                if not name or name in SAYS_NOTHING:
                    found.append(_evidence(include.span, f"it may be in the include {include.name or include.project}, which is not here"))
    return found
