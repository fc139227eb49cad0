"""tox: the commands of the environments a run asks for."""

from __future__ import annotations

import re

import msgspec

from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.jobs.places import Files
from opslint.source.span import Span
from opslint.source.words.late import late

MAX_ENVIRONMENTS = 80
MAX_LINE = 4000
MAX_BRACES = 8
IGNORED = "tox ignores its failure (`-`)"

_VALUED = frozenset(
    {
        "-e",
        "-c",
        "--conf",
        "--workdir",
        "--root",
        "-p",
        "--parallel",
        "-x",
        "--override",
        "-f",
        "-m",
        "--colored",
        "--result-json",
        "--discover",
        "-o",
        "--installpkg",
        "--notest-pkg",
        "--env",
    }
)
_VERBS = frozenset({"run", "r", "run-parallel", "p", "exec", "e"})
_RUNS = _VERBS - {"exec", "e"}
_SUBSTITUTION = late(r"\{([a-z_]*):?([^{}]*)\}")
_FACTORS = late(r"^\s*(!?[\w.-]+(?:\s*,\s*!?[\w.-]+)*)\s*:\s+(.+)$")


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """The commands of one section, each with its line."""

    commands: tuple[tuple[str, int], ...] | None = None


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """A tox configuration: sections by environment name ("" for `testenv`) and the default list."""

    path: str
    sections: dict[str, Environment]
    listed: tuple[str, ...]


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The commands tox runs; None where no configuration is found or it says nothing of the environments.

    Source: tox, "Configuration" (INI form, `pyproject.toml` and `tox.toml`).
    """
    names = _asked(argv, env)
    if names is None:
        return None
    config = _read(folder, files)
    if config is None:
        return None
    wanted = names or config.listed or ("py",)
    sure = "" if names or not any("…" in word for word in argv) else "low"
    leads: list[Lead] = []
    told: set[int] = set()
    for name in wanted[:MAX_ENVIRONMENTS]:
        own = config.sections.get(name) or config.sections.get("") or Environment()
        commands = own.commands if own.commands is not None else (config.sections.get("") or Environment()).commands or ()
        for text, line in commands:
            script, soft = _script(text, name)
            if script and line not in told:
                told.add(line)
                span = Span(path=config.path, line=line, column=1, end_line=line, end_column=1 + len(text))
                leads.append(Lead(script=script, span=span, folder=folder, soft_why=IGNORED if soft else "", confidence=sure))
    return Led(leads=tuple(leads)) if leads else None


def _asked(argv: tuple[str, ...], env: dict[str, str]) -> tuple[str, ...] | None:
    """The environments of a command line or TOXENV, empty for the default ones; None where it runs none."""
    names: list[str] = []
    index, verb = 1, ""
    while index < len(argv):
        word = argv[index]
        key, equals, value = word.partition("=")
        index += 1
        if word == "--":
            break
        if word.startswith("-"):
            if word.startswith("-e") and not word.startswith("--") and len(word) > 2:
                key, value = "-e", word[2:]
            elif key in _VALUED and not equals:
                value = argv[index] if index < len(argv) else ""
                index += 1
            if key in ("-e", "--env"):
                names.extend(value.split(","))
            if word in ("--notest", "--showconfig", "-a", "-l", "--version", "--listenvs"):
                return None
        elif not verb:
            verb = word
    if verb and verb not in _RUNS:
        return None
    if not names and "TOXENV" in env:
        names = env["TOXENV"].split(",")
    names = [name for one in names for name in _generated(one.strip()) if name]
    return tuple(names) if not any("…" in name or "{{" in name for name in names) and "ALL" not in names else ()


def _generated(name: str) -> list[str]:
    """`py{310,311}-x` as its names, at most MAX_ENVIRONMENTS."""
    names = [name[:MAX_LINE]]
    for _ in range(MAX_BRACES):
        wider: list[str] = []
        for one in names:
            found = re.search(r"\{([^{}]*)\}", one)
            parts = found[1].split(",") if found else [""]
            wider.extend(one[: found.start()] + part.strip() + one[found.end() :] if found else one for part in parts)
        if wider == names:
            break
        names = wider[:MAX_ENVIRONMENTS]
    return names


def _read(folder: str, files: Files) -> Config | None:
    prefix = f"{folder}/" if folder else ""
    for name in ("tox.ini", "setup.cfg", "pyproject.toml", "tox.toml"):
        path = prefix + name
        text = files.text(path) if files.tree.has(path) else None
        if text is None:
            continue
        config = _from_ini(path, text, name) if name.endswith((".ini", ".cfg")) else _from_toml(path, text, name)
        if config is not None:
            return config
    return None


def _from_ini(path: str, text: str, name: str, first: int = 1) -> Config | None:
    """The INI form, read by lines so that each command keeps its own."""
    sections: dict[str, dict[str, list[tuple[str, int]]]] = {}
    current: dict[str, list[tuple[str, int]]] | None = None
    key = ""
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), first):
        header = re.match(r"^\[([^\]]+)\]", line)
        if header:
            current, key = sections.setdefault(header[1].strip(), {}), ""
        elif current is None or not line.strip() or line.lstrip().startswith(("#", ";")):
            continue
        elif line[0] in " \t" and key:
            current[key].append((line.strip()[:MAX_LINE], number))
        elif "=" in line:
            key, _, value = line.partition("=")
            key = key.strip()
            current[key] = [(value.strip()[:MAX_LINE], number)] if value.strip() else []
    head = sections.get("tox:tox" if name == "setup.cfg" else "tox")
    if head is None and not any(section.startswith("testenv") for section in sections):
        return None
    listed = " , ".join(text for text, _ in (head or {}).get("envlist", (head or {}).get("env_list", [])))[:MAX_LINE]
    found: dict[str, Environment] = {}
    for section, values in sections.items():
        base, _, names = section.partition(":")
        if base == "testenv":
            commands = _continued(_referred(values["commands"], sections)) if "commands" in values else None
            for one in _generated(names) if names else [""]:
                found[one.strip()] = Environment(commands=commands)
    parts = re.split(r"[,\s]+(?![^{]*\})", listed)
    return Config(path=path, sections=found, listed=tuple(name for part in parts for name in _generated(part) if name))


def _referred(commands: list[tuple[str, int]], sections: dict[str, dict[str, list[tuple[str, int]]]]) -> list[tuple[str, int]]:
    """`{[testenv:x]commands}` replaced by what stands there."""
    found: list[tuple[str, int]] = []
    for text, line in commands:
        reference = re.fullmatch(r"\{\[([^\]]+)\](\w+)\}", text)
        if reference:
            found.extend(sections.get(reference[1], {}).get(reference[2], []))
        else:
            found.append((text, line))
    return found


def _continued(commands: list[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    found: list[tuple[str, int]] = []
    open_line = False
    for text, line in commands:
        if open_line:
            before, start = found[-1]
            found[-1] = (f"{before[:-1].rstrip()} {text}", start)
        else:
            found.append((text, line))
        open_line = text.endswith("\\")
    return tuple(found)


def _from_toml(path: str, text: str, name: str) -> Config | None:
    import tomllib

    try:
        root: object = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
    table = root if name == "tox.toml" else _table(_table(root, "tool"), "tox")
    if not isinstance(table, dict) or not table:
        return None
    legacy = table.get("legacy_tox_ini")
    if isinstance(legacy, str):
        start = text.find("legacy_tox_ini")
        opening = text.find('"""', start)
        return _from_ini(
            path, legacy, "tox.ini", text.count("\n", 0, max(opening, 0)) + (2 if text[opening + 3 : opening + 4] == "\n" else 1)
        )
    sections: dict[str, Environment] = {}
    for key, body in [("", table.get("env_run_base")), *sorted((_table(table, "env") or {}).items())]:
        commands = body.get("commands") if isinstance(body, dict) else None
        if isinstance(body, dict):
            start = text.find(f"env.{key}]" if key else "env_run_base")
            own = _toml_commands(commands, text, start) if isinstance(commands, list) else None
            sections[key] = Environment(commands=own)
    listed = table.get("env_list", table.get("envlist", []))
    return Config(path=path, sections=sections, listed=tuple(str(one) for one in listed) if isinstance(listed, list) else ())


