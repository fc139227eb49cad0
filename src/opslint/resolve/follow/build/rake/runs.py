"""rake: the tasks that a command asks for, and those they need."""

from __future__ import annotations

from opslint.resolve.follow.build.rake.rakefile import Task, tasks_of
from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.jobs.places import Files
from opslint.resolve.wrappers.tables import words_in
from opslint.source.span import Span

MAX_TASKS = 200

_VALUED = words_in("-f --rakefile -I --libdir -R --rakelib -r --require -j --jobs -e --execute -p --execute-print -E --execute-continue")
_LISTS = words_in("-T --tasks -P --prereqs -D --describe -W --where -A --all -n --dry-run -h --help -V --version -H")


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """What the tasks of a Rake command run, needed ones first; None where no Rakefile is found or nothing is known of them.

    Source: Rake, "Command Line Usage".
    """
    del env
    names: list[str] = []
    file, index = "", 1
    while index < len(argv):
        word = argv[index]
        index += 1
        if word in _LISTS:
            return None
        if word in _VALUED and index < len(argv):
            file = argv[index] if word in ("-f", "--rakefile") else file
            index += 1
        elif not word.startswith("-") and "=" not in word and "…" not in word:
            names.append(word.partition("[")[0])
    tasks = tasks_of(folder, file, files)
    leads: list[Lead] = []
    done: set[str] = set()
    for name in names or ["default"]:
        _walk(name, tasks, folder, done, leads)
    return Led(leads=tuple(leads)) if leads else None


def _walk(name: str, tasks: dict[str, list[Task]], folder: str, done: set[str], leads: list[Lead]) -> None:
    """A task's needs, then what it runs itself; every task once."""
    stack = [(name, False)]
    while stack and len(done) < MAX_TASKS:
        name, ready = stack.pop()
        name = next((one for one in name.split("|") if one in tasks), name)
        if ready:
            for task in tasks.get(name, ()):
                for one in task.commands:
                    place = Span(path=task.path, line=one.line)
                    leads.append(Lead(script=one.script, span=place, folder=folder, soft_why=one.soft))
        elif name in tasks and name not in done:
            done.add(name)
            stack.append((name, True))
            stack += [(need, False) for task in reversed(tasks[name]) for need in reversed(task.needs)]
