"""The services of a Compose project, its files put over one another and `extends` resolved."""

from __future__ import annotations

from opslint.errors import UnreadableFile
from opslint.resolve.follow.containers.values import UNKNOWN, filled, split
from opslint.resolve.jobs.places import Files
from opslint.resolve.shell.state import joined
from opslint.source.node import Mapping, Node, Scalar, Sequence, strings_of, text_of

MAX_FILES = 10
MAX_SERVICES = 200
MAX_DEPTH = 8
DEFAULTS = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
OVERRIDES = ("compose.override.yaml", "compose.override.yml", "docker-compose.override.yaml", "docker-compose.override.yml")

_MERGED = frozenset({"environment", "build", "depends_on", "volumes", "profiles"})

Placed = tuple[str, Node]
Service = dict[str, list[Placed]]
"""Key -> what each file says of it, with the file's path; the last goes over those before."""


class Project:
    """A Compose project.

    Shape: `folder` is what its paths are relative to, a folder of the tree; `variables` fill in `${…}`.
    """

    __slots__ = ("folder", "services", "variables")

    def __init__(self, folder: str, services: dict[str, Service], variables: dict[str, str]) -> None:
        self.folder = folder
        self.services = services
        self.variables = variables

    def node(self, name: str, key: str) -> Node | None:
        """What the last file says of a key of a service."""
        found = self.services.get(name, {}).get(key)
        return found[-1][1] if found else None

    def place(self, name: str, key: str) -> tuple[str, int]:
        """File and line of a key of a service."""
        path, node = self.services[name][key][-1]
        return path, node.line

    def text(self, name: str, key: str) -> str:
        """A key's text with variables filled in, "" where it is not there."""
        return filled(text_of(self.node(name, key)) or "", self.variables)

    def words(self, name: str, key: str) -> tuple[str, ...] | None:
        """`command` or `entrypoint` as words, None where the service does not say."""
        node = self.node(name, key)
        if node is None or (isinstance(node, Scalar) and text_of(node) is None):
            return None
        if isinstance(node, Scalar):
            return split(filled(node.value.replace("$$", "\x02"), self.variables).replace("\x02", "$"))
        return tuple(filled(word.replace("$$", "\x02"), self.variables).replace("\x02", "$") for word in strings_of(node))

    def environment(self, name: str) -> dict[str, str]:
        """The variables a service is given, as far as the files say."""
        found: dict[str, str] = {}
        for _, node in self.services.get(name, {}).get("environment", ()):
            if isinstance(node, Mapping):
                for key, _, inner in node.items():
                    text = text_of(inner)
                    found[key] = self.variables.get(key, UNKNOWN) if text is None else filled(text, self.variables)
            else:
                for word in strings_of(node):
                    key, equals, value = word.partition("=")
                    found[key] = filled(value, self.variables) if equals else self.variables.get(key, UNKNOWN)
        return found

    def needs(self, name: str) -> dict[str, str]:
        """The services a service waits for -> under which condition."""
        found: dict[str, str] = {}
        for _, node in self.services.get(name, {}).get("depends_on", ()):
            if isinstance(node, Mapping):
                for key, _, value in node.items():
                    found[key] = (value.text("condition") or "") if isinstance(value, Mapping) else ""
            else:
                found.update(dict.fromkeys(strings_of(node), ""))
        return found

    def profiles(self, name: str) -> frozenset[str]:
        """The profiles a service belongs to; it always runs where there are none."""
        return frozenset(word for _, node in self.services.get(name, {}).get("profiles", ()) for word in strings_of(node))

    def build_settings(self, name: str) -> dict[str, object] | None:
        """`context`, `dockerfile`, `target`, `args` of a service that is built, None where it is not.

        Shape: `context` is a folder relative to the project's.
        """
        found: dict[str, object] = {}
        for _, node in self.services.get(name, {}).get("build", ()):
            if isinstance(node, Scalar):
                found["context"] = filled(node.value, self.variables)
                continue
            for key, _, value in node.items() if isinstance(node, Mapping) else ():
                if key == "args":
                    found["args"] = {**_arguments(found), **self._arguments_in(value)}
                elif key in ("context", "dockerfile", "target") and isinstance(value, Scalar):
                    found[key] = filled(value.value, self.variables)
                elif key == "dockerfile_inline":
                    found["dockerfile-inline"] = True
        return found or None

    def _arguments_in(self, node: Node) -> dict[str, str]:
        if isinstance(node, Mapping):
            return {key: filled(text_of(value) or "", self.variables) for key, _, value in node.items()}
        return {key: filled(value, self.variables) for key, _, value in (word.partition("=") for word in strings_of(node))}

    def mounts(self, name: str) -> list[tuple[str, str]]:
        """Folders of the tree that a service mounts: (folder in the container, folder of the tree)."""
        found: list[tuple[str, str]] = []
        for _, node in self.services.get(name, {}).get("volumes", ()):
            for item in node.items if isinstance(node, Sequence) else ():
                if isinstance(item, Mapping):
                    source, target = item.text("source") or "", item.text("target") or ""
                else:
                    source, target = [*(text_of(item) or "").split(":"), "", ""][:2]
                source, target = filled(source, self.variables), filled(target, self.variables)
                path = joined(self.folder, source) if source.startswith(".") else UNKNOWN
                if UNKNOWN not in path + target and not path.startswith("..") and target.startswith("/"):
                    found.append((target.rstrip("/") or "/", path))
        return found


