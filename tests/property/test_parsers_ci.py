"""No file, however odd, makes the CI parsers raise, and every place lies in the file."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from opslint.errors import UnreadableFile
from opslint.model.pipeline import Event
from opslint.model.repository import Parsed
from opslint.parse.github.action import parse_action
from opslint.parse.github.conditions import events_reaching
from opslint.parse.github.workflow import parse_workflow
from opslint.parse.gitlab.pipeline import parse_pipeline
from opslint.parse.gitlab.when.expressions import parse_expression
from opslint.source.yaml import YamlFile, parse_yaml

KEYWORDS = """
on jobs steps run uses if needs env with strategy matrix parallel runs push branches types schedule cron
environment name services container image continue-on-error defaults shell runs-on stages script before_script
rules only except refs variables workflow extends include local trigger default inherit artifacts reports
junit when manual never allow_failure exit_codes job .hidden a b true false null spec secrets inputs hooks [
a/b@v1 docker://x:1 /re(/
"""
CONDITIONS = ("", "${{ x }}", "${{ failure() && github.ref == 'a' }}", "$CI_COMMIT_TAG =~ /^v/", "$A == null")
WORDS = st.sampled_from((*KEYWORDS.split(), *CONDITIONS))
TREES = st.recursive(WORDS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=6), max_leaves=40)


def document_of(tree: object) -> YamlFile:
    return parse_yaml(msgspec.json.encode(tree))


def check_places(parsed: Parsed) -> None:
    for pipeline in parsed.pipelines:
        for job in pipeline.jobs:
            assert job.span.line >= 1
            assert not (job.disabled and job.events)
            assert all(step.span.line >= 1 and step.span.column >= 1 for step in job.steps)


@settings(max_examples=150, deadline=None)
@given(TREES)
def test_parsers_read_any_tree_without_raising(tree: object) -> None:
    document = document_of(tree)
    for parsed in (parse_workflow("w.yml", document), parse_action("action.yml", document), parse_pipeline("g.yml", document)):
        check_places(parsed)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(["a", "b", ".c", ".d"]), st.dictionaries(WORDS, TREES, max_size=6), max_size=4), WORDS)
def test_pipelines_read_any_jobs_without_raising(jobs: dict[str, object], parent: str) -> None:
    for job in jobs.values():
        if isinstance(job, dict):
            job["extends"] = [".c", parent]
    check_places(parse_pipeline("g.yml", document_of(jobs)))
    check_places(parse_workflow("w.yml", document_of({"on": {"push": parent}, "jobs": jobs})))


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="abc.$'\"/\\()[]{}!&|=~<> 0,*${failure()github.ref}", max_size=80))
def test_conditions_decide_or_keep_whatever_the_text_is(text: str) -> None:
    events = frozenset(Event)
    reached, when = events_reaching(text, events, ())
    assert reached <= events
    assert when in {"", "always", "on-failure"}
    parse_expression(text)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_parsers_read_any_text_that_is_yaml(text: str) -> None:
    try:
        document = parse_yaml(text.encode("utf-8", "surrogatepass"))
    except UnreadableFile:
        return
    check_places(parse_workflow("w.yml", document))
    check_places(parse_pipeline("g.yml", document))
