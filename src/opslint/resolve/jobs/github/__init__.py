"""GitHub's contexts: the values that stand where a workflow names them."""
