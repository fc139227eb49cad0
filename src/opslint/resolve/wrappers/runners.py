"""Wrappers of the languages: Python modules, node programs, Go and Cargo tools."""

from __future__ import annotations

import re

from opslint.resolve.wrappers.form import Peel, operand, option
from opslint.resolve.wrappers.naming import Words, unpinned
from opslint.resolve.wrappers.tables import (
    CONCURRENTLY_VALUED,
    COVERAGE_VALUED,
    MODULES,
    NODE_COVERAGE_VALUED,
    NPX_VALUED,
    PYTHON_VALUED,
    SCRIPT_NAMES,
    SHORTCUTS,
    YARN_BUILTINS,
)


def _python(argv: Words) -> list[Peel]:
    """`python -m module args`, also with bundled flags (`-Im`, `-bb -m`)."""
    index = 1
    while index < len(argv):
        word = argv[index]
        if word in PYTHON_VALUED:
            index += 2
            continue
        if not word.startswith("-") or word.startswith("--") or len(word) < 2 or word[1] in "cWX":
            return []
        if "m" in word[1:]:
            attached = word[word.index("m") + 1 :]
            rest = (attached, *argv[index + 1 :]) if attached else argv[index + 1 :]
            return [Peel(argv=rest)] if rest and rest[0] != "…" else []
        index += 1
    return []


def _module(argv: Words) -> list[Peel]:
    """`python -m pip_audit` is the program `pip-audit`: the module's form and the program's both stand among the layers."""
    return [Peel(argv=(argv[0].replace("_", "-"), *argv[1:]))]


def _coverage(argv: Words) -> list[Peel]:
    """`coverage run -m pytest` runs pytest; `coverage run script.py` runs the script."""
    index = operand(argv, 1, COVERAGE_VALUED)
    if index >= len(argv) or argv[index] != "run":
        return []
    index += 1
    while index < len(argv) and argv[index].startswith("-"):
        if argv[index] in ("-m", "--module"):
            return [Peel(argv=argv[index + 1 :])] if index + 1 < len(argv) else []
        index += 2 if argv[index] in COVERAGE_VALUED else 1
    return []


def _npx(argv: Words) -> list[Peel]:
    start = operand(argv, 1, NPX_VALUED)
    script = option(argv[:start], ("-c", "--call"))
    if script:
        return [Peel(script=script)]
    rest = argv[start:]
    return [Peel(argv=(unpinned(rest[0]), *rest[1:]))] if rest else []


def _package_runner(argv: Words) -> list[Peel]:
    """`yarn eslint .`, `pnpm vitest`, `yarn run tsc`: programs of node_modules; names of scripts are left to followers."""
    index = operand(argv, 1, frozenset({"--cwd", "-C", "-F", "--filter", "--dir"}))
    if index >= len(argv):
        return []
    word = argv[index]
    if word == "workspace" and index + 2 < len(argv):
        return _package_runner((argv[0], *argv[index + 2 :]))
    if word in ("run", "run-script", "node", "c", "create"):
        if word == "run" and argv[0] != "npm":
            index = operand(argv, index + 1, frozenset())
            if index >= len(argv):
                return []
            word = argv[index]
        else:
            return []
    elif word in YARN_BUILTINS:
        return []
    if word in SCRIPT_NAMES or ":" in word or word in ("…", ".") or "/" in word or word.startswith(tuple("0123456789")):
        return []
    return [Peel(argv=argv[index:])]


def _go(argv: Words) -> list[Peel]:
    """`go run path@version args` runs the path's last element; `go tool x` runs x."""
    if len(argv) > 2 and argv[1] == "tool":
        at = operand(argv, 2, frozenset({"-C", "-modfile"}))
        return [Peel(argv=(argv[at].rpartition("/")[2], *argv[at + 1 :]))] if at < len(argv) else []
    if len(argv) < 3 or argv[1] != "run":
        return []
    index = operand(argv, 2, frozenset({"-C", "-exec", "-ldflags", "-mod", "-modfile", "-tags", "-p", "-gcflags"}))
    if index >= len(argv):
        return []
    path = argv[index].partition("@")[0]
    if "." not in path.partition("/")[0] or path.startswith((".", "/")) or path.endswith(".go"):
        return []
    parts = path.split("/")
    name = parts[-2] if re.fullmatch(r"v\d+", parts[-1]) and len(parts) > 1 else parts[-1]
    return [Peel(argv=(name, *argv[index + 1 :]))]


def _php(argv: Words) -> list[Peel]:
    """`php -d x=y vendor/bin/phpunit` and `php tool.phar` run a program; a script of one's own is none."""
    index = operand(argv, 1, frozenset({"-d", "-c", "-z", "-t"}))
    if index >= len(argv) or any(word in ("-r", "-l", "-S", "-B", "-R", "-F", "-E") for word in argv[1:index]):
        return []
    word = argv[index]
    if word.endswith(".phar"):
        return [Peel(argv=(word.rpartition("/")[2].removesuffix(".phar"), *argv[index + 1 :]))]
    return [Peel(argv=argv[index:])] if "bin/" in word and not word.endswith(".php") else []


