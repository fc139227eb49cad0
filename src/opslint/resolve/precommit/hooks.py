"""Pre-commit hooks: run by a job, by pre-commit.ci, or only on people's machines."""

from __future__ import annotations

import re

import msgspec

from opslint.model.activity import Activity, ActivityKind, Command, Hop
from opslint.model.pipeline import Event
from opslint.model.repository import Repository
from opslint.model.resource import Companion, Hook
from opslint.resolve.jobs.places import Files
from opslint.resolve.precommit.runs import Run, run_of, stage_named

MEDIUM = "medium"
MAX_CONFIGURATIONS = 20
_OWN_STAGES: dict[tuple[str, str], tuple[str, ...]] = {
    ("github.com/compilerla/conventional-pre-commit", "conventional-pre-commit"): ("commit-msg",),
    ("github.com/alessandrojcm/commitlint-pre-commit-hook", "commitlint"): ("commit-msg",),
    ("github.com/commitizen-tools/commitizen", "commitizen"): ("commit-msg",),
    ("github.com/commitizen-tools/commitizen", "commitizen-branch"): ("pre-push",),
    ("github.com/jorisroovers/gitlint", "gitlint"): ("commit-msg",),
    ("github.com/jorisroovers/gitlint", "gitlint-ci"): ("manual",),
    ("github.com/opensource-nepal/commitlint", "commitlint"): ("commit-msg",),
    ("github.com/espressif/conventional-precommit-linter", "conventional-precommit-linter"): ("commit-msg",),
}
"""Stages that hooks are bound to by the `.pre-commit-hooks.yaml` of their own repositories."""


def hook_activities(repository: Repository, activities: list[Activity], files: Files) -> list[Activity]:
    """Every hook of the root's configuration, chained from each job that runs it, or as a local one where no pipeline does.

    A run that names another configuration runs the hooks of that one.
    """
    hooks = [hook for hook in repository.hooks if "/" not in hook.span.path]
    runs = [run for activity in activities if (run := run_of(activity)) is not None]
    found: list[Activity] = []
    others = {run.path: _other(run, files) for run in runs[:MAX_CONFIGURATIONS] if run.path}
    for path, named in others.items():
        found.extend(one for run in runs if run.path == path for hook in named if _runs(run, hook) for one in _under(run, hook))
    service = _service(repository)
    for hook in hooks:
        chained = [one for run in runs if not run.path and _runs(run, hook) for one in _under(run, hook)]
        if service is not None and not {hook.id, hook.alias} & service[1] and _staged(hook, "pre-commit"):
            chained.extend(_by_service(service[0], hook))
        if not chained and not (hook.stages and set(hook.stages) <= {"manual"}):
            chained = _local(hook)
        found.extend(chained)
    return found


def _other(run: Run, files: Files) -> tuple[Hook, ...]:
    """The hooks of a configuration that a run names itself."""
    from opslint.errors import UnreadableFile
    from opslint.parse.companion.updates import hooks_of
    from opslint.resolve.shell.state import joined

    path = joined("", run.path)
    if "…" in path or path.startswith("..") or not files.tree.has(path):
        return ()
    try:
        return hooks_of(path, files.tree.read(path))
    except UnreadableFile:
        return ()


def _staged(hook: Hook, stage: str) -> bool:
    """Whether a hook belongs to a stage: by what the configuration says, else by what its repository does."""
    stages = hook.stages or _OWN_STAGES.get((address(hook.repo), hook.id), ())
    return not stages or stage in {stage_named(one) for one in stages}


def _runs(run: Run, hook: Hook) -> bool:
    names = {hook.id, hook.alias} - {""}
    if names & run.skipped:
        return False
    if run.only and not ({name.replace("_", "-") for name in names} & {name.replace("_", "-") for name in run.only}):
        return False
    return _staged(hook, run.stage)


def _hop(hook: Hook) -> Hop:
    return Hop(path=hook.span.path, line=hook.span.line, text=f"id: {hook.id}")


