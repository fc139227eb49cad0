"""Hits become signals: contexts checked, teeth counted, the moment told."""

from __future__ import annotations

from opslint.knowledge.index import Index
from opslint.match.jobs import Jobs, JobView
from opslint.match.reach import BESIDE, QUALITY, Reach
from opslint.match.tools.catalogue import Catalogue, Hit
from opslint.match.tools.wording import told_of, weakened
from opslint.model.activity import Activity, ActivityKind
from opslint.model.evidence import Confidence, Evidence, Signal, Status
from opslint.model.pipeline import AUTOMATIC, Event
from opslint.model.repository import Repository
from opslint.source.span import Span
from opslint.source.tree import Tree

SARIF_UPLOAD = "github/codeql-action/upload-sarif"
REWRITTEN = frozenset({"DO204", "DS202"})
"""Practices whose tools may rewrite files (format, licence headers) and leave the verdict to a comparison with Git."""
IN_BUILDS = frozenset({"test", "lint", "scan", "bench", "evaluate", "train"})
"""What a command may do where an image is built for the job to count as doing it: it judges there as well as anywhere, but what
it installs, hands out or keeps stays inside the image or is none of the job's."""
STARTED_BY_ITSELF = AUTOMATIC - {Event.ACTIVITY}
LATE = frozenset({Event.PUSH_DEFAULT, Event.RECONCILE, Event.UPSTREAM})


def moment(activity_events: frozenset[Event]) -> str:
    """The earliest moment something runs, in the report's words."""
    if activity_events & {Event.CHANGE, Event.PUSH}:
        return "before-merge"
    if activity_events & {Event.TAG, Event.RELEASE}:
        return "before-release"
    if activity_events & LATE:
        return "after-merge"
    if Event.SCHEDULE in activity_events:
        return "scheduled"
    return "on-demand" if activity_events else ""


STANDING = frozenset({ActivityKind.RESOURCE, ActivityKind.CHART, ActivityKind.BLOCK})
"""What stands deployed; its chain leads down from the controller that deploys it."""


def place_of(activity: Activity) -> Span:
    """Where the evidence stands: the pipeline's own line where a chain led on, else (and for manifests) the thing itself."""
    if len(activity.chain) > 1 and activity.kind not in STANDING:
        hop = activity.chain[0]
        return Span(path=hop.path, line=hop.line, column=1, end_line=hop.line, end_column=1 + len(hop.text))
    return activity.span


def strength(activity: Activity, soft_by: str = "", *, soft_exists: bool = True) -> tuple[Status, str]:
    """The status of one thing that runs, and the words for what weakens it, for `weakened` to put into a sentence.

    Shape: `soft_by` is what took the tool's own teeth; `soft_exists` False for practices that publish, notify or report.
    """
    if activity.disabled:
        return Status.DISABLED, activity.disabled
    if activity.local_hook:
        return Status.ADVISORY, "only a local pre-commit hook is seen to run it, no pipeline"
    if activity.manual or not activity.events & STARTED_BY_ITSELF:
        return Status.MANUAL, "only a person starts it"
    if soft_exists and not activity.blocking:
        return Status.ADVISORY, f"its failure stops nothing: {activity.soft_why or 'failure is ignored'}"
    if soft_exists and soft_by:
        return Status.ADVISORY, soft_by
    return Status.ENFORCED, ""


