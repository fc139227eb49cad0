"""cargo: aliases of its configuration, tasks of cargo-make, and the commands of programs of the workspace."""

from __future__ import annotations

import shlex

from opslint.errors import UnreadableFile
from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.jobs.places import Files
from opslint.resolve.wrappers.form import operand, option
from opslint.resolve.wrappers.tables import words_in
from opslint.source.span import Span
from opslint.source.words.toml import parse_toml

_BUILT_IN = words_in(
    "add b bench build c check clean clippy config d doc fetch fix fmt generate-lockfile help info init install locate-project login "
    "logout metadata miri new owner package pkgid publish remove report rm rustc rustdoc search t test tree uninstall update vendor "
    "verify-project version yank"
)
_VALUED = words_in("-C -Z --config --color -j --jobs --manifest-path --target-dir --message-format")
_RUN_VALUED = _VALUED | words_in("-p --package --bin --example -F --features --profile --target")


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """What a Cargo command runs beside itself; None for its built-in commands and for programs that are not of the repository.

    Source: The Cargo Book, "Configuration" (alias), "cargo run".
    """
    del env
    index = operand(argv, 1, _VALUED)
    word = argv[index] if index < len(argv) else ""
    if not word or word in _BUILT_IN or "…" in word:
        return None
    if word in ("run", "r"):
        return _program(argv, index, folder, files)
    if word == "make":
        from opslint.resolve.follow.build.cargo.tasks import made

        return made(argv[index + 1 :], folder, files)
    return _alias(word, argv[index + 1 :], folder, files)


def _alias(word: str, rest: tuple[str, ...], folder: str, files: Files) -> Led | None:
    """The command that an alias stands for, as the configuration of the folder or the nearest above it says."""
    for path in _configurations(folder):
        if not files.tree.has(path):
            continue
        aliases, lines = files.kept(("cargo.aliases", path), lambda path=path: _aliases(path, files))  # type: ignore[misc]
        words = aliases.get(word)
        if words:
            script = " ".join(("cargo", words, *(one if "…" in one else shlex.quote(one) for one in rest)))
            return Led(leads=(Lead(script=script, span=Span(path=path, line=lines.get(word, 1)), folder=folder),))
    return None


def _configurations(folder: str) -> list[str]:
    """The configuration files that a command in a folder reads, nearest first."""
    found: list[str] = []
    while True:
        found += [f"{folder}/.cargo/{name}" if folder else f".cargo/{name}" for name in ("config.toml", "config")]
        if not folder:
            return found
        folder = folder.rpartition("/")[0]


def _aliases(path: str, files: Files) -> tuple[dict[str, str], dict[str, int]]:
    """The aliases of one file as shell text, and their lines."""
    text = files.text(path) or ""
    try:
        table = parse_toml(text).get("alias")
    except UnreadableFile:
        return {}, {}
    found: dict[str, str] = {}
    for name, value in table.items() if isinstance(table, dict) else ():
        if isinstance(value, str):
            found[name] = value
        elif isinstance(value, list) and all(isinstance(one, str) for one in value):
            found[name] = shlex.join(value)
    lines: dict[str, int] = {}
    inside = False
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        inside = stripped.startswith("[alias]") if stripped.startswith("[") and "=" not in stripped else inside
        key = stripped.partition("=")[0].strip().removeprefix("alias.").strip("\"' ")
        if key in found and (inside or stripped.startswith("alias.")):
            lines.setdefault(key, number)
    return found, lines


def _program(argv: tuple[str, ...], index: int, folder: str, files: Files) -> Led | None:
    """The commands of a program of the workspace that `cargo run` starts."""
    from opslint.resolve.follow.build.cargo.xtask import commands_of_package
    from opslint.resolve.shell.state import joined

    name = option(argv, ("-p", "--package"), index) or option(argv, ("--bin",), index)
    manifest = option(argv, ("--manifest-path",), index)
    at = operand(argv, index + 1, _RUN_VALUED)
    rest = [word for word in argv[at:] if not word.startswith("-")]
    package: str | None = folder
    if manifest:
        package = joined(folder, manifest).rpartition("/")[0]
    elif name and "…" not in name:
        package = packages(files).get(name.rpartition("@")[2] if "@" in name else name)
    return commands_of_package(package, rest[0] if rest else "", folder, files) if package is not None and "…" not in package else None


def packages(files: Files) -> dict[str, str]:
    """The folders of the repository's packages by name."""
    return files.kept(("cargo.packages",), lambda: _packages(files))


MAX_PACKAGES = 400


def _packages(files: Files) -> dict[str, str]:
    found: dict[str, str] = {}
    manifests = [path for path in files.tree.paths() if path.endswith("/Cargo.toml") or path == "Cargo.toml"]
    for path in manifests[:MAX_PACKAGES]:
        try:
            package = parse_toml(files.text(path) or "").get("package")
        except UnreadableFile:
            continue
        name = package.get("name") if isinstance(package, dict) else None
        if isinstance(name, str):
            found.setdefault(name, path.rpartition("/")[0])
    return found
