"""`docker compose`: the images it builds, and the commands of the services whose end it waits for."""

from __future__ import annotations

import msgspec

from opslint.resolve.follow.containers.dockerfile import DOCKERFILES, Build, Image, built, found_file
from opslint.resolve.follow.containers.services import DEFAULTS, OVERRIDES, Project, project_of
from opslint.resolve.follow.containers.stages import Inside, tree_folder, within
from opslint.resolve.follow.containers.values import UNKNOWN, options, quoted
from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.jobs.places import Files
from opslint.resolve.shell.state import joined
from opslint.resolve.wrappers.tables import COMPOSE_VALUED, words_in
from opslint.source.span import Span

MAX_STARTED = 30
NOT_HANDED_ON = "`docker compose up` does not hand on how its services end"
_COMPLETED = "service_completed_successfully"
_BEFORE = COMPOSE_VALUED
_UP = words_in(
    "--exit-code-from --scale --timeout -t --wait-timeout --attach --no-attach --pull --menu --build-arg --builder --progress "
    "-m --memory --ssh --push --profile"
)


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One compose command line.

    Shape: `services` "" for all; `given` are the options behind the verb; `command` what `run` starts in place of the service's own.
    """

    verb: str
    services: tuple[str, ...]
    given: dict[str, list[str]]
    profiles: frozenset[str]
    command: tuple[str, ...] = ()


def composed(words: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """What a compose command builds and runs; None where its files are not here or not known.

    Shape:  `words` stand behind `docker compose`. Services that stay in the background are built, what they start is left out:
            the job does not wait for it.
    Source: Docker CLI reference, "docker compose up", "docker compose run".
    """
    before, verb_at = _before(words)
    if verb_at >= len(words) or words[verb_at] not in ("run", "up", "build"):
        return None
    paths, home = _paths(before, folder, env, files)
    if not paths:
        return None
    order = _order(words[verb_at], words[verb_at + 1 :], before, env)
    project = project_of(paths, env, files, home)
    if not order or any(UNKNOWN in name for name in order.services):
        return None
    return Led(leads=tuple(_leads(order, project, files)))


def _before(words: tuple[str, ...]) -> tuple[dict[str, list[str]], int]:
    """The options before the verb, and where the verb stands."""
    from opslint.resolve.wrappers.form import operand

    at = operand(words, 0, _BEFORE)
    return options(words[:at], _BEFORE)[0], at


def _paths(before: dict[str, list[str]], folder: str, env: dict[str, str], files: Files) -> tuple[tuple[str, ...], str | None]:
    """The Compose files of a command, none where one of them is not here, and the project's folder where it is named."""
    home = next((before[name][-1] for name in ("--project-directory", "--workdir") if name in before), None)
    named = [*before.get("-f", ()), *before.get("--file", ())]
    separator = env.get("COMPOSE_PATH_SEPARATOR", ":")
    if not named and env.get("COMPOSE_FILE"):
        named = env["COMPOSE_FILE"].split(separator or ":")
    root = joined(folder, home) if home is not None else None
    if not named:
        start = root if root is not None else folder
        found = next((path for name in DEFAULTS if files.tree.has(path := joined(start, name))), "")
        over = next((path for name in OVERRIDES if files.tree.has(path := joined(start, name))), "")
        return (tuple(path for path in (found, over) if path) if found else ()), root
    paths = tuple(joined(folder, name) for name in named)
    whole = all(UNKNOWN not in path and not path.startswith("..") and files.tree.has(path) for path in paths)
    return (paths if whole else ()), None if root is None or UNKNOWN in root else root


def _order(verb: str, words: tuple[str, ...], before: dict[str, list[str]], env: dict[str, str]) -> Order | None:
    profiles = frozenset(
        name for text in (*before.get("--profile", ()), env.get("COMPOSE_PROFILES", "")) for name in text.split(",") if name
    )
    if verb != "run":
        given, services = options(words, _UP)
        return Order(verb=verb, services=tuple(services), given=given, profiles=profiles)
    from opslint.resolve.wrappers.form import operand

    at = operand(words, 0, COMPOSE_VALUED)
    if at >= len(words):
        return None
    given, _ = options(words[:at], COMPOSE_VALUED)
    return Order(verb=verb, services=(words[at],), given=given, profiles=profiles, command=words[at + 1 :])


