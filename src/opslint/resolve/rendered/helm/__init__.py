"""Helm charts rendered without Helm, as far as their values say it: what stays unknown stays as it is written."""

from opslint.resolve.rendered.helm.charts import Charts, Release

__all__ = ["Charts", "Release"]
