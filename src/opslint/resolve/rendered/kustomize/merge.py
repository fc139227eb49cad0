"""Two ways to change a manifest: a strategic merge patch, and JSON Patch operations."""

from __future__ import annotations

from opslint.source.node import Mapping, Node, Scalar, Sequence, is_null, text_of

MAX_MERGED = 20_000
"""Nodes of a patch that are merged into one manifest; a larger one is left out."""
MAX_DEPTH = 60

MERGE_KEYS = {
    "containers": "name", "initContainers": "name", "ephemeralContainers": "name", "env": "name", "volumes": "name",
    "imagePullSecrets": "name", "volumeMounts": "mountPath", "ports": "containerPort", "hostAliases": "ip",
    "topologySpreadConstraints": "topologyKey",
}  # fmt: skip
"""The lists that are merged by a key; every other one is replaced.

Source: Kubernetes API, `x-kubernetes-patch-merge-key`.
"""


class PatchTooLargeError(Exception):
    """A patch beyond `MAX_MERGED`."""


def merged(base: Mapping, patch: Mapping, *, builtin: bool) -> Mapping:
    """A manifest with a strategic merge patch applied; it stays as it is where the patch is too large.

    Shape: lists of kinds that Kubernetes does not know itself are replaced; `$patch: delete` and `replace` are obeyed.
    """
    try:
        return _Merge(builtin).mapping(base, patch, 0)
    except PatchTooLargeError:
        return base


class _Merge:
    def __init__(self, builtin: bool) -> None:
        self.builtin = builtin
        self.left = MAX_MERGED

    def mapping(self, base: Mapping, patch: Mapping, depth: int) -> Mapping:
        self.left -= len(patch.pairs) + 1
        if self.left < 0 or depth > MAX_DEPTH:
            raise PatchTooLargeError
        if patch.text("$patch") == "replace":
            return with_pairs(patch, {name: pair for name, pair in patch.pairs.items() if name != "$patch"})
        pairs = dict(base.pairs)
        for name, (key, value) in patch.pairs.items():
            if name.startswith("$"):
                continue
            known = base.get(name)
            if is_null(value) or (isinstance(value, Mapping) and value.text("$patch") == "delete"):
                pairs.pop(name, None)
            elif isinstance(value, Mapping) and isinstance(known, Mapping):
                pairs[name] = (pairs[name][0], self.mapping(known, value, depth + 1))
            elif isinstance(value, Sequence) and isinstance(known, Sequence) and self.builtin and name in MERGE_KEYS:
                pairs[name] = (pairs[name][0], self.listed(known, value, MERGE_KEYS[name], depth + 1))
            else:
                pairs[name] = (key, value)
        return with_pairs(base, pairs)

    def listed(self, base: Sequence, patch: Sequence, by: str, depth: int) -> Sequence:
        """Items of the same key are merged, new ones come first, as Kubernetes lays them."""
        self.left -= len(patch.items) + 1
        if self.left < 0:
            raise PatchTooLargeError
        if any(isinstance(item, Mapping) and item.text("$patch") == "replace" for item in patch.items):
            return with_items(patch, [item for item in patch.items if not (isinstance(item, Mapping) and "$patch" in item)])
        items = list(base.items)
        place = {text: number for number, item in enumerate(items)
                 if isinstance(item, Mapping) and (text := item.text(by)) is not None}
        added: list[Node] = []
        gone: set[int] = set()
        for item in patch.items:
            number = place.get(item.text(by) or "") if isinstance(item, Mapping) else None
            if not isinstance(item, Mapping):
                added.append(item)
            elif item.text("$patch") == "delete":
                gone |= {number} if number is not None else set()
            elif number is None:
                added.append(item)
            else:
                known = items[number]
                items[number] = self.mapping(known, item, depth + 1) if isinstance(known, Mapping) else item
        return with_items(base, [*added, *(item for number, item in enumerate(items) if number not in gone)])


def operated(base: Mapping, operation: Mapping) -> Mapping | None:
    """A manifest after one operation of a JSON Patch; None where it does not fit or is not understood (`move`, `copy`, `test`).

    Source: RFC 6902; RFC 6901 (`~1` is a slash, `~0` a tilde).
    """
    verb, path = operation.text("op"), operation.text("path") or ""
    value = operation.get("value")
    if verb not in ("add", "replace", "remove") or not path.startswith("/") or (value is None and verb != "remove"):
        return None
    words = [word.replace("~1", "/").replace("~0", "~") for word in path[1:].split("/")]
    if len(words) > MAX_DEPTH:
        return None
    done = _changed(base, words, verb, value, operation)
    return done if isinstance(done, Mapping) else None


def _changed(node: Node, words: list[str], verb: str, value: Node | None, place: Mapping) -> Node | None:
    """A node with what its path leads to added, replaced or removed; None where the path does not lead there."""
    word, last = words[0], len(words) == 1
    if isinstance(node, Mapping):
        pairs = dict(node.pairs)
        known = pairs.get(word)
        if not last:
            below = _changed(known[1], words[1:], verb, value, place) if known is not None else None
            if known is None or below is None:
                return None
            pairs[word] = (known[0], below)
        elif verb == "remove":
            if pairs.pop(word, None) is None:
                return None
        elif value is not None:
            pairs[word] = (_key(word, place), value)
        return with_pairs(node, pairs)
    if not isinstance(node, Sequence):
        return None
    items = list(node.items)
    number = len(items) if word == "-" else int(word) if word.isdigit() and len(word) < 7 else -1
    if number < 0 or number > len(items) or (number == len(items) and not (last and verb == "add")):
        return None
    if not last:
        below = _changed(items[number], words[1:], verb, value, place)
        if below is None:
            return None
        items[number] = below
    elif verb == "remove":
        del items[number]
    elif value is not None:
        items[number : number + (verb == "replace")] = [value]
    return with_items(node, items)


def _key(word: str, place: Mapping) -> Scalar:
    """A key that stands where its operation is written."""
    written = place.get("value")
    from opslint.parse.values.sourced import SourcedScalar
    from opslint.source.node import path_of

    at = written if written is not None else place
    return SourcedScalar(word, "", None, None, at.line, at.column, at.line, at.column + 1, path_of(at, path_of(place, "")))


def with_pairs(node: Mapping, pairs: dict[str, tuple[Scalar, Node]]) -> Mapping:
    """A mapping of the same place and file with other pairs."""
    from opslint.parse.values.sourced import SourcedMapping

    if isinstance(node, SourcedMapping):
        return SourcedMapping(node.tag, node.anchor, node.line, node.column, node.end_line, node.end_column, pairs, node.path)
    return Mapping(node.tag, node.anchor, node.line, node.column, node.end_line, node.end_column, pairs)


def with_items(node: Sequence, items: list[Node]) -> Sequence:
    """A list of the same place and file with other items."""
    from opslint.parse.values.sourced import SourcedSequence

    if isinstance(node, SourcedSequence):
        return SourcedSequence(node.tag, node.anchor, node.line, node.column, node.end_line, node.end_column, items, node.path)
    return Sequence(node.tag, node.anchor, node.line, node.column, node.end_line, node.end_column, items)


def name_of(node: Mapping) -> str:
    """The name of a manifest."""
    metadata = node.mapping("metadata")
    return (text_of(metadata.get("name")) or "") if metadata is not None else ""
