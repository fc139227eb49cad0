"""The samples inside rule and tool files, run: they are the rules' tests and their documentation."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import msgspec

from opslint.app.scan import ScanOptions, scan_tree
from opslint.errors import NoInputError
from opslint.knowledge.compile import compile_index
from opslint.knowledge.index import Index
from opslint.knowledge.read import address_of, load_data, rule_samples, tool_samples, yaml_files
from opslint.knowledge.types import RuleSample, ToolSample
from opslint.knowledge.where import knowledge_folder
from opslint.match.tools.catalogue import Catalogue
from opslint.match.tools.signals import strength
from opslint.model.activity import Activity, ActivityKind
from opslint.model.evidence import RANK, Status
from opslint.model.pipeline import Event
from opslint.parse.values.images import image_from
from opslint.resolve.follow.follower import Follower
from opslint.resolve.jobs.places import Files
from opslint.resolve.shell.commands import commands_of
from opslint.source.span import Span
from opslint.source.trees.memory import MemoryTree

HERE = Span(path="sample")


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One sample: what was expected and what came; `passed` where they agree."""

    path: str
    name: str
    passed: bool
    message: str = ""


def sample_folders(folder: str) -> tuple[str, ...]:
    """The folders that make up the index for a user's folder: ours first, then theirs where it is not in ours."""
    ours = knowledge_folder("rules")
    within = os.path.realpath(folder) + os.sep
    return (ours,) if within.startswith(os.path.realpath(ours) + os.sep) else (ours, folder)


def run_samples(folder: str) -> Iterator[Outcome]:
    """Run every sample of every rule and tool file below a folder, in the order of the paths.

    Raises: RuleFileError where a file does not validate.
    """
    index = compile_index(sample_folders(folder))
    catalogue = Catalogue(index)
    soft = {rule.code: rule.soft for rule in index.rules}
    for path in yaml_files(folder):
        data = load_data(path)
        if not isinstance(data, dict):
            continue
        if "tool" in data:
            for number, (must, sample) in enumerate(tool_samples(data), 1):
                yield run_tool_sample(path, data["tool"], number, must, sample, catalogue, soft)
        elif "code" in data:
            for one in rule_samples(data):
                yield run_rule_sample(path, data["code"], one, index)


def run_rule_sample(path: str, code: str, sample: RuleSample, index: Index) -> Outcome:
    """Scan a sample's files and hold the practice's status against what the sample says."""
    name = f"{code}/{sample.platform}/{sample.name}"
    try:
        report = scan_tree(MemoryTree(dict(sample.files), name), index, ScanOptions(level=3)).report
    except NoInputError:
        got, told = Status.NOT_APPLICABLE, "nothing to scan"
    else:
        practice = next(one for methodology in report.methodologies for principle in methodology.principles
                        for one in principle.practices if one.code == code)
        got = practice.status
        told = "; ".join(f"{one.span.path}:{one.span.line} {one.status}: {one.why}" for one in practice.evidence[:3])
        broken = [f"{one.path}: {one.reason}" for one in report.files if one.status == "unreadable"]
        told = "; ".join([told, *broken]) if broken else told
    if got == sample.status:
        return Outcome(path=path, name=name, passed=True)
    return Outcome(path=path, name=name, passed=False, message=f"expected {sample.status}, got {got} ({told or 'no evidence'})")


def sample_activities(sample: ToolSample) -> list[Activity]:
    """What a tool's sample stands for, as things that run on a change."""
    def activity(kind: ActivityKind, name: str, **more: Any) -> Activity:
        return Activity(kind=kind, name=name, span=HERE, chain=(), events=frozenset({Event.CHANGE}),
                        **{"inputs": sample.inputs, "env": sample.env, **more})

    if sample.run:
        commands = commands_of(sample.run, shell="bash", errexit=True, pipefail=True)  # noqa: S604  reads words, runs nothing
        follower = Follower(Files(MemoryTree(dict(sample.files))))
        started = [activity(ActivityKind.COMMAND, one.argv[0] if one.argv else "", command=one, blocking=one.blocking,
                            soft_why=one.soft_why, env={**sample.env, **one.env}) for one in commands]
        return [one for each in started for one in (follower.follow(each) if sample.files else [each])]
    if sample.uses:
        slug, _, version = sample.uses.partition("@")
        kind = ActivityKind.WORKFLOW if "/.github/workflows/" in slug else ActivityKind.ACTION
        return [activity(kind, slug, version=version or None)]
    if sample.image:
        return [activity(ActivityKind.IMAGE, image_from(sample.image, HERE).name)]
    if sample.hook:
        repo, _, identifier = sample.hook.rpartition(" ")
        return [activity(ActivityKind.HOOK, identifier, repo=address_of(repo))]
    for kind, name in ((ActivityKind.TEMPLATE, sample.template), (ActivityKind.COMPONENT, sample.component),
                       (ActivityKind.REPORT, sample.report), (ActivityKind.PLUGIN, sample.plugin),
                       (ActivityKind.CHART, sample.chart), (ActivityKind.RESOURCE, sample.kind),
                       (ActivityKind.BLOCK, sample.resource)):
        if name:
            return [activity(kind, name)]
    return [activity(ActivityKind.ACTION, "")] if sample.env else []


def run_tool_sample(path: str, tool: str, number: int, must: bool, sample: ToolSample, catalogue: Catalogue,
                    soft: dict[str, bool]) -> Outcome:
    """Hold what a tool's own forms make of a sample against what the sample says."""
    shown: dict[str, Status] = {}
    catalogue = Catalogue(catalogue.index, MemoryTree(dict(sample.files))) if sample.files else catalogue
    against: set[str] = set()
    hit = False
    for activity in sample_activities(sample):
        for one in [*catalogue.hits(activity), *(catalogue.env_hits(activity) if activity.env else ())]:
            if one.entry.tool != tool:
                continue
            hit = True
            for code in one.entry.signal.shows:
                status = strength(one.activity, one.soft_by, soft_exists=soft.get(code, True))[0]
                shown[code] = min(shown.get(code, status), status, key=lambda word: RANK[word])
            against |= set(one.entry.signal.against)
    name = f"{tool}/{'match' if must else 'no-match'}-{number}"
    strict = {code: status for code, status in shown.items() if soft.get(code, True)}
    problem = _problem(must, sample, hit, shown, strict, against)
    return Outcome(path=path, name=name, passed=not problem, message=problem)


def _problem(must: bool, sample: ToolSample, hit: bool, shown: dict[str, Status], strict: dict[str, Status],
             against: set[str]) -> str:
    """What differs, in words; a sample's status speaks of `strict`, the practices that can be advisory."""
    if not must:
        return f"expected nothing, got {sorted(shown) or sorted(against)}" if shown or against else ""
    if not hit:
        return "expected the tool, but no form fits"
    if set(sample.shows) != set(shown):
        return f"expected {sorted(sample.shows)}, got {sorted(shown)}"
    if set(sample.against) != against:
        return f"expected against {sorted(sample.against)}, got {sorted(against)}"
    wrong = {code: status.value for code, status in strict.items() if sample.status and status != sample.status}
    return f"expected {sample.status}, got {wrong}" if wrong else ""
