"""`extends`, `!reference` and `default` worked into the jobs of a GitLab pipeline, on nodes, so that places stay."""

from __future__ import annotations

from copy import copy

from opslint.parse.gitlab.keywords import GLOBAL_DEFAULTS, INHERITED, REFERENCE_TAG, is_reference, jobs_in
from opslint.source.node import Mapping, Node, Scalar, Sequence, boolean_of, is_null, strings_of

MAX_EXTENDS_DEPTH = 11
"""GitLab allows eleven levels of `extends`."""

MAX_REFERENCE_DEPTH = 10
"""GitLab allows ten levels of `!reference`."""

MAX_MERGED = 1_000_000
"""Keys merged for one pipeline; what is beyond stays as it was written."""

MAX_PULLED = 200_000
"""Nodes pulled in by `!reference` for one pipeline."""

MAX_DEPTH = 100

MAX_DIGITS = 6
"""Digits of the number by which a `!reference` names an entry of a list."""

_NOT_REFERENCED = frozenset({"include", "spec"})
"""Keys that are gone when `!reference` is worked in."""


def expand_jobs(top: Mapping) -> Mapping:
    """Work `extends`, then `!reference`, then `default` into every job, in GitLab's order.

    Shape:  `top` is the mapping of one file or of several merged ones and is left as it is; in the result every key and scalar
            is the node it was in its file. A parent or reference that is not there stays unexpanded.
    Source: GitLab CI/CD YAML syntax reference, `extends`, `!reference`, `default`, `inherit`.
    """
    return inherit_defaults(resolve_references(merge_extended(top)))


def merge_extended(top: Mapping) -> Mapping:
    """Merge into every job the jobs it extends."""
    merger = _Merger(top)
    result = _copy(top)
    for name, key, _ in jobs_in(top):
        result.pairs[name] = (key, merger.job(name, 0))
    return result


def resolve_references(top: Mapping) -> Mapping:
    """Put in the place of every `!reference [job, key, …]` what it names."""
    return _Resolver(top).top()


def inherit_defaults(top: Mapping) -> Mapping:
    """Give every job that is not hidden the defaults it does not set itself, as far as its `inherit` lets them in.

    A key that is null counts as not set.
    """
    defaults = {key: pair for key, pair in top.pairs.items() if key in GLOBAL_DEFAULTS}
    written = top.mapping("default")
    if written is not None:
        defaults |= {key: pair for key, pair in written.pairs.items() if key in INHERITED}
    if not defaults:
        return top
    result = _copy(top)
    for name, key, job in jobs_in(top):
        if name.startswith(".") or "trigger" in job:
            continue
        let_in = _let_in(job, "default")
        missing = {
            word: pair for word, pair in defaults.items() if is_null(job.get(word)) and (let_in is None or word in let_in)
        }
        if missing:
            full = _copy(job)
            full.pairs.update(missing)
            result.pairs[name] = (key, full)
    return result


def inherited_variables(variables: dict[str, str], job: Mapping) -> dict[str, str]:
    """The top-level variables that a job's `inherit` lets in; the same object where it lets in all."""
    let_in = _let_in(job, "variables")
    return variables if let_in is None else {name: value for name, value in variables.items() if name in let_in}


def references_in(node: Node) -> tuple[str, ...]:
    """The names of the jobs that `!reference` tags below a node name, sorted."""
    found: set[str] = set()
    seen: set[int] = set()
    stack: list[Node] = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, Scalar) or id(current) in seen:
            continue
        seen.add(id(current))
        if isinstance(current, Mapping):
            stack.extend(value for _, _, value in current.items())
        elif is_reference(current):
            found.update(strings_of(current)[:1])
        else:
            stack.extend(current.items)
    return tuple(sorted(found))


def _let_in(job: Mapping, word: str) -> frozenset[str] | None:
    """What `inherit:<word>` lets in; None for everything."""
    inherit = job.mapping("inherit")
    node = inherit.get(word) if inherit is not None else None
    if isinstance(node, Sequence):
        return frozenset(strings_of(node))
    return frozenset() if boolean_of(node) is False else None


def _copy(node: Mapping) -> Mapping:
    """A mapping of its own with the same pairs and place."""
    result = copy(node)
    result.pairs = dict(node.pairs)
    return result


