"""Which companion files there are, how their names tell, and who reads them."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from opslint.errors import UnreadableFile
from opslint.model.repository import Parsed


class Row(msgspec.Struct, frozen=True):
    """One kind of companion: the module (imported when needed) and function that read it, and whether it takes the bytes."""

    module: str
    function: str
    reads: bool = True


_HERE = "opslint.parse.companion"

COMPANIONS: dict[str, Row] = {
    "ansible": Row(f"{_HERE}.infrastructure.files", "parse_ansible"),
    "bicep": Row(f"{_HERE}.infrastructure.files", "parse_bicep"),
    "cdk": Row(f"{_HERE}.infrastructure.files", "parse_cdk"),
    "cloudformation": Row(f"{_HERE}.infrastructure.files", "parse_cloudformation"),
    "codecov": Row(f"{_HERE}.models", "parse_mark", reads=False),
    "codeowners": Row(f"{_HERE}.governance", "parse_codeowners"),
    "compose": Row(f"{_HERE}.containers", "parse_compose"),
    "dependabot": Row(f"{_HERE}.updates", "parse_dependabot"),
    "dockerfile": Row(f"{_HERE}.containers", "parse_dockerfile"),
    "dvc": Row(f"{_HERE}.models", "parse_dvc"),
    "dvc-file": Row(f"{_HERE}.models", "parse_mark", reads=False),
    "dvc-lock": Row(f"{_HERE}.models", "parse_mark", reads=False),
    "earthfile": Row(f"{_HERE}.containers", "parse_earthfile"),
    "goreleaser": Row(f"{_HERE}.updates", "parse_goreleaser"),
    "helm-chart": Row(f"{_HERE}.charts", "parse_chart"),
    "helm-requirements": Row(f"{_HERE}.charts", "parse_requirements"),
    "helm-values": Row(f"{_HERE}.charts", "parse_values"),
    "kustomization": Row(f"{_HERE}.charts", "parse_kustomization"),
    "lock": Row(f"{_HERE}.dependency.locks", "parse_presence", reads=False),
    "mlproject": Row(f"{_HERE}.models", "parse_mlproject"),
    "model": Row(f"{_HERE}.models", "parse_mark", reads=False),
    "modelcard": Row(f"{_HERE}.models", "parse_modelcard"),
    "notebook": Row(f"{_HERE}.models", "parse_notebook"),
    "openapi": Row(f"{_HERE}.models", "parse_openapi"),
    "pre-commit": Row(f"{_HERE}.updates", "parse_precommit"),
    "prompt": Row(f"{_HERE}.models", "parse_prompt", reads=False),
    "pulumi": Row(f"{_HERE}.infrastructure.files", "parse_pulumi"),
    "readme": Row(f"{_HERE}.models", "parse_modelcard"),
    "readthedocs": Row(f"{_HERE}.models", "parse_mark", reads=False),
    "renovate": Row(f"{_HERE}.updates", "parse_renovate"),
    "security-policy": Row(f"{_HERE}.governance", "parse_security_policy"),
    "serverless": Row(f"{_HERE}.infrastructure.files", "parse_serverless"),
    "settings": Row(f"{_HERE}.governance", "parse_settings"),
    "skaffold": Row(f"{_HERE}.containers", "parse_skaffold"),
    "sonar": Row(f"{_HERE}.models", "parse_mark", reads=False),
    "terraform": Row(f"{_HERE}.infrastructure.terraform", "parse_terraform"),
    "terraform-lock": Row(f"{_HERE}.infrastructure.terraform", "parse_lock"),
    # dependency files, named after their format
    "bazel": Row(f"{_HERE}.dependency.native", "parse_bazel"),
    "build.gradle": Row(f"{_HERE}.dependency.jvm", "parse_gradle"),
    "build.sbt": Row(f"{_HERE}.dependency.jvm", "parse_sbt"),
    "cabal": Row(f"{_HERE}.dependency.native", "parse_cabal"),
    "cargo": Row(f"{_HERE}.dependency.native", "parse_cargo"),
    "composer": Row(f"{_HERE}.dependency.scripting", "parse_composer"),
    "conan": Row(f"{_HERE}.dependency.native", "parse_conan"),
    "conda": Row(f"{_HERE}.dependency.python", "parse_conda"),
    "deps.edn": Row(f"{_HERE}.dependency.jvm", "parse_clojure"),
    "gemfile": Row(f"{_HERE}.dependency.scripting", "parse_gemfile"),
    "gemspec": Row(f"{_HERE}.dependency.scripting", "parse_gemspec"),
    "go.mod": Row(f"{_HERE}.dependency.native", "parse_go_mod"),
    "haskell-stack": Row(f"{_HERE}.dependency.native", "parse_stack"),
    "libs.versions": Row(f"{_HERE}.dependency.jvm", "parse_catalog"),
    "mix": Row(f"{_HERE}.dependency.scripting", "parse_mix"),
    "nuget": Row(f"{_HERE}.dependency.native", "parse_nuget"),
    "package.json": Row(f"{_HERE}.dependency.node", "parse_package"),
    "pipfile": Row(f"{_HERE}.dependency.python", "parse_pipfile"),
    "pipfile.lock": Row(f"{_HERE}.dependency.locks", "parse_pipfile_lock"),
    "podfile": Row(f"{_HERE}.dependency.scripting", "parse_podfile"),
    "pom": Row(f"{_HERE}.dependency.jvm", "parse_pom"),
    "pubspec": Row(f"{_HERE}.dependency.scripting", "parse_pubspec"),
    "pyproject": Row(f"{_HERE}.dependency.pyproject", "parse_pyproject"),
    "python.lock": Row(f"{_HERE}.dependency.locks", "parse_toml_lock"),
    "rebar": Row(f"{_HERE}.dependency.scripting", "parse_rebar"),
    "requirements": Row(f"{_HERE}.dependency.python", "parse_requirements"),
    "r-description": Row(f"{_HERE}.dependency.scripting", "parse_description"),
    "setup.cfg": Row(f"{_HERE}.dependency.python", "parse_setup_cfg"),
    "setup.py": Row(f"{_HERE}.dependency.python", "parse_setup_py"),
    "swift": Row(f"{_HERE}.dependency.native", "parse_swift"),
}
"""Every kind `companion_kind` can give, except those of data that no practice asks for."""

_NAMES: dict[str, str] = {
    ".pre-commit-config.yaml": "pre-commit", ".pre-commit-config.yml": "pre-commit", "prek.toml": "pre-commit",
    ".readthedocs.yaml": "readthedocs", ".readthedocs.yml": "readthedocs", "readthedocs.yml": "readthedocs",
    ".renovaterc": "renovate", ".renovaterc.json": "renovate", ".renovaterc.json5": "renovate",
    ".terraform.lock.hcl": "terraform-lock",
    "ansible.cfg": "ansible", "galaxy.yml": "ansible", "galaxy.yaml": "ansible", "site.yml": "ansible", "site.yaml": "ansible",
    "bicepconfig.json": "bicep",
    "build.gradle": "build.gradle", "build.gradle.kts": "build.gradle", "build.sbt": "build.sbt",
    "bun.lock": "lock", "bun.lockb": "lock", "cabal.project": "cabal", "cargo.lock": "lock", "cargo.toml": "cargo",
    "cdk.json": "cdk", "chart.yaml": "helm-chart", "chart.lock": "lock",
    "codecov.yml": "codecov", "codecov.yaml": "codecov", ".codecov.yml": "codecov", ".codecov.yaml": "codecov",
    "codeowners": "codeowners", "composer.json": "composer", "composer.lock": "lock", "conan.lock": "lock",
    "conanfile.txt": "conan", "conanfile.py": "conan", "conda-lock.yml": "lock",
    "containerfile": "dockerfile", "dockerfile": "dockerfile",
    "dependabot.yml": "dependabot", "dependabot.yaml": "dependabot", "deno.lock": "lock",
    "deps.edn": "deps.edn", "project.clj": "deps.edn", "description": "r-description",
    "directory.packages.props": "nuget", "packages.config": "nuget", "packages.lock.json": "lock",
    "dvc.lock": "dvc-lock", "dvc.yaml": "dvc", "earthfile": "earthfile",
    "environment.yml": "conda", "environment.yaml": "conda", "conda.yml": "conda", "conda.yaml": "conda",
    "gemfile": "gemfile", "gems.rb": "gemfile", "gemfile.lock": "lock", "go.mod": "go.mod", "go.sum": "lock",
    "gradle.lockfile": "lock", "kustomization": "kustomization", "kustomization.yaml": "kustomization",
    "kustomization.yml": "kustomization", "libs.versions.toml": "libs.versions", "mix.exs": "mix", "mix.lock": "lock",
    "mlproject": "mlproject", "module.bazel": "bazel",
    "model_card.md": "modelcard", "modelcard.md": "modelcard", "model-card.md": "modelcard", "readme.md": "readme",
    "npm-shrinkwrap.json": "lock", "package-lock.json": "lock", "package.json": "package.json", "package.resolved": "lock",
    "package.swift": "swift", "pdm.lock": "python.lock", "pipfile": "pipfile", "pipfile.lock": "pipfile.lock",
    "pixi.toml": "conda", "pixi.lock": "lock", "pnpm-lock.yaml": "lock", "podfile": "podfile", "podfile.lock": "lock",
    "poetry.lock": "python.lock", "pom.xml": "pom", "pubspec.lock": "lock", "pubspec.yaml": "pubspec",
    "pulumi.yaml": "pulumi", "pulumi.yml": "pulumi", "pylock.toml": "python.lock", "pyproject.toml": "pyproject",
    "rebar.config": "rebar", "rebar.lock": "lock", "renovate.json": "renovate", "renovate.json5": "renovate",
    "renv.lock": "lock", "requirements.in": "requirements", "requirements.txt": "requirements",
    "requirements.yaml": "helm-requirements",
    "samconfig.toml": "cloudformation", "security.adoc": "security-policy", "security.markdown": "security-policy",
    "security.md": "security-policy", "security.rst": "security-policy", "security.txt": "security-policy",
    "serverless.json": "serverless", "serverless.yaml": "serverless", "serverless.yml": "serverless",
    "setup.cfg": "setup.cfg", "setup.py": "setup.py", "skaffold.yaml": "skaffold", "skaffold.yml": "skaffold",
    "sonar-project.properties": "sonar", "stack.yaml": "haskell-stack", "uv.lock": "python.lock",
    "values.yaml": "helm-values", "values.yml": "helm-values", "vcpkg.json": "conan", "yarn.lock": "lock",
}  # fmt: skip
"""Whole file names in lower case."""

_ENDS: dict[str, str] = {
    "bicep": "bicep", "cabal": "cabal", "containerfile": "dockerfile", "csproj": "nuget", "dockerfile": "dockerfile",
    "dvc": "dvc-file", "fsproj": "nuget", "gemspec": "gemspec", "gguf": "model",
    "ggml": "model", "h5": "model",
    "ipynb": "notebook", "joblib": "model", "keras": "model", "mlmodel": "model", "nuspec": "nuget", "onnx": "model",
    "pb": "model",
    "pickle": "model", "pkl": "model", "pmml": "model", "podspec": "podfile", "prompt": "prompt", "prompty": "prompt",
    "pt": "model", "pth": "model", "safetensors": "model", "tf": "terraform",
    "tflite": "model", "tofu": "terraform", "vbproj": "nuget",
}  # fmt: skip
"""Ends of names behind the last dot."""

_PATTERNS: tuple[tuple[str, str, str], ...] = (
    ("file", r"^(?:dockerfile|containerfile)[.-](?!dockerignore$)[\w.-]+$", "dockerfile"),
    (".json", r"\.(?:tf|tofu)\.json$", "terraform"),
    ("compose", r"^(?:docker-compose|compose)(?:[.-][\w.-]+)?\.ya?ml$", "compose"),
    ("goreleaser", r"^\.?goreleaser(?:[.-][\w-]+)?\.ya?ml$", "goreleaser"),
    ("requirement", r"^(?:[\w.-]*[-_.])?requirements?(?:[-_.][\w.-]+)?\.(?:txt|in)$", "requirements"),
    ("values", r"^values[-_.][\w.-]+\.ya?ml$", "helm-values"),
    ("", r"^(?:[\w-]+[.-])?(?:openapi|swagger)(?:[.-][\w.-]+)?\.(?:ya?ml|json)$", "openapi"),
    ("promptfoo", r"^promptfooconfig[\w.-]*\.(?:ya?ml|json|js|ts|py)$", "prompt"),
    (".prompt.", r"\.prompt\.(?:md|ya?ml|txt|json)$", "prompt"),
    ("playbook", r"^(?:[\w-]*[-_])?playbook(?:[-_][\w-]+)?\.ya?ml$", "ansible"),
    ("environment", r"^environment[-_.][\w.-]+\.ya?ml$", "conda"),
    ("", r"^[\w.-]*(?:cloudformation|\.cfn|-cfn|\.sam)[\w.-]*\.(?:ya?ml|json|template)$", "cloudformation"),
    (".versions.toml", r"\.versions\.toml$", "libs.versions"),
    ("serverless", r"^serverless\.[\w-]+\.ya?ml$", "serverless"),
)
_WORDS = ("docker", "container", ".tf", "compose", "goreleaser", "require", "values", "openapi", "swagger", "prompt", "playbook",
          "environment", "cloudformation", "cfn", ".sam", ".template", ".toml", "serverless", ".tofu")  # fmt: skip
_PLACES: tuple[tuple[str, str, str], ...] = (
    (".github/settings", r"(?:^|/)\.github/settings\.ya?ml$", "settings"),
    (".github/r", r"(?:^|/)\.github/(?:rulesets|repo-settings)/[^/]+\.(?:ya?ml|json)$", "settings"),
    ("requirements/", r"(?:^|/)requirements/[^/]+\.(?:txt|in)$", "requirements"),
    ("s/", r"(?:^|/)(?:playbooks/[^/]+|roles/[^/]+/(?:tasks|handlers)/[^/]+)\.ya?ml$", "ansible"),
    ("c", r"(?:^|/)(?:cloudformation|cfn)/(?:[^/]+/)*[^/]+\.(?:ya?ml|json)$", "cloudformation"),
    ("template.", r"(?:^|/)template\.(?:ya?ml|json)$", "cloudformation"),
)
_PLACE_WORDS = (".github/", "requirements/", "playbooks/", "/tasks/", "/handlers/", "cloudformation/", "cfn/", "template.")


def companion_kind(path: str) -> str | None:
    """The kind of a companion file by its path alone, None for a file of no interest.

    Shape: a dictionary look-up for nearly every path; patterns only for names that hold one of their words. A workflow may be
           called after a tool (`.github/workflows/goreleaser.yml`) and is no companion.
    """
    if ".github/workflows/" in path:
        return None
    name = path[path.rfind("/") + 1 :]
    lower = name.lower()
    kind = _NAMES.get(lower)
    if (
        kind == "security-policy"
        and name[:8] != "SECURITY"
        and path.count("/")
        and not path.startswith((".github/", ".well-known/"))
    ):
        return None  # a page about security, not the policy
    kind = kind or _ENDS.get(lower[lower.rfind(".") + 1 :])
    if kind is not None:
        return kind
    return _by_pattern(lower, _WORDS, _PATTERNS) or _by_pattern(path, _PLACE_WORDS, _PLACES)


def _by_pattern(text: str, words: tuple[str, ...], patterns: tuple[tuple[str, str, str], ...]) -> str | None:
    """The kind of the first pattern that fits a text; each hangs on a word (its first column) that the text must hold.

    Shape: patterns are compiled when first needed (`re` keeps them): most trees need none, and compiling all takes 3 ms.
    """
    if not any(word in text for word in words):
        return None
    return next((kind for word, pattern, kind in patterns if word in text and re.search(pattern, text)), None)


def reads(kind: str) -> bool:
    """Whether a kind's parser needs the file's bytes; where not, its presence says it all and `data` may be empty."""
    return COMPANIONS[kind].reads


def parse_companion(kind: str, path: str, data: bytes, aside: bool) -> Parsed:
    """Read a companion file of a kind `companion_kind` gave.

    Raises: UnreadableFile with the reason and, where known, the line.
    """
    from importlib import import_module

    row = COMPANIONS[kind]
    function: Callable[..., Parsed] = getattr(import_module(row.module), row.function)
    try:
        return function(kind, path, data, aside) if row.reads else function(kind, path, aside)
    except RecursionError:
        raise UnreadableFile("it nests too deep") from None
