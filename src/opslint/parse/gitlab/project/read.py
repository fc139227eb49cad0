"""The GitLab CI files of one tree: the pipeline of the entry file, its child pipelines, and the files nothing includes."""

from __future__ import annotations

import msgspec

from opslint.errors import UnreadableFile
from opslint.model.pipeline import Pipeline
from opslint.model.repository import FileEntry, FileStatus, Parsed
from opslint.parse.discovery.aside import aside
from opslint.parse.gitlab.context import Context
from opslint.parse.gitlab.includes import includes_of
from opslint.parse.gitlab.pipeline import parsed_alone, pipeline_of, with_reason
from opslint.parse.gitlab.project.children import children_of
from opslint.parse.gitlab.project.ci_file import KIND, CiFile, read_ci_file
from opslint.parse.gitlab.project.gather import Gathered, Sources, gather
from opslint.parse.gitlab.project.inputs import Interpolation
from opslint.parse.gitlab.project.paths import Presence, included_files
from opslint.parse.gitlab.when.scenarios import SCENARIOS
from opslint.parse.values.bounds import Bounds
from opslint.parse.values.places import span_of
from opslint.parse.values.reading import failed
from opslint.source.node import Mapping, Node
from opslint.source.tree import Tree
from opslint.source.yaml import parse_yaml

ENTRY = ".gitlab-ci.yml"

MAX_LOOSE = 1_000
"""Files that are read because files that no pipeline includes include them."""


class Project:
    """Reads the CI files of one tree: `named` are those that are known by their names, by path; more come by inclusion."""

    def __init__(self, tree: Tree, named: dict[str, bytes]) -> None:
        self.tree = tree
        self.files: dict[str, CiFile] = {}
        self.notes: dict[str, tuple[int, str]] = {}
        self.sources = Sources(
            tree=tree, file=self.file, exists=Presence(tree), interpolation=Interpolation(), bounds=Bounds()
        )
        for path, data in named.items():
            self._add(path, data)

    def _add(self, path: str, data: bytes) -> None:
        """Take a file apart, or say why that cannot be done."""
        try:
            self.files[path] = read_ci_file(path, parse_yaml(data))
        except Exception as error:  # one odd file must not end a scan
            self.files[path] = CiFile(path=path, file=failed(path, KIND, error).file)

    def file(self, path: str) -> CiFile | None:
        """A CI file by its path, read when first asked for."""
        if path not in self.files:
            try:
                self._add(path, self.tree.read(path))
            except UnreadableFile as error:
                self.files[path] = CiFile(path=path, file=failed(path, KIND, error).file)
        return self.files[path]

    def read(self) -> dict[str, Parsed]:
        """What each CI file gave.

        Shape: the entry file's pipeline holds what it includes, child pipelines stand with the file they begin in; a file that
               became part of them gives no pipeline of its own, one that nothing includes gives a fragment that never runs.
        """
        pipelines: dict[str, list[Pipeline]] = {}
        used: set[str] = set()
        broken: dict[str, Parsed] = {}
        try:
            entry = self._entry(pipelines, used)
            for child in children_of(entry, self.sources) if entry is not None else ():
                pipelines.setdefault(child.pipeline.path, []).append(child.pipeline)
                self._take(child.gathered, used)
        except Exception as error:  # one odd file must not end a scan
            broken[ENTRY] = msgspec.structs.replace(failed(ENTRY, KIND, error), pipelines=tuple(pipelines.get(ENTRY, ())))
        loose = self._loose(used)
        given = {path: Parsed(file=self._entry_of(path), pipelines=tuple(pipelines.get(path, ()))) for path in used}
        return {**loose, **given, **broken}

    def _entry(self, pipelines: dict[str, list[Pipeline]], used: set[str]) -> Pipeline | None:
        """The pipeline of the entry file."""
        file = self.files.get(ENTRY)
        gathered = gather(file, self.sources, SCENARIOS) if file is not None else None
        if file is None or file.content is None or gathered is None:
            return None
        bounds = Bounds()
        context = Context(
            head=_head(file.content),
            includes=gathered.includes,
            confined=gathered.confined,
            words=gathered.words,
            exists=self.sources.exists,
        )
        entry = pipeline_of(gathered.top, ENTRY, lambda node: span_of(ENTRY, node), True, bounds, context)
        pipelines[ENTRY] = [entry]
        self._take(gathered, used)
        if bounds.reason is not None:
            self.notes.setdefault(ENTRY, (1, bounds.reason))
        return entry

    def _take(self, gathered: Gathered, used: set[str]) -> None:
        used.update(gathered.files)
        for path, line, sentence in gathered.notes:
            self.notes.setdefault(path, (line, sentence))

    def _entry_of(self, path: str) -> FileEntry:
        """A file's entry with what was left out of what it includes."""
        file = self.files[path].file
        line, sentence = self.notes.get(path, (None, None))
        return with_reason(file, sentence, line) if file.status is FileStatus.READ and file.reason is None else file

    def _loose(self, used: set[str]) -> dict[str, Parsed]:
        """The files that the entry file does not reach, each by itself, and those they include in turn."""
        found: dict[str, Parsed] = {}
        waiting = [path for path in sorted(self.files) if path not in used]
        known = {*waiting, *used}
        for path in waiting:
            file = self.files[path]
            found[path] = self._alone(file)
            for name in _local_names(file):
                for target in included_files(name, path, self.tree):
                    if target not in known and len(known) < MAX_LOOSE + len(used):
                        known.add(target)
                        self.file(target)
                        waiting.append(target)
        return found

    def _alone(self, file: CiFile) -> Parsed:
        """One file as a fragment; of those that stand aside nobody asks whether they are an entry."""
        try:
            read = parsed_alone(file, True)
        except Exception as error:  # one odd file must not end a scan
            return failed(file.path, KIND, error)
        standing = aside(file.path)
        entry = standing or file.path == ENTRY
        pipelines = tuple(msgspec.structs.replace(one, aside=standing, entry=entry) for one in read.pipelines)
        return msgspec.structs.replace(read, pipelines=pipelines)


def _head(content: Mapping) -> Node:
    return next((key for _, key, _ in content.items()), content)


def _local_names(file: CiFile) -> list[str]:
    """The local files that a fragment includes or starts as child pipelines, as written."""
    if file.content is None:
        return []
    nodes = [file.content.get("include")]
    for _, _, job in file.content.items():
        trigger = job.mapping("trigger") if isinstance(job, Mapping) else None
        nodes.append(trigger.get("include") if trigger is not None else None)
    includes = [include for node in nodes for include in includes_of(node, lambda node: span_of(file.path, node))]
    return [include.name for include in includes if include.kind == "local"]
