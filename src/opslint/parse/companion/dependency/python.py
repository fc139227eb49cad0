"""Python's dependency files but pyproject.toml: requirements, setup.cfg, setup.py, Pipfile, conda environments."""

from __future__ import annotations

import re
from collections.abc import Mapping as Table

from opslint.errors import UnreadableFile
from opslint.model.repository import Parsed
from opslint.parse.companion.dependency.entries import Entries, Finder, table
from opslint.parse.values.places import at, line_span, span_of
from opslint.parse.values.reading import mapping_from, text_from
from opslint.source.node import Mapping, Scalar, Sequence
from opslint.source.words.late import late
from opslint.source.words.toml import parse_toml

_DEV_WORDS = frozenset({
    "dev", "develop", "development", "test", "tests", "testing", "lint", "ci", "doc", "docs", "typing", "types", "check", "checks",
    "qa", "style", "format",
})  # fmt: skip
_OPTIONAL_WORDS = frozenset({"optional", "extra", "extras"})
_PARTED = str.maketrans("-_./", "    ")
_EGG = late(r"[#&]egg=([A-Za-z0-9._-]+)")
MAX_SETUP = 1_000_000
"""Characters of a setup.py that is parsed."""
_OPTION = late(r"^(?:-e|--editable)[ =]+")


def group_scope(name: str) -> str:
    """The scope a file's, extra's or group's name tells: `dev` for tests, lint and docs, else `runtime` or `optional`."""
    words = name.lower().translate(_PARTED).split()
    if not _DEV_WORDS.isdisjoint(words):
        return "dev"
    return "runtime" if _OPTIONAL_WORDS.isdisjoint(words) else "optional"


