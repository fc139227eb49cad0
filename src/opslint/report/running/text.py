"""What really runs, as a tree for people: pipelines, jobs, and each command down to the tool."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from opslint.model.activity import Hop
from opslint.model.running import Ran, Running, RunningJob, RunningPipeline
from opslint.report.escape import printable
from opslint.report.look import RenderOptions
from opslint.report.paint import Line, ascii_only, clip, clip_start, columns, flow, painted, wrap

PLATFORM_NAMES = {"github": "GitHub Actions", "gitlab": "GitLab CI", "argo": "Argo Workflows"}
NARROWEST, WIDEST = 40, 120
"""Units: columns."""
MOST_TRIGGERS = 6
LEGEND = (("●", "green", "its failure fails the job"), ("◐", "yellow", "goes on when it fails"), ("○", "red", "never runs"))


class _Branch:
    """One hop with what it led to."""

    __slots__ = ("below", "hop", "ran")

    def __init__(self, hop: Hop) -> None:
        self.hop = hop
        self.ran: list[Ran] = []
        self.below: dict[Hop, _Branch] = {}


def render_running(running: Running, options: RenderOptions) -> str:
    """Render the tree; every line fits `options.width`."""
    page = _Page(max(NARROWEST, min(options.width, WIDEST)), printable if options.unicode else _plain)
    return painted(page.lines_of(running), color=options.color, unicode=options.unicode)


def _plain(text: str) -> str:
    """Foreign words for a stream that has only ASCII, made before lines are laid out, so that they still fit."""
    return ascii_only(printable(text))


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


class _Page:
    """The tree laid out for one width; `say` makes foreign words harmless."""

    def __init__(self, width: int, say: Callable[[str], str]) -> None:
        self.width = width
        self.say = say
        self.rule = say("│ ")

    def lines_of(self, running: Running) -> list[Line]:
        """All of it: the head, the pipelines, hooks, what could not be read, the legend and the sum."""
        revision = f" @ {running.revision[:12]}" if running.revision else ""
        name = clip(self.say(running.name), self.width - 16 - len(revision))
        lines: list[Line] = [[("opslint resolve ", "bold"), (name + revision, "bold cyan")]]
        for pipeline in running.pipelines:
            lines += self._pipeline(pipeline)
        if running.hooks:
            lines += [[], [("hooks that no job runs", "bold")]]
            lines += self._trees(running.hooks, "", "  ")
        for entry in running.unreadable:
            place = clip_start(self.say(f"{entry.path}:{entry.line or 1}"), self.width // 2)
            lines += [[], *flow([("unreadable ", "red"), (f"{place} ", ""), (self.say(entry.reason or ""), "dim")], self.width)]
        lines += [[], *flow([piece for mark, style, text in LEGEND for piece in ((f"{mark} ", style), (f"{text}   ", "dim"))], self.width),
                  [(clip(self._sum(running), self.width), "dim")]]
        return lines

    def _sum(self, running: Running) -> str:
        jobs = [job for pipeline in running.pipelines for job in pipeline.jobs]
        ran = [one for job in jobs for one in job.ran]
        followed = sum(len(one.activity.chain) > 1 for one in ran)
        return (f"{_counted(len(running.pipelines), 'pipeline')}, {_counted(len(jobs), 'job')}, "
                f"{_counted(len(ran), 'thing')} that run, {followed} of them behind another")

    def _pipeline(self, one: RunningPipeline) -> list[Line]:
        pipeline = one.pipeline
        names = list(dict.fromkeys(trigger.name for trigger in pipeline.triggers))
        starts = ", ".join(names[:MOST_TRIGGERS]) + (" …" if len(names) > MOST_TRIGGERS else "") or "nothing starts it by itself"
        head: Line = [(clip_start(self.say(pipeline.path), self.width), "bold"), (f" · {PLATFORM_NAMES[pipeline.platform.value]}", ""),
                      (f" · {self.say(starts)}", "dim")]
        lines: list[Line] = [[], *flow(head, self.width)]
        lines += self._trees(one.included, pipeline.path, "  ")
        for job in one.jobs:
            lines += self._job(job, pipeline.path)
        return lines

    def _job(self, one: RunningJob, path: str) -> list[Line]:
        job = one.job
        about: Line = [("  ", ""), (clip(self.say(job.id), self.width - 4), "cyan")]
        if one.disabled:
            about.append((f" · never runs: {self.say(one.disabled)}", "red"))
        else:
            about.append((f" · {one.moment or 'nothing starts it'}", ""))
        if job.span.path != path:
            about.append((f" · {self.say(job.span.path)}:{job.span.line}", "dim"))
        if job.stage:
            about.append((f" · stage {self.say(job.stage)}", "dim"))
        if job.needs:
            about.append((f" · needs {self.say(', '.join(job.needs))}", "dim"))
        if job.manual:
            about.append((" · a person starts it", "yellow"))
        if job.may_fail:
            about.append((f" · may fail: {self.say(job.may_fail_why or 'yes')}", "yellow"))
        if one.called_from:
            about.append((f" · called from {self.say(one.called_from)}", "dim"))
        lines = flow(about, self.width, indent=4)
        ran = self._trees(one.ran, job.span.path, "    ")  # the line above names the file where it is another
        return lines + (ran or [[("    nothing that runs is seen", "dim")]])

    def _trees(self, ran: Iterable[Ran], path: str, indent: str) -> list[Line]:
        root = _Branch(Hop(path=path, line=0, text=""))
        for one in ran:
            at = root
            for hop in one.activity.chain:
                at = at.below.setdefault(hop, _Branch(hop))
            at.ran.append(one)
        lines: list[Line] = []
        self._draw(root, path, indent, lines)
        return lines

    def _draw(self, branch: _Branch, path: str, indent: str, lines: list[Line]) -> None:
        """A branch and what it leads to; chains are bounded, so is the depth."""
        for below in branch.below.values():
            lines += self._leaf(below, path, indent)
            self._draw(below, below.hop.path, indent + self.rule, lines)

    def _leaf(self, branch: _Branch, path: str, indent: str) -> list[Line]:
        hop = branch.hop
        activity = branch.ran[0].activity if branch.ran else None
        disabled = activity.disabled if activity is not None else ""
        soft = activity.soft_why or ("its failure is ignored" if activity is not None and not activity.blocking else "") if activity else ""
        mark, style = ("○", "red") if disabled else ("◐", "yellow") if soft else ("●", "green") if activity is not None else ("·", "dim")
        place = f":{hop.line}" if hop.path == path else f"{hop.path}:{hop.line}"
        codes = " ".join(sorted({code for one in branch.ran for code in one.shows}))
        room = max(self.width - columns(indent) - 2, 12)
        place = clip_start(self.say(place), max(room // 2, 6))
        told = clip(self.say(hop.text), max(room - columns(place) - (columns(codes) + 2 if codes else 0) - 2, 8))
        line: Line = [(indent, "dim"), (f"{mark} ", style), (told, "")]
        if codes and columns(told) + columns(codes) + columns(place) + 4 <= room:
            line.append((f"  {codes}", "cyan"))
            codes = ""
        used = sum(columns(text) for text, _ in line)
        line += [(" " * max(self.width - used - columns(place), 1), ""), (place, "dim")]
        lines = [line]
        for text, look in ((codes, "cyan"), (self.say(disabled or soft), style)):
            lines += [[(f"{indent}  ", "dim"), (part, look)] for part in (wrap(text, self.width - columns(indent) - 2) if text else ())]
        return lines
