"""However odd the files of a repository include and start one another, reading them ends, and every place lies in a file of the tree."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from opslint.parse.discovery.discover import read_repository
from opslint.source.trees.memory import MemoryTree

NAMES = (".gitlab-ci.yml", "a.yml", "ci/b.yml", "templates/c.yml")
ODD = ("/a.yml", "*.yml", "**/*.yml", "**", "ci/*", "./b.yml", "../a.yml", "$X.yml", "", "gone.yml", "[", "{a,b}.yml", "a" * 300)
WORDS = st.sampled_from((*NAMES, *ODD, "$[[ inputs.x ]]", "$CI_COMMIT_TAG", "never", "always", "true", "depend", "**/*.yml", "x"))
VALUES = st.recursive(WORDS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3), max_leaves=8)
RULES = st.lists(st.fixed_dictionaries({}, optional={"if": WORDS, "exists": VALUES, "changes": VALUES, "when": WORDS}), max_size=3)
INCLUDES = st.recursive(
    WORDS
    | st.fixed_dictionaries(
        {},
        optional={
            "local": VALUES,
            "project": st.sampled_from(("$CI_PROJECT_PATH", "a/b")),
            "file": VALUES,
            "component": st.sampled_from(("$CI_SERVER_FQDN/$CI_PROJECT_PATH/c@1", "x.example/a/b@1")),
            "template": WORDS,
            "inputs": st.dictionaries(st.sampled_from(("x", "y")), VALUES, max_size=2) | WORDS,
            "rules": RULES | WORDS,
        },
    ),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=4,
)
JOBS = st.fixed_dictionaries(
    {},
    optional={
        "script": VALUES,
        "extends": VALUES,
        "rules": RULES,
        "trigger": WORDS
        | st.fixed_dictionaries({}, optional={"include": INCLUDES, "strategy": WORDS, "inputs": VALUES, "forward": VALUES}),
        "variables": VALUES,
    },
)
CONTENTS = st.fixed_dictionaries(
    {},
    optional={
        "include": INCLUDES,
        "x": JOBS,
        ".y": JOBS,
        "$[[ inputs.x ]]": JOBS,
        "default": JOBS,
        "variables": VALUES,
        "workflow": VALUES,
    },
)
INPUTS = st.dictionaries(WORDS, VALUES, max_size=2) | VALUES
HEADERS = st.none() | st.fixed_dictionaries({"spec": st.fixed_dictionaries({"inputs": INPUTS})})


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), st.tuples(HEADERS, CONTENTS), min_size=1))
def test_repositories_are_read_whatever_their_files_include(files: dict[str, tuple[object, object]]) -> None:
    texts: dict[str, str | bytes] = {
        path: b"\n---\n".join(msgspec.json.encode(part) for part in (header, content) if part is not None)
        for path, (header, content) in files.items()
    }
    repository = read_repository(MemoryTree(texts))
    for entry in repository.files:
        assert "defect" not in (entry.reason or "")
    for pipeline in repository.pipelines:
        for job in pipeline.jobs:
            assert job.span.path in texts
            assert not (job.disabled and job.events)
            assert all(step.span.path in texts and step.span.line >= 1 for step in job.steps)
