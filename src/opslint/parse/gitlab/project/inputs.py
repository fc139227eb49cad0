"""`spec:inputs` and `$[[ inputs.x ]]`: what a file is given, put in the place of its marks, as far as that is literal."""

from __future__ import annotations

import re

from opslint.parse.gitlab.project.ci_file import CiFile
from opslint.parse.gitlab.when.conditions import decide
from opslint.parse.gitlab.when.scenarios import SCENARIOS
from opslint.parse.values.bounds import Bounds
from opslint.parse.values.places import at
from opslint.parse.values.sourced import SourcedScalar, sourced
from opslint.source.node import Mapping, Node, Scalar, Sequence, is_null, path_of
from opslint.source.words.late import late

MAX_VALUE = 1_000_000
"""Characters of one value with inputs in it, as GitLab allows."""

MAX_ALL = 1_500_000
"""Scalars that are looked at for inputs, and characters that inputs add, in one repository."""

MAX_CHAIN = 10
"""Inputs in a row whose rules ask for the one before."""

MAX_RULES = 100
"""Rules of one input."""

_MARK = late(r"\$\[\[([^\[\]]{1,1000}(?:\[\d{1,6}\][^\[\]]{0,1000}){0,5})\]\]")
_NAME = late(r"\s*((?:inputs|component)\.[\w-]+)((?:\[\d{1,6}\]|\.[\w-]+){0,10})\s*")
_STEP = late(r"\[(\d+)\]|\.([\w-]+)")
_TRUNCATE = late(r"truncate\(\s*(\d{1,9})\s*,\s*(\d{1,9})\s*\)")


class Interpolation:
    """Fills in inputs, bounded over all files of one repository."""

    def __init__(self) -> None:
        self.left = MAX_ALL
        self.plain: dict[str, Mapping] = {}

    @property
    def exceeded(self) -> bool:
        """Whether marks were left because too much was filled in."""
        return self.left <= 0

    def content(self, file: CiFile, content: Mapping, given: dict[str, Node], component: dict[str, str] | None = None) -> Mapping:
        """The content of a file with its inputs filled in; every node knows its file.

        Shape:  `given` are the inputs by name as whoever includes the file wrote them; defaults stand in for the others;
                `component` is what is known of the component the file is. A mark stays where nothing is known for it, and in a
                file that declares no inputs.
        Source: GitLab CI/CD, "CI/CD inputs"; CI/CD YAML syntax reference, `spec:inputs`, `spec:component`.
        """
        values = values_of(file, given)
        if component:
            values |= {f"component.{word}": SourcedScalar(text, '"', None, None, 1, 1, 1, 1, file.path) for word, text in component.items()}
        if not values or self.exceeded:
            if file.path not in self.plain:
                copied = sourced(content, file.path)
                self.plain[file.path] = copied if isinstance(copied, Mapping) else content
            return self.plain[file.path]
        filled = sourced(content, file.path, _Filler(values, file.path, self).fill)
        return filled if isinstance(filled, Mapping) else content


def values_of(file: CiFile, given: dict[str, Node]) -> dict[str, Node]:
    """The value of each declared input that has one, by its whole name (`inputs.x`)."""
    declared = at(file.header, "spec", "inputs")
    found: dict[str, Node] = {}
    ruled: dict[str, Sequence] = {}
    for name, _, node in declared.items() if isinstance(declared, Mapping) else ():
        default = node.get("default") if isinstance(node, Mapping) else None
        rules = node.sequence("rules") if isinstance(node, Mapping) else None
        if name in given:
            found[f"inputs.{name}"] = given[name]
        elif rules is not None:
            ruled[f"inputs.{name}"] = rules
        elif default is not None and not is_null(default):
            found[f"inputs.{name}"] = sourced(default, file.path)
    for _ in range(MAX_CHAIN):
        settled = {name: value for name, rules in ruled.items() if (value := _by_rules(rules, found)) is not None}
        if not settled:
            break
        found |= {name: sourced(value, file.path) for name, value in settled.items()}
        ruled = {name: rules for name, rules in ruled.items() if name not in settled}
    return found


def _by_rules(rules: Sequence, values: dict[str, Node]) -> Node | None:
    """The default of the first of an input's rules that holds; None where none does or one cannot be decided.

    Source: GitLab CI/CD YAML syntax reference, `spec:inputs:rules`.
    """
    for rule in rules.items[:MAX_RULES]:
        if not isinstance(rule, Mapping):
            continue
        condition = rule.text("if")
        answer = True if condition is None else _holds(condition, values)
        if answer is None:
            return None
        if answer:
            default = rule.get("default")
            return None if is_null(default) else default
    return None


def _holds(condition: str, values: dict[str, Node]) -> bool | None:
    """Whether a condition on other inputs holds, each of them a word in its place; None where one is not known."""
    text = _MARK.sub(lambda match: _quoted(match, values), condition)
    return None if "$" in text else decide(text, SCENARIOS[0], {}, Bounds())


def _quoted(match: re.Match[str], values: dict[str, Node]) -> str:
    value = _valued(match.group(1), values)
    quote = next((sign for sign in "\"'" if isinstance(value, Scalar) and sign not in value.value), None)
    return f"{quote}{value.value}{quote}" if quote is not None and isinstance(value, Scalar) else match.group()


def _valued(source: str, values: dict[str, Node]) -> Node | None:
    """What `inputs.x`, `inputs.x[0]` or `component.name` stands for."""
    named = _NAME.fullmatch(source)
    value = values.get(named.group(1)) if named is not None else None
    for number, key in _STEP.findall(named.group(2)) if named is not None else ():
        if key:
            value = value.get(key) if isinstance(value, Mapping) else None
        else:
            value = value.items[int(number)] if isinstance(value, Sequence) and int(number) < len(value.items) else None
    return value


class _Filler:
    """Fills one file's scalars."""

    def __init__(self, values: dict[str, Node], path: str, bounds: Interpolation) -> None:
        self.values = values
        self.path = path
        self.bounds = bounds

    def fill(self, scalar: Scalar) -> Node | None:
        """What stands in the place of a scalar; None where it has no mark that can be filled."""
        self.bounds.left -= 1
        if "$[[" not in scalar.value or self.bounds.exceeded:
            return None
        whole = _MARK.fullmatch(scalar.value.strip())
        if whole is not None:
            value = _valued(whole.group(1), self.values)
            if value is not None and not isinstance(value, Scalar):
                return value
        text = _MARK.sub(lambda match: self._text(match.group(1), match.group()), scalar.value)
        if text == scalar.value or len(text) > MAX_VALUE:
            return None
        self.bounds.left -= len(text)
        path = path_of(scalar, self.path)
        return SourcedScalar(
            text, scalar.style, scalar.tag, scalar.anchor, scalar.line, scalar.column, scalar.end_line, scalar.end_column, path
        )

    def _text(self, inner: str, mark: str) -> str:
        """The text for what stands in one mark: an input, and the functions it is sent through."""
        source, *functions = inner.split("|")
        value = _valued(source, self.values)
        if value is None:
            return mark
        text = value.value if isinstance(value, Scalar) else _as_json(value)
        for function in functions[:3]:
            word = function.strip()
            if (cut := _TRUNCATE.fullmatch(word)) is not None:
                text = text[int(cut.group(1)) :][: int(cut.group(2))]
            elif word == "posix_escape":
                import shlex

                text = shlex.quote(text)
            elif word != "expand_vars":
                return mark
        return text


def _as_json(node: Node) -> str:
    import json

    from opslint.source.plain import plain

    return json.dumps(plain(node), ensure_ascii=False)
