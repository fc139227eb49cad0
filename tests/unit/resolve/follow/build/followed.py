"""What a command of a workflow leads to, for the tests of build tools."""

from __future__ import annotations

from textwrap import dedent

from opslint.model.activity import Activity
from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import resolve
from opslint.source.trees.memory import MemoryTree

CI = ".github/workflows/ci.yml"


def followed(run: str, files: dict[str, str], folder: str = "") -> list[Activity]:
    """Everything one command leads to, itself first."""
    workflow = f"on: pull_request\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {run}\n"
    workflow += f"        working-directory: {folder}\n" if folder else ""
    tree = MemoryTree({CI: workflow, **{path: dedent(text).lstrip("\n") for path, text in files.items()}})
    return list(resolve(read_repository(tree), tree).activities)


def names(run: str, files: dict[str, str], folder: str = "") -> list[str]:
    """The names of all that a command leads to, without itself."""
    return [one.name for one in followed(run, files, folder)][1:]


def places(activity: Activity) -> list[tuple[str, int]]:
    """(path, line) of every hop of a chain behind the pipeline's."""
    return [(hop.path, hop.line) for hop in activity.chain[1:]]