def _under(run: Run, hook: Hook) -> list[Activity]:
    """A hook as part of what runs it: same events, same softness."""
    above = run.activity
    soft = above.soft_why or ("" if hook.always else run.soft_why)
    return _as_activities(
        hook,
        msgspec.structs.replace(
            above,
            chain=(*above.chain, _hop(hook)),
            soft_why=soft,
            blocking=not soft,
            command=None,
            inputs={},
            version=None,
            node=None,
        ),
    )


def _by_service(companion: Companion, hook: Hook) -> list[Activity]:
    """A hook that pre-commit.ci runs on every pull request and push.

    The `ci:` section speaks to nobody else, but whether the app is installed does not stand in the files: medium confidence.
    """
    ci = companion.node.key("ci") if companion.node is not None else None
    line = ci.line if ci is not None else companion.span.line
    start = Activity(
        kind=ActivityKind.HOOK,
        name=hook.id,
        span=hook.span,
        chain=(Hop(path=companion.path, line=line, text="pre-commit.ci"), _hop(hook)),
        events=frozenset({Event.CHANGE, Event.PUSH_DEFAULT}),
        confidence=MEDIUM,
    )
    return _as_activities(hook, start)


def _local(hook: Hook) -> list[Activity]:
    """A hook that only people who installed pre-commit run."""
    why = "only a local pre-commit hook is seen to run it, no pipeline"
    return _as_activities(
        hook,
        Activity(
            kind=ActivityKind.HOOK,
            name=hook.id,
            span=hook.span,
            chain=(_hop(hook),),
            local_hook=True,
            blocking=False,
            soft_why=why,
        ),
    )


def _as_activities(hook: Hook, base: Activity) -> list[Activity]:
    """The hook itself, and what a hook of the repository's own runs."""
    inputs = {"args": " ".join(hook.args)} if hook.args else {}
    found = [
        msgspec.structs.replace(
            base,
            kind=ActivityKind.HOOK,
            name=hook.id,
            span=hook.span,
            repo=address(hook.repo),
            version=hook.version,
            inputs=inputs,
        )
    ]
    if hook.repo != "local" or not hook.entry or hook.language in ("pygrep", "fail"):
        return found
    from opslint.resolve.shell import commands_of

    script = _script(hook)
    found.extend(_entry(hook, base, command) for command in commands_of(script, shell="sh"))  # noqa: S604  starts no process
    return found


def _script(hook: Hook) -> str:
    """What a local hook runs, as a shell would get it; the entry of `docker_image` stands behind `docker run`."""
    words = " ".join("'" + word.replace("'", "'\\''") + "'" for word in hook.args)
    script = f"{hook.entry} {words}".strip()
    return f"docker run --rm {script}" if hook.language == "docker_image" else script


def _entry(hook: Hook, base: Activity, command: Command) -> Activity:
    soft = base.soft_why or command.soft_why
    return msgspec.structs.replace(
        base,
        kind=ActivityKind.COMMAND,
        name=command.argv[0],
        span=hook.span,
        command=command,
        soft_why=soft,
        blocking=not soft and base.blocking,
    )


def _service(repository: Repository) -> tuple[Companion, frozenset[str]] | None:
    """The configuration that tells pre-commit.ci something, and the hooks it leaves out."""
    for companion in repository.companions:
        if companion.kind == "pre-commit" and companion.effective and companion.facts.get("ci") and "/" not in companion.path:
            skipped = companion.facts.get("ci_skip")
            return companion, frozenset(str(name) for name in skipped) if isinstance(skipped, (list, tuple)) else frozenset()
    return None


def address(repo: str) -> str:
    """A hook's repository without scheme and `.git`, lower case."""
    return (
        re.sub(r"^(?:https?://|ssh://|git://)?(?:[^@/]+@)?", "", repo.strip())
        .replace(":", "/", 1)
        .removesuffix("/")
        .removesuffix(".git")
        .lower()
        if repo not in ("local", "meta", "builtin")
        else repo
    )
