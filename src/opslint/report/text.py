"""The report for people: the matrix first, then what is missing and how to add it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from opslint.knowledge.index import Index
from opslint.model.evidence import Evidence, Status
from opslint.model.repository import FileStatus
from opslint.model.result import Finding, MethodologyResult, PracticeResult, PrincipleResult, Report, Severity, Verdict
from opslint.report.escape import printable
from opslint.report.look import RenderOptions
from opslint.report.paint import Line, ascii_copy, clip, clip_start, flow, length, painted, wrap

VERDICTS = {Verdict.COVERED: ("●", "green"), Verdict.WEAK: ("◐", "yellow"), Verdict.MISSING: ("○", "red"),
            Verdict.UNKNOWN: ("?", "cyan"), Verdict.NOT_APPLICABLE: ("·", "dim")}
STATUSES = {Status.ENFORCED: ("●", "green"), Status.ATTESTED: ("●", "green"), Status.PARTIAL: ("◐", "yellow"),
            Status.ADVISORY: ("◐", "yellow"), Status.MANUAL: ("◐", "yellow"), Status.DISABLED: ("○", "red"),
            Status.MISSING: ("○", "red"), Status.UNKNOWN: ("?", "cyan"), Status.NOT_APPLICABLE: ("·", "dim")}
SEVERITIES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
PLATFORM_NAMES = {"github": "GitHub Actions", "gitlab": "GitLab CI", "argo": "Argo"}
MARGIN = 11
NARROWEST, ROOMY, WIDEST = 40, 80, 120
"""Units: columns. Below `ROOMY` the matrix has a line a principle instead of three columns."""


def percent(coverage: float | None) -> str:
    """A coverage figure as people read it."""
    return f"{coverage * 100:.0f}%" if coverage is not None else "-"


def render_report(report: Report, index: Index, options: RenderOptions) -> str:  # noqa: ARG001  one signature for every format
    """Render the report; every line fits `options.width`."""
    width = max(NARROWEST, min(options.width, WIDEST))
    if not options.unicode:
        report = ascii_copy(report)
    lines: list[Line] = []
    if not options.quiet:
        lines += [*_head(report, width), []]
        lines += _matrix(report, width) if width >= ROOMY else _listed(report, width)
        lines += _legend(width)
        lines += list(_unreadable(report, width, options.verbose))
        lines += list(_findings(report, width))
        if options.explain_evidence or options.verbose:
            lines += list(_evidence(report, width, everything=options.explain_evidence))
        lines.append([])
    lines += _foot(report, width, options)
    return painted(lines, color=options.color, unicode=options.unicode)


def _head(report: Report, width: int) -> list[Line]:
    revision = f" @ {report.revision[:12]}" if report.revision else ""
    platforms = ", ".join(PLATFORM_NAMES.get(name, name) for name in report.platforms) or "manifests only"
    name = clip(printable(report.name), max(10, width - 8 - len(revision)))
    return flow([("opslint ", "bold"), (f"{name}{revision}", "bold cyan"), (f" · {platforms}", ""), (" · coverage ", ""),
                 (percent(report.coverage), "bold")], width)


def _matrix(report: Report, width: int) -> list[Line]:
    """Three columns of principles beside each methodology."""
    lines: list[Line] = []
    cell = (width - MARGIN) // 3
    for methodology in report.methodologies:
        last = methodology.principles[-1:]
        cells = [_cell(principle, cell + (principle in last), applies=methodology.applies)
                 for principle in methodology.principles]
        style = "bold" if methodology.applies else "dim"
        second = percent(methodology.coverage) if methodology.applies else "n/a"
        margin: list[Line] = [[(methodology.name.ljust(MARGIN), style)], [(second.ljust(MARGIN), style)]]
        height = max(2, *(len(one) for one in cells))
        for row in range(height):
            line: Line = list(margin[row]) if row < 2 else [(" " * MARGIN, "")]
            for one in cells:
                pieces = one[row] if row < len(one) else []
                line += [*pieces, (" " * (cell - length(pieces)), "")]
            lines.append(line)
    return lines


def _listed(report: Report, width: int) -> list[Line]:
    """A line a principle below its methodology, for narrow terminals."""
    lines: list[Line] = []
    for methodology in report.methodologies:
        style = "bold" if methodology.applies else "dim"
        lines.append([(methodology.name, style), (f"  {percent(methodology.coverage) if methodology.applies else 'n/a'}", style)])
        for principle in methodology.principles:
            lines += [[("  ", ""), *line] for line in _cell(principle, width - 2, applies=methodology.applies)]
    return lines


def _cell(principle: PrincipleResult, width: int, *, applies: bool) -> list[Line]:
    """A principle's mark, coverage and name in a column of its own, one column of it left free."""
    verdict = principle.verdict if applies or principle.coverage is not None else Verdict.NOT_APPLICABLE
    mark, style = VERDICTS[verdict]
    names = wrap(principle.name, width - 8)
    told = style if style == "dim" else ""
    first: Line = [(mark, style), (percent(principle.coverage).rjust(5), style), (f" {names[0]}", told)]
    return [first, *[[(" " * 7 + name, told)] for name in names[1:]]]


def _legend(width: int) -> list[Line]:
    words = ((Verdict.COVERED, "covered"), (Verdict.WEAK, "weak"), (Verdict.MISSING, "missing"), (Verdict.UNKNOWN, "unknown"),
             (Verdict.NOT_APPLICABLE, "not applicable"))
    return [[], *flow([(f"{VERDICTS[verdict][0]} {word}   ", VERDICTS[verdict][1]) for verdict, word in words], width, 0)]


