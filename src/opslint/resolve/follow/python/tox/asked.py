"""What a `tox` command asks for, and the environments that are meant."""

from __future__ import annotations

import re

import msgspec

from opslint.resolve.follow.python.tox.config import MAX_ENVIRONMENTS, Config, generated, names_in
from opslint.resolve.shell.commands import opaque
from opslint.resolve.shell.syntax.words import UNKNOWN

_VALUED = frozenset({"-c", "--conf", "--workdir", "--work-dir", "--root", "-p", "--parallel", "-x", "--override", "--colored",
                     "--result-json", "--discover", "-o", "--installpkg", "--notest-pkg", "--hashseed", "--skip-env", "-s",
                     "--skip-missing-interpreters", "--exit-and-dump-after", "--parallel-live"})
_VALUE = r"auto|all|\d+|true|false|config"
_BARE = frozenset({"-p", "--parallel", "-o", "--parallel-live", "-s", "--skip-missing-interpreters"})
"""Options of `_VALUED` that may stand without a value."""
_MANY = {"-e": "names", "--env": "names", "-f": "factors", "-m": "labels"}
_RUNS = frozenset({"run", "r", "run-parallel", "p"})
_VERBS = frozenset({*_RUNS, "list", "l", "devenv", "d", "config", "c", "legacy", "le", "quickstart", "q", "exec", "e", "depends", "de",
                    "schema", "man"})
_TELLING = frozenset({"--notest", "-n", "--showconfig", "-a", "-l", "--version", "--listenvs", "--help", "-h", "--listenvs-all",
                      "--devenv"})


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Environments, factors and labels that are asked for, the configuration's place, and the words behind `--`."""

    names: tuple[str, ...] = ()
    factors: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    conf: str = ""
    skip: str = ""
    posargs: tuple[str, ...] | None = None


def asked(argv: tuple[str, ...], env: dict[str, str]) -> Asked | None:
    """What a command line, TOXENV and TOX_SKIP_ENV ask for; None where nothing is run.

    Source: tox, "tox - CLI interface".
    """
    many: dict[str, list[str]] = {"names": [], "factors": [], "labels": []}
    one: dict[str, str] = {}
    words = argv[1:]
    posargs = words[words.index("--") + 1:] if "--" in words else None
    words = words[: words.index("--")] if "--" in words else words
    index, verb = 0, ""
    while index < len(words):
        word = words[index]
        key, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        index += 1
        if key in _TELLING:
            return None
        if word[:2] in _MANY and not word.startswith("--") and len(word) > 2:
            many[_MANY[word[:2]]].append(word[2:].removeprefix("="))
        elif key in _MANY:
            given = [value] if equals else list(words[index: index + 1])
            index += not equals
            while key in ("-f", "-m") and index < len(words) and not words[index].startswith("-"):
                given.append(words[index])
                index += 1
            many[_MANY[key]].extend(given)
        elif key in _VALUED:
            following = words[index] if index < len(words) else ""
            takes = not equals and (key not in _BARE or re.fullmatch(_VALUE, following) is not None)
            one[key] = value if equals else following if takes else ""
            index += takes
        elif not verb and not word.startswith("-") and word in _VERBS:
            verb = word
    if verb and verb not in _RUNS and verb not in ("legacy", "le"):
        return None
    names = ",".join(many["names"] or [opaque(env.get("TOXENV") or env.get("TOX_ENV", ""))])
    return Asked(names=tuple(name for name in names_in(names) if name != "ALL") if names else (),
                 factors=tuple(part for one in many["factors"] for part in one.split("-") if part), labels=tuple(many["labels"]),
                 conf=one.get("-c", one.get("--conf", one.get("--root", ""))), skip=one.get("--skip-env", env.get("TOX_SKIP_ENV", "")),
                 posargs=posargs)


def chosen(wanted: Asked, config: Config) -> tuple[tuple[str, ...], bool]:
    """The environments that run, and whether that is sure."""
    listed = config.listed()
    every = tuple(dict.fromkeys((*listed, *config.own)))
    if wanted.names:
        names: list[str] = []
        sure = True
        for name in wanted.names:
            meant = _meant(name, every, listed) if UNKNOWN in name else [name]
            sure = sure and UNKNOWN not in name
            names.extend(meant)
    elif wanted.labels:
        names, sure = [one for label in wanted.labels for one in _labelled(label, config, every)], True
        if not names:
            names, sure = list(every), False
    elif wanted.factors:
        known = {factor for factor in wanted.factors if UNKNOWN not in factor}
        sure = len(known) == len(set(wanted.factors))
        names = [name for name in every if known <= set(name.split("-"))]
    else:
        names, sure = list(_mapped(config, listed) or listed or ("py",)), True
    if wanted.skip and UNKNOWN not in wanted.skip and len(wanted.skip) < 200:
        plain = [part for part in re.split(r"[|,]", wanted.skip) if re.fullmatch(r"[\w.-]+", part)]
        names = [name for name in names if not any(name.startswith(part) for part in plain)]
    return tuple(dict.fromkeys(names))[:MAX_ENVIRONMENTS], sure


def _meant(name: str, every: tuple[str, ...], listed: tuple[str, ...]) -> list[str]:
    """The environments a name with unknown parts may mean: `py…` those that begin so, `…` those that are listed."""
    if not name.strip(UNKNOWN):
        return list(listed or every)
    parts = name.split(UNKNOWN)
    hits = [one for one in every if one.startswith(parts[0]) and one.endswith(parts[-1]) and all(part in one for part in parts)]
    return hits or [name]


def _labelled(label: str, config: Config, every: tuple[str, ...]) -> list[str]:
    """The environments of a label, by the list for all or by their own."""
    found: list[str] = []
    for text, _ in config.head("labels"):
        name, _, ones = text.partition("=")
        if name.strip() == label:
            found.extend(names_in(ones))
    return [*found, *(name for name in every if label in names_in(" ".join(text for text, _ in config.value(name, "labels"))))]


def _mapped(config: Config, listed: tuple[str, ...]) -> list[str]:
    """The environments a plug-in picks by the Python of the job: those its table names at all.

    Source: tox-gh-actions (`gh-actions`: factors), tox-gh (`gh`: environments), tox-gitlab by the same table.
    """
    by_factor = config.sections.get("gh-actions", {}).get("python")
    if by_factor:
        wanted = [set(one.split("-")) for text, _ in by_factor for one in names_in(text.partition(":")[2])]
        return [name for name in listed if any(factors <= set(name.split("-")) for factors in wanted)]
    by_name = config.sections.get("gh", {}).get("python", ())
    return [one for text, _ in by_name for part in text.partition("=")[2].split(",") for one in generated(part) if one]