def _table(root: object, key: str) -> dict[str, object] | None:
    value = root.get(key) if isinstance(root, dict) else None
    return value if isinstance(value, dict) else None


def _toml_commands(commands: list[object], text: str, start: int) -> tuple[tuple[str, int], ...]:
    """Each command as one line of shell, with the line its first word stands on at or behind `start`."""
    import shlex

    found: list[tuple[str, int]] = []
    at = max(text.find("commands", max(start, 0)), 0)
    for command in commands:
        words = [word if isinstance(word, str) else _default(word) for word in command] if isinstance(command, list) else []
        words = [word for word in words if word]
        if words:
            place = re.compile(r"[\"']" + re.escape(words[0]) + r"[\"']").search(text, at)
            at = place.end() if place else at
            found.append((shlex.join(words), text.count("\n", 0, at) + 1))
    return tuple(found)


def _default(word: object) -> str:
    """`{ replace = "posargs", default = ["x"] }` as its default."""
    default = word.get("default") if isinstance(word, dict) else None
    return " ".join(map(str, default)) if isinstance(default, list) else str(default or "")


def _script(text: str, name: str) -> tuple[str, bool]:
    """One command of an environment as a shell would get it; "" where its factors do not hold."""
    factors = _FACTORS.match(text)
    if factors:
        own = set(re.split(r"[-.]", name)) | {name}
        wanted = [one.strip() for one in factors[1].split(",")]
        if not any((one[1:] not in own) if one.startswith("!") else set(one.split("-")) <= own for one in wanted):
            return "", False
        text = factors[2]
    soft = text.startswith("- ") or (text.startswith("-") and text[1:2].isalpha())
    text = text.lstrip("-!").strip() if text[:1] in "-!" else text
    for _ in range(4):
        text, count = _SUBSTITUTION.subn(_substituted, text)
        if not count:
            break
    return text, soft


def _substituted(found: re.Match[str]) -> str:
    key, default = found[1], found[2]
    if key in ("posargs", ""):
        return default if key else ""
    if key in ("envpython", "env_python"):
        return "python"
    if key in ("toxinidir", "tox_root"):
        return "."
    if key == "envbindir":
        return "/bin"
    if key == "env":
        return default.partition(":")[2] or "…"
    return "…"
