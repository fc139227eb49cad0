"""Whatever the files of task runners say, following them ends, soon and without an error."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import resolve
from opslint.resolve.follow.follower import MAX_FOLLOWED
from opslint.source.trees.memory import MemoryTree

LIMIT = 30
"""Seconds of processor time that only a blow-up takes, on the slowest machine."""

RUNS = {
    "Makefile": "make a b",
    "justfile": "just a b",
    "Taskfile.yml": "task a b",
    "mise.toml": "mise run a",
    "Earthfile": "earthly +a",
    "BUILD": "bazel run //:a",
    "magefile.go": "mage a",
    "lefthook.yml": "lefthook run a",
    ".trunk/trunk.yaml": "trunk check",
    "devbox.json": "devbox run a",
    ".dagger/main.go": "dagger call a",
}
PIECES = {
    "Makefile": [
        "a:", "b:", "a%:", "::", " b", "\n", "\t", "$(A)", "${B", "A=", "B:=", "+=", "$(call A,$(A))", "$(foreach x,a b,", ")",
        "$(eval $(A))", "$(eval A=$(A)$(A))", "include *\n", "define A\n", "endef\n", "ifeq (", "$(A),)", "else\n", "endif\n", "\\", "%",
        ";", "#", "$(MAKE) a", ".ONESHELL:\n", "export ", "$(A:x=y)", "$$", "é", "|", ".IGNORE:",
    ],
    "justfile": [
        "a:", "b x='1':", " b", " (a x)", "&& b", "\n", "  ", "{{", "}}", "x := ", "x", "'", '"', "'''", "`", "if x == 'a' {", "}",
        " else ", "(", ")", "+", "/", "[script]\n", "#!/bin/sh\n", "set shell := ['bash', '-c']\n", "import 'justfile'\n", "mod b\n",
        "alias b := a\n", "@", "-", "*args", "$", "\\", "é", "mypy", "just a",
    ],
    "Taskfile.yml": [
        "tasks:\n", "  a:\n", "  b:\n", "  '*':\n", "    cmds:\n", "    deps: [a, b]\n", "      - task: b\n", "      - for: [x, y]\n",
        "        cmd: mypy {{.ITEM}}\n", "vars: {A: '{{.B}}', B: '{{.A}}{{.A}}'}\n", "includes: {b: .}\n", "      - mypy {{.A}}\n",
        "  a: task a\n", "      - defer: {task: a}\n", "{{", "}}", "\n", "  é: [1]\n", "      - |\n        x\n        y\n",
    ],
    "mise.toml": [
        "[tasks]\n", "[tasks.a]\n", "[tasks.'a:b']\n", "run = ", '"mypy"\n', "[\n", "]\n", "'''\n", "depends = ['*', 'a', '**']\n",
        "a = ", "{ task = 'a' }", ",", "1\n", '"mise run a"\n', "[task_config]\n", "includes = ['.', 'mise.toml']\n", "é", "\\",
    ],
    "Earthfile": [
        "a:\n", "b:\n", "\n", "RUN ", "--push ", "mypy ", "\\\n", "BUILD +a\n", "BUILD +b --X=$X\n", "FROM +b\n", "COPY . .\n",
        "COPY (+b/x) y\n", "DO +a\n", "ARG X=$X$X\n", "IF [ 1 ]\n", "END\n", "END\n", '["a", ', "BUILD ./*+a\n", "#", "é", "WORKDIR x\n",
        "earthly +a\n",
    ],
    "BUILD": [
        "alias(", "sh_binary(", "name = ", "'a'", "'b'", ", ", "actual = ", "'b'", "srcs = [", "]", ")", "\n", "genrule(", "cmd = ",
        "'$(A)$$'", "X = ", "é", "(",
    ],
    "magefile.go": [
        "//go:build mage\n", "func A() ", "func B() ", "{", "}", "\n", "mg.Deps(", "A", "B", ")", "sh.Run(", '"mypy"', ", ", "`", '"',
        "//", "/*", "*/", "'", "\\", "[]string{", "é", "B()",
    ],
    "lefthook.yml": [
        "a:\n", "  commands:\n", "    x:\n", "      run: mypy {x}\n", "      skip: true\n", "  jobs:\n", "    - run: lefthook run a\n",
        "    - group: {jobs: [{run: x}]}\n", "extends: [lefthook.yml, é]\n", "\n", "  scripts: {x: {runner: bash}}\n",
    ],
    ".trunk/trunk.yaml": [
        "lint:\n", "  enabled:\n", "    - ruff@1\n", "    - x: {}\n", "    - '$(x)'\n", "  disabled: ruff\n", "\n", "é",
    ],
    "devbox.json": [
        "{", "}", '"shell"', ":", '"scripts"', '"a"', '"mypy"', "[", "]", ",", "//", "\n", "/*", "*/", "\\", '"', "é",
    ],
    ".dagger/main.go": [
        "func (m *X) A() ", "{", "}", ".WithExec(", "[]string{", '"mypy"', ",", ")", "A()", "\n", '"', "`", "é",
    ],
}  # fmt: skip
FILES = st.fixed_dictionaries({path: st.lists(st.sampled_from(pieces), max_size=40).map("".join) for path, pieces in PIECES.items()})
WORKFLOW = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n" + "".join(f"          {run}\n" for run in RUNS.values())


@given(FILES)
@settings(max_examples=120)
def test_following_ends_whatever_the_files_say(files: dict[str, str]) -> None:
    tree = MemoryTree({".github/workflows/ci.yml": WORKFLOW, "dagger.json": "{}", **files})
    found = resolve(read_repository(tree), tree).activities
    assert len(found) <= (MAX_FOLLOWED + 1) * len(RUNS)
    assert all(len(activity.chain) <= 90 for activity in found)


HOSTILE = {
    "Makefile": [
        "A = $(B)$(B)\nB = $(C)$(C)\nC = $(D)$(D)\nD = $(A)$(A)\na:\n\tx $(A)\n",
        "a:\n\t$(foreach x,$(foreach y,$(L),$(L)),$(foreach z,$(L),$(x)$(z)))\nL = " + "x " * 3000,
        "define T\n$(eval $(T))$(eval $(T))\nendef\n$(eval $(T))\na:\n\tx\n",
        "a:\n\t" + "$(" * 20_000 + "\n",
        "ifeq (" * 20_000,
        "x" * 200_000 + ":",
        "".join(f"t{number}: {' '.join(f't{other}' for other in range(200))}\n" for number in range(200)) + "a: t0\n",
        "a: " + "$(wildcard */*/*)" * 400,
        "A = x\n" * 40_000 + "".join("A += $(A)\n" for _ in range(2000)) + "a:\n\techo $(A)\n",
        "a" + " " * 100_000 + "b",
        "a:" + ":" * 50_000,
    ],
    "justfile": [
        "x := " + "(" * 50_000,
        "x := " + "'a' + " * 20_000,
        "x := " + "if " * 20_000,
        "a" + " x" * 20_000 + ":",
        "a: " + "(b " * 20_000,
        "".join(f"x{number} := x{number + 1} + x{number + 1}\n" for number in range(60)) + "x60 := 'ab'\na:\n  echo {{x0}}\n",
        "a:\n  " + "{{" * 50_000,
        "[" + "a(" * 50_000 + "\na:\n x",
        "'" * 100_000,
        "a := " + '"' + "\\" * 100_001,
    ],
    "Taskfile.yml": [
        "vars: {" + ", ".join(f"V{n}: '{{{{.V{n + 1}}}}}{{{{.V{n + 1}}}}}'" for n in range(60)) + "}\ntasks: {a: 'echo {{.V0}}'}\n",
        "tasks:\n  a:\n    deps: [" + ", ".join("{for: [1, 2, 3, 4], task: a, vars: {X: '{{.X}}{{.ITEM}}'}}" for _ in range(50)) + "]\n",
        "tasks: {a: '" + "{{" * 50_000 + "'}",
        "tasks: {'" + "*" * 2000 + "b': x, a: y}",
    ],
    "mise.toml": ["[tasks.a]\nrun = 'x'\ndepends = ['" + "*" * 5000 + "']\n",
                  "[" * 50_000, "a." * 20_000 + "b = 1", " " * 100_000, "\"" * 50_000],
    "Earthfile": ["a:\n    RUN " + "--x " * 30_000, "a:\n    BUILD " + "+a " * 20_000, "a:\n    ARG X=" + "$X" * 20_000 + "\n    RUN $X\n",
                  "a:\n" + "    BUILD ./*+a\n" * 3000, "a:\n    RUN \\\n" * 20_000],
    "BUILD": ["(" * 60_000, "alias(name='a', actual=':a')\n" * 3000, "-" * 100_000 + "1"],
    "magefile.go": ["//go:build mage\nfunc A() {" + "x(" * 40_000, "//go:build mage\n" + "func A() {\n" * 20_000,
                    "//go:build mage\n" + "/*" * 60_000,
                    "//go:build mage\nfunc A() { sh.Run(" + '"a",' * 20_000, "//go:build mage\n" + "\"\\" * 60_000,
                    "//go:build mage\nfunc A() {" + "a." * 60_000],
    "devbox.json": ["/*" * 60_000, '"' * 60_000, "," * 100_000, "{" * 60_000, "," + " " * 100_000],
    "lefthook.yml": ["a: {jobs: [" + "{group: {jobs: [" * 300],
}  # fmt: skip


@pytest.mark.parametrize(("path", "number"), [(path, number) for path, texts in HOSTILE.items() for number in range(len(texts))])
def test_following_is_quick_when_a_file_is_hostile(path: str, number: int) -> None:
    tree = MemoryTree({".github/workflows/ci.yml": WORKFLOW, "dagger.json": "{}", path: HOSTILE[path][number]})
    start = time.process_time()
    assert len(resolve(read_repository(tree), tree).activities) <= (MAX_FOLLOWED + 1) * len(RUNS)
    assert time.process_time() - start < LIMIT
