"""From signals and facts to the results of all six methodologies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from opslint.judge.applicability import Places, judge_applies, looked_for
from opslint.judge.score import coverage_of, verdict_of
from opslint.judge.status import judge_practice
from opslint.knowledge.types import Methodology, Rule
from opslint.model.evidence import Evidence, Signal, Status
from opslint.model.result import Because, MethodologyResult, PracticeResult, PrincipleResult


def judge_repository(rules: Iterable[Rule], methodologies: Iterable[Methodology], signals: Iterable[Signal], places: Places,
                     unknown: Callable[[Rule], list[Evidence]], chosen: Callable[[str], bool],
                     ) -> tuple[MethodologyResult, ...]:
    """Judge every practice that is chosen, principle by principle.

    Shape: `places` gives the places of a repository fact; `unknown` what could not be read and might show a rule's practice;
           `chosen` whether a code is selected.
    """
    by_code: dict[str, list[Signal]] = defaultdict(list)
    for signal in signals:
        by_code[signal.practice].append(signal)
    by_principle: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        by_principle[rule.code[:3]].append(rule)
    results = []
    for methodology in methodologies:
        applies, because = judge_applies(methodology.applies, places)
        principles = []
        for principle in methodology.principles:
            practices = tuple(_judged(rule, applies, by_code[rule.code], places, unknown)
                              for rule in by_principle[principle.code] if chosen(rule.code))
            principles.append(PrincipleResult(code=principle.code, name=principle.name, verdict=verdict_of(practices),
                                              coverage=coverage_of(practices), practices=practices))
        told = because if applies else (Because(path="", line=0, why=looked_for(methodology.applies)),)
        results.append(MethodologyResult(
            code=methodology.code, name=methodology.name, applies=applies, because=told,
            coverage=coverage_of(practice for principle in principles for practice in principle.practices) if applies else None,
            principles=tuple(principles)))
    return tuple(results)


def _judged(rule: Rule, methodology_applies: bool, signals: list[Signal], places: Places,
            unknown: Callable[[Rule], list[Evidence]]) -> PracticeResult:
    """A practice of a methodology that does not apply is not applicable, but for those judged by themselves."""
    applies, because = judge_applies(rule.applies, places) if methodology_applies or rule.by_itself else (False, ())
    return judge_practice(rule, applies, because, signals, unknown(rule) if applies else [])


def counted(results: Iterable[MethodologyResult]) -> Iterable[PracticeResult]:
    """The practices that make up the repository's coverage."""
    for methodology in results:
        for principle in methodology.principles:
            for practice in principle.practices:
                if practice.status is not Status.NOT_APPLICABLE:
                    yield practice
