"""The name of a file tells its kind, and every kind has a parser."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module

import pytest

from opslint.errors import UnreadableFile
from opslint.model.repository import FileStatus
from opslint.parse.companion.table import COMPANIONS, companion_kind, parse_companion, reads


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("Dockerfile", "dockerfile"),
        ("a/Dockerfile.prod", "dockerfile"),
        ("web.dockerfile", "dockerfile"),
        ("Containerfile", "dockerfile"),
        ("Dockerfile.dockerignore", None),
        ("main.tf", "terraform"),
        ("main.tf.json", "terraform"),
        ("main.tofu", "terraform"),
        ("prod.tfvars", None),
        (".github/CODEOWNERS", "codeowners"),
        ("SECURITY.md", "security-policy"),
        ("a/b/security.md", None),
        ("a/b/SECURITY.md", "security-policy"),
        (".github/security.md", "security-policy"),
        (".github/dependabot.yml", "dependabot"),
        (".github/workflows/dependabot.yml", None),
        (".github/workflows/goreleaser.yaml", None),
        ("renovate.json5", "renovate"),
        (".renovaterc", "renovate"),
        (".pre-commit-config.yaml", "pre-commit"),
        ("chart/Chart.yaml", "helm-chart"),
        ("chart/values-prod.yaml", "helm-values"),
        ("k/kustomization.yml", "kustomization"),
        (".goreleaser.pro.yaml", "goreleaser"),
        ("requirements-dev.txt", "requirements"),
        ("requirements/base.in", "requirements"),
        ("dev-requirements.txt", "requirements"),
        ("requirements.yaml", "helm-requirements"),
        ("pyproject.toml", "pyproject"),
        ("uv.lock", "python.lock"),
        ("package-lock.json", "lock"),
        ("go.mod", "go.mod"),
        ("app/build.gradle.kts", "build.gradle"),
        ("gradle/libs.versions.toml", "libs.versions"),
        ("App.csproj", "nuget"),
        ("x.gemspec", "gemspec"),
        ("model.onnx", "model"),
        ("w.safetensors", "model"),
        ("n.ipynb", "notebook"),
        ("prompts/a.prompt.md", "prompt"),
        ("promptfooconfig.yaml", "prompt"),
        ("docker-compose.dev.yml", "compose"),
        ("api/openapi.yaml", "openapi"),
        ("infra/template.yaml", "cloudformation"),
        ("roles/web/tasks/main.yml", "ansible"),
        ("site.yml", "ansible"),
        ("deploy-playbook.yml", "ansible"),
        ("infra.bicep", "bicep"),
        (".github/settings.yml", "settings"),
        ("README.md", "readme"),
        ("MODEL_CARD.md", "modelcard"),
        ("src/app.py", None),
        ("", None),
    ],
)
def test_kind_is_told_by_the_name(path: str, kind: str | None) -> None:
    assert companion_kind(path) == kind


@pytest.mark.parametrize("kind", sorted(COMPANIONS))
def test_parser_of_every_kind_exists_and_survives_an_empty_file(kind: str) -> None:
    assert callable(getattr(import_module(COMPANIONS[kind].module), COMPANIONS[kind].function))
    with suppress(UnreadableFile):
        found = parse_companion(kind, "x/file", b"", aside=True)
        assert found.file.status in {FileStatus.READ, FileStatus.SKIPPED}


def test_model_files_need_no_bytes() -> None:
    assert not reads("model")
    found = parse_companion("model", "m/net.onnx", b"", aside=False)
    assert found.companions[0].facts == {"format": "onnx"}


def test_nesting_is_a_reason_when_it_is_too_deep_to_read() -> None:
    with pytest.raises(UnreadableFile, match=r"deep|nest|bracket"):
        parse_companion("pyproject", "pyproject.toml", b"a = " + b"[" * 200_000, aside=False)
