"""Signs in source text: a file that imports a family and does something with it. Read only where that may decide a fact."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from opslint.match.signs.gathered import MOST, Gathered
from opslint.match.signs.globs import Outside, PathIndex, PathSet
from opslint.match.signs.patterns import Words, import_form
from opslint.match.signs.texts import Texts
from opslint.parse.discovery.languages import language_of
from opslint.source.span import Span
from opslint.source.words.late import late

FORMS = {"C#": "csharp"}
"""Languages whose name in `import-forms` is not theirs in lower case."""
NOTEBOOK = "notebook"
PYTHON = frozenset({"python", NOTEBOOK})
TRIPLE = late(rb'("""|\'\'\').*?\1', re.DOTALL)
SHOWN = 60
"""Characters of a match that are told."""


class Entry:
    """One entry of a fact's `texts`, or its `modules`: where, importing what, saying what.

    Shape: `languages` are those it is looked for in, None for files that its `paths` alone name; `family` the fact whose
           modules it asks for.
    """

    __slots__ = ("also", "fact", "family", "key", "languages", "paths", "words")

    def __init__(self, fact: str, key: str, family: str, languages: frozenset[str] | None, data: dict[str, Any]) -> None:
        self.fact = fact
        self.key = key
        self.family = family
        self.languages = languages
        self.paths = tuple(map(str, data.get("paths") or ()))
        self.words = Words(map(str, data.get("words") or ()))
        self.also = Words(map(str, data["also"])) if data.get("also") else None

    def found_in(self, data: bytes) -> re.Match[bytes] | None:
        """The match that makes the file a sign."""
        found = self.words.search(data)
        return None if found is not None and self.also is not None and self.also.search(data) is None else found


class CodeReader:
    """The entries that are still open, and the files they are looked for in."""

    def __init__(self, signs: dict[str, Any], modules: dict[str, dict[str, tuple[str, ...]]], index: PathIndex, outside: Outside,
                 texts: Texts, gathered: Gathered) -> None:
        self._forms: dict[str, str] = signs.get("import-forms") or {}
        self._first = PathSet(map(str, signs.get("first") or ()))
        self._modules = modules
        self._index = index
        self._outside = outside
        self._texts = texts
        self._gathered = gathered
        self._imports: dict[tuple[str, str], re.Pattern[bytes] | None] = {}
        self._counts: dict[tuple[str, str], int] = {}
        self._shown: set[str] = set()

    def read(self, entries: list[Entry]) -> None:
        """Look for every entry: in the files it names, and, where it asks for an import, in the source files in their order."""
        for entry in entries:
            if entry.languages is None:
                self._named(entry)
        code = [(entry, PathSet(entry.paths)) for entry in entries if entry.languages is not None]
        if not code:
            return
        wanted = frozenset().union(*(entry.languages for entry, _ in code if entry.languages is not None))
        for rank, (path, language) in enumerate(self._candidates(wanted)):
            open_ones = [(entry, paths) for entry, paths in code if self._open(entry)]
            if not self._texts.left or all(entry.fact in self._shown for entry, _ in open_ones):
                break
            asked = [entry for entry, paths in open_ones
                     if language in (entry.languages or ()) and (not paths or path in paths)]
            if asked:
                self._look(path, language, rank, asked)

    def _named(self, entry: Entry) -> None:
        for path in [path for glob in entry.paths for path in self._index.find(glob)]:
            if path not in self._outside and self._open(entry):
                data = b"\n" + self._texts.read(path)
                found = entry.found_in(data)
                if found is not None:
                    self._add(entry, path, data, found, 0)

    def _candidates(self, languages: frozenset[str]) -> list[tuple[str, str]]:
        """The source files of some languages with the language, those of `first` first."""
        found = [(path not in self._first, path, language) for path, language in source_files(self._index.paths)
                 if language in languages and path not in self._outside]
        return [(path, language) for _, path, language in sorted(found)]

    def _look(self, path: str, language: str, rank: int, entries: list[Entry]) -> None:
        data = b"\n" + self._texts.read(path)
        if language == "python" and (b'"""' in data or b"'''" in data):
            data = without_docstrings(data)
        told = data.replace(b'\\"', b'"') if language == NOTEBOOK else data
        imports: dict[str, re.Match[bytes] | None] = {}
        for entry in entries:
            if entry.family not in imports:
                regex = self._form(entry.family, language)
                imports[entry.family] = regex.search(data) if regex is not None else None
            module = imports[entry.family]
            if module is None or not self._open(entry):
                continue
            if entry.key == "modules":
                self._add(entry, path, data, module, rank)
                continue
            found = entry.found_in(told)
            if found is not None:
                self._add(entry, path, told, found, rank)

    def _form(self, family: str, language: str) -> re.Pattern[bytes] | None:
        key = (family, language)
        if key not in self._imports:
            names = self._modules.get(family, {}).get("python" if language == NOTEBOOK else language)
            form = self._forms.get(language)
            self._imports[key] = import_form(form, names) if names and form else None
        return self._imports[key]

    def _open(self, entry: Entry) -> bool:
        return self._counts.get((entry.fact, entry.key), 0) < MOST

    def _add(self, entry: Entry, path: str, data: bytes, found: re.Match[bytes], rank: int) -> None:
        line = data.count(b"\n", 0, found.start()) + (found.group()[:1] == b"\n")  # a line end stands before the text
        words = " ".join(found.group().decode("ascii", "replace").split())[:SHOWN].strip("\"' ")
        self._counts[entry.fact, entry.key] = self._counts.get((entry.fact, entry.key), 0) + 1
        self._shown.add(entry.fact)
        self._gathered.add(entry.fact, entry.key, Span(path=path, line=line, end_line=line), f"code: {words}", rank=rank)


def without_docstrings(data: bytes) -> bytes:
    """Python text whose docstrings are gone but for their line ends: what an example in them does, the code does not."""
    return TRIPLE.sub(_unless_a_value, data)


def _unless_a_value(found: re.Match[bytes]) -> bytes:
    begin = found.string.rfind(b"\n", 0, found.start()) + 1
    alone = not found.string[begin : found.start()].strip(b" \t\rrRuU")
    return b"\n" * found.group().count(b"\n") if alone else found.group()


def source_files(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The source files and notebooks of a tree, with the name of their language in `import-forms`."""
    for path in paths:
        if path.endswith(".ipynb"):
            yield path, NOTEBOOK
        else:
            language = language_of(path)
            if language is not None:
                yield path, FORMS.get(language) or language.lower()
