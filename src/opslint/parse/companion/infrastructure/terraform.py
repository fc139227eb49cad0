"""Terraform and OpenTofu files as blocks."""

from __future__ import annotations

import json

from opslint.errors import UnreadableFile
from opslint.model.repository import FileEntry, FileStatus, Parsed
from opslint.model.resource import Block, Dependency
from opslint.parse.companion.infrastructure.headers import Header, headers_of
from opslint.parse.values.places import span_of
from opslint.parse.values.reading import Lines, text_from, told, yaml_from
from opslint.source.node import Mapping, Node, Sequence
from opslint.source.span import Span

BODILESS = frozenset({"variable", "output", "moved", "removed", "import", "check"})
"""Kinds whose content no practice asks about: their bodies are not read."""

MAX_BODY_BYTES = 64 * 1024
"""A longer block is told by its header: the HCL parser takes about a second for 100 kB."""
MAX_FILE_BODIES = 200 * 1024
"""Bytes of bodies read in one file."""

_KINDS = frozenset({
    "resource", "data", "module", "provider", "terraform", "locals", "variable", "output", "moved", "removed", "import", "check",
    "ephemeral", "action", "run", "list",
})  # fmt: skip
_PLAIN_LABELS = frozenset({"__is_block__", "__comments__", "__inline_comments__"})


def parse_terraform(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read a `.tf` or `.tofu` file, or its JSON form, into blocks, and its required providers and modules into dependencies.

    Shape: one Block for each top-level block; `provider "aws"` has the type `aws`; `module "x"` the type `x`. A body that
           python-hcl2 cannot read stays empty, and the file's entry says so with the first such line. Bodies of `variable`,
           `output`, `moved`, `removed`, `import` and `check` are left out, and all those of a file that stands aside, which nobody
           asks about. Dependencies have the ecosystem `terraform`.
    Source: HCL native syntax specification; Terraform, JSON configuration syntax.
    """
    if path.endswith(".json"):
        return _parse_json(kind, path, data, aside)
    text = text_from(data)
    lines = Lines(path, text)
    blocks: list[Block] = []
    unread: list[int] = []
    spent = 0
    for header in headers_of(text):
        if header.kind not in _KINDS:
            continue
        span = _span(lines, header)
        body: dict[str, object] = {}
        if header.kind not in BODILESS and not aside:
            size = header.end - header.start
            spent += size
            read = body_of(text[header.start : header.end], header) if size <= MAX_BODY_BYTES and spent <= MAX_FILE_BODIES else None
            if read is None:
                unread.append(span.line)
            body = read or {}
        labels = [*header.labels, "", ""]
        blocks.append(Block(kind=header.kind, type=labels[0], name=labels[1], span=span, body=body, aside=aside))
    reason = f"{len(unread)} of {len(blocks)} blocks were read by their headers only" if unread else None
    entry = FileEntry(path=path, kind=kind, status=FileStatus.READ, reason=reason, line=unread[0] if unread else None)
    return Parsed(file=entry, blocks=tuple(blocks), dependencies=tuple(_dependencies(blocks, aside)))


def _span(lines: Lines, header: Header) -> Span:
    start, end = lines.at(header.start), lines.at(header.end)
    return Span(path=lines.path, line=start.line, column=start.column, end_line=end.line, end_column=end.column)


def body_of(text: str, header: Header) -> dict[str, object] | None:
    """The content of one block as plain values, None where it cannot be read."""
    import hcl2

    options = hcl2.SerializationOptions(
        with_comments=False, strip_string_quotes=True, explicit_blocks=False, preserve_heredocs=False
    )
    try:
        root: object = hcl2.loads(text + "\n", serialization_options=options)
        for step in (header.kind, *header.labels):
            root = root[step] if isinstance(root, dict) else None
            root = root[0] if isinstance(root, list) and root else root
    except Exception:
        return None
    return root if isinstance(root, dict) else None


def _dependencies(blocks: list[Block], aside: bool) -> list[Dependency]:
    """Providers that are required and modules that come from elsewhere."""
    found: list[Dependency] = []
    for block in blocks:
        if block.kind == "terraform":
            for group in _many(block.body.get("required_providers")):
                for name, value in group.items():
                    if name in _PLAIN_LABELS:
                        continue
                    settings = value if isinstance(value, dict) else {"version": value}
                    source = str(settings.get("source") or f"hashicorp/{name}")
                    found.append(_dependency(source, settings.get("version"), block.span, aside))
        elif block.kind == "module":
            source = str(block.body.get("source") or "")
            if source and not source.startswith(("./", "../", "/", "${")):
                found.append(_dependency(source, block.body.get("version"), block.span, aside))
    return found


def _many(value: object) -> list[dict[str, object]]:
    values = value if isinstance(value, list) else [value]
    return [item for item in values if isinstance(item, dict)]


def _dependency(source: str, version: object, span: Span, aside: bool) -> Dependency:
    bare, _, reference = source.partition("?ref=")
    chosen = str(version) if version is not None else reference
    return Dependency(ecosystem="terraform", name=bare.lower(), version=chosen, scope="runtime", span=span, aside=aside)


def _parse_json(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """The JSON form: labels are nested keys, a list repeats a block."""
    documents = yaml_from(data).documents
    root = documents[0] if documents and isinstance(documents[0], Mapping) else None
    try:
        plain = json.loads(text_from(data))
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"it is not JSON: {error}") from None
    blocks: list[Block] = []
    for block_kind, _, node in root.items() if root is not None else ():
        if block_kind in _KINDS and isinstance(plain, dict):
            depth = 2 if block_kind in {"resource", "data", "ephemeral"} else 0 if block_kind in {"terraform", "locals"} else 1
            _descend(path, block_kind, (), depth, node, plain.get(block_kind), aside, blocks)
    entry = FileEntry(path=path, kind=kind, status=FileStatus.READ)
    return Parsed(file=entry, blocks=tuple(blocks), dependencies=tuple(_dependencies(blocks, aside)))


def _descend(
    path: str, kind: str, labels: tuple[str, ...], depth: int, node: Node, plain: object, aside: bool, blocks: list[Block]
) -> None:
    """Walk down the label keys of one block kind; `depth` is the number of labels still to come (at most two)."""
    if isinstance(node, Sequence) and isinstance(plain, list):
        for item, value in zip(node.items, plain, strict=False):
            if not isinstance(item, Sequence):
                _descend(path, kind, labels, depth, item, value, aside, blocks)
    elif isinstance(node, Mapping) and isinstance(plain, dict):
        if depth:
            for label, _, child in node.items():
                _descend(path, kind, (*labels, label), depth - 1, child, plain.get(label), aside, blocks)
        else:
            first, second, *_ = (*labels, "", "")
            blocks.append(Block(kind=kind, type=first, name=second, span=span_of(path, node), body=plain, aside=aside))


def parse_lock(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read a `.terraform.lock.hcl`: which providers are locked.

    Facts: `providers` (addresses, in order).
    """
    text = text_from(data)
    providers = [header.labels[0] for header in headers_of(text) if header.kind == "provider" and header.labels]
    return told(kind, path, aside, {"providers": providers})
