"""GitLab: the pipeline files of one repository, put together."""
