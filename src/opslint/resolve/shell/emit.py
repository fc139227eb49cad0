"""Telling commands: wrappers taken off, nested scripts entered, places kept."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING

from opslint.model.activity import Command
from opslint.resolve.shell import simple
from opslint.resolve.shell.state import Level, Way
from opslint.resolve.shell.syntax.words import UNKNOWN, Source, text_of
from opslint.resolve.wrappers import MAX_LAYERS, Peel, Words, layers_of, named, peel
from opslint.resolve.wrappers.form import operand
from opslint.resolve.wrappers.tables import SHELLS
from opslint.source.words.late import late

if TYPE_CHECKING:  # for signatures only: the grammar is imported when a script is met
    from tree_sitter import Node

    from opslint.resolve.shell.walk import Walker

MAX_STEPS = 6000
MAX_COMMANDS = 2000
MAX_NESTED = 6
MAX_PEELED = 16

MAX_FILTERS = 6

_EDITORS = frozenset({"envsubst", "sed", "tee", "yq", "awk", "cat", "perl"})
_ENVIRONMENT = frozenset({"env", "sudo", "cross-env", "gtime"})
_ASSIGNMENT = late(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_OUTPUTS = frozenset({">", ">>", "&>", ">|", "&>>"})
CLUSTERS = frozenset(
    {
        ("kind", "create"),
        ("k3d", "cluster"),
        ("minikube", "start"),
        ("ctlptl", "create"),
        ("ctlptl", "apply"),
        ("microk8s", "install"),
        ("microk8s", "start"),
        ("k3s", "server"),
        ("vcluster", "create"),
        ("kwokctl", "create"),
        ("talosctl", "cluster"),
        ("k0s", "start"),
    }
)
"""Commands that make a cluster which ends with its machine."""


class Budget:
    """What one script may cost: statements walked and commands told, its nested scripts included."""

    __slots__ = ("commands", "nested", "steps")

    def __init__(self) -> None:
        self.steps = MAX_STEPS
        self.commands = MAX_COMMANDS
        self.nested = 0


class Lines:
    """Where the lines of a text begin."""

    __slots__ = ("starts",)

    def __init__(self, text: str) -> None:
        self.starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of a code point offset."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1


class Emitter:
    """Collects the commands of one script and of those nested in it.

    Shape: `base` is where the nested script stands in the outermost one, code point for code point, or -1 where it stands
           nowhere as it is; then `place` (offset, end) of the command that holds it stands for all of its commands.
           `pipe`, `redirect`, `judged` are set by the walker around a statement: the next member of its pipe, a redirection
           around it, and where the failure of what stands inside a test goes. `names` are the unknown variables of the command
           at hand, `piped` those of the members of its pipe before it.
    """

    def __init__(self, source: Source, outermost: Lines, budget: Budget, found: list[Command]) -> None:
        self.source = source
        self.lines = outermost
        self.budget = budget
        self.found = found
        self.base = 0
        self.place = (0, 0)
        self.layers: tuple[Words, ...] = ()
        self.remote = False
        self.image = ""
        self.confidence = "high"
        self.deadline = False
        self.throwaway = False
        self.pipe: Node | None = None
        self.redirect: Node | None = None
        self.judged: str | None = None
        self.output_judged = False  # what the commands being told print decides whether the block fails
        self.names: tuple[str, ...] = ()
        self.piped: tuple[str, ...] = ()
        self.exported: dict[str, str] = {}
        self._walker: Walker | None = None

    def nested(self, one: Peel, layers: tuple[Words, ...], *, base: int, place: tuple[int, int]) -> Emitter:
        """The emitter of a nested script: same list and budget, its own place."""
        emitter = Emitter(self.source, self.lines, self.budget, self.found)
        emitter.base, emitter.place, emitter.layers = base, place, layers
        emitter.remote = self.remote or one.remote
        emitter.image = one.image or self.image
        emitter.confidence, emitter.throwaway = self.confidence, self.throwaway
        emitter.deadline = any(layer[0] in ("timeout", "gtimeout") for layer in layers)
        return emitter

    def spend(self) -> bool:
        """Whether one more statement may be walked."""
        self.budget.steps -= 1
        return self.budget.steps > 0 and self.budget.commands > 0

    def command(self, walker: Walker, node: Node, whole: Node, way: Way) -> bool:
        """One `command` node; True when control does not come back from it."""
        self._walker = walker
        return simple.run(self, walker, node, whole, way)

    def unwrap(self, argv: Words, env: dict[str, str], flow: str, place: tuple[int, int], whole: Node, way: Way) -> None:
        """Take the wrappers off one command and record what runs."""
        known = named(argv)
        layers = (argv, known) if known[0] != argv[0] and "/" in argv[0] else (known,)
        Unwrapping(self, place, whole, way).run(layers, env, flow, "", self.remote)

    def trap(self, script: str, way: Way, why: str) -> None:
        """The script of a `trap`."""
        if way.depth < 60:
            self.enter(Peel(script=script, dialect="bash"), (), way.level, why, (0, 0), way.depth)

    def enter(self, one: Peel, layers: tuple[Words, ...], level: Level, flow: str, place: tuple[int, int], depth: int) -> None:
        """Walk a script that stands inside a word or a here-document."""
        if self.budget.nested >= MAX_NESTED or depth > 80 or not one.script.strip() or one.script == UNKNOWN:
            return
        from opslint.resolve.shell.commands import walk_into

        start, end = self.source.offset(place[0]), self.source.offset(place[1])
        inside = -1
        if self.base >= 0:
            inside = self.source.text.find(one.script, start, max(end, start) + len(one.script) + 4096)
        base = inside + self.base if inside >= 0 else -1
        span = (start + self.base, end + self.base) if self.base >= 0 else self.place
        self.budget.nested += 1
        walk_into(self, one, self.layers + layers, level, flow, base=base, place=span, depth=depth)
        self.budget.nested -= 1

    def tell(
        self,
        layers: tuple[Words, ...],
        flow: str,
        start: int,
        end: int,
        *,
        env: dict[str, str] | None = None,
        stdout_to: str = "",
        pipe_to: Words = (),
        image: str = "",
        remote: bool = False,
        folder: str = "",
    ) -> None:
        """Append one command; `start` and `end` count in the outermost script."""
        if self.budget.commands <= 0:
            return
        self.budget.commands -= 1
        end = max(start, end)
        line, column = self.lines.position(start)
        end_line, end_column = self.lines.position(end)
        self.found.append(
            Command(
                argv=layers[-1],
                layers=self.layers + layers,
                offset=start,
                end=end,
                line=line,
                column=column,
                end_line=end_line,
                end_column=end_column,
                blocking=not flow,
                soft_why=flow,
                env=env or {},
                stdout_to=stdout_to,
                pipe_to=pipe_to,
                throwaway_cluster=self.throwaway,
                confidence=self.confidence,
                image=image or self.image,
                remote=remote or self.remote,
                folder=folder,
                variables=self.names,
                marks=("output-judged",) if self.output_judged else (),
            )
        )
        if layers[-1][:2] in CLUSTERS:
            self.throwaway = True

    def next_argv(self, level: Level) -> Words:
        """What the next member of the pipe runs, unwrapped; empty where there is none or it is no simple command.

        A filter that only edits the text on its way (`sed`, `envsubst`) is stepped over where the pipe goes on.
        """
        member = self.pipe
        argv: Words = ()
        for _ in range(MAX_FILTERS):
            node = member
            while node is not None and node.type == "redirected_statement":
                node = node.child_by_field_name("body")
            if member is None or node is None or node.type != "command" or self._walker is None:
                return argv
            argv = layers_of(tuple(simple.words_of(node, self._walker, level)))[-1]
            if argv[0] not in _EDITORS:
                return argv
            member = member.next_named_sibling
        return argv

    def output(self, whole: Node, level: Level) -> str:
        """The file standard output goes to; a destination that cannot be known is told as written."""
        for node in (whole, self.redirect):
            for redirect in _redirects(node) if node is not None else ():
                target = redirect.child_by_field_name("destination") if redirect.type == "file_redirect" else None
                if target is None or not any(child.type in _OUTPUTS for child in redirect.children):
                    continue
                descriptor = redirect.child_by_field_name("descriptor")
                if descriptor is None or self.source.raw(descriptor) == "1":
                    text = text_of(target, self.source, level.scope)
                    written = self.source.shown(target.start_byte, target.end_byte).strip("\"'")
                    return text if UNKNOWN not in text else written
        return ""


def _redirects(node: Node) -> Iterator[Node]:
    """The redirections of a statement; those written behind `<<EOF` stand inside it."""
    for redirect in node.children_by_field_name("redirect"):
        yield redirect
        if redirect.type == "heredoc_redirect":
            yield from redirect.named_children


class Unwrapping:
    """The wrappers of one command, taken off one after the other."""

    __slots__ = ("emitter", "place", "way", "whole")

    def __init__(self, emitter: Emitter, place: tuple[int, int], whole: Node, way: Way) -> None:
        self.emitter = emitter
        self.place = place
        self.whole = whole
        self.way = way

    def run(self, layers: tuple[Words, ...], env: dict[str, str], flow: str, image: str, remote: bool) -> None:
        """Go inwards as long as something is wrapped, then record what runs."""
        while len(layers) < MAX_LAYERS:
            peels = peel(layers[-1])
            if not peels:
                break
            only = peels[0]
            if len(peels) > 1 or not only.argv or only.soft or only.keep:
                self._several(peels[:MAX_PEELED], layers, env, flow, image, remote)
                return
            env = _environment(layers[-1], only.argv, env)
            layers, image, remote = (*layers, named(only.argv)), only.image or image, remote or only.remote
        self._record(layers, env, flow, image, remote)
        self._standard_input(layers, flow, remote)

    def _several(
        self, peels: list[Peel], layers: tuple[Words, ...], env: dict[str, str], flow: str, image: str, remote: bool
    ) -> None:
        """Several inner commands, scripts, or ones that are told beside their wrapper."""
        if peels[0].keep:
            self._record(layers, env, flow, peels[0].image or image, remote)
        for one in peels:
            if not self.emitter.spend():
                return
            into = one.soft or flow
            if one.script:
                self.emitter.enter(one, layers, self.way.level, into, self.place, self.way.depth)
            elif one.argv:
                self.run((*layers, named(one.argv)), env, into, one.image or image, remote or one.remote)

    def _record(self, layers: tuple[Words, ...], env: dict[str, str], flow: str, image: str, remote: bool) -> None:
        emitter, level = self.emitter, self.way.level
        if emitter.budget.commands <= 0:
            return
        start, end = emitter.place
        if emitter.base >= 0:
            start = emitter.source.offset(self.place[0]) + emitter.base
            end = emitter.source.offset(self.place[1]) + emitter.base
        emitter.tell(
            layers,
            flow,
            start,
            end,
            env=env,
            stdout_to="|" if emitter.pipe is not None else emitter.output(self.whole, level),
            pipe_to=emitter.next_argv(level) if emitter.pipe is not None else (),
            image=image,
            remote=remote,
            folder=level.folder,
        )

    def _standard_input(self, layers: tuple[Words, ...], flow: str, remote: bool) -> None:
        """A here-document or here-string that a shell, ssh or Python reads as its script, and Python's `-c`."""
        argv = layers[-1]
        level, depth = self.way.level, self.way.depth
        if argv[0] == "python" and argv[1:2] == ("-c",) and len(argv) > 2:
            self.emitter.enter(Peel(script=argv[2], dialect="python"), layers, level, flow, self.place, depth)
            return
        if not _reads_script(argv):
            return
        text = self._piped_in(level)
        if text:
            errexit = argv[0] in SHELLS and any(word[:1] == "-" and word[:2] != "--" and "e" in word for word in argv[1:])
            dialect = "bash" if argv[0] == "ssh" else argv[0]
            one = Peel(script=text, dialect=dialect, errexit=errexit, remote=remote or argv[0] == "ssh")
            self.emitter.enter(one, layers, level, flow, self.place, depth)

    def _piped_in(self, level: Level) -> str:
        source = self.emitter.source
        for node in (self.whole, self.emitter.redirect):
            for redirect in node.children_by_field_name("redirect") if node is not None else ():
                if redirect.type == "heredoc_redirect":
                    body = next((child for child in redirect.named_children if child.type == "heredoc_body"), None)
                    return source.shown(body.start_byte, body.end_byte) if body is not None else ""
                if redirect.type == "herestring_redirect" and redirect.named_child_count:
                    return text_of(redirect.named_children[-1], source, level.scope)
        return ""


def _reads_script(argv: Words) -> bool:
    """Whether a command reads a script from its standard input."""
    if argv[0] == "python":
        return len(argv) == 1 or argv[1] == "-"
    if argv[0] == "ssh":
        return True
    if argv[0] not in SHELLS:
        return False
    rest = argv[operand(argv, 1, frozenset({"-o", "-O", "+o"})) :]
    return not rest or "-s" in argv or rest[0] == "-"


def _environment(outer: Words, inner: Words, env: dict[str, str]) -> dict[str, str]:
    """The variables that `env`, `sudo` and their kin set for the command they run."""
    if outer[0] not in _ENVIRONMENT:
        return env
    words = outer[1 : max(1, len(outer) - len(inner))]
    more = {found[1]: found[2] for word in words if (found := _ASSIGNMENT.fullmatch(word))}
    return {**env, **more} if more else env
