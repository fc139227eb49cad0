"""From a tree to a repository: which files are looked at, by whom, and what became of each."""

from __future__ import annotations

import re

import msgspec

from opslint.errors import UnreadableFile
from opslint.model.repository import FileEntry, FileStatus, Parsed, Repository
from opslint.model.resource import Companion, Resource
from opslint.parse.companion.table import companion_kind, parse_companion, reads
from opslint.parse.discovery.aside import aside, example
from opslint.parse.discovery.languages import count_languages
from opslint.parse.discovery.registry import (
    MANIFEST_ENDINGS,
    MAX_SNIFFED_BYTES,
    YAML_ENDINGS,
    Parser,
    has_manifest,
    load_function,
    parser_by_content,
    parser_by_path,
)
from opslint.parse.values.reading import failed
from opslint.source.node import Mapping, Node, Scalar
from opslint.source.tree import Tree
from opslint.source.words.late import late
from opslint.source.yaml import parse_yaml

GITLAB_KIND = "gitlab.pipeline"
MANIFEST_KINDS = frozenset({"kubernetes.manifest", "argo.manifest"})
KEPT_KINDS = frozenset({"kustomization", "helm-chart", "pre-commit", "dependabot", "pulumi", "skaffold", "package.json"})
STRAY = "it stands outside of .github/workflows, where GitHub does not run it"

IGNORED_PLACES: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (late(r"\.github/workflows/.+/[^/]+\.ya?ml"), "github.workflow", "GitHub reads no sub-folders of .github/workflows"),
    (late(r"\.github/workflows/[^/]*\.ya?ml[^/]+"), "github.workflow", "GitHub reads only .yml and .yaml files"),
    (late(r"\.github/workflow/[^/]+\.ya?ml"), "github.workflow", "GitHub reads .github/workflows, not .github/workflow"),
    (late(r"(?i)\.github/workflows/[^/]+\.ya?ml"), "github.workflow", "GitHub reads .github/workflows in lower case only"),
    (late(r"\.gitlab-ci\.yaml"), "gitlab.pipeline", "GitLab reads .gitlab-ci.yml unless its settings name another file"),
)


