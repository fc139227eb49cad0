"""tox: its configuration in all forms, and the commands of the environments a run asks for."""
