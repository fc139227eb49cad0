"""Which parser reads which file: one explicit table, and who is asked in which order."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from typing import Any

import msgspec

from opslint.source.words.late import late

MAX_SNIFFED_BYTES = 1024 * 1024  # of JSON files, most of which are data

YAML_ENDINGS = (".yml", ".yaml")
MANIFEST_ENDINGS = (".yml", ".yaml", ".json")

ACTION_PATH = late(r"(?:.*/)?action\.ya?ml")
GITLAB_PATH = late(
    r"\.gitlab-ci\.yml|(?:.*/)?[^/]+\.gitlab-ci\.ya?ml|(?:.*/)\.gitlab-ci\.ya?ml|\.gitlab(?:/ci|-ci)/.*\.ya?ml"
)
API_VERSION = late(rb"""(?:^[ \t-]*|[{,]\s*)["']?apiVersion["']?\s*:""", re.MULTILINE)
JSON_VERSION = late(rb'"apiVersion"\s*:\s*"(?:[\w.-]+/)?v\d\w*"')
KIND = late(rb"""(?:^[ \t-]*|[{,]\s*)["']?kind["']?\s*:""", re.MULTILINE)
JOBS = late(rb"""^["']?jobs["']?\s*:""", re.MULTILINE)
ON = late(rb"""^["']?on["']?\s*:""", re.MULTILINE)
RUNS = late(rb"""^["']?runs["']?\s*:""", re.MULTILINE)
CLOUDFORMATION = late(rb"""^["'{\s]*AWSTemplateFormatVersion["']?\s*:|\bAWS::Serverless-2016-10-31\b""", re.MULTILINE)
OPENAPI = late(rb"""^["'{\s]*(?:openapi["']?\s*:\s*["']?3\.|swagger["']?\s*:\s*["']?2\.)""", re.MULTILINE)
PLAYBOOK = late(rb"^-\s+(?:name:[^\n]*\n(?:\s+[^\n]*\n){0,5}?\s+)?hosts\s*:", re.MULTILINE)
COMPONENT = late(rb"^spec\s*:", re.MULTILINE)
COMPONENT_PATH = late(r"templates/(?:[^/]+|[^/]+/template)\.ya?ml")


class Parser(msgspec.Struct, frozen=True, kw_only=True):
    """One row: a kind of file, who reads it, and how such a file is known.

    Shape: `function` is a dotted name, imported when first needed; `path` is asked first, then `sniff` about the bytes;
           `takes` is `yaml` (path, YamlFile), `yaml-aside` (path, YamlFile, aside) or `bytes` (kind, path, bytes, aside).
    """

    kind: str
    function: str
    takes: str
    path: Callable[[str], bool]
    sniff: Callable[[bytes], bool] | None = None


def is_workflow(path: str) -> bool:
    """Whether GitHub reads the file as a workflow: directly in `.github/workflows`, in no other case."""
    return (path.startswith(".github/workflows/") and path.count("/") == 2 and path.endswith(YAML_ENDINGS)
            and path.rpartition("/")[2] not in YAML_ENDINGS)


def is_action(path: str) -> bool:
    """Whether a file has the name of an action's description."""
    return path.endswith(("action.yml", "action.yaml")) and ACTION_PATH.fullmatch(path) is not None


def is_gitlab(path: str) -> bool:
    """Whether a file is a GitLab pipeline by its name; files it includes may have any other."""
    return "gitlab" in path and GITLAB_PATH.fullmatch(path) is not None


def is_yaml(path: str) -> bool:
    """Whether a file is YAML by its ending."""
    return path.endswith(YAML_ENDINGS)


def is_manifest_path(path: str) -> bool:
    """Whether a file may hold manifests by its ending."""
    return path.endswith(MANIFEST_ENDINGS)


def is_component_path(path: str) -> bool:
    """Whether a file may be a GitLab CI/CD component: in the `templates` folder at the top."""
    return path.startswith("templates/") and COMPONENT_PATH.fullmatch(path) is not None


def has_manifest(data: bytes) -> bool:
    """Whether bytes may hold a Kubernetes-shaped object."""
    if b"apiVersion" not in data or b"kind" not in data:
        return False
    start = data.lstrip()[:2]
    if start[:1] in (b"{", b"[") and start != b"{{" and JSON_VERSION.search(data) is None:
        return False  # JSON of other things has such keys too: an Azure type definition, by the megabyte
    return API_VERSION.search(data) is not None and KIND.search(data) is not None


def has_cloudformation(data: bytes) -> bool:
    """Whether bytes look like a CloudFormation or SAM template; a word is looked for first, a pattern costs a hundred times that."""
    return (b"AWSTemplateFormatVersion" in data or b"AWS::Serverless" in data) and CLOUDFORMATION.search(data) is not None


def has_openapi(data: bytes) -> bool:
    """Whether bytes look like an OpenAPI document."""
    return (b"openapi" in data or b"swagger" in data) and OPENAPI.search(data) is not None


def has_playbook(data: bytes) -> bool:
    """Whether bytes look like an Ansible playbook."""
    return b"hosts" in data and PLAYBOOK.search(data) is not None


def has_workflow(data: bytes) -> bool:
    """Whether bytes look like a GitHub workflow."""
    return b"jobs" in data and JOBS.search(data) is not None and ON.search(data) is not None


def has_action_runs(data: bytes) -> bool:
    """Whether bytes look like an action's description."""
    return RUNS.search(data) is not None


def has_component(data: bytes) -> bool:
    """Whether bytes look like a GitLab component: a `spec:` header, and no Kubernetes object."""
    return COMPONENT.search(data) is not None and b"apiVersion" not in data


PARSERS: tuple[Parser, ...] = (
    Parser(kind="github.workflow", function="opslint.parse.github.workflow.parse_workflow", takes="yaml", path=is_workflow),
    Parser(kind="github.action", function="opslint.parse.github.action.parse_action", takes="yaml",
           path=is_action, sniff=has_action_runs),
    Parser(kind="gitlab.pipeline", function="opslint.parse.gitlab.pipeline.parse_pipeline", takes="yaml", path=is_gitlab),
    Parser(kind="gitlab.pipeline", function="opslint.parse.gitlab.pipeline.parse_pipeline", takes="yaml",
           path=is_component_path, sniff=has_component),
)
"""Files known by their path, in the order they are asked. Companions come next, by `companion_kind`."""

BY_CONTENT: tuple[Parser, ...] = (
    Parser(kind="kubernetes.manifest", function="opslint.parse.kubernetes.manifests.parse_manifests", takes="yaml-aside",
           path=is_manifest_path, sniff=has_manifest),
    Parser(kind="cloudformation", function="opslint.parse.companion.table.parse_companion", takes="bytes",
           path=is_manifest_path, sniff=has_cloudformation),
    Parser(kind="openapi", function="opslint.parse.companion.table.parse_companion", takes="bytes",
           path=is_manifest_path, sniff=has_openapi),
    Parser(kind="ansible", function="opslint.parse.companion.table.parse_companion", takes="bytes",
           path=is_yaml, sniff=has_playbook),
    Parser(kind="github.workflow", function="opslint.parse.github.workflow.parse_workflow", takes="yaml",
           path=is_yaml, sniff=has_workflow),
)
"""Files whose path says nothing: their bytes are looked at before anything is parsed."""


def parser_by_path(path: str) -> Parser | None:
    """The first row whose path predicate holds."""
    for row in PARSERS:
        if row.path(path):
            return row
    return None


def parser_by_content(path: str, data: bytes) -> Parser | None:
    """The first row of those that look at the bytes whose predicates both hold."""
    for row in BY_CONTENT:
        if row.path(path) and (row.sniff is None or row.sniff(data)):
            return row
    return None


def load_function(row: Parser) -> Callable[..., Any]:
    """The parse function of a row, its module imported when first needed."""
    module, _, name = row.function.rpartition(".")
    function: Callable[..., Any] = getattr(import_module(module), name)
    return function
