"""Scripts of the repository: `./ci/test.sh`, `bash ci/test.sh`, `source ci/env.sh`."""

from __future__ import annotations

from opslint.resolve.follow.follower import SUFFIXES, Lead, Led, is_script
from opslint.resolve.jobs.places import Files
from opslint.resolve.wrappers.tables import SHELLS
from opslint.source.span import Span

MAX_SCRIPT = 256 * 1024
MAX_ARGUMENTS = 64

_SHELL_SUFFIXES = (".sh", ".bash", ".zsh", ".ksh")
_SOURCING = frozenset({"source", "."})


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The script a command starts or sources; None where it is no script of the repository, or of a language that is not read.

    Shape:  a script that is not there is told as dead only where its folder is, and never where it is sourced.
    Source: POSIX sh, "sh" and "dot"; Bash Reference Manual, "Invoking Bash".
    """
    del env
    head = argv[0]
    named = head in SHELLS or head in _SOURCING
    options, index = _options(argv) if head in SHELLS else ([], 1 if named else 0)
    if index >= len(argv) or any("c" in word[1:] and word[:2] != "--" for word in options if word[0] == "-"):
        return None
    if _sets(options, "n", "noexec"):
        return None  # only its syntax is looked at
    word = argv[index]
    if not named and "/" not in word:
        return None  # a program on the search path
    if word.lower().endswith((".ps1", ".cmd", ".bat")):
        from opslint.resolve.follow.scripts.powershell import windows_led

        return windows_led(word, argv[index + 1 :], folder, files)
    path = located(word, folder) if is_script(word) or (named and is_script(f"./{word}") and "/" not in word) else ""
    if not path:
        return None
    if not files.tree.has(path):
        looked_up = head in _SOURCING or (not named and "/" not in word)  # by PATH, where anything may stand
        return None if looked_up else missing(path, files)
    text = files.text(path)
    if text is None or len(text) > MAX_SCRIPT:
        return None
    dialect, more = (head if head in SHELLS else "bash", []) if named else interpreter(path, text)
    if dialect in ("python", "node"):
        return _program_led(dialect, path, text, argv[index + 1 :], folder, files)
    if not dialect:
        return None
    lead = Lead(
        script=text.removeprefix("\ufeff").replace("\r\n", "\n"),
        span=Span(path=path),
        folder=folder,
        errexit=head in _SOURCING or _sets([*options, *more], "e", "errexit"),
        pipefail=_sets([*options, *more], "", "pipefail"),
        line_step=1,
        shell=dialect,
        arguments=argv[index + 1 : index + 1 + MAX_ARGUMENTS],
    )
    return Led(leads=(lead,))


def _program_led(dialect: str, path: str, text: str, arguments: tuple[str, ...], folder: str, files: Files) -> Led | None:
    """What a program in a language of its own starts."""
    if dialect == "python":
        from opslint.resolve.follow.python.programs import script_led

        return script_led(path, text, arguments, folder, files)
    from opslint.resolve.follow.scripts.node import node_led

    return node_led(path, text, folder)


def located(word: str, folder: str) -> str:
    """A script's path in the tree, "" where it cannot be said or lies outside."""
    from opslint.resolve.shell.state import joined

    path = joined(folder, word)
    return "" if "…" in path or path.startswith("..") else path


def missing(path: str, files: Files) -> Led | None:
    """What a script that is not there means: it is dead where its folder is there, so that no other checkout brings it."""
    folder = path.rpartition("/")[0]
    if not path.endswith(SUFFIXES) or (folder and not files.below(folder)):
        return None
    return Led(dead=f"the script {path} does not exist")


def _options(argv: tuple[str, ...]) -> tuple[list[str], int]:
    """A shell's options, and where the script behind them stands: `bash -eo pipefail x.sh`."""
    options: list[str] = []
    index = 1
    while index < len(argv) and len(argv[index]) > 1 and argv[index][0] in "-+":
        options.append(argv[index])
        index += 1
        if options[-1][-1] == "o" and not options[-1].startswith("--") and index < len(argv):
            options.append(argv[index])
            index += 1
    return options, index


def _sets(options: list[str], letter: str, name: str) -> bool:
    """Whether options switch something on, by its letter or by its name behind `-o`."""
    before = ""
    for word in options:
        if before.startswith("-") and before.endswith("o") and word == name:
            return True
        if letter and word.startswith("-") and not word.startswith("--") and letter in word[1:]:
            return True
        before = word
    return False


def interpreter(path: str, text: str) -> tuple[str, list[str]]:
    """The dialect of a script by its first line, else by its name, with the first line's options; "" where it is not read."""
    first = text.partition("\n")[0].strip()
    if not first.startswith("#!"):
        return ("sh" if path.endswith(_SHELL_SUFFIXES) else "python" if path.endswith(".py") else ""), []
    words = [word for word in first[2:].split() if word != "-S" and "=" not in word]
    if words and words[0].endswith("env"):
        words = words[1:]
    base = words[0].rpartition("/")[2] if words else ""
    if base.startswith("python"):
        return "python", []
    if base in ("node", "zx", "tsx", "bun", "deno"):
        return "node", []
    return (base if base in SHELLS else ""), words[1:]
