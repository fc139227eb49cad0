"""Actions whose job is to run a command they are given as an input."""

from __future__ import annotations

import msgspec

from opslint.model.pipeline import Step

MAX_NUMBERED = 20
"""Numbered inputs that are asked for."""


class ActionScript(msgspec.Struct, frozen=True):
    """Where an action takes its command from.

    Shape: `name` is the input; `program` stands before its value (`gradle` of `arguments: test`), followed by the value of the
           input `verb` where there is one, by itself under `alone` where neither is given; `remote` says it runs on another
           machine than the runner; `image` names the input that holds an image; `numbered` says that the inputs `name1`,
           `name2` … hold a command each.
    """

    name: str
    program: str = ""
    verb: str = ""
    remote: bool = False
    image: str = ""
    errexit: bool = True
    alone: bool = False
    numbered: bool = False


SCRIPTS: dict[str, ActionScript] = {
    "nick-invision/retry": ActionScript("command"),
    "nick-fields/retry": ActionScript("command"),
    "wandalen/wretry.action": ActionScript("command"),
    "step-security/retry": ActionScript("command"),
    "reactivecircus/android-emulator-runner": ActionScript("script"),
    "gabrielbb/xvfb-action": ActionScript("run"),
    "coactions/setup-xvfb": ActionScript("run"),
    "cypress-io/github-action": ActionScript("command"),
    "addnab/docker-run-action": ActionScript("run", image="image"),
    "uraimo/run-on-arch-action": ActionScript("run"),
    "pguyot/arm-runner-action": ActionScript("commands"),
    "cross-platform-actions/action": ActionScript("run"),
    "vmactions/freebsd-vm": ActionScript("run"),
    "vmactions/openbsd-vm": ActionScript("run"),
    "vmactions/netbsd-vm": ActionScript("run"),
    "vmactions/solaris-vm": ActionScript("run"),
    "vmactions/omnios-vm": ActionScript("run"),
    "vmactions/dragonflybsd-vm": ActionScript("run"),
    "devcontainers/ci": ActionScript("runCmd"),
    "workflow/nix-shell-action": ActionScript("script"),
    "jameshenry/parallel-bash-commands": ActionScript("cmd", numbered=True),
    "azure/cli": ActionScript("inlineScript"),
    "appleboy/ssh-action": ActionScript("script", remote=True, errexit=False),
    "gradle/gradle-build-action": ActionScript("arguments", "gradle"),
    "gradle/actions/setup-gradle": ActionScript("arguments", "gradle"),
    "eskatos/gradle-command-action": ActionScript("arguments", "gradle"),
    "burrunan/gradle-cache-action": ActionScript("arguments", "gradle"),
    "actions-rs/cargo": ActionScript("args", "cargo", "command"),
    "clechasseur/rs-cargo": ActionScript("args", "cargo", "command"),
    "houseabsolute/actions-rust-cross": ActionScript("args", "cargo", "command"),
    "magefile/mage-action": ActionScript("args", "mage"),
    "borales/actions-yarn": ActionScript("cmd", "yarn"),
    "helmfile/helmfile-action": ActionScript("helmfile-args", "helmfile"),
    "dagger/dagger-for-github": ActionScript("args", "dagger", "verb"),
    "trunk-io/trunk-action": ActionScript("arguments", "trunk check", alone=True),
}
"""By slug, lower case. Sources: the actions' own action.yml."""


def scripts_of(step: Step) -> list[tuple[ActionScript, str]]:
    """The table's row for a step with each script it runs; none where the action runs none."""
    row = SCRIPTS.get(step.uses.lower())
    if row is None:
        return []
    rows = [row]
    if row.numbered:
        rows = [msgspec.structs.replace(row, name=f"{row.name}{number}") for number in range(1, MAX_NUMBERED + 1)]
    return [(one, script) for one in rows if (script := _script(one, step)).strip()]


def _script(row: ActionScript, step: Step) -> str:
    """The script of one input, "" where the step gives none."""
    value = step.inputs.get(row.name, "")
    if not row.program:
        return value
    verb = step.inputs.get(row.verb, "") if row.verb else ""
    if not value.strip() and not verb and not row.alone:
        return ""
    return " ".join(part for part in (row.program, verb, value.strip()) if part)
