"""GitLab: pipeline files to the model."""
