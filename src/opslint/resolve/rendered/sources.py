"""The folders of this repository that controllers deploy: sources of Argo CD Applications, paths of Flux objects."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

import msgspec

from opslint.errors import UnreadableFile
from opslint.model.activity import Hop
from opslint.model.repository import Repository
from opslint.model.resource import Resource
from opslint.parse.argo.folders import Folders
from opslint.parse.argo.generators import Element, Ground, elements_of, with_element
from opslint.parse.values.places import at, mapping_at, mappings_of, text_at
from opslint.source.node import Mapping, Node, Sequence, boolean_of, path_of, text_of
from opslint.source.tree import Tree
from opslint.source.yaml import parse_yaml

ARGO = "argoproj.io"
MAX_DELIVERIES = 5_000
MAX_READ = 1 << 18
MAX_SETTINGS = 1_000


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One folder (or file) of the tree that a controller deploys.

    Shape: `owner` is the Application, ApplicationSet, Flux Kustomization or HelmRelease that says so, `hop` the line it says it on;
           `settings` the mapping with what it sets for Kustomize (an Application's source, a Flux Kustomization's spec), `helm` with
           what it sets for a chart; `values` the folders that `$name/…` of value files stand for, `parameters` what a generator
           fills in.
    """

    owner: Resource
    folder: str
    hop: Hop
    settings: Mapping | None = None
    helm: Mapping | None = None
    recurse: bool = False
    values: dict[str, str] = {}
    parameters: Element = {}


class Sources:
    """What the controllers of one tree deploy from it."""

    def __init__(self, repository: Repository, tree: Tree) -> None:
        self.folders = Folders(repository.paths)
        self.own = OwnAddresses(self.folders, tree.name)
        self.own.learn(one for one in repository.resources if not one.aside)
        self.ground = Ground(folders=self.folders, read=lambda path: _document(tree, path), own=self.own.names)

    def of(self, resources: Iterable[Resource]) -> list[Delivery]:
        """Every folder of the tree that some manifests deploy, in their order."""
        found: list[Delivery] = []
        owners = [one for one in resources if one.kind in _KINDS and not one.aside and not one.copied]
        self.own.learn(owners)
        for owner in owners:
            if len(found) < MAX_DELIVERIES:
                found.extend(_KINDS[owner.kind](owner, self.own, self.ground))
        return found[:MAX_DELIVERIES]


class OwnAddresses:
    """Which addresses name this repository: the tree does not say its own.

    Shape: an address is its own where its last part is the tree's name; where no Application names one like that, where most paths
           read from it are folders of the tree.
    """

    def __init__(self, folders: Folders, name: str) -> None:
        self.folders = folders
        self.name = _last(name)
        self.known: set[str] = set()
        self._said: dict[str, dict[str, bool]] = {}

    def learn(self, owners: Iterable[Resource]) -> None:
        """Take in the addresses and paths some Applications name."""
        for owner in owners:
            for source, _ in argo_sources(owner):
                url, path = _address(source.text("repoURL")), _clean(source.text("path") or "")
                if path and "{{" not in path and "{{" not in url:
                    self._said.setdefault(url, {})[path] = path in self.folders.folders()
            for url, glob, files in git_globs(owner):
                self._said.setdefault(_address(url), {})[glob] = bool(self.folders.matching(glob, files=files))
        named = {url for url in self._said if _last(url) == self.name}
        self.known = named or {url for url, paths in self._said.items() if 2 * sum(paths.values()) > len(paths)}

    def names(self, url: str) -> bool:
        """Whether an address is this repository's, as far as can be told; a templated one is, where nothing speaks against it."""
        plain = _address(url)
        return not plain or "{{" in plain or plain in self.known or _last(plain) == self.name

    def holds(self, url: str, path: str) -> bool:
        """Whether a source reads a folder of this tree."""
        if path not in self.folders.folders():
            return False
        return self.names(url) and (bool(path) or _address(url) in self.known or _last(_address(url)) == self.name)


def argo_sources(owner: Resource) -> Iterator[tuple[Mapping, Mapping]]:
    """The sources of an Application, or of the template of an ApplicationSet, each with the whole spec it stands in."""
    if owner.group != ARGO or owner.kind not in ("Application", "ApplicationSet"):
        return
    spec = owner.node.mapping("spec")
    inner = mapping_at(spec, "template", "spec") if owner.kind == "ApplicationSet" else spec
    if spec is None or inner is None:
        return
    several = mappings_of(inner.get("sources"))
    for source in several or mappings_of(inner.get("source")):
        yield source, spec


