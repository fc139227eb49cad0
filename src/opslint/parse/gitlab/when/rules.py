"""`rules`, `only`, `except` and `when` of GitLab: which kinds of pipelines a job is part of, and how it starts there."""

from __future__ import annotations

from collections.abc import Mapping as Table

import msgspec

from opslint.model.pipeline import Event
from opslint.parse.gitlab.context import ALONE, Context, Exists
from opslint.parse.gitlab.keywords import flat_items, has_reference, jobs_in
from opslint.parse.gitlab.when.conditions import decide, matches
from opslint.parse.gitlab.when.expressions import Pattern
from opslint.parse.gitlab.when.scenarios import SCENARIOS, OneOf, Scenario, Some
from opslint.parse.values.bounds import Bounds
from opslint.source.node import Mapping, Node, Scalar, boolean_of, is_null, strings_of, text_of
from opslint.source.words.late import late

_WORD = late(r"[A-Za-z_]+")
_REF_WORDS = frozenset(word for scenario in SCENARIOS for word in scenario.refs)
_DEFAULT_ONLY = frozenset({"branches", "tags"})
"""What a job without `rules`, `only` and `except` is part of, unless the file has `workflow:rules`."""

NEVER = "never"


class Outcome(msgspec.Struct, frozen=True):
    """How a job takes part in a pipeline; `soft` is None where the rule leaves it to the job."""

    when: str
    soft: bool | None = None


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """The kinds of pipelines a file makes.

    Shape: `scenarios` those that exist, `spare` those that would if the project's settings asked for them; `ruled` whether
           `workflow:rules` decide; `bounds` what is left for evaluating conditions; `exists` asks for files of the tree.
    """

    scenarios: tuple[Scenario, ...]
    spare: tuple[Scenario, ...] = ()
    ruled: bool = False
    bounds: Bounds
    exists: Exists | None = None

    def within(self, keys: frozenset[str]) -> Flow:
        """Only those kinds of pipelines whose keys are named."""
        return msgspec.structs.replace(
            self,
            scenarios=tuple(scenario for scenario in self.scenarios if scenario.key in keys),
            spare=tuple(scenario for scenario in self.spare if scenario.key in keys),
        )


class Rules(msgspec.Struct, frozen=True):
    """A list of rules, nested lists flattened; `partial` where a `!reference` stands for more of them."""

    items: tuple[Mapping, ...]
    partial: bool


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """What the conditions of a job amount to; the fields are those of `Job`."""

    events: frozenset[Event]
    manual: bool = False
    when: str = ""
    may_fail: bool = False
    may_fail_why: str = ""
    disabled: str = ""


def flow_of(
    top: Mapping, variables: Table[str, str], bounds: Bounds, ruled_elsewhere: tuple[str, ...] = (), context: Context = ALONE
) -> Flow:
    """Tell which kinds of pipelines exist, from `workflow:rules` and from what the conditions of the file speak of.

    Shape: `ruled_elsewhere` are conditions that an included workflow template brings, one of which must hold.
    """
    words = _words_of(top) | context.words
    existing = [scenario for scenario in context.scenarios if not scenario.words or scenario.words & words]
    spare = [scenario for scenario in context.scenarios if scenario.words and not scenario.words & words]
    workflow = top.mapping("workflow")
    rules = rules_of(workflow.get("rules")) if workflow is not None else None
    if rules is None and not ruled_elsewhere:
        return Flow(scenarios=tuple(existing), spare=tuple(spare), bounds=bounds, exists=context.exists)

    def made(scenario: Scenario) -> bool:
        if rules is None:
            return any(decide(text, scenario, variables, bounds) is not False for text in ruled_elsewhere)
        outcomes = _by_rules(rules, scenario, variables, "always", bounds, context.exists)
        return any(outcome.when != NEVER for outcome in outcomes)

    return Flow(
        scenarios=tuple(scenario for scenario in existing if made(scenario)),
        spare=tuple(scenario for scenario in spare if made(scenario)),
        ruled=True,
        bounds=bounds,
        exists=context.exists,
    )


def reach_of(job: Mapping, flow: Flow, variables: Table[str, str]) -> Reach:
    """Evaluate the conditions of one job for every kind of pipeline.

    A job that some kinds start by themselves and others only by hand has the first as events, and `manual` for the others.
    Source: GitLab CI/CD YAML syntax reference, `rules`, `only`, `except`, `when`, `allow_failure`.
    """
    if job.text("when") == NEVER and "rules" not in job:
        return Reach(events=frozenset(), disabled="`when: never`")
    joined = _joined(job, flow, flow.scenarios, variables) or _joined(job, flow, flow.spare, variables)
    if not joined:
        return Reach(events=frozenset(), disabled=_dead_reason(job, flow))
    by_itself = {event for event, outcomes in joined if _automatic(outcomes)}
    by_hand = {event for event, _ in joined} - by_itself
    manual = not by_itself - {Event.MANUAL} and bool(by_hand)
    events = by_itself | (by_hand if manual else {Event.MANUAL} if by_hand else set())
    if Event.PUSH in events:
        events.discard(Event.PUSH_DEFAULT)
    counted = [one for _, outcomes in joined for one in outcomes if one.when != NEVER and (manual or one.when != "manual")]
    soft_why = _soft_reason(job, counted)
    return Reach(
        events=frozenset(events),
        manual=manual,
        when=_common_when(counted),
        may_fail=bool(soft_why),
        may_fail_why=soft_why,
    )


