"""The main job: a tree in, a report out."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from opslint import __version__
from opslint.errors import NoInputError, UsageError
from opslint.judge.applicability import judge_applies
from opslint.judge.findings import judge_findings
from opslint.judge.judge import counted, judge_repository
from opslint.judge.score import coverage_of
from opslint.knowledge.index import Index
from opslint.knowledge.types import Rule
from opslint.match.facts.setting import Setting
from opslint.match.facts.table import OF_SIGNALS, Facts
from opslint.match.fields import Asker
from opslint.match.jobs import Jobs
from opslint.match.signs import read_signs
from opslint.match.subjects.table import Scene
from opslint.match.tools.signals import Matcher
from opslint.match.unknown import unknown_for
from opslint.model.evidence import Signal
from opslint.model.pipeline import Platform
from opslint.model.repository import FileEntry, FileStatus, Repository
from opslint.model.result import MethodologyResult, Report
from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import resolve
from opslint.resolve.rendered import as_rendered
from opslint.source.span import Span
from opslint.source.tree import Tree


class ScanOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a scan is asked for.

    Shape: `select` and `ignore` are prefixes of codes; `select` empty means every practice; `level` what becomes a finding.
    """

    level: int = 2
    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


class Scan(msgspec.Struct, frozen=True, kw_only=True):
    """All that one scan worked out; reporters read `report` only."""

    repository: Repository
    signals: tuple[Signal, ...]
    report: Report


def check_codes(words: tuple[str, ...], index: Index) -> None:
    """Refuse a code or prefix that nothing carries.

    Raises: UsageError that names the closest codes.
    """
    known = sorted(rule.code for rule in index.rules)
    for word in words:
        if not any(code.startswith(word.upper()) for code in known):
            raise UsageError(f'no practice has a code that begins with "{word}"', hint=_meant(word, known, index))


def _meant(word: str, known: list[str], index: Index) -> str:
    """The next step for a code that nothing carries: the closest codes, those beside it, or the list."""
    named = next((rule.code for rule in index.rules if rule.name == word.lower()), None)
    if named:
        return f"did you mean {named}?"
    import difflib

    close = difflib.get_close_matches(word.upper()[:20], known, n=3)
    if close:
        return f"did you mean {', '.join(close)}?"
    family = next((word.upper()[:size] for size in (3, 2) if any(code.startswith(word.upper()[:size]) for code in known)
                   and len(word) >= size), "")
    return f"opslint rules --select {family} lists those that begin with {family}" if family else "opslint rules lists them all"


def chooser(options: ScanOptions) -> Callable[[str], bool]:
    """Whether a code is asked for: the longest prefix that names it decides, `--ignore` on a tie."""
    chosen = tuple(word.upper() for word in (*options.select, *options.extend_select))
    ignored = tuple(word.upper() for word in options.ignore)

    def choose(code: str) -> bool:
        wanted = max((len(word) for word in chosen if code.startswith(word)), default=-1)
        refused = max((len(word) for word in ignored if code.startswith(word)), default=-1)
        if not options.select:
            wanted = max(wanted, 0)
        return wanted > refused if wanted >= 0 else False
    return choose


def scan_tree(tree: Tree, index: Index, options: ScanOptions) -> Scan:
    """Read, resolve, match and judge one tree.

    Raises: NoInputError where nothing of a platform was found; UsageError for an unknown code.
    """
    check_codes((*options.select, *options.extend_select, *options.ignore), index)
    repository = as_rendered(read_repository(tree), tree)
    if not _anything(repository):
        raise NoInputError(f'"{tree.name}" holds no GitHub workflow, no GitLab pipeline and no Argo or Kubernetes manifest',
                           hint="point opslint at the root of a repository: opslint scan PATH")
    jobs = Jobs(repository.pipelines)
    matcher = Matcher(index, repository, tree, jobs, resolve(repository, tree).activities)
    signals = matcher.signals()
    signs = read_signs(index.signs, repository, tree, matcher)
    facts = Facts(Setting(repository=repository, tree=tree, jobs=jobs, matcher=matcher, signals=tuple(signals), signs=signs))
    asker = Asker(index, Scene(repository, jobs, index.signs, signs), facts)
    choose = chooser(options)
    rules = tuple(rule for rule in index.rules if choose(rule.code))
    signals.extend(asker.signals(rule for rule in rules if may_apply(rule, index, facts)))
    facts.take(tuple(signals))

    validated = any(signal.practice in ("DO201", "DO202") and not signal.against for signal in signals)
    results = judge_repository(
        rules, index.methodologies, signals, facts.places,
        lambda rule: unknown_for(rule, repository, by_tools=rule.code in index.by_tools, validated=validated), choose)
    return Scan(repository=repository, signals=tuple(signals), report=_report(tree, index, repository, results, options))


def may_apply(rule: Rule, index: Index, facts: Facts) -> bool:
    """Whether a rule's checks are worth asking: what cannot apply is not looked for."""
    methodology = next((one for one in index.methodologies if one.code == rule.code[:2]), None)
    if methodology is not None and not rule.by_itself and not judge_applies(methodology.applies, facts.places)[0]:
        return False
    settled = not set(OF_SIGNALS) & {*rule.applies.any, *rule.applies.all, *rule.applies.none}
    return not settled or judge_applies(rule.applies, facts.places)[0]


def _anything(repository: Repository) -> bool:
    """Whether there is anything to judge, or something that should have been and could not be read."""
    return bool(repository.pipelines or repository.resources) or any(_unreadable(entry) for entry in repository.files)


def _unreadable(entry: FileEntry) -> bool:
    return entry.status is FileStatus.UNREADABLE and entry.kind.startswith(("github.", "gitlab.", "argo", "kubernetes"))


def anchor_of(repository: Repository) -> Span:
    """Where a missing practice would go: the pipeline that validates changes, else any entry file, else a manifest."""
    entries = [pipeline for pipeline in repository.pipelines if pipeline.entry and not pipeline.aside]
    ranked = sorted(entries, key=lambda one: (not any(event in ("change", "push") for event in one.events), one.path))
    if ranked:
        return Span(path=ranked[0].path)
    broken = next((entry for entry in repository.files if _unreadable(entry)), None)
    if broken is not None:
        return Span(path=broken.path)
    if repository.pipelines:
        return Span(path=repository.pipelines[0].path)
    if repository.resources:
        return Span(path=repository.resources[0].path)
    return Span(path=repository.files[0].path if repository.files else ".")


def _platforms(repository: Repository) -> tuple[str, ...]:
    found = {pipeline.platform for pipeline in repository.pipelines if not pipeline.aside}
    if any(resource.group == "argoproj.io" and not resource.aside for resource in repository.resources):
        found.add(Platform.ARGO)
    return tuple(platform.value for platform in Platform if platform in found)


def _report(tree: Tree, index: Index, repository: Repository, results: tuple[MethodologyResult, ...],
            options: ScanOptions) -> Report:
    findings = judge_findings({rule.code: rule for rule in index.rules}, {one.code: one for one in index.methodologies}, results,
                              anchor_of(repository), options.level)
    return Report(version=__version__, knowledge=index.digest, name=tree.name, revision=tree.revision,
                  platforms=_platforms(repository), files=repository.files, coverage=coverage_of(counted(results)),
                  methodologies=results, findings=findings, level=options.level)
