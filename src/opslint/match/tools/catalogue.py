"""Which tools an activity is: dictionary look-ups on its name, then the forms that name has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from opslint.knowledge.index import Index, IndexedSignal
from opslint.knowledge.types import ToolSignal
from opslint.match.tools.argv import (
    flag_in_env,
    flag_in_inputs,
    flag_in_words,
    glob,
    inputs_fit,
    marks_of,
    prefix_length,
    words_of_inputs,
)
from opslint.model.activity import Activity, ActivityKind, Command, Hop
from opslint.source.tree import Tree

if TYPE_CHECKING:  # imported when a tool's configuration is asked for
    from opslint.match.tools.config import Configs

HUBS = ("docker.io/", "index.docker.io/", "registry-1.docker.io/", "library/")


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """One tool recognised in one activity.

    Shape: `position` is the signal's place in the index; `soft_by` says what took the tool's own teeth, "" where it has them;
           `form` is the form of a command that fits, empty for all else.
    """

    activity: Activity
    position: int
    entry: IndexedSignal
    soft_by: str = ""
    config: Hop | None = None
    form: tuple[str, ...] = ()


def image_name(name: str) -> str:
    """An image name without Docker Hub's prefixes, lower case, so that spellings compare."""
    text = name.lower()
    for hub in HUBS:
        text = text.removeprefix(hub)
    return text


def template_names(name: str) -> tuple[str, ...]:
    """The spellings of a GitLab template that mean the same: `Security/`, `Jobs/` and the bare older name, stable and `latest`."""
    stable = name.replace(".latest.gitlab-ci.yml", ".gitlab-ci.yml")
    bare = stable.removeprefix("Security/").removeprefix("Jobs/")
    if "/" in bare:
        return tuple(dict.fromkeys((name, stable)))
    return tuple(dict.fromkeys((name, stable, f"Jobs/{bare}", f"Security/{bare}")))


def component_name(name: str) -> str:
    """A GitLab component's path after the host and before the version."""
    path = name.partition("@")[0].strip("/")
    head, slash, rest = path.partition("/")
    return rest if slash and ("." in head or "$" in head) else path


class Catalogue:
    """The compiled index as the matcher asks it; decodes each signal at most once."""

    def __init__(self, index: Index, tree: Tree | None = None) -> None:
        self.index = index
        self.tree = tree
        self._decoded: dict[int, IndexedSignal] = {}
        self._configs: Configs | None = None
        self._images: dict[str, tuple[int, ...]] | None = None

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
                rows += self._image_rows(slug.removeprefix("docker://"))
            return rows
        if kind is ActivityKind.WORKFLOW:
            slug = name.lower()
            return [*index.workflows.get(slug, ()), *_globbed(index.workflow_globs, slug)]
        if kind is ActivityKind.IMAGE:
            return [*self._image_rows(name)]
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
            rows.extend(self._image_rows(command.image))
        return rows

    def _judge(self, activity: Activity, position: int, entry: IndexedSignal) -> Hit | None:
        signal = entry.signal
        words: list[str] = []
        fits: tuple[str, ...] = ()
        beside: list[str] = []
        inputs = activity.inputs
        if activity.kind is ActivityKind.COMMAND and activity.command is not None:
            beside = marks_of(activity.command, signal.excludes)
            words, fits = _command_words(signal, activity.command, beside)
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
        if signal.requires and not (_any_flag(signal.requires, words, inputs, activity.env)
                                    or any(glob(mark, flag) for mark in beside for flag in signal.requires)):
            return None
        if signal.excludes and (_any_flag(signal.excludes, words, inputs, activity.env)
                                or any(glob(mark, flag) for mark in beside for flag in signal.excludes)):
            return None
        config = None
        if signal.config:
            config = self._configured(signal)
            if config is None:
                return None
        soft_by = _soft_by(entry, words, activity)
        if signal.jobs or signal.off:
            from opslint.match.tools.overrides import overridden

            activity, soft_by = overridden(activity, signal, soft_by)
        return Hit(activity=activity, position=position, entry=entry, config=config, soft_by=soft_by, form=fits)

    def _image_rows(self, name: str) -> tuple[int, ...]:
        if self._images is None:
            self._images = {image_name(written): rows for written, rows in self.index.images.items()}
        return self._images.get(image_name(name), ())

    def _configured(self, signal: ToolSignal) -> Hop | None:
        """The line of a tool's configuration that says what a signal asks for; nothing without a tree."""
        if self._configs is None:
            if self.tree is None:
                return None
            from opslint.match.tools.config import Configs

            self._configs = Configs(self.tree)
        said = self._configs.said
        return next((hop for form in signal.config if (hop := said(form))), None)


def _base(word: str) -> str:
    """The file name of a path to a program outside the repository or in a tool folder, else the word."""
    if "/" in word and not word.startswith("./"):
        return word.rpartition("/")[2]
    return word.removeprefix("./")


def _command_words(signal: ToolSignal, command: Command, beside: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """The words the signal's flags are looked for in, and the form that fits; no words where none does or a look-alike fits better."""
    best, words, fits = 0, list[str](), tuple[str, ...]()
    layers = [(layer, (_base(layer[0]), *layer[1:])) for layer in command.layers or (command.argv,) if layer]
    for layer, argv in layers:
        for form in signal.commands:
            head = form[0]
            if head == argv[0] or "*" in head:
                length = prefix_length(form, argv, beside)
            elif head == layer[0]:
                length = prefix_length(form, layer, beside)
            else:
                continue
            if length > best:
                best, words, fits = length, list(layer), form
    if not best and command.image and image_name(command.image) in {image_name(name) for name in signal.images}:
        best, words = 1, list(command.argv)
    if not best:
        return [], ()
    for _, argv in layers:
        if any((form[0] == argv[0] or "*" in form[0]) and prefix_length(form, argv, beside) >= best
               for form in signal.not_commands):
            return [], ()
    return words, fits


def _globbed(table: dict[str, tuple[int, ...]], name: str) -> list[int]:
    return [row for pattern, rows in table.items() if glob(name, pattern) for row in rows]


def _env_fits(form: str, env: dict[str, str]) -> bool:
    name, separator, value = form.partition("=")
    return name in env and (not separator or glob(env[name].strip().lower(), value.lower()))


def _any_flag(flags: tuple[str, ...], words: list[str], inputs: dict[str, str], env: dict[str, str]) -> bool:
    return any(flag_in_words(flag, words) or flag_in_inputs(flag, inputs) or flag_in_env(flag, env) for flag in flags)


def _soft_by(entry: IndexedSignal, words: list[str], activity: Activity) -> str:
    """What took the tool's own teeth, in words that follow "it runs, but"; "" where it has them."""
    signal, inputs, env = entry.signal, activity.inputs, activity.env
    for flag in signal.soft:
        if _any_flag((flag,), words, inputs, env):
            return f'"{_written(flag, activity)}" takes its teeth'
    if signal.teeth == "soft" and not _any_flag(signal.hard, words, inputs, env):
        asks = f'; it would with "{_written(signal.hard[0], activity)}"' if signal.hard and _takes_flags(activity) else ""
        return f"does not fail on findings by default{asks}"
    return ""


def _takes_flags(activity: Activity) -> bool:
    return activity.kind in (ActivityKind.COMMAND, ActivityKind.ACTION, ActivityKind.HOOK)


def _written(flag: str, activity: Activity) -> str:
    """A flag as the activity would be given it: to an action as an input, without dashes."""
    return flag.lstrip("-") if activity.kind is ActivityKind.ACTION else flag