class DeepMerge:
    """GitLab's deep merge of mappings, bounded over all that one pipeline merges."""

    def __init__(self) -> None:
        self.merged = 0

    @property
    def exceeded(self) -> bool:
        """Whether something was left unmerged."""
        return self.merged > MAX_MERGED

    def merge(self, base: Mapping, over: Mapping, depth: int = 0) -> Mapping:
        """`over` on `base`: mappings are merged, everything else is replaced; keys stand in the order of `base`, then of `over`."""
        self.merged += len(base.pairs) + len(over.pairs)
        if self.merged > MAX_MERGED or depth > MAX_DEPTH:
            return _copy(over)
        result = copy(over)
        result.pairs = dict(base.pairs)
        for name, (key, value) in over.pairs.items():
            below = base.get(name)
            if isinstance(below, Mapping) and isinstance(value, Mapping):
                result.pairs[name] = (key, self.merge(below, value, depth + 1))
            else:
                result.pairs[name] = (key, value)
        return result


class _Merger:
    """Deep merge of jobs along `extends`; each job is merged once."""

    def __init__(self, top: Mapping) -> None:
        self.jobs = {name: node for name, _, node in jobs_in(top)}
        self.done: dict[str, Mapping] = {}
        self.open: set[str] = set()
        self.deep = DeepMerge()

    def job(self, name: str, depth: int) -> Mapping:
        if name in self.done:
            return self.done[name]
        own = self.jobs[name]
        parents = strings_of(own.get("extends")) if depth < MAX_EXTENDS_DEPTH else ()
        self.open.add(name)
        base: Mapping | None = None
        for parent in parents:
            if parent in self.jobs and parent not in self.open:
                above = self.job(parent, depth + 1)
                base = above if base is None else self.deep.merge(base, above)
        self.open.discard(name)
        if base is None:
            result = own
        else:
            result = self.deep.merge(base, own)
            result.pairs["extends"] = own.pairs["extends"]
        if depth + 1 < MAX_EXTENDS_DEPTH:
            self.done[name] = result
        return result


def _below(node: Node | None, name: str) -> Node | None:
    """The value of a key, or the entry of a list that a number names."""
    if isinstance(node, Mapping):
        return node.get(name)
    if isinstance(node, Sequence) and not is_reference(node) and name.isdecimal() and name.isascii() and len(name) <= MAX_DIGITS:
        return node.items[int(name)] if int(name) < len(node.items) else None
    return None


class _Resolver:
    """Copies of the nodes that hold a `!reference`, with what it names in its place; all others are shared."""

    def __init__(self, top: Mapping) -> None:
        self.root = top
        self.holds: dict[int, bool] = {}
        self.weights: dict[int, int] = {}
        self.kept: list[Node] = []  # keeps the nodes alive whose ids are keys above
        self.pulled = 0

    def top(self) -> Mapping:
        if not self.contains(self.root, 0):
            return self.root
        resolved = self.resolve(self.root, 0, 0)
        return resolved if isinstance(resolved, Mapping) else self.root

    def contains(self, node: Node, depth: int) -> bool:
        if isinstance(node, Scalar) or depth > MAX_DEPTH:
            return False
        known = self.holds.get(id(node))
        if known is not None:
            return known
        children: list[Node] = [value for _, _, value in node.items()] if isinstance(node, Mapping) else node.items
        found = is_reference(node)
        for child in children:
            found = self.contains(child, depth + 1) or found
        self.holds[id(node)] = found
        return found

    def resolve(self, node: Node, level: int, depth: int) -> Node:
        if isinstance(node, Scalar) or depth > MAX_DEPTH or not self.contains(node, 0):
            return node
        if isinstance(node, Mapping):
            result = _copy(node)
            for name, (key, value) in node.pairs.items():
                result.pairs[name] = (key, self.resolve(value, level, depth + 1))
            return result
        if node.tag == REFERENCE_TAG:
            return self.target(node, level)
        items = copy(node)
        items.items = [self.resolve(item, level, depth + 1) for item in node.items]
        return items

    def target(self, reference: Sequence, level: int) -> Node:
        """What a reference names, or the reference itself where that is not in this pipeline or too deep."""
        path = strings_of(reference)
        if level >= MAX_REFERENCE_DEPTH or not path or path[0] in _NOT_REFERENCED:
            return reference
        found: Node | None = self.root
        for name in path:
            found = _below(found, name)
        if found is None:
            return reference
        self.pulled += self.weight(found, 0)
        if self.pulled > MAX_PULLED:
            return reference
        return self.resolve(found, level + 1, 0)

    def weight(self, node: Node, depth: int) -> int:
        """The number of nodes below a node, counted as often as they are reached."""
        if isinstance(node, Scalar) or depth > MAX_DEPTH:
            return 1
        known = self.weights.get(id(node))
        if known is None:
            children: list[Node] = [value for _, _, value in node.items()] if isinstance(node, Mapping) else node.items
            known = 1 + sum(self.weight(child, depth + 1) for child in children)
            self.weights[id(node)] = known
            self.kept.append(node)
        return known
