"""Kubernetes-shaped manifests: objects, images, and the Argo pipelines among them."""

from opslint.parse.kubernetes.manifests import parse_manifests

__all__ = ["parse_manifests"]
