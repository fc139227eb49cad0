"""Which tools an activity is: dictionary look-ups on its name, then the forms that name has."""

from __future__ import annotations

import msgspec

from opslint.knowledge.index import Index, IndexedSignal
from opslint.match.argv import (
    flag_in_env,
    flag_in_inputs,
    flag_in_words,
    glob,
    inputs_fit,
    prefix_length,
    words_of_inputs,
)
from opslint.match.config import Configs
from opslint.model.activity import Activity, ActivityKind, Command, Hop

HUBS = ("docker.io/", "index.docker.io/", "registry-1.docker.io/", "library/")


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """One tool recognised in one activity.

    Shape: `position` is the signal's place in the index; `soft_by` says what took the tool's own teeth, "" where it has them.
    """

    activity: Activity
    position: int
    entry: IndexedSignal
    soft_by: str = ""
    config: Hop | None = None


def image_name(name: str) -> str:
    """An image name without Docker Hub's prefixes, lower case, so that spellings compare."""
    text = name.lower()
    for hub in HUBS:
        text = text.removeprefix(hub)
    return text


def template_names(name: str) -> tuple[str, ...]:
    """The spellings of a GitLab template that mean the same: `Security/` and `Jobs/`, stable and `latest`."""
    stable = name.replace(".latest.gitlab-ci.yml", ".gitlab-ci.yml")
    swapped = stable.replace("Security/", "Jobs/", 1) if stable.startswith("Security/") else stable.replace("Jobs/", "Security/", 1)
    return tuple(dict.fromkeys((name, stable, swapped)))


def component_name(name: str) -> str:
    """A GitLab component's path after the host and before the version."""
    path = name.partition("@")[0].strip("/")
    head, slash, rest = path.partition("/")
    return rest if slash and ("." in head or "$" in head) else path


class Catalogue:
    """The compiled index as the matcher asks it; decodes each signal at most once."""

    def __init__(self, index: Index, configs: Configs | None = None) -> None:
        self.index = index
        self.configs = configs
        self._decoded: dict[int, IndexedSignal] = {}
        self._images = {image_name(name): rows for name, rows in index.images.items()}

    def entry(self, position: int) -> IndexedSignal:
        """One signal of the index."""
        entry = self._decoded.get(position)
        if entry is None:
            entry = self._decoded[position] = self.index.signal(position)
        return entry

    def hits(self, activity: Activity) -> list[Hit]:
        """Every tool form that an activity fits, in the index's order."""
        found: dict[int, Hit] = {}
        for position in self._candidates(activity):
            if position in found:
                continue
            entry = self.entry(position)
            hit = self._judge(activity, position, entry)
            if hit is not None:
                found[position] = hit
        return [found[position] for position in sorted(found)]

    def env_hits(self, activity: Activity) -> list[Hit]:
        """Forms that show by a variable that is set for the activity."""
        found: dict[int, Hit] = {}
        for name in activity.env:
            for position in self.index.env.get(name, ()):
                entry = self.entry(position)
                if position not in found and any(_env_fits(form, activity.env) for form in entry.signal.env):
                    found[position] = Hit(activity=activity, position=position, entry=entry)
        return [found[position] for position in sorted(found)]

    def _candidates(self, activity: Activity) -> list[int]:
        index, name, kind = self.index, activity.name, activity.kind
        if kind is ActivityKind.COMMAND:
            return self._command_candidates(activity)
        if kind is ActivityKind.ACTION:
            slug = name.lower()
            rows = [*index.actions.get(slug, ()), *_globbed(index.action_globs, slug)]
            if slug.startswith("docker://"):
                rows += self._images.get(image_name(slug.removeprefix("docker://")), ())
            return rows
        if kind is ActivityKind.WORKFLOW:
            slug = name.lower()
            return [*index.workflows.get(slug, ()), *_globbed(index.workflow_globs, slug)]
        if kind is ActivityKind.IMAGE:
            return [*self._images.get(image_name(name), ())]
        if kind is ActivityKind.TEMPLATE:
            return [row for spelling in template_names(name) for row in index.templates.get(spelling, ())]
        if kind is ActivityKind.COMPONENT:
            path = component_name(name)
            return [*index.components.get(path, ()), *_globbed(index.component_globs, path)]
        if kind is ActivityKind.HOOK:
            return [*index.hooks.get(f"{activity.repo} {name}", ())]
        if kind is ActivityKind.RESOURCE:
            return [*index.kinds.get(name, ()), *_globbed(index.kind_globs, name)]
        return self._plain_candidates(activity)

    def _plain_candidates(self, activity: Activity) -> list[int]:
        index, name = self.index, activity.name
        tables = {ActivityKind.REPORT: index.reports, ActivityKind.PLUGIN: index.plugins, ActivityKind.CHART: index.charts}
        if activity.kind is ActivityKind.BLOCK:
            return [*index.resources.get(name, ()), *_globbed(index.resource_globs, name)]
        return [*tables[activity.kind].get(name, ())] if activity.kind in tables else []

    def _command_candidates(self, activity: Activity) -> list[int]:
        command = activity.command
        if command is None:
            return []
        rows: list[int] = []
        for layer in command.layers or (command.argv,):
            if layer:
                rows.extend(self.index.commands.get(layer[0], ()))
                rows.extend(_globbed(self.index.command_globs, layer[0]))
                rows.extend(self.index.commands.get(_base(layer[0]), ()))
        if command.image:
            rows.extend(self._images.get(image_name(command.image), ()))
        return rows

    def _judge(self, activity: Activity, position: int, entry: IndexedSignal) -> Hit | None:
        signal = entry.signal
        words: list[str] = []
        inputs = activity.inputs
        if activity.kind is ActivityKind.COMMAND and activity.command is not None:
            words = _command_words(signal, activity.command, self._images_of(signal))
            if not words:
                return None
        elif activity.kind is ActivityKind.ACTION:
            slug = activity.name.lower()
            forms = [form for form in signal.actions if glob(slug, form.uses)]
            if slug in signal.not_actions or (forms and not any(inputs_fit(form.inputs, inputs) for form in forms)):
                return None
            words = words_of_inputs(inputs)
        elif activity.kind is ActivityKind.HOOK:
            words = inputs.get("args", "").split()
        if signal.requires and not _any_flag(signal.requires, words, inputs, activity.env):
            return None
        if signal.excludes and _any_flag(signal.excludes, words, inputs, activity.env):
            return None
        config = None
        if signal.config:
            config = next((hop for form in signal.config if (hop := self.configs.said(form))), None) if self.configs else None
            if config is None:
                return None
        return Hit(activity=activity, position=position, entry=entry, config=config,
                   soft_by=_soft_by(entry, words, inputs, activity.env))

    @staticmethod
    def _images_of(signal: object) -> frozenset[str]:
        return frozenset(image_name(name) for name in getattr(signal, "images", ()))


