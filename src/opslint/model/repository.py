"""Everything that was read from one tree."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from opslint.model.pipeline import Pipeline
from opslint.model.resource import Block, Companion, Dependency, Dockerfile, Hook, Resource


class FileStatus(StrEnum):
    """What became of a file; the values are the words of the JSON report."""

    READ = "read"
    UNREADABLE = "unreadable"
    SKIPPED = "skipped"


class FileEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One file opslint looked at. `reason` says why it is unreadable or skipped, or what was read only in part; `line` where."""

    path: str
    kind: str
    status: FileStatus
    reason: str | None = None
    line: int | None = None


class Parsed(msgspec.Struct, frozen=True, kw_only=True):
    """What one parser made of one file; every parser returns this."""

    file: FileEntry
    pipelines: tuple[Pipeline, ...] = ()
    resources: tuple[Resource, ...] = ()
    blocks: tuple[Block, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    dockerfiles: tuple[Dockerfile, ...] = ()
    hooks: tuple[Hook, ...] = ()
    companions: tuple[Companion, ...] = ()


class Repository(msgspec.Struct, frozen=True, kw_only=True):
    """One tree, read.

    Shape: `paths` are all files of the tree, sorted; `languages` count source files (not under tests, vendor …) by language.
    """

    name: str
    revision: str | None
    paths: tuple[str, ...]
    languages: dict[str, int]
    language_samples: dict[str, str]  # language -> its first file, the evidence that there is source code
    files: tuple[FileEntry, ...]
    pipelines: tuple[Pipeline, ...]
    resources: tuple[Resource, ...]
    blocks: tuple[Block, ...]
    dependencies: tuple[Dependency, ...]
    dockerfiles: tuple[Dockerfile, ...]
    hooks: tuple[Hook, ...]
    companions: tuple[Companion, ...]
