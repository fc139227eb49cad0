"""Files of a git repository at a revision, read from its objects without a checkout, and the safe way to run git."""

from __future__ import annotations

import os
from typing import IO, TYPE_CHECKING

from opslint.errors import NoInputError, SourceError, UnreadableFile
from opslint.source.tree import MAX_FILE_BYTES
from opslint.source.trees.layout import MAX_LINK_BYTES, check_count, is_vendored, printable_name, settle_links

if TYPE_CHECKING:
    import subprocess

TIMEOUT = 60.0  # seconds that git may take to list a tree, or to begin to answer for one object

# Nothing of the scanned repository's configuration may start a program or reach the network.
SAFE = (
    "--no-optional-locks", "--no-replace-objects", "--literal-pathspecs",
    "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.untrackedCache=false",
    "-c", "protocol.allow=never", "-c", "core.quotePath=false", "-c", "core.attributesFile=/dev/null",
    "-c", "core.excludesFile=/dev/null",
)


class GitRefusedError(Exception):
    """Git is not installed, took too long, or would not read the repository; the text is what it said."""


def git_environment() -> dict[str, str]:
    """The environment git runs in: ours without `GIT_*`, no system configuration, no prompt, English messages."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {
        "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0",
        "GIT_ATTR_NOSYSTEM": "1", "LC_ALL": "C",
    }


class RunningGit:
    """A git that was started and prints while something else is done; `output` waits for it.

    Shape: started without `subprocess`, whose import costs as much as git itself; where the system has no `posix_spawn`, or git
           fails and has something to say, `run_git` does it all.
    """

    def __init__(self, directory: str, *arguments: str) -> None:
        self.directory = directory
        self.arguments = arguments
        self.process = 0
        self.pipe = -1
        if not hasattr(os, "posix_spawnp"):
            return
        self.pipe, writing = os.pipe()
        actions = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0), (os.POSIX_SPAWN_DUP2, writing, 1),
                   (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)]
        try:
            self.process = os.posix_spawnp("git", ["git", "-C", directory, *SAFE, *arguments], git_environment(), file_actions=actions)
        except OSError:
            self.close()
        finally:
            os.close(writing)

    def output(self) -> bytes:
        """All that git prints.

        Raises: GitRefusedError as `run_git`.
        """
        if not self.process:
            return run_git(self.directory, *self.arguments)
        import select

        pieces: list[bytes] = []
        while select.select([self.pipe], [], [], TIMEOUT)[0]:
            piece = os.read(self.pipe, 1 << 20)
            if not piece:
                process, self.process = self.process, 0
                status = os.waitpid(process, 0)[1]
                self.close()
                return b"".join(pieces) if status == 0 else run_git(self.directory, *self.arguments)
            pieces.append(piece)
        self.close()
        raise GitRefusedError(f"git took more than {TIMEOUT:.0f} seconds")

    def close(self) -> None:
        """End it where it still runs."""
        if self.process:
            os.kill(self.process, 9)
            os.waitpid(self.process, 0)
            self.process = 0
        if self.pipe >= 0:
            os.close(self.pipe)
            self.pipe = -1


def run_git(directory: str, *arguments: str) -> bytes:
    """What git prints, run in a directory.

    Raises: GitRefusedError with git's first line of complaint.
    """
    import subprocess

    try:
        done = subprocess.run(  # noqa: S603  fixed arguments, no shell
            ["git", *SAFE, *arguments],  # noqa: S607  the git of the user's PATH is meant
            cwd=directory, env=git_environment(), stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT, check=False,
        )
    except subprocess.TimeoutExpired:
        raise GitRefusedError(f"git took more than {TIMEOUT:.0f} seconds") from None
    except OSError as error:
        raise GitRefusedError(f"git cannot be run: {error.strerror or error}") from None
    if done.returncode != 0:
        words = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise GitRefusedError(words[0].removeprefix("fatal: ") if words else f"git ended with {done.returncode}")
    return done.stdout


def open_revision(repository: str, rev: str, prefix: str) -> RevisionTree:
    """Open one revision of a repository.

    Shape:  `repository` is a directory git can be run in; `prefix` the sub-directory that is wanted, "" for all.
    Raises: SourceError where git cannot or will not read it, or has no such revision; NoInputError where `prefix` is not in it.
    """
    commit = resolve_revision(repository, rev)
    try:
        listing = run_git(repository, "ls-tree", "-r", "-z", "--full-tree", f"{commit}:{prefix}" if prefix else commit)
    except GitRefusedError as refused:
        if prefix and "Not a valid object name" in str(refused):
            raise NoInputError(f'There is no "{prefix}" in revision "{rev}".',
                               hint="Name a directory that exists there.") from None
        raise SourceError(f'Git cannot list revision "{rev}": {refused}.', hint=hint_for(str(refused), repository)) from None
    files: dict[str, str] = {}
    raw_links: dict[str, str] = {}
    check_count(listing.count(b"\0"), repository)
    for entry in listing.split(b"\0"):
        meta, tab, raw = entry.partition(b"\t")
        if not tab:
            continue
        mode, kind, object_id = meta.decode("ascii").split()
        path = printable_name(raw)
        if kind != "blob" or is_vendored(path):
            continue
        (raw_links if mode == "120000" else files).setdefault(path, object_id)
    return RevisionTree(repository, repository_name(repository, prefix), commit, files, raw_links)


def resolve_revision(repository: str, rev: str) -> str:
    """The full id of the commit a revision names.

    Raises: SourceError.
    """
    try:
        found = run_git(repository, "rev-parse", "--verify", "--end-of-options", f"{rev}^{{commit}}")
    except GitRefusedError as refused:
        words = str(refused)
        if "Needed a single revision" in words or "unknown revision" in words or "ambiguous argument" in words:
            if rev == "HEAD":
                raise NoInputError(f'"{repository}" has no commit yet.', hint="Commit something, or scan a work tree.") from None
            raise SourceError(f'There is no revision "{rev}" in "{repository}".',
                              hint=missing_hint(repository, rev)) from None
        raise SourceError(f'Git cannot read "{repository}": {words}.', hint=hint_for(words, repository)) from None
    return found.decode("ascii", "replace").strip()


def missing_hint(repository: str, rev: str) -> str:
    """What to do about a revision that is not there."""
    try:
        shallow = run_git(repository, "rev-parse", "--is-shallow-repository").strip() == b"true"
    except GitRefusedError:
        shallow = False
    if shallow:
        return f"The clone is shallow: fetch it with git fetch --depth 1 origin {rev}, or all with git fetch --unshallow."
    return "See the names there are with git branch --all and git tag, or fetch it first."


def hint_for(words: str, repository: str) -> str:
    """What to do about a complaint of git's."""
    if "dubious ownership" in words:
        return f"If you trust it: git config --global --add safe.directory {repository}"
    if "cannot be run" in words:
        return "Install git, or scan the directory without --rev."
    return "Check it with git fsck."


