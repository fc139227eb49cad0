"""What a pipeline file declares, in one shape for every platform."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from opslint.source.node import Mapping, Node
from opslint.source.span import Span


class Platform(StrEnum):
    """Who reads the file; the values are the words of the JSON report and of `--platform`."""

    GITHUB = "github"
    GITLAB = "gitlab"
    ARGO = "argo"


class Event(StrEnum):
    """What starts a pipeline, in one vocabulary for every platform.

    `PUSH` is a push to any branch (it reaches a change before the merge), `PUSH_DEFAULT` one
    that only named, lasting branches get (after the merge).
    """

    CHANGE = "change"  # pull or merge request, merge queue
    PUSH = "push"
    PUSH_DEFAULT = "push-default"
    TAG = "tag"
    RELEASE = "release"
    SCHEDULE = "schedule"
    UPSTREAM = "upstream"  # workflow_run, parent pipeline, repository_dispatch, sensor
    RECONCILE = "reconcile"  # a GitOps controller
    ACTIVITY = "activity"  # issues, comments, labels: neither validates nor delivers a change
    MANUAL = "manual"
    CALL = "call"  # only another pipeline can start it


AUTOMATIC = frozenset(Event) - {Event.MANUAL, Event.CALL}


class Trigger(msgspec.Struct, frozen=True, kw_only=True):
    """One way a pipeline starts.

    Shape: `name` is the platform's own word (`pull_request`, `merge_request_event`, `cron`);
           `events` what it amounts to; `filters` the raw filter lists by key (`branches`, `paths`, `types`).
    """

    name: str
    events: frozenset[Event]
    span: Span
    filters: dict[str, tuple[str, ...]] = {}


class StepKind(StrEnum):
    """What a step is made of."""

    RUN = "run"  # a block of commands
    ACTION = "action"  # GitHub `uses:`, a GitLab `run:` step
    WORKFLOW = "workflow"  # a reusable workflow, a child pipeline, a templateRef
    IMAGE = "image"  # a container that is started without commands of ours
    NOTHING = "nothing"  # waits, suspends


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a job does, as declared.

    Shape:  RUN has `script` (its text as the shell gets it) and `script_node` (the scalar it stands in);
            ACTION, WORKFLOW, IMAGE have `uses` (slug, path or image without the version) and `version`
            (ref, tag or digest, None where there is none).
            `called` are the calls that gave it its parameters, outermost first, each with its words.
    Units:  `section` is `before_script`, `script`, `after_script`, `steps`, `run`, `exit-handler`, ….
    """

    kind: StepKind
    span: Span
    id: str = ""
    name: str = ""
    section: str = "steps"
    script: str = ""
    script_node: Node | None = None
    shell: str = ""  # "" is the platform's default; else `bash`, `sh`, `pwsh`, `python`, `bash {0}`, …
    uses: str = ""
    version: str | None = None
    inputs: dict[str, str] = {}
    env: dict[str, str] = {}
    condition: str = ""
    may_fail: bool = False  # continue-on-error, continueOn
    may_fail_why: str = ""  # the words of the file that say so
    when: str = ""  # "", "on-failure", "always": runs when earlier ones failed
    node: Node | None = None
    called: tuple[tuple[Span, str], ...] = ()


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """An image a job, a service, a template or a workload is started from.

    Shape: `name` without tag and digest, `reference` as written; `role` is `job`, `service`, `step`, `workload`, `init`, `sidecar`.
    """

    reference: str
    name: str
    tag: str = ""
    digest: str = ""
    role: str = "job"
    span: Span
    literal: bool = True  # False where a variable or expression decides it


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """The unit a pipeline schedules: a GitHub or GitLab job, an Argo Workflows template.

    Shape:  `needs` are ids of jobs in the same pipeline; `environment` is the name as written or "";
            `events` are those that can reach it after its own conditions; `disabled` says why it can never run;
            `when` and `allow_failure` are what a GitLab job says itself before its `rules` change it (None: the platform has no
            such word), `allowed_exit_codes` the exit codes it lets pass.
    """

    id: str
    name: str
    span: Span
    platform: Platform
    pipeline: str  # path of the pipeline file
    events: frozenset[Event]
    steps: tuple[Step, ...] = ()
    stage: str = ""
    condition: str = ""
    needs: tuple[str, ...] = ()
    needs_nothing: bool = False  # GitLab `needs: []`: does not wait for earlier stages
    environment: str = ""
    environment_span: Span | None = None
    images: tuple[Image, ...] = ()
    manual: bool = False  # a person starts this job (when: manual), though the pipeline runs by itself
    manual_gate: bool = False  # it waits for a person after automatic jobs
    may_fail: bool = False
    may_fail_why: str = ""
    when: str = "on_success"
    allow_failure: bool | None = None
    allowed_exit_codes: tuple[int, ...] = ()
    timeout: str = ""
    timeout_span: Span | None = None
    disabled: str = ""
    hidden: bool = False  # a GitLab `.job` or an unreferenced template
    runs_always: str = ""  # "", "on-failure", "always"
    variables: dict[str, str] = {}
    shell: str = ""
    reports: tuple[tuple[str, Span], ...] = ()  # GitLab artifacts:reports keys
    inherits: tuple[str, ...] = ()  # GitLab `extends`, in order as written
    references: tuple[str, ...] = ()  # names of jobs whose keys `!reference` pulls in
    runner: tuple[str, ...] = ()  # runs-on labels, tags
    node: Mapping | None = None  # the job's own mapping, for field rules


class Include(msgspec.Struct, frozen=True, kw_only=True):
    """One GitLab `include:` entry, or another pointer from a pipeline file to a file.

    Shape: `kind` is `local`, `project`, `remote`, `template`, `component`, `artifact`; `name` is what is included;
           `version` its ref, None where there is none; `events` those its own `rules` leave, None where they leave all;
           `disabled` says why it is never included.
    """

    kind: str
    name: str
    span: Span
    project: str = ""
    version: str | None = None
    inputs: dict[str, str] = {}
    conditional: bool = False
    events: frozenset[Event] | None = None
    disabled: str = ""


class Pipeline(msgspec.Struct, frozen=True, kw_only=True):
    """One GitHub workflow, one GitLab pipeline file, one Argo Workflow object.

    Shape: `kind` is `github.workflow`, `github.action`, `gitlab.pipeline`, `argo.workflow`, `argo.cronworkflow`,
           `argo.workflowtemplate`, `argo.clusterworkflowtemplate`, ….
    """

    platform: Platform
    kind: str
    path: str
    name: str
    span: Span
    triggers: tuple[Trigger, ...]
    jobs: tuple[Job, ...]
    includes: tuple[Include, ...] = ()
    suspended: bool = False
    entry: bool = True  # False: only another file reaches it (an included fragment, a composite action)
    aside: bool = False  # under tests/, examples/, docs/ …: neither shows a practice nor makes it apply
    variables: dict[str, str] = {}
    stages: tuple[str, ...] = ()
    node: Mapping | None = None  # the whole document, for field rules

    @property
    def events(self) -> frozenset[Event]:
        """Every event that can start it."""
        return frozenset(event for trigger in self.triggers for event in trigger.events)