class Reader:
    """The state of one reading: what every file gave, in the order of the paths; GitLab's files wait until all are known."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.found: dict[str, Parsed] = {}
        self.gitlab: dict[str, bytes] = {}

    def look(self, path: str) -> None:
        """Look at one file; files of no interest leave no trace."""
        row = parser_by_path(path)
        if row is not None and self.take(row, path):
            return
        reason = ignored_reason(path)
        if reason is not None:
            self.found[path] = Parsed(file=FileEntry(path=path, kind=reason[0], status=FileStatus.SKIPPED, reason=reason[1]))
            return
        kind = companion_kind(path)
        if kind is not None:
            self.companion(kind, path)
        elif path.endswith(MANIFEST_ENDINGS):
            self.sniffed(path)

    def take(self, row: Parser, path: str) -> bool:
        """Read a file that a row claims by its path; False where its bytes say that the row is wrong."""
        data = self.bytes_of(path, row.kind)
        if data is None:
            return True
        if row.sniff is not None and not row.sniff(data):
            return False
        if row.kind == GITLAB_KIND:
            self.gitlab[path] = data
        else:
            self.found[path] = self.parsed(row, path, data)
        return True

    def companion(self, kind: str, path: str) -> None:
        """Read a companion file; a manifest that only has the name of one is a manifest."""
        data = self.bytes_of(path, kind) if reads(kind) else b""
        if data is None:
            return
        if data and kind not in KEPT_KINDS and path.endswith(YAML_ENDINGS) and has_manifest(data) and self.manifest(path, data):
            return
        try:
            self.found[path] = parse_companion(kind, path, data, aside(path))
        except Exception as error:  # one odd file must not end a scan
            self.found[path] = failed(path, kind, error)

    def sniffed(self, path: str) -> None:
        """Read a YAML or JSON file whose name says nothing, where its bytes say what it is."""
        is_yaml = path.endswith(YAML_ENDINGS)
        if not is_yaml and (aside(path) or (self.tree.size(path) or 0) > MAX_SNIFFED_BYTES):
            return
        try:
            data = self.tree.read(path)
        except UnreadableFile as error:
            if is_yaml:
                self.found[path] = Parsed(file=FileEntry(path=path, kind="yaml", status=FileStatus.SKIPPED, reason=error.reason))
            return
        row = parser_by_content(path, data)
        if row is None:
            return
        if row.kind in MANIFEST_KINDS:
            self.manifest(path, data)
            return
        read = self.parsed(row, path, data)
        self.found[path] = stray(read) if row.kind == "github.workflow" else read

    def manifest(self, path: str, data: bytes) -> bool:
        """Read manifests; a file that holds none after all is of no interest."""
        row = parser_by_content(path, data)
        if row is None or row.kind not in MANIFEST_KINDS:
            return False
        read = self.parsed(row, path, self.shortened(data))
        if read.file.status is FileStatus.UNREADABLE:
            read = self.parsed(row, path, data)
        if not read.resources and not read.pipelines and read.file.status is FileStatus.READ:
            return False
        self.found[path] = without_schemas(read)
        return True

    @staticmethod
    def shortened(data: bytes) -> bytes:
        """A manifest's bytes without the schemas of CustomResourceDefinitions, most of an install's text."""
        if b"CustomResourceDefinition" not in data:
            return data
        from opslint.parse.kubernetes.schemas import without_schema_text

        return without_schema_text(data)

    def bytes_of(self, path: str, kind: str) -> bytes | None:
        """The bytes of a file; where it cannot be read that is what became of it."""
        try:
            return self.tree.read(path)
        except UnreadableFile as error:
            self.found[path] = failed(path, kind, error)
            return None

    def parsed(self, row: Parser, path: str, data: bytes) -> Parsed:
        """What a row's parser makes of a file, whatever happens."""
        try:
            function = load_function(row)
            if row.takes == "bytes":
                read: Parsed = function(row.kind, path, data, aside(path))
            elif row.takes == "yaml-aside":
                read = function(path, parse_yaml(data), aside(path))
            else:
                read = set_aside(function(path, parse_yaml(data)), path)
        except Exception as error:  # one odd file must not end a scan
            return failed(path, row.kind, error)
        return read

    def put_together(self) -> None:
        """Put the GitLab files together: what the entry file includes, whatever its name, is part of its pipeline."""
        if self.gitlab:
            from opslint.parse.gitlab.project.read import Project

            self.found.update(Project(self.tree, self.gitlab).read())


def read_repository(tree: Tree) -> Repository:
    """Read every file of a tree that says something about how the repository is built, delivered and run.

    Shape: every file that was looked at has a `FileEntry`, in the order of the paths; the same tree gives the same repository.
           A file that cannot be read is such an entry, never an exception.
    """
    reader = Reader(tree)
    for path in tree.paths():
        reader.look(path)
    reader.put_together()
    for path, reason in tree.skipped():
        kind = kind_of(path)
        if kind is not None:
            reader.found.setdefault(path, Parsed(file=FileEntry(path=path, kind=kind, status=FileStatus.SKIPPED, reason=reason)))
    parts = own_examples([reader.found[path] for path in sorted(reader.found)])
    languages, samples = count_languages(tree.paths())
    companions = tuple(one for part in parts for one in part.companions)
    return Repository(
        name=tree.name,
        revision=tree.revision,
        paths=tree.paths(),
        languages=languages,
        language_samples=samples,
        files=tuple(part.file for part in parts),
        pipelines=tuple(one for part in parts for one in part.pipelines),
        resources=marked(tuple(one for part in parts for one in part.resources), companions),
        blocks=tuple(one for part in parts for one in part.blocks),
        dependencies=tuple(one for part in parts for one in part.dependencies),
        dockerfiles=tuple(one for part in parts for one in part.dockerfiles),
        hooks=tuple(one for part in parts for one in part.hooks),
        companions=companions,
    )


