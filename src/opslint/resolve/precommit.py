"""Pre-commit hooks: run by a job, by pre-commit.ci, or only on people's machines."""

from __future__ import annotations

import re

import msgspec

from opslint.model.activity import Activity, ActivityKind, Command, Hop
from opslint.model.pipeline import Event
from opslint.model.repository import Repository
from opslint.model.resource import Companion, Hook

PROGRAMS = frozenset({"pre-commit", "prek", "prefligit", "pre_commit"})
ACTIONS = frozenset(
    {
        "pre-commit/action",
        "j178/prek-action",
        "tox-dev/action-pre-commit-uv",
        "cloudposse/github-action-pre-commit",
        "pre-commit-ci/lite-action",
        "paddyroddy/.github/actions/pre-commit",
        "leoatchina/pre-commit-action",
        "open-turo/action-pre-commit",
        "dfm/pre-commit-action",
    }
)
_LITE = "pre-commit-ci/lite-action"
_EVERY_FILE = frozenset(
    {
        "-a",
        "--all-files",
        "--files",
        "--from-ref",
        "--to-ref",
        "-s",
        "-o",
        "--source",
        "--origin",
        "--last-commit",
        "--directory",
        "-d",
    }
)
_VALUED = frozenset(
    {
        "-c",
        "--config",
        "--color",
        "--hook-stage",
        "--stage",
        "-s",
        "-o",
        "--from-ref",
        "--to-ref",
        "--source",
        "--origin",
        "--files",
        "-j",
        "-d",
        "--directory",
        "--group",
        "--skip",
        "--refresh",
    }
)
_NOTHING_STAGED = "without --all-files pre-commit looks at no file of a fresh checkout"
_DEFAULT_STAGES = frozenset({"", "pre-commit", "commit", "pre-push", "push", "pre-merge-commit", "merge-commit"})
_SYNONYMS = {"commit": "pre-commit", "push": "pre-push", "merge-commit": "pre-merge-commit"}


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that runs the hooks.

    Shape: `only` names the hooks it runs (all where empty); `skipped` those it leaves out; `stage` is the hook stage.
    """

    activity: Activity
    only: frozenset[str] = frozenset()
    skipped: frozenset[str] = frozenset()
    stage: str = "pre-commit"
    soft_why: str = ""


def hook_activities(repository: Repository, activities: list[Activity]) -> list[Activity]:
    """Every hook of the root's configuration, chained from each job that runs it, or as a local one where no pipeline does."""
    hooks = [hook for hook in repository.hooks if "/" not in hook.span.path]
    if not hooks:
        return []
    runs = [run for activity in activities if (run := _run_of(activity)) is not None]
    service = _service(repository)
    found: list[Activity] = []
    for hook in hooks:
        chained = [one for run in runs if _runs(run, hook) for one in _under(run, hook)]
        if service is not None and hook.id not in service[1] and _staged(hook, "pre-commit"):
            chained.extend(_by_service(service[0], hook))
        if not chained and not (hook.stages and set(hook.stages) <= {"manual"}):
            chained = _local(hook)
        found.extend(chained)
    return found


def _run_of(activity: Activity) -> Run | None:
    """What a command or an action runs of the hooks, None where it runs none."""
    env = activity.env
    skipped = frozenset(word.strip() for word in env.get("SKIP", "").split(",") if word.strip())
    if activity.kind is ActivityKind.ACTION:
        if activity.name.lower() not in ACTIONS or activity.name.lower() == _LITE:
            return None
        arguments = activity.inputs.get("extra_args", activity.inputs.get("extra-args", "--all-files")).split()
        return _from_words(activity, tuple(arguments), skipped)
    command = activity.command
    if command is None:
        return None
    layer = next((one for one in command.layers if one and one[0] in PROGRAMS), None)
    if layer is None:
        return None
    words = list(layer[1:])
    while words and words[0].startswith("-"):
        words = words[2 if words[0] in ("-c", "--config", "-C", "--cd") else 1 :]
    if not words or words[0] != "run":
        return None
    return _from_words(activity, tuple(words[1:]), skipped)


def _from_words(activity: Activity, words: tuple[str, ...], skipped: frozenset[str]) -> Run:
    only: list[str] = []
    stage, every = "pre-commit", False
    index = 0
    while index < len(words):
        word = words[index]
        name, equals, value = word.partition("=")
        if name in _EVERY_FILE or "…" in word:
            every = True
        if name in ("--hook-stage", "--stage"):
            stage = value if equals else words[index + 1] if index + 1 < len(words) else stage
        if name == "--skip" and not equals and index + 1 < len(words):
            skipped |= {words[index + 1]}
        if word.startswith("-"):
            if name == "--files":
                break
            index += 2 if name in _VALUED and not equals else 1
            continue
        if "…" not in word:
            only.append(word)
        index += 1
    return Run(
        activity=activity,
        only=frozenset(only),
        skipped=skipped,
        stage=_SYNONYMS.get(stage, stage),
        soft_why="" if every else _NOTHING_STAGED,
    )


def _staged(hook: Hook, stage: str) -> bool:
    return not hook.stages or stage in {_SYNONYMS.get(one, one) for one in hook.stages}


def _runs(run: Run, hook: Hook) -> bool:
    if hook.id in run.skipped or (run.only and hook.id not in run.only):
        return False
    return _staged(hook, run.stage)


def _hop(hook: Hook) -> Hop:
    return Hop(path=hook.span.path, line=hook.span.line, text=f"id: {hook.id}")


def _under(run: Run, hook: Hook) -> list[Activity]:
    """A hook as part of what runs it: same events, same softness."""
    above = run.activity
    soft = above.soft_why or run.soft_why
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
    """A hook that pre-commit.ci runs on every pull request and push."""
    ci = companion.node.key("ci") if companion.node is not None else None
    line = ci.line if ci is not None else companion.span.line
    start = Activity(
        kind=ActivityKind.HOOK,
        name=hook.id,
        span=hook.span,
        chain=(Hop(path=companion.path, line=line, text="pre-commit.ci"), _hop(hook)),
        events=frozenset({Event.CHANGE, Event.PUSH_DEFAULT}),
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

    words = " ".join("'" + word.replace("'", "'\\''") + "'" for word in hook.args)
    script = f"{hook.entry} {words}".strip()
    found.extend(_entry(hook, base, command) for command in commands_of(script, shell="sh"))  # noqa: S604  starts no process
    return found


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
