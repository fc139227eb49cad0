"""Image references taken apart."""

from __future__ import annotations

from opslint.model.pipeline import Image
from opslint.source.span import Span


def image_from(reference: str, span: Span, role: str = "job") -> Image:
    """Split an image reference into name, tag and digest.

    Shape:  `docker://` is taken off; a variable, expression or template makes it `literal=False`.
    Source: distribution/reference grammar (registry[:port]/path[:tag][@digest]).
    """
    text = reference.strip().removeprefix("docker://")
    literal = not any(mark in text for mark in ("$", "{{", "}}", "<", "`"))
    rest, _, digest = text.partition("@")
    slash, colon = rest.rfind("/"), rest.rfind(":")
    name, tag = (rest[:colon], rest[colon + 1 :]) if colon > slash else (rest, "")
    return Image(reference=reference, name=name, tag=tag, digest=digest, role=role, span=span, literal=literal)
