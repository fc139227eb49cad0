"""nox: what the sessions a command asks for run, their functions read and never run."""

from __future__ import annotations

from opslint.resolve.follow.follower import Led
from opslint.resolve.follow.python.reading.calls import keywords_of, script_of
from opslint.resolve.follow.python.reading.source import Source, source_of
from opslint.resolve.follow.python.reading.started import Leads, environment, moved, started
from opslint.resolve.follow.python.reading.values import Handle, Value, items_of, text_of, value_of
from opslint.resolve.follow.python.reading.walk import Call, Walker, Way
from opslint.resolve.follow.python.sessions.asked import Asked, asked
from opslint.resolve.follow.python.sessions.noxfile import Session, chosen, sessions_of
from opslint.resolve.jobs.places import Files
from opslint.resolve.shell.syntax.words import UNKNOWN

MAX_QUEUE = 100
ACCEPTED = "nox takes its failure for a success (`success_codes`)"

_RUNS = frozenset({"run", "run_always", "run_install"})
_INSTALLS = {"install": ("pip", "install"), "conda_install": ("conda", "install", "--yes")}


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The commands of the sessions of a `nox` command, in order; None where no noxfile is found or nothing is run.

    Source: nox, "Configuration & API", "Command-line usage".
    """
    wanted = asked(argv, folder, env)
    if wanted is None or UNKNOWN in wanted.path:
        return None
    source = files.made(source_of, wanted.path)
    return _Run(source, wanted).led() if source is not None else None


class _Run:
    """One run of nox: sessions in their order, those that are notified behind them."""

    def __init__(self, source: Source, wanted: Asked) -> None:
        self.source = source
        self.wanted = wanted
        self.folder = wanted.path.rpartition("/")[0]
        self.leads = Leads()
        self.walker = Walker(source, self.told, self.folder)
        self.queue: list[tuple[str, str]] = []

    def led(self) -> Led | None:
        """What all of it runs."""
        self.walker.scope.outer["__name__"] = "noxfile"
        self.walker.module()
        sessions = sessions_of(self.source, self.walker.scope)
        found, missing = chosen(self.wanted, sessions, self.walker.scope)
        if missing and not found and UNKNOWN not in missing and sessions and not self._may_have(missing):
            return Led(dead=f'{self.wanted.path} has no session "{missing}"')
        self.queue = list(found.items())
        done: set[str] = set()
        while self.queue and len(done) < MAX_QUEUE:
            name, sure = self.queue.pop(0)
            if name not in sessions or name in done:
                continue
            needed = [(one, sure) for one in sessions[name].requires if one in sessions and one not in done and one != name]
            done.add(name)
            for one, confidence in needed:
                done.add(one)
                self._session(sessions[one], confidence)
            self._session(sessions[name], sure)
        return Led(leads=self.leads.all()) if found else None

    def _may_have(self, name: str) -> bool:
        """Whether a session may come from elsewhere: another module, a loop that makes it, a decorator of one's own."""
        import ast

        if name.partition("-")[0].replace("-", "_") in self.source.functions or name.replace("-", "_") in self.source.functions:
            return True
        for node in ast.walk(self.source.tree):
            if isinstance(node, ast.ImportFrom) and (node.level or any(one.name == "*" for one in node.names)):
                return True
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Call):  # `nox.session(…)(function)`
                return True
            if isinstance(node, ast.Constant) and node.value == name:
                return True
        return any(name.partition(".")[0] in ("tools", "scripts", "ci", "noxfiles", "nox_utils") for name in self.source.imports.values())

    def _session(self, session: Session, sure: str) -> None:
        pythons = [one for one in self.wanted.pythons if one in session.pythons] or list(session.pythons)
        handle = Handle(kind="session", fields={
            "posargs": list[Value](self.wanted.posargs), "interactive": False, "name": session.name,
            "python": pythons[0] if len(pythons) == 1 else UNKNOWN,
        })
        arguments = session.function.args
        names = [one.arg for one in (*arguments.posonlyargs, *arguments.args)]
        for run in session.runs:
            scope = self.walker.scope.inner()
            scope.names = {**dict.fromkeys(names, UNKNOWN), **run}
            if names:
                scope.names[names[0]] = handle
            self.walker.folder = self.folder
            self.walker.entered.clear()
            self.walker.enter(session.function, scope, Way(sure=not sure))

    def told(self, call: Call, walker: Walker) -> bool:
        """Put down what a call of a session runs, or of the standard library."""
        import ast

        function = call.node.func
        owner = value_of(function.value, call.scope) if isinstance(function, ast.Attribute) else None
        if not isinstance(owner, Handle) or not isinstance(function, ast.Attribute):
            return started(call, walker.folder, self.leads)
        name = function.attr
        given = items_of(call.node.args, call.scope)
        if name in ("chdir", "cd") and given:
            walker.stand(call)
        elif name == "notify" and given:
            self.queue.append((text_of(given[0]), "" if call.way.sure else "low"))
        elif name in _INSTALLS:
            self.leads.add(call, script_of([*_INSTALLS[name], *map(text_of, given)]), walker.folder)
        elif name in _RUNS and given and not (self.wanted.only_installs and name == "run"):
            self._ran(call, given, walker)
        return True

    def _ran(self, call: Call, given: list[Value], walker: Walker) -> None:
        if given[0] == UNKNOWN:  # a function, or a word that is not known
            return
        keywords = keywords_of(call.node, call.scope)
        codes = keywords.get("success_codes")
        soft = ACCEPTED if isinstance(codes, list) and any(code not in (0, UNKNOWN) for code in codes) else ""
        words = [text_of(one) for one in given]
        self.leads.add(call, script_of(words), moved(walker.folder, None), soft=soft, env=environment(keywords.get("env")))
