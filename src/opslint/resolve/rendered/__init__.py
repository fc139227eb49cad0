"""What a repository amounts to once its templating is done: who deploys which manifests, and as what."""

from opslint.resolve.rendered.needed import as_rendered

__all__ = ["as_rendered"]
