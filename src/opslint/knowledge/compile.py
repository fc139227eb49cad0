"""Rules and tools, checked and compiled to the index."""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from opslint.errors import RuleFileError
from opslint.knowledge.cel import cel_environment
from opslint.knowledge.index import FORMAT, Index, IndexedSignal, Programs
from opslint.knowledge.read import load_data, methodologies_from, rule_from, tool_from, yaml_files
from opslint.knowledge.types import FieldCheck, Methodology, Rule, Tool
from opslint.knowledge.validate import check, line_of

Place = Callable[[str, str, int], None]


def compile_index(folders: Iterable[str], *, validate: bool = True) -> Index:
    """Compile the rules and tools of some folders (ours first, a user's after it) to one index.

    Raises: RuleFileError for the first file that does not validate, does not compile, or repeats a code or tool id.
    """
    digest = hashlib.sha256()
    rules: dict[str, Rule] = {}
    programs: dict[str, tuple[Programs, ...]] = {}
    tools: dict[str, Tool] = {}
    methodologies: Any = ()
    signs: dict[str, Any] = {}
    environment = cel_environment()
    paths: dict[str, str] = {}
    for number, folder in enumerate(folders):
        for path in yaml_files(folder):
            data = load_data(path)
            relative = os.path.relpath(path, folder).replace(os.sep, "/")
            digest.update(f"{relative}\0".encode())
            digest.update(msgspec.msgpack.encode(data, order="deterministic"))
            if number == 0 and relative == "methodologies.yaml":
                methodologies = methodologies_from(data)
            elif number == 0 and relative == "signs.yaml":
                signs = data
            elif isinstance(data, dict) and "tool" in data:
                _take_tool(path, data, tools, paths, validate)
            else:
                rule = _take_rule(path, data, rules, paths, validate)
                programs[rule.code] = tuple(_compile_check(path, position, field, environment)
                                            for position, field in enumerate(rule.fields))
    _check_codes(rules, tools, methodologies, paths)
    return _assemble(digest.hexdigest()[:16], methodologies, rules, programs, tools, signs)


def _take_tool(path: str, data: Any, tools: dict[str, Tool], paths: dict[str, str], validate: bool) -> None:
    if validate:
        check(path, data, "tool")
    tool = tool_from(data)
    expected = os.path.splitext(os.path.basename(path))[0]
    if tool.tool != expected:
        raise RuleFileError(f'{path}:1: "tool" is "{tool.tool}"; expected the name of the file, "{expected}"',
                            hint="rename the file or the tool")
    if tool.tool in tools:
        raise RuleFileError(f'{path}:1: the tool "{tool.tool}" is there already, in {paths[tool.tool]}',
                            hint="give the tool and its file another name")
    tools[tool.tool] = tool
    paths[tool.tool] = path


def _take_rule(path: str, data: Any, rules: dict[str, Rule], paths: dict[str, str], validate: bool) -> Rule:
    if validate or not isinstance(data, dict):
        check(path, data, "rule")
    rule = rule_from(data)
    if rule.code in rules:
        raise RuleFileError(f'{path}:{line_of(path, ["code"])}: the code "{rule.code}" is there already, in {paths[rule.code]}',
                            hint="a code belongs to one practice; take one that is free")
    rules[rule.code] = rule
    paths[rule.code] = path
    return rule


def _check_codes(rules: dict[str, Rule], tools: dict[str, Tool], methodologies: Iterable[Methodology],
                 paths: dict[str, str]) -> None:
    """Hold the codes against one another: a rule belongs to a principle, a tool shows practices that there are.

    Raises: RuleFileError.
    """
    principles = [principle.code for methodology in methodologies for principle in methodology.principles]
    if not principles:
        return  # a folder compiled by itself
    for code in rules:
        if code[:-2] not in principles:
            path = paths[code]
            raise RuleFileError(f'{path}:{line_of(path, ["code"])}: the code "{code}" belongs to no principle',
                                hint=f"a code begins with one of {', '.join(principles)}")
    for name, tool in tools.items():
        for number, signal in enumerate(tool.signals):
            for key, codes in (("shows", signal.shows), ("against", signal.against)):
                unknown = next((code for code in codes if code not in rules), None)
                if unknown:
                    path = paths[name]
                    line = line_of(path, ["signals", number, key])
                    raise RuleFileError(f'{path}:{line}: "{key}" names "{unknown}", and there is no such practice',
                                        hint="opslint rules lists them all")


