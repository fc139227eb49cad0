"""`spec:inputs` and `$[[ inputs.x ]]`: what a file is given, put in the place of its marks, as far as that is literal."""

from __future__ import annotations

from opslint.parse.gitlab.project.ci_file import CiFile
from opslint.parse.values.places import at
from opslint.parse.values.sourced import SourcedScalar, sourced
from opslint.source.node import Mapping, Node, Scalar, is_null, path_of
from opslint.source.words.late import late

MAX_VALUE = 1_000_000
"""Characters of one value with inputs in it, as GitLab allows."""

MAX_ALL = 1_500_000
"""Scalars that are looked at for inputs, and characters that inputs add, in one repository."""

_MARK = late(r"\$\[\[([^\]]{1,1000})\]\]")
_NAME = late(r"\s*inputs\.([\w-]+)\s*")
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

    def content(self, file: CiFile, content: Mapping, given: dict[str, Node]) -> Mapping:
        """The content of a file with its inputs filled in; every node knows its file.

        Shape:  `given` are the inputs by name as whoever includes the file wrote them; defaults stand in for the others. A mark
                stays where nothing is known for it, and in a file that declares no inputs.
        Source: GitLab CI/CD, "CI/CD inputs"; CI/CD YAML syntax reference, `spec:inputs`.
        """
        values = self.values(file, given)
        if not values or self.exceeded:
            if file.path not in self.plain:
                copied = sourced(content, file.path)
                self.plain[file.path] = copied if isinstance(copied, Mapping) else content
            return self.plain[file.path]
        filled = sourced(content, file.path, _Filler(values, file.path, self).fill)
        return filled if isinstance(filled, Mapping) else content

    @staticmethod
    def values(file: CiFile, given: dict[str, Node]) -> dict[str, Node]:
        """The value of each declared input that has one."""
        declared = at(file.header, "spec", "inputs")
        found: dict[str, Node] = {}
        for name, _, node in declared.items() if isinstance(declared, Mapping) else ():
            default = node.get("default") if isinstance(node, Mapping) else None
            value = given.get(name, default)
            if value is not None and not (name not in given and is_null(default)):
                found[name] = value if name in given else sourced(value, file.path)
        return found


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
        if whole is not None and (name := _NAME.fullmatch(whole.group(1))) is not None:
            value = self.values.get(name.group(1))
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
        name = _NAME.fullmatch(source)
        value = self.values.get(name.group(1)) if name is not None else None
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