def _joined(
    job: Mapping, flow: Flow, scenarios: tuple[Scenario, ...], variables: Table[str, str]
) -> list[tuple[Event, list[Outcome]]]:
    """The kinds of pipelines a job takes part in, with the ways it may."""
    rules = rules_of(job.get("rules"))
    table = [(scenario.event, _outcomes(job, rules, flow, scenario, variables)) for scenario in scenarios]
    return [(event, outcomes) for event, outcomes in table if any(outcome.when != NEVER for outcome in outcomes)]


def _automatic(outcomes: list[Outcome]) -> bool:
    return any(outcome.when not in {NEVER, "manual"} for outcome in outcomes)


def _dead_reason(job: Mapping, flow: Flow) -> str:
    if not flow.scenarios:
        return "`workflow:rules` let no pipeline start"
    if "rules" in job:
        return "its `rules` never add it to a pipeline"
    if "only" in job or "except" in job:
        return "its `only` and `except` never add it to a pipeline"
    return "no pipeline that `workflow:rules` let start has it"


def _common_when(outcomes: list[Outcome]) -> str:
    whens = {outcome.when for outcome in outcomes}
    if whens == {"on_failure"}:
        return "on-failure"
    return "always" if whens and whens <= {"always", "on_failure"} else ""


def _outcomes(job: Mapping, rules: Rules | None, flow: Flow, scenario: Scenario, variables: Table[str, str]) -> list[Outcome]:
    """Every way a job may take part in a kind of pipeline; several where a condition cannot be decided."""
    when = job.text("when") or "on_success"
    if rules is not None:
        return _by_rules(rules, scenario, variables, when, flow.bounds, flow.exists)
    only, excluded = job.get("only"), job.get("except")
    chosen = not is_null(only) or not is_null(excluded)
    if not chosen and flow.ruled:
        return [Outcome(when)]
    answer = _in_policy(only, scenario, variables, flow.bounds) if not is_null(only) else bool(scenario.refs & _DEFAULT_ONLY)
    left_out = _out_of_policy(excluded, scenario, variables, flow.bounds) if not is_null(excluded) else False
    if answer is False or left_out is True:
        return [Outcome(NEVER)]
    return [Outcome(when)] if answer and left_out is False else [Outcome(when), Outcome(NEVER)]


def _by_rules(
    rules: Rules, scenario: Scenario, variables: Table[str, str], when: str, bounds: Bounds, exists: Exists | None
) -> list[Outcome]:
    """Walk the rules: the first that holds decides, one that may hold decides perhaps, none leaves the job out."""
    found: list[Outcome] = [Outcome(when)] if rules.partial else []
    for rule in rules.items:
        if not bounds.evaluations_left():
            return [*found, Outcome(when), Outcome(NEVER)]
        answer = rule_holds(rule, scenario, variables, bounds, exists)
        if answer is False:
            continue
        found.append(Outcome(rule.text("when") or when, _softness(rule.get("allow_failure"))))
        if answer:
            return found
    return [*found, Outcome(NEVER)]


def rules_of(node: Node | None) -> Rules | None:
    """The rules a `rules:` holds, None where it is absent or null."""
    if is_null(node):
        return None
    items = tuple(item for item in flat_items(node) if isinstance(item, Mapping))
    return Rules(items, has_reference(node))


def rule_holds(
    rule: Mapping, scenario: Scenario, variables: Table[str, str], bounds: Bounds, exists: Exists | None = None
) -> bool | None:
    """A rule holds when its `if` does and its files are there and changed, of which only the last is never known here."""
    text = text_of(rule.get("if"))
    answer: bool | None = True
    if "if" in rule and text is not None:
        answer = decide(text, scenario, variables, bounds)
    if answer is not False and "exists" in rule:
        there = _there(rule.get("exists"), exists)
        answer = answer if there else there
    if answer and "changes" in rule and scenario.event not in {Event.TAG, Event.SCHEDULE}:
        return None
    return answer


