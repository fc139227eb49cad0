"""GitLab: in which kinds of pipelines something takes part."""
