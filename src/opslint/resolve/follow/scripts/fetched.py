"""Scripts that a job brings itself before it starts them: `curl -o install.sh …`, then `sh install.sh`."""

from __future__ import annotations

import re

from opslint.model.pipeline import Job

_CONTINUED = re.compile(r"\\\n")
_WRITES = r"(?:\b(?:curl|wget|tee|cp|mv|gsutil|aws|az|gh)\b[^;&|\n]*|>\s*[\"']?(?:\S*/)?)"


def is_fetched(argv: tuple[str, ...], job: Job | None) -> bool:
    """Whether a line of the job's scripts names a file that a command starts as one it downloads, copies or writes."""
    names = {word.rpartition("/")[2] for word in argv if "." in word and not word.startswith("-")}
    scripts = [_CONTINUED.sub(" ", step.script) for step in job.steps if step.script] if job is not None else []
    return any(re.search(rf"{_WRITES}(?<![\w.-]){re.escape(name)}(?![\w.-])", script)
               for name in names for script in scripts if name in script)
