"""The compiled index: everything a scan looks up, in one file that is read in one gulp."""

from typing import Any

import msgspec

from opslint.knowledge.types import Methodology, Rule, ToolSignal

FORMAT = 5


class IndexedSignal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One signal of a tool, with the names evidence is told by."""

    tool: str
    name: str
    group: bool
    signal: ToolSignal


class Programs(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The CEL programs of one field check, serialised; empty where the rule gives none."""

    when: bytes = b""
    holds: bytes = b""
    partly: bytes = b""
    status: bytes = b""


class Index(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Rules and tools, ready to look up.

    Shape: each table maps a name as written in pipelines (lower case for slugs, images and hooks) to positions in `signals`;
           `by_tools` are the practices that some tool shows; `homes` maps the name of a tool's own repository to the tools made
           there; `*_globs` hold the names that carry a wildcard; `programs` has one list a rule, parallel to its `fields`.
    """

    format: int
    digest: str
    methodologies: tuple[Methodology, ...]
    rules: tuple[Rule, ...]
    programs: dict[str, tuple[Programs, ...]]
    signs: dict[str, Any]
    signals: tuple[msgspec.Raw, ...]
    homes: dict[str, tuple[str, ...]]
    by_tools: tuple[str, ...]
    commands: dict[str, tuple[int, ...]]
    command_globs: dict[str, tuple[int, ...]]
    actions: dict[str, tuple[int, ...]]
    action_globs: dict[str, tuple[int, ...]]
    workflows: dict[str, tuple[int, ...]]
    workflow_globs: dict[str, tuple[int, ...]]
    images: dict[str, tuple[int, ...]]
    templates: dict[str, tuple[int, ...]]
    components: dict[str, tuple[int, ...]]
    component_globs: dict[str, tuple[int, ...]]
    reports: dict[str, tuple[int, ...]]
    hooks: dict[str, tuple[int, ...]]
    plugins: dict[str, tuple[int, ...]]
    charts: dict[str, tuple[int, ...]]
    kinds: dict[str, tuple[int, ...]]
    kind_globs: dict[str, tuple[int, ...]]
    resources: dict[str, tuple[int, ...]]
    resource_globs: dict[str, tuple[int, ...]]
    env: dict[str, tuple[int, ...]]

    def signal(self, position: int) -> IndexedSignal:
        """Decode one signal; nothing is decoded that no file names."""
        return msgspec.msgpack.decode(self.signals[position], type=IndexedSignal)

    def rule(self, code: str) -> Rule | None:
        """The rule of a practice code."""
        return next((rule for rule in self.rules if rule.code == code), None)
