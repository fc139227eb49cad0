"""go: the commands behind `go generate`, and of small programs of the repository that `go run` starts."""

from __future__ import annotations

import shlex

from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.jobs.places import Files
from opslint.resolve.wrappers.form import operand
from opslint.resolve.wrappers.tables import words_in
from opslint.source.span import Span
from opslint.source.words.late import late

MAX_FILES = 1_200
MAX_BYTES = 256 * 1024
MAX_LEADS = 80
MAX_WORDS = 64
SOFT = "the program only looks at what it says"

_VALUED = words_in("-C -exec -ldflags -mod -modfile -tags -p -gcflags -run -skip")
_LEFT_OUT = late(r"(?:^|/)(?:vendor|testdata|node_modules)/|\.pb\.go$|_test\.go$|/zz_generated[^/]*$")
_DIRECTIVE = b"//go:generate "
_CHOOSES = late(r"\bos\.Args\b|\bflag\.Arg|\bcobra\.|\bcli\.(?:App|Command)\b|\bkingpin\.|\bswitch\b")
_STARTS = late(r"\bexec\.Command(Context)?\(")
_NEXT = late(r"\s*(?:\"((?:[^\"\\\n]|\\.)*)\"|([^\s\",()]+(?:\([^()]*\))?))\s*([,)])")
_AFTER = late(r"\s*\)?(\.\w+)?")
_COMMENT = late(r"^\s*//[^\n]*", 8)
_VARIABLE = late(r"\$\{?\w+\}?")


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """What a Go command starts beside the toolchain; None for all but `generate` and `run` of the repository's own programs.

    Source: go help generate; go help run.
    """
    del env
    if len(argv) < 2 or argv[1] not in ("generate", "run"):
        return None
    index = operand(argv, 2, _VALUED)
    if argv[1] == "run":
        return _program(argv[index] if index < len(argv) else "", folder, files)
    if "-n" in argv:
        return None
    leads: list[Lead] = []
    for package in argv[index:] or (".",):
        if len(leads) < MAX_LEADS and "…" not in package:
            leads += files.kept(("go.generate", folder, package), lambda package=package: _generated(package, folder, files))  # type: ignore[misc]
    return Led(leads=tuple(leads[:MAX_LEADS])) if leads else None


def _sources(package: str, folder: str, files: Files) -> list[str]:
    """The Go files of a package pattern, no tests and no generated ones."""
    from opslint.resolve.shell.state import joined

    below = package.endswith("...")
    at = joined(folder, package.removesuffix("...").rstrip("/") or ".")
    if "…" in at or at.startswith("..") or not (package.startswith(".") or "/" not in package):
        return []
    start = f"{at}/" if at else ""
    if package.endswith(".go"):
        return [at] if files.tree.has(at) else []
    return [
        path
        for path in files.below(at)
        if path.endswith(".go") and (below or "/" not in path[len(start) :]) and not _LEFT_OUT.search(path)
    ][:MAX_FILES]


def _generated(package: str, folder: str, files: Files) -> list[Lead]:
    """The commands of the directives in a package's files."""
    from opslint.errors import UnreadableFile

    found: list[Lead] = []
    for path in _sources(package, folder, files):
        try:
            data = files.tree.read(path)
        except UnreadableFile:
            continue
        if _DIRECTIVE not in data or len(data) > MAX_BYTES:
            continue
        for number, line in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
            if line.startswith("//go:generate ") and not line.startswith("//go:generate -command"):
                script = _VARIABLE.sub("…", line.removeprefix("//go:generate ").strip())
                found.append(Lead(script=script, span=Span(path=path, line=number), folder=path.rpartition("/")[0]))
        if len(found) >= MAX_LEADS:
            break
    return found


def _program(word: str, folder: str, files: Files) -> Led | None:
    """The commands that a program of the repository starts, where they are literal and it does not choose among them."""
    if not word.startswith(".") and not word.endswith(".go"):
        return None
    leads: list[Lead] = []
    for path in _sources(word, folder, files)[:20]:
        text = files.text(path) or ""
        if len(text) > MAX_BYTES or (_CHOOSES.search(text) and "exec.Command" in text):
            return None
        text = _COMMENT.sub("", text)
        for match in _STARTS.finditer(text):
            words, end = _words(text, match.end())
            words = words[1:] if match[1] else words
            if words and words[0] != "…":
                script = " ".join("…" if one == "…" else shlex.quote(one) for one in words)
                place = Span(path=path, line=text.count("\n", 0, match.start()) + 1)
                after = _AFTER.match(text, end)
                soft = SOFT if after is not None and after[1] in (".Output", ".CombinedOutput") else ""
                leads.append(Lead(script=script, span=place, folder=folder, confidence="low", soft_why=soft))
    return Led(leads=tuple(leads[:MAX_LEADS])) if leads else None


def _words(text: str, at: int) -> tuple[list[str], int]:
    """The arguments of a call from a place on, "…" for what is no string; none where they cannot be read. And where they end."""
    found: list[str] = []
    while len(found) < MAX_WORDS and (match := _NEXT.match(text, at)) is not None:
        found.append(match[1] if match[1] is not None else "…")
        at = match.end()
        if match[3] == ")":
            return found, at
    after = _AFTER.match(text, at) if found else None  # a comma may stand behind the last one
    return (found, after.end() - len(after[1] or "")) if after is not None and ")" in after[0] else ([], at)