class Matcher:
    """All hits of a tree, the jobs they stand in, and the signals that follow."""

    def __init__(self, index: Index, repository: Repository, tree: Tree, jobs: Jobs,
                 activities: tuple[Activity, ...]) -> None:
        self.index = index
        self.only_workflows = not (any(not one.aside for one in repository.resources) or any(not one.aside for one in repository.blocks)
                                   or any(not one.aside for one in repository.dockerfiles))
        self.jobs = jobs
        self.catalogue = Catalogue(index, tree)
        self.products = self._products(repository.name)
        self.reach = Reach(jobs)
        self.gating = QUALITY | {rule.code for rule in index.rules if rule.late}
        self.soft_exists = {rule.code: rule.soft for rule in index.rules}
        self.hits: list[Hit] = []
        self.activities = tuple(activity for activity in activities if not activity.aside)
        self._collect()
        self._effects()

    def _products(self, name: str) -> frozenset[str]:
        """The tools that this repository is the home of: most often it runs them to test them, not to judge itself."""
        self.product = name.replace("+", "/").replace("__", "/").rstrip("/").rpartition("/")[2].lower()
        return frozenset(self.index.homes.get(self.product, ()))

    def signals(self) -> list[Signal]:
        """Every signal of every tool whose context holds, in the order of the activities."""
        found: list[Signal] = []
        for hit in self.hits:
            lacking = {word for word in hit.entry.signal.context if not self._context(word, hit)}
            if lacking <= {"only-workflows"} and not self._under_test(hit):
                found.extend(self._signals_of(hit, narrow=bool(lacking)))
        return found

    def _under_test(self, hit: Hit) -> bool:
        """Whether the repository runs its own product to test it: not a released one (an action or hook of another repository),
        nor the installed program in a job that publishes."""
        if hit.entry.tool not in self.products:
            return False
        activity, view = hit.activity, self.jobs.of(hit.activity)
        if activity.kind in (ActivityKind.ACTION, ActivityKind.HOOK):
            source = activity.repo if activity.kind is ActivityKind.HOOK else activity.name
            return source.startswith(".") or self.product in source.lower().removesuffix(".git").split("/")[1:]
        command = activity.command
        return (
            command is None
            or any("/" in layer[0] and not layer[0].startswith("/") for layer in command.layers if layer)
            or view is None
            or "publish" not in view.does
            or not (set(hit.entry.signal.does) & {"publish", "release"} or _of_delivery(hit))
        )

    def _collect(self) -> None:
        env_seen: set[tuple[object, int]] = set()
        for activity in self.activities:
            view = self.jobs.of(activity)
            if view is not None:
                view.activities.append(activity)
            hits = self.catalogue.hits(activity)
            building = activity.command is not None and activity.command.building
            if building:
                hits = [hit for hit in hits if IN_BUILDS.issuperset(hit.entry.signal.does)]
            for hit in self.catalogue.env_hits(activity) if activity.env and not building else ():
                key = (view.key if view else activity.span.path, hit.position)
                if key not in env_seen:
                    env_seen.add(key)
                    hits.append(hit)
            self.hits.extend(hits)
            if view is not None:
                view.hits.extend(hits)
        if any(hit.entry.signal.by_name for hit in self.hits):
            from opslint.match.tools.byname import refuted

            wrong = refuted(self.hits, self.activities)
            for hits in (self.hits, *(view.hits for view in self.jobs.views.values())):
                hits[:] = [hit for hit in hits if id(hit) not in wrong]

    def _effects(self) -> None:
        """Sum up what jobs do and what reaches them; what only touches a throw-away cluster is no deploy."""
        for view in self.jobs.views.values():
            reaching = frozenset(event for one in view.activities if not one.disabled for event in one.events)
            view.events = reaching or view.job.events
            done: set[str] = set(view.declared)
            for hit in view.hits:
                effects = set(hit.entry.signal.does)
                if "live-cluster" in hit.entry.signal.context and self._throwaway(hit, done):
                    continue
                if not hit.activity.disabled:
                    done |= effects
                    view.tools.add(hit.entry.tool)
                view.order[id(hit)] = set(done)
            view.does = done

    @staticmethod
    def _throwaway(hit: Hit, done: set[str]) -> bool:
        command = hit.activity.command
        return "cluster" in done or (command is not None and command.throwaway_cluster)

    def _context(self, word: str, hit: Hit) -> bool:
        activity, view = hit.activity, self.jobs.of(hit.activity)
        if word == "only-workflows":
            return self.only_workflows
        if word == "scheduled":
            return _scheduled(activity)
        if word == "scheduled-or-event":
            return _scheduled(activity) or Event.UPSTREAM in activity.events
        if word == "on-failure":
            return activity.when in ("on-failure", "always") or (activity.job is not None and activity.job.runs_always != "")
        if word == "after-merge":
            return bool(activity.events & (LATE | {Event.TAG, Event.RELEASE}))
        if view is None:
            return word == "live-cluster"
        return self._context_in_job(word, hit, view)

    def _context_in_job(self, word: str, hit: Hit, view: JobView) -> bool:
        before = view.order.get(id(hit), set())
        if word == "live-cluster":
            return id(hit) in view.order
        if word == "after-deploy":
            return "deploy" in before or "deploy" in self.jobs.upstream_does(view)
        if word == "tests-first":
            return "test" in before or "test" in self.jobs.upstream_does(view)
        if word == "may-comment":
            from opslint.match.tools.rights import may_comment

            return may_comment(hit.activity, view)
        if word == "with-deploy":
            return "deploy" in view.does
        if word == "with-publish":
            return "publish" in view.does
        if word == "on-close":
            return _on_close(view)
        return False

    def _gate(self, hit: Hit, code: str) -> str:
        """What makes the findings of a tool without teeth count, in the report's words; "" where nothing does."""
        view = self.jobs.of(hit.activity)
        if view is None:
            return ""
        if _writes_sarif(hit) and any(other.kind is ActivityKind.ACTION and other.name.lower() == SARIF_UPLOAD and not other.disabled
                                      for other in view.activities):
            return "its findings go to code scanning"
        if code in REWRITTEN and hit.activity in view.activities:
            later = view.activities[view.activities.index(hit.activity) + 1:]
            if any(_compares(other) for other in later):
                return "a later `git diff` fails the job on what it changes"
        return ""

    def _signals_of(self, hit: Hit, *, narrow: bool) -> list[Signal]:
        """The signals of one hit; `narrow` where it scans workflows alone and other configuration stands unscanned."""
        activity, signal = hit.activity, hit.entry.signal
        found = []
        for against, codes in ((False, signal.shows), (True, signal.against)):
            for code in codes:
                soft_by, confidence = hit.soft_by, Confidence(signal.confidence)
                gate = self._gate(hit, code) if soft_by else ""
                status, weak = strength(activity, "" if gate else soft_by, soft_exists=self.soft_exists.get(code, True))
                if narrow and status is Status.ENFORCED:
                    status, weak = Status.ADVISORY, "it looks at workflows alone, and other configuration stands unscanned"
                if activity.command is not None and activity.command.confidence == "low":
                    confidence = Confidence.LOW
                elif activity.confidence and confidence is Confidence.HIGH:
                    confidence = Confidence(activity.confidence)
                told = signal.why or told_of(hit)
                why = f"{told}; {gate}" if gate and not weak else weakened(told, status, weak)
                if against and status is not Status.DISABLED:
                    status, why = Status.MISSING, told
                reach = ""
                if status is Status.ENFORCED and not against and code in self.gating and (view := self.jobs.of(activity)) is not None:
                    reach, deploying = self.reach.of(view)
                    why = f'{why}, but the deploy in job "{deploying}" does not wait for it' if reach == BESIDE else why
                found.append(Signal(practice=code, against=against, subject=_subject(activity), evidence=Evidence(
                    span=place_of(activity), status=status, why=why, tool=hit.entry.tool, when=moment(activity.events),
                    confidence=confidence, chain=(*activity.chain, hit.config) if hit.config else activity.chain, reach=reach)))
        return found


