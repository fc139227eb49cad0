"""Rule and tool files from disk to typed values, with errors that name path, line and what was expected."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from opslint.errors import RuleFileError
from opslint.knowledge.types import (
    ActionForm,
    Applies,
    ConfigForm,
    FieldCheck,
    HookForm,
    Methodology,
    PluginForm,
    Principle,
    Rule,
    RuleSample,
    Tool,
    ToolSample,
    ToolSignal,
)

MAX_BYTES = 1 << 20
MAX_DEPTH = 60
MAX_EXPANDED = 8 << 20
"""Units: characters and nodes that a file may come to once its aliases are written out."""


def yaml_files(folder: str) -> Iterator[str]:
    """Every .yaml file below a folder, sorted, links to folders not followed."""
    for root, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if name.endswith((".yaml", ".yml")):
                yield os.path.join(root, name)


def load_data(path: str) -> Any:
    """Parse one of our own YAML files to plain values.

    Raises: RuleFileError with path and line where it is no YAML or too large.
    """
    try:
        with open(path, "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise RuleFileError(f"{path}: cannot be read: {error.strerror}", hint=MEND) from error
    if len(data) > MAX_BYTES:
        raise RuleFileError(f"{path}: larger than {MAX_BYTES} bytes", hint="split it: one file a practice or tool")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RuleFileError(f"{path}:{line}: is no text in UTF-8", hint="rule and tool files are YAML in UTF-8") from error
    value = _parse(path, text)
    _check_keys(path, value)
    return value


def _parse(path: str, text: str) -> Any:
    """Parse by libyaml, and again by the pure parser where that errs: it takes no `[a:b]`, which YAML 1.2 does.

    Raises: RuleFileError.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    for pure in (False, True):
        try:
            _bound(path, YAML(typ="safe", pure=pure).parse(text))
            return YAML(typ="safe", pure=pure).load(text)
        except MarkedYAMLError as error:
            if pure:
                line = error.problem_mark.line + 1 if error.problem_mark else 1
                raise RuleFileError(f"{path}:{line}: is no YAML: {error.problem or error.context}", hint=MEND) from error
        except (YAMLError, ValueError, TypeError) as error:
            if pure:
                raise RuleFileError(f"{path}:1: is no YAML: {' '.join(str(error).split())[:200]}", hint=MEND) from error
    raise AssertionError("the pure parser returned nothing")


MEND = "a rule or tool file is one YAML document; docs/how-to/rule.md and tool.md show the form"


def _bound(path: str, events: Any) -> None:
    """Refuse, before anything is built, what is nested too deep or explodes through its aliases.

    Raises: RuleFileError.
    """
    sizes: dict[str, int] = {}
    stack: list[tuple[str | None, int]] = [(None, 0)]
    for event in events:
        kind = type(event).__name__
        if kind.endswith("StartEvent") and kind[0] in "MS" and kind != "StreamStartEvent":
            stack.append((event.anchor, 1))
            if len(stack) > MAX_DEPTH:
                raise RuleFileError(f"{path}:{event.start_mark.line + 1}: nested deeper than {MAX_DEPTH} levels", hint=MEND)
            continue
        if kind == "ScalarEvent":
            anchor, size = event.anchor, 1 + len(event.value)
        elif kind == "AliasEvent":
            if event.anchor not in sizes:
                raise RuleFileError(f"{path}:{event.start_mark.line + 1}: the alias *{event.anchor} stands for nothing before it",
                                    hint=MEND)
            anchor, size = None, sizes[event.anchor]
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            anchor, size = stack.pop()
        else:
            continue
        if anchor:
            sizes[anchor] = size
        outer, total = stack[-1]
        stack[-1] = (outer, total + size)
        if total + size > MAX_EXPANDED:
            raise RuleFileError(f"{path}:{event.start_mark.line + 1}: its aliases come to more than {MAX_EXPANDED} characters",
                                hint=MEND)


def _check_keys(path: str, value: Any) -> None:
    """Refuse keys that are no text: nothing of ours has them, and no schema can speak of them.

    Raises: RuleFileError.
    """
    stack, seen = [value], set[int]()
    while stack:
        current = stack.pop()
        if not isinstance(current, (dict, list)) or id(current) in seen:
            continue
        seen.add(id(current))
        if isinstance(current, dict):
            for key in current:
                if not isinstance(key, str):
                    raise RuleFileError(f'{path}:1: the key {str(key)[:60]} is no text', hint="put it in quotes")
        stack.extend(current.values() if isinstance(current, dict) else current)


def _strings(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, (str, int, float, bool)):
        return (_word(value),)
    return tuple(_word(item) for item in value)


def _word(value: Any) -> str:
    if value is True or value is False:
        return "true" if value else "false"
    return str(value)


def _words(value: Any) -> dict[str, str]:
    return {str(key): _word(item) for key, item in (value or {}).items()}


def address_of(repo: str) -> str:
    """An address of a Git repository without scheme, user and `.git`, lower case, so that spellings compare."""
    text = repo.lower().strip()
    for prefix in ("https://", "http://", "git://", "ssh://"):
        text = text.removeprefix(prefix)
    text = text.rpartition("@")[2] if text.startswith("git@") else text
    return text.removesuffix("/").removesuffix(".git").replace(":", "/")


