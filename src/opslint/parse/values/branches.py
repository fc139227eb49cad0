"""Words by which branches of changes and lasting branches are told apart, the same for every platform."""

from __future__ import annotations

TOPIC_FAMILIES = frozenset({
    "feature", "features", "feat", "fix", "fixes", "bugfix", "bug", "chore", "topic", "task", "issue", "issues", "pr", "pull",
    "pull-request", "wip", "user", "users", "dependabot", "renovate", "refactor", "try", "experiment", "mr", "gitlab-mr", "ci",
})  # fmt: skip
"""First words of branch families that hold changes before their merge (`feature/**`): a push there is a push to any branch."""

LASTING_NAMES = frozenset({"main", "master", "trunk", "develop", "dev", "development", "staging", "production"})
"""Names that are those of branches wherever they stand, never of a tag."""
