"""Which shell a platform starts a block with, and whether an error stops it."""

from __future__ import annotations

_PROGRAMS = {
    "bash": "bash",
    "sh": "sh",
    "dash": "sh",
    "ash": "sh",
    "zsh": "zsh",
    "ksh": "ksh",
    "pwsh": "pwsh",
    "powershell": "powershell",
    "cmd": "cmd",
    "msys2": "bash",
    "python": "python",
    "python3": "python",
}


def shell_semantics(platform: str, shell: str, runner: tuple[str, ...] = ()) -> tuple[str, bool, bool]:
    """The dialect of a block, whether errexit holds, and whether pipefail holds.

    Shape:  `platform` is a word of `Platform`; `shell` is as the file says it, "" where it does not; `runner` the labels of the
            job's runner, which decide the default shell. A program that is no shell is its own dialect: nothing is read then.
    Source: GitHub Actions workflow syntax, `jobs.<job_id>.steps[*].shell`; GitLab Runner, shells/bash.go (`set -eo pipefail`).
    """
    text = shell.strip()
    if platform == "gitlab":
        windows = not text and any("windows" in label.lower() for label in runner)
        dialect = _PROGRAMS.get(_program(text), "bash") if text else "pwsh" if windows else "bash"
        return dialect, True, dialect != "cmd"
    if platform == "github":
        if not text:
            if any("windows" in label.lower() and "{{" not in label for label in runner):
                return "pwsh", True, False
            return "bash", True, False
        if text == "bash":
            return "bash", True, True
        if text in ("sh", "pwsh", "powershell"):
            return text, True, False
        if text in ("cmd", "python"):
            return text, text == "python", False
    return _template(text or "sh")


def _program(text: str) -> str:
    """The program of a shell template, path and suffix taken off, looked for behind `env`, `nix develop -c` and their kin."""
    for word in text.split():
        base = word.rpartition("/")[2].removesuffix(".exe")
        if base in _PROGRAMS:
            return base
    return text.split(maxsplit=1)[0].rpartition("/")[2] if text.split() else ""


def _template(text: str) -> tuple[str, bool, bool]:
    """A template such as `bash -leo pipefail {0}` or `sh -c`: its flags decide."""
    program = _program(text)
    dialect = _PROGRAMS.get(program, program)
    words = text.split()
    errexit = pipefail = program == "msys2"  # setup-msys2 starts `bash -leo pipefail`
    for index, word in enumerate(words):
        if word.startswith("-") and not word.startswith("--") and "e" in word[1:]:
            errexit = True
        if word.startswith(("-", "+")) and word.endswith("o") and index + 1 < len(words):
            on = word[0] == "-"
            errexit = on if words[index + 1] == "errexit" else errexit
            pipefail = on if words[index + 1] == "pipefail" else pipefail
    if dialect in ("pwsh", "powershell", "python"):
        errexit = True
    return dialect, errexit, pipefail
