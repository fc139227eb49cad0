"""What Kustomize makes of the manifests that a kustomization names."""

from opslint.resolve.rendered.kustomize.build import Builder, Item

__all__ = ["Builder", "Item"]
