"""What an ApplicationSet's generators write into its template, as far as the repository itself says it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as Table

import msgspec

from opslint.parse.argo.folders import Folders, normalised
from opslint.source.node import Mapping, Node, Scalar, Sequence, boolean_of, text_of
from opslint.source.words.late import late

MAX_ELEMENTS = 500
MAX_DEPTH = 4
PLACE = late(
    r"\{\{-?\s*(?:\(?\s*index\s+\.([A-Za-z_][\w.]{0,100})\s+\"?([\w.-]{1,100})\"?\s*\)?|\.?([A-Za-z_][\w.-]{0,200}(?:\[\d{1,3}\])?))\s*-?\}\}")

Element = dict[str, str]


class Ground(msgspec.Struct, frozen=True):
    """What git generators look at: the folders of the tree, its files by content, and whether an address is this repository's."""

    folders: Folders
    read: Callable[[str], Node | None]
    own: Callable[[str], bool]


def filled(text: str, spec: Mapping, ground: Ground | None = None) -> tuple[str, ...]:
    """Every value a templated text takes: its `{{.name}}` and `{{name}}` filled in from the generators, the rest left as it is.

    Shape:  `spec` is that of the ApplicationSet; the text alone where no element has what it asks for.
    Source: Argo CD, ApplicationSet, "List Generator", "Git Generator", "Matrix Generator", "Merge Generator", "Go Template".
    """
    if not PLACE.search(text):
        return (text,)
    found = {done: None for element in elements_of(spec, ground) if (done := with_element(text, element)) is not None}
    return tuple(found) or (text,)


def elements_of(spec: Mapping, ground: Ground | None = None) -> list[Element]:
    """The elements of all generators of an ApplicationSet, by dotted name; generators that ask a cluster or a forge have none."""
    return _of_list(spec.get("generators"), ground, {}, 0)


def with_element(text: str, element: Table[str, str]) -> str | None:
    """A templated text with the parameters of one element; None where it asks for one that the element does not have."""
    position, pieces = 0, []
    for match in PLACE.finditer(text):
        name = f"{match[1]}.{match[2]}" if match[1] else match[3]
        if name not in element:
            return None
        pieces += [text[position : match.start()], element[name]]
        position = match.end()
    done = "".join([*pieces, text[position:]])
    return None if "{{" in done else done


def _of_list(node: Node | None, ground: Ground | None, outer: Element, depth: int) -> list[Element]:
    found: list[Element] = []
    for generator in node.items[:MAX_ELEMENTS] if isinstance(node, Sequence) and depth <= MAX_DEPTH else ():
        if isinstance(generator, Mapping):
            found.extend(_of(generator, ground, outer, depth))
    return found[:MAX_ELEMENTS]


def _of(generator: Mapping, ground: Ground | None, outer: Element, depth: int) -> list[Element]:
    """The elements of one generator; `outer` are the parameters of the first generator of a matrix, which the second may use."""
    matrix, merge = generator.mapping("matrix"), generator.mapping("merge")
    holder = next((one for key in ("list", "git") if (one := generator.mapping(key)) is not None), None)
    if matrix is not None:
        found = _product(matrix, ground, outer, depth)
    elif merge is not None:
        found = _merged(merge, ground, outer, depth)
    elif holder is None:
        return []
    elif holder is generator.mapping("list"):
        found = [dict(_scalars(one, "", 0)) for one in _mappings(holder.get("elements"))]
    else:
        found = _of_git(holder, ground, outer)
    kept = [element for element in found if _selected(generator.mapping("selector"), element)]
    values = holder.mapping("values") if holder is not None else None
    for element in kept if values is not None else ():
        for key, _, value in values.items() if values is not None else ():
            text = with_element(text_of(value) or "", {**outer, **element})
            if text is not None:
                element[f"values.{key}"] = text
    return kept


def _product(matrix: Mapping, ground: Ground | None, outer: Element, depth: int) -> list[Element]:
    """Every element of the first generator with every one of the second; both parts alone where the other cannot be known."""
    inner = _mappings(matrix.get("generators"))
    if len(inner) != 2 or depth >= MAX_DEPTH:
        return _of_list(matrix.get("generators"), ground, outer, depth + 1)
    first = _of(inner[0], ground, outer, depth + 1)
    found: list[Element] = []
    for element in first:
        second = _of(inner[1], ground, {**outer, **element}, depth + 1)
        found.extend({**element, **other} for other in second or [{}])
        if len(found) >= MAX_ELEMENTS:
            break
    return found or _of(inner[1], ground, outer, depth + 1)