def marked(resources: tuple[Resource, ...], companions: tuple[Companion, ...]) -> tuple[Resource, ...]:
    """The manifests, those marked that are Kustomize patches."""
    if not resources or not any(one.kind == "kustomization" for one in companions):
        return resources
    from opslint.parse.kubernetes.patches import with_patches

    return tuple(with_patches(resources, companions))


def kind_of(path: str) -> str | None:
    """What a file would be by its path alone, None for a file of no interest."""
    row = parser_by_path(path)
    if row is not None:
        return row.kind
    return companion_kind(path) or ("yaml" if path.endswith(YAML_ENDINGS) else None)


def ignored_reason(path: str) -> tuple[str, str] | None:
    """(kind, reason) for a file that its author meant for a platform, in a place or by a name the platform does not read."""
    if path[:8].lower() != ".github/" and not path.startswith(".gitlab-ci"):
        return None
    for pattern, kind, reason in IGNORED_PLACES:
        if pattern.fullmatch(path):
            return kind, reason
    return None


def stray(read: Parsed) -> Parsed:
    """A workflow in a place where GitHub runs none: read, but it neither shows nor demands anything."""
    if read.file.status is not FileStatus.READ:
        return read
    pipelines = tuple(msgspec.structs.replace(one, aside=True, entry=False) for one in read.pipelines)
    return msgspec.structs.replace(read, file=msgspec.structs.replace(read.file, reason=STRAY, line=None), pipelines=pipelines)


def without_schemas(read: Parsed) -> Parsed:
    """Let go of the schemas in CustomResourceDefinitions: no rule asks for them, and they are most of an install's nodes."""
    resources = tuple(
        msgspec.structs.replace(one, node=slim_definition(one.node)) if one.kind == "CustomResourceDefinition" else one
        for one in read.resources
    )
    return msgspec.structs.replace(read, resources=resources)


def slim_definition(node: Mapping) -> Mapping:
    """A CustomResourceDefinition without its versions and validation."""
    spec = node.mapping("spec")
    if spec is None:
        return node
    slim_spec = copied(spec, {key: pair for key, pair in spec.pairs.items() if key not in ("versions", "validation")})
    return copied(node, {key: (pair[0], slim_spec if key == "spec" else pair[1]) for key, pair in node.pairs.items()})


def copied(node: Mapping, pairs: dict[str, tuple[Scalar, Node]]) -> Mapping:
    """A mapping in the same place with other pairs."""
    return Mapping(node.tag, node.anchor, node.line, node.column, node.end_line, node.end_column, pairs)


def set_aside(read: Parsed, path: str) -> Parsed:
    """Mark the pipelines of a file that stands aside."""
    if aside(path):
        return msgspec.structs.replace(read, pipelines=tuple(msgspec.structs.replace(one, aside=True) for one in read.pipelines))
    return read


def in_use(read: Parsed) -> Parsed:
    """Say of a file in a folder that stands aside that a pipeline uses it after all."""
    return msgspec.structs.replace(read, pipelines=tuple(msgspec.structs.replace(one, aside=False) for one in read.pipelines))


def own_examples(parts: list[Parsed]) -> list[Parsed]:
    """Take `examples/` for the product where a repository holds no pipeline and no manifest elsewhere (decision 0004)."""
    if any(not one.aside for part in parts for one in part.pipelines) or any(not one.aside for part in parts for one in part.resources):
        return parts
    return [
        msgspec.structs.replace(
            in_use(part), resources=tuple(msgspec.structs.replace(one, aside=False) for one in part.resources))
        if example(part.file.path) and part.file.reason != STRAY else part
        for part in parts]
