"""Whatever the text, the shell layer answers, quickly, with places inside the text."""

from __future__ import annotations

import string

from hypothesis import given, settings
from hypothesis import strategies as st

from opslint.resolve.shell import commands_of

FRAGMENTS = st.sampled_from(
    [
        "if ",
        "then ",
        "else ",
        "elif ",
        "fi",
        "for x in ",
        "do ",
        "done",
        "while ",
        "until ",
        "case x in ",
        "esac",
        "a) ",
        ";;",
        "{ ",
        "}",
        "(",
        ")",
        "((",
        "))",
        "[[ ",
        "]]",
        "[ ",
        "]",
        "$(",
        "`",
        "${",
        "}",
        "$x",
        '"',
        "'",
        "\\",
        "\n",
        ";",
        "&",
        "&&",
        "||",
        "|",
        "!",
        "<<EOF\n",
        "\nEOF\n",
        "<<<",
        "<(",
        ">",
        ">>",
        "2>&1",
        "a=",
        "a=(",
        "function f ",
        "f() ",
        "f",
        "set -e",
        "set +e",
        "exit 1",
        "exit",
        "return",
        "trap 'x' EXIT",
        "${{ x }}",
        "${{ ",
        "}}",
        "$[[ x ]]",
        "{{x}}",
        "sudo ",
        "env A=b ",
        "bash -c '",
        'python -c "',
        "docker run ",
        "xargs ",
        "find . -exec ",
        "ssh h ",
        "eval ",
        "npx ",
        "é",
        "…",
        "\x00",
        "\x01",
        "\ud800",
        "# c",
        "pytest ",
        "go run ",
        "uv run ",
        "$@",
        '"$@"',
        'f "$@"',
    ]
)
TEXTS = st.one_of(
    st.lists(FRAGMENTS, max_size=40).map("".join), st.text(max_size=200), st.text(alphabet=string.printable, max_size=200)
)


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.sampled_from(["bash", "sh", "pwsh", "cmd", "python", "perl"]), st.booleans(), st.booleans())
def test_commands_are_found_without_an_error_and_inside_the_text(text: str, shell: str, errexit: bool, pipefail: bool) -> None:
    for command in commands_of(text, shell=shell, errexit=errexit, pipefail=pipefail, variables={"x": "${{ y }}"}):
        assert command.argv
        assert command.layers[-1] == command.argv
        assert 0 <= command.offset <= command.end <= len(text)
        assert command.line >= 1
        assert command.column >= 1
        assert command.blocking is (not command.soft_why)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.text(alphabet=string.ascii_letters + string.digits + "-_./=:", min_size=1, max_size=12), min_size=1, max_size=6)
)
def test_quoted_words_come_back_as_they_are(words: list[str]) -> None:
    script = "tool-x " + " ".join(f"'{word}'" for word in words)
    assert [command.argv for command in commands_of(script)] == [("tool-x", *words)]


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=string.ascii_letters, min_size=1, max_size=8), st.integers(1, 40))
def test_place_is_where_the_word_stands(word: str, blanks: int) -> None:
    script = "\n" * (blanks % 7) + " " * blanks + "tool-x " + word + "\n"
    found = commands_of(script)[0]
    assert script[found.offset : found.end] == f"tool-x {word}"
    assert (found.line, found.column) == (blanks % 7 + 1, blanks + 1)
