"""A command by the name the field knows it by."""

from __future__ import annotations

from opslint.resolve.wrappers.tables import words_in
from opslint.source.words.late import late

Words = tuple[str, ...]

_VERSIONED = late(r"^(python|pip|pypy|ruby|php|pytest|node|perl|lua|easy_install|idle|pydoc)[-]?\d+(?:\.\d+)*t?$")
_LLVM = late(
    r"^((?:run-)?clang(?:\+\+|-format|-tidy|-check)?|g\+\+|gcc|gcov|llvm-[a-z]+|scan-build|llc|lld|opt)-\d+(?:\.\d+)?$"
)
_PINNED = late(r"^(@[^/@]+/[^@]+|[^@=<>~]+)(?:@.*|[=<>~]=.*)$")
_OWN_SCRIPT = late(r"\.(?:sh|bash|zsh|py|rb|pl|js|mjs|cjs|ts|ps1|php|lua|r|R|groovy|go|awk|bats)$")
_PROGRAM_FOLDERS = frozenset({"bin", ".bin", "Scripts", "sbin", "shims"})
_HOME = ("/", "~/", "…/", "$")
_CLEAR_NAMES = words_in(
    "test build run check lint deploy install configure setup start release format ci do dev make script scripts bootstrap init "
    "clean publish validate verify update generate package server app main cli tests docs"
)


_AFTER_PREFIX = late(r"[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*")


def named(argv: Words) -> Words:
    """The argv with the command's word as the field knows it.

    `/usr/bin/x`, `./node_modules/.bin/x`, `x.exe` are `x`; `python3.11` is `python`;
    `${PREFIX}ruff` is `ruff`; `./gradlew` is `gradle`; a script of the
    repository (`./ci/test.sh`) keeps its path, `./` taken off as little as any other part of it.
    """
    word = argv[0]
    if word.startswith("…") and _AFTER_PREFIX.fullmatch(word[1:]):  # `${PREFIX}ruff`, with PREFIX empty or `venv/bin/`
        return (_bare(word[1:]), *argv[1:])
    if "/" not in word and "\\" not in word:
        plain = _bare(word)
        return argv if plain == word else (plain, *argv[1:])
    path = word.replace("\\", "/") if "\\" in word and "/" not in word else word
    folder, _, base = path.rpartition("/")
    plain = _bare(base)
    if plain in ("gradle", "mvn") and plain != base:
        return (plain, *argv[1:])
    if not base or _OWN_SCRIPT.search(base) or base == "…":
        return argv if path == word else (path, *argv[1:])
    inside = folder.rpartition("/")[2]
    outside = path.startswith(_HOME) or path[1:3] == ":/"
    if outside or (inside in _PROGRAM_FOLDERS and (plain not in _CLEAR_NAMES or folder not in ("bin", "./bin"))):
        return (plain, *argv[1:])
    if not folder.strip("./") and ".." not in folder and plain not in _CLEAR_NAMES and not base.lower().endswith((".cmd", ".bat")):
        return (plain, *argv[1:])
    return argv if path == word else (path, *argv[1:])


def _bare(base: str) -> str:
    """A program's name without suffix and version."""
    lower = base.lower()
    for suffix in (".exe", ".cmd", ".bat"):
        if lower.endswith(suffix) and len(base) > len(suffix):
            base = base[: -len(suffix)]
            break
    if base == "gradlew":
        return "gradle"
    if base in ("mvnw", "mvnd"):
        return "mvn"
    if base == "py":
        return "python"
    if base[-1:].isdigit() or (base.endswith("t") and base[-2:-1].isdigit()):
        found = _VERSIONED.match(base) or _LLVM.match(base)
        if found:
            return found[1]
    return base


def unpinned(word: str) -> str:
    """A package without its version: `eslint@8` is `eslint`, `@scope/x@1` is `@scope/x`, `ruff==0.4` is `ruff`."""
    found = _PINNED.match(word)
    return found[1].partition("[")[0] if found else word