def _action(item: Any) -> ActionForm:
    if isinstance(item, str):
        return ActionForm(uses=item.lower())
    return ActionForm(uses=str(item["uses"]).lower(), inputs=_words(item.get("with")))


def tool_from(data: Any) -> Tool:
    """A validated tool file as a value."""
    signals = tuple(
        ToolSignal(
            shows=_strings(item.get("shows")), against=_strings(item.get("against")), does=_strings(item.get("does")),
            commands=tuple(_strings(form) for form in item.get("commands", ())),
            not_commands=tuple(_strings(form) for form in item.get("not-commands", ())),
            requires=_strings(item.get("requires")), excludes=_strings(item.get("excludes")),
            teeth=item.get("teeth", "hard"), hard=_strings(item.get("hard")), soft=_strings(item.get("soft")),
            context=_strings(item.get("context")), confidence=item.get("confidence", "high"), by_name=item.get("by-name", False),
            actions=tuple(_action(form) for form in item.get("actions", ())),
            not_actions=tuple(slug.lower() for slug in _strings(item.get("not-actions"))),
            workflows=tuple(slug.lower() for slug in _strings(item.get("workflows"))),
            images=tuple(image.lower() for image in _strings(item.get("images"))),
            templates=_strings(item.get("templates")), components=_strings(item.get("components")),
            jobs=_strings(item.get("jobs")), bases=_strings(item.get("bases")), off=_strings(item.get("off")),
            reports=_strings(item.get("reports")),
            hooks=tuple(HookForm(repo=address_of(form["repo"]), id=str(form["id"])) for form in item.get("hooks", ())),
            plugins=tuple(PluginForm(system=form["system"], id=str(form["id"])) for form in item.get("plugins", ())),
            charts=_strings(item.get("charts")), kinds=_strings(item.get("kinds")), resources=_strings(item.get("resources")),
            config=tuple(ConfigForm(files=_strings(form["files"]), at=_strings(form["at"]), has=_word(form.get("has", "*")))
                         for form in item.get("config", ())),
            env=_strings(item.get("env")), why=item.get("why", ""),
        )
        for item in data["signals"]
    )
    return Tool(tool=data["tool"], name=data["name"], home=data["home"], group=data.get("group", False), signals=signals,
                note=data.get("note", ""))


def tool_samples(data: Any) -> list[tuple[bool, ToolSample]]:
    """The samples of a tool file: (must match, sample)."""
    samples: list[tuple[bool, ToolSample]] = []
    for key, must in (("match", True), ("no-match", False)):
        samples.extend(
            (must, ToolSample(
                shows=_strings(item.get("shows")), against=_strings(item.get("against")), status=item.get("status", ""),
                run=item.get("run", ""), uses=item.get("uses", ""), inputs=_words(item.get("with")), image=item.get("image", ""),
                template=item.get("template", ""), component=item.get("component", ""), report=item.get("report", ""),
                hook=item.get("hook", ""), plugin=item.get("plugin", ""), chart=item.get("chart", ""),
                kind=item.get("kind", ""), resource=item.get("resource", ""), env=_words(item.get("env")),
                files=_words(item.get("files"))))
            for item in data.get("examples", {}).get(key, ()))
    return samples


def applies_from(data: Any) -> Applies:
    """An `applies` map as a value."""
    data = data or {}
    return Applies(any=_strings(data.get("any")), all=_strings(data.get("all")), none=_strings(data.get("none")))


def rule_from(data: Any) -> Rule:
    """A validated rule file as a value."""
    fields = tuple(
        FieldCheck(subject=item["for-each"], when=item.get("when", ""), holds=item["holds"], partly=item.get("partly", ""),
                   at=item.get("at", ""), why=item["why"], why_not=item.get("why-not", ""), status=item.get("status", ""),
                   confidence=item.get("confidence", "high"), counts=item.get("counts", True))
        for item in data.get("fields", ())
    )
    how = dict(data["how"])
    return Rule(
        code=data["code"], name=data["name"], title=data["title"], level=data["level"], mode=data["mode"],
        soft=data.get("soft", True), late=data.get("late", False), by_itself=data.get("by-itself", False), why=data["why"],
        counts=data["counts"],
        not_counts=data.get("not-counts", ""), applies=applies_from(data["applies"]), fields=fields,
        how={"text": how.pop("text")}, snippets=_words(how), sources=_strings(data.get("sources")), missing=data["missing"],
    )


def rule_samples(data: Any) -> list[RuleSample]:
    """The samples of a rule file."""
    return [RuleSample(name=item["name"], platform=item["platform"], status=item["status"], files=_words(item["files"]))
            for item in data.get("examples", ())]


def methodologies_from(data: Any) -> tuple[Methodology, ...]:
    """rules/methodologies.yaml as values."""
    return tuple(
        Methodology(code=item["code"], name=item["name"], why=item["why"], applies=applies_from(item["applies"]),
                    principles=tuple(Principle(code=p["code"], name=p["name"], why=p["why"]) for p in item["principles"]))
        for item in data["methodologies"]
    )
