"""Actions that build images or start services, by their inputs."""

from __future__ import annotations

import msgspec

from opslint.resolve.follow.containers.dockerfile import CONTAINERFILES, DOCKERFILES, Build, found_file
from opslint.resolve.follow.containers.values import UNKNOWN, literal
from opslint.resolve.follow.containers.words import arguments_of, led
from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.jobs.places import Files
from opslint.resolve.shell.state import joined

MAX_FILES = 20
DEFAULT_CONTEXT = "{{defaultContext}}"


class Inputs(msgspec.Struct, frozen=True):
    """The names of an action's inputs; "" where it has none of the kind."""

    context: str = "context"
    file: str = "file"
    target: str = "target"
    arguments: str = "build-args"
    names: tuple[str, ...] = DOCKERFILES


BUILDERS: dict[str, Inputs] = {
    "redhat-actions/buildah-build": Inputs(file="containerfiles", target="", names=CONTAINERFILES),
    "aevea/action-kaniko": Inputs("path", "build_file", "target", ""),
    "elgohr/publish-docker-github-action": Inputs("workdir", "dockerfile", "", "buildargs"),
    "mr-smithers-excellent/docker-build-push": Inputs("directory", "dockerfile", "target", "buildArgs"),
    "macbre/push-to-ghcr": Inputs("context", "dockerfile", "target", "build_args"),
    "whoan/docker-build-with-cache-action": Inputs("context", "dockerfile", "", ""),
}
"""Those whose inputs are not named as docker/build-push-action names them. Sources: the actions' own action.yml."""


def build(slug: str, inputs: dict[str, str], env: dict[str, str], files: Files) -> Led | None:
    """What the image an action builds runs while it is built; None where its Dockerfile is not here or not known."""
    row = BUILDERS.get(slug, Inputs())
    context = inputs.get(row.context, "").strip() or "."
    if context.startswith(DEFAULT_CONTEXT):
        context = context.removeprefix(DEFAULT_CONTEXT).removeprefix(":") or "."
    context = literal(context)
    if "://" in context or context.startswith("git@") or UNKNOWN in context:
        return None
    root = joined("", context)
    if UNKNOWN in root or root.startswith(".."):
        return None
    given = inputs.get(row.file) or (inputs.get("dockerfiles", "") if row.file == "containerfiles" else "")
    wanted = [literal(name) for name in given.split("\n") if name.strip()][:MAX_FILES]
    target = literal(inputs.get(row.target, "")) if row.target else ""
    arguments = arguments_of([line.strip() for line in inputs.get(row.arguments, "").split("\n") if "=" in line], env)
    leads: list[Lead] = []
    for name in wanted or [""]:
        if UNKNOWN in name:
            return None
        path = found_file((name,), ("", root), files) if name else found_file(row.names, (root,), files)
        one = led(Build(path=path, context=root, target=target, arguments=arguments), files)
        leads.extend(one.leads if one is not None else ())
    return Led(leads=tuple(leads)) if leads else None


def bake(slug: str, inputs: dict[str, str], env: dict[str, str], files: Files) -> Led | None:
    """What the targets of docker/bake-action run."""
    del slug
    from opslint.resolve.follow.containers.bake import baked

    folder = literal(inputs.get("workdir", "") or ".")
    source = literal(inputs.get("source", "")).removeprefix(DEFAULT_CONTEXT)
    if UNKNOWN in source or "://" in source:
        return None
    words: list[str] = []
    for name in _listed(inputs.get("files", "")):
        words += ["-f", name.removeprefix("./")]
    for value in [line.strip() for line in inputs.get("set", "").split("\n") if line.strip()][:MAX_FILES]:
        words += ["--set", value]
    return baked((*words, *_listed(inputs.get("targets", ""))), joined(folder if folder != "." else "", source or "."), env, files)


def compose(slug: str, inputs: dict[str, str], env: dict[str, str], files: Files) -> Led | None:
    """What the services that hoverkraft-tech/compose-action starts are built from."""
    del slug
    from opslint.resolve.follow.containers.compose import composed

    words: list[str] = []
    for name in _listed(inputs.get("compose-file", "") or "docker-compose.yml"):
        words += ["-f", name]
    return composed((*words, "up", "-d", *_listed(inputs.get("services", ""))), "", env, files)


def _listed(text: str) -> list[str]:
    """The entries of an input that takes a list, by comma or line."""
    return [literal(part) for line in text.split("\n") for part in line.split(",") if part.strip()][:MAX_FILES]
