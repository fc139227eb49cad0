"""What a tox configuration says, whatever its form: sections of keys, each key lines that know where they stand."""

from __future__ import annotations

import re

import msgspec

from opslint.source.words.late import late

MAX_ENVIRONMENTS = 80
MAX_LINE = 4000
MAX_BRACES = 8

_BRACES = late(r"\{([^{}]*)\}")
_BETWEEN = late(r"[,\s]+(?![^{]*\})")
_FACTORS = late(r"^\s*([\w.{}!-]{1,200}(?:\s?,\s?[\w.{}!-]{1,200}){0,40})\s?:\s+(.+)$")
_SPLIT = late(r"[,\s]+")

Lines = tuple[tuple[str, int], ...]
"""(text, line) of each line of a value."""
Sections = dict[str, dict[str, Lines]]


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """A tox configuration.

    Shape: `sections` by name: `tox` has what is said of all, `testenv` what all environments share, `testenv:NAME` what one has;
           `own` maps an environment's name to its sections.
    """

    path: str
    sections: Sections
    own: dict[str, tuple[str, ...]]

    def listed(self) -> tuple[str, ...]:
        """The environments that run when none is asked for."""
        return names_in(" , ".join(text for text, _ in self.head("env_list", "envlist")))

    def head(self, *keys: str) -> Lines:
        """What the section for all says under the first of some keys that is there."""
        section = self.sections.get("tox", {})
        return next((section[key] for key in keys if key in section), ())

    def value(self, name: str, *keys: str) -> Lines:
        """What an environment says under the first of some keys, its own sections before those it builds on; conditions obeyed."""
        for section in self._inherited(name):
            for key in keys:
                if key in self.sections.get(section, {}):
                    return held(self.sections[section][key], name)
        return ()

    def _inherited(self, name: str) -> list[str]:
        """The sections of an environment, the nearest first."""
        waiting = list(self.own.get(name, ())) or ["testenv"]
        found: list[str] = []
        while waiting and len(found) < 20:
            section = waiting.pop(0)
            if section in found:
                continue
            found.append(section)
            base = " ".join(text for text, _ in self.sections.get(section, {}).get("base", ()))
            given = [one if one in self.sections else f"testenv:{one}" for one in _SPLIT.split(base) if one]
            waiting.extend(given)
            if not base and section.startswith("testenv:") and not waiting:
                waiting.append("testenv")
        return found


def config_of(path: str, sections: Sections) -> Config | None:
    """A configuration of its sections, None where they say nothing of tox."""
    if "tox" not in sections and not any(section.partition(":")[0] == "testenv" for section in sections):
        return None
    own: dict[str, tuple[str, ...]] = {}
    for section in sections:
        base, colon, names = section.partition(":")
        if base == "testenv" and colon:
            for name in names_in(names):
                own[name] = (*own.get(name, ()), section)
    return Config(path=path, sections=sections, own=own)


def names_in(text: str) -> tuple[str, ...]:
    """The environments a list names, braces spread out, each once."""
    parts = _BETWEEN.split(text[:MAX_LINE])[: MAX_ENVIRONMENTS * 4]
    return tuple(dict.fromkeys(name for part in parts for name in generated(part) if name))


def generated(name: str) -> list[str]:
    """`py{310,311}-x` as its names, at most MAX_ENVIRONMENTS."""
    names = [name.strip()[:MAX_LINE]]
    for _ in range(MAX_BRACES):
        wider: list[str] = []
        for one in names:
            found = _BRACES.search(one)
            parts = _ranged(found[1]) if found else [""]
            wider.extend(one[: found.start()] + part.strip() + one[found.end():] if found else one for part in parts)
        if wider == names:
            break
        names = wider[:MAX_ENVIRONMENTS]
    return names


def _ranged(text: str) -> list[str]:
    """The parts of a brace: `310,311`, and `310-312` as tox 4.25 has it."""
    found: list[str] = []
    for part in text.split(","):
        bounds = re.fullmatch(r"\s*(\d{1,4})-(\d{1,4})\s*", part)
        if bounds and 0 <= int(bounds[2]) - int(bounds[1]) < MAX_ENVIRONMENTS:
            found.extend(str(number) for number in range(int(bounds[1]), int(bounds[2]) + 1))
        else:
            found.append(part)
    return found


def held(lines: Lines, name: str) -> Lines:
    """The lines whose conditions hold for an environment, the conditions taken off: `py39,!lint: command`."""
    found: list[tuple[str, int]] = []
    for text, line in lines:
        factors = _FACTORS.match(text) if ":" in text else None
        if factors is None or "\\" in factors[1]:
            found.append((text, line))
        elif _holds(factors[1], name):
            found.append((factors[2], line))
    return tuple(found)


def _holds(condition: str, name: str) -> bool:
    """Whether one of the alternatives of a condition holds: all of its factors are the environment's, those with `!` are not."""
    own = {*name.split("-"), name, *re.split(r"[-.]", name)}
    wanted = [part for one in _alternatives(condition) for part in generated(one)]
    return any(all((factor[1:] not in own) if factor.startswith("!") else factor in own for factor in one.split("-") if factor)
               for one in wanted if one)


def _alternatives(condition: str) -> list[str]:
    return re.split(r",(?![^{]*\})", condition.replace(" ", ""))