def _arguments(settings: dict[str, object]) -> dict[str, object]:
    found = settings.get("args")
    return found if isinstance(found, dict) else {}


def project_of(paths: tuple[str, ...], env: dict[str, str], files: Files, folder: str | None = None) -> Project:
    """The project of Compose files, later ones put over earlier ones.

    Shape:  `folder` is the project's where the command names one, else that of the first file.
    Source: Compose specification, "Merge", "Extend", "Interpolation".
    """
    home = paths[0].rpartition("/")[0] if folder is None and paths else folder or ""
    project = Project(home, {}, {**_dotenv(home, files), **_literal(env)})
    for path in paths[:MAX_FILES]:
        for name, service in _services(path, files, 0, {}).items():
            into = project.services.setdefault(name, {})
            for key, placed in service.items():
                into[key] = [*into.get(key, ()), *placed] if key in _MERGED else placed
    return project


def _services(path: str, files: Files, depth: int, cache: dict[str, Mapping | None]) -> dict[str, Service]:
    """The services of one file and of those it includes."""
    root = _root(path, files, cache)
    services = root.mapping("services") if root is not None else None
    found: dict[str, Service] = {}
    for node in _included(root) if root is not None and depth < MAX_DEPTH and len(cache) < MAX_FILES * 3 else ():
        inner = joined(path.rpartition("/")[0], node)
        if UNKNOWN not in inner and inner not in cache:
            found.update(_services(inner, files, depth + 1, cache))
    for name, _, _ in list(services.items())[:MAX_SERVICES] if services is not None else ():
        found[name] = _service(path, name, files, (), cache)
    return found


def _included(root: Mapping) -> list[str]:
    node = root.get("include")
    found: list[str] = []
    for item in node.items if isinstance(node, Sequence) else ():
        found.extend(strings_of(item.get("path")) if isinstance(item, Mapping) else strings_of(item))
    return found[:MAX_FILES]


def _service(
    path: str, name: str, files: Files, seen: tuple[tuple[str, str], ...], cache: dict[str, Mapping | None]
) -> Service:
    """One service over the one it extends."""
    root = _root(path, files, cache)
    services = root.mapping("services") if root is not None else None
    node = services.mapping(name) if services is not None else None
    if node is None or (path, name) in seen or len(seen) > MAX_DEPTH:
        return {}
    service: Service = {}
    above = node.get("extends")
    if isinstance(above, Scalar):
        service = _service(path, above.value, files, (*seen, (path, name)), cache)
    elif isinstance(above, Mapping):
        other = above.text("file")
        base = joined(path.rpartition("/")[0], other) if other else path
        if UNKNOWN not in base and not base.startswith(".."):
            service = _service(base, above.text("service") or "", files, (*seen, (path, name)), cache)
    for key, _, value in node.items():
        before = service.get(key, []) if key in _MERGED else []
        service[key] = [*before, (path, value)]
    return service


def _root(path: str, files: Files, cache: dict[str, Mapping | None]) -> Mapping | None:
    from opslint.source.yaml import parse_yaml

    if path not in cache:
        try:
            documents = parse_yaml(files.tree.read(path)).documents if files.tree.has(path) else ()
        except UnreadableFile:
            documents = ()
        cache[path] = documents[0] if documents and isinstance(documents[0], Mapping) else None
    return cache[path]


def _literal(env: dict[str, str]) -> dict[str, str]:
    return {name: UNKNOWN if "{{" in value or "$" in value else value for name, value in env.items()}


def _dotenv(folder: str, files: Files) -> dict[str, str]:
    """The variables of the project's `.env` file."""
    path = f"{folder}/.env" if folder else ".env"
    text = files.text(path) if files.tree.has(path) else None
    found: dict[str, str] = {}
    for line in (text or "")[: 64 * 1024].split("\n")[:500]:
        key, equals, value = line.strip().partition("=")
        if equals and not key.startswith("#"):
            found[key.strip().removeprefix("export ").strip()] = filled(value.strip().strip("\"'"), found)
    return found
