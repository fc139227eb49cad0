"""Wrappers that run a command elsewhere: in a container, in a Nix environment, on another host."""

from __future__ import annotations

from opslint.resolve.wrappers.form import Peel, operand, option
from opslint.resolve.wrappers.naming import Words
from opslint.resolve.wrappers.tables import BASE_IMAGES, COMPOSE_VALUED, DOCKER_VALUED, SHELLS, SSH_VALUED, SUBCOMMANDS


def _docker(argv: Words) -> list[Peel]:
    """`docker run IMAGE command` and `docker compose run SERVICE command`."""
    index = operand(argv, 1, DOCKER_VALUED)
    if index < len(argv) and argv[index] == "container":
        index += 1
    if index >= len(argv):
        return []
    if argv[index] == "compose":
        return _compose((argv[0], *argv[index + 1 :]))
    if argv[index] != "run":
        return []
    start = index + 1
    index = operand(argv, start, DOCKER_VALUED)
    if index >= len(argv):
        return []
    return image_command(argv[index], argv[index + 1 :], option(argv[:index], ("--entrypoint",), start) or "")


def image_command(image: str, rest: Words, entrypoint: str = "") -> list[Peel]:
    """What runs when an image is started with arguments.

    An image of a language or a distribution runs its arguments; another has an entry point by its own name, of which
    the arguments may be sub-commands.
    """
    if entrypoint and entrypoint != "…":
        return [Peel(argv=(entrypoint, *rest), image=image)]
    base = image.partition("@")[0].rpartition("/")[2].partition(":")[0]
    if not rest:
        return [Peel(image=image, keep=True)]
    first = rest[0]
    if base in BASE_IMAGES or first in SHELLS or first == base or ("/" in first and not first.startswith("-")):
        return [Peel(argv=rest, image=image)]
    if first.startswith("-") or first in SUBCOMMANDS:
        return [Peel(argv=(base, *rest), image=image)] if base and base != "…" else [Peel(image=image, keep=True)]
    return [Peel(argv=rest, image=image)]


def _compose(argv: Words) -> list[Peel]:
    index = operand(argv, 1, COMPOSE_VALUED)
    if index >= len(argv) or argv[index] not in ("run", "exec"):
        return []
    start = index + 1
    index = operand(argv, start, COMPOSE_VALUED)
    rest = argv[index + 1 :]
    entry = option(argv[:index], ("--entrypoint",), start)
    if entry:
        rest = (entry, *rest)
    return [Peel(argv=rest)] if rest else []


def _nix(argv: Words) -> list[Peel]:
    verb = next((word for word in argv[1:] if not word.startswith("-")), "")
    if argv[0] == "nix-shell":
        script = option(argv, ("--run", "--command"))
        return [Peel(script=script)] if script else []
    if verb in ("develop", "shell", "print-dev-env"):
        for name in ("-c", "--command"):
            if name in argv:
                rest = argv[argv.index(name) + 1 :]
                return [Peel(argv=rest)] if rest else []
    if verb == "run":
        index = argv.index("run") + 1
        rest = argv[operand(argv, index, frozenset({"-f", "--file", "-I", "--option"})) :]
        if rest and "#" in rest[0]:
            tail = rest[1:]
            return [Peel(argv=(rest[0].rpartition("#")[2].rpartition(".")[2], *(tail[1:] if tail[:1] == ("--",) else tail)))]
    return []


def _remote_shell(argv: Words) -> list[Peel]:
    """`ssh [options] host command…`: told as ssh, and what runs there as remote."""
    index = operand(argv, 1, SSH_VALUED)
    index = operand(argv, index + 1, SSH_VALUED)
    return [Peel(script=" ".join(argv[index:]), remote=True, keep=True)] if index < len(argv) else []


def _cloud_shell(argv: Words) -> list[Peel]:
    script = option(argv, ("--command",))
    return [Peel(script=script, remote=True, keep=True)] if script and "ssh" in argv[1:4] else []


ELSEWHERE = {
    "docker": _docker,
    "podman": _docker,
    "nerdctl": _docker,
    "docker-compose": _compose,
    "podman-compose": _compose,
    "nix": _nix,
    "nix-shell": _nix,
    "ssh": _remote_shell,
    "gcloud": _cloud_shell,
}
