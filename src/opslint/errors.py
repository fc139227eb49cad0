"""Errors a person can act on: each carries an exit code and the next step."""

from __future__ import annotations


class OpslintError(Exception):
    """A known failure, told in one line, with what to do about it.

    Shape: `message` is one sentence; `hint` is the next step or empty.
    Units: `exit_code` is the process exit code of design/cli.md.
    """

    exit_code = 70

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(OpslintError):
    """The words on the command line do not fit together."""

    exit_code = 2


class ConfigError(OpslintError):
    """A configuration file does not say what it should; names path, line and what was expected."""

    exit_code = 2


class RuleFileError(OpslintError):
    """A rule or tool file does not validate; names path, line and what was expected."""

    exit_code = 2


class NoInputError(OpslintError):
    """There is nothing to scan: no such target, or no pipeline and no manifest in it."""

    exit_code = 3


class SourceError(OpslintError):
    """The target exists but cannot be read as a tree of files (bad archive, unknown revision)."""

    exit_code = 2


class StrictError(OpslintError):
    """With --strict: something could not be read or resolved."""

    exit_code = 4


class UnreadableFile(Exception):  # noqa: N818  a result that parsers raise, not an error of ours
    """A file of the scanned tree cannot be read: a result (`files[]`), never a failure of the scan.

    Shape: `reason` is a sentence for people, without the path; `line` starts at 1 or is None.
    """

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line
