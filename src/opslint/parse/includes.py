"""Which files of the same repository a GitLab pipeline includes, or starts as a child pipeline."""

from __future__ import annotations

import posixpath
import re

from opslint.model.pipeline import Pipeline, StepKind
from opslint.parse.registry import YAML_ENDINGS
from opslint.source.late import late
from opslint.source.tree import Tree

WILDCARDS = late(r"(\*\*/|\*\*|\*)")
MEANING = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*"}


def local_files(pipelines: tuple[Pipeline, ...]) -> list[str]:
    """The names, as written, of the files that pipelines include or start as child pipelines."""
    names = [include.name for pipeline in pipelines for include in pipeline.includes if include.kind == "local"]
    for pipeline in pipelines:
        for job in pipeline.jobs:
            names += [step.uses for step in job.steps if step.kind is StepKind.WORKFLOW and step.uses.endswith(YAML_ENDINGS)]
    return [name for name in names if name and "://" not in name]


def files_matching(name: str, origin: str, tree: Tree) -> list[str]:
    """The files of the tree that a local include in `origin` names: a path from the root, or a pattern with `*` and `**`.

    Shape: none where a variable stands in the name.
    """
    if "$" in name:
        return []
    path = posixpath.normpath(name.lstrip("/"))
    if "*" not in path:
        if tree.has(path):
            return [path]
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(origin), name))
        return [beside] if name.startswith("./") and tree.has(beside) else []
    pattern = re.compile(glob_to_regex(path))
    return [candidate for candidate in tree.paths() if candidate.endswith(YAML_ENDINGS) and pattern.fullmatch(candidate)]


def glob_to_regex(pattern: str) -> str:
    """GitLab's wildcards as a regular expression: `*` within a folder, `**` through folders."""
    return "".join(MEANING.get(piece) or re.escape(piece) for piece in WILDCARDS.split(pattern))
