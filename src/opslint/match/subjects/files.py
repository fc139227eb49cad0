"""Subjects that are files or blocks: Terraform, companions, and every path of the tree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from opslint.match.subjects.subject import Stage, Subject
from opslint.model.resource import Dependency
from opslint.parse.discovery.aside import aside
from opslint.source.span import Span
from opslint.source.words.late import late


def _texts(value: object) -> dict[str, str]:
    """The tags of a block as text, whatever python-hcl2 made of them."""
    if isinstance(value, list):
        merged: dict[str, str] = {}
        for item in value:
            merged |= _texts(item)
        return merged
    if isinstance(value, dict):
        return {str(key).strip('"'): str(item) for key, item in value.items()}
    return {"…": value} if isinstance(value, str) else {}


def _plain(value: object) -> object:
    """A value CEL takes: maps, lists, texts, numbers, booleans."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)


def blocks(stage: Stage) -> Iterator[Subject]:
    """Every Terraform block that is no fixture."""
    for block in stage.repository.blocks:
        if block.aside:
            continue
        tags = _texts(block.body.get("tags")) | _texts(block.body.get("labels"))
        it: dict[str, Any] = {"name": f"{block.type}.{block.name}".strip("."), "path": block.span.path, "platform": "terraform",
                              "kind": block.kind, "type": block.type, "tags": tags,
                              "default_tags": "default_tags" in block.body or "default_labels" in block.body,
                              "body": _plain(block.body)}
        yield Subject(name=it["name"], span=block.span, it=it)


def companions(stage: Stage) -> Iterator[Subject]:
    """Every companion file that is no fixture, its parser's facts among its own."""
    for companion in stage.repository.companions:
        if companion.aside:
            continue
        it = {**{key: _plain(value) for key, value in companion.facts.items()}, "name": companion.path.rpartition("/")[2],
              "path": companion.path, "platform": "", "kind": companion.kind, "effective": companion.effective,
              "why": companion.why}
        yield Subject(name=companion.path, span=companion.span, it=it, node=companion.node, root=companion.node)


EXACT_VERSION = late(r"(===?\s*)?v?\d[\w.+!-]*")


def dependency_files(stage: Stage) -> Iterator[Subject]:
    """Every file that declares dependencies and is no fixture."""
    by_path: dict[str, list[Dependency]] = {}
    for dependency in stage.repository.dependencies:
        if not dependency.aside:
            by_path.setdefault(dependency.span.path, []).append(dependency)
    for path, listed in by_path.items():
        entries = [one for one in listed if one.scope in ("runtime", "optional")]
        it = {"name": path.rpartition("/")[2], "path": path, "platform": "", "ecosystem": listed[0].ecosystem,
              "entries": len(entries), "exact": bool(entries) and all(_exact(one.version) for one in entries)}
        yield Subject(name=path, span=Span(path=path), it=it)


def _exact(version: str) -> bool:
    return bool(EXACT_VERSION.fullmatch(version.strip())) and "*" not in version


def files(stage: Stage) -> Iterator[Subject]:
    """Every path of the tree."""
    for path in stage.repository.paths:
        it = {"name": path.rpartition("/")[2], "path": path, "platform": "", "aside": aside(path)}
        yield Subject(name=path, span=Span(path=path), it=it)


def signs(stage: Stage) -> Iterator[Subject]:
    """Every place that shows a fact of rules/signs.yaml."""
    for fact, places in stage.shown.items():
        for place in places:
            it = {"name": fact, "path": place.path, "platform": "", "fact": fact, "why": place.why}
            yield Subject(name=fact, span=Span(path=place.path, line=place.line, end_line=place.line), it=it)


MAKERS = {"block": blocks, "companion": companions, "dependency-file": dependency_files, "file": files, "sign": signs}