def _of_delivery(hit: Hit) -> bool:
    """Whether a tool shows a practice about what is handed out: its bill of materials, signature or provenance."""
    return any(code.startswith("DS2") for code in hit.entry.signal.shows)


def _compares(activity: Activity) -> bool:
    """Whether a command fails the job where the working tree differs from Git."""
    command = activity.command
    if command is None or activity.disabled or not activity.blocking or command.argv[:2] != ("git", "diff"):
        return False
    return any(word in ("--exit-code", "--quiet") for word in command.argv[2:])


def _on_close(view: JobView) -> bool:
    """Whether the end of a pull request starts a job: a trigger for that alone, or a condition that asks for it."""
    types = [trigger.filters.get("types", ()) for trigger in view.pipeline.triggers
             if trigger.name in ("pull_request", "pull_request_target")]
    return any("closed" in one and (len(one) == 1 or "closed" in view.job.condition) for one in types)


def _scheduled(activity: Activity) -> bool:
    """Whether something is written to run on a schedule, also where that is suspended (it is `manual` then)."""
    return Event.SCHEDULE in activity.events or (activity.pipeline is not None and activity.pipeline.suspended)


def _writes_sarif(hit: Hit) -> bool:
    command = hit.activity.command
    words = list(command.argv) if command else []
    words += list(hit.activity.inputs.values())
    return any("sarif" in word.lower() for word in words)


def _subject(activity: Activity) -> str:
    if activity.job is not None:
        return f"{activity.job.pipeline}#{activity.job.id}"
    return activity.span.path
