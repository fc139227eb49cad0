"""Composer: the scripts of composer.json."""

from __future__ import annotations

import pytest
from tests.unit.resolve.follow.build.followed import followed, names, places

SCRIPTS = """
{
  "name": "phpstan/psalm",
  "scripts": {
    "check": ["@stan", "@php -d x=1 vendor/bin/phpunit", "App\\\\Script::run", "@putenv A=b", "@composer audit"],
    "stan": "phpstan analyse",
    "fix": ["phpcs", "vendor\\/bin\\/phpcbf"],
    "loop": ["@loop", "psalm"],
    "post-install-cmd": "@php bin/setup.php",
    "empty": [1, {}]
  }
}
"""
FILES = {"composer.json": SCRIPTS}


def test_script_runs_its_entries_and_those_it_names() -> None:
    found = followed("composer check", FILES)
    assert [one.name for one in found] == ["composer", "composer", "phpstan", "phpunit", "composer"]
    assert places(found[2]) == [("composer.json", 4), ("composer.json", 5)]
    assert found[4].command is not None
    assert found[4].command.argv == ("composer", "audit")
    assert found[4].env == {"A": "b"}


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("composer run-script stan -- --debug", ["phpstan"]),
        ("composer run stan", ["phpstan"]),
        ("composer install", ["php"]),
        ("composer install --no-scripts", []),
        ("composer validate", []),
        ("composer normalize", []),
        ("composer empty", []),
        ("composer -d sub stan", []),
        ("composer fix", ["phpcs", "phpcbf"]),
    ],
)
def test_command_runs_the_scripts_of_its_name(run: str, expected: list[str]) -> None:
    assert names(run, FILES) == expected


def test_words_of_the_command_reach_the_script() -> None:
    command = followed("composer stan -- --level max", FILES)[1].command
    assert command is not None
    assert command.argv == ("phpstan", "analyse", "--level", "max")


def test_script_that_names_itself_ends() -> None:
    assert names("composer loop", FILES) == ["composer", "psalm"]


def test_script_that_is_not_there_disables_the_command_when_it_is_asked_for_as_one() -> None:
    assert followed("composer run-script e2e", FILES)[0].disabled == 'composer.json has no script "e2e"'
    assert not followed("composer e2e", FILES)[0].disabled
    assert not followed("composer run-script e2e", {})[0].disabled


@pytest.mark.parametrize("text", ["", "[]", "{", '{"scripts": []}', '{"scripts": {"stan": null}}'])
def test_file_without_scripts_leads_nowhere(text: str) -> None:
    assert names("composer stan", {"composer.json": text}) == []
