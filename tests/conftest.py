"""What every test may ask for: the compiled index, the command line, small repositories."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import settings

import opslint
from opslint.cli.main import execute
from opslint.knowledge.index import Index
from opslint.knowledge.load import load_index

SOURCE = Path(opslint.__file__).resolve().parents[1]

settings.register_profile("opslint", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("opslint")


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What one command line came to."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session", autouse=True)
def own_cache(request: pytest.FixtureRequest) -> None:
    """Keep the compiled index in pytest's own cache folder, shared by workers and runs, and away from the person's."""
    cache = getattr(request.config, "cache", None)  # absent where the plugin is switched off
    if cache is not None:
        os.environ["OPSLINT_CACHE_DIR"] = str(cache.mkdir("opslint"))


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests reaches them."""
    for name in list(os.environ):
        if name in ("NO_COLOR", "FORCE_COLOR") or (name.startswith("OPSLINT_") and name != "OPSLINT_CACHE_DIR"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def index(own_cache: None) -> Index:
    """Rules and tools, compiled once for each state of the files."""
    return load_index()


@pytest.fixture
def opslint_run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Run one command line in this process."""
    def run(*arguments: str) -> Outcome:
        capsys.readouterr()
        code = execute(list(arguments))
        told = capsys.readouterr()
        return Outcome(code=code, out=told.out, err=told.err)
    return run


@pytest.fixture
def opslint_process() -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Run one command line as a process of its own; keywords go to `subprocess.run`, `env` is added to this one's."""
    def run(*arguments: str, env: dict[str, str] | None = None, **more: Any) -> subprocess.CompletedProcess[bytes]:
        given: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
        return subprocess.run([sys.executable, "-m", "opslint", *arguments], timeout=60, check=False,
                              env={**os.environ, "PYTHONPATH": str(SOURCE), **(env or {})}, **given)
    return run


@pytest.fixture
def make_tree(tmp_path: Path) -> Callable[..., Path]:
    """Write files below a folder of the test's own."""
    def make(files: dict[str, str | bytes], name: str = "repository") -> Path:
        root = tmp_path / name
        root.mkdir(exist_ok=True)
        for path, text in files.items():
            place = root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(text.encode() if isinstance(text, str) else text)
        return root
    return make
