"""trunk: each linter that `.trunk/trunk.yaml` switches on, as the command `trunk check` runs it."""

from __future__ import annotations

from opslint.errors import UnreadableFile
from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.follow.runners.written import UNKNOWN, asked_of, upward
from opslint.resolve.jobs.places import Files
from opslint.resolve.wrappers.tables import words_in
from opslint.source.node import Mapping, Scalar, Sequence, strings_of
from opslint.source.span import Span

MAX_BYTES = 1 << 20
MAX_LINTERS = 200

_VALUED = words_in(
    "--filter --exclude --sample --upstream --jobs -j --output --output-file --log-file --scope --root --ci-progress --token "
    "--trunk-annotate-file --github-commit --print-failures --fix-diff"
)
_NOTHING = frozenset({"--help", "-h", "--version"})
_OTHERS = frozenset({"list", "enable", "disable", "download", "get-snippets", "upload", "install"})
COMMANDS = {
    "ansible-lint": "ansible-lint",
    "bandit": "bandit -r .",
    "black": "black --check .",
    "buf-lint": "buf lint",
    "buildifier": "buildifier -mode=check -r .",
    "checkov": "checkov -d .",
    "clang-format": "clang-format --dry-run --Werror",
    "clippy": "cargo clippy -- -D warnings",
    "cspell": "cspell .",
    "gitleaks": "gitleaks detect",
    "gofmt": "gofmt -l .",
    "golangci-lint": "golangci-lint run",
    "golangci-lint2": "golangci-lint run",
    "isort": "isort --check-only .",
    "ktlint": "ktlint",
    "kube-linter": "kube-linter lint .",
    "markdownlint": "markdownlint .",
    "markdownlint-cli2": "markdownlint-cli2",
    "mypy": "mypy .",
    "osv-scanner": "osv-scanner scan -r .",
    "prettier": "prettier --check .",
    "ruff": "ruff check .",
    "rustfmt": "cargo fmt --check",
    "semgrep": "semgrep scan --error",
    "shfmt": "shfmt -d .",
    "sqlfluff": "sqlfluff lint",
    "taplo": "taplo fmt --check",
    "terraform": "terraform fmt -check",
    "trivy": "trivy fs --exit-code 1 .",
    "trufflehog": "trufflehog filesystem --fail .",
    "trufflehog-git": "trufflehog git --fail file://.",
}
"""Linters whose name in trunk's list is not the whole of what they run; trunk itself fails on what they find."""


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The linters `trunk check` runs; None where trunk is not configured or the command checks nothing.

    Source: trunk, "Configuring and sizing the linters" (`lint.enabled`, `lint.disabled`), "Command line: check".
    """
    del env
    asked = asked_of(argv, _VALUED)
    if asked.words[:1] != ("check",) or set(asked.words[1:2]) & _OTHERS or asked.flags & _NOTHING or UNKNOWN in folder:
        return None
    found = ((one, f"{one}/.trunk/trunk.yaml" if one else ".trunk/trunk.yaml") for one in upward(folder))
    home, path = next(((one, path) for one, path in found if files.tree.has(path)), ("", ""))
    enabled, disabled = _enabled(path, files) if path else (None, frozenset())
    if enabled is None:
        return None
    only = {word for value in asked.options.get("--filter", ()) for word in value.split(",")}
    left_out = {word for value in asked.options.get("--exclude", ()) for word in value.split(",")} | disabled
    leads: list[Lead] = []
    for scalar in enabled[:MAX_LINTERS]:
        name = scalar.value.partition("@")[0].strip()
        if not name or name in left_out or (only and name not in only) or not name.replace("-", "").replace("_", "").isalnum():
            continue
        span = Span(path=path, line=scalar.line, column=scalar.column)
        leads.append(Lead(script=COMMANDS.get(name, name), span=span, folder=home))
    return Led(leads=tuple(leads))


def _enabled(path: str, files: Files) -> tuple[list[Scalar] | None, frozenset[str]]:
    """The entries of `lint.enabled`, and the names of `lint.disabled`."""
    from opslint.source.yaml import parse_yaml

    try:
        documents = parse_yaml(files.tree.read(path, MAX_BYTES)).documents
    except UnreadableFile:
        return None, frozenset()
    root = documents[0] if documents and isinstance(documents[0], Mapping) else None
    lint = root.mapping("lint") if root is not None else None
    if lint is None:
        return None, frozenset()
    listed = lint.sequence("enabled")
    found: list[Scalar] = []
    for item in listed.items if isinstance(listed, Sequence) else []:
        if isinstance(item, Scalar):
            found.append(item)
        elif isinstance(item, Mapping):  # `ruff@0.4.1: {packages: …}`
            found.extend(key for _, key, _ in item.items())
    return found, frozenset(name.partition("@")[0] for name in strings_of(lint.get("disabled")))