def repository_name(repository: str, prefix: str) -> str:
    """The base name of a repository, or of the wanted sub-directory; `.git` and `repo` take their parent's."""
    base = os.path.basename(repository.rstrip(os.sep)) if not prefix else prefix.rpartition("/")[2]
    if base in (".git", "repo"):
        base = os.path.basename(os.path.dirname(repository.rstrip(os.sep))) or base
    return base.removesuffix(".git") or base


class RevisionTree:
    """The files of one commit."""

    def __init__(self, repository: str, name: str, commit: str, files: dict[str, str], links: dict[str, str]) -> None:
        self.name = name
        self.revision: str | None = commit
        self.objects = ObjectReader(repository)
        self.files = files
        targets = {path: self.link_target(object_id) for path, object_id in links.items()}
        led, self.left_out = settle_links(files, targets)
        for path, goal in led.items():
            files[path] = files[goal]
        self.listed = tuple(sorted(files))

    def link_target(self, object_id: str) -> str:
        """The target of a symbolic link, as written; one that cannot be read leads out of the tree."""
        try:
            return self.objects.read(object_id, MAX_LINK_BYTES).decode("utf-8", "surrogateescape")
        except UnreadableFile:
            return "/"

    def paths(self) -> tuple[str, ...]:
        """See `Tree.paths`."""
        return self.listed

    def has(self, path: str) -> bool:
        """See `Tree.has`."""
        return path in self.files

    def size(self, path: str) -> int | None:  # noqa: ARG002  the signature is that of Tree
        """See `Tree.size`; git says it only with the content."""
        return None

    def read(self, path: str, limit: int = MAX_FILE_BYTES) -> bytes:
        """See `Tree.read`."""
        object_id = self.files.get(path)
        if object_id is None:
            raise UnreadableFile("there is no such file")
        return self.objects.read(object_id, limit)

    def skipped(self) -> tuple[tuple[str, str], ...]:
        """See `Tree.skipped`."""
        return tuple(self.left_out)

    def close(self) -> None:
        """See `Tree.close`."""
        self.objects.close()


class ObjectReader:
    """One long-lived `git cat-file --batch`: asked for an id, it answers with size and bytes."""

    def __init__(self, repository: str) -> None:
        self.repository = repository
        self.process: subprocess.Popen[bytes] | None = None

    def read(self, object_id: str, limit: int) -> bytes:
        """The bytes of an object.

        Raises: UnreadableFile where it is missing, larger than `limit`, or git fails or stalls.
        """
        try:
            source = self.ask(object_id)
            header = source.readline(256).decode("ascii", "replace").split()
            if len(header) != 3:
                if header[1:] == ["missing"]:
                    raise UnreadableFile("its content is not in this clone; fetch it with git first")
                self.close()
                raise UnreadableFile("git gave no answer for it")
            size = int(header[2])
            if size > limit:
                self.close()  # cheaper than to read it to the end
                raise UnreadableFile(too_large(size, limit))
            data = source.read(size + 1)
        except (OSError, ValueError) as error:
            self.close()
            raise UnreadableFile(f"git could not give it: {error}") from None
        if len(data) != size + 1:
            self.close()
            raise UnreadableFile("git gave only a part of it")
        return data[:-1]

    def ask(self, object_id: str) -> IO[bytes]:
        """Send one request and wait until an answer begins."""
        import select

        process = self.started()
        if process.stdin is None or process.stdout is None:
            raise OSError("git has no pipes")
        process.stdin.write(object_id.encode("ascii") + b"\n")
        process.stdin.flush()
        if os.name == "posix" and not select.select([process.stdout], [], [], TIMEOUT)[0]:
            raise OSError(f"it took more than {TIMEOUT:.0f} seconds")
        return process.stdout

    def started(self) -> subprocess.Popen[bytes]:
        """The running process."""
        if self.process is None or self.process.poll() is not None:
            import subprocess

            self.process = subprocess.Popen(  # noqa: S603  fixed arguments, no shell
                ["git", *SAFE, "cat-file", "--batch"],  # noqa: S607  the git of the user's PATH is meant
                cwd=self.repository, env=git_environment(),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )
        return self.process

    def close(self) -> None:
        """End the process."""
        process, self.process = self.process, None
        if process is None:
            return
        process.kill()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    continue
        process.wait()


def too_large(size: int, limit: int) -> str:
    """The reason for a file that is over the limit."""
    return f"it has {size / 1048576:.1f} MiB, more than the {limit / 1048576:g} MiB that are read"
