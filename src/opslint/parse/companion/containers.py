"""Dockerfiles, Compose files, Earthfiles and Skaffold: how images are made and run on a host."""

from __future__ import annotations

import re

from opslint.model.repository import FileEntry, FileStatus, Parsed
from opslint.model.resource import Dockerfile
from opslint.parse.values.places import at, mappings_of, text_at
from opslint.parse.values.reading import mapping_from, parsed, passed_over, text_from, told, yaml_from
from opslint.source.node import Mapping, scalars_of
from opslint.source.span import Span
from opslint.source.words.late import late

INSTRUCTIONS = frozenset({
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "RUN",
    "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
})  # fmt: skip
_DIRECTIVE = late(r"^#\s*(escape|syntax|check)\s*=\s*(\S+)", re.IGNORECASE)
_WORD = late(r"^\s*([A-Za-z]+)(?:\s+(.*))?$", re.DOTALL)
_HEREDOC = late(r"<<(-?)\s*([\"']?)([A-Za-z_][\w.]*)\2")
_WITH_HEREDOC = frozenset({"RUN", "COPY", "ADD"})

MAX_INSTRUCTIONS = 20_000


def parse_dockerfile(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read a Dockerfile or Containerfile into its instructions.

    Shape:  comments and empty lines are dropped, also inside a continued instruction; continuations are joined as the builder
            does (escape and newline vanish); here-documents follow their instruction's line, "\\n" between.
    Source: Dockerfile reference (parser directives, line continuation, here-documents).
    """
    lines = text_from(data).split("\n")
    escape = _escape_of(lines)
    found: list[tuple[str, str, Span]] = []
    strange: int | None = None
    index = 0
    while index < len(lines) and len(found) < MAX_INSTRUCTIONS:
        if not lines[index].strip() or lines[index].lstrip().startswith("#"):
            index += 1
            continue
        first = index
        text, index = _logical_line(lines, index, escape)
        match = _WORD.match(text)
        name = match.group(1).upper() if match is not None else ""
        inner = name
        rest = (match.group(2) or "").strip() if match is not None else ""
        if name == "ONBUILD":
            inner = rest.split(None, 1)[0].upper() if rest else ""
        if inner in _WITH_HEREDOC:
            rest, index = _with_documents(rest, lines, index)
        if name not in INSTRUCTIONS:
            strange = strange or first + 1
            continue
        last = max(first, index - 1)
        indent = len(lines[first]) - len(lines[first].lstrip())
        span = Span(path=path, line=first + 1, column=indent + 1, end_line=last + 1, end_column=len(lines[last]) + 1)
        found.append((name, rest, span))
    reason = "lines that are no instruction were passed over" if strange is not None else None
    entry = FileEntry(path=path, kind=kind, status=FileStatus.READ, reason=reason, line=strange)
    if not any(name == "FROM" for name, _, _ in found):
        return passed_over(kind, path, "it has no FROM instruction")
    return Parsed(file=entry, dockerfiles=(Dockerfile(path=path, instructions=tuple(found), aside=aside),))


def _escape_of(lines: list[str]) -> str:
    """The escape character: what a parser directive at the top says, else the backslash."""
    for line in lines:
        match = _DIRECTIVE.match(line)
        if match is None:
            break
        if match.group(1).lower() == "escape" and match.group(2) in {"\\", "`"}:
            return match.group(2)
    return "\\"


def _logical_line(lines: list[str], index: int, escape: str) -> tuple[str, int]:
    """One instruction from `index` on with its continuation lines, and the index behind it."""
    parts: list[str] = []
    while index < len(lines):
        line = lines[index]
        if parts and (not line.strip() or line.lstrip().startswith("#")):
            index += 1
            continue
        stripped = line.rstrip(" \t")
        index += 1
        if stripped.endswith(escape):
            parts.append(stripped[:-1])
            continue
        parts.append(line)
        break
    return "".join(parts), index


def _with_documents(rest: str, lines: list[str], index: int) -> tuple[str, int]:
    """An instruction's arguments with the here-documents it opens, and the index behind them."""
    parts = [rest]
    for dash, _, word in _HEREDOC.findall(rest)[:16]:
        end = index
        while end < len(lines) and (lines[end].lstrip("\t") if dash else lines[end]) != word:
            end += 1
        if end == len(lines):
            break
        parts.extend(lines[index : end + 1])
        index = end + 1
    return "\n".join(parts), index


def parse_compose(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read a Compose file.

    Facts: `services` (count), `images` (references, sorted), `builds` and `ports` (whether a service does).
    """
    root = mapping_from(data)
    services = root.mapping("services") if root is not None else None
    if root is None or services is None:
        return parsed(kind, path)
    nodes = [node for _, _, node in services.items() if isinstance(node, Mapping)]
    images = sorted({image for node in nodes if (image := node.text("image"))})
    facts: dict[str, object] = {
        "services": len(nodes),
        "images": images,
        "builds": any("build" in node for node in nodes),
        "ports": any(scalars_of(node.get("ports")) or mappings_of(node.get("ports")) for node in nodes),
    }
    return told(kind, path, aside, facts, root)


_TARGET = late(r"^([a-z][\w.-]*):\s*$", re.MULTILINE)


def parse_earthfile(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read an Earthfile.

    Facts: `targets` (names, in order), `saves_image` (whether an image is made).
    """
    text = text_from(data)
    facts: dict[str, object] = {
        "targets": [match.group(1) for match in _TARGET.finditer(text)],
        "saves_image": re.search(r"^[ \t]*SAVE IMAGE\b", text, re.MULTILINE) is not None,
    }
    return told(kind, path, aside, facts)


def parse_skaffold(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read a Skaffold configuration (one or several documents).

    Facts: `artifacts` (image names, sorted), `deploys` (a document has `deploy`), `tests` (one has `test` or `verify`).
    """
    roots = [node for node in yaml_from(data).documents if isinstance(node, Mapping)]
    if not roots:
        return parsed(kind, path)
    artifacts = {
        image
        for root in roots
        for artifact in mappings_of(at(root, "build", "artifacts"))
        if (image := text_at(artifact, "image"))
    }
    facts: dict[str, object] = {
        "artifacts": sorted(artifacts),
        "deploys": any("deploy" in root for root in roots),
        "tests": any("test" in root or "verify" in root for root in roots),
    }
    return told(kind, path, aside, facts, roots[0])
