"""The shapes of rules and tools as the compiled index holds them."""

import msgspec


class ActionForm(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An action slug and the inputs that decide.

    Shape: `uses` is `owner/repo[/path]`, lower case; in `inputs` a value is a glob, "*" any value, "!x" anything but x
           (also absent), "" absent or empty; all must hold.
    """

    uses: str
    inputs: dict[str, str] = {}


class HookForm(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A pre-commit hook: address without scheme and `.git`, lower case, and id."""

    repo: str
    id: str


class PluginForm(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A build plugin: `system` (maven, gradle, npm, cargo, sbt …) and id."""

    system: str
    id: str


class ConfigForm(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a tool's own configuration file must say: one of `files` has, at one of the dotted paths `at`, a value that fits `has`."""

    files: tuple[str, ...]
    at: tuple[str, ...]
    has: str = "*"


class ToolSignal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One way a tool shows up, what that shows and how hard it bites.

    Shape: see docs/how-to/tool.md; `commands` and `not_commands` are argv prefixes whose tokens may be globs.
    """

    shows: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    does: tuple[str, ...] = ()
    commands: tuple[tuple[str, ...], ...] = ()
    not_commands: tuple[tuple[str, ...], ...] = ()
    requires: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    teeth: str = "hard"
    hard: tuple[str, ...] = ()
    soft: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    confidence: str = "high"
    by_name: bool = False
    actions: tuple[ActionForm, ...] = ()
    not_actions: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    hooks: tuple[HookForm, ...] = ()
    plugins: tuple[PluginForm, ...] = ()
    charts: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    config: tuple[ConfigForm, ...] = ()
    why: str = ""


class ToolSample(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One way to write the tool down, and what must come of it (`shows` empty: nothing)."""

    shows: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    status: str = ""
    run: str = ""
    uses: str = ""
    inputs: dict[str, str] = {}
    image: str = ""
    template: str = ""
    component: str = ""
    report: str = ""
    hook: str = ""
    plugin: str = ""
    chart: str = ""
    kind: str = ""
    resource: str = ""
    env: dict[str, str] = {}
    files: dict[str, str] = {}


class Tool(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A tool of the catalogue; `group` says the entry stands for a family of small tools."""

    tool: str
    name: str
    home: str
    group: bool = False
    signals: tuple[ToolSignal, ...]
    note: str = ""


class Applies(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When a practice means something: one of `any` (when given), all of `all`, none of `none`; words are repository facts."""

    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()


class FieldCheck(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A structural check: for each subject where `when` holds, does `holds`?

    Shape: `when`, `holds`, `partly` are CEL (source text here, programs in the index); `at` is a dotted path in the
           subject's node whose place is the evidence; `why` and `why_not` are sentences, `{it.name}` filled in.
    """

    subject: str
    when: str = ""
    holds: str
    partly: str = ""
    at: str = ""
    why: str
    why_not: str = ""
    status: str = ""
    confidence: str = "high"
    counts: bool = True


class RuleSample(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A small whole repository with the status this rule must give it."""

    name: str
    platform: str
    status: str
    files: dict[str, str]


class Rule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A practice: what it is, when it applies, how it shows, how to add it.

    Shape: `mode` is `any` (one signal suffices) or `every` (a field: each place it concerns);
           `soft` False where a practice publishes, notifies or reports and so has no `advisory`.
    """

    code: str
    name: str
    title: str
    level: int
    mode: str
    soft: bool = True
    late: bool = False
    by_itself: bool = False
    why: str
    counts: str
    not_counts: str = ""
    applies: Applies
    fields: tuple[FieldCheck, ...] = ()
    how: dict[str, str]
    snippets: dict[str, str] = {}
    sources: tuple[str, ...] = ()
    missing: str


class Principle(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One of a methodology's three principles."""

    code: str
    name: str
    why: str


class Methodology(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One of the six; `applies` in words of repository facts."""

    code: str
    name: str
    why: str
    applies: Applies
    principles: tuple[Principle, ...]