def git_globs(owner: Resource) -> Iterator[tuple[str, str, bool]]:
    """The addresses and globs that the git generators of an ApplicationSet name, those inside others too; True for globs of files."""
    waiting = mappings_of(at(owner.node, "spec", "generators")) if owner.kind == "ApplicationSet" else []
    for _ in range(MAX_SETTINGS):
        if not waiting:
            break
        generator = waiting.pop()
        for key in ("matrix", "merge"):
            waiting.extend(mappings_of(at(generator, key, "generators")))
        git = generator.mapping("git")
        url = git.text("repoURL") if git is not None else None
        for key in ("directories", "files") if git is not None and url and "{{" not in url else ():
            for entry in mappings_of(git.get(key) if git is not None else None)[:MAX_SETTINGS]:
                glob = entry.text("path") or ""
                if glob and "{{" not in glob and set(glob) - set("*/.?"):
                    yield url or "", glob, key == "files"


def _argo(owner: Resource, own: OwnAddresses, ground: Ground) -> Iterator[Delivery]:
    sources = list(argo_sources(owner))
    if not sources:
        return
    elements = elements_of(sources[0][1], ground) if owner.kind == "ApplicationSet" else []
    seen: set[tuple[str, int]] = set()
    for number, (source, _) in enumerate(sources):
        written, address = source.text("path"), source.text("repoURL") or ""
        if written is None or "chart" in source:
            continue
        for element in (elements if "{{" in f"{written}{address}" or _asks(source) else ()) or [{}]:
            path, url = with_element(written, element), with_element(address, element) or ""
            folder = _clean(path) if path is not None else None
            if folder is None or not own.holds(url, folder):
                continue
            if (folder, number) in seen and not _asks(source):
                continue
            seen.add((folder, number))
            values = {name: "" for other, _ in sources if (name := other.text("ref"))
                      and own.names(with_element(other.text("repoURL") or "", element) or "")}
            yield Delivery(owner=owner, folder=folder, hop=_hop(owner, source, "path", folder), settings=source.mapping("kustomize"),
                           helm=source.mapping("helm"), values=values, parameters=element,
                           recurse=boolean_of(at(source, "directory", "recurse")) is True)


def _asks(source: Mapping) -> bool:
    """Whether what a source sets for Helm asks for parameters of a generator."""
    waiting: list[Node] = [node for key in ("helm", "kustomize") if (node := source.get(key)) is not None]
    for _ in range(MAX_SETTINGS):
        if not waiting:
            break
        node = waiting.pop()
        if "{{" in (text_of(node) or ""):
            return True
        if isinstance(node, Mapping):
            waiting.extend(value for _, _, value in node.items())
        elif isinstance(node, Sequence):
            waiting.extend(node.items)
    return False


def _flux_kustomization(owner: Resource, own: OwnAddresses, _: Ground) -> Iterator[Delivery]:
    """A Flux Kustomization deploys a folder of its source: this repository, unless that is an OCI artefact or a bucket.

    Source: Flux, Kustomization `.spec.path`, `.spec.sourceRef`.
    """
    spec = owner.node.mapping("spec")
    if owner.group != "kustomize.toolkit.fluxcd.io" or spec is None:
        return
    folder = _clean(spec.text("path") or "")
    if text_at(spec, "sourceRef", "kind") in (None, "GitRepository") and folder and folder in own.folders.folders():
        yield Delivery(owner=owner, folder=folder, hop=_hop(owner, spec, "path", folder), settings=spec, recurse=True)


def _flux_release(owner: Resource, own: OwnAddresses, _: Ground) -> Iterator[Delivery]:
    """A HelmRelease may install a chart of the tree by its path.

    Source: Flux, HelmRelease `.spec.chart.spec.chart`.
    """
    chart = mapping_at(owner.node, "spec", "chart", "spec")
    if owner.group != "helm.toolkit.fluxcd.io" or chart is None or text_at(chart, "sourceRef", "kind") != "GitRepository":
        return
    folder = _clean(chart.text("chart") or "")
    if folder and folder in own.folders.folders():
        yield Delivery(owner=owner, folder=folder, hop=_hop(owner, chart, "chart", folder), helm=owner.node.mapping("spec"))


_KINDS = {"Application": _argo, "ApplicationSet": _argo, "Kustomization": _flux_kustomization, "HelmRelease": _flux_release}


def _hop(owner: Resource, holder: Mapping, key: str, folder: str) -> Hop:
    place = holder.get(key) or holder
    name = f' "{owner.name}"' if owner.name else ""
    return Hop(path=path_of(place, owner.path), line=place.line, text=f"{owner.kind}{name}: {key} {folder or '.'}")


def _document(tree: Tree, path: str) -> Node | None:
    try:
        documents = parse_yaml(tree.read(path, MAX_READ)).documents
    except UnreadableFile:
        return None
    return documents[0] if documents else None


def _clean(path: str) -> str:
    """A path as the tree writes it, "" for the root; one that leads out of the tree stays what it is, and is not found."""
    found = posixpath.normpath(path.strip().lstrip("/")) if path.strip("/ ") else ""
    return "" if found == "." else found


def _address(url: str | None) -> str:
    return (url or "").strip().rstrip("/").removesuffix(".git").lower()


def _last(address: str) -> str:
    return address.rstrip("/").removesuffix(".git").replace(":", "/").rpartition("/")[2].lower()
