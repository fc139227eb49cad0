"""Words of a command or inputs of an action, held against the forms of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from opslint.model.activity import Command

UNKNOWN = "…"
OFF = frozenset({"", "0", "false", "False", "no", "off", "none", "never"})
ARGUMENT_INPUTS = ("args", "arguments", "options", "flags", "extra_args", "extra-args", "additional_args", "command", "cmd", "run")


MARKS = ("$", ">", "|", "@")
"""With what a word of a form begins that speaks of a variable the command uses, the file it writes, what it is piped to, or what
the program of one's own that it starts plainly does."""


def marks_of(command: Command, excludes: Sequence[str]) -> list[str]:
    """What forms may ask beside the words of a command: `$NAME` of each variable that is not known, `>file`, `|next command`,
    `@mark` of what the program does.

    Shape: `excludes` may hold `$NAME` globs; the variables that fit one are left out.
    """
    refused = [flag[1:] for flag in excludes if flag.startswith("$")]
    marks = [f"${name}" for name in command.variables if not any(glob(name, pattern) for pattern in refused)]
    marks.extend(f"@{mark}" for mark in command.marks)
    if command.pipe_to:
        marks.append("|" + " ".join(command.pipe_to))
    elif command.stdout_to not in ("", "|"):
        marks.append(f">{command.stdout_to}")
    return marks


def glob(text: str, pattern: str) -> bool:
    """Whether a word fits a pattern with `*`; a word that is unknown in part fits only where the pattern leaves that part open."""
    if pattern == text or pattern == "*":
        return True
    if "?" in pattern or "[" in pattern:
        return fnmatchcase(text, pattern)
    head, star, rest = pattern.partition("*")
    if not star or not text.startswith(head):
        return False
    *middle, tail = rest.split("*")
    at, end = len(head), len(text) - len(tail)
    if at > end or not text.endswith(tail):
        return False
    for part in middle:  # each as early as it can stand, which leaves the most room for the rest
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def prefix_length(form: Sequence[str], argv: Sequence[str], beside: Sequence[str] = ()) -> int:
    """How many words of `form` the command begins with; 0 where it does not.

    Options between the command and a sub-command are stepped over, with a value each where that makes it fit;
    a word of the form that is an option itself may stand anywhere behind. `python -m` is followed by its module at once: the
    module of `python -m pytest build` is pytest.

    Shape: `beside` are marks that stand beside the words (see `marks_of`): a word of the form that begins with one of MARKS must
           fit one of them.
    """
    if not argv or not glob(argv[0], form[0]):
        return 0
    at = 1
    module = False
    for word in form[1:]:
        if word.startswith(MARKS):
            if not any(glob(mark, word) for mark in beside):
                return 0
            continue
        if word.startswith("-"):
            if not flag_in_words(word, argv[1:]):
                return 0
            module = word == "-m" and argv[0] == "python" and "-m" in argv
            at = argv.index("-m") + 1 if module else at
            continue
        found = _step_to(word, argv, at) if not module or glob(argv[at] if at < len(argv) else "", word) else -1
        if found < 0:
            return 0
        at, module = found + 1, False
    return len(form)


def _step_to(word: str, argv: Sequence[str], at: int) -> int:
    free = 0
    while at < len(argv):
        current = argv[at]
        if glob(current, word):
            return at
        if current.startswith(("-", "+")):
            free = 0 if "=" in current else 1
        elif free:
            free = 0
        else:
            return -1
        at += 1
    return -1


def flag_in_words(flag: str, words: Sequence[str]) -> bool:
    """Whether an option (or a plain word) stands among some words; `--a=b` also fits `--a b`, values may be globs.

    Shape: a flag without a value does not fit one that is switched off (`--exit-code 0`, `--fail=false`).
    """
    name, separator, value = flag.partition("=")
    for position, word in enumerate(words):
        if glob(word, flag):
            return separator != "" or not _switched_off(words, position)
        key, joined, given = word.partition("=")
        if not glob(key, name):
            continue
        if not separator:
            return given not in OFF if joined else True
        if joined:
            if glob(given, value):
                return True
        elif position + 1 < len(words) and glob(words[position + 1], value):
            return True
    return False


def _switched_off(words: Sequence[str], position: int) -> bool:
    return words[position].startswith("-") and position + 1 < len(words) and words[position + 1] in ("0", "false", "never", "none")


def flag_in_inputs(flag: str, inputs: Mapping[str, str]) -> bool:
    """Whether an input is set: the flag's name without dashes; without a value it must not be switched off."""
    name, separator, value = flag.lstrip("-").partition("=")
    for key, given in inputs.items():
        if key.lower() != name.lower():
            continue
        return glob(given.strip().lower(), value.lower()) if separator else given.strip() not in OFF
    return False


def flag_in_env(flag: str, env: Mapping[str, str]) -> bool:
    """Whether a variable is set that a flag written in capitals names."""
    name, separator, value = flag.partition("=")
    if not name or not name.replace("_", "").isalnum() or name != name.upper():
        return False
    given = env.get(name)
    if given is None:
        return False
    return glob(given.strip().lower(), value.lower()) if separator else given.strip() not in OFF


def inputs_fit(wanted: Mapping[str, str], given: Mapping[str, str]) -> bool:
    """Whether the inputs of a step fit those a form asks for (values are globs, `*` any, `!x` anything but x, "" absent)."""
    lowered = {key.lower(): value.strip() for key, value in given.items()}
    for key, pattern in wanted.items():
        value = lowered.get(key.lower(), "")
        if pattern == "":
            if value:
                return False
        elif pattern.startswith("!"):
            if glob(value.lower(), pattern[1:].lower()):
                return False
        elif not value or not any(glob(line.strip(), pattern.lower()) for line in (value.lower(), *value.lower().splitlines())):
            return False
    return True


def words_of_inputs(inputs: Mapping[str, str]) -> list[str]:
    """The words of those inputs that carry arguments, split as a shell would."""
    words: list[str] = []
    for key, value in inputs.items():
        if key.lower() in ARGUMENT_INPUTS:
            words.extend(value.replace('"', " ").replace("'", " ").split())
    return words
