"""Which variables and secrets stand behind words that cannot be known."""

from __future__ import annotations

import pytest

from opslint.model.activity import Command
from opslint.resolve.shell.commands import commands_of


def last(script: str, **more: object) -> Command:
    """The last command of a script."""
    return commands_of(script, **more)[-1]  # type: ignore[arg-type]  # keywords of commands_of


@pytest.mark.parametrize(("script", "variables", "names"), [
    ('curl -d x "$SLACK_WEBHOOK_URL"', {}, ("SLACK_WEBHOOK_URL",)),
    ('curl "${SLACK_WEBHOOK_URL:-}"', {}, ("SLACK_WEBHOOK_URL",)),
    ("curl ${{ secrets.slack-url }}", {}, ("SLACK_URL",)),
    ("curl ${{ secrets['SLACK'] }}", {}, ("SLACK",)),
    ('curl "$URL"', {"URL": "${{ secrets.SLACK }}"}, ("SLACK",)),
    ('curl "$URL"', {"URL": "https://example.org"}, ()),
    ('curl "$URL"', {"URL": "…"}, ("URL",)),
    ('login -p "$T"', {"T": "${{ github.token }}"}, ("GITHUB_TOKEN",)),
    ('login -p "${{ inputs.password }}"', {}, ("INPUTS.PASSWORD",)),
    ('login -p "${{ steps.ecr.outputs.password }}"', {}, ()),
    ('P=$(aws ecr get-login-password --region "$R")\nlogin -p "$P"', {}, ()),
    ('login -p "$(vault read -field=x "$PATH_IN_VAULT")"', {}, ()),
    ('login -p "`cat "$F"`"', {}, ()),
    ('url="$BASE/hook"\nagain="$url"\ncurl "$again"', {}, ("BASE",)),
    ('f() { curl "$1"; }\nf "$SLACK"', {}, ("SLACK",)),
    ('f() { curl "$1"; }\nf plain', {}, ()),
    ("login --password-stdin <<< \"$PW\"", {}, ("PW",)),
    ('echo "$PW" | login --password-stdin', {}, ("PW",)),
    ('if echo "$PW" | login --password-stdin; then :; fi', {}, ("PW",)),
    ("cat <<EOF | login --password-stdin\n$PW\nEOF", {}, ("PW",)),
    ('echo "$A" | cat\ncurl "$B"', {}, ("B",)),
    (r'curl "\$NOT"', {}, ()),
    ("curl https://example.org", {}, ()),
])
def test_names_are_those_of_what_stays_unknown_when_a_command_uses_them(
    script: str, variables: dict[str, str], names: tuple[str, ...]
) -> None:
    assert last(script, variables=variables).variables == names


def test_names_of_arguments_are_handed_in_when_a_script_is_followed() -> None:
    assert last('curl "$1"', arguments=("…",), names=("SLACK",)).variables == ("SLACK",)
    assert last('curl "$1"', arguments=("https://example.org",), names=("SLACK",)).variables == ()


def test_output_is_told_when_a_here_document_is_written_to_a_file() -> None:
    found = last('cat <<EOF > ~/.docker/config.json\n{"auth": "$AUTH"}\nEOF')
    assert (found.stdout_to, found.variables) == ("~/.docker/config.json", ("AUTH",))


def test_filters_are_stepped_over_when_a_pipe_goes_on() -> None:
    found = commands_of("kubectl kustomize x | envsubst | sed s/a/b/ | kubectl apply -f -")
    assert found[0].pipe_to == ("kubectl", "apply", "-f", "-")
    assert commands_of("a | sed s/a/b/")[0].pipe_to == ("sed", "s/a/b/")


CASES = """
build() { docker build .; }
case "$1" in
  test|t) pytest ;;
  deploy) kubectl apply -f x ;;
  b*) build ;;
  *) usage ;;
esac
"""


@pytest.mark.parametrize(("arguments", "runs"), [
    (("test",), ["pytest"]),
    (("t", "-q"), ["pytest"]),
    (("build",), ["docker"]),
    (("other",), ["usage"]),
    ((), ["usage"]),
    (("…",), ["pytest", "kubectl", "docker", "usage"]),
    (None, ["pytest", "kubectl", "docker", "usage"]),
])
def test_case_leads_to_one_branch_when_its_word_is_known(arguments: tuple[str, ...] | None, runs: list[str]) -> None:
    assert [one.argv[0] for one in commands_of(CASES, arguments=arguments)] == runs


def test_case_walks_every_branch_when_one_falls_through() -> None:
    assert [one.argv[0] for one in commands_of("case a in a) one ;& b) two ;; esac")] == ["one", "two"]
