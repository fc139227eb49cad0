"""Build tools: the plugins, tasks and scripts that their commands run."""