def _unreadable(report: Report, width: int, verbose: int) -> Iterator[Line]:
    broken = [one for one in report.files if one.status is FileStatus.UNREADABLE]
    if not broken:
        return
    yield []
    yield [(f"{len(broken)} file{'s' if len(broken) != 1 else ''} could not be read", "bold yellow")]
    most = len(broken) if verbose else 5
    for one in broken[:most]:
        place = clip_start(printable(f"{one.path}:{one.line}" if one.line else one.path), width - 5)
        for row, text in enumerate(wrap(f"{place}: {one.reason}", width - 4, 2)):
            yield [("  " if row == 0 else "    ", ""), (text, "")]
    if len(broken) > most:
        yield [(f"  … and {len(broken) - most} more; -v lists them", "dim")]


def _findings(report: Report, width: int) -> Iterator[Line]:
    names = {practice.code: practice.name for methodology in report.methodologies for principle in methodology.principles
             for practice in principle.practices}
    for methodology in report.methodologies:
        for principle in methodology.principles:
            mine = [one for one in report.findings if one.code.startswith(principle.code) and not one.suppressed]
            if not mine:
                continue
            yield []
            mark, style = VERDICTS[principle.verdict]
            yield from flow([(methodology.name, "bold"), (" › ", "dim"), (principle.name, "bold"),
                             (f"  {mark} {percent(principle.coverage)}", style)], width)
            for finding in mine:
                yield from _finding(finding, names.get(finding.code, "principle"), width)


def _finding(finding: Finding, name: str, width: int) -> Iterator[Line]:
    yield from flow([(f"  {finding.severity.value:<8}", SEVERITIES[finding.severity]), (f"{finding.code:<6}", "bold"), (name, ""),
                     (f" · {finding.kind.value}", "dim")], width, 10)
    for text in wrap(finding.message, width - 10, 3):
        yield [(" " * 10 + text, "")]
    place = printable(f"{finding.location.path}:{finding.location.line}")
    yield [(" " * 10 + clip_start(place, width - 10), "cyan")]
    for row, text in enumerate(wrap(finding.how, width - 12, 2)):
        yield [(" " * 10 + ("↳ " if row == 0 else "  "), "dim"), (text, "dim")]


def _evidence(report: Report, width: int, *, everything: bool) -> Iterator[Line]:
    for methodology in report.methodologies:
        for principle in methodology.principles:
            practices = [one for one in principle.practices if one.status is not Status.NOT_APPLICABLE]
            if not practices:
                continue
            yield []
            yield from flow([(methodology.name, "bold"), (" › ", "dim"), (principle.name, "bold")], width)
            for practice in practices:
                yield from _practice(practice, width, everything=everything)


def _practice(practice: PracticeResult, width: int, *, everything: bool) -> Iterator[Line]:
    mark, style = STATUSES[practice.status]
    yield from flow([("  ", ""), (mark, style), (f" {practice.code} ", "bold"), (f"{practice.name:<28} ", ""),
                     (practice.status.value, style)], width, 11)
    for evidence in practice.evidence if everything else practice.evidence[:1]:
        yield from _one_evidence(evidence, width)


def _one_evidence(evidence: Evidence, width: int) -> Iterator[Line]:
    hops = [f"{hop.path}:{hop.line}" for hop in evidence.chain] or [f"{evidence.span.path}:{evidence.span.line}"]
    when = f" ({evidence.when})" if evidence.when else ""
    for row, text in enumerate(wrap(" → ".join(hops), width - 8, 3)):
        yield [(" " * (6 if row == 0 else 8), ""), (text, "cyan")]
    for text in wrap(f"{evidence.why}{when}", width - 8, 3):
        yield [(" " * 8 + text, "dim")]


def _foot(report: Report, width: int, options: RenderOptions) -> list[Line]:
    statuses = Counter(practice.status for practice in _practices(report.methodologies))
    read = sum(1 for one in report.files if one.status is FileStatus.READ)
    toothless = sum(statuses[status] for status in (Status.ADVISORY, Status.MANUAL, Status.DISABLED, Status.PARTIAL))
    unreadable = sum(1 for one in report.files if one.status is FileStatus.UNREADABLE)
    broken = f" · {unreadable} unreadable" if unreadable else ""
    took = f" · {options.seconds:.2f} s" if options.seconds is not None else ""
    told = (f"{read} file{'s' if read != 1 else ''} read · {statuses[Status.ENFORCED]} enforced · {toothless} weak · "
            f"{statuses[Status.MISSING]} missing · {statuses[Status.UNKNOWN]} unknown{broken}{took}")
    lines = flow([(f"{' · ' if number else ''}{text}", "bold") for number, text in enumerate(told.split(" · "))], width, 0)
    if not options.quiet:
        worst = next(iter(sorted(report.findings, key=lambda one: (list(Severity).index(one.severity), one.code))), None)
        tip = f"next: opslint explain {worst.code}" if worst else "next: opslint scan --explain-evidence"
        lines += [[(text, "dim")] for text in wrap(tip + (" · opslint scan --explain-evidence" if worst else ""), width)]
    return lines


def _practices(methodologies: tuple[MethodologyResult, ...]) -> Iterator[PracticeResult]:
    for methodology in methodologies:
        for principle in methodology.principles:
            yield from principle.practices
