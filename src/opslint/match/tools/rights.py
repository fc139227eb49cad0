"""What the job token of a GitHub job may write."""

from __future__ import annotations

from opslint.match.jobs import JobView
from opslint.model.activity import Activity
from opslint.source.node import Mapping, Node, Scalar

OWN_TOKENS = ("secrets.github_token", "github.token")


def may_comment(activity: Activity, view: JobView) -> bool:
    """Whether something may write on a pull request.

    Shape: True where no `permissions` say otherwise, or where it is given a token that is not the job's own.
    Source: GitHub, "Permissions required for GitHub Apps": comments need `pull-requests: write` or `issues: write`.
    """
    rights = _rights(view)
    if rights is None or any(_foreign_token(value) for value in activity.inputs.values()):
        return True
    if isinstance(rights, Mapping):
        return any(rights.text(scope) == "write" for scope in ("pull-requests", "issues"))
    return isinstance(rights, Scalar) and str(rights.value).strip() == "write-all"


def _rights(view: JobView) -> Node | None:
    """The `permissions` that hold for a job: its own, else the workflow's."""
    for node in (view.job.node, view.pipeline.node):
        if node is not None and "permissions" in node:
            return node.get("permissions")
    return None


def _foreign_token(value: str) -> bool:
    text = value.lower()
    return "secrets." in text and not any(own in text for own in OWN_TOKENS)
