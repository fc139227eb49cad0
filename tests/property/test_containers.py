"""Whatever a Dockerfile, a Compose or bake file, a PowerShell or a Node script says, following it ends, soon and without an error."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from opslint.parse.discovery.discover import read_repository
from opslint.resolve.activities import resolve
from opslint.resolve.follow.containers.stages import pairs_in, tree_folder, within
from opslint.resolve.follow.containers.values import filled, options
from opslint.resolve.follow.scripts.node import node_led
from opslint.resolve.follow.scripts.powershell import without_switches
from opslint.resolve.shell import commands_of
from opslint.resolve.shell.dialects.blocks import blocks_of, code_of, without_unused
from opslint.source.trees.memory import MemoryTree

LIMIT = 30
"""Seconds of processor time that only a blow-up takes, on the slowest machine."""


def texts(*words: str) -> st.SearchStrategy[str]:
    """Texts made of some words."""
    return st.lists(st.sampled_from(words), max_size=40).map("".join)


DOCKERFILE = texts("FROM x", " AS a", "FROM a", "\n", "RUN ", "--mount=type=bind,target=.", "--mount=from=a", " \\\n", "# c\n", "<<EOF",
                "EOF",
                   "COPY . .", "COPY --from=a / /", "COPY a b c", "WORKDIR $A", "ENV A=", '"', "'", "ARG A", "SHELL [", '"sh"', "]",
                "$A", "${A:-b}",
                   "pytest", "ONBUILD ", "é", "`", "[", "..", "/")
COMPOSE = texts("services:\n", "  a:\n", "  b:\n", "    build: .\n", "    build: {context: ., target: a}\n", "    command: pytest\n",
                "    image: x\n",
                "    extends: {service: b}\n", "    extends: a\n", "    depends_on: [a, b]\n", "    volumes: ['.:/x', {}]\n",
                "include: [compose.yaml]\n",
                "    entrypoint: '${A\n", "    environment: [A, B=$C]\n", "    profiles: [x]\n", "[", "&a ", "*a", "\n")
BAKE = texts('target "a" {', '\n', "}", 'group "default" { targets = ["a"] }', 'inherits = ["a"]', 'target = "a"', 'variable "V" {',
                "default = ", '"${V}"',
             "context = ", "args = {", "<<E", "[", '"', "# x")
POWERSHELL = texts("function f {", "}", "{", "if ($X) ", "else ", "f", "\n", ";", "dotnet test", "$LASTEXITCODE", "param([switch]$X)",
                "'", '"', "@'", "'@",
                   "<#", "#>", "`\n", "|", "||", "&&", "&", "${a}", "iex 'x'", "bash -c 'make'", "cmd /c x", "(", ")", "é")
NODE = texts("execSync(", "spawn(", "'", '"', "`", "$`", "${", "}", "bandit", "//", "/*", "*/", "\n", "[", "]", ",", ")", "\\", "zx", "é")
STEPS = """\
on: push
jobs:
  a:
    runs-on: x
    steps:
      - run: |
          docker build .
          docker compose up
          docker compose run a x
          docker buildx bake
          pwsh ./x.ps1
          node x.js
      - uses: docker/bake-action@v6
      - uses: docker/build-push-action@v6
"""


@settings(max_examples=60, deadline=None)
@given(DOCKERFILE, COMPOSE, BAKE, POWERSHELL, NODE)
def test_following_ends_when_the_files_are_strange(docker: str, compose: str, bake: str, powershell: str, node: str) -> None:
    files = {"Dockerfile": docker, "compose.yaml": compose, "docker-bake.hcl": bake, "x.ps1": powershell, "x.js": node}
    tree = MemoryTree({".github/workflows/ci.yml": STEPS, **files})
    before = time.process_time()
    for activity in resolve(read_repository(tree), tree).activities:
        hop = activity.chain[-1]
        text = files.get(hop.path)
        assert hop.line >= 1
        assert text is None or hop.line <= text.count("\n") + 1
    assert time.process_time() - before < LIMIT


@settings(max_examples=300, deadline=None)
@given(POWERSHELL)
def test_blanking_keeps_every_offset(text: str) -> None:
    code = code_of(text)
    assert len(code) == len(text) == len(without_unused(text, code, blocks_of(code))) == len(without_switches(text, ()))
    assert all(block.open < block.close <= len(text) for block in blocks_of(code))
    for command in commands_of(text, shell="pwsh"):
        assert 0 <= command.offset <= command.end <= len(text)


@settings(max_examples=300, deadline=None)
@given(texts("$", "{", "}", "A", ":-", "+", "b", "=", '"', "'", "\\", " ", "-f", "--x", "/", ".."), NODE)
def test_small_readers_take_every_text(text: str, program: str) -> None:
    assert "${A}" not in filled(text, {"A": "b"})
    assert all("=" not in name for name in pairs_in(text, {}))
    assert within("/a", text).startswith(("/", "…"))
    assert isinstance(tree_folder(text, [("/a", "b")]), str)
    given_options, rest = options(tuple(text.split()), frozenset({"-f"}))
    assert sum(map(len, given_options.values())) + len(rest) <= len(text.split())
    node_led("x.js", program, "")


def test_long_lines_are_read_in_linear_time() -> None:
    before = time.process_time()
    for text in ('"' * 60_000, "`" * 60_000, "$`" * 30_000, "${" * 30_000, "execSync('" * 20_000, "a" * 100_000, "{" * 60_000,
                "f{" * 20_000, "'" * 60_001):
        node_led("x.js", "exec" + text, "")
        commands_of(text, shell="pwsh")
        filled(text, {})
        pairs_in("A=" + text, {})
    assert time.process_time() - before < LIMIT
