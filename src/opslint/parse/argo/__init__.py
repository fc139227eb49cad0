"""Argo Workflows and Argo Events: the pipelines their objects declare."""