def _base(word: str) -> str:
    """The file name of a path to a program outside the repository or in a tool folder, else the word."""
    if "/" in word and not word.startswith("./"):
        return word.rpartition("/")[2]
    return word.removeprefix("./")


def _command_words(signal: object, command: Command, images: frozenset[str]) -> list[str]:
    """The words the signal's flags are looked for in, where one of its forms fits and no look-alike fits better."""
    best, words = 0, []
    for layer in command.layers or (command.argv,):
        argv = (_base(layer[0]), *layer[1:]) if layer else layer
        for form in getattr(signal, "commands", ()):
            length = max(prefix_length(form, argv), prefix_length(form, layer))
            if length > best:
                best, words = length, list(layer)
    if command.image and image_name(command.image) in images and not best:
        best, words = 1, list(command.argv)
    if not best:
        return []
    for layer in command.layers or (command.argv,):
        argv = (_base(layer[0]), *layer[1:]) if layer else layer
        if any(prefix_length(form, argv) >= best for form in getattr(signal, "not_commands", ())):
            return []
    return words


def _globbed(table: dict[str, tuple[int, ...]], name: str) -> list[int]:
    return [row for pattern, rows in table.items() if glob(name, pattern) for row in rows]


def _env_fits(form: str, env: dict[str, str]) -> bool:
    name, separator, value = form.partition("=")
    return name in env and (not separator or glob(env[name].strip().lower(), value.lower()))


def _any_flag(flags: tuple[str, ...], words: list[str], inputs: dict[str, str], env: dict[str, str]) -> bool:
    return any(flag_in_words(flag, words) or flag_in_inputs(flag, inputs) or flag_in_env(flag, env) for flag in flags)


def _soft_by(entry: IndexedSignal, words: list[str], inputs: dict[str, str], env: dict[str, str]) -> str:
    signal = entry.signal
    for flag in signal.soft:
        if _any_flag((flag,), words, inputs, env):
            return f'"{flag}" takes its teeth'
    if signal.teeth == "soft" and not _any_flag(signal.hard, words, inputs, env):
        asks = f'; it would with "{signal.hard[0]}"' if signal.hard else ""
        return f"{entry.name} does not fail on findings by default{asks}"
    return ""