def _merged(merge: Mapping, ground: Ground | None, outer: Element, depth: int) -> list[Element]:
    """The elements of the first generator, each with what later ones say for the same keys."""
    keys = [text_of(key) or "" for key in _items(merge.get("mergeKeys"))]
    inner = _mappings(merge.get("generators"))
    if not inner or depth >= MAX_DEPTH:
        return []
    base = _of(inner[0], ground, outer, depth + 1)
    by_key = {tuple(element.get(key, "") for key in keys): element for element in base}
    for generator in inner[1:]:
        for other in _of(generator, ground, outer, depth + 1):
            known = by_key.get(tuple(other.get(key, "") for key in keys))
            if known is not None:
                known.update(other)
    return base


def _of_git(git: Mapping, ground: Ground | None, outer: Element) -> list[Element]:
    """The folders or files of this repository that a git generator names."""
    if ground is None or not ground.own(with_element(git.text("repoURL") or "", outer) or ""):
        return []
    prefix = git.text("pathParamPrefix")
    head = f"{prefix}." if prefix else ""
    wanted: dict[str, None] = {}
    unwanted: set[str] = set()
    files = "files" in git
    for entry in _mappings(git.get("files" if files else "directories")):
        pattern = with_element(entry.text("path") or "", outer)
        matching = ground.folders.matching(pattern, files=files) if pattern else ()
        if boolean_of(entry.get("exclude")) is True:
            unwanted.update(matching)
        else:
            wanted.update(dict.fromkeys(matching))
    found: list[Element] = []
    for path in [path for path in sorted(wanted) if path not in unwanted][:MAX_ELEMENTS]:
        element = _path_words(path.rpartition("/")[0] if files else path, head)
        if files:
            element[f"{head}path.filename"] = path.rpartition("/")[2]
            read = ground.read(path)
            inner = [one for one in read.items if isinstance(one, Mapping)] if isinstance(read, Sequence) else [read]
            found.extend({**dict(_scalars(one, "", 0)), **element} for one in inner if isinstance(one, Mapping))
        else:
            found.append(element)
    return found[:MAX_ELEMENTS]


def _path_words(folder: str, head: str) -> Element:
    """The parameters that speak of a folder, by the names of both kinds of template."""
    base = folder.rpartition("/")[2]
    found = {
        f"{head}path": folder, f"{head}path.path": folder, f"{head}path.basename": base,
        f"{head}path.basenameNormalized": normalised(base),
    }
    for number, segment in enumerate(folder.split("/")):
        found[f"{head}path[{number}]"] = found[f"{head}path.segments.{number}"] = segment
    return found


def _selected(selector: Mapping | None, element: Element) -> bool:
    """Whether a generator's selector keeps an element; an expression that is not understood keeps it."""
    if selector is None:
        return True
    labels = selector.mapping("matchLabels")
    if labels is not None and any(element.get(key) != text_of(value) for key, _, value in labels.items()):
        return False
    for expression in _mappings(selector.get("matchExpressions")):
        value = element.get(expression.text("key") or "")
        values = {text_of(one) for one in _items(expression.get("values"))}
        operator = expression.text("operator")
        if (operator == "In" and value not in values) or (operator == "NotIn" and value in values):
            return False
        if (operator == "Exists" and value is None) or (operator == "DoesNotExist" and value is not None):
            return False
    return True


def _items(node: Node | None) -> Iterable[Node]:
    return node.items[:MAX_ELEMENTS] if isinstance(node, Sequence) else ()


def _mappings(node: Node | None) -> list[Mapping]:
    return [one for one in _items(node) if isinstance(one, Mapping)]


def _scalars(node: Mapping, prefix: str, depth: int) -> Iterator[tuple[str, str]]:
    """The scalars of an element by dotted name."""
    for key, _, value in node.items():
        if isinstance(value, Mapping) and depth < MAX_DEPTH:
            yield from _scalars(value, f"{prefix}{key}.", depth + 1)
        elif isinstance(value, Scalar) and (text := text_of(value)) is not None:
            yield f"{prefix}{key}", text
