"""GitHub: workflows and actions to the model."""