def _leads(order: Order, project: Project, files: Files) -> list[Lead]:
    """The images that are built for a command, then the services it waits for."""
    started = _started(order, project)
    images = {name: _image(name, project, files) for name in started}
    leads: dict[Span, Lead] = {}
    if "--no-build" not in order.given:
        for image in images.values():
            leads.update({lead.span: lead for lead in image.leads} if image is not None else {})
    found = list(leads.values())
    for name in started if order.verb != "build" else ():
        soft = _softness(name, order, project, started)
        lead = _service(name, order, project, images[name]) if soft is not None else None
        if lead is not None:
            found.append(msgspec.structs.replace(lead, soft_why=soft or ""))
    return found


def _started(order: Order, project: Project) -> list[str]:
    """The services a command builds or starts, what they need first."""
    alone = "--no-deps" in order.given or (order.verb == "build" and "--with-dependencies" not in order.given)
    wanted = [name for name in order.services if name in project.services]
    if not order.services:
        wanted = [name for name in project.services if not project.profiles(name) or project.profiles(name) & order.profiles]
    found: dict[str, None] = {}
    waiting = list(reversed(wanted))
    open_ones: set[str] = set()
    while waiting and len(found) < MAX_STARTED:
        name = waiting[-1]
        needs = [] if alone or name in open_ones else [one for one in project.needs(name) if one in project.services]
        open_ones.add(name)
        missing = [one for one in needs if one not in found and one not in open_ones]
        if missing:
            waiting.extend(reversed(missing))
            continue
        waiting.pop()
        found[name] = None
    return list(found)


def _softness(name: str, order: Order, project: Project, started: list[str]) -> str | None:
    """Why the end of a service does not fail the command, "" where it does; None where the command does not wait for it."""
    waited = any(project.needs(other).get(name) == _COMPLETED for other in started)
    if order.verb == "run":
        return "" if waited or (name in order.services and not {"-d", "--detach"} & set(order.given)) else None
    if waited:
        return ""
    chosen = order.given.get("--exit-code-from")
    if chosen:
        return "" if name == chosen[-1] else None
    if {"--abort-on-container-exit", "--abort-on-container-failure"} & set(order.given):
        return ""
    if {"-d", "--detach", "--wait", "--no-start"} & set(order.given):
        return None
    return NOT_HANDED_ON


def _image(name: str, project: Project, files: Files) -> Image | None:
    """What building a service's image runs, None where it is not built here."""
    settings = project.build_settings(name)
    if settings is None or "dockerfile-inline" in settings:
        return None
    context = str(settings.get("context", "."))
    if "://" in context or context.startswith("git@"):
        return None
    root = joined(project.folder, context)
    given = str(settings.get("dockerfile", ""))
    if UNKNOWN in root + given or root.startswith(".."):
        return None
    arguments = settings.get("args")
    build = Build(
        path=found_file((given,) if given else DOCKERFILES, (root,), files),
        context=root,
        target=str(settings.get("target", "")),
        arguments={str(key): str(value) for key, value in arguments.items()} if isinstance(arguments, dict) else {},
    )
    return built(build, files) if build.path else None


def _service(name: str, order: Order, project: Project, image: Image | None) -> Lead | None:
    """What a service starts: its own command, or what `run` puts in its place; None where neither says.

    A command that `run` gives to a program of the service's own is told at the service; else it stands in the command line itself.
    """
    entry, command = project.words(name, "entrypoint"), project.words(name, "command")
    key = "command" if command is not None else "entrypoint" if entry is not None else ""
    inside = image.inside if image is not None else Inside()
    replaced = order.verb == "run" and bool(order.command)
    if replaced:
        program = entry if entry is not None else inside.entry
        if not program or "--entrypoint" in order.given:
            return None
        words, key = (*program, *order.command), "entrypoint" if entry is not None else ""
    elif entry is not None:
        words = (*entry, *(command or ()))
    else:
        words = (*inside.entry, *(command if command is not None else inside.start))
        if image is None and words:
            words = _of_image(project.text(name, "image"), words)
    if not words:
        return None
    path, line = project.place(name, key) if key else _begins(name, project)
    folder = within(inside.folder, project.text(name, "working_dir") or ".")
    return Lead(
        script=quoted(words),
        span=Span(path=path, line=line),
        folder=tree_folder(folder, [*inside.copies, *project.mounts(name)]),
        env={**inside.known(), **project.environment(name)},
        apart=True,
    )


def _begins(name: str, project: Project) -> tuple[str, int]:
    """Where a service says what its image is."""
    service = project.services[name]
    key = next((one for one in ("build", "image") if one in service), next(iter(service)))
    return project.place(name, key)


def _of_image(image: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """What an image from elsewhere starts with some words: its entry point may stand before them."""
    from opslint.resolve.wrappers.containers import image_command

    peels = image_command(image, words) if image else []
    return peels[0].argv if peels and peels[0].argv else words
