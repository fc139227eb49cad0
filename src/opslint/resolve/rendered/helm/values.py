"""The values a chart is installed with: its own, and what an Application or a HelmRelease sets over them."""

from __future__ import annotations

import posixpath
from collections.abc import Callable

from opslint.errors import UnreadableFile
from opslint.parse.argo.generators import with_element
from opslint.parse.values.places import mapping_at, mappings_of
from opslint.resolve.rendered.helm.functions import Value
from opslint.resolve.rendered.sources import Delivery
from opslint.source.node import Mapping, Scalar, boolean_of, is_null, scalars_of, text_of
from opslint.source.plain import plain, resolve
from opslint.source.yaml import parse_yaml

MAX_TEXT = 1 << 18
MAX_PARAMETERS = 500

Reading = Callable[[str], "dict[str, Value] | None"]
"""The values in a file of the tree; None where there is no such file, or it is no mapping."""


def laid_over(base: dict[str, Value], over: dict[str, Value]) -> dict[str, Value]:
    """Values with others laid over them: mappings are merged, null takes away, anything else replaces.

    Source: Helm, "Values Files", "Deleting a default key".
    """
    found = dict(base)
    for key, value in over.items():
        known = found.get(key)
        if value is None:
            found.pop(key, None)
        elif isinstance(known, dict) and isinstance(value, dict):
            found[key] = laid_over(known, value)
        else:
            found[key] = value
    return found


def values_of(delivery: Delivery, read: Reading) -> dict[str, Value] | None:
    """What a delivery lays over the values of its chart; None where a part of it cannot be known.

    Source: Argo CD, "Helm" (valueFiles, values, valuesObject, parameters, in this order); Flux, HelmRelease `.spec.values`.
    """
    if delivery.helm is None:
        return {}
    if delivery.owner.group == "argoproj.io":
        return _argo(delivery, delivery.helm, read)
    chart = mapping_at(delivery.helm, "chart", "spec")
    if chart is None or not is_null(delivery.helm.get("valuesFrom")):
        return None
    found: dict[str, Value] = {}
    for word in scalars_of(chart.get("valuesFiles")):
        one = read(posixpath.normpath(word.value))
        if one is None:
            return None
        found = laid_over(found, one)
    own = _plain(delivery.helm.get("values"), delivery)
    return laid_over(found, own) if own is not None else None


def _argo(delivery: Delivery, helm: Mapping, read: Reading) -> dict[str, Value] | None:
    found: dict[str, Value] = {}
    lenient = boolean_of(helm.get("ignoreMissingValueFiles")) is True
    for word in scalars_of(helm.get("valueFiles")):
        path = _value_file(word.value, delivery)
        one = read(path) if path is not None else None
        if one is None and (path is None or not lenient):
            return None
        found = laid_over(found, one or {})
    for key in ("values", "valuesObject"):
        own = _plain(helm.get(key), delivery)
        if own is None:
            return None
        found = laid_over(found, own)
    for parameter in mappings_of(helm.get("parameters"))[:MAX_PARAMETERS]:
        name, value = parameter.text("name") or "", with_element(parameter.text("value") or "", delivery.parameters)
        if value is None or not name or set(name) & set("[]\\{},$"):
            return None
        typed: Value = value if boolean_of(parameter.get("forceString")) is True else resolve(value)
        for part in reversed(name.split(".")):
            typed = {part: typed}
        found = laid_over(found, typed)
    return found if is_null(helm.get("fileParameters")) else None


def _value_file(word: str, delivery: Delivery) -> str | None:
    """The path of a value file in the tree; None where another repository has it, or a parameter is not known."""
    word = with_element(word, delivery.parameters) or ""
    if not word or "://" in word:
        return None
    if word.startswith("$"):
        name, _, rest = word[1:].partition("/")
        return posixpath.normpath(posixpath.join(delivery.values[name], rest)) if name in delivery.values else None
    return posixpath.normpath(word.lstrip("/") if word.startswith("/") else posixpath.join(delivery.folder, word))


def _plain(node: object, delivery: Delivery) -> dict[str, Value] | None:
    """Values written in place, as a mapping or as a text of YAML; None where they ask for a parameter that is not known."""
    if node is None or (isinstance(node, Scalar) and text_of(node) is None):
        return {}
    if isinstance(node, Mapping):
        found = plain(node)
        return found if isinstance(found, dict) and "{{" not in str(found) else None
    if not isinstance(node, Scalar):
        return None
    text = with_element(node.value[:MAX_TEXT], delivery.parameters)
    if text is None:
        return None
    try:
        documents = parse_yaml(text.encode()).documents
    except UnreadableFile:
        return None
    found = plain(documents[0]) if documents else {}
    return found if isinstance(found, dict) else None