def parse_requirements(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read a pip requirements file.

    Shape:  options, includes (`-r`) and constraints (`-c`) are no entries; continuations and hashes are taken in; an entry under
            a comment `# via …` of a lock (pip-compile, uv) is transitive, unless that names the input file.
    Source: pip, requirements file format.
    """
    entries = Entries(path, "pypi", aside)
    scope = group_scope(path.rsplit("/", 1)[-1].rsplit(".", 1)[0] if "requirements/" not in path else path.rsplit(".", 1)[0])
    lines = text_from(data).split("\n")
    index = 0
    while index < len(lines):
        first, parts = index, [lines[index]]
        while parts[-1].endswith("\\") and index + 1 < len(lines):
            index += 1
            parts[-1] = parts[-1][:-1]
            parts.append(lines[index])
        index += 1
        text = "".join(parts)
        text = (re.sub(r"(?:^|\s)#.*$", "", text) if "#" in text else text).strip()
        if "--" in text:
            text = re.sub(r"\s--(?:hash|global-option|config-settings|install-option)[ =]\S+", "", text)
        editable = _OPTION.sub("", text) if text.startswith("-") else text
        egg = _EGG.search(editable) if "egg=" in editable else None
        own = "transitive" if _is_transitive(lines, index) else scope
        span = line_span(path, first + 1, lines[first])
        if egg is not None:
            entries.add(egg.group(1), editable, own, span)
        elif text and not text.startswith("-"):
            entries.add_requirement(text, own, span)
    return entries.result(kind)


def _is_transitive(lines: list[str], index: int) -> bool:
    """Whether the comment below an entry says that only other packages asked for it."""
    for line in lines[index : index + 40]:
        text = line.strip()
        if not text.startswith("#"):
            return False
        reasons = text.removeprefix("#").strip().removeprefix("via").strip()
        if not text.startswith("# via") and not text.startswith("#   "):
            return False
        if reasons:
            return not (reasons.startswith(("-r", "-c")) or ".in" in reasons or "pyproject" in reasons or "(" in reasons)
    return False


def parse_setup_cfg(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read `install_requires`, `setup_requires`, `tests_require` and extras of a setup.cfg.

    Source: setuptools, declarative configuration.
    """
    entries = Entries(path, "pypi", aside)
    section, key = "", ""
    for number, line in enumerate(text_from(data).split("\n"), 1):
        text = line.split(" #", 1)[0].rstrip()
        if not text.strip() or text.lstrip().startswith(("#", ";")):
            continue
        if text.startswith("["):
            section, key = text.strip("[] ").lower(), ""
            continue
        value = text.strip()
        if not text[0].isspace():
            key, _, value = (part.strip() for part in text.partition("="))
        scope = _cfg_scope(section, key.lower())
        if scope and value:
            entries.add_requirement(value, scope, line_span(path, number, line))
    return entries.result(kind)


def _cfg_scope(section: str, key: str) -> str:
    if section == "options":
        return {"install_requires": "runtime", "setup_requires": "build", "tests_require": "dev"}.get(key, "")
    if section == "options.extras_require":
        return "dev" if group_scope(key) == "dev" else "optional"
    return ""


def parse_setup_py(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read the literal requirement lists of a setup.py; the file is parsed, never run.

    Shape: lists, tuples and dictionaries of literals given to `setup()` directly or through a variable of the file; what is
           computed is left out.
    """
    import ast

    text = text_from(data)
    if len(text) > MAX_SETUP:
        raise UnreadableFile(f"it has more than {MAX_SETUP} characters")
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise UnreadableFile(f"it is not Python 3: {error}", getattr(error, "lineno", None)) from None
    entries = Entries(path, "pypi", aside)
    variables: dict[str, ast.expr] = {}
    calls: list[ast.Call] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            variables[node.targets[0].id] = node.value
        elif isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "setup":
            calls.append(node)
    scopes = {"install_requires": "runtime", "requires": "runtime", "setup_requires": "build", "tests_require": "dev"}
    for call in calls:
        for keyword in call.keywords:
            value = variables.get(keyword.value.id) if isinstance(keyword.value, ast.Name) else keyword.value
            if keyword.arg in scopes:
                _literals(value, scopes[keyword.arg], variables, entries, path)
            elif keyword.arg == "extras_require" and isinstance(value, ast.Dict):
                for key, item in zip(value.keys, value.values, strict=True):
                    name = str(key.value) if isinstance(key, ast.Constant) else ""
                    scope = "dev" if group_scope(name) == "dev" else "optional"
                    _literals(item, scope, variables, entries, path)
    return entries.result(kind)


def _literals(value: object, scope: str, variables: Table[str, object], entries: Entries, path: str) -> None:
    """Add the literal strings of a list expression; names of the file are followed, sums on both sides.

    Shape: `deps["numpy"]` names the package where the file computes the table of requirements.
    """
    import ast

    stack: list[object] = [value]
    steps = 0
    while stack and steps < 5_000:
        steps += 1
        node = stack.pop()
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            stack.extend(reversed(node.elts))
        elif isinstance(node, ast.BinOp):
            stack += [node.right, node.left]
        elif isinstance(node, ast.Starred):
            stack.append(node.value)
        elif isinstance(node, ast.Name):
            stack.append(variables.get(node.id))
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            known = variables.get(getattr(node.value, "id", ""))
            chosen = [value for key, value in zip(known.keys, known.values, strict=True)
                      if getattr(key, "value", None) == node.slice.value] if isinstance(known, ast.Dict) else [node.slice]
            stack.extend(chosen)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            for text in node.value.split("\n"):
                entries.add_requirement(text, scope, line_span(path, node.lineno, "", node.col_offset + 1))


def parse_pipfile(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read a Pipfile's `packages` and `dev-packages` (and named groups, as optional)."""
    text = text_from(data)
    root, finder, entries = parse_toml(text), Finder(path, text), Entries(path, "pypi", aside)
    for section, value in root.items():
        if section in {"source", "requires", "scripts", "pipenv", "pipfile"}:
            continue
        scope = {"packages": "runtime", "dev-packages": "dev"}.get(section, "optional")
        start = finder.section(f"[{section}")
        for name, version in table(value).items():
            chosen = table(version).get("version", "") if isinstance(version, dict) else version
            entries.add(name, chosen, scope, finder.word(name, start))
    return entries.result(kind)


def parse_conda(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read a conda environment (with its `pip:` list) or a pixi.toml.

    Shape: conda packages have the ecosystem `conda`, those under `pip:` `pypi`; a channel prefix is taken off.
    """
    if path.endswith(".toml"):
        return _parse_pixi(kind, path, data, aside)
    conda, pip = Entries(path, "conda", aside), Entries(path, "pypi", aside)
    root = mapping_from(data)
    scope = group_scope(path.rsplit("/", 1)[-1].rsplit(".", 1)[0].replace("environment", ""))
    items = at(root, "dependencies")
    for item in items.items if isinstance(items, Sequence) else ():
        if isinstance(item, Scalar):
            match = re.match(r"^(?:[\w./-]+::)?([A-Za-z0-9_.-]+)\s*(.*)$", item.value)
            if match is not None:
                conda.add(match.group(1), match.group(2), scope, span_of(path, item))
        elif isinstance(item, Mapping):
            inner = item.get("pip")
            for requirement in inner.items if isinstance(inner, Sequence) else ():
                if isinstance(requirement, Scalar):
                    pip.add_requirement(requirement.value, scope, span_of(path, requirement))
    conda.found.extend(pip.found)
    return conda.result(kind)


def _parse_pixi(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    text = text_from(data)
    root, finder = parse_toml(text), Finder(path, text)
    conda, pip = Entries(path, "conda", aside), Entries(path, "pypi", aside)
    groups = [("", root), *[(name, table(group)) for name, group in table(root.get("feature")).items()]]
    for name, group in groups:
        scope = group_scope(name) if name else "runtime"
        for key, entries in (("dependencies", conda), ("pypi-dependencies", pip)):
            start = finder.section(f"[feature.{name}.{key}]" if name else f"[{key}]")
            for package, version in table(group.get(key)).items():
                chosen = table(version).get("version", "") if isinstance(version, dict) else version
                entries.add(package, chosen, scope, finder.word(package, start))
    conda.found.extend(pip.found)
    return conda.result(kind)