def _compile_check(path: str, number: int, field: FieldCheck, environment: Any) -> Programs:
    compiled = {}
    for key in ("when", "holds", "partly", "status"):
        source = getattr(field, key)
        if not source:
            continue
        try:
            compiled[key] = environment.compile(source).serialize()
        except Exception as error:  # the engine raises its own types, all of them "does not compile"
            reason = " ".join(str(error).split()).rpartition("<input>:")[2][:200]
            raise RuleFileError(f'{path}:{line_of(path, ["fields", number, key])}: "{key}" is no CEL: {reason}',
                                hint="docs/how-to/rule.md names the variables; cel.dev has the language") from error
    return Programs(**compiled)


def _glob(name: str) -> bool:
    return any(mark in name for mark in "*?[")


def _assemble(digest: str, methodologies: Any, rules: dict[str, Rule], programs: dict[str, tuple[Programs, ...]],
              tools: dict[str, Tool], signs: dict[str, Any]) -> Index:
    tables: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    signals: list[msgspec.Raw] = []

    def place(table: str, name: str, position: int) -> None:
        globbed = f"{table[:-1]}_globs"
        where = globbed if _glob(name) and globbed in Index.__struct_fields__ else table
        row = tables[where][name]
        if not row or row[-1] != position:
            row.append(position)

    for name in sorted(tools):
        tool = tools[name]
        for signal in tool.signals:
            position = len(signals)
            signals.append(msgspec.Raw(msgspec.msgpack.encode(
                IndexedSignal(tool=tool.tool, name=tool.name, group=tool.group, signal=signal))))
            _place_signal(place, signal, position)
    named = {table: {key: tuple(row) for key, row in sorted(rows.items())} for table, rows in tables.items()}
    every = {field: named.get(field, {}) for field in Index.__struct_fields__
             if field not in ("format", "digest", "methodologies", "rules", "programs", "signs", "signals", "homes", "by_tools")}
    homes: dict[str, list[str]] = defaultdict(list)
    for name in sorted(tools):
        homes[tools[name].home.rstrip("/").rpartition("/")[2].lower()].append(name)
    by_tools = {code for tool in tools.values() for signal in tool.signals for code in signal.shows}
    return Index(format=FORMAT, digest=digest, methodologies=methodologies,
                 rules=tuple(rules[code] for code in sorted(rules, key=_order)), programs=programs, signs=signs,
                 signals=tuple(signals), by_tools=tuple(sorted(by_tools)),
                 homes={key: tuple(names) for key, names in sorted(homes.items())}, **every)


def _order(code: str) -> tuple[int, str]:
    families = ("DO", "DS", "GO", "ML", "LM", "FO")
    return (families.index(code[:2]) if code[:2] in families else len(families), code)


def _place_signal(place: Place, signal: Any, position: int) -> None:
    for form in signal.commands:
        place("commands", form[0], position)
    for action in signal.actions:
        place("actions", action.uses, position)
    for hook in signal.hooks:
        place("hooks", f"{hook.repo} {hook.id}", position)
    for plugin in signal.plugins:
        place("plugins", f"{plugin.system} {plugin.id}", position)
    for table in ("workflows", "images", "templates", "components", "reports", "charts", "kinds", "resources"):
        for name in getattr(signal, table):
            place(table, name, position)
    for name in signal.env:
        place("env", name.partition("=")[0], position)
