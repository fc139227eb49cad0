"""What a kustomization makes of the images its manifests name."""

from __future__ import annotations

import msgspec

from opslint.model.pipeline import Image
from opslint.parse.values.places import mappings_of, span_of
from opslint.source.node import Mapping, Node, Sequence, scalars_of
from opslint.source.span import Span

MAX_OVERRIDES = 500


class Override(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of `images`: which image, and what is set for it, where."""

    name: str
    new_name: str
    tag: str
    digest: str
    place: Span


def overrides_of(settings: Mapping, path: str) -> tuple[Override, ...]:
    """The entries of `images`: mappings in a kustomization and in Flux, words `old=new:tag` in an Application's source.

    Source: Kustomize, "images"; Argo CD, `spec.source.kustomize.images`.
    """
    listed = settings.get("images")
    found: list[Override] = []
    for item in mappings_of(listed)[:MAX_OVERRIDES] if isinstance(listed, Sequence) else ():
        name = item.text("name")
        if name:
            found.append(Override(name=name, new_name=item.text("newName") or "", tag=item.text("newTag") or "",
                                  digest=item.text("digest") or "", place=_place(item, path)))
    for word in scalars_of(listed)[:MAX_OVERRIDES]:
        old, equals, new = word.value.partition("=")
        name, tag, digest = _split(new if equals else old)
        found.append(Override(name=_split(old)[0] if equals else name, new_name=name if equals else "", tag=tag, digest=digest,
                              place=span_of(path, word)))
    return tuple(found)


def _place(item: Mapping, path: str) -> Span:
    keys: list[Node] = [key for name in ("newTag", "digest", "newName") if (key := item.key(name)) is not None]
    place = keys[0] if keys else item
    span = span_of(path, place)
    return Span(path=span.path, line=span.line, column=span.column, end_line=span.line,
                end_column=max(place.end_column if place.end_line == place.line else 0, span.column + 1))


def _split(reference: str) -> tuple[str, str, str]:
    rest, _, digest = reference.strip().partition("@")
    slash, colon = rest.rfind("/"), rest.rfind(":")
    return (rest[:colon], rest[colon + 1 :], digest) if colon > slash else (rest, "", digest)


def overridden(images: tuple[Image, ...], overrides: tuple[Override, ...]) -> tuple[Image, ...]:
    """The images with the overrides of one kustomization; one that only renames keeps the place of the tag.

    Source: Kustomize, image tag transformer: a new tag takes the place of a digest, a digest that of a tag.
    """
    by_name = {override.name: override for override in overrides}
    return tuple(_one(image, by_name.get(image.name)) for image in images)


def _one(image: Image, override: Override | None) -> Image:
    if override is None:
        return image
    name = override.new_name or image.name
    set_here = bool(override.tag or override.digest)
    tag, digest = (override.tag, override.digest) if set_here else (image.tag, image.digest)
    reference = name + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")
    literal = not any(mark in reference for mark in ("$", "{{", "<", "`"))
    return msgspec.structs.replace(image, reference=reference, name=name, tag=tag, digest=digest, literal=literal,
                                   span=override.place if set_here else image.span)
