"""Flux objects, with what the patches of a Kustomization set for them."""

from __future__ import annotations

from typing import Any

import pytest

from opslint.match.jobs import Jobs
from opslint.match.subjects.flux import MAX_DEPTH, flux_releases
from opslint.match.subjects.subject import Stage, Subject, place_at
from opslint.parse.discovery.discover import read_repository
from opslint.source.trees.memory import MemoryTree

RELEASE = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: shop}\nspec: {interval: 1h%s}\n"
PATCH = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: any}\nspec: {upgrade: {remediation: {retries: 3}}}\n"


def indented(text: str, by: int) -> str:
    """A text some columns to the right."""
    return "".join(f"{' ' * by}{line}\n" for line in text.splitlines())


def kustomization(patch: str, *, target: str = "{kind: HelmRelease}", path: str = "./apps", api: str = "") -> str:
    """A Flux Kustomization that carries one patch."""
    group = api or "kustomize.toolkit.fluxcd.io/v1"
    return (f"apiVersion: {group}\nkind: Kustomization\nmetadata: {{name: apps}}\nspec:\n  path: {path}\n  patches:\n"
            f"    - target: {target}\n      patch: |\n{indented(patch, 8)}")


def release(files: dict[str, str], own: str = "") -> Subject:
    """The release `shop` as rules see it."""
    tree: dict[str, Any] = {"apps/shop.yaml": RELEASE % own, **files}
    repository = read_repository(MemoryTree(tree))
    found = [one for one in flux_releases(Stage(repository=repository, jobs=Jobs(repository.pipelines))) if one.name == "shop"]
    assert len(found) == 1
    return found[0]


def test_release_is_tried_again_and_rolled_back_when_a_patch_says_so() -> None:
    subject = release({"cluster/ks.yaml": kustomization(PATCH)})
    assert subject.it["retries"] is True
    assert subject.it["rollback"] is True


def test_evidence_stands_at_the_patch_when_the_release_leaves_the_field_out() -> None:
    subject = release({"cluster/ks.yaml": kustomization(PATCH)})
    place = place_at(subject, "upgrade.remediation")
    assert (place.path, place.line) == ("cluster/ks.yaml", 12)
    assert place_at(subject, "").path == "apps/shop.yaml"


def test_patch_inside_a_patch_counts_when_its_target_carries_it_on() -> None:
    inner = kustomization(PATCH, path="./x")
    subject = release({"cluster/ks.yaml": kustomization(inner, target="{kind: Kustomization}")})
    assert subject.it["retries"] is True


def test_patches_are_left_when_they_nest_too_deep() -> None:
    text = PATCH
    for _ in range(MAX_DEPTH):
        text = kustomization(text, target="{kind: Kustomization}")
    assert release({"cluster/ks.yaml": kustomization(text, target="{kind: Kustomization}")}).it["retries"] is False


@pytest.mark.parametrize(
    ("target", "path", "counts"),
    [
        ("{kind: HelmRelease, name: shop}", "./apps", True),
        ("{kind: HelmRelease, name: other}", "./apps", False),
        ("{kind: HelmRelease, name: .*}", "./apps", True),
        ("{kind: HelmRelease, name: (a+)+b}", "./apps", False),
        ("{kind: HelmRelease, labelSelector: app=web}", "./apps", False),
        ("{kind: HelmRelease, labelSelector: off notin (true)}", "./apps", True),
        ("{kind: HelmRelease}", "./cluster", False),
        ("{kind: HelmRelease}", "./nowhere", True),
    ],
)
def test_patch_counts_only_when_it_concerns_the_release(target: str, path: str, *, counts: bool) -> None:
    assert release({"cluster/ks.yaml": kustomization(PATCH, target=target, path=path)}).it["retries"] is counts


def test_patch_wins_when_the_release_says_otherwise() -> None:
    off = PATCH.replace("{upgrade: {remediation: {retries: 3}}}", "{suspend: true}")
    assert release({"cluster/ks.yaml": kustomization(off)}, ", suspend: false").it["suspended"] is True


@pytest.mark.parametrize("text", ["- op: add\n  path: /spec/x\n  value: 1\n", "a: [unclosed\n", "just words\n"])
def test_patch_says_nothing_when_it_is_no_object(text: str) -> None:
    assert release({"cluster/ks.yaml": kustomization(text)}).it["retries"] is False
