"""Scripts of pipelines: from the text of a block to the commands it runs and what their failure does."""

from opslint.resolve.shell.commands import commands_of, forget
from opslint.resolve.shell.dialects.semantics import shell_semantics

__all__ = ["commands_of", "forget", "shell_semantics"]
