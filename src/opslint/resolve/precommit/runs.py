"""What runs pre-commit's hooks: commands and actions, with the hooks they name, skip, and the stage they ask for."""

from __future__ import annotations

import msgspec

from opslint.model.activity import Activity, ActivityKind
from opslint.resolve.wrappers.tables import words_in

CONFIGURATION = ".pre-commit-config.yaml"
PROGRAMS = frozenset({"pre-commit", "prek", "prefligit", "pre_commit"})
ACTIONS: dict[str, tuple[str, ...]] = {
    "pre-commit/action": ("extra_args",),
    "j178/prek-action": ("extra-args", "extra_args"),
    "tox-dev/action-pre-commit-uv": ("extra_args",),
    "cloudposse/github-action-pre-commit": ("extra_args",),
    "paddyroddy/.github/actions/pre-commit": (),
    "leoatchina/pre-commit-action": ("extra_args",),
    "open-turo/action-pre-commit": ("extra_args",),
    "dfm/pre-commit-action": ("extra_args",),
    "clowdhaus/terraform-composite-actions/pre-commit": ("args",),
    "mxschmitt/pre-commit-action": ("extra_args",),
    "browniebroke/pre-commit-action": ("extra_args",),
}
"""Actions that run the hooks on all files, and the inputs that say otherwise. `pre-commit-ci/lite-action` is none: it only pushes
what a run before it changed. Sources: the actions' own action.yml."""

_FILES_GIVEN = words_in("-a --all-files --files --from-ref --to-ref -s -o --source --origin --last-commit --directory -d")
_VALUED = words_in(
    "-c --config --color --hook-stage --stage -s -o --from-ref --to-ref --source --origin --files -j -d --directory --group --skip "
    "--refresh --no-group --glob --commit-msg-filename --remote-branch --local-branch --remote-name --remote-url"
)
_GLOBAL_VALUED = words_in("-c --config -C --cd --color --log-file --cwd")
_VERBS = words_in(
    "autoupdate auto-update clean cache gc help init-template-dir init-templatedir install install-hooks prepare-hooks "
    "list list-builtins migrate-config sample-config self try-repo uninstall util validate-config validate-manifest hook-impl"
)
_NOTHING_STAGED = "without --all-files pre-commit looks at no file of a fresh checkout"
_SYNONYMS = {"commit": "pre-commit", "push": "pre-push", "merge-commit": "pre-merge-commit"}
MAX_ONLY = 50


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that runs the hooks.

    Shape: `only` names the hooks it runs (all where empty); `skipped` those it leaves out; `stage` is the hook stage; `path` the
           configuration it is told to use, "" for the usual one. `soft_why` holds for hooks that want files.
    """

    activity: Activity
    only: frozenset[str] = frozenset()
    skipped: frozenset[str] = frozenset()
    stage: str = "pre-commit"
    path: str = ""
    soft_why: str = ""


def run_of(activity: Activity) -> Run | None:
    """What a command or an action runs of the hooks, None where it runs none.

    Source: pre-commit.com, "pre-commit run", "Temporarily disabling hooks"; prek, "CLI Reference".
    """
    skipped = _listed(activity.env.get("SKIP", "")) | _listed(activity.env.get("PREK_SKIP", ""))
    if activity.kind is ActivityKind.ACTION:
        inputs = ACTIONS.get(activity.name.lower())
        if inputs is None:
            return None
        given = next((activity.inputs[name] for name in inputs if name in activity.inputs), "--all-files")
        words = tuple(given.split())
        return _from_words(activity, words[1:] if words[:1] == ("run",) else words, skipped, "")
    command = activity.command
    layer = next((one for one in command.layers if one and one[0] in PROGRAMS), None) if command is not None else None
    if layer is None or {"--help", "-h", "--version", "-V"} & set(layer[1:]):
        return None
    index, path = 1, ""
    while index < len(layer) and layer[index].startswith("-"):
        name, equals, value = layer[index].partition("=")
        if name not in _GLOBAL_VALUED:
            if layer[0] == "pre-commit" or name in _FILES_GIVEN:
                break
            index += 1
            continue
        value = value if equals else "".join(layer[index + 1 : index + 2])
        path = value if name in ("-c", "--config") else path
        index += 1 if equals else 2
    words = layer[index:]
    if words and words[0] == "run":
        return _from_words(activity, words[1:], skipped, path)
    if not words or (layer[0] != "pre-commit" and words[0] not in _VERBS):
        return _from_words(activity, words, skipped, path)  # `run` is what both do where they are told nothing
    return None


def _listed(text: str) -> frozenset[str]:
    return frozenset(word.strip() for word in text.split(",") if word.strip())


def _from_words(activity: Activity, words: tuple[str, ...], skipped: frozenset[str], path: str) -> Run:
    only: list[str] = []
    stage, every, index = "pre-commit", False, 0
    while index < len(words):
        word = words[index]
        name, equals, value = word.partition("=")
        value = value if equals else "".join(words[index + 1 : index + 2])
        every = every or name in _FILES_GIVEN or "…" in word
        if name in ("--hook-stage", "--stage"):
            stage = value
        elif name == "--skip":
            skipped |= {value}
        elif name in ("-c", "--config"):
            path = value
        if not word.startswith("-"):
            only += [word] if "…" not in word else []
        elif name == "--files":
            break
        elif name in _VALUED and not equals:
            index += 1
        index += 1
    return Run(
        activity=activity,
        only=frozenset(only[:MAX_ONLY]),
        skipped=skipped,
        stage=stage_named(stage),
        path=path.removeprefix("./") if path.removeprefix("./") != CONFIGURATION else "",
        soft_why="" if every else _NOTHING_STAGED,
    )


def stage_named(stage: str) -> str:
    """A stage by the name it has today."""
    return _SYNONYMS.get(stage, stage)
