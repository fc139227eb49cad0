"""Bazel: what literal rules run that `bazel run` and `bazel test` name: shell and Python programs, genrules, aliases, suites."""

from __future__ import annotations

import ast

import msgspec

from opslint.model.activity import Hop
from opslint.resolve.follow.follower import Lead, Led
from opslint.resolve.follow.runners.written import UNKNOWN, inside
from opslint.resolve.jobs.places import Files
from opslint.source.span import Span

MAX_TEXT = 512 * 1024
MAX_TARGETS = 100
MAX_NESTING = 6

_VERBS = frozenset({"run", "test", "build", "coverage"})
_SHELL = frozenset({"sh_binary", "sh_test"})
_PYTHON = frozenset({"py_binary", "py_test"})
_FOLLOWED = {"alias": ("actual",), "test_suite": ("tests",), "multirun": ("commands",), "command": ("command",), "filegroup": ("srcs",)}
_OWN = {"buildifier": "buildifier", "buildifier_test": "buildifier", "gazelle": "gazelle", "gazelle_test": "gazelle"}
"""Rules that are a tool themselves, of which `mode` says whether it checks or mends."""


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One rule that has a literal name. `strings` are its literal attributes, `lists` those that are lists of strings."""

    rule: str
    line: int
    strings: dict[str, str]
    lists: dict[str, tuple[str, ...]]


def follow(argv: tuple[str, ...], folder: str, env: dict[str, str], files: Files) -> Led | None:
    """The programs of the targets named; None where none of them is written out in a BUILD file of the tree.

    Source: Bazel, "Commands and Options" (run, test), "Shell Rules", "Python Rules", "General Rules"; buildifier's and gazelle's rules.
    """
    del env
    words = [word for word in argv[1:] if not word.startswith("-")]
    if not words or words[0] not in _VERBS or UNKNOWN in folder:
        return None
    verb = words[0]
    after = argv[argv.index(verb) + 1 :]
    named = after[: after.index("--")] if "--" in after else after
    targets = [word for word in named if word.startswith(("//", ":", "@//")) or (verb == "run" and not word.startswith(("-", "@")))]
    given = after[len(named) + 1 :] if verb == "run" else ()
    run = _Run(files, verb)
    for target in targets[: 1 if verb == "run" else 50]:
        run.label(target, folder, given, (), 0)
    return Led(leads=tuple(run.leads)) if run.leads else None


class _Run:
    """One run of bazel: what was told so far."""

    def __init__(self, files: Files, verb: str) -> None:
        self.files = files
        self.verb = verb
        self.leads: list[Lead] = []
        self._told: set[tuple[str, str]] = set()

    def label(self, label: str, folder: str, given: tuple[str, ...], via: tuple[Hop, ...], depth: int) -> None:
        """What a target runs; nothing for one of another repository, a pattern, or one no BUILD file writes out."""
        from opslint.resolve.shell.state import joined

        place, colon, name = label.removeprefix("@").partition(":")
        package = place.removeprefix("//") if place.startswith("//") else joined(folder, place) if place else folder
        name = name if colon else package.rpartition("/")[2]
        if "..." in label or UNKNOWN in package + name or (package, name) in self._told:
            return
        if len(self._told) >= MAX_TARGETS or depth > MAX_NESTING:
            return
        self._told.add((package, name))
        path = next((one for file in ("BUILD.bazel", "BUILD") if self.files.tree.has(one := inside(package, file))), "")
        targets = self.files.kept(("bazel", path), lambda: _targets((self.files.text(path) or "")[:MAX_TEXT])) if path else {}
        target = targets.get(name)
        if target is None:
            return
        hop = Hop(path=path, line=target.line, text=f'{target.rule}(name = "{name}")')
        for key in _FOLLOWED.get(target.rule, ()):
            for other in (*target.lists.get(key, ()), *((target.strings[key],) if key in target.strings else ())):
                self.label(other, package, given, (*via, hop), depth + 1)
        if target.rule in _OWN:
            self._own(target, path, via)
        elif target.rule in _SHELL | _PYTHON and self.verb != "build":
            self._program(target, package, name, (*via, hop), given)
        elif target.rule == "genrule" and "cmd" in target.strings:
            script = _made(target.strings["cmd"])
            span = Span(path=path, line=target.line)
            self.leads.append(Lead(script=script, span=span, errexit=True, pipefail=True, shell="bash", via=via))  # noqa: S604  starts no process

    def _own(self, target: Target, path: str, via: tuple[Hop, ...]) -> None:
        mode = target.strings.get("mode", "check" if target.rule.endswith("_test") else "fix")
        checks = mode in ("check", "diff") or target.rule.endswith("_test")
        script = f"{_OWN[target.rule]} -mode={mode if not checks or mode != 'fix' else 'check'}"
        self.leads.append(Lead(script=script, span=Span(path=path, line=target.line), via=via))

    def _program(self, target: Target, package: str, name: str, via: tuple[Hop, ...], given: tuple[str, ...]) -> None:
        """The script of a shell or Python rule."""
        from opslint.resolve.follow.scripts.paths import follow as follow_script

        source = target.strings.get("main") or next((one for one in target.lists.get("srcs", ()) if not one.startswith((":", "@"))), "")
        if target.rule in _PYTHON and not target.strings.get("main") and f"{name}.py" in target.lists.get("srcs", ()):
            source = f"{name}.py"
        source = source.removeprefix(f"//{package}:").removeprefix(":")
        if not source or source.startswith("//"):
            return
        arguments = (*target.lists.get("args", ()), *given)
        program = ("bash",) if target.rule in _SHELL and "." not in source.rpartition("/")[2] else ()
        led = follow_script((*program, f"./{inside(package, source)}", *arguments), "", {}, self.files)
        for lead in led.leads if led is not None else ():
            self.leads.append(msgspec.structs.replace(lead, folder="", via=via, copied=True))


def _made(command: str) -> str:
    """A genrule's command: `$$` is the shell's `$`, `$(location x)` and other variables of make are unknown."""
    from re import sub

    text = command.replace("$$", "\x02")
    return sub(r"\$(?:\([^()]*\)|[@<])", UNKNOWN, text).replace("\x02", "$")


def _targets(text: str) -> dict[str, Target]:
    """The rules of a BUILD file that are written out; the language is close enough to Python to be read as such."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    constants = {
        node.targets[0].id: node.value for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    found: dict[str, Target] = {}
    for node in tree.body:
        call = node.value if isinstance(node, ast.Expr) else None
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            continue
        strings: dict[str, str] = {}
        lists: dict[str, tuple[str, ...]] = {}
        for keyword in call.keywords:
            value = constants.get(keyword.value.id) if isinstance(keyword.value, ast.Name) else keyword.value
            if keyword.arg is None:
                continue
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                strings[keyword.arg] = value.value
            elif isinstance(value, ast.List):
                lists[keyword.arg] = tuple(
                    one.value for one in value.elts if isinstance(one, ast.Constant) and isinstance(one.value, str)
                )
        if "name" in strings:
            found[strings["name"]] = Target(rule=call.func.id, line=call.lineno, strings=strings, lists=lists)
    return found
