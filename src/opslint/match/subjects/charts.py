"""Helm charts of the repository's own that something deploys, and the images their values files set."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from itertools import pairwise

from opslint.match.subjects.subject import Stage, dig
from opslint.model.pipeline import Image
from opslint.model.resource import Companion
from opslint.parse.values.images import image_from
from opslint.parse.values.places import mappings_of
from opslint.source.node import Mapping, Node, Scalar, Sequence, text_of
from opslint.source.span import Span
from opslint.source.words.late import late

VALUE = late(r"\{\{-?\s*(?:\$?\.Values\.|\$)([A-Za-z_][\w.]*)\s*(?:\|\s*(?:quote|squote|trim|toString)\s*)*-?\}\}")

CLIENTS = frozenset({"helm", "helm3", "helmfile", "skaffold", "werf"})
UNKNOWN = ("…", "$", "{{")
MAX_NODES = 20_000


def value_images(stage: Stage) -> Iterator[Image]:
    """The images that values files of deployed charts set, with the place of the tag; where none is set the chart decides."""
    charts = {folder_of(one): one for one in stage.repository.companions if one.kind == "helm-chart" and not one.aside}
    if not charts:
        return
    deployed = deployed_charts(stage, charts)
    if not deployed:
        return
    for companion in stage.repository.companions:
        if companion.kind == "helm-values" and not companion.aside and chart_around(folder_of(companion), charts) in deployed:
            yield from _images(companion)


def _images(companion: Companion) -> Iterator[Image]:
    listed = companion.facts.get("images")
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, dict) and (entry.get("tag") or entry.get("digest")):
            reference = str(entry.get("repository") or "")
            reference += f":{entry['tag']}" if entry.get("tag") else ""
            reference += f"@{entry['digest']}" if entry.get("digest") else ""
            yield image_from(reference, Span(path=companion.path, line=int(entry.get("place") or entry.get("line") or 1)), "workload")


def folder_of(companion: Companion) -> str:
    """The folder a companion stands in, "" for the root."""
    return companion.path.rpartition("/")[0]


def chart_around(folder: str, charts: dict[str, Companion]) -> str | None:
    """The chart a folder belongs to: itself or the nearest one above it."""
    while folder not in charts:
        if not folder:
            return None
        folder = folder.rpartition("/")[0]
    return folder


def deployed_charts(stage: Stage, charts: dict[str, Companion]) -> set[str]:
    """The folders of the charts that a pipeline installs or a controller reads, and of those they depend on in the tree.

    Shape: a command whose chart cannot be known (a variable) may install any of them.
    """
    named = {word.removeprefix("./").rstrip("/") for word in (*_from_pipelines(stage), *_from_controllers(stage))}
    if any(mark in word for word in named for mark in UNKNOWN):
        return set(charts)
    stack = [chart for chart in charts if any(word == chart or (word and chart.endswith(f"/{word}")) for word in named)]
    found: set[str] = set()
    while stack:
        chart = stack.pop()
        if chart in found:
            continue
        found.add(chart)
        stack.extend(other for other in charts if other.startswith(f"{chart}/charts/" if chart else "charts/"))
        stack.extend(path for path in _beside(charts[chart], chart) if path in charts)
    return found


def _beside(companion: Companion, chart: str) -> Iterator[str]:
    """The folders of the charts a chart depends on by `file://`."""
    listed = companion.facts.get("dependencies")
    for entry in listed if isinstance(listed, list) else ():
        repository = str(entry.get("repository") or "") if isinstance(entry, dict) else ""
        if repository.startswith("file://"):
            yield posixpath.normpath(posixpath.join(chart, repository.removeprefix("file://"))).removeprefix("./")


def _from_pipelines(stage: Stage) -> Iterator[str]:
    """The words of the commands that install charts, in jobs that change a lasting cluster."""
    for view in stage.views():
        if "deploy-kubernetes" not in view.does:
            continue
        for activity in view.activities:
            argv = activity.command.argv if activity.command is not None and not activity.disabled else ()
            if argv and argv[0] in CLIENTS and ({"upgrade", "install"} & set(argv[1:]) or argv[0] not in ("helm", "helm3")):
                yield from _operands(argv)


def _operands(argv: tuple[str, ...]) -> Iterator[str]:
    """The plain words of a `helm upgrade`: those that may be its chart; a release that is a variable is none."""
    words = [word for before, word in pairwise(argv)
             if not word.startswith("-") and (not before.startswith("-") or "=" in before)]
    places = [at for at, word in enumerate(words) if word in ("upgrade", "install")]
    yield from (words[places[0] + 2 : places[0] + 3] or words[places[0] + 1 : places[0] + 2]) if places else words


def _from_controllers(stage: Stage) -> Iterator[str]:
    """The folders that Applications and Flux releases read."""
    for resource in stage.resources("argoproj.io/Application", "argoproj.io/ApplicationSet"):
        spec = dig(resource.node, "spec.template.spec") or dig(resource.node, "spec")
        for source in [dig(spec, "source"), *mappings_of(dig(spec, "sources"))]:
            yield text_of(dig(source, "path")) or ""
    for resource in stage.resources("helm.toolkit.fluxcd.io/HelmRelease"):
        chart = text_of(dig(resource.node, "spec.chart.spec.chart")) or ""
        yield chart if "/" in chart else ""


def with_values(text: str, path: str, stage: Stage) -> str:
    """A text of a chart's template with the defaults of its values.yaml in place of what asks for them; others stay as written.

    A template's variable is taken for the part of the values that has its name (`{{ $config := .Values.config }}`).
    Source: Helm, "Values files": the templates' own values.yaml gives the defaults.
    """
    if "{{" not in text or "/templates/" not in f"/{path}":
        return text
    chart = f"/{path}".rpartition("/templates/")[0].lstrip("/")
    names = {f"{chart}/{name}".lstrip("/") for name in ("values.yaml", "values.yml")}
    values = next((one.node for one in stage.repository.companions if one.kind == "helm-values" and one.path in names), None)
    if values is None:
        return text
    return VALUE.sub(lambda match: text_of(dig(values, match.group(1))) or match.group(), text)


def value_resources(values: Node | None) -> str:
    """What values set in place say of the resources of containers: "all" where each place sets requests and limits, "some", or "".

    Shape: a place is a mapping under `resources` with `requests` or `limits`.
    """
    found: list[bool] = []
    stack: list[Node] = [values] if values is not None else []
    seen: set[int] = set()
    while stack and len(seen) < MAX_NODES:
        node = stack.pop()
        if isinstance(node, Scalar) or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Sequence):
            stack.extend(node.items)
            continue
        one = node.mapping("resources")
        if one is not None and (_set(one, "requests") or _set(one, "limits")):
            found.append(_set(one, "requests") and _set(one, "limits"))
        stack.extend(value for _, _, value in node.items())
    return "" if not found else "all" if all(found) else "some"


def _set(node: Mapping, key: str) -> bool:
    inner = node.mapping(key)
    return inner is not None and bool(inner.pairs)