def _there(node: Node | None, exists: Exists | None) -> bool | None:
    """`rules:exists`: a list of patterns, or a mapping with `paths`; of another project nobody knows here."""
    if exists is None or (isinstance(node, Mapping) and "project" in node) or has_reference(node):
        return None
    return exists(strings_of(node.get("paths") if isinstance(node, Mapping) else node))


def rule_words(rules: Rules) -> frozenset[str]:
    """The words in the conditions of some rules."""
    return frozenset(word for rule in rules.items for word in _WORD.findall(rule.text("if") or ""))


def _in_policy(node: Node | None, scenario: Scenario, variables: Table[str, str], bounds: Bounds) -> bool | None:
    """`only`: every part of it must let the pipeline in."""
    return _all(_policy_parts(node, scenario, variables, bounds))


def _out_of_policy(node: Node | None, scenario: Scenario, variables: Table[str, str], bounds: Bounds) -> bool | None:
    """`except`: one part that holds keeps the job out."""
    parts = _policy_parts(node, scenario, variables, bounds)
    if True in parts:
        return True
    return None if None in parts else False


def _policy_parts(node: Node | None, scenario: Scenario, variables: Table[str, str], bounds: Bounds) -> list[bool | None]:
    if not isinstance(node, Mapping):
        return [None if has_reference(node) else _refs_match(strings_of(node), scenario)]
    parts: list[bool | None] = []
    if "refs" in node:
        parts.append(_refs_match(strings_of(node.get("refs")), scenario))
    if "variables" in node:
        parts.append(_any([decide(text, scenario, variables, bounds) for text in strings_of(node.get("variables"))]))
    parts.extend(None for key in ("changes", "kubernetes") if key in node)
    return parts


def _refs_match(refs: tuple[str, ...], scenario: Scenario) -> bool | None:
    return _any([_ref_matches(ref.partition("@")[0] if not ref.startswith("/") else ref, scenario) for ref in refs])


def _ref_matches(ref: str, scenario: Scenario) -> bool | None:
    """One word of `only`: a kind of pipeline, a pattern or a name; patterns and names mean branches and tags only."""
    if ref in _REF_WORDS:
        several = isinstance(scenario.variables["CI_PIPELINE_SOURCE"], OneOf) and ref not in _DEFAULT_ONLY
        return (None if several else True) if ref in scenario.refs else False
    if not scenario.ref_kind:
        return False
    if scenario.ref_kind == "any":
        return None
    if ref.startswith("/"):
        source, _, flags = ref[1:].partition("@")[0].rpartition("/")
        return matches(Some(scenario.ref_kind), Pattern(source, flags))
    if "$" in ref:
        return None
    return False if scenario.ref_kind in {"topic", "tag"} else None


def _softness(node: Node | None) -> bool | None:
    """Whether `allow_failure` lets an ordinary failure (exit code 1) pass; None where it says nothing."""
    if isinstance(node, Mapping):
        return "1" in strings_of(node.get("exit_codes"))
    return boolean_of(node)


def _soft_reason(job: Mapping, outcomes: list[Outcome]) -> str:
    """The words that make a failure not count, "" where it counts in at least one kind of pipeline."""
    own = _softness(job.get("allow_failure"))
    by_hand = job.text("when") == "manual"  # its rules do not take that back, even where they start it otherwise
    base = own if own is not None else by_hand
    if not outcomes or not all(base if outcome.soft is None else outcome.soft for outcome in outcomes):
        return ""
    if own is None and by_hand and all(outcome.soft is None for outcome in outcomes):
        return "when: manual (allow_failure is true by default)"
    mapping = isinstance(job.get("allow_failure"), Mapping) and all(outcome.soft is None for outcome in outcomes)
    return "allow_failure: exit_codes" if mapping else "allow_failure: true"


def _words_of(top: Mapping) -> frozenset[str]:
    """The words of every condition of the file: they show which kinds of pipelines its authors reckon with."""
    words: set[str] = set()
    workflow = top.mapping("workflow")
    for node in [workflow] if workflow is not None else []:
        _add_words(node, words)
    for _, _, job in jobs_in(top):
        _add_words(job, words)
    return frozenset(words)


def _add_words(job: Mapping, words: set[str]) -> None:
    for rule in flat_items(job.get("rules")):
        if isinstance(rule, Mapping):
            words.update(_WORD.findall(rule.text("if") or ""))
    for key in ("only", "except"):
        node = job.get(key)
        parts = [node.get("refs"), node.get("variables")] if isinstance(node, Mapping) else [node]
        for part in parts:
            for scalar in flat_items(part):
                if isinstance(scalar, Scalar):
                    words.update(_WORD.findall(scalar.value))


def _all(answers: list[bool | None]) -> bool | None:
    if False in answers:
        return False
    return None if None in answers else True


def _any(answers: list[bool | None]) -> bool | None:
    if True in answers:
        return True
    return None if None in answers else False
