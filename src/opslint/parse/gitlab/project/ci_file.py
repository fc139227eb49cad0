"""One GitLab pipeline file as it stands: its header and its content, and what was odd about it."""

from __future__ import annotations

import msgspec

from opslint.model.repository import FileEntry, FileStatus
from opslint.source.node import Mapping, Node
from opslint.source.yaml import YamlFile

KIND = "gitlab.pipeline"


class CiFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file, read but not yet made a pipeline.

    Shape: `header` is the mapping with `spec:` before the first `---`, None where there is none; `content` None where the file
           cannot be read, which `file` tells.
    """

    path: str
    file: FileEntry
    header: Mapping | None = None
    content: Mapping | None = None


def read_ci_file(path: str, document: YamlFile) -> CiFile:
    """Take a file apart. A first document with `spec:` is a header, not the pipeline; a file that is no mapping is `unreadable`."""
    headers = [node for node in document.documents if is_header(node)]
    documents = [node for node in document.documents if not is_header(node)] or list(document.documents[-1:])
    top = documents[0] if documents else None
    if not isinstance(top, Mapping):
        what = "the file is empty" if top is None else "the file is no mapping"
        line = top.line if top is not None else 1
        reason = f"{what}; expected jobs with a `script`"
        return CiFile(path=path, file=FileEntry(path=path, kind=KIND, status=FileStatus.UNREADABLE, reason=reason, line=line))
    reason_of, at = _oddity(documents, document)
    header = headers[0] if headers else None
    return CiFile(
        path=path,
        file=FileEntry(path=path, kind=KIND, status=FileStatus.READ, reason=reason_of, line=at),
        header=header if isinstance(header, Mapping) else None,
        content=top,
    )


def is_header(node: Node) -> bool:
    """Whether a document is the header of a file with inputs."""
    return isinstance(node, Mapping) and "spec" in node and len(node.pairs) == 1


def _oddity(documents: list[Node], document: YamlFile) -> tuple[str | None, int | None]:
    """What was read only in part, with its line."""
    if document.templated:
        return "templates were masked; values may be placeholders", None
    if len(documents) > 1:
        return "only the first of several documents is a pipeline", documents[1].line
    if document.problems:
        return document.problems[0].message, document.problems[0].line
    return None, None
