"""Which manifests are Kustomize patches: they have the shape of an object and say only what differs from one."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

import msgspec

from opslint.model.resource import Companion, Resource
from opslint.parse.values.places import mappings_of
from opslint.source.node import strings_of

LISTS = ("patches", "patchesStrategicMerge", "patchesJson6902")


def with_patches(resources: Iterable[Resource], companions: Iterable[Companion]) -> Iterator[Resource]:
    """The manifests in their order, those marked that a kustomization names as a patch and none as a resource.

    Source: Kustomize, the Kustomization file (`patches`, `patchesStrategicMerge`).
    """
    patches = _patch_files(companions)
    for resource in resources:
        yield msgspec.structs.replace(resource, patch=True) if resource.path in patches else resource


def _patch_files(companions: Iterable[Companion]) -> set[str]:
    patches: set[str] = set()
    objects: set[str] = set()
    for companion in companions:
        if companion.kind != "kustomization" or companion.node is None:
            continue
        folder = companion.path.rpartition("/")[0]
        for key in LISTS:
            node = companion.node.get(key)
            named = [entry.text("path") or "" for entry in mappings_of(node)] if key != LISTS[1] else strings_of(node)
            patches.update(_joined(folder, name) for name in named if name and "\n" not in name)
        for key in ("resources", "bases"):
            objects.update(_joined(folder, name) for name in strings_of(companion.node.get(key)))
    return patches - objects


def _joined(folder: str, name: str) -> str:
    return posixpath.normpath(f"{folder}/{name}" if folder else name)
