"""What really runs: the leaves that resolution finds and matching looks at."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from opslint.model.pipeline import Event, Job, Pipeline
from opslint.source.node import Node
from opslint.source.span import Span


class ActivityKind(StrEnum):
    """By which property a tool can be recognised in it."""

    COMMAND = "command"
    ACTION = "action"
    WORKFLOW = "workflow"
    IMAGE = "image"
    TEMPLATE = "template"  # a GitLab template by name
    COMPONENT = "component"
    REPORT = "report"  # a GitLab artifacts:reports key
    HOOK = "hook"  # a pre-commit hook
    PLUGIN = "plugin"  # a build plugin (Maven, Gradle, npm, Cargo …)
    RESOURCE = "resource"  # a manifest by group and kind
    BLOCK = "block"  # a Terraform resource by type
    CHART = "chart"


class Hop(msgspec.Struct, frozen=True, kw_only=True):
    """One link of an evidence chain: where, and the words that stand there."""

    path: str
    line: int
    text: str


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """One simple command of a block, unwrapped.

    Shape:  `argv` is what runs in the end (`bandit -r src` of `poetry run bandit -r src`); `layers` are all forms from the
            outermost to `argv`, so that a wrapper can be recognised too; a word that cannot be known is "…" (U+2026) in part or whole.
    Units:  `offset`, `end` are code points into the block's text; `line`, `column` start at 1 within the block.
    """

    argv: tuple[str, ...]
    layers: tuple[tuple[str, ...], ...]
    offset: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int
    blocking: bool
    soft_why: str = ""  # `|| true`, `set +e`, `no pipefail`, `if condition`, `background` …: why its failure does not fail the block
    env: dict[str, str] = {}
    stdout_to: str = ""  # file its output is redirected to, or "|" when piped on
    pipe_to: tuple[str, ...] = ()  # argv of the next command of its pipe
    throwaway_cluster: bool = False  # the block made a kind/k3d/minikube cluster before it
    confidence: str = "high"  # "low" where only a best effort was made (PowerShell, cmd, Python blocks)
    image: str = ""  # the image `docker run` starts it in, as written
    folder: str = ""  # where it runs, relative to where the block begins; "…" where that cannot be known
    remote: bool = False  # it runs on another host or in a running container (ssh, kubectl exec)
    building: bool = False  # it runs while an image is built (RUN of its Dockerfile): the job only sees whether it fails
    copied: bool = False  # it runs in a container that files of the tree are copied into: what is not here may be there
    marks: tuple[str, ...] = ()  # `output-judged`; or what a program of one's own plainly does: `import:atheris`, `call:x.y`, `bar`
    variables: tuple[str, ...] = ()  # the variables and secrets behind its words, input and pipe whose values are not known


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that runs (or stands deployed), and how it came to.

    Shape:  `name` is the command word, slug, image, template path, hook id, `group/Kind`, or block type; `inputs` what it is given.
            `chain` starts at the pipeline and ends at `span`; one hop where nothing was followed.
            `blocking` already counts step and job softness; `soft_why` says what took the teeth.
    """

    kind: ActivityKind
    name: str
    span: Span
    chain: tuple[Hop, ...]
    command: Command | None = None
    version: str | None = None
    inputs: dict[str, str] = {}
    env: dict[str, str] = {}
    repo: str = ""  # of a hook
    blocking: bool = True
    soft_why: str = ""
    events: frozenset[Event] = frozenset()
    manual: bool = False
    disabled: str = ""
    when: str = ""  # "", "on-failure", "always"
    pipeline: Pipeline | None = None
    job: Job | None = None
    step_index: int = -1
    node: Node | None = None
    local_hook: bool = False  # a pre-commit hook that no pipeline runs
    aside: bool = False
    confidence: str = ""  # "medium" where the files only let one infer that it runs (pre-commit.ci)
