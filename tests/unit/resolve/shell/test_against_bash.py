"""What a block's command does to it, told as bash itself does it."""

from __future__ import annotations

import shutil
import subprocess
from functools import lru_cache

import pytest

from opslint.resolve.shell import commands_of

BASH = shutil.which("bash")

BLOCKS = [
    "tool",
    "tool || true",
    "tool || :",
    "tool || echo bad",
    "tool || exit 0",
    "tool || exit 1",
    "tool || exit",
    "tool; true",
    "tool\ntrue",
    "tool; exit 0",
    "tool\nexit",
    "tool; echo $?",
    "tool || echo $?; exit 0",
    "tool || false",
    "tool || (exit 0)",
    "tool || { true; exit; }",
    "tool || { exit $?; }",
    "tool || { echo bad; exit 1; }",
    "tool || { echo bad; }",
    "tool || (echo bad; exit 1)",
    "tool || tool",
    "tool || tool || true",
    "tool && true",
    "tool && echo ok",
    "tool && echo ok || echo bad",
    "tool && echo ok\necho end",
    "echo a && tool",
    "echo a && tool\necho end",
    "true && tool; echo end",
    "tool && tool && true",
    "false || tool",
    "tool && exit 0\nexit 1",
    "tool && exit 0\necho bad\nexit 1",
    "tool && exit 0\necho bad",
    "set +e; tool",
    "set +e; tool; true",
    "set +e\ntool\nexit",
    "set +e\ntool\nexit $?",
    "set +e\ntool\nrc=$?\nexit $rc",
    "set +e\ntool\nrc=$?\necho done\nexit 0",
    "set +e\ntool\nrc=$?\nset -e\nif [ $rc -ne 0 ]; then exit 1; fi",
    "set +e\ntool\n[ $? -eq 0 ]",
    "set +e\ntool\nif [ $? -ne 0 ]; then exit 1; fi",
    "set +e\ntool\nif [ $? -ne 0 ]; then echo bad; fi",
    "set +e\ntool\ntest $? -eq 0 || exit 1",
    "set +e\ntool\nrc=$?\necho $rc\ntest $rc -eq 0",
    "set -e; set +e; tool; set -e",
    "set +o errexit; tool; true",
    "set -o errexit; tool; true",
    "set -eu; tool; true",
    "if tool; then echo ok; fi",
    "if ! tool; then echo bad; fi",
    "if ! tool; then exit 1; fi",
    "if tool; then :; else exit 1; fi",
    "if tool; then exit 0; fi\nexit 1",
    "if tool; then exit 0; fi\necho bad",
    "if tool; then exit 0; fi\necho bad\nfalse",
    "if true; then tool; fi",
    "if true; then tool || true; fi",
    "if false; then :; else tool; fi",
    "if false; then :; elif tool; then :; fi",
    "if false; then :; elif ! tool; then exit 2; fi",
    "if [ -n x ] && tool; then echo ok; fi",
    "if [ -n x ] && ! tool; then exit 1; fi",
    "if tool; then\n  echo ok\nelse\n  echo bad\nfi\nexit 0",
    "tool | cat",
    "tool | tee /dev/null",
    "set -o pipefail; tool | cat",
    "set -o pipefail; tool | cat || true",
    "cat /dev/null | tool",
    "! tool\necho x",
    "tool > /dev/null 2>&1",
    "cat <<EOF | tool\nx\nEOF",
    "tool <<EOF\nx\nEOF",
    "tool &",
    "tool & wait",
    "tool & wait $!",
    "tool & pid=$!\nwait $pid",
    "tool & pid=$!\nwait $pid || true",
    "(tool)",
    "(tool) || true",
    "(tool; true)",
    "(set +e; tool; true)",
    "{ tool; }",
    "{ tool; } || true",
    "{ tool; true; }",
    "f() { tool; }\nf",
    "f() { tool; true; }\nf",
    "f() { tool; return 0; }\nf",
    "f() { tool || return 1; }\nf",
    "f() { tool || return 0; }\nf",
    "f() { tool; }\nf || true",
    "f() { tool\n echo x; }\nif f; then echo ok; fi",
    "f() (tool)\nf",
    "f() { tool; local r=$?; return $r; }\nset +e\nf",
    "f() { if tool; then return 0; fi; return 1; }\nf",
    "f() { tool && return 0; echo bad; return 1; }\nf",
    "f() { tool && return 0; echo bad; }\nf",
    "x=$(tool)",
    "x=$(tool || true)",
    "x=$(tool) || true",
    "x=$(tool) || exit 3",
    "x=$(tool) ; echo $x",
    "export X=$(tool)",
    "declare X=$(tool)",
    "readonly X=$(tool)",
    "f() { local x=$(tool); }\nf",
    "f() { local x; x=$(tool); }\nf",
    "echo $(tool)",
    'echo "$(tool)"',
    "x=$(tool 2>&1) || { echo $x; exit 1; }",
    "if ! x=$(tool); then exit 1; fi",
    "if x=$(tool); then echo ok; fi",
    "trap 'exit 0' EXIT\ntool",
    "trap 'exit 0' ERR\ntool",
    "trap 'echo bye' EXIT\ntool",
    "trap 'exit 0' INT\ntool",
    "trap 'true' ERR\ntool",
    "for i in 1 2; do tool; done",
    "for i in 1 2; do tool; done; true",
    "for i in 1 2; do tool || true; done",
    "for i in 1 2; do tool && break; done; echo",
    "for n in 1 2; do tool && exit 0; done; exit 1",
    "for n in 1 2; do tool && exit 0; done; echo bad",
    "for n in 1 2; do tool || exit 1; done",
    "while tool; do break; done",
    "while ! tool; do exit 1; done",
    "while true; do tool; break; done",
    "n=0\nuntil tool; do n=$((n+1)); [ $n -ge 2 ] && exit 1; done",
    "case x in x) tool;; esac",
    "case x in x) tool || true;; esac",
    "case x in y) true;; *) tool;; esac",
    "failed=0\ntool || failed=1\nexit $failed",
    "failed=0\ntool || failed=1\n[ $failed -eq 0 ]",
    "failed=0\ntool || failed=1\nif [ $failed -ne 0 ]; then echo bad; fi",
    "failed=0\ntool || failed=1\nif [ $failed -ne 0 ]; then exit 1; fi",
    "failed=''\nfor t in a b; do tool || failed=\"$failed $t\"; done\n[ -z \"$failed\" ]",
    "time tool",
    "time tool || true",
    "((i=1)); tool",
    "eval tool",
    "exec 3>&1; tool",
]


@lru_cache(maxsize=1024)
def _fails(block: str, pipefail: bool, status: int) -> bool:
    """Whether bash fails on a block in which `tool` is a function that gives a status; nothing else of it does anything."""
    assert BASH is not None
    options = ["-o", "pipefail"] if pipefail else []
    drain = "cat >/dev/null; " if "| tool" in block else ""  # who writes to a tool that is gone already may die of it
    script = f"tool() {{ {drain}return {status}; }}\n{block}\n"
    argv = [BASH, "--noprofile", "--norc", "-e", *options, "-c", script]
    return subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False).returncode != 0


@pytest.mark.skipif(BASH is None, reason="no bash here")
@pytest.mark.parametrize(
    ("block", "pipefail"), [(block, pipefail) for block in BLOCKS for pipefail in (False, True) if not pipefail or " | " in block]
)
def test_command_blocks_exactly_where_bash_fails_when_it_fails(block: str, pipefail: bool) -> None:
    assert not _fails(block, pipefail, 0), "a block of this table goes well where the tool does"
    told = [one for one in commands_of(block, errexit=True, pipefail=pipefail) if one.argv[0] == "tool"]
    assert told
    assert any(one.blocking for one in told) is _fails(block, pipefail, 1)
