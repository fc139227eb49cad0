"""What shows models beside code: DVC, MLflow, notebooks, model cards, model and prompt files; and API descriptions."""

from __future__ import annotations

import re

from opslint.errors import UnreadableFile
from opslint.model.repository import Parsed
from opslint.model.resource import Companion
from opslint.parse.companion.imports import imports_in
from opslint.parse.values.places import at, mapping_at, text_at
from opslint.parse.values.reading import mapping_from, parsed, passed_over, text_from, told, yaml_from
from opslint.source.node import Mapping, strings_of
from opslint.source.span import Span
from opslint.source.words.late import late


def parse_mark(kind: str, path: str, aside: bool) -> Parsed:
    """A file whose presence is all there is to know.

    Facts: `format` (the end of its name).
    """
    facts: dict[str, object] = {"format": path.rsplit(".", 1)[-1].lower()}
    return told(kind, path, aside, facts)


def parse_prompt(kind: str, path: str, aside: bool) -> Parsed:
    """A prompt kept as a file, or promptfoo's configuration.

    Facts: `tool` (`promptfoo` or "").
    """
    tool = "promptfoo" if path.rsplit("/", 1)[-1].lower().startswith("promptfooconfig") else ""
    return told(kind, path, aside, {"tool": tool})


def parse_dvc(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read a dvc.yaml.

    Facts: `stages` (names, in order), `commands` (their `cmd` texts), `metrics` and `plots` (whether some are declared).
    Source: DVC, dvc.yaml files.
    """
    root = mapping_from(data)
    stages = mapping_at(root, "stages")
    if root is None:
        return parsed(kind, path)
    if not {"stages", "metrics", "plots", "params", "artifacts", "datasets"} & set(root):
        return passed_over(kind, path, "it is no DVC pipeline")
    commands: list[str] = []
    declared: set[str] = {key for key in ("metrics", "plots") if key in root}
    for _, _, stage in stages.items() if stages is not None else ():
        inner = stage.mapping("do") or stage if isinstance(stage, Mapping) else None
        commands.extend(strings_of(at(inner, "cmd")))
        declared.update(key for key in ("metrics", "plots") if inner is not None and key in inner)
    facts: dict[str, object] = {
        "stages": list(stages) if stages is not None else [],
        "commands": commands,
        "metrics": "metrics" in declared,
        "plots": "plots" in declared,
    }
    return told(kind, path, aside, facts, root)


def parse_mlproject(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read an MLflow project file.

    Facts: `name`, `entry_points` (names), `commands` (their texts).
    Source: MLflow Projects, MLproject file.
    """
    root = mapping_from(data)
    if root is None:
        return parsed(kind, path)
    points = root.mapping("entry_points")
    names = list(points) if points is not None else []
    facts: dict[str, object] = {
        "name": root.text("name") or "",
        "entry_points": names,
        "commands": [command for name in names if (command := text_at(points, name, "command"))],
    }
    return told(kind, path, aside, facts, root)


def parse_notebook(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Look at a notebook's imports, without reading its outputs.

    Facts: `imports` (top-level modules, sorted).
    """
    facts: dict[str, object] = {"imports": sorted(imports_in(path, data))}
    return told(kind, path, aside, facts)


_CARD_KEYS = frozenset({"library_name", "pipeline_tag", "model-index", "base_model", "task_categories", "datasets", "model_name"})
_FRONT = late(r"\A---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)


def parse_modelcard(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read a model card: a file of that name, or a README whose front matter is a Hugging Face card.

    Facts: `keys` (of the front matter), `base_model`, `license`, `dataset` (it describes data, no model), `words` (count).
    Source: Hugging Face Hub, model cards.
    """
    if kind == "readme" and not data.startswith(b"---"):
        return parsed(kind, path)
    text = text_from(data)
    match = _FRONT.match(text)
    root: Mapping | None = None
    if match is not None:
        try:
            documents = yaml_from(match.group(1).encode()).documents
        except UnreadableFile:
            documents = ()
        root = documents[0] if documents and isinstance(documents[0], Mapping) else None
    keys = list(root) if root is not None else []
    if kind == "readme" and not _CARD_KEYS.intersection(keys):
        return parsed(kind, path)
    facts: dict[str, object] = {
        "keys": keys,
        "base_model": list(strings_of(root.get("base_model"))) if root is not None else [],
        "license": text_at(root, "license") or "",
        "dataset": "task_categories" in keys and "library_name" not in keys and "pipeline_tag" not in keys,
        "words": len(text[match.end() if match is not None else 0 :].split()),
    }
    companion = Companion(kind="modelcard", path=path, span=Span(path=path), facts=facts, node=root, aside=aside)
    return parsed("modelcard", path, companion=companion)


_API_MARK = late(rb"""["']?(openapi|swagger)["']?\s*:\s*["']?([\d.]+)""")


def parse_openapi(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Recognise an OpenAPI or Swagger description by its version field; its content is not needed.

    Facts: `dialect` (`openapi` or `swagger`), `version`.
    """
    match = _API_MARK.search(data[:20_000])
    if match is None:
        reason = "it is no OpenAPI description: no version field stands in it"
        return passed_over(kind, path, reason)
    line = data.count(b"\n", 0, match.start()) + 1
    facts: dict[str, object] = {"dialect": match.group(1).decode(), "version": match.group(2).decode()}
    span = Span(path=path, line=line, end_line=line)
    return parsed(kind, path, companion=Companion(kind=kind, path=path, span=span, facts=facts, aside=aside))
