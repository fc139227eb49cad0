"""What really runs: from what a pipeline declares to the commands, actions and objects that come of it."""
