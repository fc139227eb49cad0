"""What a Maven command asks for: goals and phases, properties, profiles, modules."""

from __future__ import annotations

import msgspec

from opslint.resolve.wrappers.tables import words_in

_VALUED = words_in(
    "-f --file -s --settings -gs --global-settings -t --toolchains -gt --global-toolchains -T --threads -l --log-file -P "
    "--activate-profiles -pl --projects -rf --resume-from -D --define -b --builder -is --install-settings -ps "
    "--project-settings -it -emp -ep --color"
)
_NEVER = frozenset({"-fn", "--fail-never"})


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The words of one command, sorted.

    Shape: `goals` are phases and goals in order; `profiles` names with "!" before those switched off; `projects` as `-pl` has them;
           `options` all other words, so that the command can be written again.
    """

    goals: tuple[str, ...]
    properties: dict[str, str]
    profiles: tuple[str, ...]
    projects: tuple[str, ...]
    file: str
    options: tuple[str, ...]
    alone: bool
    never: bool


def asked(words: tuple[str, ...]) -> Asked:
    """The words behind `mvn`, sorted.

    Source: Maven CLI options reference.
    """
    goals, options = list[str](), list[str]()
    properties: dict[str, str] = {}
    profiles, projects = list[str](), list[str]()
    file, index = "", 0
    while index < len(words):
        word = words[index]
        index += 1
        if not word.startswith("-"):
            goals.append(word)
            continue
        options.append(word)
        key, _, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if key.startswith("-D") and len(key) > 2:
            value, key = key[2:], "-D"
        elif key.startswith("-P") and len(key) > 2:
            value, key = key[2:], "-P"
        elif key in _VALUED and not value and index < len(words):
            value = words[index]
            options.append(value)
            index += 1
        if key in ("-D", "--define"):
            name, equals, said = value.partition("=")
            properties[name] = said if equals else "true"
        elif key in ("-P", "--activate-profiles"):
            profiles += [f"!{one[1:]}" if one[:1] in "!-" else one for one in _listed(value)]
        elif key in ("-pl", "--projects"):
            projects += _listed(value)
        elif key in ("-f", "--file"):
            file = value
    return Asked(
        goals=tuple(goals),
        properties=properties,
        profiles=tuple(profiles),
        projects=tuple(projects),
        file=file,
        options=tuple(options),
        alone=bool({"-N", "--non-recursive"} & set(options)),
        never=bool(_NEVER & set(options)),
    )


def _listed(value: str) -> list[str]:
    return [one.strip().lstrip("+?") for one in value.split(",") if one.strip()]
