"""Which shell a block gets."""

from __future__ import annotations

import pytest

from opslint.resolve.shell import shell_semantics


@pytest.mark.parametrize(
    ("platform", "shell", "expected"),
    [
        ("github", "", ("bash", True, False)),
        ("github", "bash", ("bash", True, True)),
        ("github", "sh", ("sh", True, False)),
        ("github", "bash {0}", ("bash", False, False)),
        ("github", "bash -l {0}", ("bash", False, False)),
        ("github", "bash -el {0}", ("bash", True, False)),
        ("github", "bash -leo pipefail {0}", ("bash", True, True)),
        ("github", "bash --noprofile --norc -eo pipefail {0}", ("bash", True, True)),
        ("github", "pwsh", ("pwsh", True, False)),
        ("github", "cmd", ("cmd", False, False)),
        ("github", "python", ("python", True, False)),
        ("github", "nix develop -c bash -e {0}", ("bash", True, False)),
        ("github", "msys2 {0}", ("bash", True, True)),
        ("github", "perl {0}", ("perl", False, False)),
        ("gitlab", "", ("bash", True, True)),
        ("gitlab", "sh", ("sh", True, True)),
        ("argo", "sh -c", ("sh", False, False)),
        ("argo", "sh -ec", ("sh", True, False)),
        ("argo", "bash -euo pipefail -c", ("bash", True, True)),
        ("argo", "", ("sh", False, False)),
        ("argo", "python", ("python", True, False)),
    ],
)
def test_semantics_follow_the_platform_and_the_flags(platform: str, shell: str, expected: tuple[str, bool, bool]) -> None:
    assert shell_semantics(platform, shell) == expected


@pytest.mark.parametrize("platform", ["github", "gitlab"])
def test_default_is_powershell_when_the_runner_is_windows(platform: str) -> None:
    assert shell_semantics(platform, "", ("windows-latest",))[0] == "pwsh"


def test_default_is_bash_when_an_expression_decides_the_runner() -> None:
    assert shell_semantics("github", "", ("${{ matrix.windows }}",))[0] == "bash"
