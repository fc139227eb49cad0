"""The forms of a tox configuration: tox.ini, setup.cfg, the text in pyproject.toml, and TOML."""

from __future__ import annotations

from opslint.resolve.follow.python.tables.toml import Toml, toml_of
from opslint.resolve.follow.python.tox.config import MAX_LINE, Config, Lines, Sections, config_of
from opslint.resolve.jobs.places import Files
from opslint.source.words.late import late

MAX_TEXT = 512 * 1024
MAX_WORDS = 400

_HEADER = late(r"^\[([^\]]+)\]")
_RENAMED = {"env_run_base": "testenv", "tox:tox": "tox"}


def read(folder: str, named: str, files: Files) -> Config | None:
    """The configuration of a folder, or the file or folder that is named.

    Source: tox, "Configuration" (order: tox.ini, setup.cfg, pyproject.toml, tox.toml).
    """
    from opslint.resolve.shell.state import joined

    start = joined(folder, named) if named else folder
    if named and start.endswith((".ini", ".cfg", ".toml")):
        return files.made(_made, start)
    for name in ("tox.ini", "setup.cfg", "pyproject.toml", "tox.toml"):
        config = files.made(_made, f"{start}/{name}" if start else name)
        if config is not None:
            return config
    return None


def _made(path: str, text: str) -> Config | None:
    text = text[:MAX_TEXT].removeprefix("\ufeff").replace("\r\n", "\n")
    if path.endswith((".ini", ".cfg")):
        return _from_ini(path, text, setup=path.endswith("setup.cfg"))
    return _from_toml(path, text)


def _from_ini(path: str, text: str, *, setup: bool = False, first: int = 1) -> Config | None:
    """The INI form, read by lines so that each command keeps its own."""
    sections: dict[str, dict[str, list[tuple[str, int]]]] = {}
    current: dict[str, list[tuple[str, int]]] | None = None
    key = ""
    for number, line in enumerate(text.split("\n"), first):
        header = _HEADER.match(line)
        if header:
            name = header[1].strip()
            current, key = sections.setdefault(_RENAMED.get(name, name), {}), ""
        elif current is None or not line.strip() or line.lstrip().startswith(("#", ";")):
            continue
        elif line[0] in " \t" and key:
            current[key].append((line.strip()[:MAX_LINE], number))
        elif "=" in line or ":" in line:
            key, _, value = line.partition("=" if "=" in line else ":")
            key = key.strip()
            current[key] = [(value.strip()[:MAX_LINE], number)] if value.strip() else []
    if setup and "tox" not in sections:
        return None
    return config_of(path, {name: {key: _continued(lines) for key, lines in keys.items()} for name, keys in sections.items()})


def _continued(lines: list[tuple[str, int]]) -> Lines:
    """Lines that end with a backslash joined with the next."""
    found: list[tuple[str, int]] = []
    open_line = False
    for text, line in lines:
        if open_line:
            before, start = found[-1]
            found[-1] = (f"{before[:-1].rstrip()} {text}"[: MAX_LINE * 4], start)
        else:
            found.append((text, line))
        open_line = text.endswith("\\")
    return tuple(found)


def _from_toml(path: str, text: str) -> Config | None:
    toml = toml_of(path, text)
    if toml is None:
        return None
    base = () if path.rpartition("/")[2] == "tox.toml" else ("tool", "tox")
    table = toml.table(*base)
    legacy = table.get("legacy_tox_ini")
    if isinstance(legacy, str):
        first = toml.line(*base, "legacy_tox_ini")
        opening = toml.text.split("\n")[first - 1].rstrip()
        return _from_ini(path, legacy, first=first + opening.endswith(('"""', "'''")))
    if not table:
        return None
    known = {"env", "env_run_base", "env_base", "env_pkg_base"}
    sections: Sections = {"tox": {key: _values(key, value, toml, (*base, key)) for key, value in table.items() if key not in known}}
    for section, keys in (("testenv", ("env_run_base",)), *((f"testenv:{name}", ("env", name)) for name in toml.table(*base, "env"))):
        body = toml.table(*base, *keys)
        sections[section] = {key: _values(key, value, toml, (*base, *keys, key)) for key, value in body.items()}
    labels = toml.table(*base, "labels")
    if labels:
        line = toml.line(*base, "labels")
        sections["tox"]["labels"] = tuple((f"{name} = {', '.join(map(str, ones))}", line) for name, ones in labels.items()
                                          if isinstance(ones, list))
    return config_of(path, sections)


def _values(key: str, value: object, toml: Toml, keys: tuple[str, ...]) -> Lines:
    """A TOML value as the lines the INI form would have."""
    first = toml.line(*keys)
    if isinstance(value, dict):
        if "replace" in value:
            return ((_replaced(value), first),)
        return tuple((f"{name}={one}", first) for name, one in value.items() if isinstance(one, str))
    if not isinstance(value, list):
        return ((str(value).lower() if isinstance(value, bool) else str(value)[:MAX_LINE], first),)
    if not key.startswith("commands"):
        return tuple((_product(one) if isinstance(one, dict) else str(one), first) for one in value)
    found: list[tuple[str, int]] = []
    last = first
    for command in value:
        if isinstance(command, dict):
            found.append((_replaced(command), last))
        elif isinstance(command, list) and command:
            words = [_replaced(word) if isinstance(word, dict) else _word(str(word)) for word in command[:MAX_WORDS]]
            named = next((str(word) for word in command if word not in ("-", "!")), "")
            last = max(last, toml.line(*keys, holding=named, after=last if found else 0))
            found.append((" ".join(word for word in words if word), last))
    return tuple(found)


def _word(text: str) -> str:
    """A word as the shell gets it; one with a substitution in it stays as it is."""
    import shlex

    return text if "{" in text or text in ("-", "!") else shlex.quote(text)


def _replaced(value: dict[object, object]) -> str:
    """`{ replace = "posargs", default = ["x"] }` and its kin as the INI form writes them."""
    import shlex

    kind = value.get("replace")
    default = value.get("default")
    text = shlex.join(map(str, default)) if isinstance(default, list) else str(default or "")
    if kind == "posargs":
        return f"{{posargs:{text}}}"
    if kind == "env":
        return f"{{env:{value.get('name', '')}:{text}}}"
    if kind == "ref":
        of = value.get("of")
        parts = [str(one) for one in of] if isinstance(of, list) else []
        if len(parts) == 2:
            return f"{{[{_RENAMED.get(parts[0], parts[0])}]{parts[1]}}}"
        if len(parts) == 3 and parts[0] == "env":
            return f"{{[testenv:{parts[1]}]{parts[2]}}}"
        if isinstance(value.get("env"), str) and isinstance(value.get("key"), str):
            return f"{{[testenv:{value['env']}]{value['key']}}}"
    return "…"


def _product(value: dict[object, object]) -> str:
    """`{ product = [["py"], ["310", "311"]] }` of a list of environments as braces."""
    product = value.get("product")
    if not isinstance(product, list):
        return ""
    parts = [one if isinstance(one, list) else [f"{one.get('prefix', '')}{{{one.get('start', '')}-{one.get('stop', '')}}}"]
             if isinstance(one, dict) else [] for one in product[:6]]
    return "-".join("{" + ",".join(map(str, part)) + "}" if len(part) > 1 else str(part[0]) if part else "" for part in parts)