def _cargo(argv: Words) -> list[Peel]:
    return [Peel(argv=(argv[0], *argv[2:]))] if len(argv) > 2 and argv[1].startswith("+") else []


def _server_and_test(argv: Words) -> list[Peel]:
    """`start-server-and-test start url test`: two scripts, each an npm script's name or a command."""
    words = [
        word
        for word in argv[1:]
        if not word.startswith("-") and "://" not in word and not re.fullmatch(r"[\d.:]+|https?-get.*", word)
    ]
    return [Peel(script=word if " " in word else f"npm run {word}") for word in words[:4]]


def _concurrently(argv: Words) -> list[Peel]:
    """`concurrently "eslint ." npm:test`: commands and scripts; `npm:lint:*` stays as it is for the follower to write out.

    Source: concurrently, "Command Shortcuts", "Success Conditions".
    """
    rest = argv[operand(argv, 1, CONCURRENTLY_VALUED) :]
    words = rest[: rest.index("--")] if "--" in rest else rest
    names = (option(argv, ("-n", "--names")) or "").split(",")
    wanted = option(argv, ("-s", "--success")) or "all"
    found: list[Peel] = []
    for index, word in enumerate(words[:16]):
        manager, colon, script = word.partition(":")
        run = SHORTCUTS.get(manager, "") if colon and script else ""
        name = names[index] if index < len(names) and names[index] else script.partition(" ")[0] if run else ""
        soft = _spared(wanted, {f"command-{index}", f"command-{name}"})
        if run and "*" in script:
            if len(argv) == 2:
                return []  # this one is what is left to follow
            found.append(Peel(argv=(argv[0], word), soft=soft))
        else:
            found.append(Peel(script=f"{run} {script}" if run else word, soft=soft))
    return found


def _yarn_run(argv: Words) -> list[Peel]:
    """`run -T eslint .` in a script of Yarn 2: a program of the top-level workspace."""
    top = len(argv) > 2 and argv[1] in ("-T", "--top-level", "-B", "--binaries-only", "-TB", "-BT")
    return [Peel(argv=argv[operand(argv, 1, frozenset()) :])] if top and operand(argv, 1, frozenset()) < len(argv) else []


def _rush_by_node(argv: Words) -> list[Peel]:
    """`node common/scripts/install-run-rush.js x` is `rush x` of the version the repository asks for."""
    name = argv[1].rpartition("/")[2] if len(argv) > 2 else ""
    program = {"install-run-rush.js": "rush", "install-run-rushx.js": "rushx"}.get(name, "")
    return [Peel(argv=(program, *argv[2:]))] if program else []


def _node_coverage(argv: Words) -> list[Peel]:
    """`c8 npm test`, `nyc -r lcov mocha`: what they measure; `report` and its kin run nothing."""
    rest = argv[operand(argv, 1, NODE_COVERAGE_VALUED) :]
    return [Peel(argv=rest)] if rest and rest[0] not in ("report", "check-coverage", "instrument", "merge") else []


def _spared(wanted: str, names: set[str]) -> str:
    """Why a command's failure does not count by `--success`, "" where it does."""
    left_out = wanted.startswith("!command-") and wanted[1:] in names
    other = wanted.startswith("command-") and wanted not in names
    return f"concurrently --success {wanted} does not count it" if left_out or other else ""


def _project_manager(argv: Words) -> list[Peel]:
    """`hatch test`, `hatch fmt`, `rye lint`, `rye fmt` and `rye test` are pytest and ruff.

    Source: hatch, "Testing", "Static analysis"; rye, "test", "lint", "fmt".
    """
    index = operand(argv, 1, frozenset({"-e", "--env", "-p", "--project"}))
    verb, rest = (argv[index], argv[index + 1 :]) if index < len(argv) else ("", ())
    if verb == "test":
        return [Peel(argv=("pytest", *rest), keep=True)]
    if verb == "lint" and argv[0] == "rye":
        return [Peel(argv=("ruff", "check", *rest), keep=True)]
    if verb != "fmt":
        return []
    if argv[0] == "rye":
        return [Peel(argv=("ruff", "format", *rest), keep=True)]
    judged = "--check" in rest
    linted = Peel(argv=("ruff", "check") if judged else ("ruff", "check", "--fix"), keep=True)
    formatted = Peel(argv=("ruff", "format", "--check") if judged else ("ruff", "format"), keep=True)
    only_lint, only_format = {"-l", "--linter"} & set(rest), {"-f", "--formatter"} & set(rest)
    return [one for one, left_out in ((linted, only_format), (formatted, only_lint)) if not left_out]


RUNNERS = {
    "hatch": _project_manager,
    "rye": _project_manager,
    **dict.fromkeys(MODULES, _module),
    "python": _python,
    "pypy": _python,
    "coverage": _coverage,
    "npx": _npx,
    "yarn": _package_runner,
    "jlpm": _package_runner,
    "pnpm": _package_runner,
    "bun": _package_runner,
    "go": _go,
    "cargo": _cargo,
    "php": _php,
    "start-server-and-test": _server_and_test,
    "start-test": _server_and_test,
    "concurrently": _concurrently,
    "conc": _concurrently,
    "node": _rush_by_node,
    "run": _yarn_run,
    "c8": _node_coverage,
    "nyc": _node_coverage,
}
