"""tox: the commands of the environments a run asks for."""

from __future__ import annotations

import re

from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.follow.python.tox.asked import Asked, asked, chosen
from opslint.resolve.follow.python.tox.config import Config, Lines, held
from opslint.resolve.follow.python.tox.forms import read
from opslint.resolve.jobs.places import Files
from opslint.resolve.shell.state import joined
from opslint.resolve.shell.syntax.words import UNKNOWN
from opslint.source.span import Span
from opslint.source.words.late import late

MAX_COMMANDS = 400
MAX_ROUNDS = 6
MAX_VALUE = 4000
IGNORED = "tox ignores its failure (`-`)"
OUTCOME = "tox ignores how it ends (`ignore_outcome`)"

_SUBSTITUTION = late(r"(?<!\\)\{([^{}\n]{0,1000})\}")
_REFERENCE = late(r"\{\[([^\]{}]{1,200})\]([\w-]{1,80})\}")


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The commands tox runs; None where no configuration is found or it says nothing of the environments.

    Source: tox, "Configuration" (INI form, `pyproject.toml` and `tox.toml`; substitutions; conditional settings).
    """
    wanted = asked(argv, env)
    config = read(folder, wanted.conf, files) if wanted is not None and UNKNOWN not in wanted.conf else None
    if wanted is None or config is None:
        return None
    names, sure = chosen(wanted, config)
    found: dict[tuple[int, str], Lead] = {}
    told: list[frozenset[tuple[int, str]]] = []
    for name in names:
        leads = _environment(name, config, wanted)
        told.append(frozenset(leads))
        for key, lead in leads.items():
            if key not in found or (found[key].soft_why and not lead.soft_why):
                found[key] = lead
        if len(found) > MAX_COMMANDS:
            break
    vague = any(UNKNOWN in name for name in names) or not "".join(wanted.names).strip(UNKNOWN)
    same = sure or (not vague and all(one == told[0] for one in told))
    return Led(leads=tuple(found.values() if same else map(_unsure, found.values()))) if found else None


def _unsure(lead: Lead) -> Lead:
    import msgspec

    return msgspec.structs.replace(lead, confidence="low")


def _environment(name: str, config: Config, wanted: Asked) -> dict[tuple[int, str], Lead]:
    """The commands of one environment, by line and text."""
    known = _Known(name, config, wanted.posargs)
    root = config.path.rpartition("/")[0]
    to = " ".join(known.text(text) for text, _ in config.value(name, "change_dir", "changedir"))
    folder = root if not to or to == "." else joined(root, to)
    outcome = any(text.lower() == "true" for text, _ in config.value(name, "ignore_outcome"))
    variables = dict(known.pairs(config.value(name, "set_env", "setenv")))
    found: dict[tuple[int, str], Lead] = {}
    lines = [line for key in ("commands_pre", "commands", "commands_post") for line in known.spread(config.value(name, key))]
    for text, line in lines:
        soft, script = _stripped(known.text(text))
        if script and script != UNKNOWN:
            span = Span(path=config.path, line=line, column=1, end_line=line, end_column=1 + len(text))
            found[line, script] = Lead(script=script, span=span, folder=folder, soft_why=OUTCOME if outcome else soft, env=variables)
    return found


def _stripped(text: str) -> tuple[str, str]:
    """Why a command's failure is ignored ("" where it counts), and the command without the marks before it."""
    marks = re.match(r"[-!\s]*", text)
    taken = marks[0] if marks else ""
    if taken.strip().startswith("--"):
        return "", text
    return (IGNORED if "-" in taken else ""), text[len(taken):].strip()


class _Known:
    """What substitutions stand for in one environment."""

    def __init__(self, name: str, config: Config, posargs: tuple[str, ...] | None) -> None:
        from opslint.resolve.follow.python.reading.calls import script_of

        self.name = name
        self.config = config
        self.posargs = script_of(list(posargs)) if posargs is not None else None

    def spread(self, lines: Lines, depth: int = 0) -> Lines:
        """Lines with those that only refer to another section's replaced by what stands there."""
        found: list[tuple[str, int]] = []
        for text, line in lines:
            reference = _REFERENCE.fullmatch(text.strip())
            if reference is None:
                found.append((text, line))
            elif depth < MAX_ROUNDS:
                found.extend(self.spread(self._section(reference[1], reference[2]), depth + 1))
        return tuple(found[:MAX_COMMANDS])

    def text(self, text: str) -> str:
        """A text with its substitutions filled in, from the inside out."""
        for _ in range(MAX_ROUNDS):
            text, count = _SUBSTITUTION.subn(self._substituted, text[:MAX_VALUE])
            if not count:
                break
        return text.replace("\\{", "{").replace("\\}", "}").strip()

    def pairs(self, lines: Lines) -> list[tuple[str, str]]:
        """`NAME = value` of lines."""
        pairs = (self.text(text).partition("=") for text, _ in self.spread(lines))
        return [(name.strip(), value.strip()) for name, equals, value in pairs if equals and re.fullmatch(r"\s*\w+\s*", name)][:60]

    def _section(self, section: str, key: str) -> Lines:
        """What stands under a key of a section, or of the section that all environments share."""
        sections = self.config.sections
        if key in sections.get(section, {}):
            return held(sections[section][key], self.name)
        return held(sections.get("testenv", {}).get(key, ()), self.name) if section.startswith("testenv:") else ()

    def _substituted(self, found: re.Match[str]) -> str:
        inner = found[1]
        if inner.startswith("["):
            section, _, key = inner[1:].partition("]")
            return " ".join(text for text, _ in self.spread(self._section(section, key))) or UNKNOWN
        key, colon, default = inner.partition(":")
        if key == "posargs":
            return self.posargs if self.posargs is not None else default
        if key == "env":
            return default.partition(":")[2] or UNKNOWN
        if key == "tty":
            return default.partition(":")[2]
        if inner in ("", ":", "/"):
            return inner and ("/" if inner == "/" else ":")
        if key in _FIXED and not colon:
            return _FIXED[key]
        if key in ("envname", "env_name"):
            return self.name
        return " ".join(text for text, _ in self.config.value(self.name, key) if "{" not in text) or UNKNOWN


_FIXED = {"envpython": "python", "env_python": "python", "toxinidir": ".", "tox_root": ".", "envbindir": "/bin", "env_bin_dir": "/bin",
          "basepython": "python", "base_python": "python"}
