"""What stands around the pipelines: manifests, infrastructure code, images, dependencies, companion files."""

from __future__ import annotations

import msgspec

from opslint.model.activity import Hop
from opslint.model.pipeline import Image
from opslint.source.node import Mapping
from opslint.source.span import Span


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """A Kubernetes-shaped manifest.

    Shape: `group` is the API group without version ("" for core), `images` those of its pod templates; `hops` lead to its file from
           the controller that deploys it, or the kustomization that builds it; `built` is the folder of the kustomization or
           chart that made it what it is here.
    """

    api_version: str
    group: str
    kind: str
    name: str
    namespace: str
    span: Span
    node: Mapping
    images: tuple[Image, ...] = ()
    annotations: dict[str, str] = {}
    labels: dict[str, str] = {}
    templated: bool = False  # read through Go-template masking: values may be placeholders
    aside: bool = False
    copied: bool = False  # an install manifest of somebody else's product
    patch: bool = False  # a Kustomize patch of another object: it says only what differs
    hops: tuple[Hop, ...] = ()
    built: str = ""
    delivered: bool = False  # a controller of the tree deploys it

    @property
    def path(self) -> str:
        """The file it stands in."""
        return self.span.path


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """A Terraform or OpenTofu block.

    Shape: `kind` is `resource`, `data`, `module`, `provider`, `terraform`, `variable`, …; `type` the first label, `name` the second;
           `body` plain values as python-hcl2 gives them.
    """

    kind: str
    type: str
    name: str
    span: Span
    body: dict[str, object]
    aside: bool = False


class Dependency(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a language's manifest or lock file.

    Shape: `ecosystem` is `pypi`, `npm`, `go`, `cargo`, `maven`, `gradle`, `rubygems`, `composer`, `nuget`, `pub`, `hex`, `swift`, …;
           `name` lower-case as the ecosystem normalises it; `scope` is `runtime`, `dev`, `optional`, `build`, `transitive`.
    """

    ecosystem: str
    name: str
    version: str
    scope: str
    span: Span
    aside: bool = False


class Dockerfile(msgspec.Struct, frozen=True, kw_only=True):
    """A Dockerfile or Containerfile.

    Shape: `instructions` are (NAME in capitals, arguments with continuations joined, span).
    """

    path: str
    instructions: tuple[tuple[str, str, Span], ...]
    aside: bool = False


class Hook(msgspec.Struct, frozen=True, kw_only=True):
    """One hook of a `.pre-commit-config.yaml`; `repo` is `local`, `meta` or an address, `entry` that of a local hook."""

    repo: str
    id: str
    version: str | None
    span: Span
    entry: str = ""
    args: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    language: str = ""
    alias: str = ""
    always: bool = False  # it runs where no file fits too (`always_run`)


class Companion(msgspec.Struct, frozen=True, kw_only=True):
    """A file that counts by what it says: CODEOWNERS, SECURITY.md, Dependabot, Renovate, Helm chart, Kustomization ….

    Shape: `kind` is `codeowners`, `security-policy`, `dependabot`, `renovate`, `pre-commit`, `helm-chart`, `kustomization`, `dvc`,
           `openapi`, `notebook`, `ansible`, `cloudformation`, `pulumi`, `bicep`, `cdk`, `compose`, `prompt`, `model`,
           `modelcard`, `settings`, ….
           `facts` are plain values the parser found worth telling (e.g. `{"owners": 3}`), documented in its parser.
    """

    kind: str
    path: str
    span: Span
    facts: dict[str, object] = {}
    node: Mapping | None = None
    aside: bool = False
    effective: bool = True  # False: in a place the platform does not read, or empty; `why` says which
    why: str = ""
